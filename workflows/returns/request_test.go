package returns

import (
	"slices"
	"time"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/refund"
	"github.com/throughline-dev/throughline/workflows/internal/outside"
)

func (s *Suite) TestWhoIsNotTheOrdersCustomerLearnsNothingAboutIt() {
	var answers []string
	for name, change := range map[string]func(){
		"somebody else's":  func() { s.in.Email = "eve@elsewhere.example" },
		"none of the shop": func() { s.in.Order, s.in.Email = "7777", "eve@elsewhere.example" },
	} {
		s.Run(name, func() {
			s.SetupTest()
			change()
			s.in.Name = ""
			r := s.run()
			s.Equal(Refused, r.Ending)
			s.Empty(r.Order)
			s.Empty(s.world.Requested)
			s.Equal([]string{"refused"}, s.mailed())
			m := s.mail(mailRefused)
			s.Empty(m.Data["customer_name"])
			s.Empty(m.To.Name)
			s.Equal(s.in.Order, m.Data["order"], "as they wrote it, and not as the shop has it")
			answers = append(answers, m.Data["reasons"])
			s.NotContains(m.Data["reasons"], "Ada")
			s.Contains(s.notes(), "This return can't be processed:\nThe ")
			stages := s.ticketed()
			s.Equal("4", stages[len(stages)-1])
		})
	}
	s.Equal(answers[0], answers[1], "whether there is such an order isn't told either")
}

func (s *Suite) TestNobodyHasUsWriteTheirOwnWordsToSomebodyElse() {
	for order, written := range map[string]string{"EN-1043": "EN-1043", "Win! evil.example/x": ""} {
		s.SetupTest()
		s.in.Email, s.in.Order, s.in.Name = "victim@elsewhere.example", order, "you have won: https://evil.example"
		s.Equal(Refused, s.run().Ending)
		m := s.mail(mailRefused)
		s.Empty(m.To.Name)
		s.Empty(m.Data["customer_name"])
		s.Equal(written, m.Data["order"])
		for _, value := range m.Data {
			s.NotContains(value, "evil")
		}
	}
}

func (s *Suite) TestMoreThanIsLeftIsAnsweredAndNotProcessed() {
	s.world.Order.Returns = []commerce.Return{{ID: "gid://shopify/Return/1", Name: "#1042-R1", State: commerce.Open, Lines: []commerce.ReturnedLine{
		{ID: "x", Line: lamps, Quantity: 1},
	}}}
	r := s.run()
	s.Equal(Refused, r.Ending)
	s.Contains(s.mail(mailRefused).Data["reasons"], "You have asked to return 2 of Desk lamp, and 1 can be returned")
	s.Empty(s.world.Requested)
	s.Empty(s.world.Declined)
}

func (s *Suite) TestWhatWasReturnedBetweenTwoLooksIsSeen() {
	s.world.Fail = nil
	s.fail("FindVariants", 0)
	reads := 0
	fail := s.world.Fail
	s.world.Fail = func(a string, key effect.Key) error {
		if a == "ReadOrder" {
			if reads++; reads == 2 { // under the lock
				s.world.Order.Lines[0].RefundedQuantity, s.world.Order.Lines[0].Refunded = 2, euro(80_00)
				s.world.Order.Refunded = euro(80_00)
			}
		}
		return fail(a, key)
	}
	r := s.run()
	s.Equal(Refused, r.Ending)
	s.Equal(2, reads)
}

func (s *Suite) TestATicketThatSaysAllGoesByItself() {
	s.fromTicket()
	s.comes(2 * days)
	r := s.run()
	s.Equal(Completed, r.Ending)
	s.True(r.ByRule)
	s.Equal(refund.Refund, r.Wish)
	s.Equal("77", r.Ticket)
	s.Equal("R-7QX4M2KD", s.world.Ticketed[0].It.Number)
	s.Empty(s.world.Opened)
}

// fromTicket has a ticket start the return of the shirt.
func (s *Suite) fromTicket() {
	s.in = Request{Number: "R-7QX4M2KD", Ticket: "76", FromTicket: true, Received: s.began, Email: "ada@contoso.example"}
	s.world.Ticket = crm.Ticket{
		ID: "77", Subject: "Return", Text: "It is\x00 too small.", Email: "ada@contoso.example", Name: "Ada Winter",
		Order: " #1042 ", Items: "1 x SHIRT-M, too small", Wish: "Refund", URL: "https://desk.example/77",
	}
}

func (s *Suite) TestWhatATicketDoesNotSaySupportAdds() {
	s.fromTicket()
	s.world.Ticket.Order, s.world.Ticket.Items, s.world.Ticket.Wish = "", "the shirt, please", "money"
	s.at(hour, func() {
		s.Equal([]string{CompleteTask}, s.tasks())
		fields := s.view(CompleteTask).Actions[0].Fields
		s.Equal("", fields[0].Value)
		s.Equal("ada@contoso.example", fields[1].Value)
		s.Equal("the shirt, please", fields[2].Value)
		s.Equal("", fields[3].Value, "which isn't one of the wishes")
	})
	s.decide(2*hour, CompleteTask, ActionFill, walt, "order", "1042", "items", "1 x SHIRT-M, too small", "wish", "refund")
	s.decide(3*hour, CompleteTask, ActionFill, sam, "order", "1042", "items", "the shirt", "wish", "refund")
	s.decide(4*hour, CompleteTask, ActionFill, sam, "order", "1042", "items", "1 x SHIRT-M, ugly", "wish", "refund")
	s.decide(5*hour, CompleteTask, ActionFill, sam, "order", "1042", "items", "1 x SHIRT-M, too small", "wish", "refund", "email", "ada")
	s.decide(6*hour, CompleteTask, ActionFill, sam, "order", "#1042", "items", "1 x SHIRT-M, too small", "wish", "refund")
	s.comes(2 * days)
	r := s.run()
	s.Equal(Completed, r.Ending)
	card := s.card(CompleteTask)
	s.Equal("Complete the return R-7QX4M2KD of Ada Winter", card.Title)
	s.Equal("CSUPPORT", card.To)
	s.Equal("Return\nIt is too small.", outside.Fact(card, "What they wrote"))
	s.Contains(outside.Fact(card, "Missing or wrong"), "Items can't be read in line 1")
	s.Contains(outside.Fact(card, "Missing or wrong"), "Order is missing: give the order's number")
	s.Contains(outside.Fact(card, "Missing or wrong"), "Wish must be refund")
	s.NotContains(outside.Fact(card, "Missing or wrong"), "Items are missing")
	refusals := s.refusals()
	s.Contains(refusals[0], "This isn't yours to decide.")
	s.Contains(refusals[1], "Items can't be read in line 1, which doesn't begin with how many")
	s.Contains(refusals[2], "Items (line 1, reason) must be")
	s.Contains(refusals[3], "E-mail is not an e-mail address")
	s.Equal(6*hour, spentOn(r, StageRequest)["sam"])
}

