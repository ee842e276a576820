// Package returns carries a customer's return from the ticket to the refund.
//
// What the customer wants to return is held against the order and the policy while nobody else's return of the same order can be:
// the shop keeps the quantities from then on. Support is asked where the policy doesn't approve it by itself. The warehouse records
// what arrives, in as many parcels as it comes in; what it records goes into stock, and is paid for once finance agrees. The
// customer is told at each turn, and so is the ticket; what they answer comes to support, whenever they do.
package returns

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/step"
	"github.com/throughline-dev/throughline/workflows/turnaround"
)

// Register registers the workflow with a worker. A return takes weeks, so where workers have versions it goes on
// with the latest: a change of this code has to replay what runs, by workflow.GetVersion.
func Register(r worker.WorkflowRegistry) {
	r.RegisterWorkflowWithOptions(Workflow, workflow.RegisterOptions{
		Name: WorkflowName, VersioningBehavior: workflow.VersioningBehaviorAutoUpgrade,
	})
}

// Workflow carries one return. It ends without an error however the return ended, see [Result.Ending]; it fails only when it is
// cancelled.
func Workflow(ctx workflow.Context, in Request) (Result, error) {
	r, err := open(ctx, in)
	if err != nil {
		return Result{}, err
	}
	err = r.carry(r.way)
	return r.close(ctx, err)
}

// carry takes a return to its end, and again where support lets the customer try again.
func (r *returning) carry(ctx workflow.Context) error {
	if err := r.pinPolicy(ctx); err != nil {
		return err
	}
	for again := true; again; {
		r.round++
		err := r.attempt(ctx)
		end := ended(Completed)
		if err != nil && !errors.As(err, &end) {
			return err
		}
		if again, err = r.conclude(ctx, Ending(end)); err != nil {
			return err
		}
	}
	return nil
}

// attempt is the way of a return. It returns nil where everything that came back is settled.
func (r *returning) attempt(ctx workflow.Context) error {
	if err := r.complete(ctx); err != nil {
		return err
	}
	if err := r.request(ctx); err != nil {
		return err
	}
	if err := r.approve(ctx); err != nil {
		return err
	}
	if err := r.arrive(ctx); err != nil {
		return err
	}
	return r.pay(ctx)
}

// ended is how a return ends before everything is settled.
type ended Ending

func (e ended) Error() string { return "return: " + string(e) }

// returning is one return on its way.
type returning struct {
	in     Request
	id     string // the workflow's
	policy policy.Return
	desk   *humantask.Desk
	steps  *step.Runner
	result Result

	// way is the context of everything that goes on, in front or beside; giveUp ends it, as operations may from either.
	way     workflow.Context
	giveUp  workflow.CancelFunc
	aborted bool
	// abandoned is whether nobody is asked about a step that fails any more, since the workflow ends whatever becomes of it.
	abandoned bool

	ticket crm.Ticket     // zero until it is read or made, and once it is gone
	order  commerce.Order // as it was when it was last read
	shop   commerce.Return
	round  int // counts the times that the return was begun: see reply.go

	stage  string
	spent  turnaround.Ledger
	looked int  // numbers the look-ups of people
	told   int  // numbers the e-mails to the customer
	paid   bool // whether one of them has told of a payment
	noted  int  // numbers the notes in the ticket

	themselves []string // the customer's ID in the handbook, where they are one of ours: see people.go

	// In support's hands: see complete.go, approve.go.
	filled   int      // how often support was asked to complete it
	asked    int      // how often support was asked to decide
	deciders []string // IDs of those who have had a say in it
	overrule bool     // whether support has rejected it, so that no rule approves it any more

	// On its way: see arrive.go. accepted and came are by the index of Assessed.Lines.
	accepted []int
	came     []int
	opened   time.Time // when the customer's time to send it began, later by what support has given them
	until    time.Time // until when
	reminded time.Time // when they were reminded last
	awaited  bool      // whether a parcel is, or another one
	parcels  int       // numbers the arrivals
	keeping  bool      // the customer has said that they keep what hasn't arrived
	extras   int       // numbers the questions about what nobody had announced

	// From the customer: see news.go, reply.go.
	heard     []string // IDs of the news
	unread    []unread // of which nobody knows yet
	about     []unread // what the open task is about
	replies   int      // numbers the tasks about them
	replying  string   // the one that is open
	moot      func()   // withdraws it, since it offers what can't be any more
	again     bool     // the return is to be begun again
	listening bool     // to the customer only
	asking    int      // how many questions to support are open beside, or their answers not yet seen to

	// Beside the rest, each in its order.
	mails    queue // to the customer
	notes    queue // in the ticket
	arrivals queue // into stock, then to finance
	outside  queue // to the warehouse

	// The order's guard, stock, and money: see lock.go, stock.go, pay.go, exchange.go.
	lock     lock
	stock    stocking
	paying   payments
	exchange exchange
}

