package returns

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/refund"
	"github.com/throughline-dev/throughline/workflows/internal/outside"
)

// both has the two lamps and the shirt be returned, and support approve it after an hour.
func (s *Suite) both() {
	s.in.Items = append(s.in.Items, refund.Item{SKU: "SHIRT-M", Quantity: 1, Reason: commerce.TooSmall})
	s.decide(hour, ApproveTask, ActionApprove, sam)
}

func (s *Suite) TestTheWarehouseIsToldInSlackAndByEmail() {
	s.both()
	s.arrives(2*days, 1, "received-1", "2", "grade-1", "new", "received-2", "1", "grade-2", "new")
	s.pays(3*days, 1)
	s.run()
	card := s.card("arrive-1")
	s.Equal("CHOUSE", card.To)
	s.Equal("R-7QX4M2KD", outside.Fact(card, "Return"))
	s.Equal("2 × Desk lamp (LAMP-1)", outside.Fact(card, "Expected, line 1"))
	s.Equal("1 × Shirt M (SHIRT-M)", outside.Fact(card, "Expected, line 2"))
	m := s.mail("task")
	s.Equal("dock@northwind.example", m.To.Email)
	s.Contains(m.Data["title"], "Take in the return R-7QX4M2KD")
	s.Contains(m.Data["facts"], "Expected, line 1: 2 × Desk lamp (LAMP-1)\nExpected, line 2: 1 × Shirt M (SHIRT-M)")
}

func (s *Suite) TestPartsArriveAndTheRestStaysOpen() {
	s.both()
	s.arrives(2*days, 1, "received-1", "1", "grade-1", "worn", "received-2", "0", "comment", "box was open", "photo", "https://pictures.example/box.jpg")
	s.at(2*days+hour, func() {
		s.Contains(s.tasks(), "arrive-2")
		s.Contains(s.tasks(), "pay-1", "what has come is paid for meanwhile")
		fields := s.view("arrive-2").Actions[0].Fields
		s.Equal("1", fields[0].Value)
		s.Equal("1", fields[2].Value)
		arrived := s.mail(mailArrived).Data
		s.Equal("1 × Desk lamp (LAMP-1)", arrived["lines"])
		s.Equal("1 × Desk lamp (LAMP-1)\n1 × Shirt M (SHIRT-M)", arrived["missing"])
		s.Equal("Mon 17 August 2026, 11:00 UTC", arrived["until"])
	})
	s.pays(2*days+2*hour, 1)
	s.arrives(4*days, 2, "received-1", "1", "grade-1", "new", "received-2", "1", "grade-2", "new")
	s.pays(5*days, 2)
	r := s.run()
	s.Equal(Completed, r.Ending)
	s.Require().Len(r.Arrived, 2)
	s.Equal([]ArrivedLine{{Line: lamps, Quantity: 1, Grade: "worn"}}, r.Arrived[0].Lines)
	s.Equal("box was open", r.Arrived[0].Note)
	s.Equal("https://pictures.example/box.jpg", r.Arrived[0].Photo)
	s.Equal(s.began.Add(2*days), r.Arrived[0].At)
	s.Len(s.world.Stocked, 2)
	s.Len(r.Refunds, 2)
	s.Equal(euro(20_00+40_00+30_00-4_90), r.Refunded)
	s.Empty(s.mail(mailArrived).Data["missing"])
	s.Empty(s.mail(mailArrived).Data["until"])
	s.Empty(s.world.Accepted[1:], "nothing was taken out")
}

