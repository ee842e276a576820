package refund

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/activities/policy"
)

// unit is one of a line that comes back.
type unit struct {
	line  int
	grade string
}

// steps are the currencies with the amount, in minor units, that Stripe pays a multiple of.
var steps = map[string]int64{"EUR": 1, "USD": 1, "JPY": 1, "ISK": 1, "KWD": 10, "BHD": 10, "OMR": 10, "JOD": 10, "TND": 10, "MGA": 100}

// house is a shop with one order, and its policy.
type house struct {
	order  commerce.Order
	policy policy.Return
	fees   []money.Percent // of each line
	paid   int64           // for all of it
	step   int64
}

// someHouse draws an order of a few lines in any currency, with prices and taxes that don't divide, paid in one part or several.
func someHouse(t *rapid.T) house {
	currency := rapid.SampledFrom(slices.Sorted(maps.Keys(steps))).Draw(t, "currency")
	amount := func(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: currency} }
	percent := rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(0, 100_00), rapid.Just(int64(50_00)), rapid.Just(int64(100_00)))
	price := rapid.OneOf(rapid.Int64Range(0, 20), rapid.Int64Range(0, 100_000_00))
	h := house{
		step:  steps[currency],
		order: commerce.Order{ID: "o", Currency: currency, TaxIncluded: rapid.Bool().Draw(t, "tax included"), Refunded: amount(0)},
		policy: policy.Return{
			RefundShipping: rapid.Bool().Draw(t, "shipping back"),
			ReturnFee:      map[string]int64{currency: price.Draw(t, "way back")},
			Grades:         []policy.Grade{{Name: "a", Deduct: money.Percent(percent.Draw(t, "a"))}, {Name: "b", Deduct: money.Percent(percent.Draw(t, "b"))}},
		},
	}
	for i := range rapid.IntRange(1, 4).Draw(t, "lines") {
		l := commerce.Line{ID: fmt.Sprint(i), Quantity: rapid.IntRange(1, 7).Draw(t, "quantity"), Price: amount(price.Draw(t, "price"))}
		l.Tax = amount(rapid.Int64Range(0, l.Price.Minor).Draw(t, "tax"))
		h.order.Lines = append(h.order.Lines, l)
		h.fees = append(h.fees, money.Percent(percent.Draw(t, "fee")))
		h.paid += h.whole(i)
	}
	h.order.Shipping = commerce.Shipping{Paid: amount(price.Draw(t, "shipping")), Refunded: amount(0)}
	h.paid += h.order.Shipping.Paid.Minor
	h.paid = h.payable(h.paid)
	rest := h.paid
	for i := range rapid.IntRange(1, 3).Draw(t, "payments") {
		part := rest
		if i < 2 {
			part = h.payable(rapid.Int64Range(0, rest).Draw(t, "part"))
		}
		h.order.Payments = append(h.order.Payments, commerce.Payment{ID: fmt.Sprint(i), Reference: fmt.Sprint("pi_", i), Amount: amount(part), Refunded: amount(0)})
		rest -= part
	}
	h.order.Payments[0].Amount.Minor += rest
	return h
}

// payable is how much of an amount can be paid.
func (h house) payable(minor int64) int64 { return minor / h.step * h.step }

// whole is what was paid for a line.
func (h house) whole(i int) int64 {
	l := h.order.Lines[i]
	if h.order.TaxIncluded {
		return l.Price.Minor
	}
	return l.Price.Minor + l.Tax.Minor
}

// units are all of the order's, in any order.
func (h house) units(t *rapid.T, grade *rapid.Generator[string]) []unit {
	var all []unit
	for i, l := range h.order.Lines {
		for range l.Quantity {
			all = append(all, unit{i, grade.Draw(t, "grade")})
		}
	}
	return rapid.Permutation(all).Draw(t, "units")
}

// settled puts units that come one after the other, and are alike, together.
func (h house) settled(units []unit) []Settled {
	var all []Settled
	for i, u := range units {
		if i > 0 && units[i-1] == u {
			all[len(all)-1].Quantity++
			continue
		}
		all = append(all, Settled{Line: fmt.Sprint(u.line), Quantity: 1, Grade: u.grade, Fee: h.fees[u.line]})
	}
	return all
}

// account is what was given back so far.
type account struct {
	house
	lines []int64
	total int64
	fee   money.Amount
	truth map[string]money.Amount // what each payment has left, as who took it knows
}

func open(h house) *account {
	h.order.Lines, h.order.Payments = slices.Clone(h.order.Lines), slices.Clone(h.order.Payments)
	a := &account{house: h, lines: make([]int64, len(h.order.Lines)), truth: map[string]money.Amount{}}
	for _, p := range h.order.Payments {
		a.truth[p.Reference] = p.Amount
	}
	return a
}

