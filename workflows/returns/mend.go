package returns

import (
	"cmp"
	"fmt"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/billing"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/field"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/step"
)

// fieldReference is the field of [ActionByHand] that says how it was paid.
const fieldReference = "reference"

// maxReference is how long that may be, in characters.
const maxReference = 200

// mend has finance say what becomes of a part that didn't get to the customer, until it does or nothing more is to be done about it.
func (l *leg) mend(ctx workflow.Context) error {
	l.sayFailed(ctx)
	for why := l.whyOpen(); ; {
		o, err := l.askFinance(ctx, why)
		if err != nil {
			return err
		}
		l.spendTask(StagePayment, o)
		switch o.Action {
		case ActionRetry:
			why, err = l.retry(ctx)
		case ActionCredit:
			err = l.creditLocked(ctx)
			why = ""
		case ActionByHand:
			l.setAside()
			err = l.byHand(ctx, field.OneLine(o.Fields[fieldReference]))
		default:
			l.setAside()
			l.it().How, l.it().Reference = HowNothing, o.Comment
		}
		if err == nil {
			err = l.restate(l.refund)
		}
		if err != nil {
			return err
		}
		if it := l.it(); it.got() || it.How == HowNothing {
			l.sayAgain(ctx, stateAgain)
			return nil
		}
		why = cmp.Or(why, l.whyOpen())
	}
}

// whyOpen says why the customer hasn't got the part.
func (l *leg) whyOpen() string {
	it := l.it()
	switch {
	case it.Repaid.ID != "":
		return strings.TrimSuffix(fmt.Sprintf("The refund %s is %s: %s", it.Repaid.ID, it.Repaid.State, it.Repaid.Reason), ": ")
	case l.unsure:
		return "Operations went on without it. It may have got through all the same: see whether it did before you pay it in another way."
	case it.Part.Gateway == HowCredit:
		return "The customer has no account in the shop that store credit could go to."
	}
	return fmt.Sprintf("No system can give it back: it was paid by %s, and the shop knows no payment of Stripe’s.", it.Part.Gateway)
}

func (l *leg) askFinance(ctx workflow.Context, why string) (humantask.Outcome, error) {
	l.paying.mends++
	it := *l.it()
	var actions []humantask.Action
	if l.canRepay() {
		actions = append(actions, humantask.Action{
			Name: ActionRetry, Label: "Refund it again", Style: "primary", Done: "Refunded again",
			Confirm: fmt.Sprintf("Stripe is asked to give back %s to the same payment.", it.Part.Amount),
		})
	}
	if l.canCredit() {
		actions = append(actions, humantask.Action{
			Name: ActionCredit, Label: "Give store credit", Done: "Given as store credit",
			Confirm: fmt.Sprintf("The customer gets store credit of %s.", it.Part.Amount),
		})
	}
	reference := slack.Field{
		Name: fieldReference, Label: "Reference", Kind: slack.FieldText, Required: true,
		Hint: "By what it can be found: of the bank transfer, of the gift card",
	}
	actions = append(actions,
		humantask.Action{
			Name: ActionByHand, Label: "I’ve paid it another way", Done: "Paid another way", Fields: []slack.Field{reference},
			Check: func(d humantask.Decision) string {
				if wrong := field.WrongLine(d.Fields[fieldReference], maxReference); wrong != "" {
					return "Reference: " + wrong
				}
				return ""
			},
		},
		humantask.Action{
			Name: ActionDone, Label: "Nothing more is to be paid", Style: "danger", Done: "Nothing more is paid",
			Fields: []slack.Field{humantask.Comment("Why", true)},
		},
	)
	role, err := l.whoMay(ctx, l.policy.Finance, 1, l.approvers())
	if err != nil {
		return humantask.Outcome{}, err
	}
	task := l.financeTask(role, fmt.Sprintf("%s-%d", MendTask, l.paying.mends))
	task.Title = fmt.Sprintf("%s still has to get to the customer: %s", it.Part.Amount, l.name())
	task.Text, task.ExcludedNow, task.Actions = why, l.approvers, actions
	return l.desk.Ask(ctx, task)
}