func (s *Suite) TestMoreThanAnnouncedIsSomethingExtraAndNeverPaid() {
	s.small()
	s.arrives(2*days, 1, "received-1", "3", "grade-1", "new", "extra", "A sock")
	s.at(2*days+hour, func() {
		s.Contains(s.tasks(), "extra-1")
		s.Equal("A sock\n2 × Shirt M (SHIRT-M), more than announced", outside.Fact(s.card("extra-1"), "Beside it"))
	})
	s.pays(2*days+hour, 1)
	s.decide(3*days, "extra-1", ActionAnswer, nina, "comment", "You get the sock back.")
	r := s.run()
	s.Equal([]ArrivedLine{{Line: shirt, Quantity: 1, Grade: "new"}}, r.Arrived[0].Lines)
	s.Equal("A sock\n2 × Shirt M (SHIRT-M), more than announced", r.Arrived[0].Extra)
	s.Equal(euro(30_00-4_90), r.Refunded)
	s.Equal(1, s.world.Stocked[0].It.Lines[0].Quantity)
	s.Equal("You get the sock back.", s.mail(mailAnswer).Data["answer"])
	s.Contains(s.mail(mailArrived).Data["wrong"], "A sock")
}

func (s *Suite) TestTheWrongItemIsNotPaidAndTheRightOneIsStillAwaited() {
	s.small()
	s.arrives(2*days, 1, "received-1", "0", "wrong", "A towel")
	s.at(2*days+hour, func() {
		s.ElementsMatch([]string{"arrive-2", "extra-1"}, s.tasks())
		s.Equal("A towel", outside.Fact(s.card("extra-1"), "Instead of what was announced"))
		s.Empty(s.world.Stocked)
	})
	s.decide(3*days, "extra-1", ActionDone, sam)
	r := s.run()
	s.Equal(Expired, r.Ending)
	s.Empty(r.Refunds)
	s.Len(s.world.Cancelled, 1)
	s.Equal("A towel", s.mail(mailArrived).Data["wrong"])
}

func (s *Suite) TestTheEndWaitsForWhatSupportIsAskedAboutExtraThings() {
	s.small()
	s.policy.ReplyWindow = policy.Duration{}
	s.arrives(2*days, 1, "received-1", "1", "grade-1", "new", "extra", "A sock")
	s.pays(2*days+hour, 1)
	s.at(20*days, func() { s.Equal([]string{"extra-1"}, s.tasks()) })
	s.decide(21*days, "extra-1", ActionDone, sam)
	r := s.run()
	s.Equal(Completed, r.Ending)
	s.Less(r.Took.Duration, 3*days)
	s.Equal(21*days, s.env.Now().Sub(s.began))
}

func (s *Suite) TestWhatTheWarehouseRecordsMakesSense() {
	s.both()
	for i, c := range []struct {
		fields []string
		why    string
	}{
		{[]string{"received-1", "x"}, "1. Desk lamp (LAMP-1), unwanted: write how many, as a number from 0."},
		{[]string{"received-1", "-1"}, "1. Desk lamp (LAMP-1), unwanted: write how many, as a number from 0."},
		{[]string{"received-1", "100000"}, "1. Desk lamp (LAMP-1), unwanted: write how many, as a number from 0."},
		{[]string{"received-1", "1", "received-2", "0"}, "1. Grade: choose one for what has arrived."},
		{[]string{"received-1", "1", "grade-1", "great"}, `"great" is no choice for "1. Grade".`},
		{[]string{"received-1", "0", "received-2", "0"}, "1. Desk lamp (LAMP-1), unwanted: nothing would have arrived. Record what is in the parcel, or wait for it."},
		{[]string{"received-1", "0", "received-2", "0", "wrong", "A towel", "rest", "over"}, "What isn't in it: nothing of what was announced has come, so it may still come, until its time is over."},
		{[]string{"received-1", "0", "received-2", "0", "wrong", strings.Repeat("x", 1001)}, "Wrong is too long: at most 1000 characters."},
		{[]string{"received-1", "0", "received-2", "0", "extra", strings.Repeat("x", 1001)}, "Extra is too long: at most 1000 characters."},
		{[]string{"received-1", "0", "received-2", "0", "extra", "x", "photo", "http://pictures.example"}, "Photo must be a picture's address that begins with https://."},
	} {
		after := days + time.Duration(i)*hour
		s.arrives(after, 1, c.fields...)
		s.at(after+hour/2, func() { s.Equal(c.why, s.refusals()[len(s.refusals())-1]) })
	}
	s.decide(3*days, "arrive-1", ActionArrived, sam, "received-1", "2", "grade-1", "new", "received-2", "1", "grade-2", "new")
	s.Equal(Expired, s.run().Ending)
	s.Contains(s.refusals()[10], "This isn't yours to decide.")
}

