package main

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"
)

// round is a number of them that were carried, so many at once.
type round struct {
	samples []sample
	took    time.Duration // from the first form to the last workflow's end
	cpu     time.Duration // for how long the process kept processors busy meanwhile
}

// carryMany carries n of a journey, atOnce of them in flight at any time: when one has ended, the next is sent. What costs time and
// isn't part of it comes before, such as writing the letters, or afterwards, such as making sure of how it ended.
func (s *system) carryMany(ctx context.Context, j *journey, by carrier, n, atOnce int) (round, error) {
	r, letters := round{samples: make([]sample, n)}, make([]letter, n)
	for i := range letters {
		var err error
		if letters[i], err = s.write(ctx, j); err != nil {
			return r, err
		}
	}
	group, inGroup := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	began, before := time.Now(), cpuTime()
	for i := range n {
		group.Go(func() (err error) {
			r.samples[i], err = s.carry(inGroup, j, by, letters[i])
			return err
		})
	}
	err := group.Wait()
	r.took, r.cpu = time.Since(began), cpuTime()-before
	for i := range r.samples {
		err = errors.Join(err, s.verify(ctx, j, &r.samples[i]))
		if err != nil {
			return r, err
		}
	}
	return r, nil
}

// carryAlone carries n of a journey one after the other. Nothing else is going on when one is sent.
func (s *system) carryAlone(ctx context.Context, j *journey, by carrier, n int) (round, error) {
	var all round
	for range n {
		r, err := s.carryMany(ctx, j, by, 1, 1)
		if err != nil {
			return all, err
		}
		all.samples = append(all.samples, r.samples...)
		all.took += r.took
		all.cpu += r.cpu
	}
	return all, nil
}

// rate is how many were carried in a second.
func (r round) rate() float64 { return float64(len(r.samples)) / r.took.Seconds() }

// series are rounds of the same.
type series []round

// rates are the rounds' rates.
func (s series) rates() (rates []float64) {
	for _, r := range s {
		rates = append(rates, r.rate())
	}
	return rates
}

// costs are the rounds' processor time for each, in milliseconds.
func (s series) costs() (costs []float64) {
	for _, r := range s {
		costs = append(costs, milliseconds(r.cpu)/float64(len(r.samples)))
	}
	return costs
}

// span is something that takes time.
type span func(sample) time.Duration

func toCard(s sample) time.Duration     { return s.shown.Sub(s.sent) }
func toRecorded(s sample) time.Duration { return s.recorded.Sub(s.clicked) }
func toUpdated(s sample) time.Duration  { return s.updated.Sub(s.clicked) }

// percentile is the smallest time, in milliseconds, that p percent of them didn't exceed.
func (s series) percentile(of span, p float64) float64 {
	var times []float64
	for _, r := range s {
		for _, one := range r.samples {
			times = append(times, milliseconds(of(one)))
		}
	}
	return percentile(times, p)
}
