package commerce

import (
	"context"
	"fmt"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
)

// handling is what is done with each kind of stock.
//
// What can be sold again is put into stock by Shopify, as part of processing the return: the two can't come apart. Shopify counts
// nothing for the other dispositions, so the house's count of them is adjusted by us: they are on hand and not available.
// https://shopify.dev/docs/apps/build/orders-fulfillment/inventory-management-apps#inventory-states
var handling = map[Stock]struct {
	disposition string
	count       string // the name of the quantity that is adjusted; "" for none
	reason      string // why, as Shopify has it
}{
	Restock:    {disposition: "RESTOCKED"},
	Quarantine: {"PROCESSING_REQUIRED", "quality_control", "quality_control"},
	WriteOff:   {"NOT_RESTOCKED", "damaged", "damaged"},
	Kept:       {disposition: "MISSING"},
}

// RestockReturn tells the shop what became of what came back, and puts it into stock at the location, each unit once.
//
// The count of what the shop has processed is the mark of what was done. It is looked up first, and moves last: what is damaged or
// in quarantine is adjusted before, with an idempotency key, so that an attempt that broke off in between does it again without
// counting it twice, for the day or so that Shopify keeps the key. What somebody disposed of by hand, in the shop's own pages, is
// processed and counted no second time.
//
// More than is left of the return is a final fault, and nothing is done then.
func (a *Activities) RestockReturn(ctx context.Context, key effect.Key, q Restocking) (effect.None, error) {
	if err := q.check(); err != nil {
		return effect.None{}, err
	}
	r, err := a.present(ctx, q.Return)
	if err != nil {
		return effect.None{}, err
	}
	rest := q.rest(r.Lines)
	if len(rest) == 0 {
		return effect.None{}, nil
	}
	reverse, err := a.reverse(ctx, q.Return)
	if err != nil {
		return effect.None{}, err
	}
	p, err := q.plan(rest, r.lines, reverse)
	if err != nil {
		return effect.None{}, err
	}
	for _, kind := range []Stock{Quarantine, WriteOff} {
		if err := a.adjust(ctx, key, q, kind, p.counts[kind]); err != nil {
			return effect.None{}, err
		}
	}
	input := map[string]any{"returnId": q.Return, "notifyCustomer": false, "returnLineItems": p.lines}
	_, err = a.change(ctx, processReturn, map[string]any{"input": input})
	return effect.None{}, err
}

func (q Restocking) check() error {
	switch {
	case q.Location == "":
		return invalid("location: it isn't said where the goods are")
	case !ours.MatchString(q.Number):
		return invalid("number: a return's number looks like R-7QX4M2KD")
	}
	for i, l := range q.Lines {
		if _, ok := handling[l.Stock]; !ok {
			return invalid("lines[%d].stock: %q is no kind of stock", i, l.Stock)
		}
		if l.Quantity < 1 || l.Before < 0 {
			return invalid("lines[%d].quantity: %d after %d is no quantity", i, l.Quantity, l.Before)
		}
	}
	return nil
}

// rest is what isn't processed yet: of each line the shop has processed so many, and some of them before this call.
func (q Restocking) rest(lines []ReturnedLine) (rest []RestockedLine) {
	done := map[string]int{}
	for _, l := range lines {
		done[l.Line] += l.Processed
	}
	before := map[string]int{}
	for _, l := range q.Lines {
		if b, ok := before[l.Line]; !ok || l.Before < b {
			before[l.Line] = l.Before
		}
	}
	for line, b := range before {
		done[line] = max(done[line]-b, 0)
	}
	for _, l := range q.Lines {
		skip := min(done[l.Line], l.Quantity)
		done[l.Line] -= skip
		if l.Quantity -= skip; l.Quantity > 0 {
			rest = append(rest, l)
		}
	}
	return rest
}

// reverseLine is what Shopify expects back of a parcel.
type reverseLine struct {
	ID           string `json:"id"`
	Total        int    `json:"totalQuantity"`
	Dispositions []struct {
		Quantity int `json:"quantity"`
	} `json:"dispositions"`
	Sent *node `json:"fulfillmentLineItem"`

	left int // how many nobody has disposed of
}

