package returns

import (
	"fmt"
	"time"

	"github.com/throughline-dev/throughline/activities/billing"
	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/refund"
	"github.com/throughline-dev/throughline/workflows/internal/outside"
)

// stands has Stripe say that a refund stands so, and tell us.
func (s *Suite) stands(after time.Duration, id string, state billing.RefundState, reason string) {
	s.at(after, func() { outside.Stands(s.world, id, state, reason) })
	s.news(after, fmt.Sprintf("evt-%s-%s", id, state), id)
}

// news is what comes in as from Stripe, whether it is so or not.
func (s *Suite) news(after time.Duration, event, refund string) {
	s.at(after, func() { s.env.SignalWorkflow(SignalRefund, RefundNews{ID: event, Refund: refund}) })
}

// pendingShirt is a refund of the shirt that is on its way after two days.
func (s *Suite) pendingShirt() {
	s.shirtCame()
	s.world.Begins = billing.RefundPending
	s.agrees(2*days, "pay-1", fiona)
}

func (s *Suite) TestARefundThatIsPendingIsFollowedToItsEnd() {
	s.pendingShirt()
	s.stands(4*days, "re_1", billing.RefundSucceeded, "")
	s.at(4*days-hour, func() {
		s.Equal(StatePaid, s.asOf().Refunds[0].State)
		s.Equal(euro(25_10), s.asOf().Refunded, "it is on its way")
		s.Empty(s.world.Closed)
	})
	s.at(4*days+hour, func() { s.Len(s.world.Closed, 1) })
	r := s.run()
	s.Equal(Completed, r.Ending)
	s.Equal(StateSettled, r.Refunds[0].State)
	s.Equal([]string{"received", "approved", "arrived", "refund"}, s.mailed(), "nothing more is told")
}

func (s *Suite) TestARefundIsLookedAtWithoutAnyNews() {
	s.pendingShirt()
	s.at(4*days+hour, func() { outside.Stands(s.world, "re_1", billing.RefundSucceeded, "") })
	s.at(5*days+hour, func() { s.Equal(StateSettled, s.asOf().Refunds[0].State) })
	s.run()
	s.Equal(3, outside.Calls(s.world, "ReadRefund"), "once a day")
}

func (s *Suite) TestARefundThatTookLongIsToldOfOnceItIsThere() {
	s.pendingShirt()
	s.stands(20*days, "re_1", billing.RefundSucceeded, "")
	s.run()
	s.Equal([]string{"received", "approved", "arrived", "refund", "refund"}, s.mailed())
	s.Equal("late", s.mail(mailRefund).Data["state"])
}

func (s *Suite) TestNewsIsBelievedOnceStripeSaysSo() {
	s.pendingShirt()
	s.news(3*days-time.Hour, "evt-1", "re_1")
	s.at(3*days, func() { s.Equal(billing.RefundPending, s.asOf().Refunds[0].Paid[0].Repaid.State) })
	s.at(4*days, func() { outside.Stands(s.world, "re_1", billing.RefundSucceeded, "") })
	s.news(4*days, "evt-1", "re_1") // which came before
	s.news(4*days, "evt-2", "re_unknown")
	s.news(4*days, "", "re_1")
	s.news(4*days, "evt-3", "")
	s.at(4*days, func() { s.env.SignalWorkflow(SignalRefund, "no news at all") })
	s.at(4*days+time.Minute, func() { s.Equal(billing.RefundPending, s.asOf().Refunds[0].Paid[0].Repaid.State) })
	s.news(4*days+hour, "evt-4", "re_1")
	s.at(4*days+2*hour, func() { s.Equal(billing.RefundSucceeded, s.asOf().Refunds[0].Paid[0].Repaid.State) })
	s.Equal(Completed, s.run().Ending)
}

func (s *Suite) TestNewsThatIsQuickerThanStripesAnswerIsKept() {
	s.shirtCame()
	s.world.Begins = billing.RefundPending
	s.policy.FollowUp.Duration = 1000 * days
	s.world.OnRefund = func(id string) {
		s.env.SignalWorkflow(SignalRefund, RefundNews{ID: "evt-1", Refund: id})
		s.env.RegisterDelayedCallback(func() { outside.Stands(s.world, id, billing.RefundSucceeded, "") }, 0)
	}
	s.agrees(2*days, "pay-1", fiona)
	s.Equal(StateSettled, s.run().Refunds[0].State)
}

func (s *Suite) TestNewsIsBounded() {
	s.pendingShirt()
	s.at(3*days, func() {
		for i := range 3 * maxRefundNews {
			s.env.SignalWorkflow(SignalRefund, RefundNews{ID: fmt.Sprintf("evt-%d", i), Refund: "re_1"})
		}
	})
	s.stands(4*days, "re_1", billing.RefundSucceeded, "")
	s.Equal(Completed, s.run().Ending, "it is looked at all the same")
	s.LessOrEqual(outside.Calls(s.world, "ReadRefund"), maxRefundNews+3)
}

