package returns

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/refund"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/step"
	"github.com/throughline-dev/throughline/workflows/turnaround"
)

// approve has it decided what of the return is accepted: by rule, or by support. It returns nil once the shop has accepted that.
func (r *returning) approve(ctx workflow.Context) error {
	lines := r.result.Assessed.Lines
	comment := ""
	r.result.ByRule = r.result.Assessed.Verdict == refund.Approve && !r.overrule
	if r.result.ByRule {
		for i, l := range lines {
			r.accepted[i] = l.Quantity
		}
	} else {
		r.enter(StageApproval)
		outcome, err := r.askSupport(ctx)
		if err != nil {
			return err
		}
		switch outcome.Action {
		case ActionReject:
			r.overrule = true
			return r.decline(ctx, Rejected, outcome.Comment, mailRejected, map[string]string{"reason": outcome.Comment})
		case ActionCancel:
			return r.decline(ctx, Cancelled, "The customer keeps it.", mailCancelled, map[string]string{"missing": r.list(r.askedFor), "some": ""})
		case ActionPart:
			r.accepted, _ = r.partly(outcome.Fields)
			comment = outcome.Comment
		default:
			r.accepted, _ = r.partly(nil)
		}
	}
	if err := r.accept(ctx); err != nil {
		return err
	}
	r.tellApproved(ctx, comment)
	return nil
}

// decline has the shop decline the return, and tells the customer.
func (r *returning) decline(ctx workflow.Context, end Ending, why, mail string, data map[string]string) error {
	_, err := step.Repeatable(ctx, r.steps, r.shopStep("decline", "Decline the return in the shop"),
		commerceActivities.DeclineReturn, commerce.DeclinedReturn{Return: r.shop.ID, Note: why})
	if err != nil {
		return err
	}
	r.shop.State = commerce.Declined
	r.tell(ctx, mail, data)
	return ended(end)
}

// accept has the shop accept the return, and keep for the customer what they get instead.
func (r *returning) accept(ctx workflow.Context) error {
	began := workflow.Now(ctx)
	r.result.Approved = map[string]int{}
	for i, n := range r.accepted {
		if n > 0 {
			r.result.Approved[r.result.Assessed.Lines[i].Line] += n
		}
	}
	r.shop.State = commerce.Open // it may be from now on, though the reply is lost: see abandon
	opened, err := step.Repeatable(ctx, r.steps, r.shopStep("accept", "Accept the return in the shop"),
		commerceActivities.AcceptReturn, commerce.AcceptedReturn{Order: r.order.ID, Return: r.shop.ID, Lines: r.result.Approved})
	if err != nil {
		return err
	}
	r.shop = opened
	now := workflow.Now(ctx)
	r.opened, r.reminded, r.until, r.keeping = now, now, now.Add(r.policy.Arrival.Expires.Duration), false
	err = skipped(r.reserve(ctx))
	r.spent.Add(r.stage, turnaround.Systems, began, workflow.Now(ctx))
	return err
}

func (r *returning) tellApproved(ctx workflow.Context, comment string) {
	data := map[string]string{
		"lines": r.list(r.acceptedOf), "part": "", "comment": comment, "keep": "", "address": "", "until": "", "we_pay": "", "fee": "",
		"wish": string(r.result.Wish), "instead": r.instead(),
	}
	for i, l := range r.result.Assessed.Lines {
		if r.accepted[i] < l.Quantity {
			data["part"] = "yes"
		}
	}
	if r.result.Assessed.Keep {
		data["keep"] = "yes"
	} else {
		data["address"], data["until"] = r.policy.Address, day(r.until)
		if fee := (money.Amount{Minor: r.policy.ReturnFee[r.order.Currency], Currency: r.order.Currency}); r.wePay() {
			data["we_pay"] = "yes"
		} else if !fee.IsZero() {
			data["fee"] = fee.String()
		}
	}
	r.tell(ctx, mailApproved, data)
}

