package proposal

import (
	"slices"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/assignment"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/step"
)

// pinPolicy takes the policy that the proposal keeps to its end.
func (p *proposal) pinPolicy(ctx workflow.Context) error {
	p.enter(ctx, StageDraft)
	pinned, err := step.Repeatable(ctx, p.steps, step.Spec{
		Name: "policy", System: "policy", Summary: "Take today's policy", Policy: step.Inside,
	}, policyActivities.ProposalPolicy, effect.None{})
	p.policy, p.result.Policy = pinned, pinned.Handbook
	return err
}

// assign gives the proposal to the strategist whose turn it is: of those at work if there are any.
func (p *proposal) assign(ctx workflow.Context) error {
	found, err := step.Repeatable(ctx, p.steps, step.Spec{
		Name: "assign-hours", System: "policy", Summary: "See who is at work in " + p.policy.Strategists, Policy: step.Inside,
	}, policyActivities.FindAvailable, policy.AvailabilityRequest{Pool: p.policy.Strategists})
	if err != nil {
		return err
	}
	var present []assignment.Member
	for _, m := range found.Members {
		p.colleagues = append(p.colleagues, m.Person)
		if !m.Away {
			present = append(present, assignment.Member{
				ID: m.Person.ID, Weight: m.Weight, Off: !m.Working, Cap: m.DailyCap, Day: m.Day,
			})
		}
	}
	switch {
	case len(found.Members) == 0: // the last of the pool has left since the policy was taken: that fails, and asks operations
		if err := p.pinPolicy(ctx); err != nil {
			return err
		}
		return p.assign(ctx)
	case len(present) == 0: // the first one's cover, or their manager, gets the review
		p.result.Strategist = p.colleagues[0]
		return nil
	}
	turn, err := step.Repeatable(ctx, p.steps, step.Spec{
		Name: "assign", System: "rotation", Summary: "Take the next strategist of " + p.policy.Strategists, Policy: step.Inside,
	}, assignmentActivities.TakeTurn, assignment.Request{
		Pool: p.policy.Strategists, Case: workflow.GetInfo(ctx).WorkflowExecution.ID, Members: present, Anyone: true,
	})
	if err != nil {
		return err
	}
	i := slices.IndexFunc(p.colleagues, func(c policy.Person) bool { return c.ID == turn.Member })
	p.result.Strategist = p.colleagues[max(i, 0)] // the rotation may remember a turn of somebody who has left since
	return nil
}

// moved has whoever takes a task of the strategist's over for good be the strategist from then on. A cover and a manager help out.
func (p *proposal) moved(_ workflow.Context, h humantask.Happening) {
	switch h.What {
	case humantask.HandedOver, humantask.Reassigned, humantask.Replaced:
		p.result.Strategist = h.To
	}
}
