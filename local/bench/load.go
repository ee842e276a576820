package main

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// round is a number of leads that were carried, so many of them at once.
type round struct {
	leads []sample
	took  time.Duration // from the first form to the last workflow's end
	cpu   time.Duration // for how long the process kept processors busy meanwhile
}

// carryMany carries n leads, atOnce of them in flight at any time: when one has ended, the next is sent.
func (s *system) carryMany(ctx context.Context, by carrier, n, atOnce int) (round, error) {
	var r round
	var mu sync.Mutex
	group, inGroup := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	began, before := time.Now(), cpuTime()
	for range n {
		group.Go(func() error {
			one, err := s.carry(inGroup, by)
			mu.Lock()
			defer mu.Unlock()
			r.leads = append(r.leads, one)
			return err
		})
	}
	err := group.Wait()
	r.took, r.cpu = time.Since(began), cpuTime()-before
	if err != nil {
		return r, err
	}
	return r, s.look(ctx, r.leads)
}

// rate is how many leads were carried in a second.
func (r round) rate() float64 { return float64(len(r.leads)) / r.took.Seconds() }

// series are rounds of the same.
type series []round

// rates are the rounds' rates.
func (s series) rates() (rates []float64) {
	for _, r := range s {
		rates = append(rates, r.rate())
	}
	return rates
}

// costs are the rounds' processor time for a lead, in milliseconds.
func (s series) costs() (costs []float64) {
	for _, r := range s {
		costs = append(costs, milliseconds(r.cpu)/float64(len(r.leads)))
	}
	return costs
}

// times are how long something took for each lead, in milliseconds.
func (s series) times(of func(sample) time.Duration) (times []float64) {
	for _, r := range s {
		for _, one := range r.leads {
			times = append(times, milliseconds(of(one)))
		}
	}
	return times
}

// What takes time.
func toCard(s sample) time.Duration     { return s.shown.Sub(s.sent) }
func toRecorded(s sample) time.Duration { return s.recorded.Sub(s.clicked) }
func toUpdated(s sample) time.Duration  { return s.updated.Sub(s.clicked) }
