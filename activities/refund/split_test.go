package refund

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/policy"
)

// cheap asks for one of ten cables of EUR 4 each, of which another return has some.
func cheap(n int, of commerce.ReturnedLine, state commerce.State) Question {
	q := question()
	l := &q.Order.Lines[0]
	l.Quantity, l.Price, l.Parcels[0].Quantity, l.Returning = 10, eur(40_00), 10, of.Quantity
	of.Line = l.ID
	q.Items[0].Quantity = n
	q.Order.Payments[0].Amount = eur(60_00)
	if of.Quantity > 0 {
		q.Order.Returns = []commerce.Return{{Number: "R-0", State: state, Lines: []commerce.ReturnedLine{of}}}
	}
	return q
}

func TestAnOrderIsNotKeptByAndByInReturnsThatAreSmallEach(t *testing.T) {
	for name, c := range map[string]struct {
		of    commerce.ReturnedLine
		state commerce.State
		keep  bool
	}{
		"the first":                    {commerce.ReturnedLine{}, "", true},
		"still below the amount":       {commerce.ReturnedLine{Quantity: 2}, commerce.Requested, true},
		"kept before":                  {commerce.ReturnedLine{Quantity: 3, Refunded: 3}, commerce.Closed, false},
		"about to be kept":             {commerce.ReturnedLine{Quantity: 3}, commerce.Requested, false},
		"in a return that is declined": {commerce.ReturnedLine{Quantity: 3}, commerce.Declined, true},
		"what came back is not kept":   {commerce.ReturnedLine{Quantity: 3, Processed: 3, Refunded: 3}, commerce.Closed, true},
		"but what didn't is":           {commerce.ReturnedLine{Quantity: 9, Processed: 6}, commerce.Open, false},
	} {
		t.Run(name, func(t *testing.T) {
			q := cheap(1, c.of, c.state)
			if c.state == commerce.Declined {
				q.Order.Lines[0].Returning = 0
			}
			q.Order.Lines[0].RefundedQuantity = c.of.Refunded
			a := assessed(t, q)
			assert.Equal(t, c.keep, a.Keep)
			assert.Equal(t, eur(4_00), a.Value, "what this one is worth is another matter")
		})
	}
	own := cheap(1, commerce.ReturnedLine{Quantity: 1}, commerce.Requested)
	own.Order.Returns[0].Number = own.Number
	assert.True(t, assessed(t, own).Keep, "a return isn't counted against itself")
}

func TestAnOrderIsNotApprovedByRuleByAndByInReturnsThatAreSmallEach(t *testing.T) {
	q := cheap(1, commerce.ReturnedLine{Quantity: 8, Processed: 8, Refunded: 8}, commerce.Closed)
	q.Order.Lines[0].RefundedQuantity = 8
	q.Policy.Auto.Below = policy.Limits{"EUR": 36_00}
	a := assessed(t, q)
	assert.Equal(t, []string{"above_amount"}, codes(a))
	assert.Equal(t, "It is worth EUR 4.00, other returns of the order are worth EUR 32.00, and what is worth less than EUR 36.00 in all is approved by rule.",
		a.Findings[0].Text)
	q.Policy.Auto.Below["EUR"]++
	assert.Equal(t, Approve, assessed(t, q).Verdict)
}
