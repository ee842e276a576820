package proposal

import (
	"errors"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/billing"
	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/document"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/projects"
	"github.com/throughline-dev/throughline/workflows/step"
	"github.com/throughline-dev/throughline/workflows/turnaround"
)

// kickOff does everything that a signature sets going, side by side. Each part that fails for good asks operations by itself, and
// whatever they decide, the others are done.
func (p *proposal) kickOff(ctx workflow.Context) error {
	p.enter(ctx, StageKickoff)
	began := workflow.Now(ctx)
	parts := []struct {
		name string
		do   func(workflow.Context) error
	}{
		{"project", p.makeProject}, {"invoice", p.makeInvoice}, {"deal", p.winDeal},
		{"client", p.thank}, {"team", p.announce}, {"strategist", p.report},
	}
	errs := make([]error, len(parts))
	left := len(parts)
	for i, part := range parts {
		workflow.GoNamed(ctx, part.name, func(ctx workflow.Context) {
			errs[i] = part.do(ctx)
			left--
		})
	}
	// A cancelled workflow's parts end by themselves, each with the cancellation.
	rest, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	if err := workflow.Await(rest, func() bool { return left == 0 }); err != nil {
		return err
	}
	p.spent.Add(StageKickoff, turnaround.Systems, began, workflow.Now(ctx))
	return errors.Join(errs...)
}

// skipped takes a part that operations went on without as done.
func skipped(err error) error {
	if errors.Is(err, step.ErrSkipped) {
		return nil
	}
	return err
}

// makeProject makes the project that the policy's template describes.
func (p *proposal) makeProject(ctx workflow.Context) error {
	people, err := p.kickoffPeople(ctx)
	if err != nil {
		return err
	}
	dates, err := p.kickoffDates(ctx)
	if err != nil {
		return err
	}
	k := p.policy.Kickoff
	kickoff := projects.Kickoff{
		Name: fmt.Sprintf("%s: %s", p.client.Company, p.current().Proposal.Title), Notes: p.kickoffNotes(),
		Owner: people[k.Owner], Start: dates[0],
	}
	if k.Owner == "" {
		kickoff.Owner = p.result.Strategist.Email
	}
	for _, s := range k.Sections {
		section := projects.Section{Name: s.Name}
		for _, t := range s.Tasks {
			task := projects.Task{Name: t.Name, Assignee: people[t.Assignee]}
			if t.Due > 0 {
				task.Due = dates[t.Due]
			}
			section.Tasks = append(section.Tasks, task)
		}
		kickoff.Sections = append(kickoff.Sections, section)
	}
	p.result.Project, err = step.Once(ctx, p.steps, step.Spec{
		Name: "project", System: "asana", Summary: "Make the kickoff project", Policy: step.System, Skippable: true,
	}, projectsActivities.MakeProject, kickoff)
	return skipped(err)
}

// kickoffPeople are the addresses of those whom the template names, by the names that it has for them. Who has left is nobody.
func (p *proposal) kickoffPeople(ctx workflow.Context) (map[string]string, error) {
	asked := policy.PeopleRequest{People: []string{p.policy.Kickoff.Owner}}
	for _, s := range p.policy.Kickoff.Sections {
		for _, t := range s.Tasks {
			asked.People = append(asked.People, t.Assignee)
		}
	}
	found, err := step.Repeatable(ctx, p.steps, step.Spec{
		Name: "kickoff-people", System: "policy", Summary: "Look up who takes part in the project", Policy: step.Inside,
	}, policyActivities.FindPeople, asked)
	people := map[string]string{policy.TheStrategist: p.result.Strategist.Email}
	for _, one := range found.People {
		people[one.ID] = one.Email
	}
	return people, err
}

// kickoffDates are the dates that are so many working days after the signature, for 0 and for all that the template names.
func (p *proposal) kickoffDates(ctx workflow.Context) (map[int]string, error) {
	asked := calendar.WorkingDaysRequest{Calendar: p.calendar(), From: p.signed(ctx), After: []int{0}}
	for _, s := range p.policy.Kickoff.Sections {
		for _, t := range s.Tasks {
			asked.After = append(asked.After, t.Due)
		}
	}
	counted, err := step.Repeatable(ctx, p.steps, step.Spec{
		Name: "kickoff-dates", System: "calendar", Summary: "Count the working days of the project", Policy: step.Inside,
	}, calendarActivities.CountWorkingDays, asked)
	dates := map[int]string{}
	for i, date := range counted.Dates {
		dates[asked.After[i]] = date
	}
	return dates, err
}

// makeInvoice has the client invoiced for exactly what they have signed.
func (p *proposal) makeInvoice(ctx workflow.Context) error {
	v := p.current().Proposal
	if v.Totals.Total.IsZero() {
		return nil // there is nothing to be paid
	}
	lines, err := invoiceLines(v)
	if err != nil {
		return err // not of totals that were reckoned
	}
	p.result.Invoice, err = step.Once(ctx, p.steps, step.Spec{
		Name: "invoice", System: "stripe", Summary: "Invoice the client", Policy: step.System, Skippable: true,
	}, billingActivities.MakeInvoice, billing.Invoice{
		Customer: billing.Customer{Email: p.client.Email, Name: p.client.Name, Company: p.client.Company, Country: p.client.Country},
		Number:   v.Number, Memo: fmt.Sprintf("%s, proposal %s, version %d", v.Title, v.Number, v.Version),
		Lines: lines, Total: v.Totals.Total, DueDays: p.policy.InvoiceDue,
	})
	return skipped(err)
}

// invoiceLines are the proposal's lines and its discount, which add up to its total.
func invoiceLines(v document.Proposal) ([]billing.Line, error) {
	var lines []billing.Line
	for i, l := range v.Lines {
		description := l.Description
		if l.Quantity != money.One {
			description = fmt.Sprintf("%s × %s", l.Quantity, l.Description)
		}
		lines = append(lines, billing.Line{Description: description, Amount: v.Totals.Lines[i]})
	}
	if v.Totals.Discount.IsZero() {
		return lines, nil
	}
	description := "Discount"
	if v.Discount.Percent != 0 {
		description = fmt.Sprintf("Discount (%s %%)", v.Discount.Percent)
	}
	off, err := v.Totals.Discount.Neg()
	return append(lines, billing.Line{Description: description, Amount: off}), err
}

// winDeal says in the CRM that the deal is won, where there is one.
func (p *proposal) winDeal(ctx workflow.Context) (err error) {
	if p.in.Deal == "" {
		return nil
	}
	v := p.current().Proposal
	p.result.Deal, err = step.Repeatable(ctx, p.steps, step.Spec{
		Name: "deal", System: "hubspot", Summary: "Win the deal in the CRM", Policy: step.System, Skippable: true,
	}, crmActivities.WinDeal, crm.Win{
		Deal: p.in.Deal, Stage: p.policy.WonStage, Amount: v.Totals.Total, At: p.signed(ctx),
		Note: fmt.Sprintf("The proposal %s, version %d, was signed: %s.", v.Number, v.Version, v.Totals.Total),
	})
	return skipped(err)
}
