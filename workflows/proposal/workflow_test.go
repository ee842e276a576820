package proposal

import (
	"testing"
	"time"

	"github.com/stretchr/testify/suite"
	"go.temporal.io/sdk/temporal"

	"github.com/throughline-dev/throughline/activities/billing"
	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/esign"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/projects"
	"github.com/throughline-dev/throughline/workflows/internal/outside"
)

type WaySuite struct{ Suite }

func TestWay(t *testing.T) { suite.Run(t, &WaySuite{}) }

func (s *WaySuite) TestAProposalGoesFromTheNotesToAProjectAndAnInvoice() {
	s.decide(2*hour, "review-1", ActionApprove, maria)
	s.signature(26*hour, "request-1", esign.Signed)
	r := s.run()

	s.Equal(Signed, r.Ending)
	s.Equal("P-7QX4M2KD", r.Number)
	s.Equal("maria", r.Strategist.ID)
	s.Equal(euro(4499_00), r.Total)
	s.True(r.ByRule)
	s.Empty(r.Approvals)
	s.Equal("h1", r.Policy)
	s.Require().Len(r.Versions, 1)
	s.Equal("901", r.Project.ID)
	s.Equal("in_1", r.Invoice.ID)
	s.Equal("42", r.Deal.Deal)
	s.Equal(26*hour, r.Took.Duration.Round(time.Minute))
	for _, step := range r.Steps {
		s.Equal("done", step.Ended, step.Name)
	}

	card := s.card("review-1")
	s.Equal("UMARIA", card.To)
	s.Equal("Review the proposal P-7QX4M2KD for Contoso", card.Title)
	s.Equal("EUR 4,499.00", outside.Fact(card, "Total"))
	s.Equal("Timeline, Budget, Stakeholders, Risks, Next steps", outside.Fact(card, "Missing"))
	s.Equal("Colours", outside.Fact(card, "In the notes, and left out"))
	s.Contains(outside.Fact(card, "Approval"), "by rule")

	s.Require().Len(s.world.Requests, 1)
	sent := s.world.Requests[0].It
	s.Equal(r.Versions[0].Digest, sent.Digest)
	s.Equal(esign.Signer{Name: "Ada Winter", Email: "ada@contoso.example"}, sent.Signer)
	s.Equal(s.began.Add(2*hour+14*24*hour), sent.Expires.UTC().Truncate(time.Minute))

	s.Require().Len(s.world.Projects, 1)
	project := s.world.Projects[0].It
	s.Equal("Contoso: Forty robots", project.Name)
	s.Equal("maria@northwind.example", project.Owner)
	s.Equal("2026-08-04", project.Start)
	s.Equal([]projects.Section{
		{Name: "Start", Tasks: []projects.Task{
			{Name: "Kickoff call", Assignee: "maria@northwind.example", Due: "2026-08-06"},
			{Name: "Access", Assignee: "omar@northwind.example", Due: "2026-08-11"},
			{Name: "Filing"},
		}},
		{Name: "Build"},
	}, project.Sections)

	s.Require().Len(s.world.Invoices, 1)
	invoice := s.world.Invoices[0].It
	s.Equal(billing.Customer{Email: "ada@contoso.example", Name: "Ada Winter", Company: "Contoso", Country: "DE"}, invoice.Customer)
	s.Equal([]billing.Line{{Description: "2 × Robot arm", Amount: euro(3999_00)}, {Description: "Set-up", Amount: euro(500_00)}}, invoice.Lines)
	s.Equal(euro(4499_00), invoice.Total)
	s.Equal(30, invoice.DueDays)

	s.Require().Len(s.world.Wins, 1)
	s.Equal(crm.Win{
		Deal: "42", Stage: "closedwon", Amount: euro(4499_00), At: r.Status.At,
		Note: "The proposal P-7QX4M2KD, version 1, was signed: EUR 4,499.00.",
	}, s.world.Wins[0].It)

	templates := map[string]string{}
	for _, m := range s.world.Mails {
		templates[m.It.Template] = m.It.To.Email
	}
	s.Equal(map[string]string{"proposal_signed": "ada@contoso.example", "task": "maria@northwind.example"}, templates)
	s.Equal([]string{"Contoso has signed the proposal P-7QX4M2KD"}, s.told("CDEALS"))
}

