package commerce_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/money"
)

// sold is an order of the shop, as the operations answer it.
type sold struct {
	header       object
	lines        []object
	fulfillments []object
	sent         map[string][]object // by the fulfillment
	refunds      map[string]object   // what ReadRefundLines answers but for the page of lines
	refunded     map[string][]object
	returns      []object
}

// sell puts an order into the shop: two lamps and a shade, sent in one parcel, paid by card.
func (s *shop) sell() *sold {
	o := &sold{
		header: object{
			"id": gid("Order", 1), "name": "#1042", "legacyResourceId": "1", "processedAt": "2026-09-01T10:00:00Z", "cancelledAt": nil,
			"email": "ada@example.com", "presentmentCurrencyCode": "EUR", "taxesIncluded": false, "customAttributes": []object{},
			"customer": object{
				"id": gid("Customer", 5), "legacyResourceId": "5", "displayName": "Ada Lovelace", "numberOfOrders": "7",
				"defaultEmailAddress": object{"emailAddress": "other@example.com"},
			},
			"shippingAddress": object{"countryCodeV2": "DE"}, "totalRefundedSet": euro("0.0"),
			"shippingLines": object{"nodes": []object{{"discountedPriceSet": euro("4.0"), "taxLines": []object{tax("0.76")}}}},
			"transactions":  []object{payment(1, "SALE", "stripe", "70.0", nil)},
			"refunds":       []object{},
		},
		lines: []object{
			item(11, "LAMP-1", 2, 2, "60.0", []string{"9.0", "1.0"}, "9.5"), item(12, "SHADE-1", 1, 1, "7.5", nil, "1.43"),
		},
		fulfillments: []object{{
			"id": gid("Fulfillment", 1), "status": "SUCCESS", "createdAt": "2026-09-02T10:00:00Z", "deliveredAt": "2026-09-04T11:00:00Z",
			"location": id("Location", 9),
		}},
		sent: map[string][]object{gid("Fulfillment", 1): {
			{"id": gid("FulfillmentLineItem", 111), "quantity": 2, "lineItem": id("LineItem", 11)},
			{"id": gid("FulfillmentLineItem", 112), "quantity": 1, "lineItem": id("LineItem", 12)},
		}},
		refunds: map[string]object{}, refunded: map[string][]object{},
	}
	only := func(v object, answer object) object {
		if v["id"] != gid("Order", 1) {
			return object{"order": nil}
		}
		return object{"order": answer}
	}
	s.answers["FindOrder"] = func(object) object {
		return object{"orders": object{"nodes": []object{
			{"id": gid("Order", 2), "name": "#10421"}, {"id": gid("Order", 1), "name": "#1042"},
		}}}
	}
	s.answers["ReadOrder"] = func(v object) object { return only(v, o.header) }
	s.answers["ReadOrderLines"] = func(v object) object { return only(v, object{"lineItems": s.list(o.lines, v)}) }
	s.answers["ReadFulfillments"] = func(v object) object { return only(v, object{"fulfillments": o.fulfillments}) }
	s.answers["ReadFulfillmentLines"] = func(v object) object {
		return object{"fulfillment": object{"fulfillmentLineItems": s.list(o.sent[v["id"].(string)], v)}}
	}
	s.answers["ReadRefundLines"] = func(v object) object {
		id := v["id"].(string)
		return object{"refund": object{"refundShippingLines": o.refunds[id]["refundShippingLines"], "refundLineItems": s.list(o.refunded[id], v)}}
	}
	s.answers["ReadOrderReturns"] = func(v object) object { return only(v, object{"returns": s.list(o.returns, v)}) }
	s.answers["CountOrders"] = func(object) object { return object{"ordersCount": object{"count": 2}} }
	return o
}

func tax(number string) object { return object{"priceSet": euro(number)} }

