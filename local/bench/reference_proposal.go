package main

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/billing"
	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/document"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/email"
	"github.com/throughline-dev/throughline/activities/esign"
	"github.com/throughline-dev/throughline/activities/link"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/projects"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/proposal"
)

var (
	calendarActivities *calendar.Activities
	documentActivities *document.Activities
	linkActivities     *link.Activities
	esignActivities    *esign.Activities
	projectsActivities *projects.Activities
	billingActivities  *billing.Activities
)

// bareProposal does what a proposal does whose notes say all that is needed, that is too small to need anybody's approval, and
// that has no deal in the CRM.
func bareProposal(ctx workflow.Context, in proposal.Request, repeatable kind) (ended, error) {
	s := begin(ctx)
	var p policy.Proposal
	s.do(repeatable, "policy", policyActivities.ProposalPolicy, effect.None{}).get(&p)
	strategist, pool := s.turn(repeatable, "assign-hours", p.Strategists)
	var made document.Proposal
	s.do(repeatable, "draft", documentActivities.DraftProposal, drafting(in, p, strategist)).get(&made)
	made.Draft = false
	var rendered document.Document
	s.do(repeatable, "render-1", documentActivities.RenderProposal, made).get(&rendered)
	var pdf, page link.Linked
	s.do(repeatable, "render-1-link", linkActivities.LinkDocument, link.DocumentRequest{
		Document: link.Document{Digest: rendered.Digest, Kind: "pdf", Name: made.Number + "-v1.pdf"}, Days: 30,
	}).get(&pdf)
	s.do(repeatable, "render-1-page-link", linkActivities.LinkDocument, link.DocumentRequest{
		Document: link.Document{Digest: rendered.HTMLDigest, Kind: "html", Name: made.Number + "-v1.html"}, Days: 30,
	}).get(&page)

	facts := proposalFacts(made, rendered, pdf, page)
	drawn := reviewCard(s.id, made, facts, strategist, pool)
	var posted slack.Posted
	s.do(regular, "review-1-card-1", slackActivities.PostCard, drawn).get(&posted)
	s.await(humantask.SignalDecide, new(humantask.Decision))
	drawn.Buttons, drawn.Status = nil, "Approved by "+strategist.Name
	update := s.do(repeatable, "review-1-card-1-update", slackActivities.UpdateCard, slack.CardUpdate{At: posted, Card: drawn})

	house := p.Calendars[p.Calendar]
	var day calendar.DayEnd
	s.do(repeatable, "valid-until-1", calendarActivities.ReckonDayEnd,
		calendar.DayEndRequest{Calendar: house, Date: made.ValidUntil}).get(&day)
	expires := workflow.Now(ctx).Add(p.Signature.Expires.Duration)
	if day.At.Before(expires) {
		expires = day.At
	}
	var asked esign.Requested
	s.do(regular, "signature-1", esignActivities.RequestSignature, signature(in, p, made, rendered, expires)).get(&asked)
	update.get(nil)
	var heard, status esign.Status
	for s.err == nil && heard.State != esign.Signed {
		s.await(proposal.SignalSignature, &heard)
	}
	s.do(repeatable, "confirm-1", esignActivities.SignatureStatus, esign.Reference{ID: asked.ID}).get(&status)

	title := in.Client.Company + " has signed the proposal " + made.Number
	parts := []future{
		s.do(regular, "invoice", billingActivities.MakeInvoice, invoice(in, p, made)),
		s.do(regular, "signed-client", emailActivities.SendEmail, thanks(in, p, made, strategist)),
		s.do(regular, "signed-team", slackActivities.PostCard, slack.Card{To: p.Channel, Title: title, Facts: facts}),
		s.do(regular, "signed-strategist", emailActivities.SendEmail, report(title, facts, strategist)),
	}
	named, after := kickoff(p)
	var people policy.People
	s.do(repeatable, "kickoff-people", policyActivities.FindPeople, policy.PeopleRequest{People: named}).get(&people)
	var days calendar.WorkingDays
	s.do(repeatable, "kickoff-dates", calendarActivities.CountWorkingDays,
		calendar.WorkingDaysRequest{Calendar: house, From: workflow.Now(ctx), After: after}).get(&days)
	s.do(regular, "project", projectsActivities.MakeProject, project(in, p, made, facts, strategist, people, days)).get(nil)
	for _, part := range parts {
		part.get(nil)
	}
	return ended{Ending: proposals.ending}, s.err
}

func drafting(in proposal.Request, p policy.Proposal, strategist policy.Person) document.DraftRequest {
	return document.DraftRequest{
		Number: in.Number, Title: in.Title, Client: in.Client,
		Provider: document.Party{Company: p.Company, Name: strategist.Name, Email: strategist.Email},
		Notes:    document.Notes{Text: in.Notes}, Currency: in.Currency, Lines: in.Lines, Discount: in.Discount,
		Terms: p.Terms, ValidUntil: in.ValidUntil,
	}
}

func proposalFacts(made document.Proposal, rendered document.Document, pdf, page link.Linked) []slack.Fact {
	return []slack.Fact{
		{Label: "Proposal", Value: made.Number + ", version 1"},
		{Label: "Title", Value: made.Title},
		{Label: "Client", Value: made.Client.Company + ", " + made.Client.Name},
		{Label: "Total", Value: made.Totals.Total.String()},
		{Label: "Discount", Value: made.Totals.Discount.String() + " off " + made.Totals.Subtotal.String()},
		{Label: "Valid until", Value: made.ValidUntil},
		{Label: "Document", Value: fmt.Sprintf("Open it (%d pages)", rendered.Pages), Link: pdf.URL},
		{Label: "On a page", Value: "Read it here", Link: page.URL},
	}
}

