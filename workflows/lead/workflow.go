// Package lead carries an inbound lead from a form to a rep who has made contact.
//
// The lead is enriched, routed to a territory's pool, given to the pool's next rep, recorded in the CRM and answered by
// e-mail; the rep is asked to make contact, reminded, and at 48 hours (the default policy) the manager is asked too. The
// rep's task doesn't wait for the CRM or for the mail: a lead is never held up by a system that is down.
package lead

import (
	"errors"
	"time"

	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/step"
)

// QueryLead answers with the lead's [Result] as far as it has come.
const QueryLead = "lead"

// Register registers the workflow with a worker.
func Register(r worker.WorkflowRegistry) {
	r.RegisterWorkflowWithOptions(Workflow, workflow.RegisterOptions{Name: WorkflowName})
}

// Workflow carries one lead. It ends without an error however the lead ended, see [Result.Ending]; it fails only when it is
// cancelled.
func Workflow(ctx workflow.Context, in Submission) (Result, error) {
	l, err := open(ctx, in)
	if err != nil {
		return Result{}, err
	}
	err = l.carry(ctx)
	return l.close(ctx, err)
}

// carry is the way of a lead.
func (l *lead) carry(ctx workflow.Context) error {
	if err := l.pinPolicy(ctx); err != nil {
		return err
	}
	l.enrich(ctx)
	if err := l.route(ctx); err != nil {
		return err
	}
	if err := l.assign(ctx); err != nil {
		return err
	}
	// From here on a rep waits for the lead. What the systems do goes on beside the rep's task; operations may give the
	// case up there, which ends the rep's task too.
	ctx, giveUp := workflow.WithCancel(ctx)
	defer giveUp()
	recorded := l.beside(ctx, "record", giveUp, l.record)
	answered := l.beside(ctx, "outreach", giveUp, l.reachOut)

	err := l.awaitContact(ctx, recorded)
	for _, part := range []workflow.Future{recorded, answered} {
		err = errors.Join(err, part.Get(ctx, nil))
	}
	if err != nil {
		return err
	}
	return l.recordOutcome(ctx)
}

// lead is one lead on its way.
type lead struct {
	in     Submission
	policy policy.Lead
	desk   *humantask.Desk
	steps  *step.Runner
	result Result
}

// open registers everything by which the outside reaches the lead, before anything blocks.
func open(ctx workflow.Context, in Submission) (*lead, error) {
	l := &lead{in: in}
	l.result.Received = in.Received
	if l.result.Received.IsZero() {
		l.result.Received = workflow.Now(ctx)
	}
	desk, err := humantask.NewDesk(ctx, humantask.Options{Details: l.details})
	if err != nil {
		return nil, err
	}
	l.desk = desk
	l.steps = step.NewRunner(desk.Rescue(func() (policy.Ladder, map[string]calendar.Calendar) {
		return l.policy.Operations, l.policy.Calendars
	}))
	err = workflow.SetQueryHandler(ctx, QueryLead, func() (Result, error) { return l.sofar(ctx), nil })
	return l, err
}

// close says how the lead ended, once everybody has been told.
func (l *lead) close(ctx workflow.Context, err error) (Result, error) {
	switch {
	case errors.Is(err, step.ErrAborted):
		l.result.Ending = Aborted
	case err != nil:
		l.desk.Stage("cancelled")
		_ = l.desk.Close(ctx) // it has only the same cancellation to report
		return Result{}, err
	case l.result.Contact.Action == ActionDisqualified:
		l.result.Ending = Disqualified
	default:
		l.result.Ending = Contacted
	}
	l.desk.Stage(string(l.result.Ending))
	if err := l.desk.Close(ctx); err != nil {
		return Result{}, err
	}
	l.result = l.sofar(ctx)
	l.result.Finished = workflow.Now(ctx)
	return l.result, nil
}

// sofar is the result as it stands.
func (l *lead) sofar(ctx workflow.Context) Result {
	r := l.result
	r.Steps = l.steps.Done()
	r.Took = policy.Duration{Duration: workflow.Now(ctx).Sub(r.Received).Round(time.Millisecond)}
	return r
}

// beside runs a part of the lead's way beside the rest. A part that operations skip counts as done; one that they give up
// ends the rest too.
func (l *lead) beside(
	ctx workflow.Context, name string, giveUp func(), part func(workflow.Context) error,
) workflow.Future {
	future, done := workflow.NewFuture(ctx)
	workflow.GoNamed(ctx, name, func(ctx workflow.Context) {
		err := part(ctx)
		if errors.Is(err, step.ErrAborted) {
			giveUp()
		}
		done.SetError(err)
	})
	return future
}
