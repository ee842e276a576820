package returns

import (
	"time"

	"go.temporal.io/sdk/temporal"

	"github.com/throughline-dev/throughline/activities/billing"
	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/refund"
	"github.com/throughline-dev/throughline/workflows/internal/outside"
)

// shirtCame is a return of the shirt, which is approved by rule and has come back after a day: EUR 30.00 less EUR 4.90 for the way.
func (s *Suite) shirtCame() {
	s.small()
	s.arrives(days, 1, "received-1", "1", "grade-1", "new")
}

// agrees has somebody of finance agree.
func (s *Suite) agrees(after time.Duration, task string, by policy.Person) {
	s.decide(after, task, ActionApprove, by)
}

// paid are the amounts that Stripe gave back, in minor units, those that failed as well.
func (s *Suite) paid() (minor []int64) {
	for _, r := range s.world.Repaid {
		minor = append(minor, r.It.Amount.Minor)
	}
	return minor
}

// freed is that nobody holds the order any more.
func (s *Suite) freed() { s.Empty(s.world.Holders, "the order is free for the next return") }

func key(step string) string { return "default-test-workflow-id/" + step }

func (s *Suite) TestARefundIsShownToFinanceLineByLineAndPaidOnceOneOfThemAgrees() {
	s.shirtCame()
	s.agrees(2*days, "pay-1", fiona)
	s.at(2*days-hour, func() { s.Empty(s.world.Repaid, "nothing is paid before"); s.freed() })
	r := s.run()
	s.Equal(Completed, r.Ending)

	card := s.card("pay-1")
	s.Equal("CFINANCE", card.To)
	s.Contains(card.Title, "Refund EUR 25.10")
	s.Equal("1 × Shirt M, As new\nEUR 30.00", outside.Fact(card, "Line 1"))
	s.Equal("EUR -4.90", outside.Fact(card, "The way back"))
	s.Equal("EUR 25.10", outside.Fact(card, "In all"))
	s.Equal("EUR 310.00", outside.Fact(card, "Left of the payments"))
	s.Equal("EUR 25.10 by Stripe, to pi_1", outside.Fact(card, "Paid by"))
	s.Equal("the policy, by rule", outside.Fact(card, "Approved by"))
	s.Equal(r.Refunds[0].Reckoned.Digest, card.Task.Version)

	s.Require().Len(s.world.Repaid, 1)
	s.Equal(billing.Repayment{Payment: "pi_1", Amount: euro(25_10), Number: "R-7QX4M2KD", Case: "default-test-workflow-id"}, s.world.Repaid[0].It)
	s.Equal(effect.Key{ID: key("refund-1-pay-1")}, s.world.Repaid[0].Key)
	s.Require().Len(s.world.RefundRecords, 1)
	s.Equal(commerce.RefundRecord{
		Order: "gid://shopify/Order/1042", Return: "gid://shopify/Return/1", Number: "R-7QX4M2KD", Total: euro(25_10), Reference: "re_1",
		Lines: []commerce.RefundedLine{{Line: shirt, Quantity: 1, Amount: euro(30_00)}},
		Parts: []commerce.RefundedPart{{Payment: "gid://shopify/OrderTransaction/1", Amount: euro(25_10)}},
	}, s.world.RefundRecords[0].It)

	s.Require().Len(r.Refunds, 1)
	f := r.Refunds[0]
	s.Equal([]any{1, HowStripe, StateSettled, "gid://shopify/Refund/1"}, []any{f.N, f.How, f.State, f.Shop})
	s.Require().Len(f.By, 1)
	s.Equal("fiona", f.By[0].By.ID)
	s.Equal(euro(25_10), r.Refunded)
	s.Equal(days, spentOn(r, StagePayment)["fiona"])

	mail := s.mail(mailRefund).Data
	s.Equal("EUR 25.10", mail["total"])
	s.Equal("1 × Shirt M: EUR 30.00\nThe way back: EUR -4.90", mail["lines"])
	s.Equal("EUR 25.10 to the card or account that you had paid with, within 5 to 10 business days", mail["ways"])
	s.Empty(mail["later"])
	s.freed()
}