func (s *WaySuite) TestADealThatReachesItsStageBecomesAProposal() {
	owner := anna
	owner.CRMOwner = "77"
	s.world.Book.People["anna"] = owner
	s.world.Deal = crm.Deal{
		Deal: "42", Name: "Robots for Contoso", Owner: "77", Currency: "EUR", Company: crm.Company{Name: "Contoso", Country: "DE"},
		Client: crm.Contact{Name: "Ada Winter", Email: "ada@contoso.example"}, Notes: "Goals: pallets.",
		Lines: []crm.DealLine{{Description: "Robots", Quantity: money.One, Price: euro(20_000_00)}},
	}
	s.in = Request{Number: "P-1", Deal: "42", FromDeal: true, ValidUntil: "2026-08-31", Received: s.began}
	s.decide(hour, "review-1", ActionApprove, maria)
	s.decide(2*hour, "approve-1-partner-victor", ActionApprove, victor)
	s.signature(3*hour, "request-1", esign.Signed)
	r := s.run()
	s.Equal(Signed, r.Ending)
	s.Equal(euro(20_000_00), r.Total)
	s.Equal([]string{"victor"}, s.approvers(), "who owns the deal has asked for it")
	s.Equal("ada@contoso.example", s.world.Requests[0].It.Signer.Email)
	s.Equal("42", s.world.Wins[0].It.Deal)
}

func (s *WaySuite) TestWithoutADealOrAChannelThatPartIsLeftOut() {
	s.in.Deal, s.policy.Channel = "", ""
	s.decide(hour, "review-1", ActionApprove, maria)
	s.signature(2*hour, "request-1", esign.Signed)
	s.Equal(Signed, s.run().Ending)
	s.Empty(s.world.Wins)
	s.Empty(s.told("CDEALS"))
}

func (s *WaySuite) TestWhereTheTimeWent() {
	s.total(20_000_00)
	s.decide(2*hour, "review-1", ActionApprove, maria)               // 10:00 to 12:00 UTC, within the hours
	s.decide(26*hour, "approve-1-partner-anna", ActionApprove, anna) // to Tuesday 12:00
	s.signature(50*hour, "request-1", esign.Signed)                  // to Wednesday 12:00
	r := s.run()
	s.Require().Len(r.Spent, 3, "what took no time isn't listed")
	for i, want := range []struct {
		stage, with   string
		wall, working time.Duration
	}{
		{"review", "maria", 2 * hour, 2 * hour},
		{"approval", "anna", 24 * hour, 8 * hour},
		{"signature", "client", 24 * hour, 8 * hour},
	} {
		got := r.Spent[i]
		s.Equal(want.stage, got.Stage)
		s.Equal(want.with, got.With)
		s.Equal(want.wall, got.Wall.Duration.Round(time.Minute))
		s.Equal(want.working, got.Working.Duration.Round(time.Minute))
	}
}

func (s *WaySuite) TestTheQueryTellsWhereItIs() {
	s.at(hour, func() {
		r := s.asOf()
		s.Empty(r.Ending)
		s.Equal("maria", r.Strategist.ID)
		s.Len(r.Versions, 1)
		s.Equal([]string{"review-1"}, s.tasks())
		v := s.version(1)
		s.Equal("Move pallets at night.", v.Proposal.Sections[0].Text)
		s.Equal(r.Versions[0], v.Document)
		_, err := s.env.QueryWorkflow(QueryVersion, 2)
		s.ErrorContains(err, "there is no version 2: there are 1")
	})
	s.decide(2*hour, "review-1", ActionDrop, maria, "comment", "no budget")
	s.run()
}

func (s *WaySuite) TestAStrategistMayDropIt() {
	s.decide(hour, "review-1", ActionDrop, maria)
	s.decide(2*hour, "review-1", ActionDrop, maria, "comment", "no budget")
	s.Equal(Dropped, s.run().Ending)
	s.Require().Len(s.refusals(), 1, "a reason is needed")
	s.Empty(s.world.Requests)
}

