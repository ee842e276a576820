package refund

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/throughline-dev/throughline/activities/commerce"
)

func TestWhatOtherReturnsHoldIsNotLeftButItsOwnIs(t *testing.T) {
	ours := commerce.Return{Number: "R-1", State: commerce.Requested, Lines: []commerce.ReturnedLine{{Line: "l1", Quantity: 2}}}
	q := question()
	q.Items[0].Quantity = 2
	q.Order.Lines[0].Returning, q.Order.Returns = 2, []commerce.Return{ours}
	assert.Equal(t, Approve, assessed(t, q).Verdict, "its own")
	q.Order.Returns[0].Number = "R-2"
	assert.Equal(t, []string{"too_many"}, codes(assessed(t, q)))

	for name, c := range map[string]struct {
		other    commerce.Return
		refunded int
		left     int
	}{
		"on its way":               {commerce.Return{State: commerce.Open, Lines: []commerce.ReturnedLine{{Line: "l1", Quantity: 1}}}, 0, 3},
		"back and paid for":        {commerce.Return{State: commerce.Closed, Lines: []commerce.ReturnedLine{{Line: "l1", Quantity: 1}}}, 1, 3},
		"back, and one paid more":  {commerce.Return{State: commerce.Closed, Lines: []commerce.ReturnedLine{{Line: "l1", Quantity: 1}}}, 2, 2},
		"half back and paid for":   {commerce.Return{State: commerce.Open, Lines: []commerce.ReturnedLine{{Line: "l1", Quantity: 2, Processed: 1}}}, 1, 2},
		"on its way, another paid": {commerce.Return{State: commerce.Open, Lines: []commerce.ReturnedLine{{Line: "l1", Quantity: 1}}}, 1, 2},
		"kept and paid for":        {commerce.Return{State: commerce.Open, Lines: []commerce.ReturnedLine{{Line: "l1", Quantity: 1, Refunded: 1}}}, 1, 3},
		"kept, and one paid more":  {commerce.Return{State: commerce.Open, Lines: []commerce.ReturnedLine{{Line: "l1", Quantity: 1, Refunded: 1}}}, 2, 2},
		"paid for before it came":  {commerce.Return{State: commerce.Open, Lines: []commerce.ReturnedLine{{Line: "l1", Quantity: 2, Processed: 1, Refunded: 2}}}, 2, 2},
		"back, counted there":      {commerce.Return{State: commerce.Closed, Lines: []commerce.ReturnedLine{{Line: "l1", Quantity: 2, Processed: 2, Refunded: 2}}}, 2, 2},
		"of another line":          {commerce.Return{State: commerce.Open, Lines: []commerce.ReturnedLine{{Line: "l2", Quantity: 1}}}, 0, 4},
		"declined":                 {commerce.Return{State: commerce.Declined, Lines: []commerce.ReturnedLine{{Line: "l1", Quantity: 3}}}, 0, 4},
	} {
		q := question()
		l := &q.Order.Lines[0]
		l.Quantity, l.Parcels[0].Quantity, l.RefundedQuantity = 4, 4, c.refunded
		q.Order.Returns = []commerce.Return{c.other}
		if line := c.other.Lines[0]; line.Line == "l1" && counts(c.other) {
			l.Returning = line.Quantity
		}
		q.Items[0].Quantity = c.left
		assert.NotContains(t, codes(assessed(t, q)), "too_many", name)
		q.Items[0].Quantity++
		assert.Contains(t, codes(assessed(t, q)), "too_many", name)
	}
}

func TestWhatWasPaidBackBeforeItWasSentIsNotTakenFromWhatWasSent(t *testing.T) {
	q := question()
	l := &q.Order.Lines[0]
	l.Quantity, l.Parcels[0].Quantity, l.RefundedQuantity, l.Unsent = 4, 2, 3, 2
	q.Items[0].Quantity = 1
	assert.NotContains(t, codes(assessed(t, q)), "too_many", "two were sent, and one of those is paid back")
	q.Items[0].Quantity = 2
	assert.Contains(t, codes(assessed(t, q)), "too_many")
}