func (s *Suite) TestARefundOfNothingAsksNobodyAndIsRecordedAllTheSame() {
	s.small()
	s.arrives(days, 1, "received-1", "1", "grade-1", "broken")
	r := s.run()
	s.Equal(Completed, r.Ending)
	s.Empty(s.world.Repaid)
	s.Require().Len(s.world.RefundRecords, 1)
	s.Equal([]commerce.RefundedLine{{Line: shirt, Quantity: 1, Amount: euro(0)}}, s.world.RefundRecords[0].It.Lines)
	s.Equal([]string{HowNothing, StateSettled}, []string{r.Refunds[0].How, r.Refunds[0].State})
	mail := s.mail(mailRefund).Data
	s.Empty(mail["total"])
	s.Contains(mail["lines"], "EUR -30.00 for its state (Broken)")
	s.Equal("", s.view("pay-1").ID)
}

func (s *Suite) TestEachParcelIsPaidForByItselfAndTheWayBackIsTakenOffOnce() {
	s.decide(hour, ApproveTask, ActionApprove, sam)
	s.arrives(days, 1, "received-1", "1", "grade-1", "new")
	s.agrees(2*days, "pay-1", fiona)
	s.arrives(3*days, 2, "received-1", "1", "grade-1", "worn")
	s.agrees(4*days, "pay-2", felix)
	r := s.run()
	s.Equal(Completed, r.Ending)
	s.Equal([]int64{35_10, 20_00}, s.paid())
	s.Equal(euro(55_10), r.Refunded)
	s.Len(r.Refunds, 2)
	s.NotEqual(s.world.Repaid[0].Key.ID, s.world.Repaid[1].Key.ID)
	s.Equal(2, s.world.Order.Lines[0].RefundedQuantity)
	s.freed()
}

func (s *Suite) TestWhatComesWhileFinanceDecidesWaitsForItsTurn() {
	s.decide(hour, ApproveTask, ActionApprove, sam)
	s.arrives(days, 1, "received-1", "1", "grade-1", "new")
	s.arrives(days+hour, 2, "received-1", "1", "grade-1", "new")
	s.at(2*days, func() { s.Contains(s.tasks(), "pay-1"); s.NotContains(s.tasks(), "pay-2") })
	s.agrees(3*days, "pay-1", fiona)
	s.agrees(4*days, "pay-2", fiona)
	r := s.run()
	s.Equal([]int64{35_10, 40_00}, s.paid())
	s.Equal(euro(75_10), r.Refunded)
}

func (s *Suite) TestARefundThatOneParcelIsTooSmallForTakesTheRestOfTheWayBackNextTime() {
	s.policy.ReturnFee = map[string]int64{"EUR": 50_00}
	s.decide(hour, ApproveTask, ActionApprove, sam)
	s.arrives(days, 1, "received-1", "1", "grade-1", "new") // EUR 40.00, all of which the way back takes
	s.arrives(3*days, 2, "received-1", "1", "grade-1", "new")
	s.agrees(4*days, "pay-2", fiona)
	s.run()
	s.Equal([]int64{30_00}, s.paid())
}