func (s *Suite) TestATicketThatIsNoReturnIsLeftToWhoeverAnswersIt() {
	s.fromTicket()
	s.world.Ticket.Order = ""
	s.writes(hour, "Hello?")
	s.decide(2*hour, CompleteTask, ActionDrop, sam)
	r := s.run()
	s.Equal(Dropped, r.Ending)
	s.Contains(s.told()[0], "Hello?")
	s.Empty(s.mailed())
	s.NotContains(s.ticketed(), "4")
	s.Zero(s.world.Requested)
	s.Less(s.env.Now().Sub(s.began), days, "nobody listens")
}

func (s *Suite) TestATicketThatIsGoneOrAnothersStartsNothing() {
	for name, change := range map[string]func(){
		"deleted":       func() { s.world.Ticket = crm.Ticket{} },
		"another's":     func() { s.world.Ticket.Case = "return-aaaaaaaaaaaaaaaa" },
		"its own again": func() { s.world.Ticket.Case = "default-test-workflow-id" },
	} {
		s.Run(name, func() {
			s.SetupTest()
			s.fromTicket()
			change()
			if name == "its own again" {
				s.comes(2 * days)
				s.Equal(Completed, s.run().Ending)
				return
			}
			s.Equal(Dropped, s.run().Ending)
			s.Empty(s.world.Ticketed)
			s.Empty(s.mailed())
		})
	}
}

func (s *Suite) TestARefusedReturnIsPutRightBySupportWhenTheCustomerWrites() {
	s.in.Order = "1024"
	s.writes(days, "Sorry, it is 1042!")
	s.decide(days+hour, "reply-1", ActionAgain, sam, "comment", "We look at it again.")
	s.at(days+2*hour, func() {
		s.Equal([]string{CompleteTask}, s.tasks())
		s.Empty(s.asOf().Ending)
		s.Equal("2 x LAMP-1, unwanted", s.view(CompleteTask).Actions[0].Fields[2].Value)
	})
	s.decide(days+3*hour, CompleteTask, ActionFill, nina, "order", "1042")
	s.decide(days+4*hour, ApproveTask, ActionReject, sam, "comment", "They were used.")
	r := s.run()
	s.Equal(Rejected, r.Ending)
	s.Equal([]string{"refused", "answer", "rejected"}, s.mailed())
	s.True(slices.ContainsFunc(s.world.Ticketed, func(u outside.Sent[crm.TicketUpdate]) bool { return u.It.Reopen && u.It.Stage == "1" }))
	s.Len(s.world.Requested, 1)
}

func (s *Suite) TestNobodyOfOursDecidesAboutTheirOwnReturn() {
	role := s.world.Book.Roles["support"]
	role.People = append([]policy.Person{{ID: "ada", Name: "Ada Winter", Email: "Ada@Contoso.example", Slack: "UADA"}}, role.People...)
	s.world.Book.Roles["support"] = role
	s.decide(hour, ApproveTask, ActionApprove, policy.Person{Slack: "UADA"})
	s.decide(2*hour, ApproveTask, ActionReject, sam, "comment", "no")
	r := s.run()
	s.Equal("sam", r.Decided[0].By.ID)
	s.Contains(s.refusals()[0], "This isn't yours to decide.")
}

func (s *Suite) TestWhileNobodyIsInARoleOperationsAreAsked() {
	s.at(time.Minute, func() { s.world.Book.Roles["support"] = policy.Role{Name: "support", Channel: "CSUPPORT"} })
	s.fail("RequestReturn", time.Minute)
	s.decide(hour, "request-1-failed-1", "retry", omar)
	s.at(2*hour, func() {
		s.Equal([]string{"people-1-failed-2"}, s.tasks())
		s.world.Book.Roles["support"] = policy.Role{Name: "support", People: []policy.Person{nina}}
	})
	s.decide(3*hour, "people-1-failed-2", "retry", omar)
	s.decide(4*hour, ApproveTask, ActionReject, nina, "comment", "no")
	s.Equal(Rejected, s.run().Ending)
	s.Contains(outside.Fact(s.card("people-1-failed-2"), "What happened"), `has the role "support"`)

	s.SetupTest()
	s.fail("RequestReturn", time.Minute)
	s.at(time.Minute, func() { s.world.Book.Roles["support"] = policy.Role{Name: "support"} })
	s.decide(hour, "request-1-failed-1", "retry", omar)
	s.decide(3*hour, "people-1-failed-2", "abort", omar)
	s.Equal(Aborted, s.run().Ending)
}
