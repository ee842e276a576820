package returns

import (
	"github.com/stretchr/testify/mock"
	"go.temporal.io/sdk/temporal"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/refund"
	"github.com/throughline-dev/throughline/workflows/internal/outside"
	"github.com/throughline-dev/throughline/workflows/visibility"
)

// instead has the customer want something else for the first item.
func (s *Suite) instead(price int64, available int) {
	s.in.Wish, s.in.Items[0].Instead = refund.Exchange, "OTHER"
	s.world.Variants = []commerce.Variant{
		{ID: "gid://shopify/ProductVariant/9", SKU: "OTHER", Title: "Another one", Price: euro(price), Available: available},
	}
}

// sold is how much is left of what the shop has of it, once the return has asked for it.
func (s *Suite) sold(left int) { s.world.Variants[0].Available = left }

func (s *Suite) TestAnExchangeIsSentBeforeTheDifferenceIsPaid() {
	s.shirtCame()
	s.instead(20_00, 1)
	var calls []string
	s.world.Fail = func(activity string, _ effect.Key) error {
		if activity == "CompleteExchange" || activity == "MakeRefund" || activity == "RecordRefund" {
			calls = append(calls, activity)
		}
		return nil
	}
	s.agrees(2*days, "pay-1", fiona)
	r := s.run()
	s.Equal([]string{"CompleteExchange", "MakeRefund", "RecordRefund"}, calls)
	s.Equal([]int64{5_10}, s.paid(), "EUR 30.00 less 20.00 for the other one and 4.90 for the way")
	s.Require().Len(s.world.Reserved, 1)
	s.Equal([]commerce.ExchangedLine{{Variant: "gid://shopify/ProductVariant/9", Quantity: 1}}, s.world.Reserved[0].It.Lines)
	s.Equal("R-7QX4M2KD", s.world.Reserved[0].It.Number)
	s.True(s.world.Reserved[0].It.Until.After(s.began.Add(s.policy.Arrival.Expires.Duration)), "it is kept for longer than the customer has")
	s.Equal([]commerce.ExchangeRef{{ID: "gid://shopify/DraftOrder/1"}}, []commerce.ExchangeRef{s.world.Exchanged[0].It})
	s.Equal(commerce.Exchanged{Order: "gid://shopify/Order/2001", Name: "#2001"}, r.Exchange)
	s.Equal(euro(5_10), r.Refunded)
	s.Equal([]string{"received", "approved", "arrived", "exchange"}, s.mailed())
	mail := s.mail(mailExchange).Data
	s.Equal([]string{"1 × Another one", "#2001", "EUR 5.10"}, []string{mail["instead"], mail["exchange"], mail["total"]})
	s.Contains(mail["ways"], "EUR 5.10 to the card")
	s.Equal("1 × Another one", outside.Fact(s.card("pay-1"), "Instead"))
	s.Empty(s.world.Released)
}

func (s *Suite) TestAnExchangeForTheSameValueAsksNobodyAndIsRecorded() {
	s.shirtCame()
	s.instead(30_00, 1)
	r := s.run()
	s.Equal(Completed, r.Ending)
	s.Empty(s.world.Repaid)
	s.Len(s.world.Exchanged, 1)
	s.Require().Len(s.world.RefundRecords, 1)
	s.Equal([]commerce.RefundedLine{{Line: shirt, Quantity: 1, Amount: euro(0)}}, s.world.RefundRecords[0].It.Lines)
	s.Equal([]string{HowExchange, StateSettled}, []string{r.Refunds[0].How, r.Refunds[0].State})
	s.Empty(s.mail(mailExchange).Data["total"])
}

