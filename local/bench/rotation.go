package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/throughline-dev/throughline/activities/assignment"
	"github.com/throughline-dev/throughline/activities/effect"
)

const weightedPool = "benchmark"

// reps take turns by their weights. Each has a cap that isn't reached, so that turns are counted for it as a lead's are, and one
// isn't at work.
var reps = []assignment.Member{
	{ID: "ada", Weight: 5, Cap: 1e6, Day: "2026-08-03"}, {ID: "ben", Weight: 3, Cap: 1e6, Day: "2026-08-03"},
	{ID: "cem", Weight: 2, Cap: 1e6, Day: "2026-08-03"}, {ID: "dora", Weight: 1, Cap: 1e6, Day: "2026-08-03"},
	{ID: "emil", Weight: 4, Cap: 1e6, Day: "2026-08-03", Off: true},
}

// measureRotation takes turns of one pool from many callers at once, as the leads' activity does, and counts who got them.
func measureRotation(ctx context.Context, n size, p progress) (figures []Figure, err error) {
	p.say("starting a system")
	s, err := startSystem(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.stop()) }()

	given := map[string]int{}
	rates := map[string][]float64{}
	for i := range n.rounds {
		pools := []string{weightedPool, barePool}
		if i%2 == 1 {
			pools[0], pools[1] = pools[1], pools[0]
		}
		for _, pool := range pools {
			got, took, err := s.takeTurnsOf(ctx, pool, i, n)
			if err != nil {
				return nil, err
			}
			rate := float64(n.turns) / took.Seconds()
			rates[pool] = append(rates[pool], rate)
			p.say("%d callers, pool %s, round %d of %d: %s turns/s", n.callers, pool, i+1, n.rounds, number(rate))
			if pool == weightedPool {
				for member, turns := range got {
					given[member] += turns
				}
			}
		}
	}
	off := deviation(given)
	return []Figure{
		more("rotation.rate", "turns/s", fmt.Sprintf("turns of one pool, %d callers at once", n.callers),
			median(rates[weightedPool]), "an update that does nothing", median(rates[barePool])),
		{
			Name: "rotation.deviation", Unit: "turns", Value: off, aim: aim{valueAtMost: 1},
			says: fmt.Sprintf("largest difference to a member's share of %d turns", n.rounds*n.turns),
		},
	}, nil
}

// takeTurnsOf takes turns of a pool, each for a case of its own, and counts them by member.
func (s *system) takeTurnsOf(ctx context.Context, pool string, round int, n size) (map[string]int, time.Duration, error) {
	activities := &assignment.Activities{Client: s.Client}
	given := map[string]int{}
	var mu sync.Mutex
	group, inGroup := errgroup.WithContext(ctx)
	group.SetLimit(n.callers)
	began := time.Now()
	for i := range n.turns {
		group.Go(func() error {
			turn, err := activities.TakeTurn(inGroup, effect.Key{}, assignment.Request{
				Pool: pool, Case: fmt.Sprintf("benchmark-%d-%d", round, i), Members: reps,
			})
			mu.Lock()
			defer mu.Unlock()
			given[turn.Member]++
			return err
		})
	}
	err := group.Wait()
	return given, time.Since(began), err
}

// deviation is by how many turns the member who is furthest off got more or fewer than their share. Who isn't at work has none.
func deviation(given map[string]int) (most float64) {
	weights, turns := 0, 0
	for _, r := range reps {
		turns += given[r.ID]
		if !r.Off {
			weights += r.Weight
		}
	}
	for _, r := range reps {
		share := 0.0
		if !r.Off {
			share = float64(turns) * float64(r.Weight) / float64(weights)
		}
		most = max(most, math.Abs(float64(given[r.ID])-share))
	}
	return most
}
