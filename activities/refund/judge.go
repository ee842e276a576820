package refund

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/policy"
)

// item assesses what the customer wants to return of one thing, which may be on several lines of the order.
func (a *assessing) item(field string, it Item) {
	if it.Quantity < 1 {
		a.fail("%s.quantity is %d: it is at least 1", field, it.Quantity)
		return
	}
	shelves := a.named(it)
	if len(shelves) == 0 {
		what := cmp.Or(it.SKU, it.Line)
		a.find(Refuse, Finding{Code: "unknown_line", Text: fmt.Sprintf("The order has no %q.", what), For: fmt.Sprintf("There is no %q in your order.", what)})
		return
	}
	rest := it.Quantity
	for _, s := range shelves {
		n := min(rest, s.left())
		if n > 0 {
			a.line(s, n, it)
		}
		rest -= n
	}
	if rest > 0 {
		a.find(Refuse, tooMany(shelves, it.Quantity, it.Quantity-rest))
	}
}

// tooMany says why so many can't be returned.
func tooMany(shelves []*shelf, asked, left int) Finding {
	var sent, elsewhere, refunded int
	for _, s := range shelves {
		sent, elsewhere, refunded = sent+s.sent, elsewhere+s.elsewhere, refunded+s.refunded
	}
	name, line := shelves[0].name(), shelves[0].ID
	if sent == 0 {
		return Finding{
			Code: "not_sent", Line: line, Text: fmt.Sprintf("%s hasn't been sent yet.", name),
			For: fmt.Sprintf("%s hasn't been sent yet, so it can't be returned. If you don't want it any more, please tell us.", name),
		}
	}
	f := Finding{Code: "too_many", Line: line, Text: fmt.Sprintf(
		"%d of %s are asked for, and %d are left: %d were sent, of which %d are in other returns and %d were refunded without one.",
		asked, name, left, sent, elsewhere, refunded)}
	f.For = fmt.Sprintf("You have asked to return %d of %s, and %d can be returned: the others are being returned already, were refunded, or haven't been sent.", asked, name, left)
	if left == 0 {
		f.For = fmt.Sprintf("Nothing of %s is left to return: it is being returned already, or was refunded.", name)
	}
	return f
}

// name is what people call a line.
func (s *shelf) name() string { return cmp.Or(s.Title, s.SKU) }

// line assesses so many of a line.
func (a *assessing) line(s *shelf, n int, it Item) {
	terms, because, known := a.terms.First(a.facts(s, it))
	ours := slices.Contains(a.Policy.Fault, string(it.Reason))
	paid := s.between(s.paid, min(s.paid+n, s.Quantity))
	s.paid += int(paid.quantity)
	a.value += paid.all()
	l := Assessed{
		Line: s.ID, SKU: s.SKU, Title: s.Title, Item: s.Item, Quantity: n, Reason: it.Reason, Note: it.Note,
		Terms: terms.Name, Because: because, Verdict: Approve, Fee: terms.Fee, WePay: ours || terms.FreeReturn, Value: a.amount(paid.all()),
	}
	if ours {
		l.Fee = 0
	}
	ends := func(p commerce.Parcel) time.Time { return until(p.Delivered, terms.Window, a.zone) }
	inTime := func(p commerce.Parcel) bool { return delivered(p) && a.Asked.Before(ends(p)) }
	parcels := s.inTurn(n, inTime)
	for _, p := range parcels {
		l.Parcels = append(l.Parcels, commerce.RequestedLine{Line: s.ID, Parcel: p.ID, Quantity: p.Quantity, Reason: it.Reason})
		if terms.Window > 0 && delivered(p) && (l.Until.IsZero() || ends(p).Before(l.Until)) {
			l.Until = ends(p)
		}
	}
	late := slices.ContainsFunc(parcels, func(p commerce.Parcel) bool { return delivered(p) && !inTime(p) })
	against := a.against(s.name(), terms, known, late, l.Until)
	if i := slices.IndexFunc(parcels, func(p commerce.Parcel) bool { return !delivered(p) }); i >= 0 {
		against = append(against, a.underWay(s.name(), parcels[i]))
	}
	if a.Wish == Exchange {
		var more []Finding
		l.Instead, more = a.instead(s, n, paid, it)
		against = append(against, more...)
	}
	for _, f := range against {
		f.Line, l.Verdict = s.ID, Ask
		a.find(Ask, f)
	}
	a.lines = append(a.lines, l)
}

