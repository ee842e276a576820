package humantask

import (
	"errors"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/workflows/step"
)

// Options say how a workflow's desk differs from the usual; the zero value is useful.
type Options struct {
	// Details is Markdown that stands above the tasks in Temporal Web's live details; nil for none.
	Details func() string
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
	shown   shown
}

// NewDesk registers the signal, the update and the query of a workflow's human tasks. Call it before the workflow blocks
// for the first time, so that no decision finds the door missing. It fails only when called twice.
func NewDesk(ctx workflow.Context, o Options) (*Desk, error) {
	d := &Desk{options: o, workflow: workflow.GetInfo(ctx).WorkflowExecution.ID, talk: step.NewRunner(nil)}
	if err := workflow.SetQueryHandler(ctx, QueryTasks, d.Views); err != nil {
		return nil, err
	}
	err := workflow.SetUpdateHandlerWithOptions(ctx, UpdateDecide,
		func(ctx workflow.Context, decision Decision) (Answer, error) { return d.decide(ctx, decision), nil },
		workflow.UpdateHandlerOptions{
			Description: "Answers a human task.",
			Validator: func(ctx workflow.Context, decision Decision) error {
				if _, refusal := d.judge(ctx, decision); refusal != "" {
					return temporal.NewApplicationError(string(refusal), "Refused")
				}
				return nil
			},
		})
	if err != nil {
		return nil, err
	}
	clicks := workflow.GetSignalChannelWithOptions(ctx, SignalDecide, workflow.SignalChannelOptions{
		Description: "Answers a human task.",
	})
	workflow.GoNamed(ctx, "decide", func(ctx workflow.Context) {
		for {
			var decision Decision
			if !clicks.Receive(ctx, &decision) {
				return
			}
			d.click(ctx, decision)
		}
	})
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

// Close waits until everything that was to be said has been said or given up (minutes at most), so that the last card is
// up to date when the workflow ends. Clicks that arrive meanwhile are still answered. Call it last, with the tasks ended.
func (d *Desk) Close(ctx workflow.Context) error {
	ctx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	d.publish(ctx)
	return workflow.Await(ctx, func() bool { return d.talking == 0 && workflow.AllHandlersFinished(ctx) })
}

// Stage says where the workflow stands, for the search attribute of that name: a word ("contact"). It is published together
// with the next change of the tasks, or by Close.
func (d *Desk) Stage(stage string) { d.stage = stage }

// Views lists the tasks: the open ones first, then those that have ended, each in the order they were opened.
func (d *Desk) Views() ([]View, error) {
	var open, ended []View
	for _, t := range d.tasks {
		if t.open() {
			open = append(open, t.view())
		} else {
			ended = append(ended, t.view())
		}
	}
	return append(open, ended...), nil
}

func (d *Desk) find(id string) *task {
	for _, t := range d.tasks {
		if t.def.ID == id {
			return t
		}
	}
	return nil
}

func (d *Desk) check(def Task) error {
	switch {
	case def.ID == "":
		return errors.New("humantask: a task needs an ID")
	case d.find(def.ID) != nil:
		return errors.New("humantask: the workflow has a task " + def.ID + " already")
	case len(def.Candidates) == 0:
		return errors.New("humantask: task " + def.ID + " needs a candidate")
	case len(def.Actions) == 0:
		return errors.New("humantask: task " + def.ID + " needs an action")
	}
	return nil
}
