package humantask

import (
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/slack"
)

var (
	luis = policy.Person{ID: "luis", Name: "Luis Ortega", Email: "luis@northwind.example", Slack: "ULUIS", Manager: "grace"}
	zoe  = policy.Person{ID: "zoe", Name: "Zoe Park", Email: "zoe@northwind.example", Slack: "UZOE", Manager: "grace"}
)

// act has somebody do something with the task.
func (s *TaskSuite) act(at time.Duration, slackUser, action string, fields map[string]string) {
	d := by(slackUser)
	d.ID = fmt.Sprintf("%s %s at %s", slackUser, action, at)
	d.Action, d.Fields = action, fields
	s.click(at, d)
}

func (s *TaskSuite) refusals() string {
	var texts []string
	for _, p := range s.world.Private {
		texts = append(texts, p.It.User+": "+p.It.Text)
	}
	return strings.Join(texts, "\n")
}

func whats(story []Happening) []What {
	var all []What
	for _, h := range story {
		all = append(all, h.What)
	}
	return all
}

func buttons(c slack.Card) string {
	var names []string
	for _, b := range c.Buttons {
		names = append(names, b.Action)
	}
	return strings.Join(names, " ")
}

func (s *TaskSuite) TestSixtyFourClicksAtOnceAreOneDecisionAnd63ClearAnswers() {
	s.at(time.Hour, func() {
		for i := range 64 {
			d := by("UMARIA")
			d.ID, d.Task = fmt.Sprint("click ", i), "contact"
			if i%2 == 1 {
				d.Action = "disqualified"
			}
			s.env.SignalWorkflow(SignalDecide, d)
		}
	})
	s.run()
	s.Equal("contacted", s.outcome.Action)
	s.Require().Len(s.world.Private, 63)
	for _, p := range s.world.Private {
		s.Contains(p.It.Text, "Maria Lopez decided this a moment ago")
	}
}

func (s *TaskSuite) TestARequiredFieldIsAskedFor() {
	s.task.Actions[1].Fields = []slack.Field{Comment("Why", true), {
		Name: "kind", Label: "Kind", Kind: slack.FieldChoice, Choices: []slack.Choice{{Value: "spam", Label: "Spam"}},
	}}
	s.act(1*time.Hour, "UMARIA", "disqualified", nil)
	s.act(2*time.Hour, "UMARIA", "disqualified", map[string]string{"comment": "  "})
	s.act(3*time.Hour, "UMARIA", "disqualified", map[string]string{"comment": "sells SEO", "kind": "other"})
	s.act(4*time.Hour, "UMARIA", "disqualified", map[string]string{"comment": strings.Repeat("x", 3001)})
	s.act(5*time.Hour, "UMARIA", "disqualified", map[string]string{"comment": "sells SEO", "kind": "spam"})
	s.run()
	s.Equal(5*time.Hour, s.outcome.Took.Duration)
	s.Equal("sells SEO", s.outcome.Comment)
	s.Equal("spam", s.outcome.Fields["kind"])
	s.Equal(`UMARIA: "Why" is needed with the answer "Not a lead".
UMARIA: "Why" is needed with the answer "Not a lead".
UMARIA: "other" is no choice for "Kind".
UMARIA: "Why" is too long: at most 3000 characters.`, s.refusals())
	s.Contains(s.world.Updates[len(s.world.Updates)-1].It.Card.Status, "sells SEO")
}

func (s *TaskSuite) TestPausedTheClockStandsStill() {
	s.task.MaxPause = 100 * time.Hour
	waiting := map[string]string{"comment": "a call back on Thursday"}
	s.act(10*time.Hour, "UMARIA", ActionPause, waiting)
	s.act(11*time.Hour, "UMARIA", ActionPause, waiting)
	s.at(12*time.Hour, func() {
		v := s.views()[0]
		s.False(v.PausedSince.IsZero())
		s.Nil(v.Next)
		s.True(v.Due.IsZero(), "nothing is due meanwhile")
	})
	s.act(40*time.Hour, "UMARIA", ActionResume, nil)
	s.at(53*time.Hour, func() { s.Empty(s.world.Replies, "14 of 24 hours were left") })
	s.at(55*time.Hour, func() { s.Len(s.world.Replies, 1) })
	s.click(60*time.Hour, by("UMARIA"))
	s.run()
	s.Equal([]What{Paused, Resumed, Reminded}, whats(s.outcome.Story))
	s.Equal(30*time.Hour, s.outcome.Paused.Duration)
	s.Equal(60*time.Hour, s.outcome.Took.Duration)
	s.Contains(s.refusals(), `"pause" is no answer here, or not now`)
	s.Contains(s.world.Updates[0].It.Card.Status, "Paused by Maria Lopez")
	s.Contains(s.world.Updates[0].It.Card.Status, "a call back on Thursday")
}

