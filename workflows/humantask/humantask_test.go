package humantask

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/stretchr/testify/suite"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/internal/outside"
)

var (
	maria = policy.Person{ID: "maria", Name: "Maria Lopez", Email: "maria@northwind.example", Slack: "UMARIA", Manager: "grace"}
	grace = policy.Person{ID: "grace", Name: "Grace Chen", Email: "grace@northwind.example", Slack: "UGRACE", Manager: "victor"}
	nina  = policy.Person{ID: "nina", Name: "Nina Berg", Email: "nina@northwind.example", Slack: "UNINA"}
)

// TaskSuite runs one workflow that asks one task, in time that skips.
type TaskSuite struct {
	suite.Suite
	testsuite.WorkflowTestSuite
	env     *testsuite.TestWorkflowEnvironment
	world   *outside.World
	task    Task
	outcome Outcome
	err     error
	begun   time.Time
	during  func(workflow.Context, *Desk) // what the workflow does beside
}

func TestTask(t *testing.T) { suite.Run(t, &TaskSuite{}) }

func (s *TaskSuite) SetupTest() {
	s.env, s.during = s.NewTestWorkflowEnvironment(), nil
	s.begun = s.env.Now()
	s.world = &outside.World{Book: &policy.Book{
		People: map[string]policy.Person{"maria": maria, "grace": grace, "nina": nina, "luis": luis, "zoe": zoe},
		Roles:  map[string]policy.Role{"operations": {Name: "operations", Channel: "COPS", People: []policy.Person{nina}}},
	}}
	s.env.RegisterActivity(s.world)
	s.task = Task{
		ID: "contact", Title: "Make contact: Contoso", Text: "We need forty robots.",
		Candidates: []policy.Person{maria},
		Actions: []Action{
			{Name: "contacted", Label: "I've made contact", Done: "Contact made"},
			{Name: "disqualified", Label: "Not a lead", Done: "Not a lead"},
		},
		Ladder: policy.Ladder{{After: policy.Hours(24), Do: policy.Remind}, {After: policy.Hours(48), Do: policy.Escalate}},
		Facts:  func() []slack.Fact { return []slack.Fact{{Label: "Phone", Value: "+1 555 0100"}} },
	}
}

// at has something happen so long after the start.
func (s *TaskSuite) at(d time.Duration, do func()) { s.env.RegisterDelayedCallback(do, d) }

func (s *TaskSuite) click(at time.Duration, d Decision) {
	if d.Task == "" {
		d.Task = "contact"
	}
	s.at(at, func() { s.env.SignalWorkflow(SignalDecide, d) })
}

func (s *TaskSuite) run() {
	s.env.ExecuteWorkflow(func(ctx workflow.Context) error {
		desk, err := NewDesk(ctx, Options{Details: func() string { return "**Contoso**" }})
		if err != nil {
			return err
		}
		if s.during != nil {
			workflow.Go(ctx, func(ctx workflow.Context) { s.during(ctx, desk) })
		}
		s.outcome, s.err = desk.Ask(ctx, s.task)
		return desk.Close(ctx)
	})
	s.Require().True(s.env.IsWorkflowCompleted())
	s.Require().NoError(s.env.GetWorkflowError())
}

func (s *TaskSuite) views() []View {
	v, err := s.env.QueryWorkflow(QueryTasks)
	s.Require().NoError(err)
	var views []View
	s.Require().NoError(v.Get(&views))
	return views
}

func by(slackUser string) Decision {
	return Decision{
		ID: "click-by-" + slackUser, Action: "contacted", By: Actor{Slack: slackUser},
		Reply: Reply{Channel: "D-" + slackUser, User: slackUser},
	}
}

