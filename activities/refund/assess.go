package refund

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/activities/policy"
)

// Assess says whether a return can be, and what the policy says about it. The same question has the same answer.
//
// What can't be processed is refused: an order that isn't the customer's, something that the order doesn't have, more than is left
// of it, an order of which nothing is left to give back. What the policy doesn't give by itself (a window that has passed, a final
// sale) is support's to decide, who may be kind. All the rest is approved.
//
// The error names each field that can't be reckoned with.
func Assess(q Question) (Assessment, error) {
	if f, theirs := belongs(q); !theirs {
		return Assessment{Verdict: Refuse, Findings: []Finding{f}}, nil
	}
	a := &assessing{reader: of(q.Order), Question: q, zone: time.UTC, terms: policy.FindTerms(q.Policy.Terms), wanted: map[string]int{}, verdict: Approve}
	if c, ok := q.Policy.Calendars[q.Policy.Calendar]; ok {
		zone, err := time.LoadLocation(c.Zone)
		if err != nil {
			a.fail("policy.calendar: %w", err)
			zone = time.UTC
		}
		a.zone = zone
	}
	if len(q.Items) == 0 {
		a.fail("items is empty: there is nothing to return")
	}
	if q.Asked.IsZero() {
		a.fail("asked is missing: the windows are counted to it")
	}
	a.stock()
	a.whole()
	for i, it := range q.Items {
		a.item(item("items", i), it)
	}
	if a.verdict == Approve {
		a.automatic()
	}
	if err := a.err(); err != nil {
		return Assessment{}, err
	}
	_, away := a.others()
	return Assessment{
		Verdict: a.verdict, Lines: a.lines, Findings: a.findings, Value: a.amount(a.value),
		Keep: a.verdict != Refuse && q.Policy.KeepBelow.Below(a.amount(a.value+away)),
	}, nil
}

// belongs reports whether the order is there and the customer's.
func belongs(q Question) (Finding, bool) {
	theirs := strings.TrimSpace(q.Order.Customer.Email)
	switch {
	case q.Order.ID == "":
		return Finding{Code: "unknown_order", Text: "The shop has no order with this number.", For: notFound}, false
	case theirs == "" || !strings.EqualFold(theirs, strings.TrimSpace(q.Email)):
		return Finding{Code: "not_theirs", Text: "The order was bought with another e-mail address.", For: notFound}, false
	}
	return Finding{}, true
}

// notFound is all that somebody is told who isn't the order's customer, so that nobody learns which orders there are.
const notFound = "We have found no order with this number and your e-mail address. Please check the number, and write to us from the address that you ordered with."

// assessing is a question that is being answered.
type assessing struct {
	*reader
	Question
	zone     *time.Location
	terms    *policy.TermsFinder
	shelves  []*shelf
	wanted   map[string]int // how many of each variant are wanted so far, by its ID
	lines    []Assessed
	findings []Finding
	verdict  Verdict // the strictest so far
	value    int64
}

// find notes what speaks against approving it.
func (a *assessing) find(v Verdict, f Finding) {
	a.findings = append(a.findings, f)
	if a.verdict != Refuse {
		a.verdict = v
	}
}

// whole looks at the order as a whole: whether there is anything to give back.
func (a *assessing) whole() {
	_, left := a.left(a.Order, nil)
	sent := slices.ContainsFunc(a.shelves, func(s *shelf) bool { return s.sent > 0 })
	switch {
	case a.Order.Cancelled && (left == 0 || !sent):
		a.find(Refuse, Finding{Code: "cancelled", Text: "The order was cancelled.", For: "Your order was cancelled, so there is nothing to return."})
	case a.Order.Cancelled:
		a.find(Ask, Finding{Code: "cancelled", Text: fmt.Sprintf("The order was cancelled after something of it had been sent, and %s is left of what was paid.", a.amount(left))})
	case len(a.Order.Payments) == 0:
		a.find(Refuse, Finding{Code: "not_paid", Text: "Nothing has been paid for the order.", For: "Your order hasn't been paid, so there is nothing that we could give back."})
	case left == 0:
		a.find(Refuse, Finding{Code: "not_paid", Text: "All that was paid for the order has been given back.", For: "All that you paid for the order has been given back already."})
	}
}

// automatic says whether the policy approves by itself what nothing speaks against.
func (a *assessing) automatic() {
	auto, value := a.Policy.Auto, a.amount(a.value)
	others, _ := a.others()
	if !auto.Below.Below(a.amount(a.value + others)) {
		limit, ok := auto.Below[a.currency]
		text := fmt.Sprintf("It is worth %s, and what is worth less than %s is approved by rule.", value, a.amount(limit))
		switch {
		case !ok:
			text = fmt.Sprintf("It is worth %s, and nothing in %s is approved by rule.", value, a.currency)
		case others > 0:
			text = fmt.Sprintf("It is worth %s, other returns of the order are worth %s, and what is worth less than %s in all is approved by rule.",
				value, a.amount(others), a.amount(limit))
		}
		a.find(Ask, Finding{Code: "above_amount", Text: text})
	}
	orders, returned := a.Order.Customer.Orders, a.Order.Customer.Returned
	if a.onlyOurs() {
		returned--
	}
	if orders >= auto.MinOrders && int64(returned)*int64(money.Whole) > int64(auto.MaxRate)*int64(orders) {
		a.find(Ask, Finding{Code: "return_rate", Text: fmt.Sprintf(
			"The customer has returned something of %d of their %d orders before, and up to %s %% is approved by rule.", returned, orders, auto.MaxRate)})
	}
}

// others is what was paid for what is in other returns of the order, and for what of that hasn't come back: it is on its way, or the
// customer keeps it. The policy's amounts are for all of an order together, so that nobody gets around them by many small returns.
func (a *assessing) others() (all, away int64) {
	for _, s := range a.shelves {
		n, back := 0, 0
		for _, r := range a.Order.Returns {
			for _, l := range r.Lines {
				if l.Line == s.ID && counts(r) && r.Number != a.Number {
					n, back = n+l.Quantity, back+min(l.Processed, l.Quantity)
				}
			}
		}
		all += s.first(min(n, s.Quantity)).all()
		away += s.first(min(n-back, s.Quantity)).all()
	}
	return all, away
}

// onlyOurs reports whether the shop counts this order among the returned because of this return alone.
func (a *assessing) onlyOurs() bool {
	ours := false
	for _, r := range a.Order.Returns {
		if counts(r) {
			if r.Number != a.Number {
				return false
			}
			ours = true
		}
	}
	return ours
}
