// Package billing makes invoices, and pays refunds, with Stripe.
//
// What Stripe takes and answers is described at https://docs.stripe.com/api.
package billing

import (
	"time"

	"github.com/throughline-dev/throughline/activities/money"
)

// Invoice is to be made and sent.
type Invoice struct {
	Customer Customer `json:"customer"`
	// Number is the proposal's, which stands on the invoice.
	Number string `json:"number"`
	// Memo stands on the invoice; may be empty.
	Memo string `json:"memo,omitempty"`
	// Lines add up to Total, together with a discount as a line of its own with a negative amount. There are at most 250, as
	// many as Stripe puts on an invoice.
	Lines []Line `json:"lines"`
	// Total is more than nothing: of nothing there is nothing to invoice.
	Total money.Amount `json:"total"`
	// DueDays is how many days the customer has to pay.
	DueDays int `json:"due_days"`
}

// Line is a line of an invoice. Its amount is final: Stripe computes nothing.
type Line struct {
	Description string       `json:"description"`
	Amount      money.Amount `json:"amount"`
}

// Customer is found by e-mail address, or made. One that is found keeps what is known of it, and gets what it lacks.
type Customer struct {
	Email   string `json:"email"`
	Name    string `json:"name"`
	Company string `json:"company,omitempty"`
	Country string `json:"country,omitempty"` // ISO 3166-1 alpha-2
}

// Invoiced is an invoice that was made.
type Invoiced struct {
	ID       string `json:"id"`
	Customer string `json:"customer"`
	// Number is Stripe's number of the invoice, and URL the page where it is paid.
	Number string    `json:"number"`
	URL    string    `json:"url"`
	Due    time.Time `json:"due,omitzero"`
	// Sent is whether Stripe has sent it to the customer.
	Sent bool `json:"sent"`
}
