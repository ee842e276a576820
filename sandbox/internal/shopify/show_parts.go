package shopify

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/throughline-dev/throughline/sandbox/internal/shopify/gql"
)

func (s *Server) showTransaction(o order, t transaction) gql.Object {
	parent := func() any {
		if p := o.transaction(t.Parent); p != nil {
			return s.showTransaction(o, *p)
		}
		return nil
	}
	receipt, _ := json.Marshal(map[string]string{"payment_id": t.Reference}) // of a text: it can't fail
	v := gql.Object{
		"__typename": "OrderTransaction", "id": gid("OrderTransaction", t.N), "kind": t.Kind, "status": "SUCCESS", "gateway": t.Gateway,
		"formattedGateway": GatewayName(t.Gateway), "manualPaymentGateway": manual[t.Gateway], "test": false, "createdAt": t.At, "processedAt": t.At,
		"amountSet": bag(t.Amount, o.Currency), "order": func() gql.Object { return s.theOrder(o.N) }, "parentTransaction": parent,
		"paymentId": orNull(t.Reference), "authorizationCode": orNull(t.Reference), "receiptJson": nil,
	}
	if t.Reference != "" {
		v["receiptJson"] = string(receipt)
	}
	return v
}

// The payment gateways of the shop, and those through which no money moves that the shop could move.
const (
	stripeGateway = "stripe"
	giftCard      = "gift_card"
	storeCredit   = "shopify_store_credit"
)

var manual = map[string]bool{"manual": true, "Bank Deposit": true, "Money Order": true, "cash": true}

// GatewayName is what people call a gateway.
func GatewayName(id string) string {
	names := map[string]string{stripeGateway: "Stripe", giftCard: "Gift card", storeCredit: "Store credit", "manual": "Manual", "cash": "Cash"}
	return cmp.Or(names[id], id)
}

func (s *Server) showFulfillment(o order, f fulfillment) gql.Object {
	total, state := 0, "IN_TRANSIT"
	for _, l := range f.Lines {
		total += l.Quantity
	}
	if !f.Delivered.IsZero() {
		state = "DELIVERED"
	}
	return gql.Object{
		"__typename": "Fulfillment", "id": gid("Fulfillment", f.N), "name": fmt.Sprintf("%s-F%d", o.name(), f.N%within), "status": "SUCCESS",
		"displayStatus": state, "createdAt": f.Sent, "updatedAt": f.Sent, "inTransitAt": f.Sent, "deliveredAt": f.Delivered,
		"totalQuantity": total, "order": func() gql.Object { return s.theOrder(o.N) },
		"location": func() any { return orNone(s.theLocation(f.Location)) },
		"fulfillmentLineItems": listed(func() []item {
			return items("FulfillmentLineItem", f.Lines, func(l fulfilled) int64 { return l.N }, func(l fulfilled) gql.Object { return s.showFulfilled(o, l) })
		}),
	}
}

func (s *Server) showFulfilled(o order, f fulfilled) gql.Object {
	l := *o.line(f.Line)
	return gql.Object{
		"__typename": "FulfillmentLineItem", "id": gid("FulfillmentLineItem", f.N), "quantity": f.Quantity,
		"lineItem":           func() gql.Object { return s.showLine(o, l) },
		"originalTotalSet":   bag(l.Price*int64(f.Quantity), o.Currency),
		"discountedTotalSet": bag(share(l.Price*int64(l.Quantity)-l.Discount, 0, f.Quantity, l.Quantity), o.Currency),
	}
}

func (a address) show(n int64) any {
	if a == (address{}) {
		return nil
	}
	return gql.Object{
		"__typename": "MailingAddress", "id": gid("MailingAddress", n), "firstName": orNull(a.FirstName), "lastName": orNull(a.LastName),
		"name": orNull(strings.TrimSpace(a.FirstName + " " + a.LastName)), "company": orNull(a.Company), "address1": orNull(a.Address1),
		"address2": orNull(a.Address2), "zip": orNull(a.Zip), "city": orNull(a.City), "provinceCode": orNull(a.Province),
		"countryCodeV2": orNull(a.Country), "phone": orNull(a.Phone),
	}
}
