package returns

import (
	"fmt"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/internal/outside"
)

func (s *Suite) TestAReplyWhileTheParcelIsAwaitedComesToSupport() {
	s.small()
	s.writes(hour, "Where do I send it?")
	s.writes(2*hour, "Hello?")
	s.at(3*hour, func() {
		s.Equal([]string{"arrive-1", "reply-1"}, s.tasks())
		card := s.card("reply-1")
		s.Equal("The customer has written: return R-7QX4M2KD of Ada Winter", card.Title)
		s.Equal("The parcel is awaited until Mon 17 August 2026, 10:00 UTC.\n\nThe customer has written:\nWhere do I send it?", card.Text)
		s.Equal([]string{"The customer has written:\nHello?"}, s.told(), "what comes meanwhile is told on the same card")
	})
	s.decide(4*hour, "reply-1", ActionAnswer, walt, "comment", "To Hamburg.")
	s.decide(5*hour, "reply-1", ActionAnswer, sam)
	s.decide(6*hour, "reply-1", ActionAnswer, sam, "comment", "To Hamburg.")
	var answered string
	s.at(7*hour, func() { answered = s.mail(mailAnswer).Data["answer"] })
	s.comes(2 * days)
	r := s.run()
	s.Equal(Completed, r.Ending)
	s.Equal("To Hamburg.", answered)
	s.Contains(s.refusals()[0], "This isn't yours to decide.")
	s.Equal(5*hour, spentOn(r, StageArrival)["sam"])
}

func (s *Suite) TestSupportGivesTheCustomerMoreTime() {
	s.small()
	s.writes(13*days, "I am ill.")
	for i, wrong := range []string{"0", "91", "x", "-3"} {
		s.decide(13*days+time.Duration(i+1)*hour, "reply-1", ActionExtend, sam, "days", wrong)
	}
	s.decide(13*days+6*hour, "reply-1", ActionExtend, sam, "days", "7", "comment", "Get well soon.")
	s.at(14*days+hour, func() {
		s.Equal([]string{"arrive-1"}, s.tasks())
		s.Contains(outside.Fact(s.lastCard("arrive-1"), "Until"), "Mon 24 August 2026")
		data := s.mail(mailAnswer).Data
		s.Equal("Get well soon.", data["answer"])
		s.Equal("Mon 24 August 2026, 10:00 UTC", data["until"])
	})
	s.at(17*days-hour, func() { s.Equal(2, strings.Count(strings.Join(s.mailed(), " "), "reminder")) })
	s.comes(20 * days)
	s.Equal(Completed, s.run().Ending)
	s.Equal([]string{"received", "approved", "reminder", "reminder", "answer", "reminder", "arrived", "refund"}, s.mailed(),
		"they are reminded again before the new end: ten days after a beginning that is seven days later")
	for _, why := range s.refusals()[:4] {
		s.Equal("Days: write a number from 1 to 90.", why)
	}
}

func (s *Suite) TestTheCustomerKeepsWhatHasNotArrived() {
	s.both()
	s.writes(days, "I keep them.")
	s.decide(2*days, "reply-1", ActionCancel, sam)
	r := s.run()
	s.Equal(Cancelled, r.Ending)
	s.Equal([]string{"received", "approved", "cancelled"}, s.mailed())
	s.Equal(commerce.Cancelled, s.world.Order.Returns[0].State)
	s.Contains(s.status("arrive-1"), "Withdrawn: the customer keeps the rest.")
	s.Equal(2*days, r.Took.Duration)
}

func (s *Suite) TestTheCustomerKeepsTheRest() {
	s.both()
	s.arrives(days, 1, "received-1", "2", "grade-1", "new", "received-2", "0")
	s.pays(days+hour, 1)
	s.writes(2*days, "I keep the shirt.")
	s.decide(3*days, "reply-1", ActionCancel, sam)
	r := s.run()
	s.Equal(Completed, r.Ending)
	s.Equal(map[string]int{lamps: 2}, r.Approved)
	s.Equal("yes", s.mail(mailCancelled).Data["some"])
	s.Equal("1 × Shirt M (SHIRT-M)", s.mail(mailCancelled).Data["missing"])
}

