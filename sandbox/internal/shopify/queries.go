package shopify

import (
	"strings"

	"github.com/throughline-dev/throughline/sandbox/internal/shopify/gql"
)

// queries are what can be asked. The shop is locked while it is.
func (s *Server) queries() gql.Object {
	q := gql.Object{
		"shop": gql.Object{
			"__typename": "Shop", "id": gid("Shop", 1), "name": s.Name, "email": "shop@northwind-robotics.example", "currencyCode": shopCurrency,
			"myshopifyDomain": "northwind-robotics.myshopify.com", "taxesIncluded": false, "url": strings.TrimSuffix(s.Pages, "/") + "/shop",
		},
		"orders":          pages(func(c gql.Call) ([]item, error) { return s.searchOrders(c, s.orderKeys()) }),
		"ordersCount":     gql.Func(s.countOrders),
		"draftOrders":     pages(s.searchDrafts),
		"productVariants": pages(s.searchVariants),
		"customers":       pages(s.searchCustomers),
		"products": pages(func(c gql.Call) ([]item, error) {
			return items("Product", s.selling(), func(p product) int64 { return p.N }, s.showProduct), notSearched(c)
		}),
		"locations": pages(func(c gql.Call) ([]item, error) {
			return items("Location", locations, func(l location) int64 { return l.N }, showLocation), notSearched(c)
		}),
		"node":  gql.Func(s.node),
		"nodes": gql.Func(s.nodes),
	}
	for field, kind := range map[string]string{
		"order": "Order", "customer": "Customer", "draftOrder": "DraftOrder", "fulfillment": "Fulfillment", "inventoryItem": "InventoryItem",
		"location": "Location", "productVariant": "ProductVariant", "refund": "Refund", "return": "Return",
		"reverseFulfillmentOrder": "ReverseFulfillmentOrder", "storeCreditAccount": "StoreCreditAccount",
	} {
		q[field] = gql.Func(func(c gql.Call) (any, error) {
			var in struct{ ID string }
			if err := c.Args(&in); err != nil {
				return nil, err
			}
			if kind == "Location" && in.ID == "" { // the default one
				in.ID = DefaultLocation
			}
			return s.byID(kind, in.ID)
		})
	}
	return q
}

// byID is the thing of a kind with that ID; null where there is none. An ID of another kind is a mistake of the caller's.
func (s *Server) byID(kind, id string) (any, error) {
	n := number(id, kind)
	if n == 0 {
		return nil, refused("BAD_REQUEST", "Invalid global id '"+id+"'")
	}
	get := map[string]func(int64) gql.Object{
		"Order": s.theOrder, "Customer": s.theCustomer, "DraftOrder": s.theDraft, "InventoryItem": s.theItem, "Location": s.theLocation,
		"Product": s.theProduct, "ProductVariant": s.theVariant, "StoreCreditAccount": s.theAccount,
		"Fulfillment": s.inOrder(func(o order) gql.Object {
			for _, f := range o.Fulfillments {
				if f.N == n {
					return s.showFulfillment(o, f)
				}
			}
			return nil
		}),
		"Refund": s.inOrder(func(o order) gql.Object {
			for _, r := range o.Refunds {
				if r.N == n {
					return s.showRefund(o, r)
				}
			}
			return nil
		}),
		"Return": s.inOrder(func(o order) gql.Object {
			if r := o.ret(n); r != nil {
				return s.showReturn(o, *r)
			}
			return nil
		}),
		"ReverseFulfillmentOrder": s.inOrder(func(o order) gql.Object {
			if r := o.ret(n); r != nil && !r.Approved.IsZero() {
				return s.showReverse(o, *r)
			}
			return nil
		}),
	}[kind]
	if get == nil {
		return nil, refused("BAD_REQUEST", "The sandbox finds no "+kind+" by its ID")
	}
	return orNone(get(n)), nil
}

// inOrder finds something by its number in the order that the number is made of.
func (s *Server) inOrder(find func(order) gql.Object) func(int64) gql.Object {
	return func(n int64) gql.Object {
		o, ok := s.orders.Get(gid("Order", n/within))
		if !ok {
			return nil
		}
		return find(o)
	}
}

func (s *Server) node(c gql.Call) (any, error) {
	var in struct{ ID string }
	if err := c.Args(&in); err != nil {
		return nil, err
	}
	kind, _, _ := strings.Cut(strings.TrimPrefix(in.ID, "gid://shopify/"), "/")
	return s.byID(kind, in.ID)
}

func (s *Server) nodes(c gql.Call) (any, error) {
	var in struct{ IDs []string }
	if err := c.Args(&in); err != nil {
		return nil, err
	}
	out := make([]any, len(in.IDs))
	for i, id := range in.IDs {
		kind, _, _ := strings.Cut(strings.TrimPrefix(id, "gid://shopify/"), "/")
		var err error
		if out[i], err = s.byID(kind, id); err != nil {
			return nil, err
		}
	}
	return out, nil
}
