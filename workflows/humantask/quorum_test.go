package humantask

import (
	"testing"
	"time"

	"github.com/stretchr/testify/suite"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/internal/outside"
)

var victor = policy.Person{ID: "victor", Name: "Victor Hale", Email: "victor@northwind.example", Slack: "UVICTOR"}

// QuorumSuite runs one workflow that asks several people one question, in time that skips.
type QuorumSuite struct {
	suite.Suite
	testsuite.WorkflowTestSuite
	env     *testsuite.TestWorkflowEnvironment
	world   *outside.World
	quorum  Quorum
	outcome QuorumOutcome
	err     error
}

func TestQuorum(t *testing.T) { suite.Run(t, &QuorumSuite{}) }

func (s *QuorumSuite) SetupTest() {
	s.env = s.NewTestWorkflowEnvironment()
	s.world = &outside.World{Now: s.env.Now, Book: &policy.Book{People: map[string]policy.Person{
		"maria": maria, "grace": grace, "nina": nina, "luis": luis, "zoe": zoe, "victor": victor,
	}}}
	s.env.RegisterActivity(s.world)
	s.outcome, s.err = QuorumOutcome{}, nil
	s.quorum = Quorum{Yes: "approve", Task: Task{
		ID: "approve", Title: "Approve the proposal", Version: "3",
		Candidates: []policy.Person{maria, nina, luis},
		Actions: []Action{
			{Name: "approve", Label: "Approve", Done: "Approved"}, {Name: "reject", Label: "Reject", Done: "Rejected"},
		},
		Ladder: policy.Ladder{{After: policy.Hours(24), Do: policy.Remind}, {After: policy.Hours(48), Do: policy.Escalate}},
	}}
}

// answer has somebody click on the card of a seat.
func (s *QuorumSuite) answer(at time.Duration, seat, action string, who policy.Person) {
	s.env.RegisterDelayedCallback(func() {
		s.env.SignalWorkflow(SignalDecide, Decision{
			ID: seat + action + who.ID, Task: "approve-" + seat, Action: action, Version: "3",
			By: Actor{Slack: who.Slack}, Reply: Reply{Channel: "C1", User: who.Slack},
		})
	}, at)
}

func (s *QuorumSuite) run() {
	s.env.ExecuteWorkflow(func(ctx workflow.Context) error {
		desk, err := NewDesk(ctx, Options{})
		if err != nil {
			return err
		}
		s.outcome, s.err = desk.AskQuorum(ctx, s.quorum)
		return desk.Close(ctx)
	})
	s.Require().True(s.env.IsWorkflowCompleted())
}

func (s *QuorumSuite) by() (ids []string) {
	for _, o := range s.outcome.Answers {
		ids = append(ids, o.By.ID)
	}
	return ids
}

// card is what the person's card says in the end.
func (s *QuorumSuite) card(who policy.Person) (status string) {
	for _, u := range s.world.Updates {
		if u.It.At.Channel == "D-"+who.Slack {
			status = u.It.Card.Status
		}
	}
	return status
}

func (s *QuorumSuite) asked() (ids []string) {
	for _, c := range s.world.Cards {
		ids = append(ids, c.It.To)
	}
	return ids
}

func (s *QuorumSuite) TestAllMustAgree() {
	s.answer(time.Hour, "nina", "approve", nina)
	s.answer(2*time.Hour, "maria", "approve", maria)
	s.answer(3*time.Hour, "luis", "approve", luis)
	s.run()
	s.NoError(s.err)
	s.True(s.outcome.Agreed)
	s.Equal([]string{"nina", "maria", "luis"}, s.by())
	s.ElementsMatch([]string{"UMARIA", "UNINA", "ULUIS"}, s.asked())
}

func (s *QuorumSuite) TestOneRejectionEndsItWhereAllMustAgree() {
	s.answer(time.Hour, "nina", "reject", nina)
	s.answer(2*time.Hour, "maria", "approve", maria)
	s.run()
	s.False(s.outcome.Agreed)
	s.Equal([]string{"nina"}, s.by())
	s.Equal("Withdrawn: it has been decided without you. There is nothing left to do.", s.card(maria))
}

func (s *QuorumSuite) TestTwoOfThreeAreEnough() {
	s.quorum.Need = 2
	s.answer(time.Hour, "nina", "reject", nina)
	s.answer(2*time.Hour, "maria", "approve", maria)
	s.answer(3*time.Hour, "luis", "approve", luis)
	s.run()
	s.True(s.outcome.Agreed, "one rejection leaves two who can agree")
	s.Equal([]string{"nina", "maria", "luis"}, s.by())
}

func (s *QuorumSuite) TestItEndsAsSoonAsItIsAgreed() {
	s.quorum.Need = 1
	s.answer(time.Hour, "luis", "approve", luis)
	s.run()
	s.True(s.outcome.Agreed)
	s.Contains(s.card(maria), "decided without you")
	s.Contains(s.card(nina), "decided without you")
}

