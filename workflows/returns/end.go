package returns

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/workflows/step"
)

// pay waits until everything that came is in stock and paid for, and has the shop close the return.
func (r *returning) pay(ctx workflow.Context) error {
	r.enter(StagePayment)
	r.desk.Publish(ctx)
	if err := workflow.Await(ctx, func() bool { return !r.arrivals.busy }); err != nil {
		return err
	}
	if err := r.settled(ctx); err != nil {
		return err
	}
	closing := r.shopStep("close", "Close the return in the shop")
	closing.Skippable = true
	_, err := step.Repeatable(ctx, r.steps, closing, commerceActivities.CloseReturn, commerce.ReturnRef{Order: r.order.ID, Return: r.shop.ID})
	if err := skipped(err); err != nil {
		return err
	}
	r.shop.State = commerce.Closed
	if !r.paid {
		r.tell(ctx, mailAnswer, map[string]string{"answer": "Your return is closed. If you have a question about it, please reply to this e-mail.", "until": ""})
	}
	return nil
}

// giveUpWithin bounds how long is tried to put things in order after a return that was cancelled or given up.
const giveUpWithin = 10 * time.Minute

// abandon puts things in order, as well as that goes, where the return is cancelled or given up: nothing stays reserved for it that
// nobody would give free, and the ticket stays open, for whoever sees to the customer.
func (r *returning) abandon(ctx workflow.Context) {
	ctx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	r.abandoned = true
	r.giveUp()
	_ = r.settled(r.way) // which is over: what was begun is recorded, and no more
	if r.shop.ID == "" && r.shop.State == commerce.Requested {
		r.findRequested(ctx)
	}
	spec := r.shopStep("abandon", "Take the return back in the shop")
	spec.Policy, spec.BestEffort = step.System.Within(giveUpWithin), true
	switch nothing := !r.arrivedAny() && !r.result.Assessed.Keep; {
	case r.shop.ID == "":
	case r.shop.State == commerce.Requested:
		_, _ = step.Repeatable(ctx, r.steps, spec, commerceActivities.DeclineReturn,
			commerce.DeclinedReturn{Return: r.shop.ID, Note: "It was given up."})
	case r.shop.State == commerce.Open && nothing:
		_, _ = step.Repeatable(ctx, r.steps, spec, commerceActivities.CancelReturn, commerce.ReturnRef{Order: r.order.ID, Return: r.shop.ID})
		_ = r.release(ctx)
	}
	if r.ticket.ID == "" || r.result.Ending != "" {
		return
	}
	_, _ = step.Repeatable(ctx, r.steps, step.Spec{
		Name: "ticket-abandoned", System: "hubspot", Summary: "Say in the ticket that the return was given up",
		Policy: step.System.Within(giveUpWithin), BestEffort: true,
	}, crmActivities.UpdateTicket, crm.TicketUpdate{
		Ticket: r.ticket.ID, Stage: r.policy.Ticket.Open, At: workflow.Now(ctx),
		Note: fmt.Sprintf("The return %s was given up at the stage %q. Nobody is asked about it any more, and the customer hasn't been told: somebody has to.", r.in.Number, r.stage),
	})
}

// findRequested finds the return that the shop was asked to keep, where nobody knows whether it does.
func (r *returning) findRequested(ctx workflow.Context) {
	spec := r.shopStep("find-requested", "See whether the shop keeps what is to be returned")
	spec.Policy, spec.BestEffort = step.System.Within(giveUpWithin), true
	order, _ := step.Repeatable(ctx, r.steps, spec, commerceActivities.ReadOrder, commerce.OrderQuery{ID: r.order.ID})
	for _, one := range order.Returns {
		if one.Number == r.in.Number && one.State == commerce.Requested {
			r.shop = one
		}
	}
}
