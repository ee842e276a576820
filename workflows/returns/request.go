package returns

import (
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/refund"
	"github.com/throughline-dev/throughline/workflows/step"
	"github.com/throughline-dev/throughline/workflows/turnaround"
	"github.com/throughline-dev/throughline/workflows/visibility"
)

// request holds what the customer asks for against the order and the policy, and has the shop keep it. What can't be processed is
// answered, and ends there.
//
// The order is read twice: once to know which it is, and again when nobody else's return of it can come between.
func (r *returning) request(ctx workflow.Context) error {
	r.enter(StageRequest)
	r.desk.Publish(ctx)
	began := workflow.Now(ctx)
	err := r.readOrder(ctx, "find-order", commerce.OrderQuery{Number: r.in.Order})
	if err == nil && r.order.ID == "" {
		err = r.assess(ctx)
	} else if err == nil {
		err = r.locked(ctx, "to hold what is asked for against what is left of it", r.reserveQuantities)
	}
	r.spent.Add(StageRequest, turnaround.Systems, began, workflow.Now(ctx))
	if err != nil {
		return err
	}
	if r.result.Assessed.Verdict == refund.Refuse {
		return r.refuse(ctx)
	}
	r.result.Order = r.order.ID
	r.desk.Set(visibility.Amount.ValueSet(r.result.Assessed.Value.Minor))
	if r.round == 1 {
		r.tell(ctx, mailReceived, map[string]string{"lines": r.list(r.askedFor)})
	}
	return nil
}

// reserveQuantities has the shop keep what is asked for, where it is there to be returned.
func (r *returning) reserveQuantities(ctx workflow.Context) error {
	if err := r.readOrder(ctx, "read-order", commerce.OrderQuery{ID: r.order.ID}); err != nil {
		return err
	}
	if err := r.assess(ctx); err != nil || r.result.Assessed.Verdict == refund.Refuse {
		return err
	}
	var lines []commerce.RequestedLine
	for _, l := range r.result.Assessed.Lines {
		lines = append(lines, l.Parcels...)
	}
	r.shop = commerce.Return{State: commerce.Requested} // it may be from now on, though the reply is lost: see abandon
	kept, err := step.Repeatable(ctx, r.steps, r.shopStep("request", "Have the shop keep what is to be returned"),
		commerceActivities.RequestReturn, commerce.RequestedReturn{Order: r.order.ID, Number: r.in.Number, Lines: lines})
	if err == nil {
		r.shop = kept
	}
	return err
}

func (r *returning) readOrder(ctx workflow.Context, name string, q commerce.OrderQuery) error {
	order, err := step.Repeatable(ctx, r.steps, r.shopStep(name, "Read the order"), commerceActivities.ReadOrder, q)
	if err == nil {
		r.order = order
	}
	return err
}

// assess asks what the policy says, of the order as it was just read.
func (r *returning) assess(ctx workflow.Context) error {
	instead, err := r.findInstead(ctx)
	if err != nil {
		return err
	}
	r.result.Assessed, err = step.Repeatable(ctx, r.steps, step.Spec{
		Name: r.nth("assess"), System: "policy", Summary: "See what the policy says about the return", Policy: step.Inside,
	}, refundActivities.AssessReturn, refund.Question{
		Email: r.in.Email, Items: r.in.Items, Wish: r.in.Wish, Photos: len(r.in.Photos), Order: r.order, Instead: instead,
		Policy: r.policy, Number: r.in.Number, Asked: r.result.Received,
	})
	r.accepted, r.came = make([]int, len(r.result.Assessed.Lines)), make([]int, len(r.result.Assessed.Lines))
	return err
}

// findInstead looks up what the customer wants for what they return.
func (r *returning) findInstead(ctx workflow.Context) ([]commerce.Variant, error) {
	var skus []string
	for _, i := range r.in.Items {
		if i.Instead != "" && !slices.Contains(skus, i.Instead) {
			skus = append(skus, i.Instead)
		}
	}
	if len(skus) == 0 || r.order.ID == "" {
		return nil, nil
	}
	found, err := step.Repeatable(ctx, r.steps, r.shopStep("find-variants", "Look up what is wanted instead"), commerceActivities.FindVariants,
		commerce.VariantQuery{SKUs: skus, Currency: r.order.Currency, Country: r.order.Country})
	return found.Found, err
}

// refuse answers a customer whose return can't be processed. They learn no more than the findings have for them: it may be somebody
// else's order.
func (r *returning) refuse(ctx workflow.Context) error {
	var ours, theirs []string
	for _, f := range r.result.Assessed.Findings {
		ours = append(ours, f.Text)
		if f.For != "" && !slices.Contains(theirs, f.For) {
			theirs = append(theirs, f.For)
		}
	}
	r.note(ctx, "This return can't be processed:\n"+strings.Join(ours, "\n"), "")
	r.tell(ctx, mailRefused, map[string]string{"reasons": strings.Join(theirs, "\n")})
	return ended(Refused)
}

// nth names a step that is done each time that the return is begun.
func (r *returning) nth(step string) string { return fmt.Sprintf("%s-%d", step, r.round) }

// shopStep is a step in the shop that is done each time that the return is begun.
func (r *returning) shopStep(name, summary string) step.Spec {
	return step.Spec{Name: r.nth(name), System: "shopify", Summary: summary, Policy: step.System}
}
