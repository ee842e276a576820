package lead

import (
	"errors"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/assignment"
	"github.com/throughline-dev/throughline/activities/claims"
	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/email"
	"github.com/throughline-dev/throughline/activities/enrich"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/step"
)

// The activities, by their registered names; the receivers are never used here.
var (
	policyActivities     *policy.Activities
	enrichActivities     *enrich.Activities
	assignmentActivities *assignment.Activities
	claimsActivities     *claims.Activities
	crmActivities        *crm.Activities
	emailActivities      *email.Activities
)

// pinPolicy takes the policy that the lead keeps to its end.
func (l *lead) pinPolicy(ctx workflow.Context) error {
	p, err := step.Repeatable(ctx, l.steps, step.Spec{
		Name: "policy", System: "policy", Summary: "Take today's policy", Policy: step.Inside,
	}, policyActivities.LeadPolicy, effect.None{})
	l.policy, l.result.Policy = p, p.Handbook
	return err
}

// enrich finds out about the company, for as long as the policy says. Whatever goes wrong, the lead goes on without.
func (l *lead) enrich(ctx workflow.Context) {
	query := enrich.Query{Domain: l.in.Domain, Name: l.in.Company, Country: l.in.Country}
	if query.Domain == "" && query.Name == "" || l.policy.EnrichmentWait.Duration <= 0 {
		return
	}
	l.result.Company, _ = step.Repeatable(ctx, l.steps, step.Spec{
		Name: "enrich", System: "peopledatalabs", Summary: "Look the company up",
		Policy: step.System.Within(l.policy.EnrichmentWait.Duration), BestEffort: true,
	}, enrichActivities.EnrichCompany, query)
}

// route finds the territory, by the rules that the lead started under.
func (l *lead) route(ctx workflow.Context) (err error) {
	l.result.Route, err = step.Repeatable(ctx, l.steps, step.Spec{
		Name: "route", System: "policy", Summary: "Find the territory", Policy: step.Inside,
	}, policyActivities.RouteLead, policy.RouteRequest{
		Territories: l.policy.Territories, DefaultPool: l.policy.DefaultPool,
		Lead: policy.LeadFacts{
			Country: l.in.Country, Region: l.in.Region, Employees: l.in.Employees,
			Company: l.in.Company, Domain: l.in.Domain, UTM: l.in.UTM,
		},
		Company: l.companyFacts(),
	})
	return err
}

// companyFacts are what enrichment found, else what the lead said.
func (l *lead) companyFacts() policy.CompanyFacts {
	found := l.result.Company
	facts := policy.CompanyFacts{
		Known: found.Found, Name: found.Name, Domain: found.Domain,
		Country: found.Country, Industry: found.Industry, Employees: found.Employees,
	}
	if facts.Name == "" {
		facts.Name = l.in.Company
	}
	if facts.Domain == "" {
		facts.Domain = l.in.Domain
	}
	if facts.Country == "" {
		facts.Country = l.in.Country
	}
	if facts.Employees == 0 {
		facts.Employees = l.in.Employees
	}
	return facts
}

// reachOut answers the lead, from the rep, by e-mail.
func (l *lead) reachOut(ctx workflow.Context) error {
	rep := email.Address{Name: l.result.Rep.Name, Email: l.result.Rep.Email}
	_, err := step.Once(ctx, l.steps, step.Spec{
		Name: outreachStep, System: "sendgrid", Summary: "Write to the lead", Policy: step.System, Skippable: true,
	}, emailActivities.SendEmail, email.Message{
		To: email.Address{Name: l.in.Name, Email: l.in.Email}, From: rep, ReplyTo: rep,
		Template: l.policy.OutreachTemplate, Case: l.id,
		Data: map[string]string{
			"lead_name": l.in.Name, "lead_company": l.in.Company,
			"rep_name": rep.Name, "rep_email": rep.Email, "company": l.policy.Company,
		},
	})
	if errors.Is(err, step.ErrSkipped) {
		return nil
	}
	if err == nil && l.policy.Shape >= 2 {
		l.afterRecord("stage", l.recordStage)
	}
	return err
}
