package main

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"
)

// round is a number of leads that were carried, so many of them at once.
type round struct {
	leads []sample
	took  time.Duration // from the first form to the last workflow's end
	cpu   time.Duration // for how long the process kept processors busy meanwhile
}

// carryMany carries n leads, atOnce of them in flight at any time: when one has ended, the next is sent. What costs time and
// isn't part of a lead, such as making sure of how it ended, comes afterwards.
func (s *system) carryMany(ctx context.Context, by carrier, n, atOnce int) (round, error) {
	r := round{leads: make([]sample, n)}
	group, inGroup := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	began, before := time.Now(), cpuTime()
	for i := range n {
		group.Go(func() (err error) {
			r.leads[i], err = s.carry(inGroup, by)
			return err
		})
	}
	err := group.Wait()
	r.took, r.cpu = time.Since(began), cpuTime()-before
	for i := range r.leads {
		err = errors.Join(err, s.verify(ctx, &r.leads[i]))
		if err != nil {
			return r, err
		}
	}
	return r, nil
}

// carryAlone carries n leads one after the other. Nothing else is going on when one is sent.
func (s *system) carryAlone(ctx context.Context, by carrier, n int) (round, error) {
	var all round
	for range n {
		r, err := s.carryMany(ctx, by, 1, 1)
		if err != nil {
			return all, err
		}
		all.leads = append(all.leads, r.leads...)
		all.took += r.took
		all.cpu += r.cpu
	}
	return all, nil
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

// span is something of a lead that takes time.
type span func(sample) time.Duration

func toCard(s sample) time.Duration     { return s.shown.Sub(s.sent) }
func toRecorded(s sample) time.Duration { return s.recorded.Sub(s.clicked) }
func toUpdated(s sample) time.Duration  { return s.updated.Sub(s.clicked) }

// percentile is the smallest time, in milliseconds, that p percent of the leads didn't exceed.
func (s series) percentile(of span, p float64) float64 {
	var times []float64
	for _, r := range s {
		for _, one := range r.leads {
			times = append(times, milliseconds(of(one)))
		}
	}
	return percentile(times, p)
}