func TestTheOldestParcelThatIsStillInTimeGoesFirst(t *testing.T) {
	q := question()
	l := &q.Order.Lines[0]
	l.Quantity = 6
	l.Parcels = []commerce.Parcel{
		{ID: "new", Quantity: 1, Sent: day(8)},
		{ID: "b", Quantity: 2, Sent: day(4), Delivered: day(6)},
		{ID: "a", Quantity: 1, Sent: day(3), Delivered: day(5)},
		{ID: "old", Quantity: 2, Sent: day(1).AddDate(0, -2, 0), Delivered: day(1).AddDate(0, -2, 2)},
	}
	take := func(n int) (parcels []string, found []string) {
		q.Items[0].Quantity = n
		a := assessed(t, q)
		for _, p := range a.Lines[0].Parcels {
			parcels = append(parcels, p.Parcel)
		}
		return parcels, codes(a)
	}
	parcels, found := take(2)
	assert.Equal(t, []string{"a", "b"}, parcels)
	assert.Empty(t, found)
	parcels, found = take(4)
	assert.Equal(t, []string{"a", "b", "old"}, parcels)
	assert.Equal(t, []string{"window"}, found)
	parcels, found = take(6)
	assert.Equal(t, []string{"a", "b", "old", "new"}, parcels)
	assert.Equal(t, []string{"window", "not_delivered"}, found)

	l.Returning = 3 // as they came: both old ones, and a
	q.Order.Returns = []commerce.Return{{Number: "R-0", State: commerce.Open, Lines: []commerce.ReturnedLine{{Line: "l1", Quantity: 3}}}}
	parcels, found = take(2)
	assert.Equal(t, []string{"b"}, parcels)
	assert.Empty(t, found)
}

func TestWhatAnotherReturnHoldsIsTakenOfTheParcelThatItIsOf(t *testing.T) {
	q := question()
	l := &q.Order.Lines[0]
	l.Quantity, l.Returning = 3, 2
	l.Parcels = []commerce.Parcel{
		{ID: "old", Quantity: 1, Sent: day(1).AddDate(0, -2, 0), Delivered: day(1).AddDate(0, -2, 2)},
		{ID: "new", Quantity: 2, Sent: day(4), Delivered: day(6)},
	}
	other := commerce.Return{Number: "R-0", State: commerce.Open, Lines: []commerce.ReturnedLine{{Line: "l1", Parcel: "new", Quantity: 2}}}
	q.Order.Returns = []commerce.Return{other}
	a := assessed(t, q)
	assert.Equal(t, []commerce.RequestedLine{{Line: "l1", Parcel: "old", Quantity: 1, Reason: commerce.Unwanted}}, a.Lines[0].Parcels)
	assert.Equal(t, []string{"window"}, codes(a), "what is left is too late")

	q.Order.Returns[0].Lines = []commerce.ReturnedLine{{Line: "l1", Parcel: "new", Quantity: 1}, {Line: "l1", Quantity: 1}}
	a = assessed(t, q)
	assert.Equal(t, "new", a.Lines[0].Parcels[0].Parcel, "one of no parcel is taken of the oldest")
	assert.Empty(t, codes(a))

	q.Order.Returns[0].Number = "R-1"
	assert.Equal(t, "new", assessed(t, q).Lines[0].Parcels[0].Parcel, "its own are not taken from it")

	l.Returning = 1
	q.Order.Returns = []commerce.Return{{Number: "R-0", State: commerce.Open, Lines: []commerce.ReturnedLine{{Line: "l1", Parcel: "gone", Quantity: 1}}}}
	q.Items[0].Quantity = 3
	assert.NotContains(t, codes(assessed(t, q)), "too_many", "what is of a parcel that never arrived is of none of these")
}

func TestNoMoreThanWasSentIsEverHeldToBeLeft(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := question()
		some := func(what string) int { return rapid.IntRange(0, 4).Draw(t, what) }
		l := &q.Order.Lines[0]
		l.Parcels = nil
		sent := 0
		for i := range some("parcels") {
			p := commerce.Parcel{ID: string(rune('a' + i)), Quantity: 1 + some("in parcel"), Sent: day(1 + some("sent"))}
			if rapid.Bool().Draw(t, "delivered") {
				p.Delivered = p.Sent.AddDate(0, 0, -20*some("long ago"))
			}
			l.Parcels = append(l.Parcels, p)
			sent += p.Quantity
		}
		l.Quantity = sent + some("not sent yet")
		l.Returning = rapid.IntRange(0, sent).Draw(t, "returning")
		q.Order.Returns = []commerce.Return{{State: commerce.Open, Lines: []commerce.ReturnedLine{{Line: "l1", Quantity: l.Returning}}}}
		q.Items = []Item{{SKU: "LAMP", Quantity: 1 + some("first")}, {Line: "l1", Quantity: 1 + some("second")}}
		a, err := Assess(q)
		require.NoError(t, err)
		asked, taken, of := q.Items[0].Quantity+q.Items[1].Quantity, 0, map[string]int{}
		for _, line := range a.Lines {
			n := 0
			for _, p := range line.Parcels {
				n += p.Quantity
				of[p.Parcel] += p.Quantity
			}
			require.Equal(t, line.Quantity, n)
			taken += n
		}
		for _, p := range l.Parcels {
			require.LessOrEqual(t, of[p.ID], p.Quantity)
		}
		left := sent - l.Returning
		require.Equal(t, asked > left, a.Verdict == Refuse)
		require.Equal(t, min(asked, left), taken)
	})
}
