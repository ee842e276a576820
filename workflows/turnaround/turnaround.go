// Package turnaround keeps where the time of a case went: in which stage, with whom, by the clock on the wall and in working hours.
package turnaround

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/step"
)

// Systems is with whom time is spent that no person has: steps are under way.
const Systems = "systems"

// Spent is a part of the turnaround.
type Spent struct {
	// Stage is one of the workflow's, and With whom it was: a person's ID, "client" or "customer", "systems", or "operations" for what a
	// system had refused.
	Stage string `json:"stage"`
	With  string `json:"with"`
	// Wall is by the clock on the wall, and Working in the working hours of the policy's calendar; it is counted at the end.
	// Several people who were asked at the same time have each the time that it was with them.
	Wall    policy.Duration `json:"wall"`
	Working policy.Duration `json:"working"`
}

// Ledger collects the time that a case spends. The zero value is empty and ready.
type Ledger struct{ parts []part }

// part is the time that a case was with somebody in a stage.
type part struct {
	stage, with string
	spans       []calendar.Span
	working     time.Duration // once it was counted
}

// Add notes that the case was with somebody for a time. Of the same stage and person all times are one part, in the order of their
// first; no time at all is none.
func (l *Ledger) Add(stage, with string, from, to time.Time) {
	if !to.After(from) {
		return
	}
	span := calendar.Span{From: from, To: to}
	for i := range l.parts {
		if p := &l.parts[i]; p.stage == stage && p.with == with {
			p.spans = append(p.spans, span)
			return
		}
	}
	l.parts = append(l.parts, part{stage: stage, with: with, spans: []calendar.Span{span}})
}

// Count counts the working time by a calendar. That depends on the time-zone data of the build, and so is for an activity. A turnaround
// that can't be counted holds nothing up: its working time stays 0.
func (l *Ledger) Count(ctx workflow.Context, by calendar.Calendar) { count(ctx, by, l.parts) }

// CountEach is Count by an activity for each part: so proposals have it in their histories.
func (l *Ledger) CountEach(ctx workflow.Context, by calendar.Calendar) {
	for i := range l.parts {
		if !count(ctx, by, l.parts[i:i+1]) {
			return
		}
	}
}

var calendarActivities *calendar.Activities

func count(ctx workflow.Context, by calendar.Calendar, parts []part) bool {
	if len(parts) == 0 {
		return true
	}
	var spans []calendar.Span
	for _, p := range parts {
		spans = append(spans, p.spans...)
	}
	aside := step.NewRunner(nil) // it is no step of the case's
	counted, err := step.Repeatable(ctx, aside, step.Spec{
		Name: "turnaround", System: "calendar", Summary: "Count the working hours of the turnaround", Policy: step.Inside.Within(time.Minute),
	}, calendarActivities.ReckonWorkingTime, calendar.WorkingTimeRequest{Calendar: by, Spans: spans})
	if err != nil {
		workflow.GetLogger(ctx).Warn("The turnaround's working time could not be counted.", "error", err)
		return false
	}
	if len(parts) == 1 {
		parts[0].working = time.Duration(counted.Worked)
		return true
	}
	for i := range parts {
		for range parts[i].spans {
			parts[i].working += time.Duration(counted.Each[0])
			counted.Each = counted.Each[1:]
		}
	}
	return true
}

// Spent is where the time went, as far as it is known.
func (l *Ledger) Spent() []Spent {
	var all []Spent
	for _, p := range l.parts {
		one := Spent{Stage: p.stage, With: p.with, Working: policy.Duration{Duration: p.working}}
		for _, span := range p.spans {
			one.Wall.Duration += span.To.Sub(span.From)
		}
		all = append(all, one)
	}
	return all
}