func (s *WaySuite) TestNobodyReviewsSoTheManagerIsAsked() {
	s.decide(50*hour, "review-1", ActionDrop, grace, "comment", "no budget")
	r := s.run()
	s.Equal(Dropped, r.Ending)
	s.Equal("maria", r.Strategist.ID, "the manager helps out")
}

func (s *WaySuite) TestWhoeverItIsHandedOverToIsTheStrategist() {
	s.decide(hour, "review-1", "hand-over", maria, "to", "luis")
	s.decide(2*hour, "review-1", ActionApprove, luis)
	s.signature(3*hour, "request-1", esign.Signed)
	s.Equal("luis", s.run().Strategist.ID)
	s.Equal("luis@northwind.example", s.world.Projects[0].It.Owner)
}

func (s *WaySuite) TestAStrategistWhoIsAwayIsPassedOver() {
	s.away("maria", "luis")
	s.decide(hour, "review-1", ActionDrop, luis, "comment", "no")
	s.Equal("luis", s.run().Strategist.ID)
}

func (s *WaySuite) TestWhereAllAreAwayTheReviewGoesToTheirCover() {
	s.away("maria", "grace")
	s.away("luis", "")
	s.decide(hour, "review-1", ActionDrop, grace, "comment", "no")
	r := s.run()
	s.Equal("maria", r.Strategist.ID)
	s.Zero(len(s.world.Turns), "nobody's turn is counted")
}

func (s *WaySuite) TestAnEmptyPoolIsPutRightByOperations() {
	members := s.world.Book.Pools["strategists"]
	s.world.Book.Pools["strategists"] = policy.Pool{Name: "strategists"}
	s.at(hour, func() { s.world.Book.Pools["strategists"] = members })
	s.decide(2*hour, "policy-failed-1", "retry", omar)
	s.decide(3*hour, "review-1", ActionDrop, maria, "comment", "no")
	s.Equal(Dropped, s.run().Ending)
}

func (s *WaySuite) TestOperationsGiveTheCaseUp() {
	s.fail("DraftProposal", 1000*hour)
	s.decide(hour, "draft-failed-1", "abort", omar)
	s.Equal(Aborted, s.run().Ending)
}

func (s *WaySuite) TestACancelledProposalWithdrawsItsCard() {
	s.at(hour, s.env.CancelWorkflow)
	s.env.ExecuteWorkflow(Workflow, s.in)
	s.True(temporal.IsCanceledError(s.env.GetWorkflowError()))
	s.Contains(s.status("review-1"), "Withdrawn")
}

func (s *WaySuite) TestWithoutLinksTheCardGoesWithout() {
	s.fail("LinkDocument", 1000*hour)
	s.decide(hour, "review-1", ActionDrop, maria, "comment", "no")
	s.Equal(Dropped, s.run().Ending)
	s.Empty(outside.Fact(s.card("review-1"), "Document"))
}

func (s *WaySuite) TestSlackDownStopsNothing() {
	s.total(20_000_00)
	for _, activity := range []string{"PostCard", "UpdateCard", "ReplyInThread"} {
		s.fail(activity, 1000*hour)
	}
	s.policy.Channel = ""
	s.decide(hour, "review-1", ActionApprove, maria)
	s.decide(2*hour, "approve-1-partner-anna", ActionApprove, anna)
	s.signature(3*hour, "request-1", esign.Signed)
	s.Equal(Signed, s.run().Ending)
}

func (s *WaySuite) TestSignalsThatMakeNoSenseArePassedOver() {
	s.at(hour, func() {
		s.env.SignalWorkflow(SignalSignature, "what?")
		s.env.SignalWorkflow(SignalRecall, 42)
		s.env.SignalWorkflow(SignalSignature, esign.Status{})
		s.env.SignalWorkflow(SignalRecall, Recall{})
	})
	s.decide(2*hour, "review-1", ActionApprove, maria)
	s.at(3*hour, func() {
		s.env.SignalWorkflow(SignalSignature, esign.Status{ID: "request-1", State: "eaten"})
		s.env.SignalWorkflow(SignalSignature, esign.Status{ID: "another", State: esign.Declined})
	})
	s.signature(4*hour, "request-1", esign.Signed)
	s.Equal(Signed, s.run().Ending)
}
