package proposal

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/step"
)

// With whom time is spent where it isn't a person of ours.
const (
	withClient  = "client"
	withSystems = "systems"
)

// spent is the time that a proposal was with somebody in a stage.
type spent struct {
	stage, with string
	spans       []calendar.Span
	working     time.Duration // once it was reckoned
}

// spend notes that the proposal was with somebody for a time.
func (p *proposal) spend(stage, with string, from, to time.Time) {
	if !to.After(from) {
		return
	}
	span := calendar.Span{From: from, To: to}
	for i := range p.spans {
		if s := &p.spans[i]; s.stage == stage && s.with == with {
			s.spans = append(s.spans, span)
			return
		}
	}
	p.spans = append(p.spans, spent{stage: stage, with: with, spans: []calendar.Span{span}})
}

// reckon counts the working time, which depends on the time-zone data of the build and so is for an activity. A turnaround that
// can't be reckoned holds nothing up.
func (p *proposal) reckon(ctx workflow.Context) {
	aside := step.NewRunner(nil) // these are no steps of the proposal's
	for i := range p.spans {
		s := &p.spans[i]
		counted, err := step.Repeatable(ctx, aside, step.Spec{
			Name: "turnaround-" + s.stage + "-" + s.with, System: "calendar", Summary: "Count the working hours of the turnaround",
			Policy: step.Inside.Within(time.Minute),
		}, calendarActivities.ReckonWorkingTime, calendar.WorkingTimeRequest{Calendar: p.calendar(), Spans: s.spans})
		if err != nil {
			workflow.GetLogger(ctx).Warn("The turnaround's working time could not be counted.", "error", err)
			return
		}
		s.working = time.Duration(counted.Worked)
	}
}

// turnaround is where the time went, as far as it is known.
func (p *proposal) turnaround() []Spent {
	var all []Spent
	for _, s := range p.spans {
		one := Spent{Stage: s.stage, With: s.with, Working: policy.Duration{Duration: s.working}}
		for _, span := range s.spans {
			one.Wall.Duration += span.To.Sub(span.From)
		}
		all = append(all, one)
	}
	return all
}