func (s *TaskSuite) TestTheAssigneeSeesACardAndAnswersIt() {
	s.click(3*time.Hour, by("UMARIA"))
	s.run()

	s.Equal("contacted", s.outcome.Action)
	s.Equal(maria, s.outcome.By)
	s.Equal(3*time.Hour, s.outcome.Took.Duration)
	s.Empty(s.outcome.Story)

	s.Require().Len(s.world.Cards, 1)
	card := s.world.Cards[0].It
	s.Equal("default-test-workflow-id/contact-card-1", s.world.Cards[0].Key.ID)
	s.Equal("UMARIA", card.To)
	s.Equal(slack.TaskRef{Workflow: "default-test-workflow-id", Task: "contact"}, card.Task)
	s.Len(card.Buttons, 2)
	s.Contains(card.Status, "With Maria Lopez since")
	s.Contains(card.Status, "Due")

	s.Require().Len(s.world.Updates, 1, "the card is brought up to date once")
	s.Empty(s.world.Updates[0].It.Card.Buttons)
	s.Contains(s.world.Updates[0].It.Card.Status, "Contact made by Maria Lopez")
	s.Empty(s.world.Replies)
	s.Empty(s.world.Mails)
	s.Empty(s.world.Private)
}

func (s *TaskSuite) TestNobodyAnswersUntilTheManagerDoes() {
	s.at(25*time.Hour, func() {
		v := s.views()[0]
		s.Equal("maria", v.Holder.ID)
		s.False(v.Breached)
		s.Equal(policy.Escalate, v.Next.Do)
		s.WithinDuration(v.Opened.Add(48*time.Hour), v.Next.At, 0)
	})
	s.at(49*time.Hour, func() {
		v := s.views()[0]
		s.Equal("grace", v.Holder.ID)
		s.True(v.Breached)
		s.Nil(v.Next)
	})
	s.click(50*time.Hour, by("UGRACE"))
	s.run()

	s.Equal(grace, s.outcome.By)
	s.Require().Len(s.outcome.Story, 2)
	s.Equal("maria", s.outcome.Story[0].To.ID)
	s.Equal("grace", s.outcome.Story[1].To.ID)
	s.Equal(48*time.Hour, s.outcome.Story[1].At.Sub(s.outcome.Opened))

	s.Require().Len(s.world.Cards, 2)
	s.Equal("UGRACE", s.world.Cards[1].It.To)
	story := s.world.Cards[1].It.Facts[1]
	s.Equal("So far", story.Label)
	s.Contains(story.Value, "reminded Maria Lopez")
	s.Contains(story.Value, "escalated to Grace Chen")
	s.Contains(s.world.Cards[1].It.Status, "Late")

	s.Require().Len(s.world.Replies, 2)
	s.Contains(s.world.Replies[0].It.Text, "Reminder: Make contact: Contoso")
	s.Contains(s.world.Replies[1].It.Text, "Grace Chen has this now too, since nobody answered for 48 hours")
	s.Equal("D-UMARIA", s.world.Replies[1].It.At.Channel)
	final := s.world.Updates[len(s.world.Updates)-2:]
	s.ElementsMatch([]string{"D-UMARIA", "D-UGRACE"}, []string{final[0].It.At.Channel, final[1].It.At.Channel}, "both cards end")
}

func (s *TaskSuite) TestWhoHeldItBeforeTheEscalationMayStillAnswer() {
	s.click(50*time.Hour, by("UMARIA"))
	s.run()
	s.Equal(maria, s.outcome.By)
}

func (s *TaskSuite) TestOneDecisionCountsAndTheOthersAreTold() {
	again := by("UMARIA")
	other := by("UMARIA")
	other.ID, other.Action = "another click", "disqualified"
	s.at(time.Hour, func() {
		s.env.SignalWorkflow(SignalDecide, withTask(by("UMARIA")))
		s.env.SignalWorkflow(SignalDecide, withTask(again))
		s.env.SignalWorkflow(SignalDecide, withTask(other))
	})
	s.run()
	s.Equal("contacted", s.outcome.Action)
	s.Require().Len(s.world.Private, 1, "the second delivery of the first click is no second decision")
	s.Contains(s.world.Private[0].It.Text, "Maria Lopez decided this a moment ago")
	s.Contains(s.world.Private[0].It.Text, "Contact made")
}

func withTask(d Decision) Decision { d.Task = "contact"; return d }

