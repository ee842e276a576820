package returns

import (
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/internal/outside"
)

func (s *Suite) TestAboveAnAmountTwoOfFinanceHaveToAgreeAndNobodyTwice() {
	s.shirtCame()
	s.policy.Two = policy.Limits{"EUR": 25_00}
	s.agrees(2*days, "pay-1-fiona", fiona)
	s.agrees(2*days+hour, "pay-1-felix", fiona)
	s.at(3*days-hour, func() { s.Empty(s.world.Repaid) })
	s.agrees(3*days, "pay-1-felix", felix)
	r := s.run()
	s.Equal([]int64{25_10}, s.paid())
	s.Require().Len(r.Refunds[0].By, 2)
	s.NotEqual(r.Refunds[0].By[0].By.ID, r.Refunds[0].By[1].By.ID)
	s.Contains(s.refusals(), "This isn't yours to decide. It is with Felix Brandt.")
	s.Contains(s.card("pay-1-fiona").Text, "Two of you have to agree")
}

func (s *Suite) TestAtTheAmountItselfOneIsEnough() {
	s.shirtCame()
	s.policy.Two = policy.Limits{"EUR": 25_10}
	s.agrees(2*days, "pay-1", felix)
	s.run()
	s.Equal([]int64{25_10}, s.paid())
}

func (s *Suite) TestACurrencyWithoutAnAmountTakesTwo() {
	s.shirtCame()
	s.policy.Two = policy.Limits{"USD": 500_00}
	s.agrees(2*days, "pay-1-fiona", fiona)
	s.agrees(2*days, "pay-1-felix", felix)
	s.run()
	s.Equal([]int64{25_10}, s.paid())
}

func (s *Suite) TestWhoHasDecidedAboutTheReturnCannotPayForIt() {
	s.world.Book.Roles["finance"] = policy.Role{Name: "finance", People: []policy.Person{sam, fiona}}
	s.decide(hour, ApproveTask, ActionApprove, sam)
	s.arrives(days, 1, "received-1", "2", "grade-1", "new")
	s.agrees(2*days, "pay-1", sam)
	s.at(3*days-hour, func() { s.Empty(s.world.Repaid) })
	s.agrees(3*days, "pay-1", fiona)
	r := s.run()
	s.Equal("fiona", r.Refunds[0].By[0].By.ID)
	s.Contains(s.refusals(), "This isn't yours to decide. It is with Fiona Marsh.")
	s.Equal("Sam Reed", outside.Fact(s.card("pay-1"), "Approved by"))
}

func (s *Suite) TestWhileTooFewMayPayOperationsAreAskedAndNothingIsPaid() {
	s.policy.Two = policy.Limits{"EUR": 50_00}
	s.world.Book.Roles["finance"] = policy.Role{Name: "finance", People: []policy.Person{sam, fiona}}
	s.decide(hour, ApproveTask, ActionApprove, sam)
	s.arrives(days, 1, "received-1", "2", "grade-1", "new")
	s.at(2*days, func() { s.Equal([]string{"who-pays-failed-1"}, s.tasks()) })
	s.at(2*days+hour, func() {
		s.world.Book.Roles["finance"] = policy.Role{Name: "finance", People: []policy.Person{sam, fiona, felix}}
	})
	s.decide(2*days+2*hour, "who-pays-failed-1", "retry", omar)
	s.agrees(3*days, "pay-1-fiona", fiona)
	s.agrees(3*days, "pay-1-felix", felix)
	s.run()
	s.Equal([]int64{75_10}, s.paid())
}

func (s *Suite) TestWhatFinanceDoesNotWantToPayGoesBackToSupportWhoDropIt() {
	s.shirtCame()
	s.decide(2*days, "pay-1", ActionReject, fiona, "comment", "It was a gift.")
	s.at(3*days-hour, func() {
		s.Equal([]string{"refused-1"}, s.tasks())
		s.Equal("Fiona Marsh: It was a gift.", s.view("refused-1").Text)
	})
	s.decide(3*days, "refused-1", ActionDrop, nina, "comment", "It was a gift, so we can't pay for it.")
	r := s.run()
	s.Equal(Completed, r.Ending)
	s.Empty(s.world.Repaid)
	s.Empty(s.world.RefundRecords)
	s.Equal(StateDropped, r.Refunds[0].State)
	s.Equal("fiona", r.Refunds[0].Against[0].By.ID)
	s.Empty(r.Refunds[0].By)
	s.Equal("It was a gift, so we can't pay for it.", s.mail(mailAnswer).Data["answer"])
	s.Zero(r.Refunded.Minor)
}

