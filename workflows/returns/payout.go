package returns

import (
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/billing"
	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/activities/refund"
	"github.com/throughline-dev/throughline/workflows/step"
)

// canRepay is whether a system can give a part back: the shop knows Stripe's IDs of payments, and no others.
func canRepay(part refund.Part) bool { return part.Reference != "" }

// stripePayments are Stripe's IDs of those of the order's payments that it took.
func stripePayments(o commerce.Order) (references []string) {
	for _, paid := range o.Payments {
		if paid.Reference != "" && !slices.Contains(references, paid.Reference) {
			references = append(references, paid.Reference)
		}
	}
	return references
}

// leftOf is what is left of payments, as Stripe says; what the shop says counts where operations go on without.
func (r *returning) leftOf(ctx workflow.Context, spec step.Spec, references ...string) (map[string]money.Amount, error) {
	if len(references) == 0 {
		return nil, nil
	}
	spec.Skippable = true
	found, err := step.Repeatable(ctx, r.steps, spec, billingActivities.ReadPaymentsLeft, billing.PaymentRefs{Payments: references})
	return found.Left, skipped(err)
}

// payLocked pays, with the order locked, what finance has agreed to, provided that it is still the same. It reports whether it did.
func (p *payment) payLocked(ctx workflow.Context) (paid bool, err error) {
	err = p.locked(ctx, "refund it", func(ctx workflow.Context) error {
		agreed := p.reckoned
		if err := p.workOut(ctx); err != nil {
			return err
		}
		if p.reckoned.Digest != agreed.Digest {
			p.why = fmt.Sprintf("The order or its payments have changed since this was agreed to: it was %s then, and is %s now.",
				agreed.Total, p.reckoned.Total)
			return nil
		}
		paid = true
		return insist(ctx, p.payOut)
	})
	return paid, err
}

// insisting is the key of the context that a disconnected one was made of.
type insisting struct{}

// insist does something that a cancellation waits for: what was paid has to be recorded, or nobody would know of it. Only operations,
// where they are asked about it, aren't waited for then.
func insist(ctx workflow.Context, do func(workflow.Context) error) error {
	rest, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	return do(workflow.WithValue(rest, insisting{}, ctx))
}

// payOut pays what no person has to do anything for, and has the shop know of all that was settled: also of what is still to be paid
// in another way, so that nobody pays for the same units meanwhile.
func (p *payment) payOut(ctx workflow.Context) error {
	f := Refund{N: p.n, Reckoned: p.reckoned, By: p.by, Against: p.against, How: p.how(), State: StateAgreed}
	switch f.How {
	case HowStripe, HowByHand:
		for _, part := range p.reckoned.Parts {
			f.Paid = append(f.Paid, RefundedTo{Part: part})
		}
	case HowCredit:
		f.Paid = []RefundedTo{{Part: refund.Part{Gateway: HowCredit, Amount: p.reckoned.Total}}}
	}
	p.result.Refunds = append(p.result.Refunds, f)
	for i := range f.Paid {
		p.legs = append(p.legs, &leg{returning: p.returning, refund: p.n, part: i, account: p.order.Customer.ID})
	}
	err := p.payEach(ctx)
	if failed := p.restate(p.n); err == nil {
		err = failed
	}
	return err
}

func (p *payment) payEach(ctx workflow.Context) error {
	if err := p.exchangeFor(ctx, p.what); err != nil {
		return err
	}
	for _, l := range p.legs {
		if !l.canRepay() {
			continue
		}
		if err := l.repay(ctx); err != nil {
			return err
		}
	}
	if err := p.record(ctx); err != nil {
		return err
	}
	p.paying.feeTaken = money.Amount{Minor: p.paying.feeTaken.Minor - p.reckoned.ReturnFee.Minor, Currency: p.reckoned.Total.Currency}
	return nil
}

// how is how the refund is paid, as far as that is known before.
func (p *payment) how() string {
	switch {
	case p.reckoned.Total.IsZero():
		if slices.ContainsFunc(p.what, func(s refund.Settled) bool { return s.Exchanged }) {
			return HowExchange
		}
		return HowNothing
	case p.result.Wish == refund.StoreCredit:
		return HowCredit
	case slices.ContainsFunc(p.reckoned.Parts, canRepay):
		return HowStripe
	}
	return HowByHand
}

// record has the shop know of what was settled: of the units, and of the money as far as it was paid. That moves none there, but for
// store credit, which the shop gives. Where operations go on without, it is theirs to enter; store credit that wasn't given is for
// finance to mend.
func (p *payment) record(ctx workflow.Context) error {
	f := p.result.Refunds[p.n-1]
	if f.How == HowCredit && p.legs[0].canCredit() {
		return p.legs[0].credit(ctx)
	}
	record := p.asRecord(f)
	if len(record.Lines) == 0 && record.Shipping.IsZero() && record.Total.IsZero() {
		return nil // all of it was settled by somebody else
	}
	made, err := step.Once(ctx, p.steps, step.Spec{
		Name: recordName(p.n), System: "shopify", Summary: "Have the shop know of the refund", Policy: step.System, Skippable: true,
	}, commerceActivities.RecordRefund, record)
	p.result.Refunds[p.n-1].Shop = made.ID
	return skipped(err)
}

func recordName(n int) string { return fmt.Sprintf("refund-%d-record", n) }

// asRecord is a refund as the shop is told. Units that somebody else has settled before aren't recorded a second time.
func (r *returning) asRecord(f Refund) commerce.RefundRecord {
	record := r.recordOf(f.Reckoned.Total)
	record.Shipping = f.Reckoned.Shipping
	at := map[string]int{}
	for _, l := range f.Reckoned.Lines {
		if l.Quantity == l.Before {
			continue
		}
		i, ok := at[l.Line]
		if !ok {
			i = len(record.Lines)
			at[l.Line] = i
			record.Lines = append(record.Lines, commerce.RefundedLine{Line: l.Line, Amount: money.Amount{Currency: l.Total.Currency}})
		}
		record.Lines[i].Quantity += l.Quantity - l.Before
		record.Lines[i].Amount.Minor += l.Total.Minor // they add up to the refund's total
	}
	var references []string
	for _, to := range f.Paid {
		if to.Repaid.ID != "" {
			references = append(references, to.Repaid.ID)
			record.Parts = append(record.Parts, commerce.RefundedPart{Payment: to.Part.Payment, Amount: to.Part.Amount})
		}
	}
	record.Reference = strings.Join(references, ", ")
	return record
}

// recordOf is a refund of so much, without saying what for.
func (r *returning) recordOf(total money.Amount) commerce.RefundRecord {
	return commerce.RefundRecord{Order: r.order.ID, Return: r.shop.ID, Number: r.in.Number, Total: total}
}