// open registers everything by which the outside reaches the return, before anything blocks.
func open(ctx workflow.Context, in Request) (*returning, error) {
	r := &returning{in: in, id: workflow.GetInfo(ctx).WorkflowExecution.ID, moot: func() {}}
	r.way, r.giveUp = workflow.WithCancel(ctx)
	r.result.Number, r.result.Wish, r.result.Received = in.Number, in.Wish, in.Received
	if r.result.Received.IsZero() {
		r.result.Received = workflow.Now(ctx)
	}
	desk, err := humantask.NewDesk(ctx, humantask.Options{Details: r.details, Customer: func() string { return r.in.Email }})
	if err != nil {
		return nil, err
	}
	r.desk = desk
	r.steps = step.NewRunner(r.rescue)
	if err := workflow.SetQueryHandler(ctx, QueryReturn, func() (Result, error) { return r.sofar(ctx), nil }); err != nil {
		return nil, err
	}
	r.hearNews(r.way)
	r.openPayments(r.way)
	r.answerReplies(r.way)
	return r, nil
}

// rescue asks operations about a step that failed for good.
func (r *returning) rescue(ctx workflow.Context, f step.Failure) (step.Verdict, error) {
	if r.abandoned {
		return "", f.Err
	}
	if cancellable, ok := ctx.Value(insisting{}).(workflow.Context); ok {
		ctx = cancellable
	}
	stage, began := r.stage, workflow.Now(ctx)
	defer func() { r.spent.Add(stage, humantask.RoleOperations, began, workflow.Now(ctx)) }()
	ask := r.desk.Rescue(func() (policy.Ladder, map[string]calendar.Calendar) { return r.policy.Operations, r.policy.Calendars })
	return ask(ctx, f)
}

// pinPolicy takes the policy that the return keeps to its end.
func (r *returning) pinPolicy(ctx workflow.Context) error {
	r.enter(StageRequest)
	pinned, err := step.Repeatable(ctx, r.steps, step.Spec{
		Name: "policy", System: "policy", Summary: "Take today's policy", Policy: step.Inside,
	}, policyActivities.ReturnPolicy, effect.None{})
	r.policy, r.result.Policy = pinned, pinned.Handbook
	return err
}

// conclude is the end of a return, but for what the customer has to say about it. It reports whether it is to be begun again.
func (r *returning) conclude(ctx workflow.Context, end Ending) (again bool, err error) {
	r.result.Ending, r.result.Finished = end, workflow.Now(ctx)
	if end == Dropped {
		r.note(ctx, "This is no return, so it is left to whoever answers the ticket.", "")
		return false, nil
	}
	r.note(ctx, fmt.Sprintf("The return %s is %s.", r.in.Number, end), r.policy.Ticket.Closed)
	if again, err = r.listen(ctx); again {
		r.result.Ending, r.result.Finished = "", time.Time{}
		r.reopen(ctx, "The return "+r.in.Number+" is looked at again.")
	}
	return again, err
}

// close says how the return ended, once everybody has been told.
func (r *returning) close(ctx workflow.Context, err error) (Result, error) {
	switch {
	case r.aborted || errors.Is(err, step.ErrAborted):
		r.abandon(ctx)
		if r.result.Ending == "" || errors.Is(r.payError(), step.ErrAborted) { // else only what was to be said about its end is given up
			r.result.Ending, r.result.Finished = Aborted, workflow.Now(ctx)
		}
	case err != nil:
		r.abandon(ctx)
		r.desk.Stage("cancelled")
		_ = r.desk.Close(ctx) // it has only the same cancellation to report
		return Result{}, err
	}
	r.enter(string(r.result.Ending))
	r.desk.Publish(ctx)
	r.spent.Count(ctx, calendar.Among(r.policy.Calendars, r.policy.Calendar))
	if err := r.drain(ctx); err != nil {
		return Result{}, err
	}
	if err := r.desk.Close(ctx); err != nil {
		return Result{}, err
	}
	return r.sofar(ctx), nil
}

// enter says where the return stands. Operations see it with the next change of the tasks; where none comes at once, it is for the
// caller to publish.
func (r *returning) enter(stage string) {
	if r.stage != stage {
		r.moot()
	}
	r.stage = stage
	r.desk.Stage(stage)
}

// sofar is the result as it stands. It took until its end, and not until the customer had no more to say about it.
func (r *returning) sofar(ctx workflow.Context) Result {
	now := r.result
	now.Ticket, now.Shop = r.ticket.ID, r.shop.ID
	now.Spent = r.spent.Spent()
	now.Steps = r.steps.Done()
	end := now.Finished
	if end.IsZero() {
		end = workflow.Now(ctx)
	}
	now.Took = policy.Duration{Duration: end.Sub(now.Received).Round(time.Millisecond)}
	return now
}
