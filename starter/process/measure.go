package process

import (
	"context"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/metric"
	"go.temporal.io/sdk/client"

	"github.com/throughline-dev/throughline/starter/spool"
	"github.com/throughline-dev/throughline/telemetry"
	"github.com/throughline-dev/throughline/workflows/lead"
	"github.com/throughline-dev/throughline/workflows/proposal"
	"github.com/throughline-dev/throughline/workflows/returns"
)

// CountEvery is how often the open cases are counted: as often as Prometheus asks, give or take. A count is some thirty queries of
// Temporal's visibility, most of which it answers from an index.
const CountEvery = 30 * time.Second

// Kinds are the cases that are counted, with the stages in which they may stand for a while.
var Kinds = []telemetry.Kind{
	{Workflow: lead.WorkflowName, Stages: []string{lead.StageHeld, lead.ContactTask}},
	{Workflow: proposal.WorkflowName, Stages: []string{
		proposal.StageDraft, proposal.StageReview, proposal.StageApproval, proposal.StageSignature, proposal.StageKickoff,
	}},
	{Workflow: returns.WorkflowName, Stages: []string{
		returns.StageRequest, returns.StageApproval, returns.StageArrival, returns.StagePayment, returns.StageReplies,
	}},
}

// CountCases counts the open cases every so often, until the context ends.
func CountCases(ctx context.Context, seen *telemetry.Telemetry, c client.Client, every time.Duration, logger *slog.Logger) {
	if err := seen.CountCases(ctx, c, Kinds, every, logger); err != nil {
		logger.Error("The open cases can't be counted.", "err", err)
	}
}

// MeasureSpool measures what the spool keeps, each time that somebody asks; nothing where there is no spool (nil).
func MeasureSpool(m metric.Meter, s *spool.Spool) error {
	if s == nil {
		return nil
	}
	var failed error
	gauge := func(name, unit string) metric.Float64ObservableGauge {
		g, err := m.Float64ObservableGauge(name, metric.WithUnit(unit))
		if err != nil {
			failed = err
		}
		return g
	}
	counter := func(name string) metric.Int64ObservableCounter {
		c, err := m.Int64ObservableCounter(name)
		if err != nil {
			failed = err
		}
		return c
	}
	entries, size, age, full := gauge("throughline_spool_entries", ""), gauge("throughline_spool_size", "By"),
		gauge("throughline_spool_oldest_age", "s"), gauge("throughline_spool_full", "")
	kept, handed, refused := counter("throughline_spool_kept"), counter("throughline_spool_handed_over"), counter("throughline_spool_refused")
	if failed != nil {
		return failed
	}
	_, err := m.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		now := s.Stats()
		o.ObserveFloat64(entries, float64(now.Entries))
		o.ObserveFloat64(size, float64(now.Bytes))
		oldest := time.Duration(0)
		if !now.Oldest.IsZero() {
			oldest = time.Since(now.Oldest)
		}
		o.ObserveFloat64(age, oldest.Seconds())
		isFull := 0.0
		if s.Full() != nil {
			isFull = 1
		}
		o.ObserveFloat64(full, isFull)
		o.ObserveInt64(kept, now.Kept)
		o.ObserveInt64(handed, now.HandedOver)
		o.ObserveInt64(refused, now.Refused)
		return nil
	}, entries, size, age, full, kept, handed, refused)
	return err
}
