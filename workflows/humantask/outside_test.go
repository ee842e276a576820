package humantask

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/slack"
)

// asking gives the task an answer that asks the customer, and returns what its questions were.
func (s *TaskSuite) asking(most time.Duration) *[]string {
	var asked []string
	s.task.Actions = append(s.task.Actions, Action{
		Name: "ask", Label: "Ask the customer", Done: "Customer asked", Fields: []slack.Field{Comment("Question", true)},
		Pauses: most, Then: func(_ workflow.Context, d Decision, by policy.Person) {
			asked = append(asked, by.Name+": "+d.Comment)
		},
	})
	return &asked
}

var customer = policy.Person{ID: "customer", Name: "Ada Winter"}

func (s *TaskSuite) TestAnAnswerThatAsksOutsideStopsTheClocksUntilTheWorkflowHasHeard() {
	asked := s.asking(200 * time.Hour)
	s.during = func(ctx workflow.Context, desk *Desk) {
		s.False(desk.Resume(ctx, "other", customer, ""))
		s.False(desk.Resume(ctx, "contact", customer, ""), "it isn't paused")
		s.NoError(workflow.Sleep(ctx, 40*time.Hour))
		s.True(desk.Resume(ctx, "contact", customer, "has answered"))
		s.False(desk.Resume(ctx, "contact", customer, "has answered again"))
	}
	s.act(1*time.Hour, "UMARIA", "ask", nil)
	s.act(10*time.Hour, "UMARIA", "ask", map[string]string{"comment": "Which colour?"})
	s.act(11*time.Hour, "UMARIA", "ask", map[string]string{"comment": "And which size?"})
	s.at(12*time.Hour, func() {
		v := s.views()[0]
		s.True(v.Open())
		s.False(v.PausedSince.IsZero())
		s.Nil(v.Next)
		s.True(v.Due.IsZero(), "nothing is due meanwhile")
		var names []string
		for _, a := range v.Actions {
			names = append(names, a.Name)
		}
		s.Equal([]string{"contacted", "disqualified", "resume"}, names)
	})
	s.at(53*time.Hour, func() { s.Empty(s.world.Replies, "14 of 24 hours were left") })
	s.at(55*time.Hour, func() { s.Len(s.world.Replies, 1) })
	s.click(60*time.Hour, by("UMARIA"))
	s.run()
	s.Equal([]string{"Maria Lopez: Which colour?"}, *asked)
	s.Equal("contacted", s.outcome.Action)
	s.Equal(30*time.Hour, s.outcome.Paused.Duration)
	s.Equal([]What{Paused, Resumed, Reminded}, whats(s.outcome.Story))
	s.Equal("resumed by Ada Winter (has answered)", s.outcome.Story[1].Sentence())
	s.Contains(s.refusals(), `"Question" is needed with the answer "Ask the customer".`)
	s.Contains(s.refusals(), `"ask" is no answer here, or not now. Choose one of: contacted, disqualified, resume.`)
	s.Contains(s.world.Updates[0].It.Card.Status, "Paused by Maria Lopez since")
	s.Contains(s.world.Updates[0].It.Card.Status, ": Which colour? At most until")
	s.Equal("contacted disqualified resume", buttons(s.world.Updates[0].It.Card))
	s.Equal("contacted disqualified ask", buttons(s.world.Updates[1].It.Card))
}

func (s *TaskSuite) TestWhoAskedIsToldThatNobodyHasAnswered() {
	asked := s.asking(20 * time.Hour)
	s.act(1*time.Hour, "UMARIA", "ask", map[string]string{"comment": "Which colour?"})
	s.at(20*time.Hour, func() { s.Empty(s.world.Replies) })
	s.at(22*time.Hour, func() {
		s.Require().Len(s.world.Replies, 1)
		s.Equal("Make contact: Contoso: resumed by the policy (it was paused for as long as it may be).", s.world.Replies[0].It.Text)
	})
	s.act(23*time.Hour, "UMARIA", "ask", map[string]string{"comment": "Please, which colour?"})
	s.act(24*time.Hour, "UMARIA", ActionResume, nil)
	s.click(25*time.Hour, by("UMARIA"))
	s.run()
	s.Len(*asked, 2, "they may ask again")
	s.Equal([]What{Paused, Resumed, Paused, Resumed}, whats(s.outcome.Story))
	s.Equal(21*time.Hour, s.outcome.Story[1].At.Sub(s.outcome.Opened))
	s.Equal(21*time.Hour, s.outcome.Paused.Duration)
	s.Len(s.world.Replies, 1, "whoever carries on without needn't be told")
}

func (s *TaskSuite) TestTheSameQuestionDeliveredTwiceIsAskedOnce() {
	asked := s.asking(20 * time.Hour)
	d := by("UMARIA")
	d.Task, d.Action, d.Comment = "contact", "ask", "Which colour?"
	s.at(time.Hour, func() {
		s.env.SignalWorkflow(SignalDecide, d)
		s.env.SignalWorkflow(SignalDecide, d)
	})
	again := by("UMARIA")
	again.ID = "another"
	s.click(2*time.Hour, again)
	s.run()
	s.Len(*asked, 1)
	s.Empty(s.world.Private)
	s.Equal("contacted", s.outcome.Action, "the task can be answered while it is paused")
}

func (s *TaskSuite) TestAnAnswerThatAsksOutsideEndsNothing() {
	s.asking(time.Hour)
	s.during = func(ctx workflow.Context, desk *Desk) {
		s.False(desk.Settle(ctx, "contact", "ask", maria, "Which colour?"))
	}
	s.click(time.Hour, by("UMARIA"))
	s.run()
	s.Empty(s.outcome.Story)

	s.SetupTest()
	s.asking(time.Hour)
	s.task.Ladder = policy.Ladder{{Do: policy.Act, Action: "ask"}}
	s.run()
	s.ErrorContains(s.err, `answers "ask", which only pauses the task`)
}
