package main

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/assignment"
	"github.com/throughline-dev/throughline/activities/claims"
	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/email"
	"github.com/throughline-dev/throughline/activities/enrich"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/lead"
)

var (
	policyActivities     *policy.Activities
	enrichActivities     *enrich.Activities
	assignmentActivities *assignment.Activities
	claimsActivities     *claims.Activities
	crmActivities        *crm.Activities
	emailActivities      *email.Activities
	slackActivities      *slack.Activities
)

// ended is how a workflow ended; of a lead's result, that is all that the benchmarks read.
type ended struct {
	Ending lead.Ending `json:"ending"`
}

// kind is how a step is written: as a local or as a regular activity.
type kind func(ctx workflow.Context, act, key, req any) workflow.Future

func local(ctx workflow.Context, act, key, req any) workflow.Future {
	ctx = workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		ScheduleToCloseTimeout: 3 * time.Second, RetryPolicy: &temporal.RetryPolicy{MaximumAttempts: 1},
	})
	return workflow.ExecuteLocalActivity(ctx, act, key, req)
}

func regular(ctx workflow.Context, act, key, req any) workflow.Future {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: 30 * time.Second})
	return workflow.ExecuteActivity(ctx, act, key, req)
}

// bare does what a lead does while all goes well, and nothing else: the same activities with the same requests, the same of
// them at the same time, and the wait for the same signal. It has no ladder, no queries, no updates, no search attributes,
// nothing for Temporal Web, and no answer to anything that goes wrong. Its repeatable steps are of the given kind; the others
// are regular activities.
func bare(ctx workflow.Context, in lead.Submission, repeatable kind) (ended, error) {
	s := steps{ctx: ctx, id: workflow.GetInfo(ctx).WorkflowExecution.ID}
	var p policy.Lead
	s.do(repeatable, "policy", policyActivities.LeadPolicy, effect.None{}).get(&p)
	customer := in.Subject()
	claimed := s.do(repeatable, "claim-1", claimsActivities.Claim, claims.Request{Subject: customer, Case: s.id})
	known := s.do(repeatable, "known", crmActivities.FindKnown, crm.Query{Email: in.Email, Domain: in.Domain})
	var company enrich.Company
	s.do(repeatable, "enrich", enrichActivities.EnrichCompany,
		enrich.Query{Domain: in.Domain, Name: in.Company, Country: in.Country}).get(&company)
	claimed.get(nil)
	known.get(nil)
	var route policy.Route
	s.do(repeatable, "route", policyActivities.RouteLead, routing(in, p, company)).get(&route)
	var pool policy.Availability
	s.do(repeatable, "assign-hours-1", policyActivities.FindAvailable, policy.AvailabilityRequest{Pool: route.Pool.Name}).get(&pool)
	turn := assignment.Request{Pool: route.Pool.Name, Case: s.id, Anyone: true}
	for _, m := range pool.Members {
		turn.Members = append(turn.Members, assignment.Member{
			ID: m.Person.ID, Weight: m.Weight, Off: !m.Working, Cap: m.DailyCap, Day: m.Day,
		})
	}
	var given assignment.Turn
	s.do(repeatable, "assign", assignmentActivities.TakeTurn, turn).get(&given)
	var rep policy.Person
	for _, m := range route.Pool.Members {
		if m.Person.ID == given.Member {
			rep = m.Person
		}
	}

	mail := s.do(regular, "outreach", emailActivities.SendEmail, outreach(in, p, rep))
	var recorded crm.Recorded
	s.do(repeatable, "record", crmActivities.RecordLead, record(in, company, route, rep)).get(&recorded)
	contact := lead.ContactSubject(recorded.Contact)
	also := s.do(repeatable, "claim-2", claimsActivities.Claim, claims.Request{Subject: contact, Case: s.id})
	drawn := card(s.id, in, company, route, rep)
	var posted slack.Posted
	s.do(regular, "contact-card-1", slackActivities.PostCard, drawn).get(&posted)
	mail.get(nil)
	also.get(nil)
	s.do(repeatable, "stage-1", crmActivities.RecordStage,
		crm.Stage{Contact: recorded.Contact, Email: in.Email, Status: crm.StatusAttempted}).get(nil)

	if s.err != nil {
		return ended{}, s.err
	}
	var decision humantask.Decision
	workflow.GetSignalChannel(ctx, humantask.SignalDecide).Receive(ctx, &decision)
	drawn.Buttons, drawn.Status = nil, "Contact made by "+rep.Name
	update := s.do(repeatable, "contact-card-1-update", slackActivities.UpdateCard, slack.CardUpdate{At: posted, Card: drawn})
	s.do(repeatable, "outcome", crmActivities.RecordOutcome,
		crm.Outcome{Contact: recorded.Contact, Email: in.Email, Status: crm.StatusConnected, At: workflow.Now(ctx)}).get(nil)
	update.get(nil)
	s.do(repeatable, "release", claimsActivities.ReleaseClaims, claims.Release{Subjects: []string{customer, contact}, Case: s.id}).get(nil)
	return ended{Ending: lead.Contacted}, s.err
}