func (s *Suite) TestACustomerWhoWritesWhileFinanceDecidesChangesNothingSilently() {
	s.small()
	s.arrives(days, 1, "received-1", "1", "grade-1", "new")
	s.writes(2*days, "I want it back!")
	s.at(2*days+hour, func() {
		s.ElementsMatch([]string{"pay-1", "reply-1"}, s.tasks())
		told := s.world.Replies[len(s.world.Replies)-1].It
		s.Equal("D-CFINANCE", told.At.Channel, "whoever decides knows it")
		s.Contains(told.Text, "I want it back!")
		var names []string
		for _, a := range s.view("reply-1").Actions {
			names = append(names, a.Name)
		}
		s.Equal("answer done claim", strings.Join(names, " "), "it can't be taken back any more")
	})
	s.decide(2*days+2*hour, "reply-1", ActionCancel, sam)
	s.decide(2*days+3*hour, "reply-1", ActionDone, sam)
	s.pays(3*days, 1)
	r := s.run()
	s.Equal(Completed, r.Ending)
	s.Equal(euro(30_00-4_90), r.Refunded)
}

func (s *Suite) TestSupportIsAskedAnewWhereTheReturnHasGoneOn() {
	s.small()
	s.writes(days, "I keep it.")
	s.writes(days+hour, "Really!")
	s.arrives(2*days, 1, "received-1", "1", "grade-1", "new")
	s.decide(2*days+hour, "reply-1", ActionCancel, sam)
	s.at(2*days+2*hour, func() {
		s.ElementsMatch([]string{"pay-1", "reply-2"}, s.tasks())
		s.Contains(s.status("reply-1"), "Withdrawn: the return has gone on meanwhile, so you are asked anew.")
		text := s.card("reply-2").Text
		s.Contains(text, "Everything has come, and finance sees to the payment.")
		s.Contains(text, "I keep it.")
		s.Contains(text, "Really!")
	})
	s.decide(2*days+3*hour, "reply-2", ActionAnswer, sam, "comment", "It has come.")
	s.pays(3*days, 1)
	s.Equal(Completed, s.run().Ending)
	s.Contains(s.refusals()[0], "Withdrawn")
}

func (s *Suite) TestAfterARejectionAReplyReopensTheApproval() {
	s.decide(hour, ApproveTask, ActionReject, sam, "comment", "They were used.")
	s.writes(days, "They weren't, see the photo.")
	s.at(days+hour, func() {
		s.Equal([]string{"reply-1"}, s.tasks())
		s.Equal(Rejected, s.asOf().Ending)
		s.Equal("1", s.ticketed()[len(s.ticketed())-1], "the ticket is open again")
	})
	s.decide(days+2*hour, "reply-1", ActionAgain, nina)
	s.decide(days+3*hour, "approve-2", ActionApprove, sam)
	s.arrives(2*days, 1, "received-1", "2", "grade-1", "new")
	s.pays(3*days, 1)
	r := s.run()
	s.Equal(Completed, r.Ending)
	s.Len(r.Decided, 2)
	s.Require().Len(s.world.Requested, 2, "the shop keeps it anew")
	s.NotEqual(s.world.Requested[0].Key.ID, s.world.Requested[1].Key.ID)
	s.Equal("gid://shopify/Return/2", r.Shop)
	s.Equal([]string{"received", "rejected", "approved", "arrived"}, s.mailed()[:4])
	stages := s.ticketed()
	s.Equal("4", stages[len(stages)-1])
}

func (s *Suite) TestNoRuleApprovesWhatSupportHasRejected() {
	s.world.Order.Customer.Returned = 5 // of seven orders
	s.small()
	s.decide(hour, ApproveTask, ActionReject, sam, "comment", "You return too much.")
	s.at(2*hour, func() { s.world.Order.Customer.Returned = 0 })
	s.writes(days, "Please!")
	s.decide(days+2*hour, "reply-1", ActionAgain, nina)
	s.at(days+3*hour, func() { s.Equal([]string{"approve-2"}, s.tasks()) })
	s.decide(days+4*hour, "approve-2", ActionReject, nina, "comment", "No.")
	s.Equal(Rejected, s.run().Ending)
}

func (s *Suite) TestAfterItHasExpiredAReplyLetsTheCustomerTryAgain() {
	s.small()
	s.writes(15*days, "I was away!")
	s.decide(15*days+hour, "reply-1", ActionAgain, sam, "comment", "Please send it now.")
	s.at(15*days+2*hour, func() {
		s.Equal([]string{"arrive-2"}, s.tasks())
		s.Equal("Please send it now.", s.mail(mailAnswer).Data["answer"])
	})
	s.arrives(20*days, 2, "received-1", "1", "grade-1", "new")
	s.pays(21*days, 1)
	r := s.run()
	s.Equal(Completed, r.Ending)
	s.True(r.ByRule)
	s.Len(s.world.Requested, 2)
	s.Len(s.world.Cancelled, 1)
}

