package main

import (
	"context"
	"time"
)

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
