package sandbox

import (
	"net/http"
	"slices"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/sandbox/internal/stripe"
)

// shownInvoices is how many invoices are listed.
const shownInvoices = 100

type billingPage struct {
	Invoices []client.Invoice // the youngest first
	More     int
	Open     *client.Invoice // the one that is looked at; nil for none
}

// billingPage is Stripe: the invoices, or one of them as the customer sees it.
func (s *Sandbox) billingPage(r *http.Request) (string, any) {
	if id := r.PathValue("id"); id != "" {
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
	p := billingPage{Invoices: s.billing.Invoices(stripe.Filter{Last: shownInvoices}), More: max(s.billing.Len()-shownInvoices, 0)}
	slices.Reverse(p.Invoices)
	return "Invoices", p
}
