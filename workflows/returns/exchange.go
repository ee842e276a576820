package returns

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/refund"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/step"
)

// exchange is what is kept for the customer instead of what they return.
type exchange struct {
	times    int               // numbers the reservations
	looks    int               // and the looks whether it is in stock
	asked    int               // and support's tasks about them
	reserved commerce.Reserved // the zero value where nothing is
	lines    map[returned]int  // how many of what is kept for what
	settled  map[returned]int  // how many of that were settled, in whatever way
	came     map[returned]int  // and how many of them were exchanged
}

// returned is what is returned, as one article may come back for two reasons.
type returned struct {
	line   string
	reason commerce.Reason
}

// margin is for how long after the customer's time the exchange is kept: for what support adds to it, and for finance.
const margin = 14 * 24 * time.Hour

// reserve keeps for the customer what they get instead. Where it is out of stock, support decides what they get: then it is no exchange
// any more.
func (r *returning) reserve(ctx workflow.Context) error {
	r.exchange.lines = nil
	lines := map[returned]int{}
	for i, l := range r.result.Assessed.Lines {
		if n := r.accepted[i]; n > 0 && l.Instead.ID != "" {
			lines[returned{l.Line, l.Reason}] += n
		}
	}
	if r.result.Wish != refund.Exchange || len(lines) == 0 {
		return nil
	}
	r.exchange.settled, r.exchange.came = map[returned]int{}, map[returned]int{}
	for {
		there, err := r.inStock(ctx, r.wanted(lines))
		if err != nil {
			return err
		}
		if there {
			return r.keep(ctx, lines)
		}
		o, err := r.askInstead(ctx, lines)
		if err != nil {
			return err
		}
		r.result.Decided = append(r.result.Decided, o)
		r.hadASay(o.By)
		r.spendTask(StageApproval, o)
		switch o.Action {
		case ActionRefund:
			r.result.Wish = refund.Refund
			return nil
		case ActionCredit:
			r.result.Wish = refund.StoreCredit
			return nil
		}
	}
}

// wanted is what the customer gets for so many of what they return.
func (r *returning) wanted(lines map[returned]int) (wanted []commerce.ExchangedLine) {
	seen := map[returned]bool{}
	for _, l := range r.result.Assessed.Lines {
		it := returned{l.Line, l.Reason}
		if n := lines[it]; n > 0 && !seen[it] {
			seen[it] = true
			wanted = append(wanted, commerce.ExchangedLine{Variant: l.Instead.ID, Quantity: n})
		}
	}
	return wanted
}

// inStock is whether the shop has what is wanted. It reserves what it hasn't got, too, so it is asked before.
func (r *returning) inStock(ctx workflow.Context, wanted []commerce.ExchangedLine) (bool, error) {
	need := map[string]int{}
	var skus []string
	for _, w := range wanted {
		if need[w.Variant] += w.Quantity; need[w.Variant] == w.Quantity {
			skus = append(skus, r.skuOf(w.Variant))
		}
	}
	r.exchange.looks++
	found, err := step.Repeatable(ctx, r.steps, step.Spec{
		Name: fmt.Sprintf("in-stock-%d", r.exchange.looks), System: "shopify", Summary: "See whether what the customer wants instead is in stock",
		Policy: step.System,
	}, commerceActivities.FindVariants, commerce.VariantQuery{SKUs: skus, Currency: r.order.Currency, Country: r.order.Country})
	if err != nil {
		return false, err
	}
	for _, w := range wanted {
		i := slices.IndexFunc(found.Found, func(v commerce.Variant) bool { return v.ID == w.Variant })
		if i < 0 || found.Found[i].Available < need[w.Variant] {
			return false, nil
		}
	}
	return true, nil
}

func (r *returning) skuOf(variant string) string {
	i := slices.IndexFunc(r.result.Assessed.Lines, func(l refund.Assessed) bool { return l.Instead.ID == variant })
	return r.result.Assessed.Lines[i].Instead.SKU
}

// keep reserves what is to be given for so many of what is returned.
func (r *returning) keep(ctx workflow.Context, lines map[returned]int) error {
	r.exchange.times++
	reserved, err := step.Once(ctx, r.steps, step.Spec{
		Name: fmt.Sprintf("reserve-%d", r.exchange.times), System: "shopify", Summary: "Reserve what the customer gets instead", Policy: step.System,
	}, commerceActivities.ReserveExchange, commerce.Exchange{
		Order: r.order.ID, Number: r.in.Number, N: r.exchange.times, Customer: r.order.Customer, Currency: r.order.Currency, Lines: r.wanted(lines),
		Until: workflow.Now(ctx).Add(r.policy.Arrival.Expires.Duration + margin),
	})
	if err == nil {
		r.exchange.reserved, r.exchange.lines = reserved, lines
	}
	return err
}

