package returns

import (
	"fmt"
	"slices"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/refund"
	"github.com/throughline-dev/throughline/workflows/step"
)

// stocking is what of a return was put into stock.
type stocking struct {
	times int
	put   map[string]int // how many of which line
}

// restock puts into stock what has arrived, by its grade. Where operations go on without, the shop's stock is theirs to put right, and
// what it knows of the return stays as it was: so nothing is counted as put there.
func (r *returning) restock(ctx workflow.Context, a Arrived) error {
	if len(a.Lines) == 0 {
		return nil
	}
	r.stock.times++
	put := map[string]int{}
	request := commerce.Restocking{Order: r.order.ID, Return: r.shop.ID, Number: r.in.Number, Location: r.policy.Location}
	for _, l := range a.Lines {
		request.Lines = append(request.Lines, commerce.RestockedLine{
			Line: l.Line, Item: r.assessed(l.Line).Item, Quantity: l.Quantity, Stock: commerce.Stock(r.grade(l.Grade).Stock),
			Before: r.stock.put[l.Line] + put[l.Line],
		})
		put[l.Line] += l.Quantity
	}
	_, err := step.Once(ctx, r.steps, step.Spec{
		Name: fmt.Sprintf("restock-%d", r.stock.times), System: "shopify", Summary: "Put what arrived into stock", Policy: step.System,
		Skippable: true,
	}, commerceActivities.RestockReturn, request)
	if err != nil {
		return err
	}
	if r.stock.put == nil {
		r.stock.put = map[string]int{}
	}
	for _, l := range a.Lines {
		r.stock.put[l.Line] += l.Quantity
	}
	return nil
}

// grade is the policy's grade of that name. One that it doesn't have is looked at again by somebody before it is sold.
func (r *returning) grade(name string) policy.Grade {
	i := slices.IndexFunc(r.policy.Grades, func(g policy.Grade) bool { return g.Name == name })
	if i < 0 {
		return policy.Grade{Name: name, Label: name, Stock: string(commerce.Quarantine)}
	}
	return r.policy.Grades[i]
}

// assessed is the line of the return that is about a line of the order.
func (r *returning) assessed(line string) refund.Assessed {
	i := slices.IndexFunc(r.result.Assessed.Lines, func(l refund.Assessed) bool { return l.Line == line })
	if i < 0 {
		return refund.Assessed{Line: line}
	}
	return r.result.Assessed.Lines[i]
}
