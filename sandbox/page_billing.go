package sandbox

import (
	"net/http"
	"slices"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/sandbox/internal/stripe"
)

// shownBills is how many invoices are listed, and how many payments.
const shownBills = 100

type billingPage struct {
	Invoices     []client.Invoice // the youngest first
	More         int
	Payments     []client.Payment // the youngest first
	MorePayments int
	Open         *client.Invoice // the one that is looked at; nil for none
	Payment      *client.Payment // likewise
}

// billingPage is Stripe: the invoices and the payments, an invoice as the customer sees it, or a payment with its refunds.
func (s *Sandbox) billingPage(r *http.Request) (string, any) {
	if id := r.PathValue("id"); id != "" {
		if p, ok := s.billing.Payment(id); ok {
			return "A payment", billingPage{Payment: &p}
		}
		found := s.billing.Invoices(stripe.Filter{ID: id})
		if len(found) == 0 {
			return "", nil
		}
		title := "A draft of an invoice"
		if found[0].Number != "" {
			title = "Invoice " + found[0].Number
		}
		return title, billingPage{Open: &found[0]}
	}
	p := billingPage{
		Invoices: s.billing.Invoices(stripe.Filter{Last: shownBills}), More: max(s.billing.Len()-shownBills, 0),
		Payments: s.billing.Payments(shownBills), MorePayments: max(s.billing.PaymentsLen()-shownBills, 0),
	}
	slices.Reverse(p.Invoices)
	slices.Reverse(p.Payments)
	return "Billing", p
}