func reviewCard(
	workflowID string, made document.Proposal, facts []slack.Fact, strategist policy.Person, pool []policy.Attendance,
) slack.Card {
	change := []slack.Field{
		{Name: proposal.FieldLines, Label: "Prices", Kind: slack.FieldLong, Hint: "A line each: 2 × Robot arm @ 1999.50"},
		{Name: proposal.FieldDiscount, Label: "Discount", Kind: slack.FieldText, Hint: "A share like 12.5 %, or an amount like 500.00"},
		{Name: proposal.FieldValidUntil, Label: "Valid until", Kind: slack.FieldText, Hint: "The last day, like 2026-11-30"},
	}
	for _, section := range made.Sections {
		change = append(change, slack.Field{Name: section.Kind, Label: section.Title, Kind: slack.FieldLong})
	}
	change = append(change, humantask.Comment("Why", false))
	return slack.Card{
		To: strategist.Slack, Title: "Review the proposal " + made.Number + " for " + made.Client.Company,
		Text:  "This is what the client is to get.",
		Facts: append(facts, slack.Fact{Label: "Approval", Value: "by rule: it is below everything that needs somebody's approval"}),
		Buttons: append([]slack.Button{
			{Action: proposal.ActionApprove, Label: "Approve", Style: "primary"},
			{Action: proposal.ActionChange, Label: "Change it", Fields: change, Prefilled: true},
			{Action: proposal.ActionDrop, Label: "Drop it", Style: "danger", Fields: []slack.Field{humantask.Comment("Why", true)}},
		}, handling(pool)...),
		Status: "With " + strategist.Name + ".",
		Task:   slack.TaskRef{Workflow: workflowID, Task: proposal.ReviewTask + "-1", Version: "1"},
	}
}

func signature(in proposal.Request, p policy.Proposal, made document.Proposal, rendered document.Document, expires time.Time) esign.Request {
	return esign.Request{
		Digest: rendered.Digest, Number: made.Number, Version: made.Version, Title: made.Title + " (" + made.Number + ")",
		Message: p.Company + " sends you the proposal " + made.Number + " for your signature. It is valid until " + made.ValidUntil + ".",
		Signer:  esign.Signer{Name: in.Client.Name, Email: in.Client.Email}, Expires: expires,
	}
}

func invoice(in proposal.Request, p policy.Proposal, made document.Proposal) billing.Invoice {
	i := billing.Invoice{
		Customer: billing.Customer{
			Email: in.Client.Email, Name: in.Client.Name, Company: in.Client.Company, Country: in.Client.Country,
		},
		Number: made.Number, Memo: made.Title + ", proposal " + made.Number, Total: made.Totals.Total, DueDays: p.InvoiceDue,
	}
	for n, line := range made.Lines {
		i.Lines = append(i.Lines, billing.Line{Description: line.Description, Amount: made.Totals.Lines[n]})
	}
	off := made.Totals.Discount
	off.Minor = -off.Minor
	i.Lines = append(i.Lines, billing.Line{Description: "Discount", Amount: off})
	return i
}

func thanks(in proposal.Request, p policy.Proposal, made document.Proposal, strategist policy.Person) email.Message {
	from := email.Address{Name: strategist.Name, Email: strategist.Email}
	return email.Message{
		To: email.Address{Name: in.Client.Name, Email: in.Client.Email}, From: from, ReplyTo: from, Template: "proposal_signed",
		Data: map[string]string{
			"client_name": in.Client.Name, "client_company": in.Client.Company, "title": made.Title, "number": made.Number,
			"total": made.Totals.Total.String(), "strategist_name": from.Name, "strategist_email": from.Email, "company": p.Company,
		},
	}
}

func report(title string, facts []slack.Fact, strategist policy.Person) email.Message {
	return email.Message{
		To: email.Address{Name: strategist.Name, Email: strategist.Email}, Template: "task",
		Data: map[string]string{
			"person_name": strategist.Name, "title": title, "text": "The project and the invoice are on their way.",
			"facts": slack.Lines(facts), "status": "", "how": "",
		},
	}
}

// kickoff is whom the project's template names, and after how many working days its tasks are due.
func kickoff(p policy.Proposal) (people []string, after []int) {
	people, after = []string{p.Kickoff.Owner}, []int{0}
	for _, section := range p.Kickoff.Sections {
		for _, task := range section.Tasks {
			people, after = append(people, task.Assignee), append(after, task.Due)
		}
	}
	return people, after
}

func project(
	in proposal.Request, p policy.Proposal, made document.Proposal, facts []slack.Fact, strategist policy.Person,
	people policy.People, days calendar.WorkingDays,
) projects.Kickoff {
	address := map[string]string{policy.TheStrategist: strategist.Email}
	for _, person := range people.People {
		address[person.ID] = person.Email
	}
	k := projects.Kickoff{Name: in.Client.Company + ": " + made.Title, Notes: slack.Lines(facts), Owner: strategist.Email}
	if len(days.Dates) == 0 {
		return k // an earlier step has failed
	}
	k.Start = days.Dates[0]
	n := 0
	for _, s := range p.Kickoff.Sections {
		section := projects.Section{Name: s.Name}
		for _, t := range s.Tasks {
			n++
			task := projects.Task{Name: t.Name, Assignee: address[t.Assignee]}
			if t.Due > 0 {
				task.Due = days.Dates[n]
			}
			section.Tasks = append(section.Tasks, task)
		}
		k.Sections = append(k.Sections, section)
	}
	return k
}
