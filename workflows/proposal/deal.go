package proposal

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/step"
	"github.com/throughline-dev/throughline/workflows/visibility"
)

// readDeal reads what the proposal is about from its deal, where that has started it. Whoever owns the deal has asked for the
// proposal.
func (p *proposal) readDeal(ctx workflow.Context) error {
	if !p.in.FromDeal {
		return nil
	}
	deal, err := p.wholeDeal(ctx)
	if err != nil {
		return err
	}
	owner, err := step.Repeatable(ctx, p.steps, step.Spec{
		Name: "deal-owner", System: "policy", Summary: "See who owns the deal", Policy: step.Inside,
	}, policyActivities.FindOwner, policy.OwnerRequest{CRMOwner: deal.Owner})
	if err != nil {
		return err
	}
	p.client, p.in.RequestedBy = p.in.Client, owner.Of.ID
	return workflow.UpsertTypedSearchAttributes(ctx, visibility.Customer.ValueSet(p.in.Customer()))
}

// wholeDeal reads the deal, and has operations put it right in the CRM for as long as something that a proposal needs is missing
// or wrong there.
func (p *proposal) wholeDeal(ctx workflow.Context) (crm.Deal, error) {
	for round := 0; ; round++ {
		read := step.Spec{
			Name: fmt.Sprintf("read-deal-%d", round+1), System: "hubspot", Summary: "Read the deal from the CRM", Policy: step.System,
		}
		deal, err := step.Repeatable(ctx, p.steps, read, crmActivities.ReadDeal, crm.DealQuery{Deal: p.in.Deal, Currency: p.in.Currency})
		if err != nil {
			return crm.Deal{}, err
		}
		filled, wrong := FillFromDeal(p.in, deal)
		if len(wrong) == 0 {
			p.in = filled
			return deal, nil
		}
		// Only the workflow knows what a proposal needs, so what was read is treated here as a step that has failed for good.
		f := fault.Final("hubspot", "incomplete_deal", "Put this right on the deal "+deal.Deal+": "+wrong.Error())
		verdict, err := p.askAboutDeal(ctx, step.Failure{Spec: read, Round: round, Fault: f, Err: f.Err()})
		if err != nil {
			return crm.Deal{}, err
		}
		if verdict == step.Abort {
			return crm.Deal{}, step.ErrAborted
		}
	}
}

// askAboutDeal asks operations what becomes of a deal that isn't whole.
func (p *proposal) askAboutDeal(ctx workflow.Context, f step.Failure) (step.Verdict, error) {
	began := workflow.Now(ctx)
	defer func() { p.spent.Add(p.stage, humantask.RoleOperations, began, workflow.Now(ctx)) }()
	ask := p.desk.Rescue(func() (policy.Ladder, map[string]calendar.Calendar) { return p.policy.Operations, p.policy.Calendars })
	return ask(ctx, f)
}
