package humantask

import (
	"fmt"
	"reflect"
	"slices"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/email"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/step"
)

// The activities, by their registered names; the receivers are never used here.
var (
	slackActivities    *slack.Activities
	emailActivities    *email.Activities
	policyActivities   *policy.Activities
	calendarActivities *calendar.Activities
)

// card is a task's place in Slack: a channel, or one person's direct messages.
type card struct {
	name   string // of the step that posts it
	to     string // channel or user ID; "" for a person without Slack
	people []policy.Person
	posted *slack.Posted // nil until Slack has it
	drawn  slack.Card    // as it was last shown
}

// show puts the task in front of those who are asked first.
func (t *task) show(ctx workflow.Context) {
	c := t.addCard(t.def.Channel, t.waitsOn()...)
	t.say(ctx, func(ctx workflow.Context) { t.post(ctx, c, false) })
}

func (t *task) addCard(channel string, people ...policy.Person) *card {
	if channel == "" {
		channel = people[0].Slack
	}
	c := &card{name: t.numbered("card", len(t.cards)+1), to: channel, people: slices.Clone(people)}
	t.cards = append(t.cards, c)
	return c
}

// holderCard is where the holder sees the task, else where the group does.
func (t *task) holderCard() *card {
	for _, c := range slices.Backward(t.cards) {
		if t.holder.ID != "" && has(c.people, t.holder.ID) {
			return c
		}
	}
	return t.cards[0]
}

// sayReminder tells whoever holds the task, again.
func (t *task) sayReminder(ctx workflow.Context, note string) {
	text := "Reminder: " + t.def.Title + ". " + t.status()
	if note != "" {
		text += " (" + note + ")"
	}
	c, n := t.holderCard(), len(t.story)
	t.say(ctx, func(ctx workflow.Context) { t.reply(ctx, c, n, text) })
}

// sayLatest tells whoever holds the task what has just happened to it.
func (t *task) sayLatest(ctx workflow.Context) {
	c, n := t.holderCard(), len(t.story)
	text := fmt.Sprintf("%s: %s.", t.def.Title, t.story[n-1].Sentence())
	t.say(ctx, func(ctx workflow.Context) { t.reply(ctx, c, n, text) })
}

// moved tells that the task has gone from one person to another: the one gets a card, the other a word in the thread of theirs.
func (t *task) moved(ctx workflow.Context, h Happening) {
	h.At = t.since
	t.happen(ctx, h)
	if t.def.Moved != nil {
		t.def.Moved(ctx, h)
	}
	if len(t.cards) == 0 {
		return // it went to somebody's cover before anybody had been told
	}
	before, n := t.cards[len(t.cards)-1], len(t.story)
	for _, c := range t.cards {
		if has(c.people, h.From.ID) {
			before = c
		}
	}
	text := fmt.Sprintf("%s: %s.", t.def.Title, h.Sentence())
	if h.What == Escalated {
		text = fmt.Sprintf("%s has this now too, since nobody answered for %s.", h.To.Name, span(t.since.Sub(t.opened)))
	}
	after := t.holderCard()
	fresh := !has(after.people, h.To.ID) || after.to == t.def.Channel && t.def.Channel != ""
	if fresh {
		after = t.addCard("", h.To)
	}
	t.say(ctx, func(ctx workflow.Context) {
		if fresh {
			t.post(ctx, after, false)
		}
		if before != after {
			t.reply(ctx, before, n, text)
		}
	})
}

// say queues a message.
func (t *task) say(ctx workflow.Context, message func(workflow.Context)) {
	t.outbox = append(t.outbox, message)
	t.talk(ctx)
}

// redraw has the cards brought up to date, once what is queued has been said.
func (t *task) redraw(ctx workflow.Context) {
	t.stale = true
	t.talk(ctx)
}

// talk works the queue off beside the workflow, one message at a time, so that people hear things in order.
func (t *task) talk(ctx workflow.Context) {
	if t.talking {
		return
	}
	t.talking = true
	t.desk.saying(ctx, "talk about "+t.def.ID, func(ctx workflow.Context) {
		for len(t.outbox) > 0 || t.stale {
			if len(t.outbox) == 0 {
				t.stale = false
				t.update(ctx)
				continue
			}
			message := t.outbox[0]
			t.outbox = t.outbox[1:]
			message(ctx)
		}
		t.talking = false
	})
}

