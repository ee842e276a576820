package returns

import (
	"strings"
	"time"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/refund"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/internal/outside"
)

func (s *Suite) TestSupportSeesWhatThereIsToDecide() {
	s.in.Items = []refund.Item{
		{SKU: "LAMP-1", Quantity: 1, Reason: commerce.Damaged, Note: "broken glass"},
		{SKU: "LAMP-1", Quantity: 1, Reason: commerce.Unwanted}, {SKU: "CHAIR-1", Quantity: 1, Reason: commerce.TooLarge},
	}
	s.in.Photos, s.in.Comment = []string{"https://pictures.example/1.jpg"}, strings.Repeat("x", 1500)
	s.decide(hour, ApproveTask, ActionReject, sam, "comment", "no")
	s.run()
	card := s.card(ApproveTask)
	s.Equal("CSUPPORT", card.To)
	s.Equal("Decide about the return R-7QX4M2KD of Ada Winter", card.Title)
	s.Equal("https://shop.example/orders/1042", card.Facts[1].Link)
	s.Equal("Ada Winter, ada@contoso.example", outside.Fact(card, "Customer"))
	s.Equal("A refund", outside.Fact(card, "They want"))
	s.Equal("EUR 280.00", outside.Fact(card, "Value"))
	s.Equal("7, of which something came back from 1", outside.Fact(card, "Orders"))
	s.Contains(outside.Fact(card, "Line 1"), "1 × Desk lamp (LAMP-1), EUR 40.00\ndamaged: broken glass\nTerms: standard")
	s.Contains(outside.Fact(card, "Line 3"), "Terms: furniture")
	s.Contains(outside.Fact(card, "Line 3"), "fee 10 %, until ")
	s.Contains(outside.Fact(card, "The policy"), "It is worth EUR 280.00, and what is worth less than EUR 50.00 is approved by rule.")
	s.Len([]rune(outside.Fact(card, "They write")), maxQuote)
	s.Equal("Open it", outside.Fact(card, "Photo 1"))
	var names []string
	for _, b := range card.Buttons {
		names = append(names, b.Action)
	}
	s.Equal("approve part reject ask cancel claim", strings.Join(names, " "))
}

func (s *Suite) TestSupportApproves() {
	s.in.Items[0].Reason = commerce.Damaged
	s.decide(hour, ApproveTask, ActionApprove, walt)
	s.decide(2*hour, ApproveTask, ActionApprove, nina)
	s.decide(3*hour, ApproveTask, ActionReject, sam, "comment", "no")
	s.arrives(2*days, 1, "received-1", "2", "grade-1", "worn")
	s.pays(3*days, 1)
	r := s.run()
	s.Equal(Completed, r.Ending)
	s.False(r.ByRule)
	s.Equal("nina", r.Decided[0].By.ID)
	s.Equal(map[string]int{lamps: 2}, s.world.Accepted[0].It.Lines)
	s.Equal("yes", s.mail(mailApproved).Data["we_pay"], "it was our fault")
	s.Empty(s.mail(mailApproved).Data["fee"])
	s.Contains(s.refusals()[0], "This isn't yours to decide.")
	s.Contains(s.refusals()[1], "Nina Berg decided this 1 hour ago")
}

func (s *Suite) TestSupportApprovesAPart() {
	s.in.Items = append(s.in.Items, refund.Item{SKU: "CHAIR-1", Quantity: 1, Reason: commerce.TooLarge})
	s.at(hour, func() {
		fields := s.view(ApproveTask).Actions[1].Fields
		s.Len(fields, 3)
		s.Equal("2", fields[0].Value)
		s.Equal("2. Chair (CHAIR-1), too large", fields[1].Label)
	})
	for i, wrong := range []string{"3", "-1", "1.5", "two", ""} {
		s.decide(time.Duration(2+i)*hour, ApproveTask, ActionPart, sam, "line-1", wrong, "line-2", "0", "comment", "one is fine")
	}
	s.decide(8*hour, ApproveTask, ActionPart, sam, "line-1", "0", "line-2", "0", "comment", "none is fine")
	s.decide(9*hour, ApproveTask, ActionPart, sam, "line-1", "1", "line-2", "0")
	s.decide(10*hour, ApproveTask, ActionPart, sam, "line-1", " 1 ", "line-2", "0", "comment", "One is used.")
	s.at(11*hour, func() {
		var names []string
		for _, f := range s.view("arrive-1").Actions[0].Fields {
			names = append(names, f.Name)
		}
		s.Equal("received-1 grade-1 wrong extra photo comment rest", strings.Join(names, " "), "what wasn't accepted isn't awaited")
	})
	s.arrives(2*days, 1, "received-1", "1", "grade-1", "new")
	s.pays(3*days, 1)
	r := s.run()
	s.Equal(map[string]int{lamps: 1}, r.Approved)
	s.Equal(map[string]int{lamps: 1}, s.world.Accepted[0].It.Lines)
	data := s.mail(mailApproved).Data
	s.Equal("1 × Desk lamp (LAMP-1)", data["lines"])
	s.Equal("yes", data["part"])
	s.Equal("One is used.", data["comment"])
	refusals := s.refusals()
	for i := range 4 {
		s.Equal("1. Desk lamp (LAMP-1), unwanted: write a number from 0 to 2.", refusals[i])
	}
	s.Contains(refusals[4], "is needed with the answer")
	s.Equal("1. Desk lamp (LAMP-1), unwanted: nothing would be accepted. Reject the return instead.", refusals[5])
	s.Contains(refusals[6], `"Why not all, for the customer" is needed`)
}

