package shopify

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/throughline-dev/throughline/sandbox/internal/shopify/gql"
)

func (s *Server) theCustomer(n int64) gql.Object {
	c, ok := s.customers.Get(gid("Customer", n))
	if !ok {
		return nil
	}
	return s.showCustomer(c)
}

func (s *Server) showCustomer(c customer) gql.Object {
	given, family, _ := strings.Cut(c.Name, " ")
	return gql.Object{
		"__typename": "Customer", "id": gid("Customer", c.N), "legacyResourceId": strconv.FormatInt(c.N, 10), "displayName": cmp.Or(c.Name, c.Email),
		"firstName": orNull(given), "lastName": orNull(family), "email": orNull(c.Email), "createdAt": c.Created, "tags": []string{},
		"defaultEmailAddress": gql.Object{"emailAddress": c.Email, "validFormat": true},
		"numberOfOrders":      strconv.Itoa(len(s.ordered[c.N])),
		"orders": pages(func(call gql.Call) ([]item, error) {
			return s.searchOrders(call, s.ordered[c.N])
		}),
		"storeCreditAccounts": listed(func() []item {
			var list []item
			for _, a := range s.accounts(c.N) {
				list = append(list, item{a.id(), func() gql.Object { return s.showAccount(a) }})
			}
			return list
		}),
	}
}

// account is a customer's store credit in a currency. It is what was given to them for orders.
type account struct {
	n        int64
	customer int64
	currency string
	balance  int64
	credits  []credit
}

type credit struct {
	order order
	transaction
}

func (a account) id() string { return gid("StoreCreditAccount", a.n) }

// accounts are those of a customer, by the order in which the currencies stand in the schema.
func (s *Server) accounts(customer int64) (list []account) {
	for i, currency := range currencies {
		a := account{n: customer*within + int64(i), customer: customer, currency: currency}
		for _, key := range s.ordered[customer] {
			o, _ := s.orders.Get(key)
			for _, t := range o.Transactions {
				if t.Kind == "REFUND" && t.Gateway == storeCredit && o.Currency == currency {
					a.credits, a.balance = append(a.credits, credit{o, t}), a.balance+t.Amount
				}
			}
		}
		if a.credits != nil {
			list = append(list, a)
		}
	}
	return list
}

// currencies are those of the schema.
var currencies = func() (list []string) {
	for _, v := range schema.Types().Types["CurrencyCode"].EnumValues {
		list = append(list, v.Name)
	}
	return list
}()

func (s *Server) theAccount(n int64) gql.Object {
	for _, a := range s.accounts(n / within) {
		if a.n == n {
			return s.showAccount(a)
		}
	}
	return nil
}

func (s *Server) showAccount(a account) gql.Object {
	return gql.Object{
		"__typename": "StoreCreditAccount", "id": a.id(), "balance": money(a.balance, a.currency),
		"owner": func() gql.Object { return s.theCustomer(a.customer) },
		"transactions": listed(func() []item {
			return items(creditKind, a.credits, func(c credit) int64 { return c.N }, func(c credit) gql.Object { return s.showCredit(a, c) })
		}),
	}
}

const creditKind = "StoreCreditAccountCreditTransaction"

func (s *Server) showCredit(a account, c credit) gql.Object {
	var expires any
	if !c.Expires.IsZero() {
		expires = c.Expires
	}
	return gql.Object{
		"__typename": creditKind, "id": gid(creditKind, c.N), "amount": money(c.Amount, a.currency), "balanceAfterTransaction": money(c.Balance, a.currency),
		"createdAt": c.At, "expiresAt": expires, "event": "ORDER_REFUND", "account": func() gql.Object { return s.showAccount(a) },
		"origin": func() gql.Object { return s.showTransaction(c.order, c.transaction) },
	}
}

// credited is a customer's balance in a currency.
func (s *Server) credited(customer int64, currency string) int64 {
	for _, a := range s.accounts(customer) {
		if a.currency == currency {
			return a.balance
		}
	}
	return 0
}
