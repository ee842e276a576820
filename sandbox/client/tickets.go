package client

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
)

// TicketForm is what a customer fills in to have the help desk open a ticket, or somebody for them.
type TicketForm struct {
	Name    string `json:"name,omitempty"`
	Email   string `json:"email,omitempty"` // "" for a ticket of nobody's
	Subject string `json:"subject"`
	Text    string `json:"text,omitempty"`
	// Stage is the ID of the stage that it begins in; "" is the first one's.
	Stage string `json:"stage,omitempty"`
	// Order, Items and Wish are the properties of a return, which the account has once it was set up: "1042", "2 x LAMP-1,
	// too_small" a line each, and "refund", "exchange" or "store_credit".
	Order string `json:"order,omitempty"`
	Items string `json:"items,omitempty"`
	Wish  string `json:"wish,omitempty"`
}

// Ticket is a ticket in the CRM.
type Ticket struct {
	Record
	Subject string `json:"subject"`
	Text    string `json:"text,omitempty"`
	Stage   string `json:"stage"`
	// Stages are the stages that it has been in, the last one being where it is.
	Stages []string `json:"stages"`
	// Number is that of the return which the ticket is about; "" for none.
	Number string `json:"number,omitempty"`
}

// MakeTicket has a customer open a ticket in the CRM, which tells the app of its stage and order. A contact with the address is taken
// as it is.
func (c *Client) MakeTicket(ctx context.Context, f TicketForm) (Ticket, error) {
	var made Record
	err := c.do(ctx, http.MethodPost, "/crm/tickets", nil, f, &made)
	return ticket(made), err
}

// MoveTicket has somebody move a ticket to another stage of its pipeline, by its ID, which the CRM tells the app.
func (c *Client) MoveTicket(ctx context.Context, id, stage string) (Ticket, error) {
	moved, err := c.Edit(ctx, "tickets", id, map[string]string{"hs_pipeline_stage": stage})
	return ticket(moved), err
}

// MergeTicket has somebody merge a ticket into another one, and returns the one that comes of it. It has a new ID, which both old
// ones lead to.
func (c *Client) MergeTicket(ctx context.Context, id, into string) (Ticket, error) {
	var merged Record
	err := c.do(ctx, http.MethodPost, "/crm/tickets/"+url.PathEscape(id)+"/merge", nil, map[string]string{"into": into}, &merged)
	return ticket(merged), err
}

// DeleteTicket has somebody delete a ticket.
func (c *Client) DeleteTicket(ctx context.Context, id string) error {
	return c.do(ctx, http.MethodDelete, "/crm/tickets/"+url.PathEscape(id), nil, nil, nil)
}

// Tickets are the tickets of a case, or with "" all, oldest first.
func (c *Client) Tickets(ctx context.Context, caseID string) (list []Ticket, err error) {
	records, err := c.Records(ctx, "tickets", RecordFilter{Case: caseID})
	for _, r := range records {
		list = append(list, ticket(r))
	}
	return list, err
}

// Ticket is the ticket with that ID, or the one that it was merged into. It fails where there is none.
func (c *Client) Ticket(ctx context.Context, id string) (Ticket, error) {
	records, err := c.Records(ctx, "tickets", RecordFilter{ID: id})
	if err == nil && len(records) == 0 {
		err = fmt.Errorf("sandbox: the CRM has no ticket %s", id)
	}
	if err != nil {
		return Ticket{}, err
	}
	return ticket(records[0]), nil
}

// TicketNotes are the notes on a ticket, oldest first, as the CRM keeps them: in HTML.
func (c *Client) TicketNotes(ctx context.Context, id string) (list []Record, err error) {
	t, err := c.Ticket(ctx, id)
	for _, note := range t.Associated["notes"] {
		found, err := c.Records(ctx, "notes", RecordFilter{ID: note})
		if err != nil {
			return nil, err
		}
		list = append(list, found...)
	}
	return list, err
}

func ticket(r Record) Ticket {
	p := r.Properties
	t := Ticket{Record: r, Subject: p["subject"], Text: p["content"], Stage: p["hs_pipeline_stage"], Number: p["throughline_number"]}
	for _, v := range r.History["hs_pipeline_stage"] {
		t.Stages = append(t.Stages, v.Value)
	}
	if t.Stages == nil && t.Stage != "" { // it has never changed
		t.Stages = []string{t.Stage}
	}
	return t
}