// wePay is whether the way back is ours to pay: since it is one parcel, it is where that is so for anything in it.
func (r *returning) wePay() bool {
	for i, l := range r.result.Assessed.Lines {
		if r.accepted[i] > 0 && l.WePay {
			return true
		}
	}
	return false
}

// askSupport asks support to decide. A question to the customer pauses the task: see [humantask.Action].
func (r *returning) askSupport(ctx workflow.Context) (humantask.Outcome, error) {
	role, err := r.role(ctx, r.policy.Support)
	if err != nil {
		return humantask.Outcome{}, err
	}
	r.asked++
	task := r.supportTask(role, numbered(ApproveTask, r.asked), "Decide about the "+r.name())
	task.Text = r.takeUnread()
	task.Facts = r.facts
	task.Actions = []humantask.Action{
		{Name: ActionApprove, Label: "Approve", Style: "primary", Done: "Approved", Confirm: "This accepts all that the customer wants to return."},
	}
	if len(r.result.Assessed.Lines) <= maxLines { // else there is no room to be asked about each
		task.Actions = append(task.Actions, r.partAction())
	}
	task.Actions = append(task.Actions, []humantask.Action{
		{
			Name: ActionReject, Label: "Reject", Style: "danger", Done: "Rejected",
			Fields: []slack.Field{humantask.Comment("Why, for the customer", true)},
		},
		{
			Name: ActionAsk, Label: "Ask the customer", Done: "Customer asked",
			Fields: []slack.Field{humantask.Comment("Question to the customer", true)},
			Pauses: max(r.policy.AnswerWithin.Duration, time.Minute),
			Then: func(ctx workflow.Context, d humantask.Decision, _ policy.Person) {
				r.tell(ctx, mailQuestion, map[string]string{"question": d.Comment})
			},
		},
		{
			Name: ActionCancel, Label: "They keep it after all", Done: "The customer keeps it",
			Confirm: "This ends the return, and the customer is told so.",
		},
	}...)
	outcome, err := r.desk.Ask(ctx, task)
	if err == nil {
		r.result.Decided = append(r.result.Decided, outcome)
		r.hadASay(outcome.By)
		r.spendTask(StageApproval, outcome)
	}
	return outcome, err
}

// partAction accepts some of it: a field for each line.
func (r *returning) partAction() humantask.Action {
	a := humantask.Action{Name: ActionPart, Label: "Approve a part", Done: "Approved in part"}
	for i, l := range r.result.Assessed.Lines {
		a.Fields = append(a.Fields, slack.Field{
			Name: lineField(i), Label: r.lineLabel(i), Kind: slack.FieldText, Required: true,
			Value: strconv.Itoa(l.Quantity), Hint: fmt.Sprintf("How many are accepted, from 0 to %d", l.Quantity),
		})
	}
	a.Fields = append(a.Fields, humantask.Comment("Why not all, for the customer", true))
	a.Check = func(d humantask.Decision) string {
		_, wrong := r.partly(d.Fields)
		return wrong
	}
	return a
}

func lineField(i int) string { return fmt.Sprintf("line-%d", i+1) }

// partly reads how many of each line are accepted, all of a line where nothing is said; wrong is why that can't be.
func (r *returning) partly(fields map[string]string) (accepted []int, wrong string) {
	sum := 0
	for i, l := range r.result.Assessed.Lines {
		n := l.Quantity
		if value, named := fields[lineField(i)]; named {
			var ok bool
			if n, ok = count(value, l.Quantity); !ok {
				return nil, fmt.Sprintf("%s: write a number from 0 to %d.", r.lineLabel(i), l.Quantity)
			}
		}
		accepted = append(accepted, n)
		sum += n
	}
	if sum == 0 {
		return nil, r.lineLabel(0) + ": nothing would be accepted. Reject the return instead."
	}
	return accepted, ""
}

// count reads a quantity that people have written, of at most so many.
func count(text string, most int) (n int, ok bool) {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	return n, err == nil && n >= 0 && n <= most
}