func (s *TaskSuite) TestAPauseEndsByItselfWhenItIsTooLong() {
	s.task.MaxPause = 20 * time.Hour
	s.act(1*time.Hour, "UMARIA", ActionPause, map[string]string{"comment": "a call back"})
	s.act(6*time.Hour, "UMARIA", ActionResume, nil)
	s.act(7*time.Hour, "UMARIA", ActionPause, map[string]string{"comment": "another"})
	s.click(50*time.Hour, by("UMARIA"))
	s.run()
	s.Equal([]What{Paused, Resumed, Paused, Resumed, Reminded}, whats(s.outcome.Story))
	s.Equal(22*time.Hour, s.outcome.Story[3].At.Sub(s.outcome.Opened), "5 hours, then the other 15")
	s.Equal(ThePolicy, s.outcome.Story[3].From)
	s.Equal(44*time.Hour, s.outcome.Story[4].At.Sub(s.outcome.Opened))
}

func (s *TaskSuite) TestADecisionCountsWhilePaused() {
	s.task.MaxPause = 20 * time.Hour
	s.act(1*time.Hour, "UMARIA", ActionPause, map[string]string{"comment": "a call back"})
	s.click(2*time.Hour, by("UMARIA"))
	s.run()
	s.Equal(time.Hour, s.outcome.Paused.Duration)
}

func (s *TaskSuite) TestTheDeadlineIsExtendedWithAReasonAndWithinBounds() {
	s.task.MaxExtension = 24 * time.Hour
	s.act(1*time.Hour, "UMARIA", ActionExtend, map[string]string{"by": "12h"})
	s.act(2*time.Hour, "UMARIA", ActionExtend, map[string]string{"by": "a day", "comment": "fair"})
	s.act(3*time.Hour, "UMARIA", ActionExtend, map[string]string{"by": "25h", "comment": "fair"})
	s.act(4*time.Hour, "UMARIA", ActionExtend, map[string]string{"by": "-1h", "comment": "fair"})
	s.act(5*time.Hour, "UMARIA", ActionExtend, map[string]string{"by": "24h", "comment": "trade fair"})
	s.act(6*time.Hour, "UMARIA", ActionExtend, map[string]string{"by": "1h", "comment": "again"})
	s.click(73*time.Hour, by("UGRACE"))
	s.run()
	s.Equal([]What{Extended, Reminded, Escalated}, whats(s.outcome.Story))
	s.Equal("by 24h: trade fair", s.outcome.Story[0].Note)
	s.Equal(48*time.Hour, s.outcome.Story[1].At.Sub(s.outcome.Opened))
	s.Equal(72*time.Hour, s.outcome.Story[2].At.Sub(s.outcome.Opened))
	s.Len(s.world.Private, 5)
	s.Contains(s.refusals(), "Write how much more time as a duration like 4h or 90m, at most 24h.")
}

func (s *TaskSuite) TestTheHolderHandsOverToAColleague() {
	s.task.Colleagues = []policy.Person{maria, luis, zoe}
	s.task.Excluded = []string{"zoe"}
	s.act(1*time.Hour, "UMARIA", ActionHandOver, map[string]string{"to": "nina"})
	s.act(2*time.Hour, "UMARIA", ActionHandOver, map[string]string{"to": "zoe"})
	s.act(3*time.Hour, "UMARIA", ActionHandOver, map[string]string{"to": "luis", "comment": "you know them"})
	s.click(4*time.Hour, by("UMARIA"))
	s.click(5*time.Hour, by("ULUIS"))
	s.run()
	s.Equal("luis", s.outcome.By.ID)
	s.Equal([]What{HandedOver}, whats(s.outcome.Story))
	s.Contains(s.refusals(), `"nina" is no choice for "To"`)
	s.Contains(s.refusals(), `"zoe" is no choice for "To"`, "who is excluded can't get it by delegation")
	s.Contains(s.refusals(), "This isn't yours to decide. It is with Luis Ortega.")
	s.Require().Len(s.world.Cards, 2)
	s.Equal("ULUIS", s.world.Cards[1].It.To)
	s.Contains(s.world.Replies[0].It.Text, "Maria Lopez handed it over to Luis Ortega (you know them)")
	for _, u := range s.world.Updates {
		if u.It.At.Channel == "D-UMARIA" {
			s.Empty(u.It.Card.Buttons, "the card of who gave it away has no buttons")
		}
	}
}