func delivered(p commerce.Parcel) bool { return !p.Delivered.IsZero() }

func (a *assessing) facts(s *shelf, it Item) policy.ReturnFacts {
	facts := policy.ReturnFacts{Reason: string(it.Reason)}
	facts.Line.SKU, facts.Line.Category, facts.Line.Tags = s.SKU, s.Category, s.Tags
	facts.Order.Country, facts.Order.Currency = a.Order.Country, a.Order.Currency
	return facts
}

// against is what of the terms speaks against approving it.
func (a *assessing) against(name string, t policy.Terms, known, late bool, until time.Time) (found []Finding) {
	if !known {
		return []Finding{{Code: "no_terms", Text: fmt.Sprintf("None of the policy's terms is for %s.", name)}}
	}
	switch {
	case t.Window == 0:
		found = append(found, Finding{
			Code: "final_sale", Text: fmt.Sprintf("%s is a final sale (%s).", name, t.Name),
			For: fmt.Sprintf("%s was sold without a right to return it.", name),
		})
	case late:
		last := until.AddDate(0, 0, -1).Format(dates)
		found = append(found, Finding{
			Code: "window", Text: fmt.Sprintf("%s could be returned until %s, %d days from its delivery (%s).", name, last, t.Window, t.Name),
			For: fmt.Sprintf("%s could be returned until %s.", name, last),
		})
	}
	if t.Ask {
		found = append(found, Finding{Code: "ask", Text: fmt.Sprintf("Somebody has to decide about %s (%s).", name, t.Name)})
	}
	if t.Photo && a.Photos == 0 {
		found = append(found, Finding{
			Code: "photo", Text: fmt.Sprintf("There is no photo, which is needed for %s (%s).", name, t.Name),
			For: fmt.Sprintf("We need a photo of %s.", name),
		})
	}
	return found
}

// dates is how a date is written.
const dates = "2 January 2006"

// underWay says that a parcel hasn't arrived, as far as anybody knows.
func (a *assessing) underWay(name string, p commerce.Parcel) Finding {
	return Finding{
		Code: "not_delivered",
		Text: fmt.Sprintf("%s was sent on %s, and the carrier hasn't said that it arrived.", name, p.Sent.In(a.zone).Format(dates)),
		For:  fmt.Sprintf("As far as we know, %s hasn't arrived yet.", name),
	}
}

// instead finds what the customer gets for so many of a line, and says what speaks against giving it just so.
func (a *assessing) instead(s *shelf, n int, paid worth, it Item) (v commerce.Variant, found []Finding) {
	sku := strings.TrimSpace(it.Instead)
	i := slices.IndexFunc(a.Question.Instead, func(v commerce.Variant) bool { return strings.EqualFold(v.SKU, sku) })
	switch {
	case sku == "":
		return v, []Finding{{
			Code: "exchange_unknown", Text: fmt.Sprintf("They haven't said what they want instead of %s.", s.name()),
			For: fmt.Sprintf("What would you like instead of %s?", s.name()),
		}}
	case i < 0:
		return v, []Finding{{
			Code: "exchange_unknown", Text: fmt.Sprintf("The shop has no %q to exchange %s for.", sku, s.name()), For: fmt.Sprintf("We have no %q.", sku),
		}}
	}
	v = a.Question.Instead[i]
	price := a.minor(item("instead", i)+".price", v.Price)
	name := cmp.Or(v.Title, v.SKU)
	a.wanted[v.ID] += n
	if wanted := a.wanted[v.ID]; v.Available < wanted {
		found = append(found, Finding{
			Code: "exchange_out_of_stock", Text: fmt.Sprintf("%d of %s are wanted instead, and %d are in stock.", wanted, name, max(v.Available, 0)),
			For: fmt.Sprintf("We don't have %d of %s at the moment.", wanted, name),
		})
	}
	// Both prices are without the tax where it comes on top.
	if price > paid.price/int64(n) {
		found = append(found, Finding{
			Code: "exchange_costs_more", Text: fmt.Sprintf("%s costs %s each, and %s was paid for %d of %s.", name, v.Price, a.amount(paid.price), n, s.name()),
			For: fmt.Sprintf("%s costs more than %s.", name, s.name()),
		})
	}
	return v, found
}
