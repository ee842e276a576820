package returns

import (
	"errors"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/workflows/step"
)

// queue is what is done beside the rest, one after the other. Nothing waits for it before the workflow's end.
type queue struct {
	todo []func(workflow.Context) error
	busy bool
}

// beside puts something into a queue. Where operations go on without it, so does the queue; where they give the case up there, that
// is the end of all.
func (r *returning) beside(name string, q *queue, do func(workflow.Context) error) {
	q.todo = append(q.todo, do)
	if q.busy {
		return
	}
	q.busy = true
	workflow.GoNamed(r.way, name, func(ctx workflow.Context) {
		for len(q.todo) > 0 && ctx.Err() == nil {
			do := q.todo[0]
			q.todo = q.todo[1:]
			r.failed(do(ctx))
		}
		q.busy = false
	})
}

// failed is for what goes wrong beside: where operations have given the case up there, that ends all.
func (r *returning) failed(err error) {
	if errors.Is(err, step.ErrAborted) {
		r.aborted = true
		r.giveUp()
	}
}

// drain waits until what is to be done beside is done.
func (r *returning) drain(ctx workflow.Context) error {
	return workflow.Await(ctx, func() bool { return !r.mails.busy && !r.notes.busy && !r.arrivals.busy && !r.outside.busy })
}

// skipped takes a part that operations went on without as done.
func skipped(err error) error {
	if errors.Is(err, step.ErrSkipped) {
		return nil
	}
	return err
}
