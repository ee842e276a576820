package billing

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v85"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
)

// metaKey is the metadata that carries an effect's key.
const metaKey = "throughline_key"

// remembered is for how long Stripe surely knows an idempotency key, with an hour to spare.
const remembered = 23 * time.Hour

// invoice finds the effect's invoice, or makes a draft without lines.
func (a *Activities) invoice(ctx context.Context, key effect.Key, inv Invoice, b bill) (*stripe.Invoice, error) {
	again := key.MayHaveHappened(ctx)
	if again {
		// The search comes first: it finds the invoice also where its customer's address was corrected since.
		if found, err := a.search(ctx, key); err != nil || found != nil {
			return found, err
		}
	}
	customer, err := a.customer(ctx, inv.Customer)
	if err != nil {
		return nil, err
	}
	return step[stripe.Invoice]{
		name: "invoice", first: again, removable: true,
		look: func(ctx context.Context) (*stripe.Invoice, error) { return a.findInvoice(ctx, key, customer.ID) },
		call: func(ctx context.Context, p stripe.Params) (*stripe.Invoice, *stripe.APIResponse, error) {
			params := &stripe.InvoiceCreateParams{
				Params: p, Customer: stripe.String(customer.ID), Currency: stripe.String(b.currency),
				CollectionMethod: stripe.String(string(stripe.InvoiceCollectionMethodSendInvoice)),
				DaysUntilDue:     stripe.Int64(int64(inv.DueDays)),
				// Nothing happens by itself: neither is the draft made final in an hour, nor sent once it is.
				AutoAdvance: stripe.Bool(false),
				// Neither what is pending for the customer nor their standing discount gets onto this invoice.
				PendingInvoiceItemsBehavior: stripe.String("exclude"),
				Metadata:                    map[string]string{metaKey: key.ID},
			}
			params.AddUnsetField(stripe.InvoiceCreateParamsUnsetFieldDiscounts)
			if inv.Memo != "" {
				params.Description = stripe.String(inv.Memo)
			}
			if inv.Number != "" {
				params.CustomFields = []*stripe.InvoiceCreateCustomFieldParams{
					{Name: stripe.String("Proposal"), Value: stripe.String(inv.Number)},
				}
			}
			return answered(a.api.V1Invoices.Create(ctx, params))
		},
	}.do(ctx, key.ID)
}

// complete puts the lines on a draft, holds it against the bill, and makes it final.
func (a *Activities) complete(ctx context.Context, key effect.Key, draft *stripe.Invoice, b bill) (*stripe.Invoice, error) {
	if draft.Lines == nil || len(draft.Lines.Data) == 0 {
		withLines, err := step[stripe.Invoice]{
			name: "lines " + draft.ID,
			look: func(ctx context.Context) (*stripe.Invoice, error) {
				now, err := a.read(ctx, draft.ID)
				if err != nil || now.Lines == nil || len(now.Lines.Data) == 0 {
					return nil, err
				}
				return now, nil
			},
			call: func(ctx context.Context, p stripe.Params) (*stripe.Invoice, *stripe.APIResponse, error) {
				return answered(a.api.V1Invoices.AddLines(ctx, draft.ID, &stripe.InvoiceAddLinesParams{Params: p, Lines: b.items}))
			},
		}.do(ctx, key.ID)
		if err != nil {
			return nil, err
		}
		draft = withLines
	}
	if err := b.check(draft); err != nil {
		if _, err := a.api.V1Invoices.Delete(ctx, draft.ID, nil); err != nil {
			return nil, toFault(err)
		}
		return nil, fault.Final(system, "total_mismatch", err.Error()+". The draft was deleted; nothing was sent").Err()
	}
	return step[stripe.Invoice]{
		name: "finalize " + draft.ID,
		look: func(ctx context.Context) (*stripe.Invoice, error) {
			now, err := a.read(ctx, draft.ID)
			if err != nil || now.Status == stripe.InvoiceStatusDraft {
				return nil, err
			}
			return now, nil
		},
		call: func(ctx context.Context, p stripe.Params) (*stripe.Invoice, *stripe.APIResponse, error) {
			return answered(a.api.V1Invoices.FinalizeInvoice(ctx, draft.ID, &stripe.InvoiceFinalizeInvoiceParams{
				Params: p, AutoAdvance: stripe.Bool(false),
			}))
		},
	}.do(ctx, key.ID)
}

