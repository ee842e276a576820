package shopify

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/throughline-dev/throughline/sandbox/internal/shopify/gql"
)

// orNull is null where there is nothing.
func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// orNone is null where there is none.
func orNone(o gql.Object) any {
	if o == nil {
		return nil
	}
	return o
}

func attributes(list []attribute) []gql.Object {
	out := []gql.Object{}
	for _, a := range list {
		out = append(out, gql.Object{"key": a.Key, "value": a.Value})
	}
	return out
}

// orEmpty is an empty list where there is none, which isn't null.
func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// theOrder is the order with that ID, as the API shows it; nil where there is none.
func (s *Server) theOrder(n int64) gql.Object {
	o, ok := s.orders.Get(gid("Order", n))
	if !ok {
		return nil
	}
	return s.showOrder(o)
}

func (s *Server) showOrder(o order) gql.Object {
	amount := func(n int64) gql.Object { return bag(n, o.Currency) }
	outstanding := o.total() - o.worthRefunded() - (o.received() - o.givenBack())
	return gql.Object{
		"__typename": "Order", "id": gid("Order", o.N), "legacyResourceId": strconv.FormatInt(o.N, 10), "name": o.name(), "number": int(o.N),
		"createdAt": o.Placed, "processedAt": o.Placed, "cancelledAt": o.Cancelled, "closed": false, "closedAt": nil, "confirmed": true,
		"email": orNull(o.Email), "customer": func() any { return orNone(s.theCustomer(o.Customer)) },
		"shippingAddress": o.Address.show(o.N), "note": orNull(o.Note), "tags": orEmpty(o.Tags), "customAttributes": attributes(o.Attributes),
		"currencyCode": shopCurrency, "presentmentCurrencyCode": o.Currency, "taxesIncluded": o.TaxIncluded,
		"totalPriceSet": amount(o.total()), "currentTotalPriceSet": amount(o.total() - o.worthRefunded()),
		"subtotalPriceSet": amount(o.subtotal()), "totalDiscountsSet": amount(o.discounts()), "totalTaxSet": amount(o.tax()),
		"totalShippingPriceSet": amount(o.Shipping.Price), "totalReceivedSet": amount(o.received()), "totalRefundedSet": amount(o.givenBack()),
		"totalRefundedShippingSet": amount(o.shippingRefunded()), "netPaymentSet": amount(o.received() - o.givenBack()),
		"totalOutstandingSet": amount(outstanding), "fullyPaid": o.received() >= o.total(), "refundable": o.received() > o.givenBack(),
		"displayFinancialStatus": o.financial(), "displayFulfillmentStatus": o.fulfilment(), "returnStatus": o.returning(),
		"statusPageUrl": strings.TrimSuffix(s.Pages, "/") + fmt.Sprintf("/shop/orders/%d", o.N),
		"shippingLine":  orNone(o.showShipping()),
		"shippingLines": listed(o.shippingLines),
		"lineItems":     listed(func() []item { return items("LineItem", o.Lines, lineN, s.liner(o)) }),
		"transactions": first(func() []gql.Object {
			return shown(o.Transactions, func(t transaction) gql.Object { return s.showTransaction(o, t) })
		}),
		"fulfillments": first(func() []gql.Object {
			return shown(o.Fulfillments, func(f fulfillment) gql.Object { return s.showFulfillment(o, f) })
		}),
		"fulfillmentsCount": gql.Object{"count": len(o.Fulfillments), "precision": "EXACT"},
		"refunds":           first(func() []gql.Object { return shown(o.Refunds, func(r refund) gql.Object { return s.showRefund(o, r) }) }),
		"returns": listed(func() []item {
			return items("Return", o.Returns, func(r ret) int64 { return r.N }, func(r ret) gql.Object { return s.showReturn(o, r) })
		}),
	}
}

func shown[T any](list []T, show func(T) gql.Object) []gql.Object {
	out := []gql.Object{}
	for _, v := range list {
		out = append(out, show(v))
	}
	return out
}

