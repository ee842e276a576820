package shopify

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/sandbox/client"
)

// The errors of what isn't there.
var (
	ErrNoOrder   = errors.New("there is no such order")
	ErrNoProduct = errors.New("there is no product with that SKU")
)

// firstOrder is the number of the first order.
const firstOrder = 1001

func (s *Server) nextOrder() int64 { return firstOrder + int64(s.orders.Len()) }

// Act has somebody do something with an order.
func (s *Server) Act(number string, a client.ShopAct) (client.ShopOrder, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, err := s.byName(number)
	if err != nil {
		return client.ShopOrder{}, err
	}
	at, err := ago(cmp.Or(a.Days, "0"), time.Now().UTC().Truncate(time.Second), "days")
	if err != nil {
		return client.ShopOrder{}, err
	}
	o = o.clone()
	var stock []change
	switch a.Do {
	case client.ShopShip:
		if !o.Cancelled.IsZero() || o.fulfilment() == "FULFILLED" {
			return client.ShopOrder{}, errors.New("there is nothing to send")
		}
		stock = o.ship(at, time.Time{})
	case client.ShopDeliver:
		arrived := false
		for i := range o.Fulfillments {
			if f := &o.Fulfillments[i]; f.Delivered.IsZero() {
				f.Delivered, f.Sent, arrived = at, earlier(f.Sent, at), true
			}
		}
		if !arrived {
			return client.ShopOrder{}, errors.New("nothing is on its way")
		}
	case client.ShopCancel:
		if o.fulfilment() != "UNFULFILLED" || !o.Cancelled.IsZero() {
			return client.ShopOrder{}, errors.New("some of it was sent, or it is cancelled already")
		}
		o.Cancelled = at
		for _, l := range o.Lines {
			stock = append(stock, shift(l.Variant, l.Committed, l.Quantity, committed, available)...)
		}
	default:
		return client.ShopOrder{}, fmt.Errorf("do: %q is none of ship, deliver, cancel", a.Do)
	}
	if err := s.put(o); err != nil {
		return client.ShopOrder{}, err
	}
	if len(stock) > 0 {
		if _, err := s.move(movement{Reason: "other", Changes: stock}); err != nil {
			return client.ShopOrder{}, err
		}
	}
	return s.view(o), nil
}

// byName is the order with that number, as people write it.
func (s *Server) byName(name string) (order, error) {
	n, err := strconv.ParseInt(strings.TrimPrefix(name, "#"), 10, 64)
	o, ok := s.orders.Get(gid("Order", n))
	if err != nil || !ok {
		return order{}, ErrNoOrder
	}
	return o, nil
}

// Count has somebody count stock.
func (s *Server) Count(c client.ShopCount) (client.ShopStock, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, v, ok := s.find(func(v variant) bool { return v.SKU == c.SKU })
	if !ok {
		return client.ShopStock{}, ErrNoProduct
	}
	where, known := locationOf(number(cmp.Or(c.Location, DefaultLocation), "Location"))
	if !known {
		return client.ShopStock{}, fmt.Errorf("location: there is no %q", c.Location)
	}
	state := cmp.Or(c.State, available)
	if _, ok := s.stockOf(p, *v, where).Levels[state]; !ok || state == onHand {
		return client.ShopStock{}, fmt.Errorf("state: %q is none that is counted", c.State)
	}
	counted := change{Item: v.N, Location: where.N, State: state, Delta: c.Quantity - s.level(v.N, where.N, state)}
	if _, err := s.move(movement{Reason: "correction", Changes: []change{counted}}); err != nil {
		return client.ShopStock{}, err
	}
	return s.stockOf(p, *v, where), nil
}

// Delete has somebody delete a product.
func (s *Server) Delete(sku string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, _, ok := s.find(func(v variant) bool { return v.SKU == sku })
	if !ok {
		return ErrNoProduct
	}
	return s.gone.Put(fmt.Sprint(p.N), time.Now().UTC())
}
