// Package lead carries an inbound lead from a form to a rep who has made contact.
//
// The lead joins the one that its customer has open, if there is one. Else it is enriched, routed to a territory's pool, given
// to whoever owns its contact or account in the CRM or to the pool's next rep who is at work, recorded in the CRM and
// answered by e-mail. The rep is asked to make contact, reminded, and at 48 hours (the default policy) the manager is asked
// too, until the rep says that contact was made, the lead replies, or the CRM has a call. The rep's task doesn't wait for the
// CRM or for the mail: a lead is never held up by a system that is down.
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

// Register registers the workflow with a worker. A lead is over in days, so where workers have versions it ends with the code that
// it began with.
func Register(r worker.WorkflowRegistry) {
	r.RegisterWorkflowWithOptions(Workflow, workflow.RegisterOptions{
		Name: WorkflowName, VersioningBehavior: workflow.VersioningBehaviorPinned,
	})
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
	claimed, known := l.beside("claim", l.claimCustomer), l.beside("known", l.findOwner)
	l.enrich(ctx)
	if err := claimed.Get(ctx, nil); err != nil {
		return err
	}
	_ = known.Get(ctx, nil) // without an answer, the lead goes by its territory
	if err := l.claimContact(ctx); err != nil {
		return err
	}
	if err := l.route(ctx); err != nil {
		return err
	}
	// From here on the systems do their part beside the rest. Operations may give the case up there, which ends the rest too.
	ctx, giveUp := workflow.WithCancel(ctx)
	defer giveUp()
	l.way, l.giveUp = ctx, giveUp
	if err := l.assign(ctx); err != nil {
		return err
	}
	l.rep = l.result.Rep
	l.startRecord()
	answered := l.beside("outreach", l.reachOut)

	err := l.awaitContact(ctx)
	l.ending = true
	if err = errors.Join(err, answered.Get(ctx, nil), l.recordedAll(ctx)); err != nil {
		return err
	}
	return l.recordOutcome(ctx)
}

// lead is one lead on its way.
type lead struct {
	in     Submission
	id     string // the workflow's
	policy policy.Lead
	desk   *humantask.Desk
	steps  *step.Runner
	result Result

	// way is the context of everything that goes on beside, which must not end with whatever began it; giveUp ends it.
	way    workflow.Context
	giveUp func()

	// In the CRM: see record.go.
	recorded  workflow.Future   // the record is there, or was skipped
	settle    workflow.Settable // settles recorded
	begun     bool              // whether it is being recorded
	recording workflow.Future   // so is everything that was to be recorded besides
	changes   int
	contact   string // the contact's ID there, of which this lead hears

	// About the same customer: see claim.go.
	claimed []string // subjects
	claims  int      // numbers the claims
	joining bool     // this lead may be over at once
	asked   bool     // the rep has been asked to make contact
	ending  bool     // nothing is left to be done for the rep

	heard []string      // IDs of the news: see news.go
	rep   policy.Person // who has the lead now, but for covers and managers who help out
	turn  string        // the case by which the rotation knows the latest turn; "" where none was taken: see assign.go
	held  time.Time     // until when, while nobody is at work
}

// open registers everything by which the outside reaches the lead, before anything blocks.
func open(ctx workflow.Context, in Submission) (*lead, error) {
	l := &lead{in: in, id: workflow.GetInfo(ctx).WorkflowExecution.ID, way: ctx, giveUp: func() {}}
	l.recorded, l.settle = workflow.NewFuture(ctx)
	l.recording = l.recorded // what is to be noted before the record has begun waits for it too
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
	if err := workflow.SetQueryHandler(ctx, QueryLead, func() (Result, error) { return l.sofar(ctx), nil }); err != nil {
		return nil, err
	}
	l.hearNews(ctx)
	return l, l.takeAdditions(ctx)
}

// close says how the lead ended, once everybody has been told.
func (l *lead) close(ctx workflow.Context, err error) (Result, error) {
	l.ending = true
	l.release(ctx)
	switch {
	case errors.Is(err, errJoined):
		l.result.Ending = Joined
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
func (l *lead) beside(name string, part func(workflow.Context) error) workflow.Future {
	future, done := workflow.NewFuture(l.way)
	workflow.GoNamed(l.way, name, func(ctx workflow.Context) {
		err := part(ctx)
		if errors.Is(err, step.ErrAborted) {
			l.giveUp()
		}
		done.SetError(err)
	})
	return future
}
