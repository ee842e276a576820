package humantask

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/signals"
	"github.com/throughline-dev/throughline/workflows/step"
)

// Options say how a workflow's desk differs from the usual; the zero value is useful.
type Options struct {
	// Details is Markdown that stands above the tasks in Temporal Web's live details; nil for none.
	Details func() string
	// Customer is the e-mail address of whom the case is about, "" while it isn't known; nil for nobody. Where that is one of the house,
	// operations' tasks leave them out.
	Customer func() string
}

// Desk holds the human tasks of one workflow run. There is one desk to a workflow.
type Desk struct {
	options  Options
	workflow string // the workflow's ID
	tasks    []*task
	// talk runs the messages: nobody is asked about one that can't be sent.
	talk    *step.Runner
	talking int
	refused int
	rescues int
	stage   string
	entered time.Time // since when the stage that is shown is
	shown   shown
	own     []temporal.SearchAttributeUpdate // the workflow's own, still to be published
}

// NewDesk registers the signal, the update and the query of a workflow's human tasks. Call it before the workflow blocks
// for the first time, so that no decision finds the door missing. It fails only when called twice.
func NewDesk(ctx workflow.Context, o Options) (*Desk, error) {
	d := &Desk{options: o, workflow: workflow.GetInfo(ctx).WorkflowExecution.ID, talk: step.NewRunner(nil)}
	err := workflow.SetQueryHandler(ctx, QueryTasks, func() ([]View, error) { return d.Views(workflow.Now(ctx)), nil })
	if err != nil {
		return nil, err
	}
	err = workflow.SetUpdateHandlerWithOptions(ctx, UpdateDecide,
		func(ctx workflow.Context, decision Decision) (Answer, error) { return d.decide(ctx, decision), nil },
		workflow.UpdateHandlerOptions{
			Description: "Answers a human task.",
			Validator: func(ctx workflow.Context, decision Decision) error {
				if _, refusal := d.judge(ctx, &decision); refusal != "" {
					d.countDecision(ctx, decision, "refused")
					answer := d.refuse(decision, refusal)
					return temporal.NewApplicationError(answer.Text, "Refused", answer)
				}
				return nil
			},
		})
	if err != nil {
		return nil, err
	}
	signals.Listen(ctx, SignalDecide, "Answers a human task.", d.click)
	return d, nil
}

// click handles a decision that came by the signal, and tells its sender in private where it was refused.
func (d *Desk) click(ctx workflow.Context, decision Decision) {
	answer := d.decide(ctx, decision)
	if answer.Accepted {
		return
	}
	workflow.GetLogger(ctx).Info("A decision was refused.", "task", decision.Task, "action", decision.Action)
	if decision.Reply.Channel == "" || decision.Reply.User == "" {
		return
	}
	d.saying(ctx, "refusal", func(ctx workflow.Context) { d.answerPrivately(ctx, decision, answer.Text) })
}

// saying runs a conversation beside the workflow, also beyond its cancellation, and lets Close wait for it.
func (d *Desk) saying(ctx workflow.Context, name string, say func(workflow.Context)) {
	d.talking++
	workflow.GoNamed(ctx, name, func(ctx workflow.Context) {
		ctx, cancel := workflow.NewDisconnectedContext(ctx)
		defer cancel()
		say(ctx)
		d.talking--
	})
}

// Close waits until everything that was to be said has been said or given up, so that the last card is up to date when the
// workflow ends: at once as a rule, minutes while Slack is down, a day at most while e-mail is too. Clicks that arrive
// meanwhile are still answered. Call it last, with the tasks ended.
func (d *Desk) Close(ctx workflow.Context) error {
	ctx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	d.publish(ctx)
	workflow.GetMetricsHandler(ctx).WithTags(map[string]string{"ending": d.stage}).Counter(casesEnded).Inc(1)
	return workflow.Await(ctx, func() bool { return d.talking == 0 && workflow.AllHandlersFinished(ctx) })
}

