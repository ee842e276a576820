package returns

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/step"
)

// role is who holds a role now, but for the customer where that is one of ours: nobody decides about their own return, not in another's
// place either. While nobody is left, operations are asked.
func (r *returning) role(ctx workflow.Context, name string) (policy.Role, error) {
	for round := 0; ; round++ {
		r.looked++
		look := step.Spec{Name: fmt.Sprintf("people-%d", r.looked), System: "policy", Summary: "Look up who is in " + name, Policy: step.Inside}
		found, err := step.Repeatable(ctx, r.steps, look, policyActivities.FindPeople,
			policy.PeopleRequest{Role: name, Email: r.in.Email})
		if err != nil {
			return policy.Role{}, err
		}
		var role policy.Role
		if role, r.themselves = found.Without(r.in.Email); len(role.People) > 0 {
			return role, nil
		}
		f := fault.Final("policy", "ROLE_EMPTY", fmt.Sprintf(
			"Nobody who may decide about this return has the role %q. Add somebody to the role of that name in the handbook, then try again.", name))
		verdict, err := r.rescue(ctx, step.Failure{Spec: look, Round: round, Fault: f, Err: f.Err()})
		if err != nil {
			return policy.Role{}, err
		}
		if verdict == step.Abort {
			return policy.Role{}, step.ErrAborted
		}
	}
}

// supportTask is a task of support's, but for what it asks.
func (r *returning) supportTask(role policy.Role, id, title string) humantask.Task {
	return humantask.Task{
		ID: id, Title: title, Candidates: role.People, Channel: role.Channel, Colleagues: role.People, Excluded: r.themselves,
		Ladder: r.policy.Review, Calendars: r.policy.Calendars,
	}
}

// numbered is the ID of a task that is asked again: "approve", "approve-2".
func numbered(task string, n int) string {
	if n == 1 {
		return task
	}
	return fmt.Sprintf("%s-%d", task, n)
}
