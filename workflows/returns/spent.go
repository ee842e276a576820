package returns

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/step"
)

// With whom time is spent where it isn't a person of ours.
const (
	withCustomer = "customer"
	withSystems  = "systems"
)

// spent is the time that a return was with somebody in a stage.
type spent struct {
	stage, with string
	spans       []calendar.Span
	working     time.Duration // once it was reckoned
}

// spend notes that the return was with somebody for a time.
func (r *returning) spend(stage, with string, from, to time.Time) {
	if !to.After(from) {
		return
	}
	span := calendar.Span{From: from, To: to}
	for i := range r.spans {
		if s := &r.spans[i]; s.stage == stage && s.with == with {
			s.spans = append(s.spans, span)
			return
		}
	}
	r.spans = append(r.spans, spent{stage: stage, with: with, spans: []calendar.Span{span}})
}

// spendTask notes a task's time: with whoever answered it, but for the times in which it waited for the customer.
func (r *returning) spendTask(stage string, o humantask.Outcome) {
	since, with := o.Opened, o.By.ID
	for _, h := range o.Story {
		switch h.What {
		case humantask.Paused:
			r.spend(stage, with, since, h.At)
			since, with = h.At, withCustomer
		case humantask.Resumed:
			r.spend(stage, with, since, h.At)
			since, with = h.At, o.By.ID
		}
	}
	r.spend(stage, with, since, o.At)
}

// reckon counts the working time, which depends on the time-zone data of the build and so is for an activity. A turnaround that
// can't be reckoned holds nothing up.
func (r *returning) reckon(ctx workflow.Context) {
	aside := step.NewRunner(nil) // these are no steps of the return's
	for i := range r.spans {
		s := &r.spans[i]
		counted, err := step.Repeatable(ctx, aside, step.Spec{
			Name: "turnaround-" + s.stage + "-" + s.with, System: "calendar", Summary: "Count the working hours of the turnaround",
			Policy: step.Inside.Within(time.Minute),
		}, calendarActivities.ReckonWorkingTime, calendar.WorkingTimeRequest{Calendar: r.calendar(), Spans: s.spans})
		if err != nil {
			workflow.GetLogger(ctx).Warn("The turnaround's working time could not be counted.", "error", err)
			return
		}
		s.working = time.Duration(counted.Worked)
	}
}

// calendar is the house's.
func (r *returning) calendar() calendar.Calendar {
	if c, ok := r.policy.Calendars[r.policy.Calendar]; ok {
		return c
	}
	return calendar.Weekdays
}

// turnaround is where the time went, as far as it is known.
func (r *returning) turnaround() []Spent {
	var all []Spent
	for _, s := range r.spans {
		one := Spent{Stage: s.stage, With: s.with, Working: policy.Duration{Duration: s.working}}
		for _, span := range s.spans {
			one.Wall.Duration += span.To.Sub(span.From)
		}
		all = append(all, one)
	}
	return all
}