func (s *TaskSuite) TestRefusalsAreAnsweredInPrivateAndTheTaskStaysOpen() {
	wrong := map[string]Decision{
		"This isn't yours to decide. It is with Maria Lopez.":                          by("UNINA"),
		`There is no task "review" here.`:                                              {ID: "1", Task: "review", By: Actor{Slack: "UMARIA"}},
		"You answered an older version of this":                                        {ID: "2", Version: "v0", Action: "contacted", By: Actor{Slack: "UMARIA"}},
		`"sold" is no answer here, or not now. Choose one of: contacted, disqualified`: {ID: "3", Action: "sold", By: Actor{Person: "maria"}},
		"This isn't yours to decide.":                                                  {ID: "4", Action: "contacted"},
	}
	for _, d := range wrong {
		d.Reply = Reply{Channel: "D1", User: "U1"}
		s.click(time.Hour, d)
	}
	s.click(2*time.Hour, by("UMARIA"))
	s.run()
	s.Equal(2*time.Hour, s.outcome.Took.Duration)
	s.Require().Len(s.world.Private, len(wrong))
	for text := range wrong {
		var found bool
		for _, p := range s.world.Private {
			found = found || p.It.User == "U1" && len(p.It.Text) >= len(text) && p.It.Text[:len(text)] == text
		}
		s.True(found, text)
	}
}

func (s *TaskSuite) TestAMalformedSignalIsDroppedAndTheWorkflowGoesOn() {
	s.at(time.Hour, func() {
		s.env.SignalWorkflow(SignalDecide, "contacted")
		s.env.SignalWorkflow(SignalDecide, []int{1, 2})
		s.env.SignalWorkflow(SignalDecide, map[string]any{"task": 7})
	})
	s.click(2*time.Hour, by("UMARIA"))
	s.run()
	s.Equal("contacted", s.outcome.Action)
}

func (s *TaskSuite) TestTheUpdateRefusesBeforeHistoryGrowsAndAcceptsOnce() {
	var refused, accepted string
	update := func(d Decision, id string) {
		s.env.UpdateWorkflow(UpdateDecide, id, &testsuite.TestUpdateCallback{
			OnAccept: func() {},
			OnReject: func(err error) { refused = err.Error() },
			OnComplete: func(r any, err error) {
				s.NoError(err)
				accepted = r.(Answer).Text
			},
		}, withTask(d))
	}
	s.at(time.Hour, func() { update(Decision{Action: "contacted", By: Actor{Person: "nina"}}, "1") })
	s.at(2*time.Hour, func() {
		s.Contains(refused, "It is with Maria Lopez")
		update(Decision{Action: "contacted", By: Actor{Person: "maria"}, Comment: "rang her"}, "2")
	})
	s.run()
	s.Equal("Recorded: Contact made.", accepted)
	s.Equal("rang her", s.outcome.Comment)
}

func (s *TaskSuite) TestSlackDownMeansEMailAndNeverBlocks() {
	s.world.Fail = func(activity string, _ effect.Key) error {
		switch activity {
		case "PostCard", "ReplyInThread", "UpdateCard", "AnswerPrivately":
			return fault.Unreachable("slack", "down").Err()
		}
		return nil
	}
	s.click(50*time.Hour, by("UMARIA"))
	s.run()
	s.Equal(50*time.Hour, s.outcome.Took.Duration)
	var to []string
	for _, m := range s.world.Mails {
		to = append(to, m.It.To.Email)
	}
	s.Equal([]string{"maria@northwind.example", "maria@northwind.example", "grace@northwind.example", "maria@northwind.example"}, to,
		"the card, the reminder, the escalation, and that it escalated")
	s.Contains(s.world.Mails[0].It.Data["how"], "starter decide default-test-workflow-id contact ACTION --as maria")
	s.Contains(s.world.Mails[0].It.Data["facts"], "Phone: +1 555 0100")
	keys := map[string]bool{}
	for _, m := range s.world.Mails {
		s.False(keys[m.Key.ID], "each mail is an effect of its own")
		keys[m.Key.ID] = true
	}
}

func (s *TaskSuite) TestWhenSlackComesBackTheReminderIsTheCard() {
	s.world.Fail = func(activity string, _ effect.Key) error {
		if activity == "PostCard" && s.env.Now().Sub(s.begun) < 10*time.Hour {
			return fault.Unreachable("slack", "down").Err()
		}
		return nil
	}
	s.click(25*time.Hour, by("UMARIA"))
	s.run()
	s.Len(s.world.Mails, 1)
	s.Require().Len(s.world.Cards, 1)
	s.True(s.world.Cards[0].Key.Again, "the earlier post may have got through after all")
}

