package lead

import (
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/assignment"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/step"
)

// assign takes a turn of the pool.
func (l *lead) assign(ctx workflow.Context) error {
	rep, err := l.turn(ctx, nil)
	l.result.Rep = rep
	return err
}

// turn takes a turn of the lead's pool that falls on none of those who had the lead; the zero Person where nobody is left.
func (l *lead) turn(ctx workflow.Context, had []policy.Person) (policy.Person, error) {
	pool := l.result.Route.Pool
	request := assignment.Request{Pool: pool.Name, Case: workflow.GetInfo(ctx).WorkflowExecution.ID}
	name := "assign"
	if n := len(had); n > 0 {
		name = fmt.Sprintf("assign-%d", n+1)
		request.Case += fmt.Sprintf("/%d", n+1)
	}
	for _, m := range pool.Members {
		if !slices.ContainsFunc(had, func(p policy.Person) bool { return p.ID == m.Person.ID }) {
			request.Members = append(request.Members, assignment.Member{ID: m.Person.ID, Weight: m.Weight})
		}
	}
	if len(request.Members) == 0 {
		return policy.Person{}, nil
	}
	turn, err := step.Repeatable(ctx, l.steps, step.Spec{
		Name: name, System: "rotation", Summary: "Take the next rep of " + pool.Name, Policy: step.Inside,
	}, assignmentActivities.TakeTurn, request)
	if err != nil {
		return policy.Person{}, err
	}
	for _, m := range pool.Members {
		if m.Person.ID == turn.Member {
			return m.Person, nil
		}
	}
	// The case was reset and routed anew, and the rotation remembers a turn of somebody who has left the pool since.
	found, err := step.Repeatable(ctx, l.steps, step.Spec{
		Name: name + "-find", System: "policy", Summary: "Find the rep", Policy: step.Inside,
	}, policyActivities.FindPeople, policy.PeopleRequest{People: []string{turn.Member}})
	if err != nil || len(found.People) > 0 {
		return append(found.People, policy.Person{})[0], err
	}
	return pool.Members[0].Person, nil
}

// recordWait is how long the rep's card waits for the CRM, so that it can link to the record. It is longer than the first
// try of a step and short for a person.
const recordWait = 5 * time.Second

// awaitContact asks the rep to make contact, and waits until somebody has.
func (l *lead) awaitContact(ctx workflow.Context, recorded workflow.Future) error {
	if _, err := step.WaitAtMost(ctx, recordWait, "Wait for the CRM", recorded.IsReady); err != nil {
		return err
	}
	l.desk.Stage(ContactTask)
	var colleagues []policy.Person
	for _, m := range l.result.Route.Pool.Members {
		colleagues = append(colleagues, m.Person)
	}
	outcome, err := l.desk.Ask(ctx, humantask.Task{
		ID: ContactTask, Title: "Make contact: " + l.name(), Text: l.in.Message,
		Candidates: []policy.Person{l.result.Rep}, Colleagues: colleagues, Reassigned: l.turn,
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
