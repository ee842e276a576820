package returns

import (
	"time"

	"go.temporal.io/sdk/temporal"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

func (s *Suite) TestASmallReturnGoesByRuleFromItsRequestToItsEnd() {
	s.small()
	s.at(hour, func() {
		s.Equal([]string{"arrive-1"}, s.tasks())
		s.Equal(map[string]int{shirt: 1}, s.asOf().Approved)
	})
	s.comes(2 * days)
	r := s.run()
	s.Equal(Completed, r.Ending)
	s.True(r.ByRule)
	s.Empty(r.Decided)
	s.Equal("R-7QX4M2KD", r.Number)
	s.Equal("gid://shopify/Order/1042", r.Order)
	s.Equal("gid://shopify/Return/1", r.Shop)
	s.Equal("77", r.Ticket)
	s.Equal("h1", r.Policy)
	s.Equal(r.Received.Add(r.Took.Duration), r.Finished, "it took until its end, and not until nobody listened any more")
	s.Less(r.Took.Duration, 3*days)
	s.Greater(s.env.Now().Sub(s.began), 8*days, "the customer was listened to for a week")

	s.Require().Len(s.world.Requested, 1)
	s.Equal(commerce.RequestedReturn{
		Order: "gid://shopify/Order/1042", Number: "R-7QX4M2KD", Lines: []commerce.RequestedLine{
			{Line: shirt, Parcel: "gid://shopify/FulfillmentLineItem/SHIRT-M", Quantity: 1, Reason: commerce.TooSmall},
		},
	}, s.world.Requested[0].It)
	s.Len(s.world.Accepted, 1)
	s.Len(s.world.Closed, 1)
	s.Equal(commerce.Closed, s.world.Order.Returns[0].State)

	s.Require().Len(r.Arrived, 1)
	s.Equal("walt", r.Arrived[0].By.ID)
	s.Equal([]ArrivedLine{{Line: shirt, Quantity: 1, Grade: "new"}}, r.Arrived[0].Lines)
	s.Equal(2*days, spentOn(r, StageArrival)[withCustomer])
	for _, done := range r.Steps {
		s.Equal("done", done.Ended, done.Name)
	}
}

func (s *Suite) TestTheCustomerHearsOfEachTurnOnceAndSoDoesTheTicket() {
	s.small()
	s.comes(2 * days)
	s.run()
	s.Equal([]string{"received", "approved", "arrived"}, s.mailed()[:3])
	received := s.mail(mailReceived)
	s.Equal("Ada Winter", received.To.Name)
	s.Equal("default-test-workflow-id", received.Case, "an answer comes back to the return")
	s.Equal("R-7QX4M2KD", received.Data["number"])
	s.Equal("#1042", received.Data["order"])
	s.Equal("Northwind Robotics", received.Data["company"])
	s.Equal("1 × Shirt M (SHIRT-M)", received.Data["lines"])
	approved := s.mail(mailApproved).Data
	s.Equal("EUR 4.90", approved["fee"])
	s.Empty(approved["we_pay"])
	s.Empty(approved["part"])
	s.Equal("Northwind Returns\nDock 4, 20457 Hamburg", approved["address"])
	s.Equal("Mon 17 August 2026, 10:00 UTC", approved["until"])

	s.Empty(s.world.Opened, "there is a ticket")
	s.Equal(crm.TicketUpdate{Ticket: "77", Number: "R-7QX4M2KD", Note: "This is the return R-7QX4M2KD.", At: s.world.Ticketed[0].It.At},
		s.world.Ticketed[0].It)
	s.Contains(s.notes(), "To the customer: The return is approved.\naddress: Northwind Returns")
	s.Contains(s.notes(), "The return R-7QX4M2KD is completed.")
	stages := s.ticketed()
	s.Equal([]string{"1", "2", "1"}, stages[:3], "open, then the parcel is the customer's, then it is ours")
	s.Equal("4", stages[len(stages)-1])
}

func (s *Suite) TestAReturnWithoutATicketGetsOne() {
	s.small()
	s.in.Ticket, s.in.Comment = "", "It is tight."
	s.comes(2 * days)
	r := s.run()
	s.Require().Len(s.world.Opened, 1)
	s.Equal(crm.NewTicket{
		Number: "R-7QX4M2KD", Subject: "Return R-7QX4M2KD of order 1042", Text: "1 x SHIRT-M, too_small\n\nIt is tight.",
		Email: "ada@contoso.example", Name: "Ada Winter", Pipeline: "0", Stage: "1",
	}, s.world.Opened[0].It)
	s.Equal("901", r.Ticket)
	s.Equal("901", s.world.Ticketed[0].It.Ticket)
}

func (s *Suite) TestATicketThatIsDeletedIsLetBe() {
	s.small()
	s.world.TicketGone = true
	s.comes(2 * days)
	r := s.run()
	s.Equal(Completed, r.Ending)
	s.Len(s.world.Ticketed, 1)
	s.Empty(r.Ticket)
}

func (s *Suite) TestWhatTheCustomerKeepsIsPaidForWithoutAParcel() {
	s.small()
	s.policy.KeepBelow = policy.Limits{"EUR": 31_00}
	s.at(hour, func() { s.NotContains(s.tasks(), "arrive-1") })
	s.pays(2*hour, 1)
	r := s.run()
	s.Equal(Completed, r.Ending)
	s.True(r.Assessed.Keep)
	s.Empty(r.Arrived)
	approved := s.mail(mailApproved).Data
	s.Equal("yes", approved["keep"])
	for _, key := range []string{"address", "until", "we_pay", "fee"} {
		s.Empty(approved[key], key)
	}
	s.NotContains(s.mailed(), "arrived")
	s.Require().Len(s.world.Stocked, 1, "the shop counts it as returned")
	s.Equal(commerce.Kept, s.world.Stocked[0].It.Lines[0].Stock)
	s.Len(s.world.Closed, 1)
}

func (s *Suite) TestACancelledWorkflowGivesFreeWhatTheShopKeptForIt() {
	for name, c := range map[string]struct {
		prepare   func()
		after     time.Duration
		declined  int
		cancelled int
		state     commerce.State
	}{
		"while support decides":   {func() {}, hour, 1, 0, commerce.Declined},
		"while the parcel is due": {s.small, hour, 0, 1, commerce.Cancelled},
		"once something has come": {func() {
			s.decide(hour, ApproveTask, ActionApprove, sam)
			s.arrives(days, 1, "received-1", "1", "grade-1", "new")
		}, 2 * days, 0, 0, commerce.Open},
	} {
		s.Run(name, func() {
			s.SetupTest()
			c.prepare()
			s.env.RegisterDelayedCallback(s.env.CancelWorkflow, c.after)
			s.env.ExecuteWorkflow(Workflow, s.in)
			s.True(temporal.IsCanceledError(s.env.GetWorkflowError()))
			s.Len(s.world.Declined, c.declined)
			s.Len(s.world.Cancelled, c.cancelled)
			s.Equal(c.state, s.world.Order.Returns[0].State)
			last := s.world.Ticketed[len(s.world.Ticketed)-1].It
			s.Contains(last.Note, "The return R-7QX4M2KD was given up at the stage")
			s.Equal("1", last.Stage)
			s.Empty(s.tasks())
		})
	}
}

func (s *Suite) TestNothingIsAskedAboutACancelledWorkflowThatCanGiveNothingFree() {
	s.small()
	s.fail("CancelReturn", 1000*hour)
	s.fail("UpdateTicket", 1000*hour)
	s.decide(hour, "ticket-1-failed-1", "skip", omar)
	s.env.RegisterDelayedCallback(s.env.CancelWorkflow, days)
	s.env.ExecuteWorkflow(Workflow, s.in)
	s.True(temporal.IsCanceledError(s.env.GetWorkflowError()))
	s.Empty(s.tasks())
}

func (s *Suite) TestEachStepThatMustBeDoneIsOperationsToTryAgainOrGiveUp() {
	for activity, task := range map[string]string{
		"ReturnPolicy": "policy-failed-1", "ReadOrder": "find-order-1-failed-1", "AssessReturn": "assess-1-failed-1",
		"RequestReturn": "request-1-failed-1", "AcceptReturn": "accept-1-failed-1",
	} {
		s.Run(activity+" again", func() {
			s.SetupTest()
			s.small()
			s.fail(activity, hour)
			s.at(hour/2, func() { s.Contains(s.tasks(), task) })
			s.decide(2*hour, task, "retry", omar)
			s.comes(2 * days)
			r := s.run()
			s.Equal(Completed, r.Ending)
			s.NotZero(spentOn(r, StageRequest)[humantask.RoleOperations] + spentOn(r, StageApproval)[humantask.RoleOperations])
		})
		s.Run(activity+" given up", func() {
			s.SetupTest()
			s.small()
			s.fail(activity, 1000*hour)
			s.decide(2*hour, task, "skip", omar)
			s.decide(3*hour, task, "abort", omar)
			r := s.run()
			s.Equal(Aborted, r.Ending)
			s.Contains(s.refusals(), `"skip" is no answer here, or not now. Choose one of: retry, abort, claim.`)
			if activity == "AcceptReturn" {
				s.Equal(commerce.Declined, s.world.Order.Returns[0].State, "nobody keeps what is left of it from others")
			}
		})
	}
}

func (s *Suite) TestAnEmailThatCannotBeSentHoldsNothingButTheNextOnesUp() {
	s.small()
	s.fail("SendEmail", 100*days)
	s.comes(2 * days)
	s.at(3*days, func() {
		s.Contains(s.tasks(), "mail-1-failed-1")
		s.Len(s.asOf().Arrived, 1)
		s.world.Fail = nil
	})
	s.decide(4*days, "mail-1-failed-1", "skip", omar)
	r := s.run()
	s.Equal(Completed, r.Ending)
	s.Equal([]string{"approved", "arrived"}, s.mailed()[:2])
}

func (s *Suite) TestWhoeverGivesTheCaseUpOverAnEmailEndsIt() {
	s.small()
	s.fail("SendEmail", 100*days)
	s.decide(2*hour, "mail-1-failed-1", "abort", omar)
	r := s.run()
	s.Equal(Aborted, r.Ending)
	s.Equal(commerce.Cancelled, s.world.Order.Returns[0].State)
	s.Empty(s.tasks())
}

func (s *Suite) TestATicketThatCannotBeOpenedIsOperationsToSkip() {
	s.small()
	s.in.Ticket = ""
	s.fail("OpenTicket", 100*days)
	s.decide(2*hour, "ticket-failed-1", "skip", omar)
	s.comes(2 * days)
	r := s.run()
	s.Equal(Completed, r.Ending)
	s.Empty(s.world.Ticketed)
	s.Empty(r.Ticket)
}

func (s *Suite) TestTheHouseCountsItsHoursOfTheTurnaround() {
	s.decide(2*hour, ApproveTask, ActionApprove, sam)
	s.arrives(2*days, 1, "received-1", "2", "grade-1", "new")
	s.pays(3*days, 1)
	r := s.run()
	for _, spent := range r.Spent {
		if spent.Stage == StageApproval && spent.With == "sam" {
			s.Equal(2*hour, spent.Working.Duration)
		}
	}
	s.Equal(2*hour, spentOn(r, StageApproval)["sam"])
}

func (s *Suite) TestWhatOperationsSeeIsMarkdown() {
	s.in.Name = "Ada *Winter*"
	r := &returning{in: s.in, stage: StageReplies}
	r.result.Ending = Rejected
	s.Contains(r.details(), `**return R\-7QX4M2KD of Ada \*Winter\***, order 1042`)
	s.Contains(r.details(), "It is rejected.")
}