func (s *TaskSuite) TestSomebodyWithoutSlackGetsEMail() {
	person := maria
	person.Slack = ""
	s.task.Candidates = []policy.Person{person}
	s.at(time.Hour, func() {
		s.env.SignalWorkflow(SignalDecide, Decision{Task: "contact", Action: "contacted", By: Actor{Person: "maria"}})
	})
	s.run()
	s.Empty(s.world.Cards)
	s.Len(s.world.Mails, 1)
}

func (s *TaskSuite) TestARoleSeesOneCardInItsChannelAndAnyoneAnswers() {
	s.task.Candidates, s.task.Channel = []policy.Person{maria, nina}, "CSALES"
	s.click(time.Hour, by("UNINA"))
	s.run()
	s.Equal("nina", s.outcome.By.ID)
	s.Require().Len(s.world.Cards, 1)
	s.Equal("CSALES", s.world.Cards[0].It.To)
}

func (s *TaskSuite) TestAtTheTopTheEscalationIsAReminderThatSaysSo() {
	s.task.Candidates = []policy.Person{nina}
	s.click(49*time.Hour, by("UNINA"))
	s.run()
	s.Equal("nobody is above Nina Berg", s.outcome.Story[1].Note)
	s.Len(s.world.Cards, 1)
	s.Len(s.world.Replies, 2)
}

func (s *TaskSuite) TestAManagerWhoHasLeftIsLikeNone() {
	delete(s.world.Book.People, "grace")
	s.click(49*time.Hour, by("UMARIA"))
	s.run()
	s.Equal("nobody is above Maria Lopez", s.outcome.Story[1].Note)
}

func (s *TaskSuite) TestRungsPassedTogetherAreClimbedInOrderWithoutAStorm() {
	s.task.Ladder = policy.Ladder{
		{After: policy.Hours(1), Do: policy.Remind}, {After: policy.Hours(1), Do: policy.Remind}, {After: policy.Hours(1), Do: policy.Escalate},
	}
	s.click(2*time.Hour, by("UGRACE"))
	s.run()
	s.Len(s.outcome.Story, 3)
	s.Equal("grace", s.outcome.By.ID)
	s.Len(s.world.Replies, 1, "only that it was escalated")
	s.Len(s.world.Cards, 2)
}

func (s *TaskSuite) TestACancelledWorkflowWithdrawsItsTask() {
	s.at(time.Hour, s.env.CancelWorkflow)
	s.run()
	s.True(temporal.IsCanceledError(s.err))
	s.Require().Len(s.world.Updates, 1)
	s.Contains(s.world.Updates[0].It.Card.Status, "Withdrawn")
	s.Empty(s.world.Updates[0].It.Card.Buttons)
}

func (s *TaskSuite) TestATaskThatCannotBeAskedSaysWhy() {
	for want, task := range map[string]Task{
		"needs an ID":           {Candidates: []policy.Person{maria}, Actions: s.task.Actions},
		"needs a candidate who": {ID: "a", Actions: s.task.Actions},
		"needs an action":       {ID: "a", Candidates: []policy.Person{maria}},
	} {
		s.SetupTest()
		s.task = task
		s.run()
		s.ErrorContains(s.err, want)
	}
}

func TestSpansReadAsPeopleSayThem(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                             "a moment",
		time.Second:                   "1 second",
		90 * time.Second:              "1 minute",
		time.Hour:                     "1 hour",
		25*time.Hour + 30*time.Minute: "25 hours 30 minutes",
		48 * time.Hour:                "48 hours",
		100 * time.Hour:               "4 days",
	} {
		require.Equal(t, want, span(d))
	}
}

func TestWhatCameFromOutsideIsNoMarkdown(t *testing.T) {
	require.Equal(t, `\[free\]\(https://evil.example\) \*now\* \<b\>`, Plain("[free](https://evil.example) *now* <b>"))
}
