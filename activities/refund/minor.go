package refund

import (
	"errors"
	"fmt"
	"math/bits"
	"slices"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/money"
)

// most is the highest amount, in minor units, that is reckoned with: a thousand of it add up without overflow, and no order has
// more lines and payments.
const most = 1_000_000_000_000_000

// reader reads amounts of one currency as minor units. The first mistakes stay in it, so that whoever reads looks once.
type reader struct {
	currency string
	step     int64 // what is paid is a multiple of it
	wrong    []error
}

// of begins to read an order's amounts.
func of(o commerce.Order) *reader {
	r := &reader{currency: o.Currency, step: 1}
	if _, err := money.Digits(o.Currency); err != nil {
		r.fail("order.currency: %w", err)
	}
	return r
}

func (r *reader) fail(format string, args ...any) {
	mistake := fmt.Errorf(format, args...)
	if !slices.ContainsFunc(r.wrong, func(said error) bool { return said.Error() == mistake.Error() }) {
		r.wrong = append(r.wrong, mistake)
	}
}

func (r *reader) err() error { return errors.Join(r.wrong...) }

// minor is an amount in minor units; the field is for the mistake.
func (r *reader) minor(field string, a money.Amount) int64 {
	switch {
	case a == money.Amount{}:
		return 0
	case a.Currency != r.currency:
		r.fail("%s is %s, and the order is in %s: amounts of two currencies can't be put together", field, a, r.currency)
		return 0
	case a.Minor < 0 || a.Minor > most:
		r.fail("%s is %s: it can be neither less than nothing nor more than %s", field, a, r.amount(most))
		return 0
	}
	return a.Minor
}

// payable is how much of so many minor units can be paid.
func (r *reader) payable(minor int64) int64 { return minor - minor%r.step }

// amount is minor units as an amount, and owed is what is left out of the answer where it is nothing.
func (r *reader) amount(minor int64) money.Amount {
	return money.Amount{Minor: minor, Currency: r.currency}
}

func (r *reader) owed(minor int64) money.Amount {
	if minor == 0 {
		return money.Amount{}
	}
	return r.amount(minor)
}

// fraction is n/of of a total, rounded half up. None is negative, and n is at most of.
func fraction(total, n, of int64) int64 {
	hi, lo := bits.Mul64(uint64(total), uint64(n))
	lo, carry := bits.Add64(lo, uint64(of/2), 0)
	quotient, _ := bits.Div64(hi+carry, lo, uint64(of))
	return int64(quotient)
}

// worth is what was paid for a line of an order: its price, and the tax that came on top of it. What is paid for a part of it is a
// multiple of the step.
type worth struct{ price, tax, quantity, step int64 }

func (r *reader) worth(field string, l commerce.Line, taxIncluded bool) worth {
	w := worth{price: r.minor(field+".price", l.Price), tax: r.minor(field+".tax", l.Tax), quantity: int64(l.Quantity), step: r.step}
	if taxIncluded {
		w.tax = 0
	}
	if w.quantity < 0 {
		r.fail("%s.quantity is %d: it can't be less than nothing", field, w.quantity)
		return worth{}
	}
	return w
}

// first is what was paid for the first n of the line. All that is paid for some of its units is the difference of two such
// amounts: each is rounded once, and so the parts add up to the whole however the line is split. Where the step is more than a minor
// unit they are rounded down to it, the tax of the last unit with the price, so that no more than one step of the line is lost.
func (w worth) first(n int) worth {
	if w.quantity == 0 {
		return worth{}
	}
	price, tax := fraction(w.price, int64(n), w.quantity), fraction(w.tax, int64(n), w.quantity)
	price, tax = price-price%w.step, tax-tax%w.step
	if int64(n) == w.quantity {
		tax = w.all() - w.all()%w.step - price
	}
	return worth{price, tax, int64(n), w.step}
}

// between is what was paid for the units from one number to another.
func (w worth) between(from, to int) worth {
	a, b := w.first(from), w.first(to)
	return worth{b.price - a.price, b.tax - a.tax, b.quantity - a.quantity, w.step}
}

func (w worth) all() int64 { return w.price + w.tax }

// paidFor is how many of a line were paid back already.
func paidFor(l commerce.Line) int { return min(max(l.RefundedQuantity, 0), l.Quantity) }
