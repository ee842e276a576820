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
	alone, err := takeTurns(ctx, n.rounds, func(i int, by carrier) (round, error) {
		p.say("round %d of %d, %s: %d leads, one after the other", i+1, n.rounds, by, n.alone)
		return s.carryAlone(ctx, by, n.alone)
	}, sides...)
	if err != nil {
		return nil, err
	}
	busy, err := takeTurns(ctx, n.rounds, func(i int, by carrier) (round, error) {
		p.say("round %d of %d, %s: %d leads, %d at once", i+1, n.rounds, by, n.leads, n.atOnce)
		return s.carryMany(ctx, by, n.leads, n.atOnce)
	}, sides...)
	if err != nil {
		return nil, err
	}
	events, err := s.events(ctx, alone[0][0].leads)
	if err != nil {
		return nil, err
	}
	bareEvents, err := s.events(ctx, alone[1][0].leads)
	if err != nil {
		return nil, err
	}

	const againstBare = "a bare workflow of the same steps"
	figures = append(compareLeads("bare", againstBare, 0.85, alone[0], alone[1], busy[0], busy[1]),
		compareLeads("regular", "the same steps as regular activities", 2, alone[0], alone[2], busy[0], busy[2])...)
	figures = append(figures,
		less("lead.events", "events", "history of an uneventful lead", events, againstBare, bareEvents).bounded(40))
	for _, f := range []struct {
		name, says string
		of         span
	}{
		{"click.recorded", "click to recorded decision", toRecorded},
		{"click.card", "click to updated card", toUpdated},
	} {
		figures = append(figures,
			less(f.name+"_p50", "ms", f.says+", many at once, median",
				busy[0].percentile(f.of, 50), againstBare, busy[1].percentile(f.of, 50)),
			less(f.name+"_p99", "ms", f.says+", many at once, 99th percentile",
				busy[0].percentile(f.of, 99), againstBare, busy[1].percentile(f.of, 99)))
	}
	return figures, nil
}

// compareLeads compares the lead with a reference. The aim is for the rate.
func compareLeads(name, against string, aim float64, alone, refAlone, busy, refBusy series) []Figure {
	return []Figure{
		more("lead.rate."+name, "leads/s", "leads carried to their end, many at once",
			median(busy.rates()), against, median(refBusy.rates())).aiming(aim),
		less("lead.cpu."+name, "ms", "processor time of the whole system for a lead, many at once",
			median(busy.costs()), against, median(refBusy.costs())),
		less("lead.card_p50."+name, "ms", "form to card, many at once, median",
			busy.percentile(toCard, 50), against, refBusy.percentile(toCard, 50)),
		less("lead.card_p99."+name, "ms", "form to card, many at once, 99th percentile",
			busy.percentile(toCard, 99), against, refBusy.percentile(toCard, 99)),
		less("lead.alone."+name, "ms", "form to card, one lead at a time, median",
			alone.percentile(toCard, 50), against, refAlone.percentile(toCard, 50)),
	}
}

// events is how long the leads' histories are, in the median: whether two activities end in the same workflow task or in two
// makes a difference of three.
func (s *system) events(ctx context.Context, leads []sample) (float64, error) {
	var lengths []float64
	for _, one := range leads {
		d, err := s.Client.DescribeWorkflowExecution(ctx, one.id, "")
		if err != nil {
			return 0, err
		}
		lengths = append(lengths, float64(d.GetWorkflowExecutionInfo().GetHistoryLength()))
	}
	return median(lengths), nil
}
