package returns

import (
	"errors"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/billing"
	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/workflows/step"
)

// leg is one part of a refund, on its way to the customer.
type leg struct {
	*returning
	refund, part int    // the refund's number, and the part's index in it
	account      string // the shop's ID of the customer who gets store credit; "" where there is no such account
	failures     int    // how many of its refunds have failed
	// unsure is whether an attempt that operations went on without may have got through after all.
	unsure bool
	// announced is whether the customer was told that it is on its way.
	announced bool
	// funded withdraws what finance is asked while it waits for money of ours; nil while they aren't.
	funded func()
}

// it is what is known of the part. It is looked up each time, since the list that it stands in grows.
func (l *leg) it() *RefundedTo { return &l.result.Refunds[l.refund-1].Paid[l.part] }

// stepName is the name of a step about the part.
func (l *leg) stepName(what string) string {
	return fmt.Sprintf("refund-%d-%s-%d", l.refund, what, l.part+1)
}

// canRepay is whether Stripe can give it back, and canCredit whether the shop can.
func (l *leg) canRepay() bool  { return canRepay(l.it().Part) }
func (l *leg) canCredit() bool { return l.account != "" }

// repay has Stripe give the part back. A refund that has failed is followed by another one, with a key of its own; anything else is the
// same refund, however often it is asked for. Where operations go on without, it is for finance to mend.
func (l *leg) repay(ctx workflow.Context) error {
	part := l.it().Part
	repaid, err := step.Once(ctx, l.steps, step.Spec{
		Name: numbered(l.stepName("pay"), l.failures+1), System: "stripe", Summary: "Give the money back", Policy: step.System,
		Skippable: true, Again: l.unsure,
	}, billingActivities.MakeRefund, billing.Repayment{
		Payment: part.Reference, Amount: part.Amount, Number: l.in.Number, Case: l.id,
	})
	l.unsure = errors.Is(err, step.ErrSkipped)
	if err == nil {
		l.it().How, l.it().Repaid = HowStripe, repaid
	}
	return skipped(err)
}

// credit gives the part as store credit. Where that is the whole refund, it is by the same that the shop knows of it.
func (l *leg) credit(ctx workflow.Context) error {
	f := l.result.Refunds[l.refund-1]
	whole := f.How == HowCredit
	name, record := l.stepName("credit"), l.recordOf(l.it().Part.Amount)
	if whole {
		name, record = recordName(l.refund), l.asRecord(f)
	}
	record.Credit, record.Customer = true, l.account
	made, err := l.recordStep(ctx, name, "Give store credit", record)
	l.unsure = errors.Is(err, step.ErrSkipped)
	if err != nil {
		return skipped(err)
	}
	l.it().How, l.it().Reference = HowCredit, made.ID
	if whole {
		l.result.Refunds[l.refund-1].Shop = made.ID
	}
	return nil
}

// byHand notes that somebody has paid the part in another way. The shop is told where it wasn't told of its refund before: of one that
// has failed since it was, and of what operations went on without.
func (l *leg) byHand(ctx workflow.Context, reference string) error {
	it := l.it()
	it.How, it.Reference = HowByHand, reference
	if len(it.Failed) > 0 || it.Part.Payment == "" {
		return nil
	}
	record := l.recordOf(it.Part.Amount)
	record.Reference = reference
	record.Parts = []commerce.RefundedPart{{Payment: it.Part.Payment, Amount: it.Part.Amount}}
	_, err := l.recordStep(ctx, l.stepName("by-hand"), "Have the shop know of what was paid by hand", record)
	return skipped(err)
}

func (l *leg) recordStep(ctx workflow.Context, name, summary string, record commerce.RefundRecord) (commerce.RecordedRefund, error) {
	return step.Once(ctx, l.steps, step.Spec{
		Name: name, System: "shopify", Summary: summary, Policy: step.System, Skippable: true, Again: l.unsure,
	}, commerceActivities.RecordRefund, record)
}

// over is whether nothing more has to be done about a part, as far as anybody knows.
func (to RefundedTo) over() bool {
	return to.How != "" && (to.How != HowStripe || to.Repaid.State == billing.RefundSucceeded)
}

// got is whether the customer got it, or it is on its way to them.
func (to RefundedTo) got() bool {
	switch to.How {
	case HowStripe:
		return to.Repaid.State != billing.RefundFailed && to.Repaid.State != billing.RefundCanceled
	case HowByHand, HowCredit:
		return true
	}
	return false
}

// state is where a refund stands.
func (f Refund) state() string {
	state := StateSettled
	for _, to := range f.Paid {
		switch {
		case to.How == "":
			return StateAgreed
		case !to.over():
			state = StatePaid
		case to.How == HowNothing && state == StateSettled:
			state = StateFailed
		}
	}
	return state
}

// restate says where a refund stands, and what the customer got in all.
func (r *returning) restate(n int) error {
	f := &r.result.Refunds[n-1]
	f.State = f.state()
	total := money.Amount{Currency: f.Reckoned.Total.Currency}
	for _, f := range r.result.Refunds {
		for _, to := range f.Paid {
			if !to.got() {
				continue
			}
			sum, err := total.Add(to.Part.Amount)
			if err != nil {
				return fmt.Errorf("returns: what was refunded doesn't add up: %w", err)
			}
			total = sum
		}
	}
	r.result.Refunded = total
	return nil
}

// underWay is whether a refund isn't at its end.
func (r *returning) underWay() bool {
	for _, f := range r.result.Refunds {
		for _, to := range f.Paid {
			if !to.over() {
				return true
			}
		}
	}
	return false
}