// pay reckons what came, checks that it adds up, and has the shop and the payments know of it. Of a refund that the shop can't be
// told about, only who took the payments knows.
func (a *account) pay(t *rapid.T, units []unit, wish Wish, untold bool) Reckoned {
	b := Bill{Order: a.order, Lines: a.settled(units), Policy: a.policy, ReturnFee: true, FeeTaken: a.fee, Wish: wish, Paid: a.truth}
	r, err := Reckon(b)
	require.NoError(t, err)
	again, err := Reckon(b)
	require.NoError(t, err)
	require.Equal(t, r, again)

	sum := r.Shipping.Minor + r.ReturnFee.Minor
	for i, l := range r.Lines {
		require.Equal(t, l.Total.Minor, l.Price.Minor+l.Tax.Minor+l.Deducted.Minor+l.Fee.Minor+l.Exchanged.Minor+l.Cut.Minor, "of line %d", i)
		require.GreaterOrEqual(t, l.Total.Minor, int64(0))
		for _, less := range []money.Amount{l.Deducted, l.Fee, l.Exchanged, l.Cut} {
			require.LessOrEqual(t, less.Minor, int64(0))
		}
		sum += l.Total.Minor
		n := b.Lines[i].Quantity - l.Before
		at := slices.IndexFunc(a.order.Lines, func(o commerce.Line) bool { return o.ID == l.Line })
		a.order.Lines[at].RefundedQuantity += n
		a.lines[at] += l.Total.Minor
	}
	require.Equal(t, r.Total.Minor, sum, "lines, shipping and fee")
	require.GreaterOrEqual(t, r.Total.Minor, int64(0))
	require.LessOrEqual(t, r.Total.Minor, r.Left.Minor)
	require.Zero(t, r.Total.Minor%a.step)
	parts := int64(0)
	for _, p := range r.Parts {
		require.Positive(t, p.Amount.Minor)
		require.Zero(t, p.Amount.Minor%a.step, "Stripe can't pay %s", p.Amount)
		parts += p.Amount.Minor
		at := slices.IndexFunc(a.order.Payments, func(o commerce.Payment) bool { return o.ID == p.Payment })
		if !untold {
			a.order.Payments[at].Refunded.Minor += p.Amount.Minor
			a.order.Refunded.Minor += p.Amount.Minor
		}
		left := a.truth[p.Reference]
		left.Minor -= p.Amount.Minor
		require.GreaterOrEqual(t, left.Minor, int64(0), "of a payment")
		a.truth[p.Reference] = left
	}
	if wish == StoreCredit {
		a.order.Refunded.Minor += r.Total.Minor
	} else {
		require.Equal(t, r.Total.Minor, parts)
	}
	a.order.Shipping.Refunded.Minor += r.Shipping.Minor
	a.fee = money.Amount{Minor: a.fee.Minor - r.ReturnFee.Minor, Currency: a.order.Currency}
	a.total += r.Total.Minor
	return r
}

// deliveries split units into parcels.
func deliveries(t *rapid.T, units []unit) [][]unit {
	var all [][]unit
	for len(units) > 0 {
		n := rapid.IntRange(1, len(units)).Draw(t, "parcel")
		all = append(all, units[:n])
		units = units[n:]
	}
	return all
}

func TestAFullReturnGivesBackExactlyWhatThePolicySaysHoweverItComes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := someHouse(t)
		grade := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "grade of all")
		deduct := h.policy.Grades[slices.IndexFunc(h.policy.Grades, func(g policy.Grade) bool { return g.Name == grade })].Deduct
		a := open(h)
		for _, units := range deliveries(t, h.units(t, rapid.Just(grade))) {
			require.False(t, a.pay(t, units, Refund, rapid.Bool().Draw(t, "untold")).Capped)
		}
		want := int64(0)
		for i := range h.order.Lines {
			paid := h.payable(h.whole(i))
			keep, err := money.Amount{Minor: paid, Currency: h.order.Currency}.Share(min(deduct+h.fees[i], money.Whole))
			require.NoError(t, err)
			require.Equal(t, paid-h.payable(keep.Minor), a.lines[i], "of line %d", i)
			want += a.lines[i]
		}
		if h.policy.RefundShipping {
			want += h.payable(h.order.Shipping.Paid.Minor)
		}
		require.Equal(t, max(want-h.payable(h.policy.ReturnFee[h.order.Currency]), 0), a.total)
	})
}

func TestWhatIsGivenBackDoesntDependOnHowTheReturnIsSplit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := someHouse(t)
		units := h.units(t, rapid.SampledFrom([]string{"a", "b"}))
		units = units[:rapid.IntRange(0, len(units)).Draw(t, "come back")]
		together, each := open(h), open(h)
		for _, some := range deliveries(t, units) {
			together.pay(t, some, Refund, false)
		}
		for _, one := range units {
			each.pay(t, []unit{one}, Refund, false)
		}
		require.Equal(t, each.lines, together.lines)
		require.Equal(t, each.total, together.total)
	})
}

func TestNoMoreIsEverGivenBackThanWasPaid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := someHouse(t)
		a := open(h)
		kind := int64(0)
		units := h.units(t, rapid.SampledFrom([]string{"a", "b", ""}))
		units = append(units, rapid.SliceOfN(rapid.SampledFrom(units), 0, 5).Draw(t, "claimed again")...)
		for _, some := range deliveries(t, units) {
			if rapid.Bool().Draw(t, "kindness") { // somebody gives something back in the shop itself
				p := &a.order.Payments[0]
				gift := rapid.Int64Range(0, min(a.truth[p.Reference].Minor, h.paid-a.total-kind)).Draw(t, "gift")
				left := a.truth[p.Reference]
				left.Minor -= gift
				a.truth[p.Reference] = left
				p.Refunded.Minor += gift
				a.order.Refunded.Minor += gift
				kind += gift
			}
			a.pay(t, some, rapid.SampledFrom([]Wish{Refund, StoreCredit}).Draw(t, "wish"), rapid.Bool().Draw(t, "untold"))
		}
		require.LessOrEqual(t, a.total+kind, h.paid)
		for i, given := range a.lines {
			require.LessOrEqual(t, given, h.whole(i), "of line %d", i)
		}
		for i, l := range a.order.Lines {
			require.LessOrEqual(t, l.RefundedQuantity, l.Quantity, "of line %d", i)
		}
	})
}
