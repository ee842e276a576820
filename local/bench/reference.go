package main

import (
	"errors"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/assignment"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/email"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

// A reference does what a workflow does while all goes well, and nothing else: the same activities with the same requests, the
// same of them at the same time, and the wait for the same signals. It has no ladder, no queries, no updates, no search
// attributes, nothing for Temporal Web, and but for trying again no answer to anything that goes wrong. Its repeatable steps are of
// a given kind; the others are regular activities.

var (
	policyActivities     *policy.Activities
	assignmentActivities *assignment.Activities
	emailActivities      *email.Activities
	slackActivities      *slack.Activities
)

// ended is how a workflow ended; of a result, that is all that the benchmarks read.
type ended struct {
	Ending string `json:"ending"`
}

// kind is how a step is written: as a local or as a regular activity.
type kind func(ctx workflow.Context, act, key, req any) workflow.Future

// local tries again as a regular activity does: what all cases share (claims, turns) is away for a moment when it continues as
// new.
func local(ctx workflow.Context, act, key, req any) workflow.Future {
	ctx = workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		ScheduleToCloseTimeout: 30 * time.Second, RetryPolicy: &temporal.RetryPolicy{InitialInterval: again},
	})
	return workflow.ExecuteLocalActivity(ctx, act, key, req)
}

func regular(ctx workflow.Context, act, key, req any) workflow.Future {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: 30 * time.Second})
	return workflow.ExecuteActivity(ctx, act, key, req)
}

// steps does steps until one fails.
type steps struct {
	ctx workflow.Context
	id  string
	err error
}

func begin(ctx workflow.Context) *steps {
	return &steps{ctx: ctx, id: workflow.GetInfo(ctx).WorkflowExecution.ID}
}

// future is a step under way; its future is nil where an earlier step has failed.
type future struct {
	steps *steps
	workflow.Future
}

func (s *steps) do(kind kind, name string, act, req any) future {
	if s.err != nil {
		return future{steps: s}
	}
	return future{s, kind(s.ctx, act, effect.Key{ID: s.id + "/" + name}, req)}
}

func (f future) get(result any) {
	if f.Future == nil || f.steps.err != nil {
		return
	}
	f.steps.err = f.Get(f.steps.ctx, result)
}

// await waits for a signal.
func (s *steps) await(signal string, into any) {
	if s.err == nil {
		workflow.GetSignalChannel(s.ctx, signal).Receive(s.ctx, into)
	}
}

// queue does steps beside the rest, one after the other.
type queue struct {
	todo []func(*steps)
	busy bool
	err  error // of the first that failed; no more is done then
}

// beside makes a queue.
func beside(ctx workflow.Context) *queue {
	q := &queue{}
	workflow.Go(ctx, func(ctx workflow.Context) {
		s := begin(ctx)
		for workflow.Await(ctx, func() bool { return len(q.todo) > 0 }) == nil {
			do := q.todo[0]
			q.todo, q.busy = q.todo[1:], true
			do(s)
			q.busy, q.err = false, s.err
		}
	})
	return q
}

func (q *queue) add(do func(*steps)) { q.todo = append(q.todo, do) }

// join waits until a queue has done everything, and fails where it did.
func (s *steps) join(q *queue) {
	err := workflow.Await(s.ctx, func() bool { return len(q.todo) == 0 && !q.busy })
	if s.err = errors.Join(s.err, q.err); s.err == nil {
		s.err = err
	}
}

// turn takes the next turn of a pool, also of those who aren't at work.
func (s *steps) turn(repeatable kind, hours, name string) (policy.Person, []policy.Attendance) {
	var pool policy.Availability
	s.do(repeatable, hours, policyActivities.FindAvailable, policy.AvailabilityRequest{Pool: name}).get(&pool)
	request := assignment.Request{Pool: name, Case: s.id, Anyone: true}
	for _, m := range pool.Members {
		request.Members = append(request.Members, assignment.Member{
			ID: m.Person.ID, Weight: m.Weight, Off: !m.Working, Cap: m.DailyCap, Day: m.Day,
		})
	}
	var given assignment.Turn
	s.do(repeatable, "assign", assignmentActivities.TakeTurn, request).get(&given)
	for _, m := range pool.Members {
		if m.Person.ID == given.Member {
			return m.Person, pool.Members
		}
	}
	return policy.Person{}, nil
}

// handling are the buttons of what can be done with any task, so that both cards take Slack the same.
func handling(pool []policy.Attendance) []slack.Button {
	comment := humantask.Comment("Why", true)
	colleague := slack.Field{Name: humantask.FieldTo, Label: "To", Kind: slack.FieldChoice, Required: true}
	for _, m := range pool {
		colleague.Choices = append(colleague.Choices, slack.Choice{Value: m.Person.ID, Label: m.Person.Name})
	}
	return []slack.Button{
		{Action: humantask.ActionHandOver, Label: "Hand over", Fields: []slack.Field{colleague, comment}},
		{Action: humantask.ActionPause, Label: "Wait for the customer", Fields: []slack.Field{comment}},
		{Action: humantask.ActionExtend, Label: "More time", Fields: []slack.Field{
			{Name: humantask.FieldBy, Label: "How much", Kind: slack.FieldText, Required: true, Hint: "Like 4h or 90m, at most 48h"}, comment,
		}},
	}
}
