package shopify

import (
	"fmt"
	"time"

	"github.com/throughline-dev/throughline/sandbox/internal/shopify/gql"
)

type refundInput struct {
	OrderID, Note, Currency string
	AllowOverRefunding      bool
	DiscrepancyReason       string
	RefundLineItems         []struct {
		LineItemID, LocationID, RestockType string
		Quantity                            int
	}
	Shipping *struct {
		Amount     *string
		FullRefund bool
	}
	Transactions []struct {
		OrderID, ParentID, Gateway, Kind, Amount string
	}
	RefundMethods []struct {
		StoreCreditRefund *struct {
			Amount    struct{ Amount, CurrencyCode string }
			ExpiresAt time.Time
		}
	}
}

// refundCreate refunds lines and shipping of an order, once for a key.
//
// What it has the shop give back is store credit only. It writes down what went back through a manual payment gateway. For any other
// gateway Shopify would ask that one to pay, which the sandbox refuses: here, refunds to payments are made at Stripe.
func (s *Server) refundCreate(c gql.Call) (any, error) {
	var in struct{ Input refundInput }
	if err := c.Args(&in); err != nil {
		return nil, err
	}
	key, err := idempotencyKey(c)
	if err != nil {
		return nil, err
	}
	made, o, err := s.refund(key, c.Fingerprint(), in.Input)
	return payload(gql.Object{
		"refund": func() gql.Object { return s.showRefund(o, made) }, "order": func() gql.Object { return s.showOrder(o) },
	}, err)
}

func (s *Server) refund(key, request string, in refundInput) (refund, order, error) {
	if id, used := s.refunds[key]; used {
		o, _ := s.orders.Get(id)
		for _, r := range o.Refunds {
			if r.Key == key && r.Request == request {
				return r, o, nil
			}
		}
		return refund{}, o, no("", "", otherParameters)
	}
	o, ok := s.orders.Get(in.OrderID)
	if !ok {
		return refund{}, o, no("", "orderId", "Order does not exist")
	}
	o = o.clone()
	if in.Currency == "" && o.Currency != shopCurrency || in.Currency != "" && in.Currency != o.Currency {
		return refund{}, o, no("", "currency", "Currency must be the presentment currency of the order")
	}
	r := refund{N: o.next(len(o.Refunds)), Key: key, Request: request, Note: in.Note, At: time.Now().UTC().Truncate(time.Second)}
	stock, err := s.refundLines(&o, &r, in)
	if err == nil {
		err = o.refundShipping(&r, in)
	}
	var moved int64
	if err == nil {
		moved, err = s.moveMoney(&o, &r, in)
	}
	if err != nil {
		return r, o, err
	}
	if len(r.Lines) == 0 && r.Shipping == 0 && moved == 0 {
		return r, o, no("", "", "Refund must have at least one line item, shipping or transaction")
	}
	r.adjust(o.TaxIncluded, moved, in)
	o.belong(&r)
	o.Refunds = append(o.Refunds, r)
	if err := s.put(o); err != nil || len(stock) == 0 {
		return r, o, err
	}
	_, err = s.move(movement{Reason: "restock", Changes: stock})
	return r, o, err
}

// refundLines takes the lines' part of a refund: no more than wasn't refunded yet, each at what was paid for it, so that all parts of
// a line add up to it.
func (s *Server) refundLines(o *order, r *refund, in refundInput) (stock []change, err error) {
	taken := map[int64]int{}
	for i, item := range in.RefundLineItems {
		field := fmt.Sprintf("refundLineItems.%d.", i)
		l := o.line(number(item.LineItemID, "LineItem"))
		if l == nil {
			return nil, no("", field+"lineItemId", "Line item does not exist")
		}
		before := o.refunded(l.N) + taken[l.N]
		where, known := locationOf(number(item.LocationID, "Location"))
		if item.RestockType == "" {
			item.RestockType = "NO_RESTOCK"
		}
		switch {
		case item.Quantity <= 0:
			return nil, no("", field+"quantity", "Quantity must be greater than 0")
		case item.Quantity > l.Quantity-before:
			return nil, no("", field+"quantity", "Quantity cannot refund more items than were purchased")
		case item.RestockType != "NO_RESTOCK" && !known:
			return nil, no("", field+"locationId", "Location must be set where items are restocked")
		case item.RestockType == "LEGACY_RESTOCK" || item.RestockType == "CANCEL":
			return nil, no("", field+"restockType", "The sandbox restocks only what was sent: RETURN or NO_RESTOCK")
		}
		taken[l.N] += item.Quantity
		r.Lines = append(r.Lines, refundedLine{
			N: r.N*within + int64(i) + 1, Line: l.N, Quantity: item.Quantity, Restock: item.RestockType, Location: where.N,
			Subtotal: share(l.paid(), before, item.Quantity, l.Quantity), Tax: share(l.Tax, before, item.Quantity, l.Quantity),
		})
		if _, _, sold := s.sold(l.Variant); sold && item.RestockType == "RETURN" {
			stock = append(stock, shift(l.Variant, where.N, item.Quantity, "", available)...)
		}
	}
	return stock, nil
}

