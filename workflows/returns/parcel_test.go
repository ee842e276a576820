package returns

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/refund"
)

func TestMoreLinesThanADialogHasRoomForAreRecordedOnePartAfterTheOther(t *testing.T) {
	r := &returning{}
	for i := range maxLines + 20 {
		r.result.Assessed.Lines = append(r.result.Assessed.Lines, refund.Assessed{Line: fmt.Sprint(i), SKU: "A"})
		r.accepted, r.came = append(r.accepted, 1), append(r.came, 0)
	}
	record := func() (fields map[string]string) {
		fields = map[string]string{fieldRest: restOver}
		offered := r.parcelFields()
		assert.Less(t, len(offered), 100, "as many as Slack takes")
		for _, f := range offered {
			if f.Name != fieldRest {
				fields[f.Name] = f.Value
			}
		}
		for _, i := range r.offered() {
			fields[gradeField(i)] = "new"
		}
		return fields
	}
	first := record()
	_, wrong := r.parcelOf(first)
	assert.Equal(t, "What isn't in it: there are more lines than you are asked about at a time. Leave it open, and record those next.", wrong)
	first[fieldRest] = restOpen
	p, wrong := r.parcelOf(first)
	assert.Empty(t, wrong)
	assert.Len(t, p.Lines, maxLines)
	for _, i := range p.of {
		r.came[i] = 1
	}
	p, wrong = r.parcelOf(record())
	assert.Empty(t, wrong)
	assert.Len(t, p.Lines, 20)
	assert.Equal(t, maxLines, p.of[0])
}

func TestOfEachArticleSomethingIsAskedAboutHoweverManyLinesTheOthersHave(t *testing.T) {
	r := &returning{}
	add := func(n int, l refund.Assessed) {
		for range n {
			l.Line = fmt.Sprint(len(r.accepted))
			r.result.Assessed.Lines = append(r.result.Assessed.Lines, l)
			r.accepted, r.came = append(r.accepted, 1), append(r.came, 0)
		}
	}
	add(maxLines+5, refund.Assessed{SKU: "A", Reason: commerce.Unwanted})
	add(1, refund.Assessed{SKU: "A", Reason: commerce.Defective})
	add(1, refund.Assessed{SKU: "B"})
	add(2, refund.Assessed{}) // two articles without a number
	fields := map[string]string{fieldRest: restOpen}
	offered := r.offered()
	assert.Len(t, offered, maxLines)
	assert.IsIncreasing(t, offered)
	for _, i := range offered {
		fields[receivedField(i)] = "0"
	}
	first := maxLines + 5
	for i := first; i < len(r.accepted); i++ { // so that a parcel with only these can be recorded, and is paid for
		fields[receivedField(i)], fields[gradeField(i)] = "1", "new"
	}
	p, wrong := r.parcelOf(fields)
	assert.Empty(t, wrong)
	assert.Equal(t, []int{first, first + 1, first + 2, first + 3}, p.of)
}

func (s *Suite) TestWhatSupportHasNoRoomToApproveInPartIsApprovedOrRejected() {
	offered := func() (names []string) {
		for _, a := range s.view(ApproveTask).Actions {
			names = append(names, a.Name)
		}
		return names
	}
	parcel := s.world.Order.Lines[0].Parcels[0]
	for i := range maxLines {
		l := s.world.Order.Lines[0]
		l.ID, l.Parcels = fmt.Sprintf("gid://shopify/LineItem/%d", 100+i), append(l.Parcels[:0:0], parcel)
		l.Parcels[0].ID = fmt.Sprintf("gid://shopify/FulfillmentLineItem/%d", 100+i)
		s.world.Order.Lines = append(s.world.Order.Lines, l)
	}
	s.in.Items[0].Quantity = 2 * (maxLines + 1)
	s.at(hour, func() {
		s.NotContains(offered(), ActionPart)
		s.Contains(offered(), ActionApprove)
	})
	s.decide(2*hour, ApproveTask, ActionReject, sam, "comment", "no")
	s.Equal(Rejected, s.run().Ending)
}

func (s *Suite) TestWhatIsRecordedInTwoPartsIsPaidForOnceInAll() {
	shirts := s.world.Order.Lines[1]
	s.world.Order.Lines = nil
	for i := range maxLines + 5 {
		l := shirts
		l.ID, l.Parcels = fmt.Sprintf("gid://shopify/LineItem/%d", 100+i), append(l.Parcels[:0:0], l.Parcels...)
		l.Parcels[0].ID = fmt.Sprintf("gid://shopify/FulfillmentLineItem/%d", 100+i)
		s.world.Order.Lines = append(s.world.Order.Lines, l)
	}
	s.world.Order.Payments[0].Amount = euro((maxLines + 5) * 30_00)
	s.policy.Auto.Below["EUR"], s.policy.Two["EUR"] = 10_000_00, 10_000_00
	s.in.Items[0].SKU, s.in.Items[0].Quantity = "SHIRT-M", maxLines+5
	record := func(from, to int) (fields []string) {
		for i := from; i < to; i++ {
			fields = append(fields, receivedField(i), "1", gradeField(i), "new")
		}
		return append(fields, fieldRest, restOpen)
	}
	s.arrives(days, 1, record(0, maxLines)...)
	s.arrives(days+hour, 1, record(0, maxLines)...)   // the same click again, late
	s.arrives(days+2*hour, 2, record(0, maxLines)...) // yesterday's dialog
	s.arrives(days+3*hour, 2, record(maxLines, maxLines+5)...)
	s.pays(2*days, 1)
	s.pays(3*days, 2)
	r := s.run()
	s.Equal(Completed, r.Ending)
	s.Equal([]int64{maxLines*30_00 - 4_90, 5 * 30_00}, s.paid())
	s.Len(r.Arrived, 2)
	units := map[string]int{}
	for _, record := range s.world.RefundRecords {
		for _, l := range record.It.Lines {
			units[l.Line] += l.Quantity
		}
	}
	s.Len(units, maxLines+5)
	for _, n := range units {
		s.Equal(1, n)
	}
}