func (s *Suite) TestOneArticleForTwoReasonsIsTakenInByReason() {
	s.in.Items = []refund.Item{
		{SKU: "LAMP-1", Quantity: 1, Reason: commerce.Damaged}, {SKU: "LAMP-1", Quantity: 1, Reason: commerce.Unwanted},
	}
	s.decide(hour, ApproveTask, ActionApprove, sam)
	s.arrives(2*days, 1, "received-1", "0", "received-2", "1", "grade-2", "worn")
	s.pays(2*days+hour, 1)
	s.arrives(3*days, 2, "received-1", "1", "grade-1", "worn")
	s.pays(3*days+hour, 2)
	r := s.run()
	s.Equal(map[string]int{lamps: 2}, r.Approved)
	s.Equal(euro(-20_00), r.Refunds[0].Reckoned.Lines[0].Deducted, "what wasn't wanted was worn")
	s.True(r.Refunds[1].Reckoned.Lines[0].Deducted.IsZero(), "what came damaged was damaged")
}

func (s *Suite) TestNothingMoreComesAsTheWarehouseKnows() {
	s.both()
	s.arrives(2*days, 1, "received-1", "1", "grade-1", "new", "received-2", "0", "rest", "over")
	s.pays(3*days, 1)
	r := s.run()
	s.Equal(Completed, r.Ending)
	s.Equal(map[string]int{lamps: 1}, r.Approved)
	s.Require().Len(s.world.Accepted, 2)
	s.Equal(map[string]int{lamps: 1}, s.world.Accepted[1].It.Lines)
	s.NotContains(s.mailed(), "expired")
	arrived := s.mail(mailArrived).Data
	s.Equal("1 × Desk lamp (LAMP-1)\n1 × Shirt M (SHIRT-M)", arrived["missing"])
	s.Empty(arrived["until"])
	s.Less(r.Took.Duration, 4*days)
}

func (s *Suite) TestTheCustomerIsRemindedAndThenTheReturnExpires() {
	s.small()
	s.at(5*days-hour, func() { s.NotContains(s.mailed(), "reminder") })
	s.at(5*days+hour, func() { s.Equal("reminder", s.mailed()[2]) })
	r := s.run()
	s.Equal(Expired, r.Ending)
	s.Equal([]string{"received", "approved", "reminder", "reminder", "expired"}, s.mailed())
	reminder := s.mail(mailReminder).Data
	s.Equal("1 × Shirt M (SHIRT-M)", reminder["missing"])
	s.Equal("Mon 17 August 2026, 10:00 UTC", reminder["until"])
	s.Contains(reminder["address"], "Dock 4")
	expired := s.mail(mailExpired).Data
	s.Equal("1 × Shirt M (SHIRT-M)", expired["missing"])
	s.Empty(expired["some"])
	s.Equal(14*days, r.Took.Duration.Round(hour))
	s.Len(s.world.Cancelled, 1)
	s.Empty(s.world.Closed)
	s.Contains(s.status("arrive-1"), "Withdrawn: the time to send it is over.")
	s.Empty(r.Refunds)
}

func (s *Suite) TestAfterItsTimeWhatHasComeIsPaidAndTheRestIsNot() {
	s.both()
	s.arrives(13*days, 1, "received-1", "1", "grade-1", "new", "received-2", "0")
	s.at(14*days, func() { s.Contains(s.tasks(), "arrive-2") })
	s.at(15*days, func() { s.NotContains(s.tasks(), "arrive-2") })
	s.pays(16*days, 1)
	r := s.run()
	s.Equal(Completed, r.Ending)
	s.Equal("yes", s.mail(mailExpired).Data["some"])
	s.Equal("1 × Desk lamp (LAMP-1)\n1 × Shirt M (SHIRT-M)", s.mail(mailExpired).Data["missing"])
	s.Equal(map[string]int{lamps: 1}, s.world.Accepted[1].It.Lines)
	s.Empty(s.world.Cancelled)
	s.Equal(euro(40_00-4_90), r.Refunded)
	s.Len(s.world.Closed, 1)
}

