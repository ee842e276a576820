package returns

import (
	"github.com/throughline-dev/throughline/activities/billing"
	"github.com/throughline-dev/throughline/workflows/internal/outside"
)

// short is a refund that waits for money in Stripe's balance after two days and an hour.
func (s *Suite) short() {
	s.pendingShirt()
	s.stands(2*days+hour, "re_1", billing.RefundPending, "insufficient_funds")
}

func (s *Suite) TestFinanceTopsUpTheBalanceThatARefundWaitsFor() {
	s.short()
	s.at(2*days+2*hour, func() {
		s.Equal([]string{"funds-1"}, s.tasks())
		s.Equal("Top up Stripe’s balance: EUR 25.10 can’t be refunded for the return R-7QX4M2KD of Ada Winter", s.card("funds-1").Title)
		s.Equal("re_1", outside.Fact(s.card("funds-1"), "Refund"))
	})
	s.decide(2*days+3*hour, "funds-1", ActionDone, felix)
	s.at(2*days+4*hour, func() { s.Empty(s.tasks()) })
	s.stands(2*days+5*hour, "re_1", billing.RefundSucceeded, "")
	r := s.run()
	s.Equal(Completed, r.Ending)
	s.Equal(2*hour, spentOn(r, StagePayment)["felix"])
	s.Equal([]string{"received", "approved", "arrived", "refund"}, s.mailed(), "the customer is told nothing of it")
}

func (s *Suite) TestFinanceIsAskedAnewWhileTheBalanceIsTooLowAndNoMoreOnceItIsNot() {
	s.short()
	s.decide(2*days+3*hour, "funds-1", ActionDone, felix)
	s.at(3*days+2*hour, func() { s.Equal([]string{"funds-2"}, s.tasks(), "it was looked at again") })
	s.at(5*days+2*hour, func() { s.Equal([]string{"funds-2"}, s.tasks(), "and is asked about once") })
	s.at(6*days, func() { outside.Stands(s.world, "re_1", billing.RefundSucceeded, "") })
	s.at(7*days+2*hour, func() { s.Empty(s.tasks()) })
	s.Equal(Completed, s.run().Ending)
	s.Contains(s.status("funds-2"), "Withdrawn: the refund doesn’t wait for it any more.")
}

func (s *Suite) TestARefundThatFailsForWantOfMoneyIsMended() {
	s.short()
	s.stands(3*days, "re_1", billing.RefundFailed, "insufficient_funds")
	s.at(3*days+hour, func() { s.Equal([]string{"mend-1"}, s.tasks()) })
	s.decide(4*days, "mend-1", ActionByHand, felix, "reference", "SEPA 1")
	s.Equal(Completed, s.run().Ending)
}
