package crm

import (
	"context"
	"net/url"
	"strings"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
)

// tickets is a kind of records.
const tickets = "tickets"

// HubSpot's own properties of a ticket.
const (
	propertyPipeline    = "hs_pipeline"
	propertyTicketStage = "hs_pipeline_stage"
)

// Throughline's own properties of a ticket, beside propertyKey; see [Setup].
const (
	propertyNumber = "throughline_number"
	propertyOrder  = "return_order"
	propertyItems  = "return_items"
	propertyWish   = "return_wish"
)

// ReadTicket reads a ticket and its contact; of several, the first. It only reads. A ticket that was deleted is one without an ID.
func (a *Activities) ReadTicket(ctx context.Context, _ effect.Key, q TicketQuery) (Ticket, error) {
	if q.Ticket == "" {
		return Ticket{}, noTicket()
	}
	r, err := a.read(ctx, tickets, q.Ticket, "subject", "content", "createdate",
		propertyTicketStage, propertyOrder, propertyItems, propertyWish, propertyKey)
	if absent(err) {
		return Ticket{}, nil
	}
	if err != nil {
		return Ticket{}, err
	}
	p := r.Properties
	t := Ticket{
		ID: r.ID, Subject: p["subject"], Text: p["content"], Stage: p[propertyTicketStage], Opened: moment(p["createdate"]),
		Order: p[propertyOrder], Items: p[propertyItems], Wish: p[propertyWish],
	}
	t.Case, _, _ = strings.Cut(p[propertyKey], "/")
	if a.tickets != "" {
		t.URL = a.tickets + url.PathEscape(r.ID)
	}
	people, err := a.linked(ctx, tickets, r.ID, contacts)
	if err != nil {
		return Ticket{}, moved(err)
	}
	if len(people) == 0 {
		return t, nil
	}
	c, err := a.read(ctx, contacts, people[0].ID, "email", propertyFirst, propertyLast)
	if err != nil {
		return Ticket{}, moved(err)
	}
	t.Email = c.Properties["email"]
	t.Name = strings.TrimSpace(c.Properties[propertyFirst] + " " + c.Properties[propertyLast])
	return t, nil
}

func noTicket() error {
	return fault.Final(system, "invalid_request", "ticket: no ticket is named").Err()
}
