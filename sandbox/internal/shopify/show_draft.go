package shopify

import (
	"strconv"

	"github.com/throughline-dev/throughline/sandbox/internal/shopify/gql"
)

func (d draft) status() string {
	if d.Completed.IsZero() {
		return "OPEN"
	}
	return "COMPLETED"
}

func (s *Server) theDraft(n int64) gql.Object {
	d, ok := s.drafts.Get(gid("DraftOrder", n))
	if !ok || d.Deleted {
		return nil
	}
	return s.showDraft(d)
}

func (s *Server) showDraft(d draft) gql.Object {
	count := 0
	for _, l := range d.Lines {
		count += l.Quantity
	}
	var address any
	if d.Address != nil {
		address = d.Address.show(d.N)
	}
	return gql.Object{
		"__typename": "DraftOrder", "id": gid("DraftOrder", d.N), "legacyResourceId": strconv.FormatInt(d.N, 10), "name": d.name(),
		"createdAt": d.Created, "updatedAt": d.Updated, "completedAt": d.Completed, "status": d.status(), "ready": true,
		"customer": func() any { return orNone(s.theCustomer(d.Customer)) }, "email": orNull(d.Email), "shippingAddress": address,
		"note2": orNull(d.Note), "tags": orEmpty(d.Tags), "customAttributes": attributes(d.Attributes), "taxExempt": false,
		"visibleToCustomer": true, "currencyCode": shopCurrency, "presentmentCurrencyCode": d.Currency, "reserveInventoryUntil": d.Until,
		"appliedDiscount": d.Discount.show(d.Currency), "subtotalPriceSet": bag(d.subtotal(), d.Currency), "totalPriceSet": bag(d.total(), d.Currency),
		"totalQuantityOfLineItems": count,
		"order":                    func() any { return orNone(s.theOrder(d.Order)) },
		"lineItems": listed(func() []item {
			return items("DraftOrderLineItem", d.Lines, func(l draftLine) int64 { return l.N }, func(l draftLine) gql.Object { return s.showDraftLine(d, l) })
		}),
	}
}

func (d *discount) show(currency string) any {
	if d == nil {
		return nil
	}
	return gql.Object{
		"title": orNull(d.Title), "description": d.Description, "value": d.Value, "valueType": d.Type, "amountSet": bag(d.Amount, currency),
	}
}

func (s *Server) showDraftLine(d draft, l draftLine) gql.Object {
	p, v, ok := s.sold(l.Variant)
	if !ok {
		p, v = product{Title: "A product that was deleted"}, &variant{}
	}
	return gql.Object{
		"__typename": "DraftOrderLineItem", "id": gid("DraftOrderLineItem", l.N), "title": p.Title, "name": p.name(*v), "sku": orNull(v.SKU),
		"custom": false, "quantity": l.Quantity, "appliedDiscount": l.Discount.show(d.Currency),
		"originalUnitPriceSet": bag(l.Price, d.Currency), "originalTotalSet": bag(l.Price*int64(l.Quantity), d.Currency),
		"discountedTotalSet": bag(l.total(), d.Currency),
		"variant":            func() any { return orNone(s.theVariant(l.Variant)) },
		"product":            func() any { return orNone(s.theProduct(p.N)) },
	}
}
