package shopify

import (
	"fmt"
	"slices"
	"time"
)

// The states of stock that count as on hand (https://shopify.dev/docs/apps/build/orders-fulfillment/inventory-management-apps).
const (
	available = "available"
	committed = "committed"
	reserved  = "reserved"
	damaged   = "damaged"
	quality   = "quality_control"
	safety    = "safety_stock"
	onHand    = "on_hand"
	incoming  = "incoming"
)

var (
	states     = []string{available, committed, reserved, damaged, quality, safety}
	allStates  = append(slices.Clone(states), onHand, incoming)
	adjustable = []string{available, damaged, quality, reserved, safety}
)

// reasons are those that stock can be changed for.
var reasons = []string{
	"correction", "cycle_count_available", "damaged", "movement_created", "movement_updated", "movement_received", "movement_canceled",
	"other", "promotion", "quality_control", "received", "reservation_created", "reservation_deleted", "reservation_updated", "restock",
	"safety_stock", "shrinkage",
}

// level is how much stock of a state there is.
func (s *Server) level(item, location int64, state string) (n int) {
	at := s.levels[place{item, location}]
	if state == onHand {
		for _, part := range states {
			n += at[part]
		}
		return n
	}
	return at[state]
}

// everywhere is how much is available at all locations.
func (s *Server) everywhere(item int64) (n int) {
	for _, l := range locations {
		n += s.level(item, l.N, available)
	}
	return n
}

func (s *Server) apply(m movement) {
	if m.Key != "" {
		s.keyed[m.Key] = m
	}
	for _, c := range m.Changes {
		at := s.levels[place{c.Item, c.Location}]
		if at == nil {
			at = map[string]int{}
			s.levels[place{c.Item, c.Location}] = at
		}
		at[c.State] += c.Delta
	}
}

// move changes stock. What is changed of a deleted product is left out.
func (s *Server) move(m movement) (movement, error) {
	m.N, m.At = int64(s.movements.Len())+1, time.Now().UTC()
	m.Changes = slices.DeleteFunc(m.Changes, func(c change) bool { return c.Item == 0 || c.Delta == 0 })
	after := map[string]int{} // one place may be changed more than once
	for i := range m.Changes {
		c := &m.Changes[i]
		at := fmt.Sprint(c.Item, c.Location, c.State)
		if _, seen := after[at]; !seen {
			after[at] = s.level(c.Item, c.Location, c.State)
		}
		after[at] += c.Delta
		c.After = after[at]
	}
	if err := s.movements.Put(fmt.Sprint(m.N), m); err != nil {
		return m, err
	}
	s.apply(m)
	return m, nil
}

// shift is a change of so many from one state to another, or with "" from nowhere or to nowhere.
func shift(item, location int64, n int, from, to string) (list []change) {
	if from != "" {
		list = append(list, change{Item: item, Location: location, State: from, Delta: -n})
	}
	if to != "" {
		list = append(list, change{Item: item, Location: location, State: to, Delta: n})
	}
	return list
}

// sold is a product that is there, with its variant.
func (s *Server) sold(n int64) (product, *variant, bool) {
	return s.find(func(v variant) bool { return v.N == n })
}

func (s *Server) find(is func(variant) bool) (product, *variant, bool) {
	for _, p := range products {
		for i := range p.Variants {
			if _, deleted := s.gone.Get(fmt.Sprint(p.N)); is(p.Variants[i]) && !deleted {
				return p, &p.Variants[i], true
			}
		}
	}
	return product{}, nil, false
}
