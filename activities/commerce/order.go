package commerce

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/money"
)

// orderNode is an order without its lists that come in pages.
type orderNode struct {
	ID           string     `json:"id"`
	Name         string     `json:"name"`
	Number       string     `json:"legacyResourceId"`
	Processed    time.Time  `json:"processedAt"`
	Cancelled    *time.Time `json:"cancelledAt"`
	Email        string     `json:"email"`
	Currency     string     `json:"presentmentCurrencyCode"`
	TaxesInclude bool       `json:"taxesIncluded"`
	Attributes   []struct {
		Key   string `json:"key"`
		Value string `json:"value"`
	} `json:"customAttributes"`
	Customer *struct {
		ID     string `json:"id"`
		Number string `json:"legacyResourceId"`
		Name   string `json:"displayName"`
		Orders string `json:"numberOfOrders"`
		Email  *struct {
			Address string `json:"emailAddress"`
		} `json:"defaultEmailAddress"`
	} `json:"customer"`
	SentTo *struct {
		Country string `json:"countryCodeV2"`
	} `json:"shippingAddress"`
	Refunded     bag                      `json:"totalRefundedSet"`
	Shipping     connection[shippingNode] `json:"shippingLines"`
	Transactions []transaction            `json:"transactions"`
	Refunds      []refundNode             `json:"refunds"`
}

type shippingNode struct {
	Price bag       `json:"discountedPriceSet"`
	Taxes []taxNode `json:"taxLines"`
}

type taxNode struct {
	Price bag `json:"priceSet"`
}

type refundNode struct {
	ID    string `json:"id"`
	Note  string `json:"note"`
	Total bag    `json:"totalRefundedSet"`
}

// ReadOrder reads an order, with what was sent, returned and refunded of it so far. It only reads. An order that the shop doesn't
// have is the zero Order.
//
// The search by number follows the shop's writes with a delay of seconds, so an order that was placed just now may not be found yet.
// One that is found is read as it is at that moment.
func (a *Activities) ReadOrder(ctx context.Context, _ effect.Key, q OrderQuery) (Order, error) {
	id := q.ID
	if id == "" {
		found, err := a.find(ctx, q.Number)
		if err != nil || found == "" {
			return Order{}, err
		}
		id = found
	}
	n, err := a.order(ctx, id)
	if err != nil || n == nil {
		return Order{}, err
	}
	o := Order{
		ID: n.ID, Name: n.Name, Placed: n.Processed, URL: a.pages + n.Number, Cancelled: n.Cancelled != nil, Currency: n.Currency,
		TaxIncluded: n.TaxesInclude,
	}
	if n.SentTo != nil {
		o.Country = n.SentTo.Country
	}
	if o.Customer, err = a.customer(ctx, n); err != nil {
		return Order{}, err
	}
	var s sums
	o.Refunded = s.read("totalRefundedSet", n.Refunded)
	o.Shipping = Shipping{Paid: n.shipping(&s).gross, Refunded: money.Amount{Currency: n.Currency}}
	o.Payments = n.payments(&s, a.attribute)
	if s.err != nil {
		return Order{}, s.err
	}
	if err := a.readLines(ctx, n, &o); err != nil {
		return Order{}, err
	}
	if o.Returns, err = a.returns(ctx, o.ID); err != nil {
		return Order{}, err
	}
	o.countReturning()
	return o, nil
}

// find is the ID of the order with exactly that name; "" where there is none.
func (a *Activities) find(ctx context.Context, number string) (string, error) {
	name := bare(number)
	if name == "" {
		return "", invalid("number: neither an order's number nor its ID is given")
	}
	type found struct {
		Orders connection[struct{ ID, Name string }] `json:"orders"`
	}
	// A shop can have another prefix than "#", or none.
	got, err := ask[found](ctx, a, findOrder, map[string]any{"query": "name:" + quoted(name) + " OR name:" + quoted("#"+name)})
	if err != nil {
		return "", err
	}
	for _, o := range got.Orders.Nodes {
		if strings.EqualFold(bare(o.Name), name) {
			return o.ID, nil
		}
	}
	return "", nil
}

func bare(name string) string { return strings.TrimPrefix(strings.TrimSpace(name), "#") }

// order reads an order; nil where there is none.
func (a *Activities) order(ctx context.Context, id string) (*orderNode, error) {
	type found struct {
		Order *orderNode `json:"order"`
	}
	got, err := ask[found](ctx, a, readOrder, map[string]any{"id": id})
	if err != nil || got.Order == nil {
		return nil, err
	}
	if err := tooLong("transactions", len(got.Order.Transactions)); err != nil {
		return nil, err
	}
	return got.Order, tooLong("refunds", len(got.Order.Refunds))
}

// tooLong is the fault of a list that may have been cut off: to go on without the rest could give money back twice.
func tooLong(what string, n int) error {
	if n < longest {
		return nil
	}
	return fault.Final(system, "too_many", fmt.Sprintf("the order has %d %s or more, which is more than can be read", longest, what)).Err()
}

// customer is who bought it; of a guest only the address is known.
func (a *Activities) customer(ctx context.Context, n *orderNode) (Customer, error) {
	c := n.Customer
	if c == nil {
		return Customer{Email: n.Email}, nil
	}
	who := Customer{ID: c.ID, Name: c.Name, Email: n.Email}
	if c.Email != nil {
		who.Email = cmp.Or(who.Email, c.Email.Address)
	}
	var err error
	if who.Orders, err = strconv.Atoi(c.Orders); err != nil {
		return Customer{}, fault.Unreachable(system, "numberOfOrders is no number").Err()
	}
	type counted struct {
		Orders struct {
			Count int `json:"count"`
		} `json:"ordersCount"`
	}
	got, err := ask[counted](ctx, a, countOrders, map[string]any{
		"query": "customer_id:" + c.Number + " AND (return_status:returned OR return_status:inspection_complete)",
	})
	who.Returned = got.Orders.Count
	return who, err
}

// postage is what was paid for the shipping: net is as the shop takes it when some of it is refunded, gross has the tax in it.
type postage struct{ net, gross money.Amount }

func (n *orderNode) shipping(s *sums) postage {
	p := postage{net: money.Amount{Currency: n.Currency}}
	tax := p.net
	for _, line := range n.Shipping.Nodes {
		p.net = s.add("shippingLines", p.net, s.read("discountedPriceSet", line.Price))
		tax = s.add("shippingLines", tax, taxes(s, n.Currency, line.Taxes))
	}
	p.gross = p.net
	if !n.TaxesInclude {
		p.gross = s.add("shippingLines", p.net, tax)
	}
	return p
}

func taxes(s *sums, currency string, lines []taxNode) money.Amount {
	sum := money.Amount{Currency: currency}
	for _, t := range lines {
		sum = s.add("taxLines", sum, s.read("taxLines", t.Price))
	}
	return sum
}
