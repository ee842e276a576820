package client

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// Invoice is an invoice in Stripe. Its amounts are as Stripe counts them: in cents, for most currencies.
type Invoice struct {
	ID string `json:"id"`
	// Key is the key of the effect that made it.
	Key      string `json:"key,omitempty"`
	Customer string `json:"customer"` // Stripe's ID
	Email    string `json:"email,omitempty"`
	Name     string `json:"name,omitempty"`
	// Number is Stripe's; "" for a draft.
	Number string `json:"number,omitempty"`
	// Status is "draft", "open", "paid" or "void".
	Status   string         `json:"status"`
	Currency string         `json:"currency"` // lower case
	Lines    []InvoiceLine  `json:"lines,omitempty"`
	Fields   []InvoiceField `json:"fields,omitempty"`
	Total    int64          `json:"total"`
	// Due is what there is to pay: Total with the customer's balance from before.
	Due  int64  `json:"due"`
	Memo string `json:"memo,omitempty"`
	// Sent is how often it was sent to the customer.
	Sent    int       `json:"sent"`
	Created time.Time `json:"created"`
	DueDate time.Time `json:"due_date,omitzero"`
	Paid    time.Time `json:"paid,omitzero"`
}

// InvoiceLine is a line of an invoice.
type InvoiceLine struct {
	Description string `json:"description"`
	Amount      int64  `json:"amount"`
}

// InvoiceField is a field of an invoice of our own.
type InvoiceField struct{ Name, Value string }

// What can be done with an invoice that is open.
const (
	InvoicePay  = "pay"
	InvoiceVoid = "void"
)

// InvoiceAct is something that somebody does with an invoice.
type InvoiceAct struct {
	Do string `json:"do"` // one of the constants above
}

// Invoices are the invoices of a case, or with "" all, oldest first.
func (c *Client) Invoices(ctx context.Context, caseID string) (list []Invoice, err error) {
	return list, c.do(ctx, http.MethodGet, "/invoices", url.Values{"case": {caseID}}, nil, &list)
}

// Settle has the customer pay an invoice, or somebody of ours void it, and returns what it is then. It fails where it isn't open.
func (c *Client) Settle(ctx context.Context, id string, a InvoiceAct) (settled Invoice, err error) {
	return settled, c.do(ctx, http.MethodPost, "/invoices/"+url.PathEscape(id), nil, a, &settled)
}

// ForgetKeys has Stripe forget all idempotency keys, as it may do after a day.
func (c *Client) ForgetKeys(ctx context.Context) error {
	return c.do(ctx, http.MethodDelete, "/invoices/keys", nil, nil, nil)
}
