package refund

import (
	"slices"

	"github.com/throughline-dev/throughline/activities/billing"
	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/activities/policy"
)

// Reckon says what a customer gets back for what came, to the cent. The same bill is the same answer.
//
// A line's units are paid for in turn, from the first that the order hasn't refunded yet; what was paid for all of them, what is
// deducted and the fee are each rounded so that the parts add up to the whole, however the line comes back (see [worth.first]).
// Where Stripe counts a currency in steps of more than a minor unit (those of ten thousandths of a dinar), each amount is rounded down
// to one that it can pay, a line's as a whole.
//
// Nothing is ever given for more units than the order has, nor in all more than is left of its payments: what would be above that
// is cut off the shipping first, then the lines from the last.
//
// The error names each field that can't be reckoned with.
func Reckon(b Bill) (Reckoned, error) {
	r := &reckoning{reader: of(b.Order), bill: b, lines: map[string]commerce.Line{}, done: map[string]int{}, grades: map[string]policy.Grade{}}
	if step, err := billing.Step(b.Order.Currency); err == nil { // else it is no currency, which is a mistake by now
		r.step = step
	}
	for _, l := range b.Order.Lines {
		r.lines[l.ID], r.done[l.ID] = l, paidFor(l)
	}
	for _, g := range b.Policy.Grades {
		r.grades[g.Name] = g
	}
	if len(b.Lines) == 0 {
		r.fail("lines is empty: there is nothing to pay for")
	}
	var sums []sum
	for i, s := range b.Lines {
		sums = append(sums, r.line(i, s))
	}
	shipping := r.shipping()
	fee := r.returnFee(shipping, sums)
	payments, left := r.left()
	if err := r.err(); err != nil {
		return Reckoned{}, err
	}
	total := shipping - fee
	for _, s := range sums {
		total += s.total()
	}
	capped := total > left
	if capped {
		shipping = cut(shipping, sums, total-left)
		total = left
	}
	out := Reckoned{
		Shipping: r.owed(shipping), ReturnFee: r.owed(-fee), Total: r.amount(total), Left: r.amount(left), Capped: capped,
	}
	for i, s := range sums {
		out.Lines = append(out.Lines, r.reckoned(b.Lines[i], s))
	}
	if b.Wish != StoreCredit {
		out.Parts = r.parts(payments, total)
	}
	out.Digest = out.digest(b)
	return out, nil
}

// reckoning is a bill that is being reckoned.
type reckoning struct {
	*reader
	bill   Bill
	lines  map[string]commerce.Line
	done   map[string]int // how many of each line are paid for, those of the bill's lines before included
	grades map[string]policy.Grade
}

// sum is what makes a line's total.
type sum struct {
	paid                           worth
	deducted, fee, exchanged, less int64
	before                         int // how many were paid for already
}

func (s sum) total() int64 { return s.paid.all() - s.deducted - s.fee - s.exchanged - s.less }

func (r *reckoning) line(i int, s Settled) sum {
	field := item("lines", i)
	l, known := r.lines[s.Line]
	switch {
	case !known:
		r.fail("%s.line: the order has no line %q", field, s.Line)
		return sum{}
	case s.Quantity < 1:
		r.fail("%s.quantity is %d: it is at least 1", field, s.Quantity)
		return sum{}
	}
	from := r.done[s.Line]
	to := min(from+s.Quantity, l.Quantity)
	r.done[s.Line] = to
	line := r.worth(item("order.lines", slices.IndexFunc(r.bill.Order.Lines, func(o commerce.Line) bool { return o.ID == l.ID })), l, r.bill.Order.TaxIncluded)

	deduct, fee := r.keeps(field, s)
	out := sum{paid: line.between(from, to), before: from + s.Quantity - to}
	// Both are rounded as one, so that together they never take more than there is; the deduction goes first.
	kept := r.share(line, from, to, deduct+fee)
	out.deducted = min(kept, r.share(line, from, to, deduct))
	out.fee = kept - out.deducted
	if s.Exchanged {
		out.exchanged = min(out.total(), r.payable(r.instead(field, s, line)))
	}
	return out
}

