package shopify

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/sandbox/internal/shopify/gql"
)

// opened is when the shop began to sell.
var opened = time.Date(2025, time.January, 7, 9, 0, 0, 0, time.UTC)

func (s *Server) theProduct(n int64) gql.Object {
	for _, p := range s.selling() {
		if p.N == n {
			return s.showProduct(p)
		}
	}
	return nil
}

// selling are the products that weren't deleted.
func (s *Server) selling() []product {
	return slices.DeleteFunc(slices.Clone(products), func(p product) bool {
		_, deleted := s.gone.Get(fmt.Sprint(p.N))
		return deleted
	})
}

func (s *Server) showProduct(p product) gql.Object {
	total := 0
	for _, v := range p.Variants {
		total += s.everywhere(v.N)
	}
	return gql.Object{
		"__typename": "Product", "id": gid("Product", p.N), "legacyResourceId": strconv.FormatInt(p.N, 10), "title": p.Title, "handle": p.Handle,
		"productType": p.Type, "tags": orEmpty(p.Tags), "status": "ACTIVE", "vendor": s.Name, "createdAt": opened, "totalInventory": total,
		"variants": listed(func() []item { return items("ProductVariant", p.Variants, variantN, s.varier(p)) }),
	}
}

func variantN(v variant) int64 { return v.N }

// varier shows variants of a product.
func (s *Server) varier(p product) func(variant) gql.Object {
	return func(v variant) gql.Object { return s.showVariant(p, v) }
}

func (s *Server) theVariant(n int64) gql.Object {
	p, v, ok := s.sold(n)
	if !ok {
		return nil
	}
	return s.showVariant(p, *v)
}

func (s *Server) showVariant(p product, v variant) gql.Object {
	options := []gql.Object{{"name": "Title", "value": v.display()}}
	if p.Options != "" {
		options[0]["name"] = p.Options
	}
	left := s.everywhere(v.N)
	return gql.Object{
		"__typename": "ProductVariant", "id": gid("ProductVariant", v.N), "legacyResourceId": strconv.FormatInt(v.N, 10), "sku": v.SKU,
		"title": v.display(), "displayName": p.Title + " - " + v.display(), "selectedOptions": options, "createdAt": opened, "taxable": true,
		"price": decimal(v.Prices[shopCurrency], shopCurrency), "inventoryPolicy": "DENY", "inventoryQuantity": left,
		"sellableOnlineQuantity": left, "availableForSale": left > 0,
		"product":           func() gql.Object { return s.showProduct(p) },
		"inventoryItem":     func() gql.Object { return s.showItem(v) },
		"contextualPricing": gql.Func(func(c gql.Call) (any, error) { return v.contextual(c) }),
	}
}

// contextual is what one costs for customers of a country, in what they pay in.
func (v variant) contextual(c gql.Call) (any, error) {
	var in struct{ Context struct{ Country string } }
	if err := c.Args(&in); err != nil {
		return nil, err
	}
	currency := currencyOf(in.Context.Country)
	return gql.Object{"price": money(v.Prices[currency], currency)}, nil
}

func (s *Server) theItem(n int64) gql.Object {
	_, v, ok := s.sold(n)
	if !ok {
		return nil
	}
	return s.showItem(*v)
}

func (s *Server) showItem(v variant) gql.Object {
	return gql.Object{
		"__typename": "InventoryItem", "id": gid("InventoryItem", v.N), "legacyResourceId": strconv.FormatInt(v.N, 10), "sku": v.SKU, "tracked": true,
		"inventoryLevel": gql.Func(func(c gql.Call) (any, error) {
			var in struct{ LocationID string }
			if err := c.Args(&in); err != nil {
				return nil, err
			}
			l, ok := locationOf(number(in.LocationID, "Location"))
			if !ok {
				return nil, nil
			}
			return s.showLevel(v, l), nil
		}),
		"inventoryLevels": listed(func() []item {
			return items("InventoryLevel", locations, func(l location) int64 { return levelN(v, l) }, func(l location) gql.Object { return s.showLevel(v, l) })
		}),
	}
}

func levelN(v variant, l location) int64 { return l.N*1_000_000 + v.N }

func (s *Server) showLevel(v variant, l location) gql.Object {
	id := levelN(v, l)
	return gql.Object{
		"__typename": "InventoryLevel", "id": gid("InventoryLevel", id), "isActive": true,
		"item": func() gql.Object { return s.showItem(v) }, "location": func() gql.Object { return showLocation(l) },
		"quantities": gql.Func(func(c gql.Call) (any, error) {
			var in struct{ Names []string }
			if err := c.Args(&in); err != nil {
				return nil, err
			}
			out := []gql.Object{}
			for _, name := range in.Names {
				if !slices.Contains(allStates, name) {
					return nil, refused("BAD_REQUEST", fmt.Sprintf("%q is no state of stock: they are %s", name, strings.Join(allStates, ", ")))
				}
				out = append(out, gql.Object{
					"__typename": "InventoryQuantity", "id": fmt.Sprintf("%s?name=%s", gid("InventoryQuantity", id), name), "name": name,
					"quantity": s.level(v.N, l.N, name),
				})
			}
			return out, nil
		}),
	}
}

func (s *Server) theLocation(n int64) gql.Object {
	l, ok := locationOf(n)
	if !ok {
		return nil
	}
	return showLocation(l)
}

func showLocation(l location) gql.Object {
	return gql.Object{
		"__typename": "Location", "id": gid("Location", l.N), "legacyResourceId": strconv.FormatInt(l.N, 10), "name": l.Name, "isActive": true,
		"fulfillsOnlineOrders": true, "address": gql.Object{"city": l.City, "countryCode": l.Country},
	}
}