func (s *Suite) TestWhoLetsTheCustomerTryAgainDoesNotPay() {
	role := s.world.Book.Roles["finance"]
	role.People = []policy.Person{sam, fiona}
	s.world.Book.Roles["finance"] = role
	s.small()
	s.writes(15*days, "I was away!")
	s.decide(15*days+hour, "reply-1", ActionAgain, sam)
	s.arrives(16*days, 2, "received-1", "1", "grade-1", "new")
	s.decide(17*days, "pay-1", ActionApprove, sam)
	s.pays(18*days, 1)
	r := s.run()
	s.Equal("fiona", r.Refunds[0].By[0].By.ID)
}

func (s *Suite) TestAfterTheEndAReplyIsAnsweredAndTheTicketClosedAgain() {
	s.small()
	s.comes(days)
	s.writes(3*days, "Thank you!")
	s.at(3*days+hour, func() {
		s.Equal([]string{"reply-1"}, s.tasks())
		s.Equal("The return is completed.\n\nThe customer has written:\nThank you!", s.card("reply-1").Text)
		s.Equal("1", s.ticketed()[len(s.ticketed())-1])
	})
	s.decide(3*days+2*hour, "reply-1", ActionAgain, sam)
	s.decide(3*days+3*hour, "reply-1", ActionDone, sam)
	s.at(3*days+4*hour, func() { s.Equal("4", s.ticketed()[len(s.ticketed())-1]) })
	s.writes(4*days, "Another thing …")
	s.decide(4*days+hour, "reply-2", ActionAnswer, sam, "comment", "Of course.")
	r := s.run()
	s.Equal(Completed, r.Ending)
	s.Less(r.Took.Duration, 2*days)
	s.Contains(s.refusals()[0], `"again" is no answer here`)
	s.Equal("4", s.ticketed()[len(s.ticketed())-1])
}

func (s *Suite) TestTheEndWaitsForAReplyThatNobodyHasAnswered() {
	s.decide(hour, ApproveTask, ActionReject, sam, "comment", "no")
	s.writes(7*days, "Why?")
	s.decide(9*days, "reply-1", ActionAnswer, sam, "comment", "They were used.")
	s.Equal(Rejected, s.run().Ending)
	s.Equal(9*days, s.env.Now().Sub(s.began))
	s.Equal("They were used.", s.mail(mailAnswer).Data["answer"])
}

func (s *Suite) TestSupportLetsTheCustomerTryAgainAlsoAfterNobodyListensAnyMore() {
	s.decide(hour, ApproveTask, ActionReject, sam, "comment", "no")
	s.writes(7*days, "Why?")
	s.decide(9*days, "reply-1", ActionAgain, sam, "comment", "You are right.")
	s.decide(9*days+hour, "approve-2", ActionReject, sam, "comment", "No, after all.")
	s.Equal(Rejected, s.run().Ending)
	s.Equal([]string{"received", "rejected", "answer", "rejected"}, s.mailed())
}

func (s *Suite) TestASecondDeliveryAndWhatMakesNoSenseAreNoNews() {
	s.small()
	s.at(hour, func() {
		for range 3 {
			s.env.SignalWorkflow(SignalReply, Reply{ID: "once", Text: "Hello?"})
		}
		s.env.SignalWorkflow(SignalReply, Reply{Text: "without an ID"})
		s.env.SignalWorkflow(SignalReply, "no reply at all")
		s.env.SignalWorkflow(SignalReply, map[string]any{"id": 7})
		s.env.SignalWorkflow(SignalUndelivered, []int{1})
		s.env.SignalWorkflow(SignalUndelivered, Undelivered{Step: "mail-1"})
	})
	s.at(2*hour, func() {
		s.Equal([]string{"arrive-1", "reply-1"}, s.tasks())
		s.Empty(s.told())
	})
	s.decide(3*hour, "reply-1", ActionDone, sam)
	s.comes(days)
	s.Equal(Completed, s.run().Ending)
	s.Equal(1, strings.Count(s.notes(), "Hello?"))
}

func (s *Suite) TestWhoeverWritesWithoutEndIsHeardForAWhileOnly() {
	s.small()
	s.at(hour, func() {
		for i := range 2 * maxNews {
			s.env.SignalWorkflow(SignalReply, Reply{ID: fmt.Sprint(i), Text: "Hello?"})
		}
	})
	s.decide(2*hour, "reply-1", ActionDone, sam)
	s.comes(days)
	s.Equal(Completed, s.run().Ending)
	s.Equal(maxNews, strings.Count(s.notes(), "Hello?"))
	s.Equal(1, strings.Count(s.notes(), "There was news of the customer 200 times, and what comes from now on isn't read"))
}

