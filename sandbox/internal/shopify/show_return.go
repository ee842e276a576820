package shopify

import (
	"fmt"

	"github.com/throughline-dev/throughline/sandbox/internal/shopify/gql"
)

func (s *Server) showReturn(o order, r ret) gql.Object {
	total := 0
	for _, l := range r.Lines {
		total += l.Quantity
	}
	var decline any
	if r.Status == declined {
		decline = gql.Object{"reason": r.Reason, "note": orNull(r.DeclineNote)}
	}
	return gql.Object{
		"__typename": "Return", "id": gid("Return", r.N), "name": r.name(o), "status": r.Status, "createdAt": r.Created,
		"requestApprovedAt": r.Approved, "closedAt": r.Closed, "decline": decline, "totalQuantity": total,
		"order": func() gql.Object { return s.theOrder(o.N) },
		"returnLineItems": listed(func() []item {
			return items("ReturnLineItem", r.Lines, func(l returned) int64 { return l.N }, func(l returned) gql.Object { return s.showReturned(o, r, l) })
		}),
		"reverseFulfillmentOrders": listed(func() []item {
			if r.Approved.IsZero() {
				return nil
			}
			return []item{{gid("ReverseFulfillmentOrder", r.N), func() gql.Object { return s.showReverse(o, r) }}}
		}),
		"refunds": listed(func() []item {
			var of []refund
			for _, f := range o.Refunds {
				if f.Return == r.N {
					of = append(of, f)
				}
			}
			return items("Refund", of, func(f refund) int64 { return f.N }, func(f refund) gql.Object { return s.showRefund(o, f) })
		}),
	}
}

func (s *Server) showReturned(o order, r ret, l returned) gql.Object {
	processable := 0
	if r.Status == open {
		processable = l.Quantity - l.Processed
	}
	return gql.Object{
		"__typename": "ReturnLineItem", "id": gid("ReturnLineItem", l.N), "quantity": l.Quantity, "processedQuantity": l.Processed,
		"unprocessedQuantity": l.Quantity - l.Processed, "processableQuantity": processable, "refundedQuantity": l.Refunded,
		"refundableQuantity": l.Quantity - l.Refunded, "returnReason": l.Reason, "returnReasonNote": "", "customerNote": orNull(l.Note),
		"fulfillmentLineItem": func() any { return s.sentPart(o, l.Fulfilled) },
	}
}

func (s *Server) sentPart(o order, n int64) any {
	if f, _ := o.sent(n); f != nil {
		return s.showFulfilled(o, *f)
	}
	return nil
}

// showReverse is the work that a return makes for the warehouse: one for each return, with its lines.
func (s *Server) showReverse(o order, r ret) gql.Object {
	state := "OPEN"
	switch {
	case r.Status == canceled:
		state = "CANCELED"
	case r.Status == closed || r.processed():
		state = "CLOSED"
	}
	return gql.Object{
		"__typename": "ReverseFulfillmentOrder", "id": gid("ReverseFulfillmentOrder", r.N), "status": state,
		"order": func() gql.Object { return s.theOrder(o.N) },
		"lineItems": listed(func() []item {
			return items(reverseLine, r.Lines, func(l returned) int64 { return l.N }, func(l returned) gql.Object { return s.showReverseLine(o, l) })
		}),
	}
}

const reverseLine = "ReverseFulfillmentOrderLineItem"

func (s *Server) showReverseLine(o order, l returned) gql.Object {
	return gql.Object{
		"__typename": reverseLine, "id": gid(reverseLine, l.N), "totalQuantity": l.Quantity,
		"fulfillmentLineItem": func() any { return s.sentPart(o, l.Fulfilled) },
		"dispositions": shown(l.Dispositions, func(d disposition) gql.Object {
			return gql.Object{
				"__typename": "ReverseFulfillmentOrderDisposition", "id": gid("ReverseFulfillmentOrderDisposition", d.N), "type": d.Type,
				"quantity": d.Quantity, "createdAt": d.At, "location": func() any { return orNone(s.theLocation(d.Location)) },
			}
		}),
	}
}

func (s *Server) showRefund(o order, r refund) gql.Object {
	var moved []transaction
	var sum int64
	for _, n := range r.Transactions {
		t := *o.transaction(n)
		moved, sum = append(moved, t), sum+t.Amount
	}
	zero := bag(0, o.Currency)
	return gql.Object{
		"__typename": "Refund", "id": gid("Refund", r.N), "legacyResourceId": fmt.Sprint(r.N), "note": orNull(r.Note), "createdAt": r.At,
		"processedAt": r.At, "updatedAt": r.At, "totalRefundedSet": bag(sum, o.Currency), "order": func() gql.Object { return s.theOrder(o.N) },
		"return": func() any {
			if of := o.ret(r.Return); of != nil {
				return s.showReturn(o, *of)
			}
			return nil
		},
		"refundLineItems": listed(func() []item {
			return items("RefundLineItem", r.Lines, func(l refundedLine) int64 { return l.N }, func(l refundedLine) gql.Object { return s.showRefunded(o, l) })
		}),
		"refundShippingLines": listed(func() []item {
			if r.Shipping == 0 {
				return nil
			}
			id := gid("RefundShippingLine", r.N)
			return []item{{id, func() gql.Object {
				return gql.Object{
					"__typename": "RefundShippingLine", "id": id, "shippingLine": o.showShipping(), "subtotalAmountSet": bag(r.Shipping, o.Currency),
					"taxAmountSet": bag(r.ShippingTax, o.Currency),
				}
			}}}
		}),
		"orderAdjustments": listed(func() []item {
			if r.Adjustment == 0 {
				return nil
			}
			id := gid("OrderAdjustment", r.N)
			return []item{{id, func() gql.Object {
				return gql.Object{
					"__typename": "OrderAdjustment", "id": id, "amountSet": bag(r.Adjustment, o.Currency), "taxAmountSet": zero, "reason": r.Why,
				}
			}}}
		}),
		"transactions": listed(func() []item {
			return items("OrderTransaction", moved, func(t transaction) int64 { return t.N }, func(t transaction) gql.Object { return s.showTransaction(o, t) })
		}),
	}
}

func (s *Server) showRefunded(o order, l refundedLine) gql.Object {
	of := *o.line(l.Line)
	return gql.Object{
		"id": gid("RefundLineItem", l.N), "quantity": l.Quantity, "restockType": l.Restock, "restocked": l.Restock != "NO_RESTOCK",
		"lineItem": func() gql.Object { return s.showLine(o, of) }, "location": func() any { return orNone(s.theLocation(l.Location)) },
		"priceSet": bag(share(of.paid(), 0, 1, of.Quantity), o.Currency), "subtotalSet": bag(l.Subtotal, o.Currency),
		"totalTaxSet": bag(l.Tax, o.Currency),
	}
}