func lineN(l line) int64 { return l.N }

// liner shows lines of an order.
func (s *Server) liner(o order) func(line) gql.Object {
	return func(l line) gql.Object { return s.showLine(o, l) }
}

func (s *Server) showLine(o order, l line) gql.Object {
	amount := func(n int64) gql.Object { return bag(n, o.Currency) }
	left := l.Quantity - o.refunded(l.N)
	var discounts []gql.Object
	for i, d := range []int64{l.Discount, l.OrderShare} {
		if d > 0 {
			discounts = append(discounts, gql.Object{"allocatedAmountSet": amount(d), "discountApplication": application(i)})
		}
	}
	name := l.Title
	if l.Option != "" {
		name += " - " + l.Option
	}
	return gql.Object{
		"__typename": "LineItem", "id": gid("LineItem", l.N), "sku": orNull(l.SKU), "title": l.Title, "name": name, "variantTitle": orNull(l.Option),
		"vendor": orNull(s.Name), "quantity": l.Quantity, "currentQuantity": left, "refundableQuantity": left, "unfulfilledQuantity": l.Unfulfilled,
		"customAttributes": []gql.Object{}, "isGiftCard": false, "requiresShipping": true, "restockable": true, "taxable": l.Tax != 0,
		"originalUnitPriceSet": amount(l.Price), "originalTotalSet": amount(l.Price * int64(l.Quantity)), "totalDiscountSet": amount(l.Discount),
		"discountedTotalSet":                      amount(l.Price*int64(l.Quantity) - l.Discount),
		"discountedUnitPriceAfterAllDiscountsSet": amount(share(l.paid(), 0, 1, l.Quantity)),
		"discountAllocations":                     shown(discounts, func(d gql.Object) gql.Object { return d }),
		"taxLines":                                first(func() []gql.Object { return taxLines(l.Tax, l.TaxPercent, o) }),
		"product":                                 func() any { return orNone(s.theProduct(l.Product)) },
		"variant":                                 func() any { return orNone(s.theVariant(l.Variant)) },
	}
}

// application is a discount of a line, or of the whole order.
func application(i int) gql.Object {
	a := gql.Object{
		"__typename": "ManualDiscountApplication", "index": i, "title": "Discount", "description": nil, "targetType": "LINE_ITEM",
		"allocationMethod": "EACH", "targetSelection": "EXPLICIT",
	}
	if i > 0 {
		a["allocationMethod"], a["targetSelection"] = "ACROSS", "ALL"
	}
	return a
}

func taxLines(tax int64, percent float64, o order) []gql.Object {
	if percent == 0 {
		return []gql.Object{}
	}
	title := "Sales tax"
	if o.TaxIncluded {
		title = "VAT"
	}
	return []gql.Object{{"priceSet": bag(tax, o.Currency), "rate": percent / 100, "ratePercentage": percent, "title": title}}
}

// showShipping is what was paid to have the order sent; nil where nothing was said about it.
func (o order) showShipping() gql.Object {
	if o.Shipping.Title == "" {
		return nil
	}
	return gql.Object{
		"id": gid("ShippingLine", o.N), "title": o.Shipping.Title, "code": o.Shipping.Title, "custom": false, "isRemoved": false,
		"originalPriceSet": bag(o.Shipping.Price, o.Currency), "discountedPriceSet": bag(o.Shipping.Price, o.Currency),
		"currentDiscountedPriceSet": bag(o.Shipping.Price-o.shippingRefunded(), o.Currency), "discountAllocations": []gql.Object{},
		"taxLines": taxLines(o.Shipping.Tax, o.Shipping.TaxPercent, o),
	}
}

func (o order) shippingLines() []item {
	if o.Shipping.Title == "" {
		return nil
	}
	return []item{{gid("ShippingLine", o.N), o.showShipping}}
}