// askInstead asks support what the customer gets where what they want is out of stock.
func (r *returning) askInstead(ctx workflow.Context, lines map[returned]int) (humantask.Outcome, error) {
	r.enter(StageApproval) // also where the rest was approved by rule
	role, err := r.role(ctx, r.policy.Support)
	if err != nil {
		return humantask.Outcome{}, err
	}
	r.exchange.asked++
	task := r.supportTask(role, fmt.Sprintf("%s-%d", ExchangeTask, r.exchange.asked), "Out of stock: what is wanted instead for the "+r.name())
	task.Text = "The return is accepted, and the customer has asked for an exchange. Say what they get; the e-mail about the approval waits for it."
	task.Actions = []humantask.Action{
		{Name: ActionRefund, Label: "A refund", Style: "primary", Done: "To be refunded"},
		{Name: ActionCredit, Label: "Store credit", Done: "To be given as store credit"},
		{Name: ActionRetry, Label: "It is there again", Done: "Looked again"},
	}
	task.Facts = func() []slack.Fact {
		return append(r.facts(), slack.Fact{Label: "Instead", Value: r.insteadOf(lines)})
	}
	return r.desk.Ask(ctx, task)
}

// release gives free what is kept for the customer.
func (r *returning) release(ctx workflow.Context) error {
	if r.exchange.reserved.ID == "" {
		return nil
	}
	_, err := step.Repeatable(ctx, r.steps, step.Spec{
		Name: fmt.Sprintf("release-%d", r.exchange.times), System: "shopify", Summary: "Give free what was reserved", Policy: step.System, Skippable: true,
	}, commerceActivities.ReleaseExchange, commerce.ExchangeRef{ID: r.exchange.reserved.ID})
	if err = skipped(err); err == nil {
		r.exchange.reserved = commerce.Reserved{}
	}
	return err
}

// exchanges is whether the customer gets something else for what came in this grade: it is kept for them, and nothing is taken off for
// the grade. For what came in a worse state they get back what that is worth.
func (r *returning) exchanges(l refund.Assessed, grade string) bool {
	if r.exchange.reserved.ID == "" || r.exchange.lines[returned{l.Line, l.Reason}] == 0 {
		return false
	}
	g := r.grade(grade)
	return g.Deduct == 0 || slices.Contains(g.Excused, string(l.Reason))
}

// exchangeFor counts what is settled now. Once all that is to be exchanged has come, the customer gets what is kept for them.
func (p *payment) exchangeFor(ctx workflow.Context, what []refund.Settled) error {
	x := &p.exchange
	if x.reserved.ID == "" {
		return nil
	}
	for _, s := range what {
		it := returned{s.Line, s.Reason}
		x.settled[it] += s.Quantity
		if s.Exchanged {
			x.came[it] += s.Quantity
		}
	}
	for _, l := range p.result.Assessed.Lines {
		if it := (returned{l.Line, l.Reason}); x.settled[it] < x.lines[it] {
			return nil // the rest is still on its way
		}
	}
	var err error
	p.exchanged, err = p.sendInstead(ctx)
	return err
}

// endExchange makes the exchange of what has come, once nothing more does.
func (r *returning) endExchange(ctx workflow.Context) error {
	if r.exchange.reserved.ID == "" {
		return nil
	}
	sent, err := r.sendInstead(ctx)
	if err == nil && sent {
		r.tell(ctx, mailExchange, map[string]string{
			"lines": "", "total": "", "ways": "", "later": "", "instead": r.insteadLines(), "exchange": r.result.Exchange.Name,
		})
	}
	return err
}

// sendInstead makes the exchange of what has come: all that is kept, or a part of it, which is then kept by itself. It reports whether
// anything is sent.
func (r *returning) sendInstead(ctx workflow.Context) (bool, error) {
	x := &r.exchange
	all, some := true, false
	for _, l := range r.result.Assessed.Lines {
		it := returned{l.Line, l.Reason}
		all = all && x.came[it] >= x.lines[it]
		some = some || x.came[it] > 0
	}
	if !all {
		if err := r.release(ctx); err != nil || !some {
			return false, err
		}
		if err := r.keep(ctx, x.came); err != nil { // it was there a moment ago
			return false, err
		}
	}
	made, err := step.Once(ctx, r.steps, step.Spec{
		Name: fmt.Sprintf("exchange-%d", x.times), System: "shopify", Summary: "Send what the customer gets instead", Policy: step.System, Skippable: true,
	}, commerceActivities.CompleteExchange, commerce.ExchangeRef{ID: x.reserved.ID})
	if err != nil && !errors.Is(err, step.ErrSkipped) {
		return false, err
	}
	r.result.Exchange, x.reserved = made, commerce.Reserved{}
	return true, nil
}

// insteadLines are what is kept for the customer, or was sent, a line each.
func (r *returning) insteadLines() string { return r.insteadOf(r.exchange.lines) }

func (r *returning) insteadOf(lines map[returned]int) string {
	var said []string
	seen := map[returned]bool{}
	for _, l := range r.result.Assessed.Lines {
		it := returned{l.Line, l.Reason}
		if n := lines[it]; n > 0 && !seen[it] {
			seen[it] = true
			said = append(said, fmt.Sprintf("%d × %s", n, l.Instead.Title))
		}
	}
	return strings.Join(said, "\n")
}
