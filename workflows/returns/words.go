package returns

import (
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/billing"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/activities/refund"
)

// some is an amount for people; "" for nothing.
func some(a money.Amount) string {
	if a.IsZero() {
		return ""
	}
	return a.String()
}

// explain says how what is given back for a line comes about: "EUR 39.98 paid, EUR -5.00 for its state (Worn): EUR 34.98".
func (r *returning) explain(l refund.ReckonedLine) string {
	parts := []string{l.Price.String() + " paid"}
	for _, part := range []struct {
		amount money.Amount
		what   string
	}{
		{l.Tax, "tax"}, {l.Deducted, fmt.Sprintf("for its state (%s)", r.grade(l.Grade).Label)}, {l.Fee, "for putting it back"},
		{l.Exchanged, "for what is sent instead"}, {l.Cut, "which isn’t left of the payments"},
	} {
		if !part.amount.IsZero() {
			parts = append(parts, part.amount.String()+" "+part.what)
		}
	}
	if l.Before > 0 {
		parts = append(parts, fmt.Sprintf("%d of them settled before", l.Before))
	}
	if len(parts) == 1 {
		return l.Total.String()
	}
	return strings.Join(parts, ", ") + ": " + l.Total.String()
}

// ways are how finance sees that a refund is paid, a line each.
func (p *payment) ways() string {
	switch p.how() {
	case HowCredit:
		if p.order.Customer.ID == "" {
			return "store credit, which somebody has to pay another way: the customer has no account in the shop"
		}
		return "store credit"
	case HowExchange, HowNothing:
		return "nothing is paid"
	}
	var lines []string
	for _, part := range p.reckoned.Parts {
		by := fmt.Sprintf("%s by Stripe, to %s", part.Amount, part.Reference)
		if !canRepay(part) {
			by = fmt.Sprintf("%s by hand, since it was paid by %s", part.Amount, part.Gateway)
		}
		lines = append(lines, by)
	}
	return strings.Join(lines, "\n")
}

// What a mail about a refund is about, beside the first that it is paid.
const (
	stateAgain = "again" // what hadn't got to the customer now does, in the way that the mail says
	stateLate  = "late"  // it has got there at last
)

// sayPaid tells the customer about a refund. The mails' data, beside what all have (see tell.go): lines is how the refund comes about;
// total is what they get, "" for nothing; ways are how and by when they get it, a line each; later is what is still to be paid in
// another way, "" for nothing; state is "", or one of the states above. That about store credit has lines, total and state; that about
// an exchange no state, but instead (lines, as when it was approved) and exchange (the new order's name); that about a refund which
// failed has the total.
func (p *payment) sayPaid(ctx workflow.Context) {
	f := p.result.Refunds[p.n-1]
	var later money.Amount
	var ways []string
	for _, l := range p.legs {
		if it := l.it(); it.got() {
			l.announced = true
			ways = append(ways, way(*it))
		} else {
			later = money.Amount{Minor: later.Minor + it.Part.Amount.Minor, Currency: it.Part.Amount.Currency}
		}
	}
	data := map[string]string{
		"lines": p.statement(f.Reckoned), "total": some(f.Reckoned.Total), "ways": strings.Join(ways, "\n"), "later": some(later), "state": "",
	}
	switch {
	case p.exchanged:
		data["instead"], data["exchange"] = p.insteadLines(), p.result.Exchange.Name
		delete(data, "state")
		p.tell(ctx, mailExchange, data)
	case f.How == HowExchange: // the rest of it is still on its way
	case f.How == HowCredit && later.IsZero():
		p.tell(ctx, mailCredit, map[string]string{"lines": data["lines"], "total": data["total"], "state": ""})
	default:
		p.tell(ctx, mailRefund, data)
	}
}

// sayFailed tells the customer that a part of a refund hasn't got to them, where they were told that it would.
func (l *leg) sayFailed(ctx workflow.Context) {
	if l.announced {
		l.tell(ctx, mailRefundFailed, map[string]string{"total": l.it().Part.Amount.String()})
	}
	l.announced = false
}

// sayAgain tells the customer what became of a part of a refund. That nothing more is paid is for whoever decided it to tell.
func (l *leg) sayAgain(ctx workflow.Context, state string) {
	it := *l.it()
	amount := it.Part.Amount.String()
	l.announced = it.got()
	switch {
	case it.How == HowNothing:
	case it.How == HowCredit:
		l.tell(ctx, mailCredit, map[string]string{"lines": "", "total": amount, "state": state})
	default:
		data := map[string]string{"lines": "", "total": amount, "ways": "", "later": "", "state": state}
		if state == stateAgain {
			data["ways"] = way(it)
		}
		l.tell(ctx, mailRefund, data)
	}
}

// way is how and by when the customer gets a part of a refund. The shop doesn't say what they had paid with; five to ten business days
// are what Stripe says of cards (https://docs.stripe.com/refunds).
func way(it RefundedTo) string {
	switch {
	case it.How == HowCredit:
		return it.Part.Amount.String() + " as store credit, which you can use at once"
	case it.How == HowByHand:
		return fmt.Sprintf("%s in another way than you had paid; our reference is %s", it.Part.Amount, it.Reference)
	case it.Repaid.State == billing.RefundNeedsCustomer:
		return it.Part.Amount.String() + " to your bank account: Stripe, who pays it for us, asks you for the account by a separate e-mail"
	case it.Repaid.Trace != "":
		return fmt.Sprintf("%s to the card or account that you had paid with, within 5 to 10 business days; your bank can find it by the number %s", it.Part.Amount, it.Repaid.Trace)
	default:
		return it.Part.Amount.String() + " to the card or account that you had paid with, within 5 to 10 business days"
	}
}

// statement is how a refund comes about, for the customer, a line each.
func (r *returning) statement(k refund.Reckoned) string {
	var lines []string
	for _, l := range k.Lines {
		lines = append(lines, fmt.Sprintf("%d × %s: %s", l.Quantity, l.Title, r.explain(l)))
	}
	if !k.Shipping.IsZero() {
		lines = append(lines, "Shipping: "+k.Shipping.String())
	}
	if !k.ReturnFee.IsZero() {
		lines = append(lines, "The way back: "+k.ReturnFee.String())
	}
	return strings.Join(lines, "\n")
}

// approvedBy are who of support has decided about the return.
func (r *returning) approvedBy() string {
	if r.result.ByRule {
		return "the policy, by rule"
	}
	var names []string
	for _, o := range r.result.Decided {
		if !slices.Contains(names, o.By.Name) {
			names = append(names, o.By.Name)
		}
	}
	return strings.Join(names, ", ")
}
