package humantask

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/policy"
)

var errHangs = fault.Unreachable("policy", "").Err()

func hours(n int) policy.Duration { return policy.Hours(n) }

func (s *TaskSuite) TestReassignedToTheNextAndNeverToOneWhoHadIt() {
	s.task.Colleagues = []policy.Person{maria, luis, zoe}
	s.task.Ladder = policy.Ladder{{After: hours(24), Do: policy.Reassign, Every: hours(24), Times: 3}}
	s.click(30*time.Hour, by("UMARIA"))
	s.click(100*time.Hour, by("UZOE"))
	s.run()
	s.Equal("zoe", s.outcome.By.ID)
	s.Equal([]What{Reassigned, Reassigned, Reminded}, whats(s.outcome.Story))
	s.Equal("luis", s.outcome.Story[0].To.ID)
	s.Equal("zoe", s.outcome.Story[1].To.ID)
	s.Equal("there is nobody else to give it to", s.outcome.Story[2].Note)
	s.Contains(s.refusals(), "UMARIA: This isn't yours to decide. It is with Luis Ortega.")
	s.Len(s.world.Cards, 3)
	s.Contains(s.world.Replies[0].It.Text, "taken from Maria Lopez and given to Luis Ortega")
}

func (s *TaskSuite) TestAWorkflowChoosesWhoIsNext() {
	var had [][]policy.Person
	s.task.Ladder = policy.Ladder{{After: hours(24), Do: policy.Reassign}, {After: hours(48), Do: policy.Reassign}}
	s.task.Reassigned = func(_ workflow.Context, h []policy.Person) (policy.Person, error) {
		had = append(had, h)
		return luis, nil
	}
	s.click(50*time.Hour, by("ULUIS"))
	s.run()
	s.Require().Len(had, 2)
	s.Len(had[0], 1)
	s.Len(had[1], 2)
	s.Equal([]What{Reassigned, Reminded}, whats(s.outcome.Story), "a workflow that chooses somebody who had it isn't followed")
}

func (s *TaskSuite) TestEscalatedToTheTopWhichIsSaidAndRepeated() {
	victor := policy.Person{ID: "victor", Name: "Victor Stone", Email: "victor@northwind.example", Slack: "UVICTOR"}
	s.world.Book.People["victor"] = victor
	s.task.Ladder = policy.Ladder{{After: hours(48), Do: policy.Escalate, Every: hours(24)}}
	s.click(125*time.Hour, by("UVICTOR"))
	s.run()
	s.Equal([]What{Escalated, Escalated, Reminded, Reminded}, whats(s.outcome.Story))
	s.Equal("grace", s.outcome.Story[0].To.ID)
	s.Equal("victor", s.outcome.Story[1].To.ID)
	s.Equal("nobody is above Victor Stone", s.outcome.Story[2].Note)
	s.Equal(96*time.Hour, s.outcome.Story[2].At.Sub(s.outcome.Opened))
	last := s.world.Replies[len(s.world.Replies)-1].It
	s.Equal("D-UVICTOR", last.At.Channel)
	s.Contains(last.Text, "nobody is above Victor Stone")
}

func (s *TaskSuite) TestTheLadderAnswersOnlyWhereThePolicySaysSo() {
	s.task.Ladder = policy.Ladder{{After: hours(24), Do: policy.Remind}, {After: hours(72), Do: policy.Act, Action: "disqualified"}}
	s.run()
	s.Equal("disqualified", s.outcome.Action)
	s.Equal(ThePolicy, s.outcome.By)
	s.Equal(72*time.Hour, s.outcome.Took.Duration)
	s.Contains(s.world.Updates[len(s.world.Updates)-1].It.Card.Status, "Not a lead by the policy")
}

func (s *TaskSuite) TestALadderThatCannotBeClimbedIsRefused() {
	for want, rung := range map[string]policy.Rung{
		`counts on the calendar "berlin", which the task doesn't have`: {Clock: "berlin"},
		"has a negative duration":                                      {After: policy.Duration{Duration: -1}},
		`answers "sold", which is no action`:                           {Do: policy.Act, Action: "sold"},
		`answers "pause", which is no action of`:                       {Do: policy.Act, Action: ActionPause},
	} {
		s.SetupTest()
		s.task.Ladder = policy.Ladder{rung}
		s.run()
		s.ErrorContains(s.err, want)
	}
}

func (s *TaskSuite) away(p policy.Person, from, to time.Duration, cover string) policy.Person {
	p.Away = append(p.Away, policy.Absence{From: s.begun.Add(from), To: s.begun.Add(to), Cover: cover})
	s.world.Book.People[p.ID] = p
	return p
}

// present makes the book's look-ups use the test's time, which skips: the activities themselves read the wall clock, so a
// test about absence shifts it by hand.
func (s *TaskSuite) present() { s.world.Now = s.env.Now }

func (s *TaskSuite) TestWhoIsAwayIsReplacedByTheirCoverWhenTheTaskOpens() {
	s.present()
	s.world.Book.People["luis"], s.world.Book.People["zoe"] = luis, zoe
	s.task.Candidates = []policy.Person{s.away(maria, -time.Hour, 100*time.Hour, "luis")}
	s.away(luis, -time.Hour, 100*time.Hour, "zoe")
	s.click(time.Hour, by("UZOE"))
	s.run()
	s.Equal("zoe", s.outcome.By.ID)
	s.Equal([]What{Covered}, whats(s.outcome.Story))
	s.Require().Len(s.world.Cards, 1, "who is away isn't disturbed")
	s.Equal("UZOE", s.world.Cards[0].It.To)
}

