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

// restock puts into stock what has arrived, by its grade.
func (r *returning) restock(ctx workflow.Context, a Arrived) error {
	var lines []commerce.RestockedLine
	for _, l := range a.Lines {
		lines = append(lines, commerce.RestockedLine{Line: l.Line, Quantity: l.Quantity, Stock: commerce.Stock(r.grade(l.Grade).Stock)})
	}
	return r.process(ctx, "Put what arrived into stock", lines)
}

// forgo has the shop know that the customer keeps what they return: none of it goes into stock, and the shop counts it as returned.
func (r *returning) forgo(ctx workflow.Context) error {
	var lines []commerce.RestockedLine
	for i, n := range r.accepted {
		if n > 0 {
			lines = append(lines, commerce.RestockedLine{Line: r.result.Assessed.Lines[i].Line, Quantity: n, Stock: commerce.Kept})
		}
	}
	return r.process(ctx, "Have the shop know that the customer keeps it", lines)
}

// process says what becomes of what is returned. Where operations go on without, the shop's stock is theirs to put right, and what it
// knows of the return stays as it was: so nothing is counted as put there.
func (r *returning) process(ctx workflow.Context, summary string, lines []commerce.RestockedLine) error {
	if len(lines) == 0 {
		return nil
	}
	r.stock.times++
	put := map[string]int{}
	for i, l := range lines {
		lines[i].Item, lines[i].Before = r.assessed(l.Line).Item, r.stock.put[l.Line]+put[l.Line]
		put[l.Line] += l.Quantity
	}
	_, err := step.Once(ctx, r.steps, step.Spec{
		Name: fmt.Sprintf("restock-%d", r.stock.times), System: "shopify", Summary: summary, Policy: step.System, Skippable: true,
	}, commerceActivities.RestockReturn, commerce.Restocking{
		Order: r.order.ID, Return: r.shop.ID, Number: r.in.Number, Location: r.policy.Location, Lines: lines,
	})
	if err != nil {
		return err
	}
	if r.stock.put == nil {
		r.stock.put = map[string]int{}
	}
	for _, l := range lines {
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
