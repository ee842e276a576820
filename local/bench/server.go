package main

import (
	"context"
	"errors"
	"time"

	"github.com/throughline-dev/throughline/local/stack"
)

// calm is how long a system is left alone before a lead that is to find it idle.
const calm = time.Second

// measureServer compares the embedded server as it is configured with one that has its default settings.
func measureServer(ctx context.Context, n size, p progress) (figures []Figure, err error) {
	p.say("starting two systems")
	tuned, err := startSystem(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, tuned.stop()) }()
	untuned, err := startSystem(ctx, &stack.Tuning{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, untuned.stop()) }()

	alone, err := takeTurns(ctx, n.alone, func(i int, s *system) (round, error) {
		if s == tuned {
			p.say("a lead alone, %d of %d", i+1, n.alone)
		}
		if err := wait(ctx, calm); err != nil {
			return round{}, err
		}
		return s.carryMany(ctx, throughline, 1, 1)
	}, tuned, untuned)
	if err != nil {
		return nil, err
	}
	busy, err := takeTurns(ctx, n.rounds, func(i int, s *system) (round, error) {
		r, err := s.carryMany(ctx, throughline, n.leads, n.atOnce)
		if err == nil {
			p.say("%d leads at once, round %d of %d: %s leads/s", n.atOnce, i+1, n.rounds, number(r.rate()))
		}
		return r, err
	}, tuned, untuned)
	if err != nil {
		return nil, err
	}
	const defaults = "the server's default settings"
	return []Figure{
		less("server.alone", "ms", "form to card, a lead alone, median",
			median(alone[0].times(toCard)), defaults, median(alone[1].times(toCard))).aiming(4),
		more("server.at_once", "leads/s", "form to end of the workflow, many leads at once",
			median(busy[0].rates()), defaults, median(busy[1].rates())).aiming(1),
	}, nil
}

// takeTurns lets the sides of a comparison do the same in turns (A B, B A, A B, …), so that a machine that gets slower or
// faster meanwhile does so for all of them. It returns what each has done, in the order of the sides.
func takeTurns[Side any](ctx context.Context, rounds int, do func(i int, side Side) (round, error), sides ...Side) ([]series, error) {
	done := make([]series, len(sides))
	for i := range rounds {
		for j := range sides {
			if i%2 == 1 {
				j = len(sides) - 1 - j
			}
			r, err := do(i, sides[j])
			if err != nil {
				return nil, err
			}
			done[j] = append(done[j], r)
		}
	}
	return done, ctx.Err()
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