// reverse reads what is expected back for a return, by the parcel.
func (a *Activities) reverse(ctx context.Context, id string) (map[string][]*reverseLine, error) {
	type orders struct {
		Return *struct {
			Orders *connection[node] `json:"reverseFulfillmentOrders"`
		} `json:"return"`
	}
	nodes, there, err := pages(ctx, a, readReverseOrders, map[string]any{"id": id}, func(o orders) *connection[node] {
		if o.Return == nil {
			return nil
		}
		return o.Return.Orders
	})
	if err := whole(err, there, "return", id); err != nil {
		return nil, err
	}
	type one struct {
		Order *struct {
			Lines *connection[*reverseLine] `json:"lineItems"`
		} `json:"reverseFulfillmentOrder"`
	}
	all := map[string][]*reverseLine{}
	for _, n := range nodes {
		lines, there, err := pages(ctx, a, readReverseLines, map[string]any{"id": n.ID}, func(o one) *connection[*reverseLine] {
			if o.Order == nil {
				return nil
			}
			return o.Order.Lines
		})
		if err := whole(err, there, "reverse fulfillment order", n.ID); err != nil {
			return nil, err
		}
		for _, l := range lines {
			if l.Sent == nil {
				continue
			}
			l.left = l.Total
			for _, d := range l.Dispositions {
				l.left -= d.Quantity
			}
			all[l.Sent.ID] = append(all[l.Sent.ID], l)
		}
	}
	return all, nil
}

// plan is what is sent to the shop.
type plan struct {
	lines  []*processed
	counts map[Stock]map[string]int // by what stock is counted by
}

type processed struct {
	ID           string        `json:"id"`
	Quantity     int           `json:"quantity"`
	Dispositions []disposition `json:"dispositions"`
}

type disposition struct {
	Line     string `json:"reverseFulfillmentOrderLineItemId"`
	Quantity int    `json:"quantity"`
	Type     string `json:"dispositionType"`
	Location string `json:"locationId,omitempty"`
}

// plan spreads what came back over the return's lines, of which there is one a parcel.
func (q Restocking) plan(rest []RestockedLine, lines []returnLine, reverse map[string][]*reverseLine) (plan, error) {
	p := plan{counts: map[Stock]map[string]int{Quarantine: {}, WriteOff: {}}}
	for _, l := range lines {
		if l.Sent == nil {
			continue
		}
		one := &processed{ID: l.ID, Dispositions: []disposition{}}
		left := l.Quantity - l.Processed
		for i := range rest {
			want := &rest[i]
			n := min(left, want.Quantity)
			if l.line() != want.Line || n == 0 {
				continue
			}
			if len(reverse[l.Sent.ID]) == 0 {
				return plan{}, fault.Final(system, "not_expected", "the shop expects nothing back of "+l.Sent.ID).Err()
			}
			left, want.Quantity, one.Quantity = left-n, want.Quantity-n, one.Quantity+n
			p.dispose(one, *want, n, q.Location, reverse[l.Sent.ID])
		}
		if one.Quantity > 0 {
			p.lines = append(p.lines, one)
		}
	}
	for _, want := range rest {
		if want.Quantity > 0 {
			text := fmt.Sprintf("lines: %d more of %s came back than the return has left", want.Quantity, want.Line)
			return plan{}, fault.Final(system, "too_many", text).Err()
		}
	}
	return p, nil
}

// dispose adds what becomes of n of a line, as far as nobody has said so before.
func (p *plan) dispose(one *processed, of RestockedLine, n int, location string, expected []*reverseLine) {
	how := handling[of.Stock]
	for _, e := range expected {
		m := min(n, e.left)
		if m <= 0 {
			continue
		}
		d := disposition{Line: e.ID, Quantity: m, Type: how.disposition}
		switch {
		case of.Stock == Restock && of.Item == "": // there is no stock of what the shop doesn't sell any more
			d.Type = handling[WriteOff].disposition
		case of.Stock == Restock:
			d.Location = location
		case how.count != "" && of.Item != "":
			p.counts[of.Stock][of.Item] += m
		}
		one.Dispositions = append(one.Dispositions, d)
		n, e.left = n-m, e.left-m
	}
}

// adjust adds to one kind of what is on hand.
func (a *Activities) adjust(ctx context.Context, key effect.Key, q Restocking, kind Stock, counts map[string]int) error {
	if len(counts) == 0 {
		return nil
	}
	type change struct {
		Item     string `json:"inventoryItemId"`
		Location string `json:"locationId"`
		Delta    int    `json:"delta"`
		// From is null: whatever else moves the stock at the same time, this is added.
		From   *int   `json:"changeFromQuantity"`
		Ledger string `json:"ledgerDocumentUri"`
	}
	document := "gid://throughline/Return/" + q.Number
	var changes []change
	for _, item := range sorted(counts) {
		changes = append(changes, change{Item: item, Location: q.Location, Delta: counts[item], Ledger: document})
	}
	how := handling[kind]
	return a.once(ctx, adjustStock, key.ID+"/"+how.count, map[string]any{
		"name": how.count, "reason": how.reason, "referenceDocumentUri": document, "changes": changes,
	}, nil)
}
