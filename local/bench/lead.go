package main

import (
	"context"
	"errors"
)

// measureLead compares the lead with workflows that do the same steps and nothing else, on the same system.
func measureLead(ctx context.Context, n size, p progress) (figures []Figure, err error) {
	p.say("starting a system")
	s, err := startSystem(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.stop()) }()

	sides := []carrier{throughline, bareLocal, bareRegular}
	alone, err := takeTurns(ctx, n.alone, func(i int, by carrier) (round, error) {
		if by == throughline {
			p.say("a lead alone, %d of %d", i+1, n.alone)
		}
		return s.carryMany(ctx, by, 1, 1)
	}, sides...)
	if err != nil {
		return nil, err
	}
	busy, err := takeTurns(ctx, n.rounds, func(i int, by carrier) (round, error) {
		r, err := s.carryMany(ctx, by, n.leads, n.atOnce)
		if err == nil {
			p.say("%d leads at once, %s, round %d of %d: %s leads/s", n.atOnce, by, i+1, n.rounds, number(r.rate()))
		}
		return r, err
	}, sides...)
	if err != nil {
		return nil, err
	}
	var events []float64
	for _, side := range alone {
		count, err := s.events(ctx, side[0].leads[0].id)
		if err != nil {
			return nil, err
		}
		events = append(events, float64(count))
	}

	const (
		ours           = 0
		againstBare    = "a bare workflow of the same steps"
		againstRegular = "the same steps as regular activities"
	)
	for i, against := range []string{againstBare, againstRegular} {
		i++
		name, least := string(sides[i]), 0.85
		if i == 2 {
			least = 2
		}
		figures = append(figures,
			more("lead.rate."+name, "leads/s", "leads carried to their end, many at once",
				median(busy[ours].rates()), against, median(busy[i].rates())).aiming(least),
			less("lead.card_p50."+name, "ms", "form to card, many at once, median",
				percentile(busy[ours].times(toCard), 50), against, percentile(busy[i].times(toCard), 50)),
			less("lead.card_p99."+name, "ms", "form to card, many at once, 99th percentile",
				percentile(busy[ours].times(toCard), 99), against, percentile(busy[i].times(toCard), 99)),
			less("lead.alone."+name, "ms", "form to card, a lead alone, median",
				median(alone[ours].times(toCard)), against, median(alone[i].times(toCard))),
		)
	}
	return append(figures,
		less("lead.events", "events", "history of an uneventful lead", events[ours], againstBare, events[1]).bounded(40),
		less("click.recorded_p50", "ms", "click to recorded decision, many leads at once, median",
			percentile(busy[ours].times(toRecorded), 50), againstBare, percentile(busy[1].times(toRecorded), 50)),
		less("click.recorded_p99", "ms", "click to recorded decision, many leads at once, 99th percentile",
			percentile(busy[ours].times(toRecorded), 99), againstBare, percentile(busy[1].times(toRecorded), 99)),
		less("click.card_p50", "ms", "click to updated card, many leads at once, median",
			percentile(busy[ours].times(toUpdated), 50), againstBare, percentile(busy[1].times(toUpdated), 50)),
		less("click.card_p99", "ms", "click to updated card, many leads at once, 99th percentile",
			percentile(busy[ours].times(toUpdated), 99), againstBare, percentile(busy[1].times(toUpdated), 99)),
	), nil
}

// events is how long a workflow's history is.
func (s *system) events(ctx context.Context, id string) (int64, error) {
	d, err := s.Client.DescribeWorkflowExecution(ctx, id, "")
	return d.GetWorkflowExecutionInfo().GetHistoryLength(), err
}
