package humantask

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/policy"
)

// judgement is what is found about a decision before it counts.
type judgement struct {
	task   *task
	action Action
	by     policy.Person
	// repeat is set for a second delivery of the click that ended the task.
	repeat bool
}

// refusal is why a decision doesn't count, for the person who made it.
type refusal string

// judge finds out whether a decision may count, without changing anything, so that the update's validator can ask too.
func (d *Desk) judge(ctx workflow.Context, decision Decision) (judgement, refusal) {
	t := d.find(decision.Task)
	if t == nil {
		return judgement{}, refusal(fmt.Sprintf("There is no task %q here.", decision.Task))
	}
	by, entitled := t.candidate(decision.By)
	if o := t.outcome; o != nil {
		if decision.ID != "" && decision.ID == t.decision {
			return judgement{task: t, repeat: true}, ""
		}
		return judgement{}, refusal(fmt.Sprintf("%s decided this %s: %s", o.By.Name, ago(workflow.Now(ctx), o.At), t.done()))
	}
	if t.withdrawn {
		return judgement{}, "This was withdrawn; there is nothing left to decide."
	}
	if !entitled {
		return judgement{}, refusal(fmt.Sprintf("This isn't yours to decide. It is with %s.", t.holder.Name))
	}
	if decision.Version != t.def.Version {
		return judgement{}, "You answered an older version of this. Please look at the latest card."
	}
	i := slices.IndexFunc(t.def.Actions, func(a Action) bool { return a.Name == decision.Action })
	if i < 0 {
		return judgement{}, refusal(fmt.Sprintf("%q is no answer here. Choose one of: %s.", decision.Action, t.actionNames()))
	}
	return judgement{task: t, action: t.def.Actions[i], by: by}, ""
}

// decide judges a decision and, where it counts, ends its task.
func (d *Desk) decide(ctx workflow.Context, decision Decision) Answer {
	j, refusal := d.judge(ctx, decision)
	if refusal != "" {
		return Answer{Text: string(refusal)}
	}
	if !j.repeat {
		j.task.settle(ctx, decision, j.by)
	}
	return Answer{Accepted: true, Text: "Recorded: " + j.task.done() + "."}
}

// candidate finds the person behind an actor among those who may answer.
func (t *task) candidate(by Actor) (policy.Person, bool) {
	i := slices.IndexFunc(t.candidates, func(p policy.Person) bool {
		return by.Person != "" && by.Person == p.ID || by.Slack != "" && by.Slack == p.Slack
	})
	if i < 0 {
		return policy.Person{}, false
	}
	return t.candidates[i], true
}

func (t *task) actionNames() string {
	var names []string
	for _, a := range t.def.Actions {
		names = append(names, a.Name)
	}
	return strings.Join(names, ", ")
}

// done says what was decided ("Contact made").
func (t *task) done() string {
	for _, a := range t.def.Actions {
		if a.Name == t.outcome.Action {
			return a.Done
		}
	}
	return t.outcome.Action
}

// ago says how long before now something was, and when.
func ago(now, then time.Time) string {
	return fmt.Sprintf("%s ago (%s)", span(now.Sub(then)), moment(then))
}

// moment writes a time as cards show it. Everybody's time zone is another, so it says which it is in.
func moment(t time.Time) string { return t.UTC().Format("Mon 2 Jan 15:04 UTC") }

// span writes a duration as a person would say it: its one or two largest units.
func span(d time.Duration) string {
	d = d.Round(time.Second)
	switch {
	case d < time.Second:
		return "a moment"
	case d < time.Minute:
		return plural(int(d/time.Second), "second")
	case d < time.Hour:
		return plural(int(d/time.Minute), "minute")
	case d < 72*time.Hour:
		hours, minutes := int(d/time.Hour), int(d%time.Hour/time.Minute)
		if minutes == 0 {
			return plural(hours, "hour")
		}
		return plural(hours, "hour") + " " + plural(minutes, "minute")
	default:
		return plural(int(d/(24*time.Hour)), "day")
	}
}

func plural(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}