// post puts a card into Slack; where that can't be done, its people get an e-mail. Set again when an earlier post of the
// same card failed: it may have got through after all.
func (t *task) post(ctx workflow.Context, c *card, again bool) {
	if c.to == "" {
		t.mail(ctx, c, t.def.Text)
		return
	}
	drawn := t.draw(c)
	posted, err := step.Once(ctx, t.desk.talk, step.Spec{
		Name: c.name, System: "slack", Summary: "Show the task " + t.def.ID + " in Slack", Policy: step.Talk,
		BestEffort: true, Again: again,
	}, slackActivities.PostCard, drawn)
	if err != nil {
		t.mail(ctx, c, t.def.Text)
		return
	}
	c.posted, c.drawn = &posted, drawn
}

// reply says something in a card's thread; where there is no card, it is posted now; where Slack can't be reached, by e-mail.
func (t *task) reply(ctx workflow.Context, c *card, n int, text string) {
	if c.posted == nil {
		t.post(ctx, c, true)
		return
	}
	_, err := step.Once(ctx, t.desk.talk, step.Spec{
		Name: fmt.Sprintf("%s-reply-%d", c.name, n), System: "slack", Summary: "Write in the thread of the task " + t.def.ID,
		Policy: step.Talk, BestEffort: true,
	}, slackActivities.ReplyInThread, slack.Reply{At: *c.posted, Text: text, Broadcast: true})
	if err != nil {
		t.mail(ctx, c, text)
	}
}

// update redraws the cards that no longer show how things are.
func (t *task) update(ctx workflow.Context) {
	for _, c := range t.cards {
		drawn := t.draw(c)
		if c.posted == nil || reflect.DeepEqual(drawn, c.drawn) {
			continue
		}
		_, err := step.Repeatable(ctx, t.desk.talk, step.Spec{
			Name: c.name + "-update", System: "slack", Summary: "Bring the card of the task " + t.def.ID + " up to date",
			Policy: step.Talk, BestEffort: true,
		}, slackActivities.UpdateCard, slack.CardUpdate{At: *c.posted, Card: drawn})
		if err == nil {
			c.drawn = drawn
		}
	}
}

// mail tells a card's people by e-mail what Slack couldn't.
func (t *task) mail(ctx workflow.Context, c *card, text string) {
	t.mails++
	workflowID := workflow.GetInfo(ctx).WorkflowExecution.ID
	for _, p := range c.people {
		how := fmt.Sprintf("Answer on its card as soon as Slack is back, or have operations record your answer:\n"+
			"starter decide %s %s ACTION --as %s\nwhere ACTION is one of: %s.", workflowID, t.def.ID, p.ID, t.actionNames())
		ref := &email.TaskRef{Workflow: workflowID, Task: t.def.ID, Version: t.def.Version, Person: p.ID}
		if !t.open() || !has(t.entitled, p.ID) {
			how, ref = "There is nothing left for you to do.", nil
		}
		// An error has nowhere left to go: the task stands in Temporal Web and in `starter tasks`, and the ladder goes on.
		_, _ = step.Once(ctx, t.desk.talk, step.Spec{
			Name: fmt.Sprintf("%s-mail-%d-%s", t.def.ID, t.mails, p.ID), System: "sendgrid",
			Summary: "Send the task " + t.def.ID + " by e-mail", Policy: step.System, BestEffort: true,
		}, emailActivities.SendEmail, email.Message{
			To: email.Address{Name: p.Name, Email: p.Email}, Template: "task", Task: ref,
			Data: map[string]string{
				"person_name": p.Name, "title": t.def.Title, "text": text, "facts": slack.Lines(t.facts()),
				"status": t.status(), "how": how,
			},
		})
	}
}

// answerPrivately tells somebody why their click didn't count.
func (d *Desk) answerPrivately(ctx workflow.Context, decision Decision, text string) {
	d.refused++
	_, _ = step.Once(ctx, d.talk, step.Spec{
		Name: fmt.Sprintf("refusal-%d", d.refused), System: "slack", Summary: "Say in private why a click didn't count",
		Policy: step.Talk, BestEffort: true,
	}, slackActivities.AnswerPrivately, slack.PrivateAnswer{
		Channel: decision.Reply.Channel, User: decision.Reply.User, Text: text,
	})
}

func (t *task) numbered(what string, n int) string { return fmt.Sprintf("%s-%s-%d", t.def.ID, what, n) }