func item(n int, sku string, quantity, refundable int, total string, discounts []string, taxed string) object {
	allocations := []object{}
	for _, d := range discounts {
		allocations = append(allocations, object{"allocatedAmountSet": euro(d)})
	}
	return object{
		"id": gid("LineItem", n), "sku": sku, "name": sku + " - blue", "quantity": quantity, "refundableQuantity": refundable,
		"originalTotalSet": euro(total), "discountAllocations": allocations, "taxLines": []object{tax(taxed)},
		"variant": object{"id": gid("ProductVariant", n), "inventoryItem": id("InventoryItem", n)},
		"product": object{"id": gid("Product", n), "productType": "Lamps", "tags": []string{"sale"}},
	}
}

func payment(n int, kind, gateway, number string, parent any) object {
	return object{
		"id": gid("OrderTransaction", n), "kind": kind, "status": "SUCCESS", "gateway": gateway, "manualPaymentGateway": false,
		"paymentId": nil, "authorizationCode": nil, "processedAt": at(1, 0).Add(time.Duration(n) * time.Second).Format(time.RFC3339), "amountSet": euro(number),
		"parentTransaction": parent,
	}
}

// refund puts a refund into the shop.
func (o *sold) refund(n int, note string, shipping []object, lines ...object) {
	id := gid("Refund", n)
	o.header["refunds"] = append(o.header["refunds"].([]object), object{"id": id, "note": note, "totalRefundedSet": euro("1.0")})
	o.refunds[id] = object{"refundShippingLines": object{"nodes": append([]object{}, shipping...)}}
	o.refunded[id] = lines
}

func givenBack(line, quantity int, price, taxed string) object {
	return object{
		"quantity": quantity, "restockType": "NO_RESTOCK", "lineItem": id("LineItem", line), "subtotalSet": euro(price), "totalTaxSet": euro(taxed),
	}
}

func eur(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: "EUR"} }

func at(day, hour int) time.Time { return time.Date(2026, 9, day, hour, 0, 0, 0, time.UTC) }

func read(t *testing.T, a *commerce.Activities) commerce.Order {
	t.Helper()
	o, err := a.ReadOrder(t.Context(), key, commerce.OrderQuery{Number: "#1042"})
	require.NoError(t, err)
	return o
}

func TestAnOrderIsReadAsItWasPaidForAndSent(t *testing.T) {
	s, a := open(t)
	s.sell()
	got := read(t, a)
	assert.Regexp(t, `^http://127.*/admin/orders/1$`, got.URL)
	got.URL = ""
	assert.Equal(t, commerce.Order{
		ID: gid("Order", 1), Name: "#1042", Placed: at(1, 10), Country: "DE", Currency: "EUR",
		Customer: commerce.Customer{ID: gid("Customer", 5), Name: "Ada Lovelace", Email: "ada@example.com", Orders: 7, Returned: 2},
		Lines: []commerce.Line{
			{
				ID: gid("LineItem", 11), SKU: "LAMP-1", Title: "LAMP-1 - blue", Variant: gid("ProductVariant", 11), Product: gid("Product", 11),
				Item: gid("InventoryItem", 11), Category: "Lamps", Tags: []string{"sale"}, Quantity: 2, Price: eur(5000), Tax: eur(950),
				Refunded: eur(0),
				Parcels: []commerce.Parcel{{
					ID: gid("FulfillmentLineItem", 111), Quantity: 2, Sent: at(2, 10), Delivered: at(4, 11), Location: gid("Location", 9),
				}},
			},
			{
				ID: gid("LineItem", 12), SKU: "SHADE-1", Title: "SHADE-1 - blue", Variant: gid("ProductVariant", 12), Product: gid("Product", 12),
				Item: gid("InventoryItem", 12), Category: "Lamps", Tags: []string{"sale"}, Quantity: 1, Price: eur(750), Tax: eur(143),
				Refunded: eur(0),
				Parcels: []commerce.Parcel{{
					ID: gid("FulfillmentLineItem", 112), Quantity: 1, Sent: at(2, 10), Delivered: at(4, 11), Location: gid("Location", 9),
				}},
			},
		},
		Shipping: commerce.Shipping{Paid: eur(476), Refunded: eur(0)},
		Payments: []commerce.Payment{{ID: gid("OrderTransaction", 1), Gateway: "stripe", Amount: eur(7000), Refunded: eur(0)}},
		Refunded: eur(0),
	}, got)
	assert.Equal(t, `name:"1042" OR name:"#1042"`, s.of("FindOrder")[0]["query"])
	assert.Equal(t, "customer_id:5 AND (return_status:returned OR return_status:inspection_complete)", s.of("CountOrders")[0]["query"])
}

