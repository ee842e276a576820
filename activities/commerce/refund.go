package commerce

import (
	"context"
	"slices"
	"strings"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/money"
)

// RecordRefund has the shop know of a refund: it counts the lines and the shipping as refunded. Goods are put into stock by
// [Activities.RestockReturn], and not by this.
//
// Money is moved only as store credit. What was paid elsewhere is written down as a refund of those payments that are the shop's to
// keep the books of and not to make (Shopify's manual payment gateways, which a checkout's own payments count as). For any other one
// the shop would ask the gateway to pay, a second time: there the lines are refunded and the money isn't mentioned. Where nothing else
// is refunded either, there is nothing for the shop to know: the answer has no ID, and no refund is made.
//
// The effect's key stands in the refund's note, and is looked up first: a repeat finds the refund, however long ago it was made. An
// idempotency key keeps two attempts at once apart.
func (a *Activities) RecordRefund(ctx context.Context, key effect.Key, q RefundRecord) (RecordedRefund, error) {
	if err := q.check(); err != nil {
		return RecordedRefund{}, err
	}
	n, err := a.order(ctx, q.Order)
	if err != nil {
		return RecordedRefund{}, err
	}
	if n == nil {
		return RecordedRefund{}, missing("order", q.Order)
	}
	mark := "[" + key.ID + "]"
	for _, r := range n.Refunds {
		if strings.HasSuffix(r.Note, mark) {
			done, err := q.recorded(r)
			done.Before = true
			return done, err
		}
	}
	input, err := q.input(n, mark)
	if err != nil {
		return RecordedRefund{}, err
	}
	if !q.Credit && len(q.Lines) == 0 && q.Shipping.IsZero() && len(input["transactions"].([]map[string]any)) == 0 {
		return RecordedRefund{}, nil
	}
	var made *refundNode
	err = a.once(ctx, createRefund, key.ID, input, func(p payload) { made = p.Refund })
	if err != nil {
		return RecordedRefund{}, err
	}
	if made == nil {
		return RecordedRefund{}, fault.Unreachable(system, "a refund was made, and answered without an ID").Err()
	}
	return q.recorded(*made)
}

func (q RefundRecord) check() error {
	switch {
	case q.Order == "":
		return invalid("order: no order is named")
	case q.Total.Minor < 0 || q.Shipping.Minor < 0:
		return invalid("total, shipping: a refund is no negative amount")
	case q.Credit && q.Total.IsZero():
		return invalid("total: there is nothing to credit")
	case len(q.Lines) == 0 && q.Shipping.IsZero() && q.Total.IsZero():
		return invalid("lines: nothing is refunded")
	}
	for i, l := range q.Lines {
		if l.Line == "" || l.Quantity < 1 {
			return invalid("lines[%d]: %d of %q is no quantity of a line", i, l.Quantity, l.Line)
		}
	}
	return nil
}

func (q RefundRecord) recorded(r refundNode) (RecordedRefund, error) {
	done := RecordedRefund{ID: r.ID}
	var s sums
	if q.Credit {
		done.Credited = s.read("totalRefundedSet", r.Total)
	}
	return done, s.err
}

// input is the refund as the shop takes it. The shop reckons by itself what the lines are worth, and notes the difference to what was
// really given back.
func (q RefundRecord) input(n *orderNode, mark string) (map[string]any, error) {
	input := map[string]any{
		"orderId": n.ID, "currency": n.Currency, "notify": false, "note": q.note(mark), "refundLineItems": q.lines(),
	}
	for _, amount := range []money.Amount{q.Total, q.Shipping} {
		if !amount.IsZero() && amount.Currency != n.Currency {
			return nil, invalid("total, shipping: the order was paid in %s, and not in %s", n.Currency, amount.Currency)
		}
	}
	if !q.Shipping.IsZero() {
		var s sums
		p := n.shipping(&s)
		// The shop adds the tax to it by itself.
		net := q.Shipping
		if p.gross.Minor > 0 {
			net = s.part("shipping", net, p.net.Minor, p.gross.Minor)
		}
		if s.err != nil {
			return nil, s.err
		}
		input["shipping"] = map[string]any{"amount": net.Decimal()}
	}
	if !q.Credit {
		parts, err := q.transactions(n)
		input["transactions"] = parts
		return input, err
	}
	if n.Customer == nil || q.Customer != n.Customer.ID {
		return nil, invalid("customer: store credit goes to the account of the order's customer")
	}
	input["refundMethods"] = []any{map[string]any{"storeCreditRefund": map[string]any{"amount": sent(q.Total)}}}
	return input, nil
}

// note is for the shop's own pages, and has the mark at its end.
func (q RefundRecord) note(mark string) string {
	words := []string{q.Number, q.Reference, mark}
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ")
}

// lines are what is counted as refunded, each line once. Nothing is put into stock.
func (q RefundRecord) lines() []map[string]any {
	lines := []map[string]any{}
	at := map[string]map[string]any{}
	for _, l := range q.Lines {
		if one := at[l.Line]; one != nil {
			one["quantity"] = one["quantity"].(int) + l.Quantity
			continue
		}
		at[l.Line] = map[string]any{"lineItemId": l.Line, "quantity": l.Quantity, "restockType": "NO_RESTOCK"}
		lines = append(lines, at[l.Line])
	}
	return lines
}

// transactions write down what went back to the payments that the shop keeps the books of.
func (q RefundRecord) transactions(n *orderNode) ([]map[string]any, error) {
	all := []map[string]any{}
	for i, part := range q.Parts {
		at := slices.IndexFunc(n.Transactions, func(t transaction) bool { return t.ID == part.Payment && t.paid() })
		if at < 0 {
			return nil, invalid("parts[%d].payment: the order has no payment %q", i, part.Payment)
		}
		if part.Amount.Currency != n.Currency || part.Amount.Minor <= 0 {
			return nil, invalid("parts[%d].amount: %s is nothing that a payment in %s can get back", i, part.Amount, n.Currency)
		}
		if t := n.Transactions[at]; t.Manual {
			all = append(all, map[string]any{
				"orderId": n.ID, "parentId": t.ID, "gateway": t.Gateway, "kind": "REFUND", "amount": part.Amount.Decimal(),
			})
		}
	}
	return all, nil
}