func (s *Suite) TestSupportCanAskFinanceAgainAndThenCannotPayThemselves() {
	s.shirtCame()
	s.policy.Two = policy.Limits{"EUR": 25_00}
	s.world.Book.Roles["finance"] = policy.Role{Name: "finance", People: []policy.Person{nina, fiona, felix}}
	s.agrees(2*days, "pay-1-fiona", fiona)
	s.decide(2*days+hour, "pay-1-felix", ActionReject, felix, "comment", "Why?")
	s.decide(3*days, "refused-1", ActionApprove, nina, "comment", "It was too small.")
	s.agrees(4*days, "pay-1-2-nina", nina)
	s.agrees(4*days, "pay-1-2-fiona", fiona)
	s.at(5*days-hour, func() { s.Empty(s.world.Repaid, "what was agreed to before it was refused doesn't count") })
	s.agrees(5*days, "pay-1-2-felix", felix)
	r := s.run()
	s.Equal([]int64{25_10}, s.paid())
	s.Contains(s.card("pay-1-2-felix").Text, "Nina Berg: It was too small.")
	s.Equal("Fiona Marsh\nFelix Brandt: Why?", outside.Fact(s.card("pay-1-2-felix"), "Finance before"))
	s.Len(r.Refunds[0].By, 2)
	s.Len(r.Refunds[0].Against, 2)
	s.Contains(s.refusals(), `There is no task "pay-1-2-nina" here.`)
}

func (s *Suite) TestWhatHasChangedSinceFinanceAgreedIsAskedAnew() {
	s.shirtCame()
	s.at(2*days-hour, func() { outside.GiveBack(s.world, "pi_1", 300_00) }) // somebody gives back most of it by hand
	s.agrees(2*days, "pay-1", fiona)
	s.at(3*days-hour, func() {
		s.Empty(s.world.Repaid)
		s.Equal([]string{"pay-1-2"}, s.tasks())
		s.freed()
	})
	s.agrees(3*days, "pay-1-2", fiona)
	r := s.run()
	s.Equal([]int64{10_00}, s.paid())
	s.NotEqual(s.card("pay-1").Task.Version, s.card("pay-1-2").Task.Version)
	s.Contains(s.card("pay-1-2").Text, "it was EUR 25.10 then, and is EUR 10.00 now")
	s.Contains(outside.Fact(s.card("pay-1-2"), "Please note"), "more than is left")
	s.Equal(euro(10_00), r.Refunded)
}

func (s *Suite) TestWhatSomebodyElseHasRefundedMeanwhileIsPaidNoSecondTime() {
	s.shirtCame()
	s.at(2*days-hour, func() { // in the shop's own pages
		s.world.Order.Lines[1].RefundedQuantity = 1
	})
	s.agrees(2*days, "pay-1", fiona)
	r := s.run()
	s.Empty(s.world.Repaid)
	s.Empty(s.world.RefundRecords, "the shop knows")
	s.Equal(StateSettled, r.Refunds[0].State)
	s.Equal(HowNothing, r.Refunds[0].How)
	s.Empty(s.mail(mailRefund).Data["total"])
}

func (s *Suite) TestACustomerWhoWritesWhileFinanceDecidesIsHeard() {
	for _, two := range []int64{1_00, 500_00} {
		s.SetupTest()
		s.shirtCame()
		s.policy.Two = policy.Limits{"EUR": two}
		s.writes(2*days-hour, "I have found the receipt of the shirt. It was a gift.")
		s.decide(2*days, "reply-1", ActionDone, sam)
		for _, task := range []string{"pay-1", "pay-1-fiona"} {
			s.agrees(2*days, task, fiona)
		}
		s.agrees(2*days, "pay-1-felix", felix)
		r := s.run()
		s.Equal([]int64{25_10}, s.paid())
		for _, o := range r.Refunds[0].By {
			s.Require().True(o.Happened(humantask.Noted))
			s.Contains(o.Story[0].Note, "It was a gift.")
		}
	}
}

func (s *Suite) TestWhoHasDecidedAboutTheReturnCannotPayForItInAnothersPlace() {
	away := fiona
	away.Away = []policy.Absence{{From: s.began.Add(-hour), To: s.began.Add(1000 * hour), Cover: "sam"}}
	s.world.Book.People["fiona"] = away
	s.world.Book.Roles["finance"] = policy.Role{Name: "finance", People: []policy.Person{away, felix}}
	s.decide(hour, ApproveTask, ActionApprove, sam)
	s.arrives(days, 1, "received-1", "2", "grade-1", "new")
	s.agrees(2*days, "pay-1", sam)
	s.at(3*days-hour, func() { s.Empty(s.world.Repaid) })
	s.agrees(3*days, "pay-1", felix)
	r := s.run()
	s.Equal("felix", r.Refunds[0].By[0].By.ID)
}

func (s *Suite) TestTheAmountForTwoIsNotGotAroundByManySmallParcels() {
	s.policy.Auto.Below["EUR"] = 500_00
	s.policy.Two = policy.Limits{"EUR": 50_00} // each lamp is EUR 40.00
	s.arrives(days, 1, "received-1", "1", "grade-1", "new")
	s.agrees(2*days, "pay-1", fiona)
	s.arrives(3*days, 2, "received-1", "1", "grade-1", "new")
	s.agrees(4*days, "pay-2", fiona)
	s.agrees(4*days, "pay-2-fiona", fiona)
	s.at(5*days-hour, func() { s.Equal([]int64{35_10}, s.paid()) })
	s.agrees(5*days, "pay-2-felix", felix)
	r := s.run()
	s.Equal([]int64{35_10, 40_00}, s.paid())
	s.Len(r.Refunds[1].By, 2)
	s.Contains(s.card("pay-2-fiona").Text, "together with the EUR 35.10 that this return was paid before")
}