func TestAnOrderThatIsntThereIsTheZeroOrder(t *testing.T) {
	s, a := open(t)
	s.sell()
	for _, q := range []commerce.OrderQuery{{Number: "104"}, {Number: `1042" OR name:*`}, {ID: gid("Order", 9)}} {
		got, err := a.ReadOrder(t.Context(), key, q)
		require.NoError(t, err)
		assert.Zero(t, got)
	}
	assert.Equal(t, `name:"1042\" OR name:*" OR name:"#1042\" OR name:*"`, s.of("FindOrder")[1]["query"])
	_, err := a.ReadOrder(t.Context(), key, commerce.OrderQuery{Number: " # "})
	assert.Equal(t, "invalid_request", faultOf(t, err).Code)
}

func TestAGuestIsKnownByTheirAddressOnly(t *testing.T) {
	s, a := open(t)
	o := s.sell()
	o.header["customer"], o.header["shippingAddress"], o.header["cancelledAt"] = nil, nil, "2026-09-02T10:00:00Z"
	got := read(t, a)
	assert.Equal(t, commerce.Customer{Email: "ada@example.com"}, got.Customer)
	assert.Empty(t, got.Country)
	assert.True(t, got.Cancelled)
	assert.Empty(t, s.of("CountOrders"))
}

func TestEveryPageOfALongOrderIsRead(t *testing.T) {
	s, a := open(t)
	o := s.sell()
	o.lines, o.sent[gid("Fulfillment", 1)] = nil, nil
	for n := range 600 {
		o.lines = append(o.lines, item(1000+n, fmt.Sprint("SKU-", n), 1, 1, "1.0", nil, "0.0"))
		o.sent[gid("Fulfillment", 1)] = append(o.sent[gid("Fulfillment", 1)],
			object{"id": gid("FulfillmentLineItem", 5000+n), "quantity": 1, "lineItem": id("LineItem", 1000+n)})
	}
	var back []object
	for n := range 300 {
		back = append(back, givenBack(1000+n, 1, "1.0", "0.0"))
	}
	o.refund(1, "", []object{{"subtotalAmountSet": euro("1.0"), "taxAmountSet": euro("0.0")}}, back...)
	got := read(t, a)
	require.Len(t, got.Lines, 600)
	for n, l := range got.Lines {
		assert.Equal(t, gid("LineItem", 1000+n), l.ID)
		assert.Len(t, l.Parcels, 1)
		assert.Equal(t, n < 300, l.RefundedQuantity == 1)
	}
	assert.Equal(t, eur(100), got.Shipping.Refunded, "what stands on every page counts once")
}

func TestAListWithoutPagesThatMayBeCutOffIsAFault(t *testing.T) {
	for name, add := range map[string]func(*sold){
		"refunds": func(o *sold) {
			for n := range 100 {
				o.refund(n, "", nil)
			}
		},
		"transactions": func(o *sold) {
			for n := range 100 {
				o.header["transactions"] = append(o.header["transactions"].([]object), payment(n+5, "SALE", "stripe", "1.0", nil))
			}
		},
		"fulfillments": func(o *sold) {
			for range 99 {
				o.fulfillments = append(o.fulfillments, o.fulfillments[0])
			}
		},
	} {
		s, a := open(t)
		add(s.sell())
		_, err := a.ReadOrder(t.Context(), key, commerce.OrderQuery{Number: "1042"})
		f := faultOf(t, err)
		assert.Equal(t, "too_many", f.Code, name)
		assert.Equal(t, fault.ClassFinal, f.Class, name)
	}
}

