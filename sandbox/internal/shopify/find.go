package shopify

import (
	"strconv"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/sandbox/internal/shopify/gql"
)

func (s *Server) orderKeys() (keys []string) {
	for key := range s.orders.All() {
		keys = append(keys, key)
	}
	return keys
}

// visible reports whether the search knows of something that was written then.
func (s *Server) visible(at time.Time) bool { return s.Lag == 0 || time.Since(at) >= s.Lag }

// field is what an order can be searched by.
func (o order) field(name string) ([]string, bool) {
	switch name {
	case "id":
		return []string{strconv.FormatInt(o.N, 10)}, true
	case "name":
		return []string{o.name(), strings.TrimPrefix(o.name(), "#")}, true
	case "email":
		return []string{o.Email}, true
	case "customer_id":
		return []string{strconv.FormatInt(o.Customer, 10)}, true
	case "tag":
		return o.Tags, true
	case "return_status":
		return []string{o.returning()}, true
	case "financial_status":
		return []string{o.financial()}, true
	case "fulfillment_status":
		return []string{o.fulfilment()}, true
	}
	return nil, false
}

// searchOrders are the orders of a list that a search finds, or all.
func (s *Server) searchOrders(c gql.Call, keys []string) (list []item, err error) {
	q, err := asked(c, order{}.field)
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		o, _ := s.orders.Get(key)
		if q != nil && (!s.visible(o.Written) || !q(o.field)) {
			continue
		}
		list = append(list, item{key, func() gql.Object { return s.showOrder(o) }})
	}
	return list, nil
}

func (s *Server) countOrders(c gql.Call) (any, error) {
	var in struct{ Limit *int }
	if err := c.Args(&in); err != nil {
		return nil, err
	}
	found, err := s.searchOrders(c, s.orderKeys())
	if err != nil {
		return nil, err
	}
	if in.Limit != nil && len(found) > *in.Limit {
		return gql.Object{"count": *in.Limit, "precision": "AT_LEAST"}, nil
	}
	return gql.Object{"count": len(found), "precision": "EXACT"}, nil
}

func (s *Server) searchVariants(c gql.Call) (list []item, err error) {
	of := func(p product, v variant) fields {
		return func(name string) ([]string, bool) {
			switch name {
			case "id":
				return []string{strconv.FormatInt(v.N, 10)}, true
			case "sku":
				return []string{v.SKU}, true
			case "title":
				return []string{v.display()}, true
			case "product_id":
				return []string{strconv.FormatInt(p.N, 10)}, true
			case "product_status":
				return []string{"active"}, true
			case "product_type":
				return []string{p.Type}, true
			case "tag":
				return p.Tags, true
			}
			return nil, false
		}
	}
	q, err := asked(c, of(product{}, variant{}))
	if err != nil {
		return nil, err
	}
	for _, p := range s.selling() {
		for _, v := range p.Variants {
			if q != nil && !q(of(p, v)) {
				continue
			}
			list = append(list, item{gid("ProductVariant", v.N), func() gql.Object { return s.showVariant(p, v) }})
		}
	}
	return list, nil
}

func (c customer) field(name string) ([]string, bool) {
	switch name {
	case "id":
		return []string{strconv.FormatInt(c.N, 10)}, true
	case "email":
		return []string{c.Email}, true
	}
	return nil, false
}

func (s *Server) searchCustomers(c gql.Call) (list []item, err error) {
	q, err := asked(c, customer{}.field)
	if err != nil {
		return nil, err
	}
	for key, one := range s.customers.All() {
		if q != nil && (!s.visible(one.Created) || !q(one.field)) {
			continue
		}
		list = append(list, item{key, func() gql.Object { return s.showCustomer(one) }})
	}
	return list, nil
}

// notSearched refuses a search where the sandbox has none.
func notSearched(c gql.Call) error {
	_, err := asked(c, func(string) ([]string, bool) { return nil, false })
	return err
}
