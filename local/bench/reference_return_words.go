package main

import (
	"fmt"
	"strconv"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/email"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/refund"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/returns"
)

// tell has the customer know how it stands, for the nth time: by an e-mail, and the same in the ticket.
func (r *returned) tell(n int, template string, data map[string]string, stage string) {
	text := "To the customer: " + template
	for _, key := range workflow.DeterministicKeys(data) {
		text += "\n" + key + ": " + data[key]
	}
	r.note(n, text, stage)
	data["customer_name"], data["company"], data["number"], data["order"] = r.in.Name, r.policy.Company, r.in.Number, r.order.Name
	r.mails.add(func(s *steps) {
		s.do(regular, fmt.Sprint("mail-", n), emailActivities.SendEmail, email.Message{
			To: email.Address{Name: r.in.Name, Email: r.in.Email}, Case: r.id, Template: template, Data: data,
		}).get(nil)
	})
}

// note has the ticket say something, for the nth time.
func (r *returned) note(n int, text, stage string) {
	u := crm.TicketUpdate{Note: text, Stage: stage, At: workflow.Now(r.ctx)}
	r.ticket.add(func(s *steps) {
		u.Ticket = r.ticketID
		s.do(r.repeatable, fmt.Sprint("ticket-", n), crmActivities.UpdateTicket, u).get(nil)
	})
}

// tellWarehouse writes to the warehouse's mailbox what is on its way.
func (r *returned) tellWarehouse(drawn slack.Card) {
	r.outside.add(func(s *steps) {
		s.do(regular, "warehouse-arrive-1", emailActivities.SendEmail, email.Message{
			To: email.Address{Email: r.policy.WarehouseEmail}, Template: "task",
			Data: map[string]string{
				"person_name": r.policy.Warehouse, "title": drawn.Title, "text": drawn.Text, "facts": slack.Lines(drawn.Facts), "status": "",
				"how": "Record what arrives on the card in Slack.",
			},
		}).get(nil)
	})
}

func (r *returned) parcelCard(role policy.Role, until string) slack.Card {
	var grades []slack.Choice
	for _, g := range r.policy.Grades {
		grades = append(grades, slack.Choice{Value: g.Name, Label: g.Label})
	}
	return slack.Card{
		To: role.Channel, Title: "Take in the return " + r.in.Number + " of " + r.in.Name,
		Text: "A parcel is on its way, with this number on it. Record what is in it when it comes.",
		Facts: []slack.Fact{
			{Label: "Return", Value: r.in.Number},
			{Label: "Order", Value: r.order.Name, Link: r.order.URL},
			{Label: "Until", Value: until},
			{Label: "Expected, line 1", Value: r.lines()},
		},
		Buttons: []slack.Button{
			{
				Action: returns.ActionArrived, Label: "It has arrived", Style: "primary", Prefilled: true,
				Fields: []slack.Field{
					{Name: "received-1", Label: r.line.Title, Kind: slack.FieldText, Required: true, Hint: "How many are in it"},
					{Name: "grade-1", Label: "1. Grade", Kind: slack.FieldChoice, Choices: grades},
					{Name: "wrong", Label: "Wrong", Kind: slack.FieldLong, Hint: "What came instead of what was announced"},
					{Name: "extra", Label: "Extra", Kind: slack.FieldLong, Hint: "What came beside it"},
					{Name: "photo", Label: "Photo", Kind: slack.FieldText, Hint: "A picture's address, which begins with https://"},
					humantask.Comment("Note", false),
					{Name: "rest", Label: "What isn't in it", Kind: slack.FieldChoice, Required: true, Choices: []slack.Choice{
						{Value: "open", Label: "May still come"}, {Value: "over", Label: "Doesn't come any more"},
					}},
				},
			},
			{Action: humantask.ActionClaim, Label: "I'll take it"},
		},
		Status: "With " + strconv.Itoa(len(role.People)) + " people.",
	}
}

func (r *returned) payCard(role policy.Role, k refund.Reckoned) slack.Card {
	return slack.Card{
		To: role.People[0].Slack, Title: fmt.Sprintf("Refund %s for the return %s of %s", k.Total, r.in.Number, r.in.Name),
		Facts: []slack.Fact{
			{Label: "Return", Value: r.in.Number},
			{Label: "Order", Value: r.order.Name, Link: r.order.URL},
			{Label: "Customer", Value: r.in.Name},
			{Label: "Approved by", Value: "the policy, by rule"},
			{Label: "Line 1", Value: r.lines()},
			{Label: "The way back", Value: k.ReturnFee.String()},
			{Label: "In all", Value: k.Total.String()},
			{Label: "Left of the payments", Value: k.Left.String()},
			{Label: "Paid by", Value: k.Total.String() + " by Stripe"},
		},
		Buttons: []slack.Button{
			{Action: returns.ActionApprove, Label: "Pay it", Style: "primary", Confirm: fmt.Sprintf("The customer gets %s.", k.Total)},
			{Action: returns.ActionReject, Label: "Don’t pay it", Style: "danger", Fields: []slack.Field{humantask.Comment("Why not, for support", true)}},
		},
		Status: "With " + role.People[0].Name + ".",
	}
}
