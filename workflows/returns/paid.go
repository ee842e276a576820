package returns

import (
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/billing"
	"github.com/throughline-dev/throughline/workflows/signals"
	"github.com/throughline-dev/throughline/workflows/step"
)

// maxRefundNews bounds how much news of refunds one return listens to, so that nothing outside makes its history grow without end.
// Beyond, a refund is looked at as often as the policy says.
const maxRefundNews = 200

// slow is when a refund took so long that the customer is told once it is there: longer than they were told.
const slow = 14 * 24 * time.Hour

// hearRefunds listens to Stripe. What it tells comes in any order, more than once, and before the workflow knows the refund that it is
// about; so it is only ever a reason to look.
func (r *returning) hearRefunds(ctx workflow.Context) {
	signals.Listen(ctx, SignalRefund, "Stripe has news of a refund.", func(_ workflow.Context, news RefundNews) {
		p := &r.paying
		if news.ID == "" || news.Refund == "" || slices.Contains(p.events, news.ID) || len(p.events) >= maxRefundNews {
			return
		}
		p.events = append(p.events, news.ID)
		if !slices.Contains(p.heard, news.Refund) {
			p.heard = append(p.heard, news.Refund)
		}
	})
}

// follow sees to it, beside the workflow, that a part gets to the customer. It goes on to the workflow's end, since a refund that has
// succeeded may still fail: the customer's bank can send it back weeks later.
func (l *leg) follow(ctx workflow.Context) {
	workflow.GoNamed(ctx, "follow "+l.stepName("part"), func(ctx workflow.Context) {
		began := workflow.Now(ctx)
		for ctx.Err() == nil {
			l.seeToFunds(ctx)
			switch it := *l.it(); {
			case it.How == "" || it.How == HowStripe && !it.got():
				l.work(func() error { return l.mend(ctx) })
				began = workflow.Now(ctx)
			case it.How != HowStripe:
				return
			case l.awaitNews(ctx, it) == nil:
				l.work(func() error { return l.look(ctx, began) })
			}
		}
	})
}

// awaitNews waits until there is a reason to look how a refund stands: Stripe has said something, or it is under way and was looked
// at long ago.
func (l *leg) awaitNews(ctx workflow.Context, it RefundedTo) error {
	heard := func() bool { return slices.Contains(l.paying.heard, it.Repaid.ID) }
	if it.over() {
		return workflow.Await(ctx, heard)
	}
	_, err := step.WaitAtMost(ctx, l.policy.FollowUp.Duration, "Look whether the refund has arrived", heard)
	return err
}

// look asks Stripe how the refund stands. Where operations go on without, it is asked again another time.
func (l *leg) look(ctx workflow.Context, began time.Time) error {
	id, before := l.it().Repaid.ID, l.it().over()
	l.paying.heard = slices.DeleteFunc(l.paying.heard, func(heard string) bool { return heard == id })
	now, err := l.readRefund(ctx, id)
	if err != nil {
		return skipped(err)
	}
	l.it().Repaid = now
	if l.it().over() && !before && workflow.Now(ctx).Sub(began) > slow {
		l.sayAgain(ctx, stateLate)
	}
	return l.restate(l.refund)
}

// readRefund reads a refund from Stripe.
func (l *leg) readRefund(ctx workflow.Context, id string) (billing.Repaid, error) {
	l.paying.looks++
	return step.Repeatable(ctx, l.steps, step.Spec{
		Name: fmt.Sprintf("refund-look-%d", l.paying.looks), System: "stripe", Summary: "See how the refund stands", Policy: step.System,
		Skippable: true,
	}, billingActivities.ReadRefund, billing.RepaymentRef{ID: id})
}
