package telemetry

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.temporal.io/api/workflowservice/v1"

	"github.com/throughline-dev/throughline/workflows/visibility"
)

// The gauges of cases: what is true now of all that are open, whatever process has been started again since they began. Counters can't
// say it, since they begin at nought with each process; so it is Temporal that is asked, by its search attributes.
const (
	casesOpen     = "throughline_cases_open"     // open cases, by stage
	casesWaiting  = "throughline_cases_waiting"  // those of them that wait for a person, by stage
	casesBreached = "throughline_cases_breached" // those that wait past their time, by stage
	casesUnseen   = "throughline_cases_unseen"   // taken ten minutes ago or more, and no worker has got anywhere with them
	casesFailing  = "throughline_cases_failing"  // whose workflow code fails again and again
	casesCounted  = "throughline_cases_counted_timestamp"
)

// unseenAfter is how long a case may go without anybody having got anywhere with it: more than any first step waits for a system.
const unseenAfter = 10 * time.Minute

// otherStage stands for the stages that a kind of case isn't known to have.
const otherStage = "other"

// Kind is a kind of case.
type Kind struct {
	Workflow string
	// Stages are those that it goes through, besides the one in which every case is at first ([visibility.Received]).
	Stages []string
}

// Counter asks Temporal how many workflows there are; a client.Client does.
type Counter interface {
	CountWorkflow(context.Context, *workflowservice.CountWorkflowExecutionsRequest) (*workflowservice.CountWorkflowExecutionsResponse, error)
}

// CountCases counts the open cases every so often until the context ends. Each process that does so measures the same, so that nobody
// has to be chosen for it, and queries take the max of them. One starter is enough: it is there when all workers are down, which is
// when somebody wants to know what waits.
//
// A count that is three rounds old is no longer given: a gauge that isn't there can be noticed, one that stands still can't.
//
// It fails only where what it measures can't be registered.
func (t *Telemetry) CountCases(ctx context.Context, c Counter, kinds []Kind, every time.Duration, logger *slog.Logger) error {
	census := &census{counter: c, kinds: kinds, keep: 3 * every}
	meter := t.Meter()
	gauges := map[string]metric.Int64ObservableGauge{}
	var instruments []metric.Observable
	for _, name := range []string{casesOpen, casesWaiting, casesBreached, casesUnseen, casesFailing, casesCounted} {
		var unit []metric.Int64ObservableGaugeOption
		if name == casesCounted {
			unit = append(unit, metric.WithUnit("s"))
		}
		g, err := meter.Int64ObservableGauge(name, unit...)
		if err != nil {
			return err
		}
		gauges[name] = g
		instruments = append(instruments, g)
	}
	registered, err := meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		for _, f := range census.latest(time.Now()) {
			o.ObserveInt64(gauges[f.gauge], f.n, metric.WithAttributeSet(f.labels))
		}
		return nil
	}, instruments...)
	if err != nil {
		return err
	}
	defer func() { _ = registered.Unregister() }()
	for tick := time.NewTicker(every); ; {
		if err := census.take(ctx, time.Now()); err != nil && ctx.Err() == nil {
			logger.Warn("The open cases could not be counted.", "err", err)
		}
		select {
		case <-ctx.Done():
			tick.Stop()
			return nil
		case <-tick.C:
		}
	}
}

// census is the latest count.
type census struct {
	counter Counter
	kinds   []Kind
	keep    time.Duration

	mu    sync.Mutex
	at    time.Time
	found []figure
}

// figure is one gauge's value.
type figure struct {
	gauge  string
	n      int64
	labels attribute.Set
}

func (c *census) latest(now time.Time) []figure {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now.Sub(c.at) > c.keep {
		return nil
	}
	return c.found
}

// take counts once. Only all of it counts.
func (c *census) take(ctx context.Context, now time.Time) error {
	var found []figure
	for _, k := range c.kinds {
		all := fmt.Sprintf("ExecutionStatus = 'Running' AND WorkflowType = '%s'", k.Workflow)
		for gauge, further := range map[string]string{
			casesOpen:     "",
			casesWaiting:  " AND " + visibility.WaitsOn.GetName() + " IS NOT NULL",
			casesBreached: " AND " + visibility.Breached.GetName() + " = true",
		} {
			stages, err := c.byStage(ctx, k, all+further)
			if err != nil {
				return err
			}
			for stage, n := range stages {
				found = append(found, figure{gauge, n, attribute.NewSet(attribute.String("workflow_type", k.Workflow), attribute.String("stage", stage))})
			}
		}
		for gauge, further := range map[string]string{
			casesUnseen: fmt.Sprintf(" AND %s = '%s' AND %s IS NULL AND StartTime < '%s'", visibility.Stage.GetName(), visibility.Received,
				visibility.WaitsOn.GetName(), now.Add(-unseenAfter).UTC().Format(time.RFC3339)),
			// Temporal sets it by itself after five workflow tasks in a row that failed.
			casesFailing: " AND TemporalReportedProblems IS NOT NULL",
		} {
			n, err := c.count(ctx, all+further)
			if err != nil {
				return err
			}
			found = append(found, figure{gauge, n, attribute.NewSet(attribute.String("workflow_type", k.Workflow))})
		}
	}
	found = append(found, figure{casesCounted, now.Unix(), *attribute.EmptySet()})
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.found = now, found
	return nil
}

// byStage counts what a query finds by stage. Temporal groups by status alone, so it is one query a stage, and none where there is
// nothing to be found.
func (c *census) byStage(ctx context.Context, k Kind, query string) (map[string]int64, error) {
	found := map[string]int64{visibility.Received: 0, otherStage: 0}
	for _, stage := range k.Stages {
		found[stage] = 0
	}
	rest, err := c.count(ctx, query)
	if err != nil || rest == 0 {
		return found, err
	}
	for stage := range found {
		if stage == otherStage {
			continue
		}
		n, err := c.count(ctx, fmt.Sprintf("%s AND %s = '%s'", query, visibility.Stage.GetName(), stage))
		if err != nil {
			return nil, err
		}
		found[stage] = n
		rest -= n
	}
	found[otherStage] = max(rest, 0) // cases go on while they are counted
	return found, nil
}

func (c *census) count(ctx context.Context, query string) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	found, err := c.counter.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{Query: query})
	return found.GetCount(), err
}
