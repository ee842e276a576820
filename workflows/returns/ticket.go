package returns

import (
	"fmt"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/step"
)

// startTicket has the return's number written into its ticket, and opens one where there is none.
func (r *returning) startTicket(ctx workflow.Context) {
	switch {
	case r.round > 1: // it is there
	case r.in.Ticket != "":
		r.ticket.ID = r.in.Ticket
		r.updateTicket(ctx, crm.TicketUpdate{Number: r.in.Number, Note: "This is the return " + r.in.Number + "."})
	default:
		opened := crm.NewTicket{
			Number: r.in.Number, Subject: fmt.Sprintf("Return %s of order %s", r.in.Number, r.in.Order),
			Text:  strings.TrimSpace(formatItems(r.in.Items) + "\n\n" + r.in.Comment),
			Email: r.in.Email, Name: r.in.Name, Pipeline: r.policy.Ticket.Pipeline, Stage: r.policy.Ticket.Open,
		}
		r.beside("ticket", &r.notes, func(ctx workflow.Context) error {
			made, err := step.Repeatable(ctx, r.steps, step.Spec{
				Name: "ticket", System: "hubspot", Summary: "Open a ticket", Policy: step.System, Skippable: true,
			}, crmActivities.OpenTicket, opened)
			r.ticket.ID = made.Ticket
			return err
		})
	}
}

// note has the ticket say something, and brings it to a stage; "" leaves it where it is.
func (r *returning) note(ctx workflow.Context, text, stage string) {
	r.updateTicket(ctx, crm.TicketUpdate{Note: text, Stage: stage})
}

// reopen has the ticket say something, and opens it again where it is closed.
func (r *returning) reopen(ctx workflow.Context, text string) {
	r.updateTicket(ctx, crm.TicketUpdate{Note: text, Stage: r.policy.Ticket.Open, Reopen: true})
}

// updateTicket takes the ticket further, beside the rest and after what was to be done before. One that was deleted is let be.
func (r *returning) updateTicket(ctx workflow.Context, u crm.TicketUpdate) {
	r.noted++
	name := fmt.Sprintf("ticket-%d", r.noted)
	u.At = workflow.Now(ctx)
	r.beside("ticket", &r.notes, func(ctx workflow.Context) error {
		if u.Ticket = r.ticket.ID; u.Ticket == "" {
			return nil
		}
		updated, err := step.Repeatable(ctx, r.steps, step.Spec{
			Name: name, System: "hubspot", Summary: "Bring the ticket up to date", Policy: step.System, Skippable: true,
		}, crmActivities.UpdateTicket, u)
		switch {
		case err != nil:
			return err
		case updated.Gone:
			r.ticket = crm.Ticket{}
		case updated.Ticket != "": // it was merged into another, perhaps
			r.ticket.ID = updated.Ticket
		}
		return nil
	})
}

// ticketFact leads to the ticket, where it is known how.
func (r *returning) ticketFact() slack.Fact {
	if r.ticket.URL == "" {
		return slack.Fact{}
	}
	return slack.Fact{Label: "Ticket", Value: r.ticket.ID, Link: r.ticket.URL}
}