func (s *Suite) TestAnExchangeWaitsForAllThatIsExchanged() {
	s.policy.Auto.Below["EUR"] = 500_00
	s.instead(40_00, 2)
	s.arrives(days, 1, "received-1", "1", "grade-1", "new")
	s.at(2*days, func() { s.Empty(s.world.Exchanged); s.Len(s.asOf().Refunds, 1) })
	s.arrives(3*days, 2, "received-1", "1", "grade-1", "new")
	r := s.run()
	s.Len(s.world.Exchanged, 1)
	s.Empty(s.world.Repaid)
	s.Len(r.Refunds, 2)
	s.Equal([]string{"received", "approved", "arrived", "arrived", "exchange"}, s.mailed(), "once")
	s.Equal("2 × Another one", s.mail(mailExchange).Data["instead"])
}

func (s *Suite) TestAnExchangeOfWhichAPartCameIsMadeOfThatPart() {
	s.policy.Auto.Below["EUR"] = 500_00
	s.instead(40_00, 2)
	s.arrives(days, 1, "received-1", "1", "grade-1", "new")
	r := s.run()
	s.Equal(Completed, r.Ending)
	s.Require().Len(s.world.Reserved, 2)
	s.Equal(2, s.world.Reserved[0].It.Lines[0].Quantity)
	s.Equal(1, s.world.Reserved[1].It.Lines[0].Quantity)
	s.Equal([]int{1, 2}, []int{s.world.Reserved[0].It.N, s.world.Reserved[1].It.N}, "should the first not be released, it isn't sent all the same")
	s.Equal("gid://shopify/DraftOrder/1", s.world.Released[0].It.ID)
	s.Equal("gid://shopify/DraftOrder/2", s.world.Exchanged[0].It.ID)
	s.Equal("1 × Another one", s.mail(mailExchange).Data["instead"])
}

func (s *Suite) TestWhatComesInAWorseStateIsRefundedAndNotExchanged() {
	s.shirtCameAs("worn")
	s.instead(30_00, 1)
	s.agrees(2*days, "pay-1", fiona)
	r := s.run()
	s.Equal([]int64{10_10}, s.paid(), "half of it, less the way")
	s.Empty(s.world.Exchanged)
	s.Len(s.world.Released, 1)
	s.Empty(r.Exchange.Order)
	s.Equal([]string{"received", "approved", "arrived", "refund"}, s.mailed())
}

func (s *Suite) TestWhatIsOursToExcuseIsExchangedInAnyState() {
	s.shirtCameAs("broken")
	s.in.Items[0].Reason = commerce.Defective
	s.instead(30_00, 1)
	s.run()
	s.Len(s.world.Exchanged, 1)
}

// shirtCameAs is shirtCame in another grade.
func (s *Suite) shirtCameAs(grade string) {
	s.small()
	s.arrives(days, 1, "received-1", "1", "grade-1", grade)
}

func (s *Suite) TestWhatIsOutOfStockOnceItIsApprovedIsSupportsToReplace() {
	for action, wish := range map[string]refund.Wish{ActionRefund: refund.Refund, ActionCredit: refund.StoreCredit} {
		s.SetupTest()
		s.in.Items[0].Quantity = 1
		s.instead(40_00, 1)
		s.policy.Auto = policy.AutoApproval{}
		s.at(hour-1, func() { s.sold(0) })
		s.decide(hour, ApproveTask, ActionApprove, sam)
		s.at(2*hour, func() {
			s.Equal([]string{"exchange-1"}, s.tasks())
			s.NotContains(s.mailed(), "approved")
		})
		s.decide(3*hour, "exchange-1", ActionRetry, nina)
		s.decide(4*hour, "exchange-2", action, nina)
		s.arrives(days, 1, "received-1", "1", "grade-1", "new")
		s.agrees(2*days, "pay-1", fiona)
		r := s.run()
		s.Equal(wish, r.Wish)
		s.Equal(string(wish), s.mail(mailApproved).Data["wish"])
		s.Empty(s.mail(mailApproved).Data["instead"])
		s.Empty(s.world.Reserved)
		s.Equal(euro(35_10), r.Refunded)
		s.Len(r.Decided, 3)
	}
}

