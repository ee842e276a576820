package commerce

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
)

// draft is a draft order.
type draft struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Created time.Time `json:"createdAt"`
	Tags    []string  `json:"tags"`
	Ready   bool      `json:"ready"`
	Status  string    `json:"status"`
	Order   *struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"order"`
}

// ReserveExchange keeps for a customer what they get instead: a draft order that costs nothing, goes to where the first order went,
// and reserves its stock at once, until the time that is given. It reserves what isn't there, too: ask [Activities.FindVariants]
// before.
//
// Shopify takes no idempotency key for it, so the draft has a tag of its own and is looked up before it is made: by the tag, and,
// since the search is some seconds behind, among the newest ones. It is looked up afterwards, too: of two that were made at once the
// older one stays, and whoever made the other deletes it.
func (a *Activities) ReserveExchange(ctx context.Context, _ effect.Key, q Exchange) (Reserved, error) {
	if err := q.check(); err != nil {
		return Reserved{}, err
	}
	d, err := a.draftOf(ctx, q.mark())
	if err != nil {
		return Reserved{}, err
	}
	if d.ID != "" {
		return Reserved{ID: d.ID, Name: d.Name}, nil
	}
	input, err := a.draftInput(ctx, q)
	if err != nil {
		return Reserved{}, err
	}
	made, err := a.change(ctx, createDraft, map[string]any{"input": input})
	if err != nil {
		return Reserved{}, err
	}
	if made.Draft == nil {
		return Reserved{}, fault.Unreachable(system, "a draft order was made, and answered without an ID").Err()
	}
	d, err = a.draftOf(ctx, q.mark())
	if err != nil {
		return Reserved{}, err
	}
	if d.ID == "" || d.ID == made.Draft.ID {
		return Reserved{ID: made.Draft.ID, Name: made.Draft.Name}, nil
	}
	return Reserved{ID: d.ID, Name: d.Name}, a.remove(ctx, made.Draft.ID)
}

func (q Exchange) check() error {
	switch {
	case q.Order == "":
		return invalid("order: no order is named")
	case !ours.MatchString(q.Number):
		return invalid("number: a return's number looks like R-7QX4M2KD")
	case q.N < 1:
		return invalid("n: the return's exchanges are numbered from 1")
	case len(q.Lines) == 0:
		return invalid("lines: nothing is exchanged")
	}
	for i, l := range q.Lines {
		if l.Variant == "" || l.Quantity < 1 {
			return invalid("lines[%d]: %d of %q is no quantity of a variant", i, l.Quantity, l.Variant)
		}
	}
	return nil
}

// mark is the tag by which the exchange's draft order is known: "R-7QX4M2KD-1".
func (q Exchange) mark() string { return fmt.Sprintf("%s-%d", q.Number, q.N) }

// draftOf is the oldest draft order with a tag; the zero draft where there is none. The search may still know one that was deleted, so
// each is read before it counts.
func (a *Activities) draftOf(ctx context.Context, mark string) (draft, error) {
	type answer struct {
		Newest connection[draft] `json:"newest"`
		Tagged connection[draft] `json:"tagged"`
	}
	got, err := ask[answer](ctx, a, findDrafts, map[string]any{"query": "tag:" + quoted(mark)})
	if err != nil {
		return draft{}, err
	}
	all := slices.DeleteFunc(append(got.Newest.Nodes, got.Tagged.Nodes...), func(d draft) bool { return !slices.Contains(d.Tags, mark) })
	slices.SortFunc(all, func(a, b draft) int {
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID))
	})
	for _, d := range all {
		there, err := a.draft(ctx, ExchangeRef{ID: d.ID})
		if err != nil {
			return draft{}, err
		}
		if there != nil {
			return d, nil
		}
	}
	return draft{}, nil
}

// draftInput is the draft as the shop takes it. Where it goes is read now and sent on, and so stands in no history.
func (a *Activities) draftInput(ctx context.Context, q Exchange) (map[string]any, error) {
	type address struct {
		First    string `json:"firstName,omitempty"`
		Last     string `json:"lastName,omitempty"`
		Company  string `json:"company,omitempty"`
		Line1    string `json:"address1,omitempty"`
		Line2    string `json:"address2,omitempty"`
		Zip      string `json:"zip,omitempty"`
		City     string `json:"city,omitempty"`
		Province string `json:"provinceCode,omitempty"`
		Phone    string `json:"phone,omitempty"`
		Country  string `json:"countryCode,omitempty"`
	}
	type answer struct {
		Order *struct {
			Address *struct {
				address
				CountryV2 string `json:"countryCodeV2"`
			} `json:"shippingAddress"`
		} `json:"order"`
	}
	got, err := ask[answer](ctx, a, readShippingAddress, map[string]any{"id": q.Order})
	if err != nil {
		return nil, err
	}
	if got.Order == nil {
		return nil, missing("order", q.Order)
	}
	type line struct {
		Variant  string `json:"variantId"`
		Quantity int    `json:"quantity"`
	}
	lines := make([]line, len(q.Lines))
	for i, l := range q.Lines {
		lines[i] = line(l)
	}
	input := map[string]any{
		"lineItems": lines, "presentmentCurrencyCode": q.Currency, "tags": []string{q.Number, q.mark()},
		"note":                  "Exchange for return " + q.Number,
		"reserveInventoryUntil": q.Until.UTC().Format(time.RFC3339),
		"appliedDiscount":       map[string]any{"title": "Exchange", "description": q.Number, "valueType": "PERCENTAGE", "value": 100},
	}
	if q.Customer.ID != "" {
		input["purchasingEntity"] = map[string]any{"customerId": q.Customer.ID}
	}
	if q.Customer.Email != "" {
		input["email"] = q.Customer.Email
	}
	if to := got.Order.Address; to != nil {
		to.Country = to.CountryV2
		input["shippingAddress"] = to.address
	}
	return input, nil
}

// CompleteExchange makes an order of what was kept for a customer; it costs nothing and counts as paid. One that is an order already
// answers with that.
func (a *Activities) CompleteExchange(ctx context.Context, _ effect.Key, q ExchangeRef) (Exchanged, error) {
	d, err := a.draft(ctx, q)
	switch {
	case err != nil:
		return Exchanged{}, err
	case d == nil:
		return Exchanged{}, missing("draft order", q.ID)
	case d.Order == nil && !d.Ready:
		return Exchanged{}, fault.Unreachable(system, "the draft order isn't ready yet").Err()
	case d.Order == nil:
		done, err := a.change(ctx, completeDraft, map[string]any{"id": q.ID})
		if err != nil {
			return Exchanged{}, err
		}
		d = done.Draft
	}
	if d == nil || d.Order == nil {
		return Exchanged{}, fault.Unreachable(system, "the draft order was completed, and answered without its order").Err()
	}
	return Exchanged{Order: d.Order.ID, Name: d.Order.Name}, nil
}

// ReleaseExchange gives free what was kept for a customer. One that is gone is fine; one that has become an order is a final fault,
// since the customer gets it.
func (a *Activities) ReleaseExchange(ctx context.Context, _ effect.Key, q ExchangeRef) (effect.None, error) {
	d, err := a.draft(ctx, q)
	if err != nil || d == nil {
		return effect.None{}, err
	}
	if d.Order != nil {
		return effect.None{}, fault.Final(system, "completed", "the exchange is an order already: "+d.Order.Name).Err()
	}
	return effect.None{}, a.remove(ctx, q.ID)
}

// draft reads a draft order; nil where there is none.
func (a *Activities) draft(ctx context.Context, q ExchangeRef) (*draft, error) {
	if q.ID == "" {
		return nil, invalid("id: no draft order is named")
	}
	type answer struct {
		Draft *draft `json:"draftOrder"`
	}
	got, err := ask[answer](ctx, a, readDraft, map[string]any{"id": q.ID})
	return got.Draft, err
}

// remove deletes a draft order. The shop says no to one that is gone, which is why it is read again then.
func (a *Activities) remove(ctx context.Context, id string) error {
	_, err := a.change(ctx, deleteDraft, map[string]any{"input": map[string]any{"id": id}})
	if f, ok := fault.From(err); !ok || f.Class != fault.ClassFinal {
		return err
	}
	if d, readErr := a.draft(ctx, ExchangeRef{ID: id}); readErr == nil && d == nil {
		return nil
	}
	return err
}