func (s *Suite) TestNobodyIsGivenMoreTimeOnceItIsOver() {
	s.small()
	s.writes(13*days, "It is on its way.")
	s.fail("CancelReturn", 16*days)
	s.decide(15*days, "reply-1", ActionExtend, sam, fieldDays, "7")
	s.decide(16*days, "cancel-1-failed-1", "retry", omar)
	s.decide(17*days, "reply-2", ActionDone, sam)
	s.Equal(Expired, s.run().Ending)
	s.Equal([]string{"received", "approved", "reminder", "reminder", "expired"}, s.mailed())
	s.Contains(s.refusals(), "Nothing is awaited any more. You are asked anew.")
}

func (s *Suite) TestAnAnswerThatIsReadNoMoreIsSaidToBeOneAndLetsTheClocksGoOn() {
	s.decide(hour, ApproveTask, ActionAsk, sam, "comment", "Why?")
	s.at(2*hour, func() {
		for i := range maxNews {
			s.env.SignalWorkflow(SignalUndelivered, Undelivered{ID: fmt.Sprint(i), Step: "mail-1", What: "bounce"})
		}
	})
	s.writes(3*hour, "Because.")
	s.at(4*hour, func() {
		s.Contains(s.told()[len(s.told())-1], "what comes from now on isn't read")
		s.NotContains(s.lastCard(ApproveTask).Status, "answer")
	})
	s.decide(5*hour, ApproveTask, ActionReject, sam, "comment", "no")
	s.Equal(hour*2, spentOn(s.run(), StageApproval)[withCustomer])
}

func (s *Suite) TestAnEmailThatDoesNotArriveComesToSupport() {
	s.small()
	s.at(hour, func() {
		s.env.SignalWorkflow(SignalUndelivered, Undelivered{ID: "u", Step: "mail-1", What: "bounce", Reason: "no such user"})
	})
	s.at(2*hour, func() {
		s.Equal("An e-mail didn't arrive: return R-7QX4M2KD of Ada Winter", s.card("reply-1").Title)
		s.Contains(s.card("reply-1").Text, "(bounce: no such user). Please try another way.")
	})
	s.decide(3*hour, "reply-1", ActionDone, sam)
	s.comes(days)
	s.Equal(Completed, s.run().Ending)
}

func (s *Suite) TestWhatACustomerWritesIsCutAndCleaned() {
	s.small()
	s.writes(hour, "a\x00b"+strings.Repeat("é", 5000))
	s.at(2*hour, func() {
		text := s.card("reply-1").Text
		s.Contains(text, "ab")
		s.Less(len([]rune(text)), 1200)
	})
	s.decide(3*hour, "reply-1", ActionDone, sam)
	s.comes(days)
	s.run()
}

func (s *Suite) TestWhoWritesFromAnotherAddressThanTheCustomersIsSaidToPeople() {
	s.small()
	s.at(hour, func() {
		s.env.SignalWorkflow(SignalReply, Reply{ID: "1", From: "eve@evil.example\n", Text: "Send it to me."})
		s.env.SignalWorkflow(SignalReply, Reply{ID: "2", From: "Ada@Contoso.example", Text: "Hello?"})
	})
	s.at(2*hour, func() {
		s.Contains(s.card("reply-1").Text, "Somebody has written from eve@evil.example, which isn't the customer's address. Make sure that it is them:\nSend it to me.\n\nThe customer has written:\nHello?")
	})
	s.decide(3*hour, "reply-1", ActionDone, sam)
	s.Equal(Expired, s.run().Ending)
}

func (s *Suite) TestWhatOursWriteToACustomerIsNoNewsButWhatTheyWriteAsTheCustomerIs() {
	s.isCustomer(walt)
	s.decide(hour, ApproveTask, ActionAsk, sam, "comment", "Which one?")
	s.at(2*hour, func() {
		s.env.SignalWorkflow(SignalReply, Reply{ID: "1", Ours: true, From: nina.Email, Text: "Which one?"})
	})
	s.at(3*hour, func() { s.False(s.view(ApproveTask).PausedSince.IsZero()) })
	s.at(4*hour, func() {
		s.env.SignalWorkflow(SignalReply, Reply{ID: "2", Ours: true, From: walt.Email, Text: "The left one."})
	})
	s.at(5*hour, func() { s.True(s.view(ApproveTask).PausedSince.IsZero()) })
	s.decide(6*hour, ApproveTask, ActionReject, sam, "comment", "no")
	s.Equal(Rejected, s.run().Ending)
	s.NotContains(s.notes(), "which isn't the customer's address")
	s.Contains(s.notes(), "The left one.")
}
