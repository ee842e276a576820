package main

import (
	"context"
	"sync"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/assignment"
	"github.com/throughline-dev/throughline/activities/esign"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/lead"
	"github.com/throughline-dev/throughline/workflows/proposal"
	"github.com/throughline-dev/throughline/workflows/returns"
)

// carrier says who carries something.
type carrier string

const (
	throughline carrier = "throughline" // the workflow as it is
	bareLocal   carrier = "bare"        // its reference, with local activities where its steps are repeatable
	bareRegular carrier = "regular"     // its reference, with regular activities only
)

// barePool is a pool whose rotation is one that does nothing.
const barePool = "benchmark-bare"

// tap sits in the client and the workers of a system that is measured. There it lets references take the place of the lead, the
// proposal, the return and the rotation, so that a reference differs from what it is compared with by the workflow's code alone: it has
// the same door, start, server, workers, activities and sandbox. And it tells when there is something for people to do and when
// a workflow has come to its end, since asking for that again and again would cost what is to be measured.
type tap struct {
	interceptor.InterceptorBase
	mu    sync.Mutex
	cases map[string]*followed // by workflow
}

// followed is a workflow of which there is to be news.
type followed struct {
	by      carrier
	card    chan posted   // its cards, of which the next may come once the one before was taken
	request chan string   // the ID of its first request for a signature
	ended   chan struct{} // closed when its function has returned, a moment before Temporal has that
	end     func()        // closes ended; called again where Temporal has refused the end
}

// posted is a card that is in Slack.
type posted struct {
	to string // whose card it is: a Slack user ID
	slack.Posted
}

func newTap() *tap { return &tap{cases: map[string]*followed{}} }

// follow has a workflow that is about to be started carried, and told of.
func (t *tap) follow(id string, by carrier) *followed {
	f := &followed{by: by, card: make(chan posted, 1), request: make(chan string, 1), ended: make(chan struct{})}
	f.end = sync.OnceFunc(func() { close(f.ended) })
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cases[id] = f
	return f
}

// of is a workflow that is followed; nil where it isn't.
func (t *tap) of(id string) *followed {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.cases[id]
}

// tell tells of something, unless nobody has taken what was told before.
func tell[T any](to chan T, news T) {
	select {
	case to <- news:
	default:
	}
}

func (t *tap) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	a := &activities{tap: t}
	a.Next = next
	return a
}

func (t *tap) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	w := &workflows{tap: t}
	w.Next = next
	return w
}

type activities struct {
	interceptor.ActivityInboundInterceptorBase
	tap *tap
}

func (a *activities) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	result, err := a.Next.ExecuteActivity(ctx, in)
	f := a.tap.of(activity.GetInfo(ctx).WorkflowExecution.ID)
	if err != nil || f == nil {
		return result, err
	}
	switch made := result.(type) {
	case slack.Posted:
		if drawn, ok := in.Args[1].(slack.Card); ok {
			tell(f.card, posted{to: drawn.To, Posted: made})
		}
	case esign.Requested:
		tell(f.request, made.ID)
	}
	return result, nil
}

type workflows struct {
	interceptor.WorkflowInboundInterceptorBase
	tap *tap
}

func (w *workflows) ExecuteWorkflow(ctx workflow.Context, in *interceptor.ExecuteWorkflowInput) (any, error) {
	if len(in.Args) == 0 { // a shard of claims begins without any
		return w.Next.ExecuteWorkflow(ctx, in)
	}
	switch arg := in.Args[0].(type) {
	case lead.Submission:
		return w.carry(ctx, in, func(repeatable kind) (ended, error) { return bareLead(ctx, arg, repeatable) })
	case proposal.Request:
		return w.carry(ctx, in, func(repeatable kind) (ended, error) { return bareProposal(ctx, arg, repeatable) })
	case returns.Request:
		return w.carry(ctx, in, func(repeatable kind) (ended, error) { return bareReturn(ctx, arg, repeatable) })
	case string:
		if arg == barePool {
			return nil, bareRotation(ctx)
		}
	}
	return w.Next.ExecuteWorkflow(ctx, in)
}

func (w *workflows) carry(
	ctx workflow.Context, in *interceptor.ExecuteWorkflowInput, bare func(repeatable kind) (ended, error),
) (result any, err error) {
	f := w.tap.of(workflow.GetInfo(ctx).WorkflowExecution.ID)
	switch {
	case f == nil:
		return w.Next.ExecuteWorkflow(ctx, in)
	case f.by == bareLocal:
		result, err = bare(local)
	case f.by == bareRegular:
		result, err = bare(regular)
	default:
		result, err = w.Next.ExecuteWorkflow(ctx, in)
	}
	if err == nil {
		f.end()
	}
	return result, err
}

// bareRotation answers the rotation's update without thinking.
func bareRotation(ctx workflow.Context) error {
	err := workflow.SetUpdateHandler(ctx, assignment.UpdateTake, func(workflow.Context, assignment.Request) (assignment.Turn, error) {
		return assignment.Turn{Member: "somebody"}, nil
	})
	if err != nil {
		return err
	}
	err = workflow.Await(ctx, func() bool {
		return workflow.GetInfo(ctx).GetContinueAsNewSuggested() && workflow.AllHandlersFinished(ctx)
	})
	if err != nil {
		return err
	}
	return workflow.NewContinueAsNewError(ctx, assignment.WorkflowName, barePool)
}