func TestWhatWasRefundedIsCountedWithItsTax(t *testing.T) {
	for included, want := range map[bool][2]int64{false: {4975, 238}, true: {4000, 200}} {
		s, a := open(t)
		o := s.sell()
		o.header["taxesIncluded"], o.header["totalRefundedSet"] = included, euro("52.13")
		postage := []object{{"subtotalAmountSet": euro("2.0"), "taxAmountSet": euro("0.38")}}
		o.refund(1, "", postage, givenBack(11, 1, "25.0", "4.75"))
		unsent := givenBack(11, 1, "15.0", "5.0")
		unsent["restockType"] = "CANCEL"
		o.refund(2, "", nil, unsent, givenBack(99, 1, "1.0", "0.0"))
		got := read(t, a)
		assert.Equal(t, eur(want[0]), got.Lines[0].Refunded)
		assert.Equal(t, []int{2, 1}, []int{got.Lines[0].RefundedQuantity, got.Lines[0].Unsent})
		assert.Equal(t, eur(want[1]), got.Shipping.Refunded)
		assert.Equal(t, eur(5213), got.Refunded)
		assert.Equal(t, eur(map[bool]int64{false: 476, true: 400}[included]), got.Shipping.Paid)
	}
}

func TestWhatWasEditedOutOfAnOrderWasNotPaidFor(t *testing.T) {
	s, a := open(t)
	o := s.sell()
	// Three were ordered; one was refunded, and one taken out before anything was sent.
	o.lines = []object{item(11, "LAMP-1", 3, 1, "100.0", nil, "19.01"), item(12, "SHADE-1", 1, 0, "7.5", nil, "1.43")}
	o.refund(1, "", nil, givenBack(11, 1, "33.33", "6.34"))
	got := read(t, a)
	require.Len(t, got.Lines, 1)
	assert.Equal(t, 2, got.Lines[0].Quantity)
	assert.Equal(t, eur(6667), got.Lines[0].Price)
	assert.Equal(t, eur(1267), got.Lines[0].Tax)
}

func TestAmountsAreExactInWhateverCurrencyTheCustomerPaid(t *testing.T) {
	in := func(currency, number string) object {
		return object{"presentmentMoney": object{"amount": number, "currencyCode": currency}}
	}
	for currency, want := range map[string]struct {
		number string
		minor  int64
	}{"JPY": {"90071992547409.0", 90071992547409}, "KWD": {"0.305", 305}, "EUR": {"0.1", 10}} {
		s, a := open(t)
		o := s.sell()
		amount := in(currency, want.number)
		o.header["presentmentCurrencyCode"], o.header["totalRefundedSet"] = currency, amount
		o.header["shippingLines"] = object{"nodes": []object{}}
		o.header["transactions"].([]object)[0]["amountSet"] = amount
		o.lines = o.lines[:1]
		o.lines[0]["originalTotalSet"], o.lines[0]["discountAllocations"], o.lines[0]["taxLines"] = amount, []object{}, []object{}
		got := read(t, a)
		amounts := []money.Amount{got.Refunded, got.Payments[0].Amount, got.Lines[0].Price}
		for _, a := range amounts {
			assert.Equal(t, money.Amount{Minor: want.minor, Currency: currency}, a)
		}
		assert.Equal(t, money.Amount{Currency: currency}, got.Lines[0].Tax)
	}
	s, a := open(t)
	s.sell().lines[1]["originalTotalSet"] = euro("0.105")
	_, err := a.ReadOrder(t.Context(), key, commerce.OrderQuery{Number: "1042"})
	f := faultOf(t, err)
	assert.Equal(t, "unreadable_amount", f.Code)
	assert.Equal(t, fault.ClassFinal, f.Class)
	assert.Contains(t, f.Message, "originalTotalSet")
}