func (s *Suite) TestARefundGoesBackToEachPaymentAndWhatNoSystemCanPayIsPaidByHand() {
	s.world.Order.Payments = []commerce.Payment{
		{ID: "gid://shopify/OrderTransaction/1", Gateway: "gift_card", Amount: euro(10_00), Refunded: euro(0)},
		{ID: "gid://shopify/OrderTransaction/2", Gateway: "stripe", Reference: "pi_1", Amount: euro(9_00), Refunded: euro(0)},
		{ID: "gid://shopify/OrderTransaction/3", Gateway: "stripe", Reference: "pi_2", Amount: euro(291_00), Refunded: euro(0)},
	}
	s.shirtCame()
	s.agrees(2*days, "pay-1", fiona)
	s.at(3*days-hour, func() {
		s.Equal([]string{"mend-1"}, s.tasks())
		s.Contains(s.view("mend-1").Text, "it was paid by gift_card")
		s.Equal(StateAgreed, s.asOf().Refunds[0].State)
		s.Equal(euro(15_10), s.asOf().Refunded)
		s.Equal(1, s.world.Order.Lines[1].RefundedQuantity, "nobody pays for the shirt meanwhile")
		s.freed()
	})
	s.decide(3*days, "mend-1", ActionByHand, felix, "reference", " SEPA 4711 ")
	r := s.run()
	s.Equal([]int64{9_00, 6_10}, s.paid())
	s.Equal([]string{"pi_1", "pi_2"}, []string{s.world.Repaid[0].It.Payment, s.world.Repaid[1].It.Payment})
	s.NotEqual(s.world.Repaid[0].Key.ID, s.world.Repaid[1].Key.ID)
	s.Equal(euro(25_10), r.Refunded)
	f := r.Refunds[0]
	s.Equal([]string{HowByHand, HowStripe, HowStripe}, []string{f.Paid[0].How, f.Paid[1].How, f.Paid[2].How})
	s.Equal("SEPA 4711", f.Paid[0].Reference)
	s.Equal(StateSettled, f.State)

	s.Require().Len(s.world.RefundRecords, 2)
	s.Equal("re_1, re_2", s.world.RefundRecords[0].It.Reference)
	s.Len(s.world.RefundRecords[0].It.Parts, 2)
	s.Equal(commerce.RefundRecord{
		Order: "gid://shopify/Order/1042", Return: "gid://shopify/Return/1", Number: "R-7QX4M2KD", Total: euro(10_00), Reference: "SEPA 4711",
		Parts: []commerce.RefundedPart{{Payment: "gid://shopify/OrderTransaction/1", Amount: euro(10_00)}},
	}, s.world.RefundRecords[1].It)

	var mails []map[string]string
	for _, m := range s.world.Mails {
		if m.It.Template == mailRefund {
			mails = append(mails, m.It.Data)
		}
	}
	s.Require().Len(mails, 2)
	s.Equal("EUR 10.00", mails[0]["later"])
	s.Equal("again", mails[1]["state"])
	s.Equal("EUR 10.00 in another way than you had paid; our reference is SEPA 4711", mails[1]["ways"])
}

func (s *Suite) TestStoreCreditIsGivenByTheShopOnce() {
	s.in.Wish = refund.StoreCredit
	s.shirtCame()
	lost := 0
	s.world.Lose = func(activity string, _ effect.Key) error {
		if lost++; activity == "RecordRefund" && lost <= 2 {
			return fault.Unreachable("shopify", "connection reset").Err()
		}
		return nil
	}
	s.agrees(2*days, "pay-1", fiona)
	r := s.run()
	s.Empty(s.world.Repaid)
	s.Require().Len(s.world.RefundRecords, 1)
	record := s.world.RefundRecords[0].It
	s.True(record.Credit)
	s.Equal("gid://shopify/Customer/7", record.Customer)
	s.Equal(euro(25_10), record.Total)
	s.Len(record.Lines, 1)
	s.Equal([]string{HowCredit, StateSettled}, []string{r.Refunds[0].How, r.Refunds[0].State})
	s.Equal("gid://shopify/Refund/1", r.Refunds[0].Paid[0].Reference)
	s.Equal(euro(25_10), r.Refunded)
	s.Equal("EUR 25.10", s.mail(mailCredit).Data["total"])
	s.Equal("store credit", outside.Fact(s.card("pay-1"), "Paid by"))
}