// Stage says where the workflow stands, for the search attribute of that name: a word ("contact"). It is published together
// with the next change of the tasks, by Publish, or by Close.
func (d *Desk) Stage(stage string) { d.stage = stage }

// Set has search attributes of the workflow's own published together with the next change, as [Desk.Stage] is: one event less for each.
func (d *Desk) Set(updates ...temporal.SearchAttributeUpdate) { d.own = append(d.own, updates...) }

// Views lists the tasks as they are now: the open ones first, then those that have ended, each in the order they were opened.
func (d *Desk) Views(now time.Time) []View {
	var open, ended []View
	for _, t := range d.tasks {
		if t.open() {
			open = append(open, t.view(now))
		} else {
			ended = append(ended, t.view(now))
		}
	}
	return append(open, ended...)
}

// Publish brings what operations see up to date now, for a change that no task's has with it.
func (d *Desk) Publish(ctx workflow.Context) { d.publish(ctx) }

// IsOpen reports whether a task has been asked and waits for its decision.
func (d *Desk) IsOpen(task string) bool {
	t := d.find(task)
	return t != nil && t.open()
}

// Settle answers a task in the name of something that happened elsewhere (the lead has replied, the CRM has logged a call),
// as by somebody. It reports whether the task was open; a task that isn't asked yet or has ended stays as it is.
func (d *Desk) Settle(ctx workflow.Context, task, action string, by policy.Person, comment string) bool {
	t := d.find(task)
	if t == nil || !t.open() || t.def.action(action) == nil || t.def.action(action).Pauses > 0 {
		return false
	}
	t.settle(ctx, Decision{Action: action, Comment: comment}, by)
	return true
}

// Resume has the clocks of a paused task run again in the name of something that happened elsewhere (whoever was asked has
// answered), as by somebody. It reports whether the task was open and paused.
func (d *Desk) Resume(ctx workflow.Context, task string, by policy.Person, note string) bool {
	t := d.find(task)
	if t == nil || !t.open() || t.clock.pausedSince.IsZero() {
		return false
	}
	t.resume(ctx, by, note)
	t.wake()
	return true
}

// Tell says something about an open task to whoever holds it, in the thread of its card, and keeps it in the task's story.
// It reports whether the task was open.
func (d *Desk) Tell(ctx workflow.Context, task, text string) bool {
	t := d.find(task)
	if t == nil || !t.open() {
		return false
	}
	t.happen(ctx, Happening{What: Noted, To: t.holder, Note: text})
	if len(t.cards) == 0 {
		return true // the card, once it is shown, tells it
	}
	c, n := t.holderCard(), len(t.story)
	t.say(ctx, func(ctx workflow.Context) { t.reply(ctx, c, n, text) })
	return true
}

func (d *Desk) find(id string) *task {
	for _, t := range d.tasks {
		if t.def.ID == id {
			return t
		}
	}
	return nil
}

// handling are the names of what can be done with any task.
var handling = []string{ActionClaim, ActionRelease, ActionHandOver, ActionPause, ActionResume, ActionExtend}

func (d *Desk) check(def Task) error {
	excluded := (&task{def: def}).excluded()
	allowed := func(p policy.Person) bool { return !slices.Contains(excluded, p.ID) }
	switch {
	case def.ID == "":
		return errors.New("humantask: a task needs an ID")
	case d.find(def.ID) != nil:
		return errors.New("humantask: the workflow has a task " + def.ID + " already")
	case !slices.ContainsFunc(def.Candidates, allowed):
		return errors.New("humantask: task " + def.ID + " needs a candidate who isn't excluded")
	case len(def.Actions) == 0:
		return errors.New("humantask: task " + def.ID + " needs an action")
	}
	for _, a := range def.Actions {
		if slices.Contains(handling, a.Name) {
			return fmt.Errorf("humantask: task %s: the action %q means something else already: name it otherwise", def.ID, a.Name)
		}
	}
	return checkLadder(def)
}