// steps does steps until one fails.
type steps struct {
	ctx workflow.Context
	id  string
	err error
}

// future is a step under way; its future is nil where an earlier step has failed.
type future struct {
	steps *steps
	workflow.Future
}

func (s *steps) do(kind kind, name string, act, req any) future {
	if s.err != nil {
		return future{steps: s}
	}
	return future{s, kind(s.ctx, act, effect.Key{ID: s.id + "/" + name}, req)}
}

func (f future) get(result any) {
	if f.Future == nil || f.steps.err != nil {
		return
	}
	f.steps.err = f.Get(f.steps.ctx, result)
}

func routing(in lead.Submission, p policy.Lead, c enrich.Company) policy.RouteRequest {
	return policy.RouteRequest{
		Territories: p.Territories, DefaultPool: p.DefaultPool,
		Lead: policy.LeadFacts{
			Country: in.Country, Region: in.Region, Employees: in.Employees, Company: in.Company, Domain: in.Domain, UTM: in.UTM,
		},
		Company: policy.CompanyFacts{
			Known: c.Found, Name: c.Name, Domain: c.Domain, Country: c.Country, Industry: c.Industry, Employees: c.Employees,
		},
	}
}

func outreach(in lead.Submission, p policy.Lead, rep policy.Person) email.Message {
	from := email.Address{Name: rep.Name, Email: rep.Email}
	return email.Message{
		To: email.Address{Name: in.Name, Email: in.Email}, From: from, ReplyTo: from, Template: p.OutreachTemplate,
		Data: map[string]string{
			"lead_name": in.Name, "lead_company": in.Company, "rep_name": rep.Name, "rep_email": rep.Email, "company": p.Company,
		},
	}
}

func record(in lead.Submission, c enrich.Company, route policy.Route, rep policy.Person) crm.Lead {
	return crm.Lead{
		Contact: crm.Contact{Email: in.Email, Name: in.Name, Phone: in.Phone, Country: in.Country},
		Company: crm.Company{Name: c.Name, Domain: c.Domain, Country: c.Country, Industry: c.Industry, Employees: c.Employees},
		Owner:   rep.CRMOwner,
		Note:    "Inbound lead:\n" + in.Message + "\n\nGiven to " + rep.Name + " by " + route.Why(),
		At:      in.Received,
	}
}

func card(workflowID string, in lead.Submission, c enrich.Company, route policy.Route, rep policy.Person) slack.Card {
	return slack.Card{
		To: rep.Slack, Title: "Make contact: " + in.Company, Text: in.Message,
		Facts: []slack.Fact{
			{Label: "Name", Value: in.Name},
			{Label: "E-mail", Value: in.Email, Link: "mailto:" + in.Email},
			{Label: "Phone", Value: in.Phone},
			{Label: "Company", Value: c.Name + ", " + c.Industry + ", " + c.Country},
			{Label: "Rep", Value: rep.Name},
			{Label: "Why", Value: route.Why()},
		},
		Buttons: buttons(route.Pool),
		Status:  "With " + rep.Name + ".",
		Task:    slack.TaskRef{Workflow: workflowID, Task: lead.ContactTask},
	}
}

// buttons are those of the lead's card, so that both cards take Slack the same.
func buttons(pool policy.Pool) []slack.Button {
	comment := humantask.Comment("Why", true)
	colleague := slack.Field{Name: humantask.FieldTo, Label: "To", Kind: slack.FieldChoice, Required: true}
	for _, m := range pool.Members {
		colleague.Choices = append(colleague.Choices, slack.Choice{Value: m.Person.ID, Label: m.Person.Name})
	}
	return []slack.Button{
		{Action: lead.ActionContacted, Label: "I've made contact", Style: "primary"},
		{Action: lead.ActionDisqualified, Label: "Not a lead", Fields: []slack.Field{comment}},
		{Action: humantask.ActionHandOver, Label: "Hand over", Fields: []slack.Field{colleague, comment}},
		{Action: humantask.ActionPause, Label: "Wait for the customer", Fields: []slack.Field{comment}},
		{Action: humantask.ActionExtend, Label: "More time", Fields: []slack.Field{
			{Name: humantask.FieldBy, Label: "How much", Kind: slack.FieldText, Required: true, Hint: "Like 4h or 90m, at most 48h"}, comment,
		}},
	}
}