func (s *TaskSuite) TestAGroupsTaskIsClaimedAndGivenBack() {
	s.task.Candidates, s.task.Channel = []policy.Person{maria, luis}, "CSALES"
	s.at(time.Minute, func() {
		s.Empty(s.views()[0].Holder.ID)
		s.Len(s.views()[0].Candidates, 2)
	})
	s.act(1*time.Hour, "UMARIA", ActionClaim, nil)
	s.act(2*time.Hour, "ULUIS", ActionClaim, nil)
	s.at(3*time.Hour, func() { s.Equal("maria", s.views()[0].Holder.ID) })
	s.act(4*time.Hour, "UMARIA", ActionRelease, nil)
	s.at(5*time.Hour, func() { s.Empty(s.views()[0].Holder.ID) })
	s.click(25*time.Hour, by("ULUIS"))
	s.run()
	s.Equal("luis", s.outcome.By.ID)
	s.Equal([]What{Claimed, Released, Reminded}, whats(s.outcome.Story))
	s.Len(s.world.Cards, 1)
	s.Equal("contacted disqualified claim", buttons(s.world.Cards[0].It))
	s.Equal("D-CSALES", s.world.Replies[0].It.At.Channel)
	s.Contains(s.refusals(), `"claim" is no answer here, or not now`)
}

func (s *TaskSuite) TestAnActionMayNotTakeTheNameOfAnother() {
	s.task.Actions = append(s.task.Actions, Action{Name: ActionPause})
	s.run()
	s.ErrorContains(s.err, `the action "pause" means something else already`)
}

func (s *TaskSuite) TestTheSameClickTwiceIsDoneOnce() {
	s.task.MaxPause = 100 * time.Hour
	pause := by("UMARIA")
	pause.Task, pause.Action, pause.Comment = "contact", ActionPause, "a call back"
	s.at(time.Hour, func() {
		s.env.SignalWorkflow(SignalDecide, pause)
		s.env.SignalWorkflow(SignalDecide, pause)
	})
	other := by("UMARIA")
	other.ID = "another"
	s.click(2*time.Hour, other)
	s.run()
	s.Empty(s.world.Private)
	s.Equal([]What{Paused}, whats(s.outcome.Story))
}

func (s *TaskSuite) TestSomethingThatHappensElsewhereSettlesTheTask() {
	s.during = func(ctx workflow.Context, desk *Desk) {
		s.False(desk.Settle(ctx, "other", "contacted", maria, ""))
		s.False(desk.Settle(ctx, "contact", "sold", maria, ""), "it is no answer of the task")
		s.NoError(workflow.Sleep(ctx, time.Hour))
		s.True(desk.Tell(ctx, "contact", "The mail to them bounced."))
		s.NoError(workflow.Sleep(ctx, time.Hour))
		s.True(desk.Settle(ctx, "contact", "contacted", maria, "they have replied"))
		s.False(desk.Settle(ctx, "contact", "disqualified", maria, ""), "one decision counts")
		s.False(desk.Tell(ctx, "contact", "too late"))
	}
	s.run()
	s.Equal(2*time.Hour, s.outcome.Took.Duration)
	s.Equal("they have replied", s.outcome.Comment)
	s.Require().Len(s.world.Replies, 1)
	s.Equal("The mail to them bounced.", s.world.Replies[0].It.Text)
	s.Contains(s.world.Updates[0].It.Card.Facts[1].Value, "The mail to them bounced.")
}

func (s *TaskSuite) TestAnAnswerThatMakesNoSenseIsRefusedWithTheReason() {
	s.task.Actions[0].Fields = []slack.Field{{Name: "amount", Label: "Amount", Kind: slack.FieldText, Required: true}}
	s.task.Actions[0].Check = func(d Decision) string {
		if d.Fields["amount"] == "much" {
			return "Amount is a number."
		}
		return ""
	}
	for i, amount := range []string{"much", "7"} {
		d := by("UMARIA")
		d.ID, d.Fields = amount, map[string]string{"amount": amount}
		s.click(time.Duration(i+1)*time.Hour, d)
	}
	s.run()
	s.Equal("7", s.outcome.Fields["amount"])
	s.Require().Len(s.world.Private, 1)
	s.Equal("Amount is a number.", s.world.Private[0].It.Text)
}