func (s *Suite) TestWhatWasApprovedByRuleIsSupportsToDecideOnceItIsOutOfStock() {
	s.small()
	s.instead(30_00, 1)
	s.world.Fail = func(activity string, _ effect.Key) error {
		if activity == "AcceptReturn" {
			s.sold(0)
		}
		return nil
	}
	stage := ""
	s.env.OnUpsertTypedSearchAttributes(mock.Anything).Run(func(args mock.Arguments) {
		if now, ok := args.Get(0).(temporal.SearchAttributes).GetKeyword(visibility.Stage); ok {
			stage = now
		}
	}).Return(nil)
	s.at(hour, func() {
		s.Equal([]string{"exchange-1"}, s.tasks())
		s.Equal(StageApproval, stage)
	})
	s.decide(2*hour, "exchange-1", ActionRefund, nina)
	s.comes(days)
	r := s.run()
	s.True(r.ByRule)
	s.Equal(2*hour, spentOn(r, StageApproval)["nina"])
}

func (s *Suite) TestWhatIsThereAgainIsReserved() {
	s.in.Items[0].Quantity = 1
	s.instead(40_00, 1)
	s.policy.Auto = policy.AutoApproval{}
	s.at(hour-1, func() { s.sold(0) })
	s.decide(hour, ApproveTask, ActionApprove, sam)
	s.at(3*hour-1, func() { s.sold(5) })
	s.decide(3*hour, "exchange-1", ActionRetry, nina)
	s.arrives(days, 1, "received-1", "1", "grade-1", "new")
	r := s.run()
	s.Len(s.world.Reserved, 1)
	s.Equal("gid://shopify/Order/2001", r.Exchange.Order)
}

func (s *Suite) TestEachStepOfAnExchangeIsOperationsToTryAgainOrGiveUp() {
	for activity, task := range map[string]string{
		"ReserveExchange": "reserve-1-failed-1", "CompleteExchange": "exchange-1-failed-1", "ReleaseExchange": "release-1-failed-1",
	} {
		for answer, ending := range map[string]Ending{"retry": Completed, "abort": Aborted} {
			s.SetupTest()
			s.policy.Auto.Below["EUR"] = 500_00
			s.instead(40_00, 2)
			if activity == "ReleaseExchange" { // of which a part came
				s.arrives(days, 1, "received-1", "1", "grade-1", "new", "rest", "over")
			} else {
				s.arrives(6*days, 1, "received-1", "2", "grade-1", "new")
			}
			s.fail(activity, 7*days)
			s.decide(8*days, task, answer, omar)
			if activity == "ReserveExchange" { // before there is a parcel to be taken in
				s.arrives(9*days, 1, "received-1", "2", "grade-1", "new")
			}
			r := s.run()
			s.Equal(ending, r.Ending, "%s of %s", answer, activity)
			if ending == Completed {
				s.Len(s.world.Exchanged, 1, activity)
			}
			s.freed()
		}
	}
}

func (s *Suite) TestOperationsGoOnWithoutAnExchange() {
	s.shirtCame()
	s.instead(30_00, 1)
	s.fail("CompleteExchange", 1000*days)
	s.decide(2*days, "exchange-1-failed-1", "skip", omar)
	r := s.run()
	s.Equal(Completed, r.Ending)
	s.Empty(r.Exchange.Order)
	s.Len(s.world.RefundRecords, 1)
	s.Contains(s.mailed(), "exchange", "it is operations' to send")
}

func (s *Suite) TestAnExchangeWhoseReplyIsLostIsSentOnce() {
	s.shirtCame()
	s.instead(30_00, 1)
	lost := 0
	s.world.Fail = func(activity string, _ effect.Key) error {
		if activity == "CompleteExchange" && lost < 2 {
			lost++
			return fault.Unreachable("shopify", "connection reset").Err()
		}
		return nil
	}
	s.run()
	s.Len(s.world.Exchanged, 1)
	s.Equal(3, outside.Calls(s.world, "CompleteExchange"))
	s.Equal(key("exchange-1"), s.world.Exchanged[0].Key.ID)
}
