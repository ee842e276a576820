package refund

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/activities/commerce"
)

// shelf is what of a line of the order can still be returned.
type shelf struct {
	commerce.Line
	worth
	paid    int // how many are paid back, or will be by what of this return has been looked at
	parcels []commerce.Parcel
	// sent, elsewhere and refunded say what became of the line's units: how many were sent, are in other returns, and were paid
	// back without one.
	sent, elsewhere, refunded int
}

// left is how many can be returned.
func (s *shelf) left() int {
	n := 0
	for _, p := range s.parcels {
		n += p.Quantity
	}
	return n
}

// counts reports whether a return holds what is in it.
func counts(r commerce.Return) bool {
	return r.State != commerce.Declined && r.State != commerce.Cancelled
}

// stock looks at what is left of each line.
func (a *assessing) stock() {
	for i, l := range a.Order.Lines {
		s := &shelf{Line: l, worth: a.worth(item("order.lines", i), l, a.Order.TaxIncluded), paid: paidFor(l)}
		s.parcels = slices.SortedStableFunc(slices.Values(l.Parcels), func(a, b commerce.Parcel) int {
			return cmp.Or(a.Sent.Compare(b.Sent), a.Delivered.Compare(b.Delivered))
		})
		s.sent = s.left()
		s.takeGone(a.Order.Returns, a.Number)
		a.shelves = append(a.shelves, s)
	}
}

// takeGone takes out of the parcels what isn't left: what is in other returns than the one with this number, each from the parcel that
// the shop has it in, and then what was paid back without a return, of which nobody says where it was: the oldest first. What was paid
// back before it was sent is in no parcel.
//
// The shop counts what was paid back of a line in all. What a return has of it is what the shop says was refunded of that return, or
// what came back by it where that is more: a refund that isn't made by Shopify's own returns may not be counted there.
func (s *shelf) takeGone(returns []commerce.Return, number string) {
	s.refunded, s.elsewhere = s.RefundedQuantity-s.Unsent, s.Returning
	known := 0 // of what is elsewhere, how many are known by their parcel
	for _, r := range returns {
		if !counts(r) {
			continue
		}
		for _, line := range r.Lines {
			if line.Line != s.ID {
				continue
			}
			back := line.Processed
			if r.State == commerce.Closed {
				back = line.Quantity
			}
			s.refunded -= max(line.Refunded, back)
			if r.Number == number {
				s.elsewhere -= line.Quantity
			} else if line.Parcel != "" {
				known += line.Quantity
				s.take(line.Quantity, func(p commerce.Parcel) bool { return p.ID == line.Parcel })
			}
		}
	}
	s.refunded, s.elsewhere = max(s.refunded, 0), max(s.elsewhere, 0)
	s.take(max(s.elsewhere-known, 0)+s.refunded, func(commerce.Parcel) bool { return true })
}

// take takes up to so many units out of the parcels that are right, the oldest first, and says which.
func (s *shelf) take(n int, right func(commerce.Parcel) bool) []commerce.Parcel {
	var taken []commerce.Parcel
	for i := range s.parcels {
		p := &s.parcels[i]
		some := min(n, p.Quantity)
		if some <= 0 || !right(*p) {
			continue
		}
		p.Quantity -= some
		n -= some
		one := *p
		one.Quantity = some
		taken = append(taken, one)
	}
	return taken
}

// inTurn takes so many units: first of what is still in its window, then of what was delivered, then of the rest.
func (s *shelf) inTurn(n int, inTime func(commerce.Parcel) bool) []commerce.Parcel {
	var taken []commerce.Parcel
	for _, right := range []func(commerce.Parcel) bool{
		inTime,
		delivered,
		func(commerce.Parcel) bool { return true },
	} {
		for _, p := range s.take(n, right) {
			taken = append(taken, p)
			n -= p.Quantity
		}
	}
	return taken
}

// named are the lines that an item is about: the one with its ID, or all with its SKU.
func (a *assessing) named(it Item) []*shelf {
	var found []*shelf
	for _, s := range a.shelves {
		if it.Line != "" && s.ID == it.Line || it.Line == "" && it.SKU != "" && strings.EqualFold(s.SKU, strings.TrimSpace(it.SKU)) {
			found = append(found, s)
		}
	}
	return found
}

// until is the end of a window of so many days, counted from a delivery by the dates of the zone: the first instant after its last
// day.
func until(delivered time.Time, days int, zone *time.Location) time.Time {
	y, m, d := delivered.In(zone).Date()
	return time.Date(y, m, d+days+1, 0, 0, 0, 0, zone)
}
