package billing

import (
	"context"
	"fmt"
	"net/http"
	netmail "net/mail"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v85"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/money"
)

// Options say which Stripe account to talk to.
type Options struct {
	// URL is the API's address; "" for Stripe's own, https://api.stripe.com, which has the accounts of every country.
	URL string
	// Key is a secret key ("sk_…") or, better, a restricted one ("rk_…") that may write customers, invoices, and charges and refunds,
	// and read PaymentIntents and events.
	Key string
	// HTTP sends the requests; nil for a client of its own from rest.NewHTTPClient.
	HTTP *http.Client
}

// Activities are what Throughline does in Stripe. They are safe for concurrent use.
type Activities struct {
	api *stripe.Client
}

// New makes the activities. They have a client of Stripe's SDK to themselves, and leave the SDK's global one alone.
func New(o Options) *Activities { return &Activities{api: client(o)} }

// maxLines is how many lines Stripe puts on an invoice
// (https://docs.stripe.com/changelog/2016-02-22/no-more-than-250-invoice-items).
const maxLines = 250

// MakeInvoice makes an invoice, and has Stripe send it to the customer. Run again, also after an attempt that broke off half-way
// or at the same time as another one, it goes on from what there is: see [step] for how each call happens once.
//
// Before it becomes final, what Stripe says that the customer has to pay is held against the total. Where it is another sum (a
// tax that the account adds by itself, a balance of the customer's from before), the draft is deleted and the fault is final:
// no other invoice is ever sent than was asked for. An invoice that people have voided is a final fault, too. One that is paid, or
// written off, is taken as sent.
func (a *Activities) MakeInvoice(ctx context.Context, key effect.Key, inv Invoice) (Invoiced, error) {
	b, err := plan(inv)
	if err != nil {
		return Invoiced{}, fault.Final(system, "invalid_request", err.Error()).Err()
	}
	made, err := a.invoice(ctx, key, inv, b)
	if err != nil {
		return Invoiced{}, err
	}
	if made.Status == stripe.InvoiceStatusDraft {
		if made, err = a.complete(ctx, key, made, b); err != nil {
			return Invoiced{}, err
		}
	}
	switch made.Status {
	case stripe.InvoiceStatusOpen:
		if err := b.check(made); err != nil {
			return Invoiced{}, fault.Final(system, "total_mismatch", err.Error()+". It is final already: void it in Stripe, or correct it").Err()
		}
		err = a.send(ctx, key, made)
	case stripe.InvoiceStatusPaid, stripe.InvoiceStatusUncollectible:
	default:
		err = fault.Final(system, "invoice_"+string(made.Status), "somebody has voided the invoice "+made.ID+" in Stripe").Err()
	}
	if err != nil {
		return Invoiced{}, err
	}
	done := Invoiced{ID: made.ID, Number: made.Number, URL: made.HostedInvoiceURL, Sent: true}
	if made.Customer != nil {
		done.Customer = made.Customer.ID
	}
	if made.DueDate > 0 {
		done.Due = time.Unix(made.DueDate, 0).UTC()
	}
	return done, nil
}

// bill is an invoice as Stripe counts it.
type bill struct {
	currency string // lower case
	items    []*stripe.InvoiceAddLinesLineParams
	total    int64
}

// plan says what is to be on the invoice, or what is wrong with it, by the field's name.
func plan(inv Invoice) (b bill, err error) {
	address, err := netmail.ParseAddress(strings.TrimSpace(inv.Customer.Email))
	switch {
	case err != nil || address.Address != strings.TrimSpace(inv.Customer.Email):
		return b, fmt.Errorf("customer.email: %q is no e-mail address", inv.Customer.Email)
	case strings.TrimSpace(inv.Customer.Name+inv.Customer.Company) == "":
		return b, fmt.Errorf("customer.name: neither a name nor a company is given")
	case inv.DueDays < 0:
		return b, fmt.Errorf("due_days: can't be negative")
	case len(inv.Lines) == 0:
		return b, fmt.Errorf("lines: there is none")
	case len(inv.Lines) > maxLines:
		return b, fmt.Errorf("lines: there are %d, and Stripe puts at most %d on an invoice", len(inv.Lines), maxLines)
	case inv.Total.Minor <= 0:
		return b, fmt.Errorf("total: there is nothing to pay")
	}
	if b.total, err = minor(inv.Total); err != nil {
		return b, fmt.Errorf("total: %w", err)
	}
	sum := money.Amount{Currency: inv.Total.Currency}
	for i, line := range inv.Lines {
		if strings.TrimSpace(line.Description) == "" {
			return b, fmt.Errorf("lines[%d].description: is missing", i)
		}
		n, err := minor(line.Amount)
		if err == nil {
			sum, err = sum.Add(line.Amount)
		}
		if err != nil {
			return b, fmt.Errorf("lines[%d].amount: %w", i, err)
		}
		b.items = append(b.items, &stripe.InvoiceAddLinesLineParams{
			Description: stripe.String(line.Description), Amount: stripe.Int64(n), Discountable: stripe.Bool(false),
		})
	}
	if sum != inv.Total {
		return b, fmt.Errorf("total: the lines add up to %s and not to %s", sum, inv.Total)
	}
	b.currency = strings.ToLower(inv.Total.Currency)
	return b, nil
}

// check holds what Stripe would have the customer pay against what was asked for.
func (b bill) check(i *stripe.Invoice) error {
	switch {
	case string(i.Currency) != b.currency:
		return fmt.Errorf("the invoice %s is in %s and should be in %s", i.ID, i.Currency, b.currency)
	case i.Total != b.total:
		return fmt.Errorf("the invoice %s comes to %d %s in Stripe's units and should come to %d", i.ID, i.Total, b.currency, b.total)
	case i.AmountDue > b.total:
		return fmt.Errorf("with the customer's balance from before, the invoice %s would ask for %d %s in Stripe's units and not for %d",
			i.ID, i.AmountDue, b.currency, b.total)
	}
	return nil
}
