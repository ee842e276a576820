package commerce

import (
	"context"
	"slices"
	"time"

	"github.com/throughline-dev/throughline/activities/money"
)

type lineNode struct {
	ID          string `json:"id"`
	SKU         string `json:"sku"`
	Name        string `json:"name"`
	Quantity    int    `json:"quantity"`
	Refundable  int    `json:"refundableQuantity"`
	Total       bag    `json:"originalTotalSet"`
	Allocations []struct {
		Amount bag `json:"allocatedAmountSet"`
	} `json:"discountAllocations"`
	Taxes   []taxNode `json:"taxLines"`
	Variant *struct {
		ID   string `json:"id"`
		Item node   `json:"inventoryItem"`
	} `json:"variant"`
	Product *struct {
		ID   string   `json:"id"`
		Type string   `json:"productType"`
		Tags []string `json:"tags"`
	} `json:"product"`
}

// line is a line as it was paid for. The allocations are all discounts, those of the whole order as well.
func (n lineNode) line(s *sums, currency string) Line {
	l := Line{ID: n.ID, SKU: n.SKU, Title: n.Name, Quantity: n.Quantity, Refunded: money.Amount{Currency: currency}}
	l.Price = s.read("originalTotalSet", n.Total)
	for _, d := range n.Allocations {
		l.Price = s.sub("discountAllocations", l.Price, s.read("allocatedAmountSet", d.Amount))
	}
	l.Tax = taxes(s, currency, n.Taxes)
	if v := n.Variant; v != nil {
		l.Variant, l.Item = v.ID, v.Item.ID
	}
	if p := n.Product; p != nil {
		l.Product, l.Category, l.Tags = p.ID, p.Type, p.Tags
	}
	return l
}

// readLines reads the order's lines with their parcels, and what was refunded of them and of the shipping.
func (a *Activities) readLines(ctx context.Context, n *orderNode, o *Order) error {
	type found struct {
		Order *struct {
			Lines *connection[lineNode] `json:"lineItems"`
		} `json:"order"`
	}
	nodes, there, err := pages(ctx, a, readOrderLines, map[string]any{"id": n.ID}, func(f found) *connection[lineNode] {
		if f.Order == nil {
			return nil
		}
		return f.Order.Lines
	})
	if err := whole(err, there, "order", n.ID); err != nil {
		return err
	}
	var s sums
	at := map[string]*Line{}
	o.Lines = make([]Line, len(nodes))
	for i, node := range nodes {
		o.Lines[i] = node.line(&s, n.Currency)
		at[node.ID] = &o.Lines[i]
	}
	if err := a.readParcels(ctx, n.ID, at); err != nil {
		return err
	}
	for _, r := range n.Refunds {
		if err := a.readRefund(ctx, &s, r.ID, o, at); err != nil {
			return err
		}
	}
	for i, node := range nodes {
		o.Lines[i].leaveOut(&s, node.Quantity-node.Refundable-o.Lines[i].RefundedQuantity)
	}
	o.Lines = slices.DeleteFunc(o.Lines, func(l Line) bool { return l.Quantity == 0 })
	return s.err
}

// leaveOut takes off a line what was edited out of the order before it was sent. The shop still counts it in the line's quantity,
// price and tax, and nobody has paid for it.
func (l *Line) leaveOut(s *sums, removed int) {
	if removed <= 0 {
		return
	}
	left, of := int64(l.Quantity-removed), int64(l.Quantity)
	l.Price, l.Tax = s.part("originalTotalSet", l.Price, left, of), s.part("taxLines", l.Tax, left, of)
	l.Quantity = int(left)
}

// unsent are the states of a fulfillment that nothing came of.
var unsent = []string{"CANCELLED", "ERROR", "FAILURE"}