func (s *Suite) TestAnExchangeThatExpiresFreesItsStock() {
	s.small()
	s.in.Wish, s.in.Items[0].Instead = refund.Exchange, "SHIRT-L"
	s.world.Variants = []commerce.Variant{
		{ID: "gid://shopify/ProductVariant/9", SKU: "SHIRT-L", Title: "Shirt L", Price: euro(30_00), Available: 3},
	}
	s.Equal(Expired, s.run().Ending)
	s.Len(s.world.Reserved, 1)
	s.Len(s.world.Released, 1)
	s.Empty(s.world.Exchanged)
}

func (s *Suite) TestAStockSystemThatFailsIsOperationsAndHoldsUpNoFurtherParcel() {
	s.both()
	s.fail("RestockReturn", 3*days)
	s.arrives(2*days, 1, "received-1", "2", "grade-1", "new", "received-2", "0")
	s.at(2*days+hour, func() { s.Contains(s.tasks(), "arrive-2") })
	s.arrives(2*days+2*hour, 2, "received-2", "1", "grade-2", "new")
	s.at(2*days+3*hour, func() {
		s.Len(s.asOf().Arrived, 2)
		i := slices.IndexFunc(s.tasks(), func(id string) bool { return strings.Contains(id, "-failed-") })
		s.Require().GreaterOrEqual(i, 0)
		s.decide(4*days-s.env.Now().Sub(s.began), s.tasks()[i], "retry", omar)
	})
	s.pays(5*days, 1)
	s.pays(6*days, 2)
	r := s.run()
	s.Equal(Completed, r.Ending)
	s.Len(s.world.Stocked, 2)
	s.Equal(euro(110_00-4_90), r.Refunded)
}

func (s *Suite) TestASlackDialogHasRoomForTheLongestReturn() {
	s.in.Items = nil
	for i := range MaxItems {
		sku := fmt.Sprintf("LONG-%d", i)
		id := fmt.Sprintf("gid://shopify/LineItem/%d", 100+i)
		s.world.Order.Lines = append(s.world.Order.Lines, commerce.Line{
			ID: id, SKU: sku, Title: strings.Repeat("Long title ", 25), Quantity: 9, Price: euro(100_00), Tax: euro(0), Refunded: euro(0),
			Parcels: []commerce.Parcel{{ID: "gid://shopify/FulfillmentLineItem/" + sku, Quantity: 9, Delivered: s.began.Add(-days)}},
		})
		s.in.Items = append(s.in.Items, refund.Item{SKU: sku, Quantity: 9, Reason: commerce.NotAsDescribed})
	}
	s.at(hour/2, func() {
		for _, a := range s.view(ApproveTask).Actions {
			s.LessOrEqual(len(a.Fields), maxDialog)
		}
	})
	s.decide(hour, ApproveTask, ActionApprove, sam)
	s.at(2*hour, func() {
		fields := s.view("arrive-1").Actions[0].Fields
		s.Len(fields, 2*MaxItems+5)
		s.LessOrEqual(len(fields), maxDialog)
	})
	s.Equal(Expired, s.run().Ending)
	for _, task := range []string{ApproveTask, "arrive-1"} {
		for _, b := range s.card(task).Buttons {
			s.True(len(b.Fields) < 6 || b.Prefilled, "what a button carries has a limit of its own, and fields that are prefilled aren't in it")
		}
		for _, f := range s.card(task).Facts {
			s.LessOrEqual(len([]rune(f.Value)), 1900, "a fact has room for 2000 characters, with its label")
		}
	}
}

// maxDialog is how many inputs a dialog in Slack has room for beside its first line: a view holds 100 blocks.
const maxDialog = 99