func TestPaymentsAreThoseThatCameInLessWhatWentBack(t *testing.T) {
	s, a := open(t, func(o *commerce.Options) { o.PaymentAttribute = "stripe_payment" })
	o := s.sell()
	card := payment(2, "CAPTURE", "stripe", "40.0", id("OrderTransaction", 1))
	card["paymentId"] = "ch_3abc"
	failed := payment(4, "SALE", "stripe", "40.0", nil)
	failed["status"] = "FAILURE"
	pending := payment(6, "REFUND", "stripe", "5.0", id("OrderTransaction", 2))
	pending["status"] = "PENDING"
	o.header["transactions"] = []object{
		payment(7, "REFUND", "shopify_store_credit", "3.0", nil), pending, payment(5, "REFUND", "stripe", "10.0", id("OrderTransaction", 2)), failed,
		payment(3, "SALE", "gift_card", "30.0", nil), card, payment(1, "AUTHORIZATION", "stripe", "40.0", nil),
		payment(8, "REFUND", "gift_card", "2.0", nil), payment(9, "VOID", "stripe", "1.0", id("OrderTransaction", 1)),
	}
	o.header["customAttributes"] = []object{{"key": "stripe_payment", "value": "pi_3xyz"}}
	assert.Equal(t, []commerce.Payment{
		{ID: gid("OrderTransaction", 2), Gateway: "stripe", Reference: "ch_3abc", Amount: eur(4000), Refunded: eur(1500)},
		{ID: gid("OrderTransaction", 3), Gateway: "gift_card", Amount: eur(3000), Refunded: eur(200)},
	}, read(t, a).Payments, "the attribute is for a payment that has no reference, and a gift card is none of Stripe's")
}

func TestThePaymentsReferenceIsTheTransactionsElseTheOrdersAttribute(t *testing.T) {
	for name, test := range map[string]struct {
		attribute, payment, code, value any
		more                            bool
		want                            string
	}{
		"in the transaction":              {"stripe_payment", "pi_1", nil, "pi_2", false, "pi_1"},
		"where it stood in the past":      {"stripe_payment", "c1234.1", "ch_1", nil, false, "ch_1"},
		"in the attribute":                {"stripe_payment", "c1234.1", "53433", "pi_2", false, "pi_2"},
		"in an attribute nobody looks at": {"", nil, nil, "pi_2", false, ""},
		"not Stripe's":                    {"stripe_payment", nil, nil, "PAYID-1", false, ""},
		"nobody's, where it could be two": {"stripe_payment", nil, nil, "pi_2", true, ""},
	} {
		s, a := open(t, func(o *commerce.Options) { o.PaymentAttribute = test.attribute.(string) })
		o := s.sell()
		p := o.header["transactions"].([]object)[0]
		p["paymentId"], p["authorizationCode"] = test.payment, test.code
		o.header["customAttributes"] = []object{{"key": "gift", "value": "pi_9"}, {"key": "stripe_payment", "value": test.value}}
		if test.more {
			o.header["transactions"] = append(o.header["transactions"].([]object), payment(2, "SALE", "stripe", "1.0", nil))
		}
		assert.Equal(t, test.want, read(t, a).Payments[0].Reference, name)
	}
}

func TestWhatNeverLeftTheHouseIsNoParcel(t *testing.T) {
	s, a := open(t)
	o := s.sell()
	o.fulfillments[0]["deliveredAt"], o.fulfillments[0]["location"] = nil, nil
	again := object{"id": gid("Fulfillment", 2), "status": "CANCELLED", "createdAt": "2026-09-01T10:00:00Z", "deliveredAt": nil, "location": nil}
	o.fulfillments = append(o.fulfillments, again)
	o.sent[gid("Fulfillment", 2)] = o.sent[gid("Fulfillment", 1)]
	assert.Equal(t, []commerce.Parcel{{ID: gid("FulfillmentLineItem", 111), Quantity: 2, Sent: at(2, 10)}}, read(t, a).Lines[0].Parcels)
}