func (a *Activities) readParcels(ctx context.Context, order string, at map[string]*Line) error {
	type fulfillment struct {
		ID        string     `json:"id"`
		Status    string     `json:"status"`
		Created   time.Time  `json:"createdAt"`
		Delivered *time.Time `json:"deliveredAt"`
		Location  *node      `json:"location"`
	}
	type sending struct {
		Order *struct {
			Fulfillments []fulfillment `json:"fulfillments"`
		} `json:"order"`
	}
	type part struct {
		ID       string `json:"id"`
		Quantity int    `json:"quantity"`
		Line     node   `json:"lineItem"`
	}
	type parts struct {
		Fulfillment *struct {
			Lines *connection[part] `json:"fulfillmentLineItems"`
		} `json:"fulfillment"`
	}
	got, err := ask[sending](ctx, a, readFulfillments, map[string]any{"id": order})
	if err := whole(err, got.Order != nil, "order", order); err != nil {
		return err
	}
	if err := tooLong("fulfillments", len(got.Order.Fulfillments)); err != nil {
		return err
	}
	for _, f := range got.Order.Fulfillments {
		if slices.Contains(unsent, f.Status) {
			continue
		}
		sent, there, err := pages(ctx, a, readFulfillmentLines, map[string]any{"id": f.ID}, func(p parts) *connection[part] {
			if p.Fulfillment == nil {
				return nil
			}
			return p.Fulfillment.Lines
		})
		if err := whole(err, there, "fulfillment", f.ID); err != nil {
			return err
		}
		for _, p := range sent {
			l := at[p.Line.ID]
			if l == nil || p.Quantity == 0 {
				continue
			}
			parcel := Parcel{ID: p.ID, Quantity: p.Quantity, Sent: f.Created}
			if f.Delivered != nil {
				parcel.Delivered = *f.Delivered
			}
			if f.Location != nil {
				parcel.Location = f.Location.ID
			}
			l.Parcels = append(l.Parcels, parcel)
		}
	}
	return nil
}

// readRefund adds what a refund gave back to the lines, and to the shipping. Where the order's prices have the tax in them, the
// refund's have too.
func (a *Activities) readRefund(ctx context.Context, s *sums, id string, o *Order, at map[string]*Line) error {
	type line struct {
		Quantity int    `json:"quantity"`
		Restock  string `json:"restockType"`
		Line     node   `json:"lineItem"`
		Price    bag    `json:"subtotalSet"`
		Tax      bag    `json:"totalTaxSet"`
	}
	type shipping struct {
		Price bag `json:"subtotalAmountSet"`
		Tax   bag `json:"taxAmountSet"`
	}
	type found struct {
		Refund *struct {
			Shipping connection[shipping] `json:"refundShippingLines"`
			Lines    *connection[line]    `json:"refundLineItems"`
		} `json:"refund"`
	}
	gross := func(price, tax bag) money.Amount {
		if o.TaxIncluded {
			return s.read("refund", price)
		}
		return s.add("refund", s.read("refund", price), s.read("refund", tax))
	}
	var postage []shipping
	lines, there, err := pages(ctx, a, readRefundLines, map[string]any{"id": id}, func(f found) *connection[line] {
		if f.Refund == nil {
			return nil
		}
		postage = f.Refund.Shipping.Nodes // the same on every page
		return f.Refund.Lines
	})
	if err := whole(err, there, "refund", id); err != nil {
		return err
	}
	for _, p := range postage {
		o.Shipping.Refunded = s.add("refundShippingLines", o.Shipping.Refunded, gross(p.Price, p.Tax))
	}
	for _, l := range lines {
		if of := at[l.Line.ID]; of != nil {
			of.Refunded = s.add("refundLineItems", of.Refunded, gross(l.Price, l.Tax))
			of.RefundedQuantity += l.Quantity
			if l.Restock == "CANCEL" { // for what hadn't been sent
				of.Unsent += l.Quantity
			}
		}
	}
	return nil
}

// countReturning adds up how many of each line are in returns that still count.
func (o *Order) countReturning() {
	in := map[string]int{}
	for _, r := range o.Returns {
		if r.State == Declined || r.State == Cancelled {
			continue
		}
		for _, l := range r.Lines {
			in[l.Line] += l.Quantity
		}
	}
	for i, l := range o.Lines {
		o.Lines[i].Returning = in[l.ID]
	}
}
