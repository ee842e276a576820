package main

import (
	"go.temporal.io/sdk/workflow"

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
	claimsActivities *claims.Activities
	crmActivities    *crm.Activities
	enrichActivities *enrich.Activities
)

// bareLead does what a lead does that nobody knows yet.
func bareLead(ctx workflow.Context, in lead.Submission, repeatable kind) (ended, error) {
	s := begin(ctx)
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
	rep, pool := s.turn(repeatable, "assign-hours-1", route.Pool.Name)

	mail := s.do(regular, "outreach", emailActivities.SendEmail, outreach(s.id, in, p, rep))
	var recorded crm.Recorded
	s.do(repeatable, "record", crmActivities.RecordLead, record(in, company, route, rep)).get(&recorded)
	contact := lead.ContactSubject(recorded.Contact)
	also := s.do(repeatable, "claim-2", claimsActivities.Claim, claims.Request{Subject: contact, Case: s.id})
	drawn := leadCard(s.id, in, company, route, rep, pool)
	var posted slack.Posted
	s.do(regular, "contact-card-1", slackActivities.PostCard, drawn).get(&posted)
	mail.get(nil)
	also.get(nil)
	s.do(repeatable, "stage-1", crmActivities.RecordStage,
		crm.Stage{Contact: recorded.Contact, Email: in.Email, Status: crm.StatusAttempted}).get(nil)

	s.await(humantask.SignalDecide, new(humantask.Decision))
	drawn.Buttons, drawn.Status = nil, "Contact made by "+rep.Name
	update := s.do(repeatable, "contact-card-1-update", slackActivities.UpdateCard, slack.CardUpdate{At: posted, Card: drawn})
	s.do(repeatable, "outcome", crmActivities.RecordOutcome,
		crm.Outcome{Contact: recorded.Contact, Email: in.Email, Status: crm.StatusConnected, At: workflow.Now(ctx)}).get(nil)
	update.get(nil)
	s.do(repeatable, "release", claimsActivities.ReleaseClaims, claims.Release{Subjects: []string{customer, contact}, Case: s.id}).get(nil)
	return ended{Ending: leads.ending}, s.err
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

func outreach(workflowID string, in lead.Submission, p policy.Lead, rep policy.Person) email.Message {
	from := email.Address{Name: rep.Name, Email: rep.Email}
	return email.Message{
		To: email.Address{Name: in.Name, Email: in.Email}, From: from, ReplyTo: from, Template: p.OutreachTemplate, Case: workflowID,
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

func leadCard(
	workflowID string, in lead.Submission, c enrich.Company, route policy.Route, rep policy.Person, pool []policy.Attendance,
) slack.Card {
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
		Buttons: append([]slack.Button{
			{Action: lead.ActionContacted, Label: "I've made contact", Style: "primary"},
			{Action: lead.ActionDisqualified, Label: "Not a lead", Fields: []slack.Field{humantask.Comment("Why", true)}},
		}, handling(pool)...),
		Status: "With " + rep.Name + ".",
		Task:   slack.TaskRef{Workflow: workflowID, Task: lead.ContactTask},
	}
}
