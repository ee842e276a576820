package client

import (
	"context"
	"fmt"
	"net/http"
)

// Deal is a deal in the CRM, with what is asked about one most often; its [Record] has the rest.
type Deal struct {
	Record
	Name  string
	Stage string // the ID of the stage that it is in: "closedwon"
	// Amount is in digits, "12345.50", and Currency its code; "" where it has none.
	Amount   string
	Currency string
	// Stages are the stages that it was in, the last one the present one.
	Stages []string
}

// DealForm is what somebody fills in to make a deal in the CRM. Amounts, quantities and percentages are in digits: "1999.50".
type DealForm struct {
	Name string `json:"name"`
	// Stage is the ID of the stage that the deal begins in; "" is the pipeline's first.
	Stage    string `json:"stage,omitempty"`
	Currency string `json:"currency,omitempty"` // "EUR"; "" names none
	// Amount is what the deal is about; "" is the sum of its lines.
	Amount    string        `json:"amount,omitempty"`
	Owner     string        `json:"owner,omitempty"` // the CRM's owner ID; "" for nobody
	Contacts  []DealContact `json:"contacts,omitempty"`
	Companies []DealCompany `json:"companies,omitempty"` // the first is the primary one
	Lines     []DealLine    `json:"lines,omitempty"`
	// Notes are those of the discovery call, as somebody types them.
	Notes string `json:"notes,omitempty"`
}

// DealContact is a contact of a deal: the one with the ID or the e-mail address, or a new one.
type DealContact struct {
	ID    string `json:"id,omitempty"`
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
	// Label is what the contact is to the deal: "Signer", "Decision maker"; "" for nothing said.
	Label string `json:"label,omitempty"`
}

// DealCompany is a company of a deal: the one with the ID or the domain, or a new one.
type DealCompany struct {
	ID     string `json:"id,omitempty"`
	Name   string `json:"name,omitempty"`
	Domain string `json:"domain,omitempty"`
}

// DealLine is a line item of a deal. What is taken off each is an amount or a percentage.
type DealLine struct {
	Name     string `json:"name,omitempty"`
	Quantity string `json:"quantity,omitempty"`
	Price    string `json:"price,omitempty"`
	Discount string `json:"discount,omitempty"`
	Percent  string `json:"percent,omitempty"`
}

// MakeDeal has somebody make a deal in the CRM, which tells the app of its stage. Contacts and companies that are there already
// are taken as they are.
func (c *Client) MakeDeal(ctx context.Context, f DealForm) (Deal, error) {
	var made Record
	err := c.do(ctx, http.MethodPost, "/crm/deals", nil, f, &made)
	return deal(made), err
}

// MoveDeal has somebody move a deal to another stage, by its ID, which the CRM tells the app.
func (c *Client) MoveDeal(ctx context.Context, id, stage string) (Deal, error) {
	moved, err := c.Edit(ctx, "deals", id, map[string]string{"dealstage": stage})
	return deal(moved), err
}

// Deals are the deals of a case, or with "" all, oldest first.
func (c *Client) Deals(ctx context.Context, caseID string) (list []Deal, err error) {
	records, err := c.Records(ctx, "deals", RecordFilter{Case: caseID})
	for _, r := range records {
		list = append(list, deal(r))
	}
	return list, err
}

// Deal is the deal with that ID. It fails where there is none.
func (c *Client) Deal(ctx context.Context, id string) (Deal, error) {
	records, err := c.Records(ctx, "deals", RecordFilter{ID: id})
	if err == nil && len(records) == 0 {
		err = fmt.Errorf("sandbox: the CRM has no deal %s", id)
	}
	if err != nil {
		return Deal{}, err
	}
	return deal(records[0]), nil
}

func deal(r Record) Deal {
	p := r.Properties
	d := Deal{Record: r, Name: p["dealname"], Stage: p["dealstage"], Amount: p["amount"], Currency: p["deal_currency_code"]}
	for _, v := range r.History["dealstage"] {
		d.Stages = append(d.Stages, v.Value)
	}
	if d.Stages == nil && d.Stage != "" { // it has never changed
		d.Stages = []string{d.Stage}
	}
	return d
}