func (s *Suite) TestARefundThatWaitsForTheCustomerSaysSo() {
	s.shirtCame()
	s.world.Begins = billing.RefundNeedsCustomer
	s.agrees(2*days, "pay-1", fiona)
	s.stands(4*days, "re_1", billing.RefundSucceeded, "")
	s.run()
	s.Contains(s.mail(mailRefund).Data["ways"], "Stripe, who pays it for us, asks you for the account")
}

func (s *Suite) TestARefundThatFailsIsFinancesToRefundAgain() {
	for _, state := range []billing.RefundState{billing.RefundFailed, billing.RefundCanceled} {
		s.SetupTest()
		s.pendingShirt()
		s.stands(4*days, "re_1", state, "expired_or_canceled_card")
		s.at(5*days-hour, func() {
			s.Equal([]string{"mend-1"}, s.tasks())
			s.Contains(s.view("mend-1").Text, fmt.Sprintf("The refund re_1 is %s", state))
			s.Zero(s.asOf().Refunded.Minor)
			s.Empty(s.world.Closed)
		})
		s.decide(5*days, "mend-1", ActionRetry, felix)
		s.stands(6*days, "re_2", billing.RefundSucceeded, "")
		r := s.run()
		s.Equal([]int64{25_10, 25_10}, s.paid())
		s.NotEqual(s.world.Repaid[0].Key.ID, s.world.Repaid[1].Key.ID)
		s.Len(s.world.RefundRecords, 1, "the shop knows of it already")
		to := r.Refunds[0].Paid[0]
		s.Equal("re_2", to.Repaid.ID)
		s.Require().Len(to.Failed, 1)
		s.Equal("expired_or_canceled_card", to.Failed[0].Reason)
		s.Equal(StateSettled, r.Refunds[0].State)
		s.Equal(euro(25_10), r.Refunded)
		s.Equal([]string{"received", "approved", "arrived", "refund", "refund_failed", "refund"}, s.mailed())
		s.Equal("again", s.mail(mailRefund).Data["state"])
		s.freed()
	}
}

func (s *Suite) TestARefundIsNotMadeAgainWhereSoMuchIsNotLeft() {
	s.pendingShirt()
	s.stands(4*days, "re_1", billing.RefundFailed, "")
	s.at(5*days-hour, func() { outside.GiveBack(s.world, "pi_1", 300_00) }) // somebody was quicker
	s.decide(5*days, "mend-1", ActionRetry, felix)
	s.at(6*days-hour, func() {
		s.Equal([]string{"mend-2"}, s.tasks())
		s.Contains(s.view("mend-2").Text, "only EUR 10.00 is left of the payment")
		s.freed()
	})
	s.decide(6*days, "mend-2", ActionDone, felix, "comment", "They have got it by hand.")
	r := s.run()
	s.Equal([]int64{25_10}, s.paid())
	s.Equal(StateFailed, r.Refunds[0].State)
	s.Equal(HowNothing, r.Refunds[0].Paid[0].How)
	s.Zero(r.Refunded.Minor)
	s.Equal("refund_failed", s.mailed()[len(s.mailed())-1])
}

func (s *Suite) TestARefundThatStripeMakesAfterAllIsNotMadeAgain() {
	s.pendingShirt()
	s.stands(4*days, "re_1", billing.RefundFailed, "")
	s.at(5*days-hour, func() { outside.Stands(s.world, "re_1", billing.RefundSucceeded, "") })
	s.decide(5*days, "mend-1", ActionRetry, felix)
	r := s.run()
	s.Equal([]int64{25_10}, s.paid())
	s.Equal(StateSettled, r.Refunds[0].State)
}

func (s *Suite) TestARefundThatFailsCanBecomeStoreCredit() {
	s.pendingShirt()
	s.stands(4*days, "re_1", billing.RefundFailed, "")
	s.world.Lose = func(a string, key effect.Key) error {
		if a == "RecordRefund" && s.env.Now().Sub(s.began) < 5*days+10*time.Second && s.env.Now().Sub(s.began) > 3*days {
			return fault.Unreachable("shopify", "connection reset").Err()
		}
		return nil
	}
	s.decide(5*days, "mend-1", ActionCredit, felix)
	r := s.run()
	s.Equal([]int64{25_10}, s.paid())
	s.Require().Len(s.world.RefundRecords, 2)
	s.Equal(commerce.RefundRecord{
		Order: "gid://shopify/Order/1042", Return: "gid://shopify/Return/1", Number: "R-7QX4M2KD", Total: euro(25_10),
		Credit: true, Customer: "gid://shopify/Customer/7",
	}, s.world.RefundRecords[1].It)
	s.Equal(HowCredit, r.Refunds[0].Paid[0].How)
	s.Equal(euro(25_10), r.Refunded)
	s.Equal("again", s.mail(mailCredit).Data["state"])
	s.freed()
}