func (s *TaskSuite) TestWhoGoesAwayWhileTheTaskWaitsIsReplaced() {
	s.present()
	s.world.Book.People["luis"] = luis
	s.task.Candidates = []policy.Person{s.away(maria, 10*time.Hour, 100*time.Hour, "luis")}
	s.at(11*time.Hour, func() { s.Equal("luis", s.views()[0].Holder.ID) })
	s.click(12*time.Hour, by("UMARIA"))
	s.run()
	s.Equal("maria", s.outcome.By.ID, "who is covered may still answer")
	s.Equal(10*time.Hour, s.outcome.Story[0].At.Sub(s.outcome.Opened))
	s.Len(s.world.Cards, 2)
}

func (s *TaskSuite) TestACircleOfCoverEndsAtTheManager() {
	s.present()
	s.task.Candidates = []policy.Person{s.away(maria, -time.Hour, 100*time.Hour, "luis")}
	s.away(luis, -time.Hour, 100*time.Hour, "maria")
	s.click(time.Hour, by("UGRACE"))
	s.run()
	s.Equal("grace", s.outcome.By.ID)
}

func (s *TaskSuite) TestExclusionHoldsThroughCoverAndEscalation() {
	s.present()
	s.world.Book.People["victor"] = policy.Person{ID: "victor", Name: "Victor Stone", Slack: "UVICTOR"}
	s.world.Book.People["luis"] = luis
	s.task.Excluded = []string{"luis", "grace"}
	s.task.Candidates = []policy.Person{luis, s.away(maria, -time.Hour, 100*time.Hour, "luis")}
	s.click(1*time.Hour, by("ULUIS"))
	s.click(2*time.Hour, by("UGRACE"))
	s.click(3*time.Hour, by("UVICTOR"))
	s.run()
	s.Equal("victor", s.outcome.By.ID, "neither her cover nor her manager may, so it goes further up")
	s.Contains(s.refusals(), "ULUIS: This isn't yours")
	s.Contains(s.refusals(), "UGRACE: This isn't yours")
}

func (s *TaskSuite) TestWhoHasLeftLosesTheTaskAtTheNextRung() {
	s.present()
	s.task.Colleagues = []policy.Person{maria, luis}
	s.at(10*time.Hour, func() { delete(s.world.Book.People, "maria") })
	s.click(25*time.Hour, by("UMARIA"))
	s.click(26*time.Hour, by("ULUIS"))
	s.run()
	s.Equal("luis", s.outcome.By.ID)
	s.Equal([]What{Replaced}, whats(s.outcome.Story), "who has just been given it isn't reminded at once")
	s.Equal("has left", s.outcome.Story[0].Note)
	s.Contains(s.refusals(), "UMARIA: This isn't yours")
}

func (s *TaskSuite) TestTheCoverOfAGroupsMemberMayAnswer() {
	s.present()
	s.world.Book.People["luis"] = luis
	s.task.Channel = "CSALES"
	s.task.Candidates = []policy.Person{nina, s.away(maria, -time.Hour, 100*time.Hour, "luis")}
	s.click(time.Hour, by("ULUIS"))
	s.run()
	s.Equal("luis", s.outcome.By.ID)
}

func (s *TaskSuite) TestADecisionEndsALookUpThatHangs() {
	s.world.Fail = func(activity string, _ effect.Key) error {
		if activity == "FindManager" {
			return errHangs
		}
		return nil
	}
	s.click(50*time.Hour, by("UMARIA"))
	s.run()
	s.Equal(50*time.Hour, s.outcome.Took.Duration)
}

// down has an activity fail for half a minute, from a day after the start.
func (s *TaskSuite) down(activity string) {
	s.world.Fail = func(a string, _ effect.Key) error {
		if since := s.env.Now().Sub(s.begun); a == activity && since >= 24*time.Hour && since < 24*time.Hour+30*time.Second {
			return fault.Unreachable("policy", "down").Err()
		}
		return nil
	}
}

func (s *TaskSuite) TestAHandOverStandsThatComesWhileTheLadderLooksSomethingUp() {
	for _, first := range []policy.Move{policy.Remind, policy.Reassign} {
		s.SetupTest()
		s.task.Ladder = policy.Ladder{{After: hours(24), Do: first}}
		s.task.Colleagues = []policy.Person{luis, zoe}
		s.down("FindStandIns")
		s.act(24*time.Hour+5*time.Second, "UMARIA", ActionHandOver, map[string]string{FieldTo: "zoe"})
		s.at(40*time.Hour, func() { s.Equal("zoe", s.views()[0].Holder.ID) })
		s.click(50*time.Hour, by("UZOE"))
		s.run()
		s.Equal("zoe", s.outcome.By.ID)
		s.Equal([]What{HandedOver}, whats(s.outcome.Story))
	}
}

func (s *TaskSuite) TestAHandOverStandsThatComesWhileSomebodyElseIsChosen() {
	s.task.Ladder = policy.Ladder{{After: hours(24), Do: policy.Reassign}}
	s.task.Colleagues = []policy.Person{luis, zoe}
	s.task.Reassigned = func(ctx workflow.Context, _ []policy.Person) (policy.Person, error) {
		return luis, workflow.Sleep(ctx, time.Hour)
	}
	s.act(24*time.Hour+time.Minute, "UMARIA", ActionHandOver, map[string]string{FieldTo: "zoe"})
	s.click(50*time.Hour, by("UZOE"))
	s.run()
	s.Equal("zoe", s.outcome.By.ID)
	s.Equal([]What{HandedOver}, whats(s.outcome.Story))
}