func (s *Suite) TestSupportRejectsWithAReasonThatTheCustomerGets() {
	s.decide(hour, ApproveTask, ActionReject, sam)
	s.decide(2*hour, ApproveTask, ActionReject, sam, "comment", "They were used.")
	r := s.run()
	s.Equal(Rejected, r.Ending)
	s.Equal([]string{"received", "rejected"}, s.mailed())
	s.Equal("They were used.", s.mail(mailRejected).Data["reason"])
	s.Equal("They were used.", s.world.Declined[0].It.Note)
	s.Equal(commerce.Declined, s.world.Order.Returns[0].State)
	s.Empty(s.world.Accepted)
	stages := s.ticketed()
	s.Equal("4", stages[len(stages)-1])
	s.Equal(2*hour, r.Took.Duration)
}

func (s *Suite) TestTheClocksStandStillWhileTheCustomerIsAsked() {
	s.decide(hour, ApproveTask, ActionAsk, sam)
	s.decide(2*hour, ApproveTask, ActionAsk, sam, "comment", "Is the box there?")
	s.at(3*days, func() {
		v := s.view(ApproveTask)
		s.False(v.PausedSince.IsZero())
		s.Nil(v.Next)
		s.Equal("2", s.ticketed()[len(s.ticketed())-1])
		s.Equal("Is the box there?", s.mail(mailQuestion).Data["question"])
		s.Contains(s.status(ApproveTask), ": Is the box there? At most until Sat 8 Aug 12:00 UTC.")
	})
	s.writes(3*days+hour, "Yes, it is.")
	s.at(3*days+2*hour, func() {
		s.True(s.view(ApproveTask).PausedSince.IsZero())
		s.Equal([]string{ApproveTask}, s.tasks(), "there is no task about the reply beside")
		s.Contains(s.told(), "The customer has written:\nYes, it is.")
		s.Equal("1", s.ticketed()[len(s.ticketed())-1])
	})
	s.decide(3*days+3*hour, ApproveTask, ActionReject, sam, "comment", "no")
	r := s.run()
	s.Equal([]string{"received", "question", "rejected"}, s.mailed())
	o := r.Decided[0]
	s.Equal(3*days+hour-2*hour, o.Paused.Duration)
	s.False(o.Happened(humantask.Reminded))
	s.Equal(3*days+hour-2*hour, spentOn(r, StageApproval)[withCustomer])
	s.Equal(4*hour, spentOn(r, StageApproval)["sam"])
}

func (s *Suite) TestWhoNeverAnswersIsDecidedAboutAllTheSame() {
	s.decide(2*hour, ApproveTask, ActionAsk, sam, "comment", "Is the box there?")
	s.at(5*days+3*hour, func() {
		s.True(s.view(ApproveTask).PausedSince.IsZero())
		s.Contains(s.told()[len(s.told())-1], "resumed by the policy (it was paused for as long as it may be)")
	})
	s.decide(5*days+4*hour, ApproveTask, ActionReject, sam, "comment", "no")
	s.Equal(Rejected, s.run().Ending)
}