// send has Stripe send the invoice. Whether it has done so stands nowhere on the invoice; where Stripe may have forgotten the
// idempotency key, it is looked up among what has happened, which Stripe keeps for 30 days.
func (a *Activities) send(ctx context.Context, key effect.Key, final *stripe.Invoice) error {
	_, err := step[stripe.Invoice]{
		name: "send " + final.ID, first: time.Since(finalized(final)) > remembered,
		look: func(ctx context.Context) (*stripe.Invoice, error) { return a.findSent(ctx, final) },
		call: func(ctx context.Context, p stripe.Params) (*stripe.Invoice, *stripe.APIResponse, error) {
			return answered(a.api.V1Invoices.SendInvoice(ctx, final.ID, &stripe.InvoiceSendInvoiceParams{Params: p}))
		},
	}.do(ctx, key.ID)
	return err
}

func finalized(i *stripe.Invoice) time.Time {
	if i.StatusTransitions == nil {
		return time.Unix(0, 0)
	}
	return time.Unix(i.StatusTransitions.FinalizedAt, 0)
}

// findSent finds out that Stripe has sent an invoice; nil where it hasn't.
func (a *Activities) findSent(ctx context.Context, i *stripe.Invoice) (*stripe.Invoice, error) {
	params := &stripe.EventListParams{
		Type: stripe.String("invoice.sent"), CreatedRange: &stripe.RangeQueryParams{GreaterThanOrEqual: finalized(i).Unix()},
	}
	params.Limit = stripe.Int64(100)
	for event, err := range a.api.V1Events.List(ctx, params).All(ctx) {
		if err != nil {
			return nil, toFault(err)
		}
		if event.Data != nil && event.Data.Object["id"] == i.ID {
			return i, nil
		}
	}
	return nil, nil
}

// search finds the effect's invoice by its metadata; nil where there is none. What was made in the last minute, in bad times
// the last hour, the search doesn't know yet; accounts in India have none at all. Both is made up for by what else is
// looked up.
func (a *Activities) search(ctx context.Context, key effect.Key) (*stripe.Invoice, error) {
	params := &stripe.InvoiceSearchParams{}
	params.Query = "metadata['" + metaKey + "']:'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(key.ID) + "'"
	for found, err := range a.api.V1Invoices.Search(ctx, params).All(ctx) {
		var refused *stripe.Error
		if errors.As(err, &refused) && (refused.HTTPStatusCode == http.StatusBadRequest || refused.HTTPStatusCode == http.StatusForbidden) {
			return nil, nil
		}
		if err != nil {
			return nil, toFault(err)
		}
		if found.Metadata[metaKey] != key.ID {
			continue
		}
		now, err := a.read(ctx, found.ID) // the search may be behind
		if f, ok := fault.From(err); ok && f.Status == http.StatusNotFound {
			continue // a draft that was deleted
		}
		return now, err
	}
	return nil, nil
}

// findInvoice finds the effect's invoice among the customer's; nil where there is none.
func (a *Activities) findInvoice(ctx context.Context, key effect.Key, customer string) (*stripe.Invoice, error) {
	params := &stripe.InvoiceListParams{Customer: stripe.String(customer)}
	params.Limit = stripe.Int64(100)
	for i, err := range a.api.V1Invoices.List(ctx, params).All(ctx) {
		if err != nil {
			return nil, toFault(err)
		}
		if i.Metadata[metaKey] == key.ID {
			return i, nil
		}
	}
	return nil, nil
}

func (a *Activities) read(ctx context.Context, id string) (*stripe.Invoice, error) {
	i, err := a.api.V1Invoices.Retrieve(ctx, id, nil)
	return i, toFault(err)
}

// answered is an answer with what came with it.
func answered(i *stripe.Invoice, err error) (*stripe.Invoice, *stripe.APIResponse, error) {
	if err != nil {
		return nil, nil, err
	}
	return i, i.LastResponse, nil
}
