package main

import (
	"context"
	"sync"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/assignment"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/lead"
)

// carrier says who carries a lead. It is sent along in a field that Throughline doesn't know and so keeps as it came.
type carrier string

const (
	throughline carrier = "throughline" // the workflow as it is
	bareLocal   carrier = "bare"        // bare, with local activities where a lead's steps are repeatable
	bareRegular carrier = "regular"     // bare, with regular activities only

	carrierField = "benchmark_carrier"
)

// barePool is a pool whose rotation is one that does nothing.
const barePool = "benchmark-bare"

// tap sits in the client and the workers of a system that is measured. There it lets other workflows take the place of the
// lead and the rotation, so that a reference differs from what it is compared with by the workflow's code alone: it has
// the same door, start, server, workers, activities and sandbox. And it tells when a card has been posted and when a workflow has
// come to its end, since asking for that again and again would cost what is to be measured.
type tap struct {
	interceptor.InterceptorBase
	mu    sync.Mutex
	cases map[string]news // by workflow
}

// news of a workflow.
type news struct {
	card  chan posted   // its first card
	ended chan struct{} // closed when its function has returned, a moment before Temporal has that
}

// posted is a card that is in Slack.
type posted struct {
	to string // whose card it is: a Slack user ID
	slack.Posted
}

func newTap() *tap { return &tap{cases: map[string]news{}} }

// of is where a workflow's news come.
func (t *tap) of(workflow string) news {
	t.mu.Lock()
	defer t.mu.Unlock()
	n, ok := t.cases[workflow]
	if !ok {
		n = news{make(chan posted, 1), make(chan struct{})}
		t.cases[workflow] = n
	}
	return n
}

// end announces that a workflow's function has returned; it may do so twice, where Temporal refused the end.
func (t *tap) end(workflow string) {
	ended := t.of(workflow).ended
	t.mu.Lock()
	defer t.mu.Unlock()
	select {
	case <-ended:
	default:
		close(ended)
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
	if at, ok := result.(slack.Posted); ok && err == nil && activity.GetInfo(ctx).ActivityType.Name == "PostCard" {
		drawn := in.Args[1].(slack.Card)
		select {
		case a.tap.of(drawn.Task.Workflow).card <- posted{to: drawn.To, Posted: at}:
		default: // a further card of the same workflow
		}
	}
	return result, err
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
		result, err := w.carry(ctx, in, arg)
		if err == nil {
			w.tap.end(workflow.GetInfo(ctx).WorkflowExecution.ID)
		}
		return result, err
	case string:
		if arg == barePool {
			return nil, bareRotation(ctx)
		}
	}
	return w.Next.ExecuteWorkflow(ctx, in)
}

func (w *workflows) carry(ctx workflow.Context, in *interceptor.ExecuteWorkflowInput, s lead.Submission) (any, error) {
	switch by, _ := s.Other[carrierField].(string); carrier(by) {
	case bareLocal:
		return bare(ctx, s, local)
	case bareRegular:
		return bare(ctx, s, regular)
	default:
		return w.Next.ExecuteWorkflow(ctx, in)
	}
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