func (s *Suite) TestAMailboxThatAnswersByItselfAnswersNothing() {
	s.decide(2*hour, ApproveTask, ActionAsk, sam, "comment", "Is the box there?")
	s.at(3*hour, func() {
		s.env.SignalWorkflow(SignalReply, Reply{ID: "a", Text: "I am on holiday.", Automatic: true})
	})
	s.at(4*hour, func() {
		s.False(s.view(ApproveTask).PausedSince.IsZero())
		s.Contains(s.told(), "The customer's mailbox has answered by itself:\nI am on holiday.")
	})
	s.decide(5*hour, ApproveTask, ActionReject, sam, "comment", "no")
	s.at(6*hour, func() {
		s.env.SignalWorkflow(SignalReply, Reply{ID: "b", Text: "I am on holiday.", Automatic: true})
	})
	s.at(7*hour, func() { s.Empty(s.tasks()) })
	s.run()
	s.Equal(2, strings.Count(s.notes(), "I am on holiday."))
}

func (s *Suite) TestAQuestionThatDidNotArriveIsToldAndAnswersNothing() {
	s.decide(2*hour, ApproveTask, ActionAsk, sam, "comment", "Is the box there?")
	s.at(3*hour, func() {
		s.env.SignalWorkflow(SignalUndelivered, Undelivered{ID: "u", Step: "mail-2", What: "bounce", Reason: "no such user"})
		s.env.SignalWorkflow(SignalUndelivered, Undelivered{ID: "u", Step: "mail-2", What: "bounce", Reason: "no such user"})
		s.env.SignalWorkflow(SignalUndelivered, Undelivered{ID: "v", Step: "warehouse-arrive-1", What: "bounce"})
	})
	s.at(4*hour, func() {
		s.False(s.view(ApproveTask).PausedSince.IsZero())
		s.Equal([]string{"Our e-mail to the customer did not arrive (bounce: no such user). Please try another way."}, s.told())
	})
	s.decide(5*hour, ApproveTask, ActionReject, sam, "comment", "no")
	s.run()
}

func (s *Suite) TestTheCustomerKeepsItBeforeSupportHasDecided() {
	s.writes(hour, "I keep them.")
	s.decide(2*hour, ApproveTask, ActionCancel, sam)
	r := s.run()
	s.Equal(Cancelled, r.Ending)
	s.Equal([]string{"received", "cancelled"}, s.mailed())
	s.Equal("2 × Desk lamp (LAMP-1)", s.mail(mailCancelled).Data["missing"])
	s.Len(s.world.Declined, 1)
	s.Equal([]string{"The customer has written:\nI keep them."}, s.told())
}

func (s *Suite) TestWhatTheCustomerWroteBeforeAnybodyWasAskedStandsOnTheCard() {
	s.fail("RequestReturn", time.Minute)
	s.writes(hour, "It is urgent!")
	s.decide(2*hour, "request-1-failed-1", "retry", omar)
	s.decide(3*hour, ApproveTask, ActionReject, sam, "comment", "no")
	s.run()
	s.Equal("The customer has written:\nIt is urgent!", strings.TrimSpace(s.card(ApproveTask).Text))
}

func (s *Suite) TestWhoNobodyAnswersForIsRemindedAndEscalated() {
	s.at(49*hour, func() { s.True(s.view(ApproveTask).Breached) })
	s.decide(50*hour, ApproveTask, ActionReject, grace, "comment", "no")
	r := s.run()
	s.Equal("grace", r.Decided[0].By.ID)
	s.True(r.Decided[0].Happened(humantask.Reminded))
	s.True(r.Decided[0].Happened(humantask.Escalated))
}

func (s *Suite) TestWhatIsWantedInsteadIsReserved() {
	s.small()
	s.in.Wish, s.in.Items[0].Instead = refund.Exchange, "SHIRT-L"
	s.world.Variants = []commerce.Variant{
		{ID: "gid://shopify/ProductVariant/9", SKU: "SHIRT-L", Title: "Shirt L", Price: euro(30_00), Available: 3},
	}
	s.comes(2 * days)
	r := s.run()
	s.Equal(Completed, r.Ending)
	s.Require().Len(s.world.Reserved, 1)
	s.Equal("1 × Shirt L (SHIRT-L)", s.mail(mailApproved).Data["instead"])
	s.Equal("exchange", s.mail(mailApproved).Data["wish"])
}

func (s *Suite) TestWhoHasDecidedDoesNotPay() {
	role := s.world.Book.Roles["finance"]
	role.People = []policy.Person{sam, fiona}
	s.world.Book.Roles["finance"] = role
	s.decide(hour, ApproveTask, ActionApprove, sam)
	s.arrives(days, 1, "received-1", "2", "grade-1", "new")
	s.decide(2*days, "pay-1", ActionApprove, sam)
	s.pays(3*days, 1)
	r := s.run()
	s.Equal("fiona", r.Refunds[0].By[0].By.ID)
}
