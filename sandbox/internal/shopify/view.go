package shopify

import (
	"strings"

	"github.com/throughline-dev/throughline/sandbox/client"
)

// Filter says which orders are wanted; the zero value is all of them.
type Filter struct {
	Number string
	Email  string
	Last   int // the youngest so many; 0 is all
}

// Orders are the orders that a filter lets through, oldest first.
func (s *Server) Orders(f Filter) []client.ShopOrder {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := []client.ShopOrder{}
	if f.Number != "" {
		if o, err := s.byName(f.Number); err == nil {
			list = append(list, s.view(o))
		}
		return list
	}
	keys := s.orderKeys()
	if f.Last > 0 {
		keys = keys[max(len(keys)-f.Last, 0):]
	}
	for _, key := range keys {
		if o, _ := s.orders.Get(key); f.Email == "" || strings.EqualFold(f.Email, o.Email) {
			list = append(list, s.view(o))
		}
	}
	return list
}

// Len is how many orders there are.
func (s *Server) Len() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.orders.Len()
}

// view is an order as people see it.
func (s *Server) view(o order) client.ShopOrder {
	v := client.ShopOrder{
		ID: gid("Order", o.N), Name: o.name(), Number: int(o.N), Email: o.Email, Customer: strings.TrimSpace(o.Address.FirstName + " " + o.Address.LastName),
		Country: o.Address.Country, Currency: o.Currency, TaxIncluded: o.TaxIncluded, Shipping: o.Shipping.Price, Tax: o.tax(), Total: o.total(),
		Paid: o.financial(), Sent: o.fulfilment(), Tags: o.Tags, Placed: o.Placed, Cancelled: o.Cancelled,
	}
	if o.Customer != 0 {
		v.Account = gid("Customer", o.Customer)
	}
	for _, l := range o.Lines {
		shown := client.ShopLine{
			ID: gid("LineItem", l.N), SKU: l.SKU, Title: l.title(), Quantity: l.Quantity, Price: l.Price, Paid: l.paid(), Tax: l.Tax,
			Unsent: l.Unfulfilled, Refunded: o.refunded(l.N),
		}
		for _, f := range o.Fulfillments {
			for i := range f.Lines {
				if f.Lines[i].Line == l.N {
					shown.Returnable += max(o.returnable(&f.Lines[i]), 0)
				}
			}
		}
		v.Lines = append(v.Lines, shown)
	}
	for _, f := range o.Fulfillments {
		where, _ := locationOf(f.Location)
		p := client.ShopParcel{ID: gid("Fulfillment", f.N), Location: where.Name, Items: map[string]int{}, Sent: f.Sent, Delivered: f.Delivered}
		for _, l := range f.Lines {
			p.Items[o.line(l.Line).SKU] += l.Quantity
		}
		v.Parcels = append(v.Parcels, p)
	}
	for _, t := range o.Transactions {
		if t.Kind == "SALE" {
			v.Payments = append(v.Payments, t.view())
		}
	}
	for _, r := range o.Returns {
		v.Returns = append(v.Returns, r.view(o))
	}
	for _, r := range o.Refunds {
		v.Refunds = append(v.Refunds, r.view(o))
	}
	return v
}

// title is what people call what a line is of.
func (l line) title() string {
	if l.Option == "" {
		return l.Title
	}
	return l.Title + ", " + l.Option
}

func (t transaction) view() client.ShopMoney {
	return client.ShopMoney{ID: gid("OrderTransaction", t.N), Gateway: t.Gateway, Reference: t.Reference, Amount: t.Amount, At: t.At}
}

func (r ret) view(o order) client.ShopReturn {
	v := client.ShopReturn{ID: gid("Return", r.N), Name: r.name(o), Status: r.Status, Note: r.DeclineNote, Number: r.number(), At: r.Created}
	for _, l := range r.Lines {
		of := o.line(l.Line)
		shown := client.ShopReturnedLine{
			SKU: of.SKU, Title: of.title(), Quantity: l.Quantity, Processed: l.Processed, Refunded: l.Refunded, Reason: l.Reason,
		}
		for _, d := range l.Dispositions {
			if shown.Became == nil {
				shown.Became = map[string]int{}
			}
			shown.Became[d.Type] += d.Quantity
		}
		v.Lines = append(v.Lines, shown)
	}
	return v
}

func (r refund) view(o order) client.ShopRefund {
	v := client.ShopRefund{ID: gid("Refund", r.N), Key: r.effect(), Note: r.Note, Worth: r.worth(o.TaxIncluded), Shipping: r.Shipping, At: r.At}
	for _, l := range r.Lines {
		if v.Items == nil {
			v.Items = map[string]int{}
		}
		v.Items[o.line(l.Line).SKU] += l.Quantity
	}
	for _, n := range r.Transactions {
		t := o.transaction(n)
		v.Given += t.Amount
		v.Money = append(v.Money, t.view())
	}
	return v
}

// Stock is how much there is of something at each location, or with "" of everything.
func (s *Server) Stock(sku string) []client.ShopStock {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := []client.ShopStock{}
	for _, p := range s.selling() {
		for _, v := range p.Variants {
			for _, where := range locations {
				if sku == "" || sku == v.SKU {
					list = append(list, s.stockOf(p, v, where))
				}
			}
		}
	}
	return list
}

func (s *Server) stockOf(p product, v variant, where location) client.ShopStock {
	title := p.Title
	if v.Title != "" {
		title += ", " + v.Title
	}
	out := client.ShopStock{
		SKU: v.SKU, Title: title, Item: gid("InventoryItem", v.N), Variant: gid("ProductVariant", v.N), Location: where.Name,
		LocationID: gid("Location", where.N), Levels: map[string]int{onHand: s.level(v.N, where.N, onHand)},
	}
	for _, state := range states {
		out.Levels[state] = s.level(v.N, where.N, state)
	}
	return out
}

// Drafts are the draft orders, oldest first.
func (s *Server) Drafts() []client.ShopDraft {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := []client.ShopDraft{}
	for key, d := range s.drafts.All() {
		if d.Deleted {
			continue
		}
		v := client.ShopDraft{
			ID: key, Name: d.name(), Status: d.status(), Email: d.Email, Tags: d.Tags, Items: map[string]int{}, Until: d.Until, Currency: d.Currency,
			Total: d.total(), Created: d.Created,
		}
		if o, ok := s.orders.Get(gid("Order", d.Order)); ok {
			v.Order = o.name()
		}
		for _, l := range d.Lines {
			if _, of, ok := s.sold(l.Variant); ok {
				v.Items[of.SKU] += l.Quantity
			}
		}
		list = append(list, v)
	}
	return list
}

// Credit is the store credit of a customer, or with "" of all.
func (s *Server) Credit(email string) []client.ShopCredit {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := []client.ShopCredit{}
	for key, c := range s.customers.All() {
		if email != "" && !strings.EqualFold(email, c.Email) {
			continue
		}
		for _, a := range s.accounts(c.N) {
			list = append(list, client.ShopCredit{Customer: key, Email: c.Email, Currency: a.currency, Balance: a.balance})
		}
	}
	return list
}