func (s *QuorumSuite) TestItEndsAsSoonAsItCantBeAgreed() {
	s.quorum.Need = 2
	s.answer(time.Hour, "nina", "reject", nina)
	s.answer(2*time.Hour, "maria", "reject", maria)
	s.run()
	s.False(s.outcome.Agreed)
	s.Len(s.outcome.Answers, 2)
}

func (s *QuorumSuite) TestAVetoEndsItAtOnce() {
	s.quorum.Need, s.quorum.Veto = 1, true
	s.answer(time.Hour, "nina", "reject", nina)
	s.run()
	s.False(s.outcome.Agreed)
	s.Len(s.outcome.Answers, 1)
}

func (s *QuorumSuite) TestInTurnNobodyIsAskedBeforeTheirTurn() {
	s.quorum.InTurn, s.quorum.Need = true, 2
	s.env.RegisterDelayedCallback(func() { s.Equal([]string{"UMARIA"}, s.asked()) }, 30*time.Minute)
	s.answer(time.Hour, "maria", "approve", maria)
	s.env.RegisterDelayedCallback(func() { s.Equal([]string{"UMARIA", "UNINA"}, s.asked()) }, 90*time.Minute)
	s.answer(2*time.Hour, "nina", "approve", nina)
	s.run()
	s.True(s.outcome.Agreed)
	s.Equal([]string{"UMARIA", "UNINA"}, s.asked(), "the third isn't needed")
}

func (s *QuorumSuite) TestNobodyFillsTwoSeats() {
	s.quorum.Task.Colleagues = []policy.Person{zoe}
	for at, from := range []policy.Person{maria, nina} { // both hand over to Zoe
		s.env.RegisterDelayedCallback(func() {
			s.env.SignalWorkflow(SignalDecide, Decision{
				ID: from.ID, Task: "approve-" + from.ID, Action: ActionHandOver, Version: "3", By: Actor{Slack: from.Slack},
				Fields: map[string]string{FieldTo: "zoe"}, Reply: Reply{Channel: "C1", User: from.Slack},
			})
		}, time.Duration(at+1)*time.Hour)
	}
	s.answer(3*time.Hour, "maria", "approve", zoe)
	s.answer(4*time.Hour, "nina", "approve", zoe)
	s.answer(5*time.Hour, "nina", "approve", grace)
	s.answer(6*time.Hour, "luis", "approve", maria)
	s.answer(7*time.Hour, "luis", "approve", luis)
	s.run()
	s.True(s.outcome.Agreed)
	s.Equal([]string{"zoe", "grace", "luis"}, s.by(), "what Zoe held besides has gone to her manager")
	s.Len(s.world.Private, 2, "Zoe's second answer and Maria's to another seat were refused")
}

func (s *QuorumSuite) TestACoverWhoHasASeatDoesNotFillTheOther() {
	away := maria
	away.Away = []policy.Absence{{From: s.env.Now().Add(-time.Hour), To: s.env.Now().Add(1000 * time.Hour), Cover: "nina"}}
	s.world.Book.People["maria"] = away
	s.quorum.Task.Candidates = []policy.Person{away, nina}
	s.answer(time.Hour, "nina", "approve", nina)
	s.answer(2*time.Hour, "maria", "approve", nina)
	s.answer(3*time.Hour, "maria", "approve", grace)
	s.run()
	s.True(s.outcome.Agreed)
	s.Equal([]string{"nina", "grace"}, s.by(), "her manager answers, since her cover has a seat")
}

func (s *QuorumSuite) TestOneManagerAnswersForOneOnly() {
	s.quorum.Task.Candidates = []policy.Person{maria, luis}
	s.answer(50*time.Hour, "maria", "approve", grace)
	s.answer(51*time.Hour, "luis", "approve", grace)
	s.answer(52*time.Hour, "luis", "approve", victor)
	s.run()
	s.Equal([]string{"grace", "victor"}, s.by(), "the other seat goes on to hers")
}

func (s *QuorumSuite) TestAnOlderVersionIsWithdrawnWithItsReason() {
	s.quorum.Task.WhyWithdrawn = func() string { return "there is a newer version." }
	s.env.RegisterDelayedCallback(s.env.CancelWorkflow, time.Hour)
	s.answer(time.Hour, "maria", "approve", maria)
	s.run()
	s.Error(s.err)
	s.False(s.outcome.Agreed)
	s.Contains(s.card(nina), "Withdrawn: there is a newer version.")
}

func (s *QuorumSuite) TestAQuorumThatCantBeAskedIsRefused() {
	for _, spoil := range []func(){
		func() { s.quorum.Need = 4 },
		func() { s.quorum.Need = -1 },
		func() { s.quorum.Task.Channel = "C1" },
		func() { s.quorum.Yes = "shrug" },
		func() { s.quorum.Task.Candidates = nil },
		func() { s.quorum.Task.ID = "" },
		func() { s.quorum.Task.Excluded = []string{"maria"} },
		func() { s.quorum.Task.ExcludedNow = func() []string { return []string{"maria"} } },
	} {
		s.SetupTest()
		spoil()
		s.run()
		s.Error(s.err)
		s.False(s.outcome.Agreed)
	}
}
