package returns

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/email"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/activities/refund"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/step"
)

// arrive waits for everything that was accepted, in as many parcels as it comes in, for as long as the policy says. What arrives is
// put into stock and paid for beside, each parcel by itself. It returns nil once nothing more is waited for and something came.
func (r *returning) arrive(ctx workflow.Context) error {
	if r.result.Assessed.Keep { // there is no parcel
		return r.payForKept(ctx)
	}
	r.enter(StageArrival)
	began := workflow.Now(ctx)
	r.awaited = true
	defer func() {
		r.awaited = false
		r.spent.Add(StageArrival, withCustomer, began, workflow.Now(ctx))
	}()
	for r.left() > 0 {
		p, more, err := r.awaitParcel(ctx)
		r.awaited = p != nil && more
		switch {
		case err != nil:
			return err
		case p == nil && r.keeping:
			return r.takeOut(ctx, Cancelled, mailCancelled)
		case p == nil:
			return r.takeOut(ctx, Expired, mailExpired)
		}
		if err := r.takeIn(ctx, p, more); err != nil {
			return err
		}
		if !more && r.left() > 0 {
			return r.trim(ctx)
		}
	}
	return nil
}

// left is how many things haven't arrived yet, and arrivedAny whether anything has that was announced.
func (r *returning) left() (n int) {
	for i := range r.accepted {
		n += r.missing(i)
	}
	return n
}

func (r *returning) arrivedAny() bool {
	for _, n := range r.came {
		if n > 0 {
			return true
		}
	}
	return false
}

// awaitParcel asks the warehouse for the next parcel. It returns nil where none is waited for any more: time is over, or the customer
// keeps the rest. More is whether another may come.
func (r *returning) awaitParcel(ctx workflow.Context) (p *parcel, more bool, err error) {
	role, err := r.role(ctx, r.policy.Warehouse)
	if err != nil {
		return nil, false, err
	}
	r.parcels++
	task := r.parcelTask(role)
	asking, over := workflow.WithCancel(ctx)
	defer over()
	answered := false
	var outcome humantask.Outcome
	var failed error
	workflow.GoNamed(asking, task.ID, func(ctx workflow.Context) {
		outcome, failed = r.desk.Ask(ctx, task)
		answered = true
	})
	r.tellWarehouse(ctx, task)
	for !answered && !r.keeping && workflow.Now(ctx).Before(r.until) {
		until, next := r.until, r.nextReminder()
		if !workflow.Now(ctx).Before(next) {
			r.remind(ctx)
			continue
		}
		_, err := step.WaitAtMost(ctx, next.Sub(workflow.Now(ctx)), "Wait for the parcel", func() bool {
			return answered || r.keeping || r.payError() != nil || !r.until.Equal(until)
		})
		if err = errors.Join(err, r.payError()); err != nil {
			return nil, false, err
		}
	}
	if !answered {
		over()
		if err := workflow.Await(ctx, func() bool { return answered }); err != nil {
			return nil, false, err
		}
		if outcome.Action == "" {
			return nil, false, nil // it was withdrawn
		}
	}
	if failed != nil {
		return nil, false, failed
	}
	arrived, _ := r.parcelOf(outcome.Fields)
	arrived.At, arrived.By, arrived.Note = outcome.At, outcome.By, outcome.Comment
	return &arrived, outcome.Fields[fieldRest] != restOver, nil
}

// takeIn takes a parcel in: the customer is told, it goes into stock and then to finance, and support sees to what nobody had
// announced.
func (r *returning) takeIn(ctx workflow.Context, p *parcel, more bool) error {
	r.result.Arrived = append(r.result.Arrived, p.Arrived)
	var back []refund.Settled
	var lines []string
	for n, l := range p.Lines {
		i := p.of[n]
		s, err := r.toSettle(i, l.Quantity, l.Grade)
		if err != nil {
			return err
		}
		back = append(back, s)
		lines = append(lines, fmt.Sprintf("%d × %s", l.Quantity, r.article(i)))
		r.came[i] += l.Quantity
	}
	data := map[string]string{
		"lines": strings.Join(lines, "\n"), "missing": r.list(r.missing), "until": "", "wrong": strings.Trim(p.Wrong+"\n"+p.Extra, "\n"),
	}
	if more && r.left() > 0 {
		data["until"] = day(r.until)
	}
	r.tell(ctx, mailArrived, data)
	r.beside("arrivals", &r.arrivals, func(ctx workflow.Context) error {
		if err := skipped(r.restock(ctx, p.Arrived)); err != nil || len(back) == 0 {
			return err
		}
		r.settle(ctx, back)
		return nil
	})
	if p.Wrong != "" || p.Extra != "" {
		r.askAboutExtra(p.Arrived)
	}
	r.desk.Publish(ctx)
	return nil
}

