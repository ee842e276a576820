package returns

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/activities/refund"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/step"
)

// payments is what a return has to pay, and how far that is.
type payments struct {
	queue   []refund.Settled // what isn't being paid for yet
	working int              // how many coroutines are at something that has to come to its end
	err     error            // why nothing is paid any more
	stop    func()           // ends what is still asked
	// feeTaken is what the refunds until now took off for the way back.
	feeTaken money.Amount
	refused  int // numbers support's tasks about what finance doesn't want to pay
	mends    int // and finance's about what didn't get to the customer
	funds    int // and about refunds that wait for money of ours

	// What was heard of refunds: see paid.go.
	events []string
	heard  []string
	looks  int
}

// openPayments starts what pays: one refund after the other, each for all that has come back until then.
func (r *returning) openPayments(ctx workflow.Context) {
	ctx, r.paying.stop = workflow.WithCancel(ctx)
	r.hearRefunds(ctx)
	workflow.GoNamed(ctx, PayTask, func(ctx workflow.Context) {
		for workflow.Await(ctx, func() bool { return len(r.paying.queue) > 0 }) == nil {
			what := r.paying.queue
			r.paying.queue = nil
			r.work(func() error { return r.payFor(ctx, what) })
		}
	})
}

// work does something that has to come to its end before the return can. An error is the end of all payments.
func (r *returning) work(do func() error) {
	r.paying.working++
	err := do()
	r.paying.working--
	if err == nil || r.paying.err != nil {
		return
	}
	r.paying.err = err
	r.paying.stop()
	r.failed(err)
}

// settle has what came back paid for: it queues it, and returns at once.
func (r *returning) settle(_ workflow.Context, what []refund.Settled) {
	r.paying.queue = append(r.paying.queue, what...)
}

// payError is why nothing is paid any more: operations have given the case up, or it is cancelled. nil while all is well.
func (r *returning) payError() error { return r.paying.err }

// settled blocks until everything that was queued is paid or given up, and the refunds are at their end. Nothing more arrives then:
// an exchange of which only a part came is made of that part.
//
// Where the workflow is cancelled it blocks all the same, until what was begun is recorded and the lock is given up.
func (r *returning) settled(ctx workflow.Context) error {
	rest, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	p := &r.paying
	err := workflow.Await(rest, func() bool {
		over := p.err != nil || ctx.Err() != nil
		return p.working == 0 && (over || len(p.queue) == 0 && !r.underWay())
	})
	switch {
	case err != nil:
		return err
	case p.err != nil:
		return p.err
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return r.endExchange(ctx)
}

// payment is one refund until it is paid.
type payment struct {
	*returning
	n    int // numbers the return's refunds
	what []refund.Settled

	reckoned   refund.Reckoned
	reckonings int // how often it was reckoned
	questions  int // how often finance was asked
	why        string
	by         []humantask.Outcome // who agreed
	against    []humantask.Outcome // who didn't
	legs       []*leg              // its parts, once it is agreed to
	exchanged  bool                // whether it made the exchange
}

// payFor has one refund paid. It is reckoned for finance to look at, and once they have agreed reckoned again with the order locked:
// they have agreed to an amount, and where another one would be paid now, since another return was quicker or somebody gave something
// back by hand, they are asked again.
func (r *returning) payFor(ctx workflow.Context, what []refund.Settled) error {
	p := &payment{returning: r, n: len(r.result.Refunds) + 1, what: what}
	for {
		if err := p.workOut(ctx); err != nil {
			return err
		}
		agreed, err := p.agree(ctx)
		if err != nil || !agreed {
			return err
		}
		paid, err := p.payLocked(ctx)
		if err != nil {
			return err
		}
		if paid {
			break
		}
	}
	p.sayPaid(ctx)
	for _, l := range p.legs {
		l.follow(ctx)
	}
	return nil
}

// workOut works out what is to be paid, from what the shop and Stripe say now.
func (p *payment) workOut(ctx workflow.Context) error {
	p.reckonings++
	spec := func(what, system, summary string, policy step.Policy) step.Spec {
		return step.Spec{Name: fmt.Sprintf("refund-%d-%s-%d", p.n, what, p.reckonings), System: system, Summary: summary, Policy: policy}
	}
	order, err := step.Repeatable(ctx, p.steps, spec("order", "shopify", "Read the order again", step.System),
		commerceActivities.ReadOrder, commerce.OrderQuery{ID: p.order.ID})
	if err != nil {
		return err
	}
	if order.ID != "" { // else it was deleted: what is known of it counts, and Stripe says what is left
		p.order = order
	}
	left, err := p.leftOf(ctx, spec("left", "stripe", "See what is left of the payments", step.System), stripePayments(p.order)...)
	if err != nil {
		return err
	}
	p.reckoned, err = step.Repeatable(ctx, p.steps, spec("reckon", "policy", "Work out the refund", step.Inside),
		refundActivities.ReckonRefund, refund.Bill{
			Order: p.order, Lines: p.what, Policy: p.policy, Wish: p.result.Wish, Paid: left,
			ReturnFee: !p.wePay(), FeeTaken: p.paying.feeTaken,
		})
	return err
}

// taskID is the ID of what finance is asked: "pay-1", and "pay-1-2" the second time.
func (p *payment) taskID() string { return numbered(fmt.Sprintf("%s-%d", PayTask, p.n), p.questions) }
