// Package proposal carries a proposal from the notes of a discovery call to a kickoff project and an invoice.
//
// The notes are made a draft, which a strategist reviews: approves, changes or drops. Whoever the policy names has to approve what
// goes out, unless it is too small for that. The client signs exactly the bytes that were approved. Then the project is made, the
// invoice sent and the deal won, and everybody is told.
package proposal

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/document"
	"github.com/throughline-dev/throughline/activities/esign"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/step"
	"github.com/throughline-dev/throughline/workflows/turnaround"
	"github.com/throughline-dev/throughline/workflows/visibility"
)

// Register registers the workflow with a worker. A proposal takes weeks, so where workers have versions it goes on
// with the latest: a change of this code has to replay what runs, by workflow.GetVersion.
func Register(r worker.WorkflowRegistry) {
	r.RegisterWorkflowWithOptions(Workflow, workflow.RegisterOptions{
		Name: WorkflowName, VersioningBehavior: workflow.VersioningBehaviorAutoUpgrade,
	})
}

// Workflow carries one proposal. It ends without an error however the proposal ended, see [Result.Ending]; it fails only when it
// is cancelled.
func Workflow(ctx workflow.Context, in Request) (Result, error) {
	p, err := open(ctx, in)
	if err != nil {
		return Result{}, err
	}
	err = p.carry(ctx)
	return p.close(ctx, err)
}

// carry is the way of a proposal.
func (p *proposal) carry(ctx workflow.Context) error {
	if err := p.pinPolicy(ctx); err != nil {
		return err
	}
	if err := p.readDeal(ctx); err != nil {
		return err
	}
	if err := p.assign(ctx); err != nil {
		return err
	}
	if err := p.draft(ctx); err != nil {
		return err
	}
	if err := p.agree(ctx); err != nil {
		return err
	}
	if err := p.sign(ctx); err != nil {
		return err
	}
	return p.kickOff(ctx)
}

// agree is done when a version is good enough for the strategist and for everybody who has to approve it. A version that can't
// go out as it is goes back to the strategist.
func (p *proposal) agree(ctx workflow.Context) error {
	for back := ""; ; {
		if err := p.review(ctx, back); err != nil {
			return err
		}
		var err error
		if back, err = p.approve(ctx); err != nil {
			return err
		}
		if back == "" {
			back, err = p.inTime(ctx)
		}
		if back == "" || err != nil {
			return err
		}
	}
}

// ended is how a proposal ends before its kickoff.
type ended Ending

func (e ended) Error() string { return "proposal: " + string(e) }

// proposal is one proposal on its way.
type proposal struct {
	in     Request
	client document.Party // whom to reach, which may be corrected on the way
	policy policy.Proposal
	desk   *humantask.Desk
	steps  *step.Runner
	result Result

	colleagues []policy.Person // who may take the strategist's tasks over
	versions   []edition
	reviews    map[int]int // how often each version was reviewed
	reviewers  []string    // IDs of those who have worked on it, and so can't approve it

	expires  time.Time      // when the client can't sign any more
	asked    int            // how often the client was asked for the signature
	heard    []esign.Status // from Dropbox Sign, in the order in which it came
	recall   *Recall        // that counts
	recalls  []string       // IDs of those that came
	recalled int            // numbers the times that a request was taken back
	// confirmed numbers the times that Dropbox Sign was asked whether what was heard is so.
	confirmed int

	stage     string
	spent     turnaround.Ledger
	rescuing  int    // how many steps operations are asked about
	told      int    // numbers what people are told
	published *int64 // the total, as the search attribute has it
}

// open registers everything by which the outside reaches the proposal, before anything blocks.
func open(ctx workflow.Context, in Request) (*proposal, error) {
	p := &proposal{in: in, client: in.Client, reviews: map[int]int{}}
	p.result.Received, p.result.Number = in.Received, in.Number
	if p.result.Received.IsZero() {
		p.result.Received = workflow.Now(ctx)
	}
	desk, err := humantask.NewDesk(ctx, humantask.Options{Details: p.details})
	if err != nil {
		return nil, err
	}
	p.desk = desk
	rescue := desk.Rescue(func() (policy.Ladder, map[string]calendar.Calendar) { return p.policy.Operations, p.policy.Calendars })
	p.steps = step.NewRunner(func(ctx workflow.Context, f step.Failure) (step.Verdict, error) {
		stage, began := p.stage, workflow.Now(ctx)
		p.rescuing++
		defer func() {
			p.rescuing--
			p.spent.Add(stage, humantask.RoleOperations, began, workflow.Now(ctx))
		}()
		return rescue(ctx, f)
	})
	if err := workflow.SetQueryHandler(ctx, QueryProposal, func() (Result, error) { return p.sofar(ctx), nil }); err != nil {
		return nil, err
	}
	p.hearNews(ctx)
	if !in.FromDeal {
		upsert(ctx, visibility.Customer.ValueSet(in.Customer()))
	}
	return p, workflow.SetQueryHandler(ctx, QueryVersion, func(n int) (Version, error) {
		if n < 1 || n > len(p.versions) {
			return Version{}, fmt.Errorf("there is no version %d: there are %d", n, len(p.versions))
		}
		return p.versions[n-1].Version, nil
	})
}

// close says how the proposal ended, once everybody has been told.
func (p *proposal) close(ctx workflow.Context, err error) (Result, error) {
	var end ended
	switch {
	case errors.As(err, &end):
		p.result.Ending = Ending(end)
	case errors.Is(err, step.ErrAborted):
		p.result.Ending = Aborted
	case err != nil:
		p.abandon(ctx)
		p.desk.Stage("cancelled")
		_ = p.desk.Close(ctx) // it has only the same cancellation to report
		return Result{}, err
	default:
		p.result.Ending = Signed
	}
	p.enter(ctx, string(p.result.Ending))
	p.spent.CountEach(ctx, p.calendar())
	if err := p.desk.Close(ctx); err != nil {
		return Result{}, err
	}
	p.result = p.sofar(ctx)
	p.result.Finished = workflow.Now(ctx)
	return p.result, nil
}

// enter says where the proposal stands.
func (p *proposal) enter(ctx workflow.Context, stage string) {
	p.stage = stage
	p.desk.Stage(stage)
	p.desk.Publish(ctx)
}

// sofar is the result as it stands.
func (p *proposal) sofar(ctx workflow.Context) Result {
	r := p.result
	r.Spent = p.spent.Spent()
	r.Steps = p.steps.Done()
	r.Took = policy.Duration{Duration: workflow.Now(ctx).Sub(r.Received).Round(time.Millisecond)}
	return r
}