// financeTask is a task of finance's about a part, but for what it asks.
func (l *leg) financeTask(role policy.Role, id string) humantask.Task {
	it := *l.it()
	return humantask.Task{
		ID: id, Candidates: role.People, Channel: role.Channel, Ladder: l.policy.Payment, Calendars: l.policy.Calendars,
		Facts: func() []slack.Fact {
			return []slack.Fact{
				{Label: "Return", Value: l.in.Number},
				{Label: "Order", Value: l.order.Name, Link: l.order.URL},
				{Label: "Customer", Value: strings.Trim(l.customer()+", "+l.in.Email, ", ")},
				{Label: "Payment", Value: strings.TrimSpace(it.Part.Gateway + " " + it.Part.Reference)},
				{Label: "Refund", Value: it.Repaid.ID},
			}
		},
	}
}

// seeToFunds has finance top up Stripe's balance while a refund waits for that, which nobody else would notice: Stripe tells the customer
// nothing, and makes the refund by itself once there is enough. Where they have said that it is done and it still waits when it is looked
// at again, they are asked anew.
func (l *leg) seeToFunds(ctx workflow.Context) {
	switch short := l.it().Repaid.Short(); {
	case !short && l.funded != nil:
		l.funded()
	case short && l.funded == nil:
		ctx, l.funded = workflow.WithCancel(ctx)
		workflow.GoNamed(ctx, FundsTask, func(ctx workflow.Context) {
			l.failed(l.askForFunds(ctx))
			l.funded()
			l.funded = nil
		})
	}
}

func (l *leg) askForFunds(ctx workflow.Context) error {
	role, err := l.role(ctx, l.policy.Finance)
	if err != nil || ctx.Err() != nil {
		return err
	}
	l.paying.funds++
	task := l.financeTask(role, fmt.Sprintf("%s-%d", FundsTask, l.paying.funds))
	task.Title = fmt.Sprintf("Top up Stripe’s balance: %s can’t be refunded for the %s", l.it().Part.Amount, l.name())
	task.Text = "There is too little in it, so the refund waits. It goes on by itself once there is enough."
	task.Excluded = l.themselves
	task.Actions = []humantask.Action{{Name: ActionDone, Label: "It is topped up", Style: "primary", Done: "Topped up"}}
	task.WhyWithdrawn = func() string {
		if l.way.Err() != nil { // all of it was given up
			return ""
		}
		return "the refund doesn’t wait for it any more."
	}
	o, err := l.desk.Ask(ctx, task)
	if err == nil {
		l.spendTask(StagePayment, o)
	}
	return err
}

// retry has Stripe give a part back once more. It is done with the order locked, once Stripe still says that the refund before has
// failed, and only where so much is left: what it failed to give back may have been given back otherwise. It returns why it isn't.
func (l *leg) retry(ctx workflow.Context) (why string, err error) {
	again := func(ctx workflow.Context) error {
		if before := l.it().Repaid; before.ID != "" {
			now, err := l.readRefund(ctx, before.ID)
			if err != nil {
				return skipped(err)
			}
			if l.it().Repaid = now; l.it().got() {
				return nil // it has got through after all
			}
			part := l.it().Part
			left, err := l.leftOf(ctx, step.Spec{
				Name: fmt.Sprintf("%s-%d", l.stepName("left"), l.paying.mends), System: "stripe", Summary: "See what is left of the payment",
				Policy: step.System,
			}, part.Reference)
			if err != nil {
				return err
			}
			if rest, known := left[part.Reference]; known && rest.Minor < part.Amount.Minor {
				why = fmt.Sprintf("It can’t be refunded again: only %s is left of the payment.", rest)
				return nil
			}
			l.setAside()
			l.failures++
		}
		return l.repay(ctx)
	}
	err = l.locked(ctx, "refund it again", func(ctx workflow.Context) error { return insist(ctx, again) })
	return why, err
}

func (l *leg) creditLocked(ctx workflow.Context) error {
	return l.locked(ctx, "give store credit", func(ctx workflow.Context) error {
		l.setAside()
		return insist(ctx, l.credit)
	})
}

// setAside keeps a refund that has failed beside what takes its place.
func (l *leg) setAside() {
	it := l.it()
	if it.Repaid.ID != "" {
		it.Failed = append(it.Failed, it.Repaid)
	}
	it.How, it.Repaid = "", billing.Repaid{}
}
