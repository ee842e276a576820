package lead

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/step"
)

// recordWait is how long the rep's card waits for the CRM, so that it can link to the record. It is longer than the first
// try of a step and short for a person.
const recordWait = 5 * time.Second

// awaitContact asks the rep to make contact, and waits until somebody has.
func (l *lead) awaitContact(ctx workflow.Context) error {
	if _, err := step.WaitAtMost(ctx, recordWait, "Wait for the CRM", l.recorded.IsReady); err != nil {
		return err
	}
	l.desk.Stage(ContactTask)
	l.asked = true
	var colleagues []policy.Person
	for _, m := range l.result.Route.Pool.Members {
		colleagues = append(colleagues, m.Person)
	}
	outcome, err := l.desk.Ask(ctx, humantask.Task{
		ID: ContactTask, Title: "Make contact: " + l.name(), Text: l.in.Message,
		Candidates: []policy.Person{l.result.Rep}, Colleagues: colleagues, Reassigned: l.reassign, Moved: l.moved,
		Actions: []humantask.Action{
			{Name: ActionContacted, Label: "I've made contact", Style: "primary", Done: "Contact made"},
			{
				Name: ActionDisqualified, Label: "Not a lead", Done: "Not a lead",
				Fields: []slack.Field{humantask.Comment("Why it is no lead", true)},
			},
		},
		Ladder: l.policy.Contact, Calendars: l.policy.Calendars,
		MaxPause: l.policy.MaxPause.Duration, MaxExtension: l.policy.MaxExtension.Duration,
		Facts: l.facts,
	})
	if err != nil {
		return err
	}
	l.result.Contact = outcome
	l.result.Escalated = outcome.Happened(humantask.Escalated)
	return nil
}
