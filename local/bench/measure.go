package main

import (
	"context"
	"errors"
	"fmt"
)

// measure compares the workflow of a journey with its references, on the same system: n.alone one after the other, and many at
// once.
func (j *journey) measure(ctx context.Context, n size, many int, p progress) (figures []Figure, err error) {
	p.say("starting a system")
	s, err := startSystem(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.stop()) }()

	sides := []carrier{throughline, bareLocal, bareRegular}
	alone, err := takeTurns(ctx, n.rounds, func(i int, by carrier) (round, error) {
		p.say("round %d of %d, %s: %d %ss, one after the other", i+1, n.rounds, by, n.alone, j.name)
		return s.carryAlone(ctx, j, by, n.alone)
	}, sides...)
	if err != nil {
		return nil, err
	}
	busy, err := takeTurns(ctx, n.rounds, func(i int, by carrier) (round, error) {
		p.say("round %d of %d, %s: %d %ss, %d at once", i+1, n.rounds, by, many, j.name, n.atOnce)
		return s.carryMany(ctx, j, by, many, n.atOnce)
	}, sides...)
	if err != nil {
		return nil, err
	}
	events, err := s.events(ctx, alone[0][0].samples)
	if err != nil {
		return nil, err
	}
	bareEvents, err := s.events(ctx, alone[1][0].samples)
	if err != nil {
		return nil, err
	}

	const againstBare = "a bare workflow of the same steps"
	figures = append(j.compare("bare", againstBare, 0.85, alone[0], alone[1], busy[0], busy[1]),
		j.compare("regular", "the same steps as regular activities", 2, alone[0], alone[2], busy[0], busy[2])...)
	figures = append(figures,
		less(j.name+".events", "events", "history of an uneventful "+j.name, events, againstBare, bareEvents).bounded(j.events))
	for _, f := range []struct {
		name, says string
		of         span
	}{
		{".recorded", "click to recorded decision", toRecorded},
		{".card", "click to updated card", toUpdated},
	} {
		figures = append(figures,
			less(j.clicks+f.name+"_p50", "ms", f.says+", many at once, median",
				busy[0].percentile(f.of, 50), againstBare, busy[1].percentile(f.of, 50)),
			less(j.clicks+f.name+"_p99", "ms", f.says+", many at once, 99th percentile",
				busy[0].percentile(f.of, 99), againstBare, busy[1].percentile(f.of, 99)))
	}
	return figures, nil
}

// compare compares with a reference. The aim is for the rate.
func (j *journey) compare(name, against string, aim float64, alone, refAlone, busy, refBusy series) []Figure {
	named := func(figure string) string { return fmt.Sprintf("%s.%s.%s", j.name, figure, name) }
	return []Figure{
		more(named("rate"), j.name+"s/s", j.name+"s carried to their end, many at once",
			median(busy.rates()), against, median(refBusy.rates())).aiming(aim),
		less(named("cpu"), "ms", "processor time of the whole system for a "+j.name+", many at once",
			median(busy.costs()), against, median(refBusy.costs())),
		less(named("card_p50"), "ms", "form to card, many at once, median",
			busy.percentile(toCard, 50), against, refBusy.percentile(toCard, 50)),
		less(named("card_p99"), "ms", "form to card, many at once, 99th percentile",
			busy.percentile(toCard, 99), against, refBusy.percentile(toCard, 99)),
		less(named("alone"), "ms", "form to card, one "+j.name+" at a time, median",
			alone.percentile(toCard, 50), against, refAlone.percentile(toCard, 50)),
	}
}

// events is how long the histories are, in the median: whether two activities end in the same workflow task or in two makes
// a difference of three.
func (s *system) events(ctx context.Context, of []sample) (float64, error) {
	var lengths []float64
	for _, one := range of {
		d, err := s.Client.DescribeWorkflowExecution(ctx, one.id, "")
		if err != nil {
			return 0, err
		}
		lengths = append(lengths, float64(d.GetWorkflowExecutionInfo().GetHistoryLength()))
	}
	return median(lengths), nil
}
