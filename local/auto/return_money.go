package auto

import (
	"context"
	"fmt"

	sandbox "github.com/throughline-dev/throughline/sandbox/client"
)

// twoOfFinance is a refund to which each of two people agrees on a card of their own.
func twoOfFinance(ctx context.Context, l *returnPlay) error {
	if err := l.decides(ctx, "It is worth EUR", approve, nil); err != nil {
		return err
	}
	if err := l.takesIn(ctx, asNew); err != nil {
		return err
	}
	const amount = "EUR 709.05"
	if err := l.pays(ctx, amount); err != nil {
		return err
	}
	refunds, err := l.World.PaymentRefunds(ctx, l.id)
	if err != nil {
		return err
	}
	if len(refunds) > 0 {
		return fmt.Errorf("expected nothing to be paid before two have agreed, saw %v", refunds)
	}
	return l.paysAs(ctx, l.finance(1), amount)
}

// repayment waits for a refund of Stripe's in a state.
func (l *returnPlay) repayment(ctx context.Context, state string) (r sandbox.PaymentRefund, err error) {
	err = l.Until(ctx, "a refund that is "+state, func(ctx context.Context) (bool, string, error) {
		all, err := l.World.PaymentRefunds(ctx, l.id)
		for _, one := range all {
			if one.Status == state {
				r = one
				return true, "", err
			}
		}
		return false, fmt.Sprintf("%d others", len(all)), err
	})
	return r, err
}

// becomes has the customer's bank do something with the refund that is under way.
func (l *returnPlay) becomes(ctx context.Context, a sandbox.PaymentRefundAct) error {
	r, err := l.repayment(ctx, "pending")
	if err != nil {
		return err
	}
	if _, err := l.mailed(ctx, mailRefund, 1); err != nil { // which says by when it is there
		return err
	}
	l.Say("the customer's bank: %s", a.Do)
	_, err = l.World.EndRefund(ctx, r.ID, a)
	return err
}

// banksTime is a refund that is under way for a while.
func banksTime(ctx context.Context, l *returnPlay) error {
	if err := comesBack("EUR 77.95")(ctx, l); err != nil {
		return err
	}
	return l.becomes(ctx, sandbox.PaymentRefundAct{Do: sandbox.RefundSettle})
}

// sentBack is a refund that the bank sends back, so that finance has to say what becomes of it.
func sentBack(ctx context.Context, l *returnPlay, button string) error {
	if err := comesBack("EUR 77.95")(ctx, l); err != nil {
		return err
	}
	if err := l.becomes(ctx, sandbox.PaymentRefundAct{Do: sandbox.RefundFail}); err != nil {
		return err
	}
	return l.does(ctx, l.finance(0), "EUR 77.95 still has to get to the customer: ", button, nil)
}

func refundedAgain(ctx context.Context, l *returnPlay) error {
	if err := sentBack(ctx, l, refundAgain); err != nil {
		return err
	}
	return l.becomes(ctx, sandbox.PaymentRefundAct{Do: sandbox.RefundSettle})
}

func creditedInstead(ctx context.Context, l *returnPlay) error { return sentBack(ctx, l, giveCredit) }

// byHand is a refund of which some can't be paid by any system, so that somebody of finance does.
func byHand(amount, rest string) func(context.Context, *returnPlay) error {
	return func(ctx context.Context, l *returnPlay) error {
		if err := comesBack(amount)(ctx, l); err != nil {
			return err
		}
		const reference = "Gift card 7731"
		card, err := l.task(ctx, rest+" still has to get to the customer: ")
		if err != nil {
			return err
		}
		if err := l.Answer(ctx, l.finance(0), card, paidByHand, map[string]string{"reference": reference}); err != nil {
			return err
		}
		_, err = l.mailed(ctx, "our reference is "+reference, 1)
		return err
	}
}

// supportInsists is finance refusing a refund, which support has them look at again.
func supportInsists(ctx context.Context, l *returnPlay) error {
	const why = "She called: the scratch was there from the start."
	if err := l.refuses(ctx, askThemToPay, why); err != nil {
		return err
	}
	again, err := l.Card(ctx, "finance's second card", sandbox.MessageFilter{Case: l.id}, payTitle, func(m sandbox.Message) bool { return reads(m, why) })
	if err != nil {
		return err
	}
	return l.Press(ctx, l.finance(0), again, payIt)
}

// supportDrops is finance refusing a refund, and support telling the customer so.
func supportDrops(ctx context.Context, l *returnPlay) error {
	const why = "The lamp that came is not one of ours."
	if err := l.refuses(ctx, dontPay, why); err != nil {
		return err
	}
	_, err := l.mailed(ctx, why, 1)
	return err
}

// refuses is finance not wanting to pay for what has come, and what support answers to that, and why.
func (l *returnPlay) refuses(ctx context.Context, answer, why string) error {
	if err := l.takesIn(ctx, asNew); err != nil {
		return err
	}
	card, err := l.task(ctx, payTitle)
	if err != nil {
		return err
	}
	if err := l.Answer(ctx, l.finance(0), card, dontPay, comment("There is a scratch on it.")); err != nil {
		return err
	}
	if card, err = l.task(ctx, refusedTitle); err != nil {
		return err
	}
	l.decider = l.support(l.someone())
	return l.Answer(ctx, l.decider, card, answer, comment(why))
}
