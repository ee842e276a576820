package main

import (
	"context"
	"errors"
	"time"

	"github.com/throughline-dev/throughline/local/stack"
)

// rest is how long a server is left alone before a lead that is to find it rested. By then it has all of the reads in hand
// that its settings let it save up: see [stack.Tuned].
const rest = time.Second

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
	name := map[*system]string{tuned: "as configured", untuned: "with its defaults"}

	alone, err := takeTurns(ctx, n.rounds, func(i int, s *system) (round, error) {
		p.say("round %d of %d, %s: %d leads, one after the other", i+1, n.rounds, name[s], n.alone)
		return s.carryAlone(ctx, leads, throughline, n.alone)
	}, tuned, untuned)
	if err != nil {
		return nil, err
	}
	steps, err := takeTurns(ctx, n.rounds, func(i int, s *system) (round, error) {
		p.say("round %d of %d, %s: %d leads of regular activities, one after the other", i+1, n.rounds, name[s], n.alone)
		return s.carryAlone(ctx, leads, bareRegular, n.alone)
	}, tuned, untuned)
	if err != nil {
		return nil, err
	}
	rested, err := takeTurns(ctx, n.rested, func(i int, s *system) (round, error) {
		p.say("round %d of %d, %s: a lead after a rest", i+1, n.rested, name[s])
		if err := wait(ctx, rest); err != nil {
			return round{}, err
		}
		return s.carryAlone(ctx, leads, throughline, 1)
	}, tuned, untuned)
	if err != nil {
		return nil, err
	}
	busy, err := takeTurns(ctx, n.rounds, func(i int, s *system) (round, error) {
		p.say("round %d of %d, %s: %d leads, %d at once", i+1, n.rounds, name[s], n.leads, n.atOnce)
		return s.carryMany(ctx, leads, throughline, n.leads, n.atOnce)
	}, tuned, untuned)
	if err != nil {
		return nil, err
	}
	const defaults = "the server's default settings"
	return []Figure{
		less("server.alone", "ms", "form to card, one lead at a time, median",
			alone[0].percentile(toCard, 50), defaults, alone[1].percentile(toCard, 50)).aiming(4),
		less("server.steps", "ms", "the same where all steps are regular activities",
			steps[0].percentile(toCard, 50), defaults, steps[1].percentile(toCard, 50)),
		less("server.rested", "ms", "form to card, one lead after a second without any, median",
			rested[0].percentile(toCard, 50), defaults, rested[1].percentile(toCard, 50)),
		more("server.rate", "leads/s", "leads carried to their end, many at once",
			median(busy[0].rates()), defaults, median(busy[1].rates())).aiming(1),
	}, nil
}