func (s *Suite) TestARefundThatFailsCanBePaidByHandAndNeedsAReference() {
	s.pendingShirt()
	s.stands(4*days, "re_1", billing.RefundFailed, "")
	s.decide(5*days, "mend-1", ActionByHand, felix, "reference", "  ")
	s.decide(5*days+hour, "mend-1", ActionByHand, felix, "reference", "SEPA 4711")
	r := s.run()
	s.Contains(s.refusals()[0], `"Reference" is needed`)
	to := r.Refunds[0].Paid[0]
	s.Equal([]string{HowByHand, "SEPA 4711"}, []string{to.How, to.Reference})
	s.Len(s.world.RefundRecords, 1, "the shop knows of it already")
	s.Equal(StateSettled, r.Refunds[0].State)
	s.Equal(euro(25_10), r.Refunded)
}

func (s *Suite) TestARefundThatFailsAfterItHadSucceededIsMendedAsLongAsTheReturnIsOpen() {
	s.shirtCame()
	s.agrees(2*days, "pay-1", fiona)
	s.stands(5*days, "re_1", billing.RefundFailed, "lost_or_stolen_card")
	s.at(6*days-hour, func() {
		s.Equal(StageReplies, s.stage())
		s.Equal([]string{"mend-1"}, s.tasks())
	})
	s.at(12*days, func() { s.Contains(s.tasks(), "mend-1", "the return doesn't end meanwhile") })
	s.decide(13*days, "mend-1", ActionRetry, fiona)
	r := s.run()
	s.Equal([]int64{25_10, 25_10}, s.paid())
	s.Equal(StateSettled, r.Refunds[0].State)
	s.Equal([]string{"refund", "refund_failed", "refund"}, s.mailed()[3:])
	s.freed()
}

func (s *Suite) TestARefundThatFailsAtOnceIsNeverToldAsPaid() {
	s.shirtCame()
	s.world.Begins = billing.RefundFailed
	s.agrees(2*days, "pay-1", fiona)
	s.at(3*days, func() {
		s.Equal("EUR 25.10", s.mail(mailRefund).Data["later"])
		s.Empty(s.mail(mailRefund).Data["ways"])
		s.world.Begins = ""
	})
	s.decide(4*days, "mend-1", ActionRetry, fiona)
	r := s.run()
	s.NotContains(s.mailed(), "refund_failed", "they weren't told that it was on its way")
	s.Equal(euro(25_10), r.Refunded)
}

func (s *Suite) TestAReadOfARefundThatFailsForGoodIsOperations() {
	for answer, ending := range map[string]Ending{"retry": Completed, "skip": Completed, "abort": Aborted} {
		s.SetupTest()
		s.pendingShirt()
		s.fail("ReadRefund", 3*days+2*hour)
		s.at(3*days, func() { outside.Stands(s.world, "re_1", billing.RefundSucceeded, "") })
		s.at(3*days+hour, func() { s.Contains(s.tasks(), "refund-look-1-failed-1") })
		s.decide(3*days+3*hour, "refund-look-1-failed-1", answer, omar)
		r := s.run()
		s.Equal(ending, r.Ending, answer)
		s.Equal([]int64{25_10}, s.paid())
	}
}

func (s *Suite) TestOperationsWhoGiveARefundUpEndWhatElseIsAskedAboutIt() {
	s.world.Order.Payments = []commerce.Payment{
		{ID: "gid://shopify/OrderTransaction/1", Gateway: "gift_card", Amount: euro(10_00), Refunded: euro(0)},
		{ID: "gid://shopify/OrderTransaction/2", Gateway: "stripe", Reference: "pi_1", Amount: euro(300_00), Refunded: euro(0)},
	}
	s.pendingShirt()
	s.fail("ReadRefund", 1000*days)
	s.at(3*days+hour, func() { s.ElementsMatch([]string{"mend-1", "refund-look-1-failed-1"}, s.tasks()) })
	s.decide(3*days+2*hour, "refund-look-1-failed-1", "abort", omar)
	s.Equal(Aborted, s.run().Ending)
	s.Empty(s.tasks())
}

func (s *Suite) TestStoreCreditThatOperationsWentOnWithoutIsGivenOnce() {
	s.in.Wish = refund.StoreCredit
	s.shirtCame()
	s.losesAndSkips("RecordRefund", "refund-1-record-failed-1")
	s.decide(4*days, "mend-1", ActionCredit, fiona)
	r := s.run()
	s.Len(s.world.RefundRecords, 1, "it was found")
	s.Equal(euro(25_10), r.Refunded)
	s.Equal(HowCredit, r.Refunds[0].Paid[0].How)
}

// stage is where the return stands, as operators see it.
func (s *Suite) stage() string {
	if s.asOf().Finished.IsZero() {
		return StagePayment
	}
	return StageReplies
}