// share is a share of what was paid for the units from one number to another.
func (r *reckoning) share(line worth, from, to int, p money.Percent) int64 {
	first := func(n int) int64 { return r.payable(fraction(line.first(n).all(), int64(p), int64(money.Whole))) }
	return first(to) - first(from)
}

// keeps is which shares of what was paid the house keeps: for the state that the goods are in, and for putting them back. It is
// never more than the whole. What the customer keeps comes in no state, and isn't put back.
func (r *reckoning) keeps(field string, s Settled) (deduct, fee money.Percent) {
	if s.Grade == "" {
		return 0, 0
	}
	g, known := r.grades[s.Grade]
	switch {
	case !known:
		r.fail("%s.grade: the policy has no grade %q", field, s.Grade)
	case g.Deduct < 0 || g.Deduct > money.Whole:
		r.fail("%s.grade: %q deducts %s %%, which is no share of a price", field, s.Grade, g.Deduct)
	case s.Fee < 0 || s.Fee > money.Whole:
		r.fail("%s.fee is %s %%, which is no share of a price", field, s.Fee)
	case slices.Contains(g.Excused, string(s.Reason)):
		return 0, s.Fee
	default:
		return g.Deduct, min(s.Fee, money.Whole-g.Deduct)
	}
	return 0, 0
}

// instead is what the customer gets instead, at what it costs them: where tax comes on top of the prices, with the tax of the line
// that it takes the place of.
func (r *reckoning) instead(field string, s Settled, line worth) int64 {
	price := r.minor(field+".worth", s.Worth)
	switch {
	case line.tax == 0 || line.price == 0:
		return price
	case price > line.price: // and so, with its tax, more than there is to exchange
		return line.all()
	}
	return price + fraction(line.tax, price, line.price)
}

// shipping is what is given back for it: what is left of it, once all of the order came back and nothing of it is exchanged.
func (r *reckoning) shipping() int64 {
	paid, refunded := r.minor("order.shipping.paid", r.bill.Order.Shipping.Paid), r.minor("order.shipping.refunded", r.bill.Order.Shipping.Refunded)
	stays := func(l commerce.Line) bool { return r.done[l.ID] < l.Quantity }
	exchanged := func(s Settled) bool { return s.Exchanged }
	if !r.bill.Policy.RefundShipping || slices.ContainsFunc(r.bill.Order.Lines, stays) || slices.ContainsFunc(r.bill.Lines, exchanged) {
		return 0
	}
	return r.payable(max(paid-refunded, 0))
}

// returnFee is what the way back costs the customer, and never more than what they get.
func (r *reckoning) returnFee(shipping int64, sums []sum) int64 {
	cost := r.minor("policy.return_fee", r.amount(r.bill.Policy.ReturnFee[r.currency]))
	taken := r.minor("fee_taken", r.bill.FeeTaken)
	cameBack := func(s Settled) bool { return s.Grade != "" }
	if !r.bill.ReturnFee || !slices.ContainsFunc(r.bill.Lines, cameBack) {
		return 0
	}
	given := shipping
	for _, s := range sums {
		given += s.total()
	}
	return min(r.payable(max(cost-taken, 0)), given)
}

// cut takes what is too much off the shipping, then off the lines from the last, and answers with what is left of the shipping.
func cut(shipping int64, sums []sum, over int64) int64 {
	less := min(shipping, over)
	shipping, over = shipping-less, over-less
	for i := len(sums) - 1; i >= 0; i-- {
		sums[i].less = min(sums[i].total(), over)
		over -= sums[i].less
	}
	return shipping
}

func (r *reckoning) reckoned(s Settled, of sum) ReckonedLine {
	return ReckonedLine{
		Line: s.Line, Title: r.lines[s.Line].Title, Quantity: s.Quantity, Before: of.before, Grade: s.Grade,
		Price: r.amount(of.paid.price), Tax: r.amount(of.paid.tax),
		Deducted: r.owed(-of.deducted), Fee: r.owed(-of.fee), Exchanged: r.owed(-of.exchanged), Cut: r.owed(-of.less), Total: r.amount(of.total()),
	}
}