// refundShipping takes the shipping's part of a refund. Tax that comes on top of it is added.
func (o *order) refundShipping(r *refund, in refundInput) error {
	if in.Shipping == nil {
		return nil
	}
	left := o.Shipping.Price - o.shippingRefunded()
	n := left
	if !in.Shipping.FullRefund {
		if in.Shipping.Amount == nil {
			return no("", "shipping.amount", "Amount can't be blank")
		}
		var err error
		if n, err = minor(*in.Shipping.Amount, o.Currency); err != nil {
			return no("", "shipping.amount", err.Error())
		}
	}
	if n < 0 || n > left {
		return no("", "shipping.amount", "Shipping refund amount exceeds what is left of the shipping")
	}
	before := o.shippingRefunded()
	r.Shipping = n
	r.ShippingTax = share(o.Shipping.Tax, int(before), int(n), int(o.Shipping.Price))
	return nil
}

// moveMoney writes down what is given back, and says how much that is.
func (s *Server) moveMoney(o *order, r *refund, in refundInput) (sum int64, err error) {
	record := func(t transaction) {
		t.N, t.Kind, t.At = o.next(len(o.Transactions)), "REFUND", r.At
		o.Transactions = append(o.Transactions, t)
		r.Transactions = append(r.Transactions, t.N)
		sum += t.Amount
	}
	left := o.received() - o.givenBack()
	for i, t := range in.Transactions {
		field := fmt.Sprintf("transactions.%d.", i)
		n, err := minor(t.Amount, o.Currency)
		parent := o.transaction(number(t.ParentID, "OrderTransaction"))
		switch {
		case err != nil || n <= 0:
			return 0, no("", field+"amount", "Amount must be greater than 0")
		case t.OrderID != gid("Order", o.N):
			return 0, no("", field+"orderId", "Transaction isn't one of the order's")
		case t.Kind != "REFUND":
			return 0, no("", field+"kind", "Kind must be REFUND")
		case t.ParentID != "" && (parent == nil || parent.Kind != "SALE" || parent.Gateway != t.Gateway):
			return 0, no("", field+"parentId", "Parent transaction isn't a payment by this gateway")
		case !manual[t.Gateway]:
			return 0, no("", field+"gateway", "The sandbox's shop gives no money back by "+t.Gateway+": that is done at Stripe")
		}
		child := transaction{Gateway: t.Gateway, Amount: n}
		if parent != nil {
			child.Parent = parent.N
			if n > parent.Amount-o.backTo(parent.N) {
				return 0, no("", field+"amount", "Amount exceeds what is left of the payment")
			}
		}
		record(child)
	}
	for i, m := range in.RefundMethods {
		field := fmt.Sprintf("refundMethods.%d.storeCreditRefund.", i)
		credit := m.StoreCreditRefund
		if credit == nil {
			return 0, no("", field, "Store credit refund can't be blank")
		}
		n, err := minor(credit.Amount.Amount, o.Currency)
		switch {
		case err != nil || n <= 0:
			return 0, no("", field+"amount", "Amount must be greater than 0")
		case credit.Amount.CurrencyCode != o.Currency:
			return 0, no("", field+"amount.currencyCode", "Currency must be the presentment currency of the order")
		case o.Customer == 0:
			return 0, no("", field, "Order must have a customer to refund to store credit")
		}
		record(transaction{
			Gateway: storeCredit, Amount: n, Expires: credit.ExpiresAt, Balance: s.credited(o.Customer, o.Currency) + n + o.creditIn(r),
		})
	}
	if sum > left && !in.AllowOverRefunding {
		return 0, no("", "transactions", "Refund amount is more than what is left of what was paid")
	}
	return sum, nil
}

// backTo is what went back to a payment.
func (o *order) backTo(payment int64) (sum int64) {
	for _, t := range o.Transactions {
		if t.Kind == "REFUND" && t.Parent == payment {
			sum += t.Amount
		}
	}
	return sum
}

// creditIn is the store credit of a refund that is being made.
func (o *order) creditIn(r *refund) (sum int64) {
	for _, n := range r.Transactions {
		if t := o.transaction(n); t.Gateway == storeCredit {
			sum += t.Amount
		}
	}
	return sum
}

// adjust notes by how much less was given back than what was refunded is worth.
func (r *refund) adjust(taxIncluded bool, moved int64, in refundInput) {
	r.Adjustment = r.worth(taxIncluded) - moved
	switch {
	case r.Adjustment == 0:
	case in.DiscrepancyReason != "" && in.DiscrepancyReason != "OTHER":
		r.Why = in.DiscrepancyReason
	case moved == 0:
		r.Why = "PENDING_REFUND_DISCREPANCY"
	default:
		r.Why = "REFUND_DISCREPANCY"
	}
}

// belong tells which returns a refund is for: what of its lines is in returns that are open or closed and wasn't refunded there. What
// isn't, was refunded without coming back, and can't be returned any more.
func (o *order) belong(r *refund) {
	of := map[int64]bool{}
	for _, l := range r.Lines {
		left := l.Quantity
		for i := range o.Returns {
			back := &o.Returns[i]
			for j := range back.Lines {
				b := &back.Lines[j]
				if b.Line != l.Line || back.Status != open && back.Status != closed {
					continue
				}
				n := min(left, b.Quantity-b.Refunded)
				if n > 0 {
					b.Refunded, left, of[back.N] = b.Refunded+n, left-n, true
				}
			}
		}
		o.line(l.Line).Outside += left
		if left > 0 {
			of[0] = true
		}
	}
	if len(of) == 1 {
		for n := range of {
			r.Return = n
		}
	}
}