func (s *Suite) TestStoreCreditForACustomerWithoutAnAccountIsPaidByHand() {
	s.in.Wish = refund.StoreCredit
	s.world.Order.Customer.ID = ""
	s.shirtCame()
	s.agrees(2*days, "pay-1", fiona)
	s.at(2*days+hour, func() {
		s.Contains(s.view("mend-1").Text, "no account in the shop")
		for _, a := range s.view("mend-1").Actions {
			s.NotContains([]string{ActionRetry, ActionCredit}, a.Name)
		}
	})
	s.decide(3*days, "mend-1", ActionByHand, fiona, "reference", "Gift card 12")
	r := s.run()
	s.Require().Len(s.world.RefundRecords, 1)
	s.False(s.world.RefundRecords[0].It.Credit)
	s.Equal(HowByHand, r.Refunds[0].Paid[0].How)
	s.Equal(euro(25_10), r.Refunded)
}

func (s *Suite) TestARefundWhoseReplyIsLostIsPaidOnce() {
	for _, activity := range []string{"MakeRefund", "RecordRefund"} {
		s.SetupTest()
		s.shirtCame()
		lost := 0
		s.world.Lose = func(a string, _ effect.Key) error {
			if a == activity && lost < 3 {
				lost++
				return fault.Unreachable("somebody", "connection reset").Err()
			}
			return nil
		}
		s.agrees(2*days, "pay-1", fiona)
		r := s.run()
		s.Equal([]int64{25_10}, s.paid(), activity)
		s.Len(s.world.RefundRecords, 1, activity)
		s.Equal(euro(25_10), r.Refunded)
		s.Equal(3, lost)
	}
}

func (s *Suite) TestACancelledReturnThatPaysIsRecordedBeforeItEnds() {
	s.shirtCame()
	s.world.Fail = func(a string, _ effect.Key) error {
		if a == "RecordRefund" && s.env.Now().Sub(s.began) < 2*days+time.Minute {
			return fault.Unreachable("shopify", "connection refused").Err()
		}
		return nil
	}
	s.agrees(2*days, "pay-1", fiona)
	s.at(2*days+20*time.Second, func() {
		s.Len(s.world.Repaid, 1)
		s.NotEmpty(s.world.Holders)
		s.env.CancelWorkflow()
	})
	s.env.ExecuteWorkflow(Workflow, s.in)
	s.True(temporal.IsCanceledError(s.env.GetWorkflowError()))
	s.Len(s.world.Repaid, 1)
	s.Len(s.world.RefundRecords, 1, "the shop knows what was paid")
	s.freed()
}

func (s *Suite) TestACancelledReturnDoesNotWaitForOperations() {
	s.shirtCame()
	s.fail("RecordRefund", 1000*days)
	s.agrees(2*days, "pay-1", fiona)
	s.at(3*days, func() { s.Equal([]string{"refund-1-record-failed-1"}, s.tasks()) })
	s.at(3*days, s.env.CancelWorkflow)
	s.env.ExecuteWorkflow(Workflow, s.in)
	s.True(temporal.IsCanceledError(s.env.GetWorkflowError()))
	s.Len(s.world.Repaid, 1)
	s.Empty(s.tasks())
	s.freed()
}

func (s *Suite) TestACancelledReturnWhoseRefundNobodyHasAgreedToPaysNothing() {
	s.shirtCame()
	s.at(2*days, s.env.CancelWorkflow)
	s.env.ExecuteWorkflow(Workflow, s.in)
	s.True(temporal.IsCanceledError(s.env.GetWorkflowError()))
	s.Empty(s.world.Repaid)
	s.Empty(s.tasks())
	s.freed()
}