// payForKept has what the customer keeps paid for, once the shop knows that they keep it.
func (r *returning) payForKept(ctx workflow.Context) error {
	var kept []refund.Settled
	for i, n := range r.accepted {
		if n == 0 {
			continue
		}
		s, err := r.toSettle(i, n, "")
		if err != nil {
			return err
		}
		kept = append(kept, s)
	}
	if err := skipped(r.forgo(ctx)); err != nil {
		return err
	}
	r.settle(ctx, kept)
	return nil
}

// toSettle is what is to be paid for so many of a line.
func (r *returning) toSettle(i, n int, grade string) (refund.Settled, error) {
	l := r.result.Assessed.Lines[i]
	s := refund.Settled{Line: l.Line, Quantity: n, Grade: grade, Reason: l.Reason, Fee: l.Fee}
	if !r.exchanges(l, grade) {
		return s, nil
	}
	var err error
	s.Exchanged = true
	s.Worth, err = l.Instead.Price.Times(money.Quantity(n) * money.One)
	return s, err
}

// takeOut has the shop wait no more for what hasn't arrived. Where nothing has, the return ends so.
func (r *returning) takeOut(ctx workflow.Context, end Ending, mail string) error {
	some := ""
	if r.arrivedAny() {
		some = "yes"
	}
	r.tell(ctx, mail, map[string]string{"missing": r.list(r.missing), "some": some})
	if some != "" {
		return r.trim(ctx)
	}
	_, err := step.Repeatable(ctx, r.steps, r.shopStep("cancel", "Cancel the return in the shop"),
		commerceActivities.CancelReturn, commerce.ReturnRef{Order: r.order.ID, Return: r.shop.ID})
	if err != nil {
		return err
	}
	r.shop.State = commerce.Cancelled
	if err := skipped(r.release(ctx)); err != nil {
		return err
	}
	return ended(end)
}

// trim has the shop know of no more than what has arrived.
func (r *returning) trim(ctx workflow.Context) error {
	r.result.Approved = map[string]int{}
	for i, n := range r.came {
		if r.accepted[i] = n; n > 0 {
			r.result.Approved[r.result.Assessed.Lines[i].Line] += n
		}
	}
	trimmed, err := step.Repeatable(ctx, r.steps, r.shopStep("trim", "Take what hasn't arrived out of the return"),
		commerceActivities.AcceptReturn, commerce.AcceptedReturn{Order: r.order.ID, Return: r.shop.ID, Lines: r.result.Approved})
	if err == nil {
		r.shop = trimmed
	}
	return err
}

// nextReminder is when the customer is reminded next, and the end of their time where they aren't any more.
func (r *returning) nextReminder() time.Time {
	for _, after := range r.policy.Arrival.Remind {
		if at := r.opened.Add(after.Duration); at.After(r.reminded) && at.Before(r.until) {
			return at
		}
	}
	return r.until
}

func (r *returning) remind(ctx workflow.Context) {
	r.reminded = workflow.Now(ctx)
	r.tell(ctx, mailReminder, map[string]string{"missing": r.list(r.missing), "address": r.policy.Address, "until": day(r.until)})
}

// moreTime gives the customer more time, before the end of which they are reminded as before the first one's.
func (r *returning) moreTime(ctx workflow.Context, more time.Duration) {
	r.opened, r.until, r.reminded = r.opened.Add(more), r.until.Add(more), workflow.Now(ctx)
}

// tellWarehouse writes to the warehouse's mailbox what is on its way. It is there to be found when the parcel comes; who has to
// record it has the task.
func (r *returning) tellWarehouse(ctx workflow.Context, task humantask.Task) {
	if r.policy.WarehouseEmail == "" {
		return
	}
	name := "warehouse-" + task.ID
	message := email.Message{
		To: email.Address{Email: r.policy.WarehouseEmail}, Template: "task",
		Data: map[string]string{
			"person_name": r.policy.Warehouse, "title": task.Title, "text": task.Text, "facts": slack.Lines(task.Facts()), "status": "",
			"how": "Record what arrives on the card in Slack, or have somebody do it who can: the task is " + task.ID + " of " + r.id + ".",
		},
	}
	r.beside("warehouse", &r.outside, func(ctx workflow.Context) error {
		_, _ = step.Once(ctx, r.steps, step.Spec{ // those who have to record it have been told by their task
			Name: name, System: "sendgrid", Summary: "Tell the warehouse by e-mail", Policy: step.System, BestEffort: true,
		}, emailActivities.SendEmail, message)
		return nil
	})
}

// day writes a time for customers and people alike. It says in which zone, since theirs isn't known.
func day(t time.Time) string { return t.UTC().Format("Mon 2 January 2006, 15:04 UTC") }
