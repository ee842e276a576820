package humantask

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/step"
)

// RoleOperations is the role that is asked about a step which failed for good.
const RoleOperations = "operations"

// Rescue makes the desk ask operations what becomes of a step that failed for good: try it again, go on without it (where
// the step allows that), or give the case up. The ladder and the calendars that it names are asked for at that moment, so
// that a workflow may make its runner before it knows its policy.
func (d *Desk) Rescue(ladder func() (policy.Ladder, map[string]calendar.Calendar)) step.Rescue {
	return func(ctx workflow.Context, f step.Failure) (step.Verdict, error) {
		d.rescues++
		role, excluded, err := d.operations(ctx)
		if err != nil {
			return "", err
		}
		actions := []Action{{Name: string(step.Retry), Label: "Try again", Style: "primary", Done: "Tried again"}}
		if f.Spec.Skippable {
			actions = append(actions, Action{
				Name: string(step.Skip), Label: "Go on without", Done: "Skipped",
				Confirm: "The case goes on, and this step is never done.",
			})
		}
		actions = append(actions, Action{
			Name: string(step.Abort), Label: "Give the case up", Style: "danger", Done: "Given up",
			Confirm: "The whole case ends here, and nobody is asked about it any more.",
		})
		rungs, calendars := ladder()
		outcome, err := d.Ask(ctx, Task{
			ID:         fmt.Sprintf("%s-failed-%d", f.Spec.Name, d.rescues),
			kind:       kindRescue,
			Title:      "Put right: " + f.Spec.Summary,
			Text:       "This step has failed for good, and its case waits for somebody to say what to do.",
			Candidates: role.People, Channel: role.Channel, Excluded: excluded, Actions: actions, Ladder: rungs, Calendars: calendars,
			Facts: func() []slack.Fact {
				return []slack.Fact{
					{Label: "What happened", Value: f.Reason()},
					{Label: "Step", Value: f.Spec.Name + " (" + f.Spec.System + ")"},
					{Label: "Case", Value: d.workflow},
				}
			},
		})
		return step.Verdict(outcome.Action), err
	}
}

// operations looks up who holds the role now, and who of the house the case is about: they are excluded. While nobody else holds it,
// it keeps looking, since there is nobody else to ask.
func (d *Desk) operations(ctx workflow.Context) (role policy.Role, excluded []string, err error) {
	for wait := 10 * time.Minute; ; wait = min(2*wait, time.Hour) { // so that what waits for months fits into a history
		asked := policy.PeopleRequest{Role: RoleOperations}
		if d.options.Customer != nil {
			asked.Email = d.options.Customer()
		}
		found, err := step.Repeatable(ctx, d.talk, step.Spec{
			Name: "operations", System: "policy", Summary: "Look up who is in operations", Policy: step.Inside,
		}, policyActivities.FindPeople, asked)
		if role, excluded = found.Without(asked.Email); err != nil || len(role.People) > 0 {
			return role, excluded, err
		}
		workflow.GetLogger(ctx).Warn("Nobody in operations may put right what failed: add somebody to the role in the handbook.")
		options := workflow.TimerOptions{Summary: "Nobody in operations may put it right: look again"}
		if err := workflow.NewTimerWithOptions(ctx, wait, options).Get(ctx, nil); err != nil {
			return policy.Role{}, nil, err
		}
	}
}