// paymentSteps are those of a refund that can fail, by their activities, with whether operations may go on without.
var paymentSteps = map[string]struct {
	step string
	skip bool
}{
	"ReadPaymentsLeft": {"refund-1-left-1", true}, "ReckonRefund": {"refund-1-reckon-1", false},
	"MakeRefund": {"refund-1-pay-1", true}, "RecordRefund": {"refund-1-record", true}, "RestockReturn": {"restock-1", true},
}

func (s *Suite) TestEachStepOfARefundIsOperationsToTryAgain() {
	for activity, one := range paymentSteps {
		s.SetupTest()
		s.shirtCame()
		s.fail(activity, 3*days)
		task := one.step + "-failed-1"
		s.agrees(2*days, "pay-1", fiona)
		s.at(3*days-hour, func() {
			s.Contains(s.tasks(), task)
			held := activity == "MakeRefund" || activity == "RecordRefund"
			s.Equal(held, len(s.world.Holders) > 0, "the lock is kept while it isn't known what was paid: "+activity)
		})
		s.decide(3*days+hour, task, "retry", omar)
		s.agrees(4*days, "pay-1", fiona)
		r := s.run()
		s.Equal(Completed, r.Ending, activity)
		s.Equal([]int64{25_10}, s.paid(), activity)
		s.Len(s.world.RefundRecords, 1)
		s.Len(s.world.Stocked, 1)
		s.freed()
	}
}

func (s *Suite) TestEachStepOfARefundIsOperationsToGiveUp() {
	for activity, one := range paymentSteps {
		s.SetupTest()
		s.shirtCame()
		s.fail(activity, 1000*days)
		s.agrees(2*days, "pay-1", fiona)
		s.decide(3*days, one.step+"-failed-1", "abort", omar)
		r := s.run()
		s.Equal(Aborted, r.Ending, activity)
		s.freed()
		s.Empty(s.tasks())
	}
}

func (s *Suite) TestOperationsGoOnWithoutAStepOfARefund() {
	for activity, one := range paymentSteps {
		if !one.skip {
			continue
		}
		s.SetupTest()
		s.shirtCame()
		s.fail(activity, 3*days)
		s.agrees(2*days, "pay-1", fiona)
		s.decide(2*days+hour, one.step+"-failed-1", "skip", omar)
		if activity == "ReadPaymentsLeft" { // it is read again, with the order locked
			s.decide(2*days+3*hour, "refund-1-left-2-failed-2", "skip", omar)
			s.agrees(2*days+2*hour, "pay-1", fiona)
		}
		if activity == "RestockReturn" {
			s.agrees(2*days+2*hour, "pay-1", fiona)
		}
		s.decide(4*days, "mend-1", ActionRetry, fiona) // where Stripe was left out
		r := s.run()
		s.Equal(Completed, r.Ending, activity)
		s.Equal([]int64{25_10}, s.paid(), activity)
		s.freed()
	}
}

// losesAndSkips has operations go on without a payment that has got through, and of which nobody knows.
func (s *Suite) losesAndSkips(activity, task string) {
	s.world.Lose = func(a string, _ effect.Key) error {
		if a == activity && s.env.Now().Sub(s.began) < 3*days {
			return fault.Final("somebody", "GARBAGE", "what it answered can't be read").Err()
		}
		return nil
	}
	s.agrees(2*days, "pay-1", fiona)
	s.decide(2*days+hour, task, "skip", omar)
	s.at(4*days-hour, func() { s.Contains(s.view("mend-1").Text, "It may have got through all the same") })
}

func (s *Suite) TestWhatOperationsWentOnWithoutIsNotPaidTwiceWhenItHadGotThrough() {
	s.shirtCame()
	s.losesAndSkips("MakeRefund", "refund-1-pay-1-failed-1")
	s.decide(4*days, "mend-1", ActionRetry, fiona)
	r := s.run()
	s.Equal([]int64{25_10}, s.paid(), "it was found")
	s.True(r.Refunds[0].Paid[0].Repaid.Before)
	s.Equal(euro(25_10), r.Refunded)
}
