package returns

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"

	"github.com/throughline-dev/throughline/activities/refund"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/field"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

// How much of a text from outside a card or a message repeats, in characters.
const (
	maxQuote = 1000
	maxTitle = 100 // of an article
)

// name is what people call the return: "return R-7QX4M2KD of Ada Winter".
func (r *returning) name() string {
	name := "return " + r.in.Number
	if who := r.customer(); who != "" {
		name += " of " + who
	}
	return name
}

// customer is the customer's name; "" where it isn't known. The shop's counts for nothing before the order is known to be theirs.
func (r *returning) customer() string {
	if r.shop.ID != "" {
		return cmp.Or(r.in.Name, r.order.Customer.Name)
	}
	return r.in.Name
}

// orderName is the order's number: as the customer wrote it, until the order is known to be theirs.
func (r *returning) orderName() string {
	if r.shop.ID != "" {
		return r.order.Name
	}
	return r.in.Order
}

// list names the return's lines, a line each, with a number of each; what there are none of is left out.
func (r *returning) list(many func(i int) int) string {
	var lines []string
	for i := range r.result.Assessed.Lines {
		if n := many(i); n > 0 {
			lines = append(lines, fmt.Sprintf("%d × %s", n, r.article(i)))
		}
	}
	return strings.Join(lines, "\n")
}

func (r *returning) askedFor(i int) int   { return r.result.Assessed.Lines[i].Quantity }
func (r *returning) acceptedOf(i int) int { return r.accepted[i] }
func (r *returning) missing(i int) int    { return r.accepted[i] - r.came[i] }

func (r *returning) article(i int) string {
	l := r.result.Assessed.Lines[i]
	return fmt.Sprintf("%s (%s)", cut(field.OneLine(l.Title), maxTitle), l.SKU)
}

// lineLabel tells a line from every other, also where one article comes back for two reasons.
func (r *returning) lineLabel(i int) string {
	return fmt.Sprintf("%d. %s, %s", i+1, r.article(i), said(string(r.result.Assessed.Lines[i].Reason)))
}

// instead is what the customer gets for what was accepted.
func (r *returning) instead() string {
	var lines []string
	for i, l := range r.result.Assessed.Lines {
		if r.accepted[i] > 0 && r.exchanges(l, "") {
			lines = append(lines, fmt.Sprintf("%d × %s (%s)", r.accepted[i], cut(field.OneLine(l.Instead.Title), maxTitle), l.Instead.SKU))
		}
	}
	return strings.Join(lines, "\n")
}

// wished is what a customer wants, in words for people.
var wished = map[refund.Wish]string{refund.Refund: "A refund", refund.Exchange: "An exchange", refund.StoreCredit: "Store credit"}

// facts are what support sees of a return.
func (r *returning) facts() []slack.Fact {
	a, o := r.result.Assessed, r.order
	facts := []slack.Fact{
		{Label: "Return", Value: r.in.Number},
		{Label: "Order", Value: r.orderName(), Link: o.URL},
		{Label: "Customer", Value: strings.Trim(r.customer()+", "+r.in.Email, ", "), Link: "mailto:" + r.in.Email},
		{Label: "They want", Value: wished[r.in.Wish]},
		{Label: "Value", Value: a.Value.String()},
		{Label: "Orders", Value: fmt.Sprintf("%d, of which something came back from %d", o.Customer.Orders, o.Customer.Returned)},
	}
	for i := range a.Lines {
		facts = append(facts, slack.Fact{Label: fmt.Sprintf("Line %d", i+1), Value: r.lineFact(i)})
	}
	var general, before []string
	for _, f := range a.Findings {
		if f.Line == "" {
			general = append(general, f.Text)
		}
	}
	for _, one := range o.Returns {
		if one.ID != r.shop.ID {
			before = append(before, fmt.Sprintf("%s, %s", one.Name, one.State))
		}
	}
	facts = append(facts,
		slack.Fact{Label: "The policy", Value: strings.Join(general, "\n")},
		slack.Fact{Label: "Other returns of the order", Value: strings.Join(before, "\n")},
		slack.Fact{Label: "They write", Value: cut(r.in.Comment, maxQuote)},
	)
	if a.Keep {
		facts = append(facts, slack.Fact{Label: "The goods", Value: "Stay with the customer: it is too little to be sent back"})
	}
	for i, photo := range r.in.Photos {
		facts = append(facts, slack.Fact{Label: fmt.Sprintf("Photo %d", i+1), Value: "Open it", Link: photo})
	}
	return append(facts, r.ticketFact())
}

// lineFact is what support sees of a line: what was paid for it, why it comes back, and what the policy says.
func (r *returning) lineFact(i int) string {
	l := r.result.Assessed.Lines[i]
	lines := []string{fmt.Sprintf("%d × %s, %s", l.Quantity, r.article(i), l.Value)}
	why := said(string(l.Reason))
	if l.Note != "" {
		why += ": " + l.Note
	}
	lines = append(lines, why)
	if l.Instead.ID != "" {
		lines = append(lines, fmt.Sprintf("For it: %s (%s), %s", cut(l.Instead.Title, maxTitle), l.Instead.SKU, l.Instead.Price))
	}
	if l.Terms != "" {
		terms := "Terms: " + l.Terms
		if l.Because != "" {
			terms += " (" + l.Because + ")"
		}
		if l.Fee != 0 {
			terms += fmt.Sprintf(", fee %s %%", l.Fee)
		}
		if !l.Until.IsZero() {
			terms += ", until " + day(l.Until)
		}
		lines = append(lines, terms)
	}
	for _, f := range r.result.Assessed.Findings {
		if f.Line == l.Line {
			lines = append(lines, f.Text)
		}
	}
	return strings.Join(lines, "\n")
}

// details is the return's part of the live details in Temporal Web.
func (r *returning) details() string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**, order %s", humantask.Plain(r.name()), humantask.Plain(r.orderName()))
	if a := r.result.Assessed; len(a.Lines) > 0 {
		fmt.Fprintf(&b, ", %s.\n\n- %s", humantask.Plain(a.Value.String()), bullets(r.list(r.askedFor)))
	}
	if r.result.ByRule {
		b.WriteString("\n\nApproved by rule.")
	}
	if r.stage == StageArrival {
		fmt.Fprintf(&b, "\n\nAwaited until %s:\n\n- %s", day(r.until), bullets(r.list(r.missing)))
	}
	if what := r.waits(); what != "" {
		fmt.Fprintf(&b, "\n\nIt waits for %s.", humantask.Plain(what))
	}
	if r.stage == StageReplies {
		fmt.Fprintf(&b, "\n\nIt is %s. The customer is listened to for a while.", r.result.Ending)
	}
	return b.String()
}

func bullets(lines string) string { return strings.ReplaceAll(humantask.Plain(lines), "\n", "\n- ") }

// said is a word of ours as people say it: "too_small" is "too small".
func said(word string) string { return strings.ReplaceAll(word, "_", " ") }

// cut is a text of at most so many characters.
func cut(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}

// readable is a text from outside without what can't be read, and of at most [MaxComment] characters.
func readable(text string) string {
	text = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) && c != '\n' && c != '\t' {
			return -1
		}
		return c
	}, field.Text(strings.ToValidUTF8(text, "�")))
	return cut(text, MaxComment)
}
