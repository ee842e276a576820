package desk

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/throughline-dev/throughline/workflows/humantask"
)

// Handed is what became of a decision that was handed to its workflow.
type Handed struct {
	humantask.Answer
	// Kept is set where no worker was there to judge it: Temporal has it, and it counts, or is refused, once one is.
	Kept bool
}

// Hand gives a decision to its workflow, which is asked by its update first, so that a refusal can be put right at once. Where no
// worker answers in half the time that the context has, the same decision goes by the signal, which is kept until one does; should
// the update have got through after all, the workflow knows the decision by its ID.
//
// A refusal is an answer and no error. The error is a [serviceerror.NotFound] where the workflow has ended; any other means that
// nobody knows whether the decision was taken, and handing it over again does no harm. Bound the context.
func Hand(ctx context.Context, c client.Client, workflow string, d humantask.Decision) (Handed, error) {
	update := uuid.NewString() // not the decision's ID: one that was refused is put right, and handed over again
	answer, err := judge(ctx, c, workflow, update, d)
	if err == nil {
		return Handed{Answer: answer}, nil
	}
	var ended *serviceerror.NotFound
	if !errors.As(err, &ended) {
		if err = c.SignalWorkflow(ctx, workflow, "", humantask.SignalDecide, d); err == nil {
			return Handed{Kept: true}, nil
		}
	}
	if errors.As(err, &ended) {
		// It may have got through, now or when it was handed over before, and what it decided may have been the end. What the update was
		// answered Temporal knows; of one before a worker has to be asked.
		if c.GetWorkflowUpdateHandle(client.GetWorkflowUpdateHandleOptions{WorkflowID: workflow, UpdateID: update}).Get(ctx, &answer) == nil {
			return Handed{Answer: answer}, nil
		}
		if counted(ctx, c, workflow, d) {
			return Handed{Answer: humantask.Answer{Accepted: true, Text: "Recorded."}}, nil
		}
	}
	return Handed{}, err
}

// counted reports whether it is known that a decision is the one which counted.
func counted(ctx context.Context, c client.Client, workflow string, d humantask.Decision) bool {
	if d.ID == "" {
		return false
	}
	tasks, err := Tasks(ctx, c, workflow)
	if err != nil {
		return false
	}
	for _, t := range tasks {
		if t.ID == d.Task && t.Outcome != nil && t.Outcome.Decision == d.ID {
			return true
		}
	}
	return false
}

// judge has the workflow judge a decision at once. An error means that nobody answered.
func judge(ctx context.Context, c client.Client, workflow, update string, d humantask.Decision) (answer humantask.Answer, err error) {
	if end, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Until(end)/2)
		defer cancel()
	}
	handle, err := c.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: workflow, UpdateID: update, UpdateName: humantask.UpdateDecide, Args: []any{d},
		WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err == nil {
		err = handle.Get(ctx, &answer)
	}
	var refused *temporal.ApplicationError
	if errors.As(err, &refused) { // by the validator, before history grew
		answer = humantask.Answer{}
		if !refused.HasDetails() || refused.Details(&answer) != nil {
			answer = humantask.Answer{Text: refused.Message()}
		}
		return answer, nil
	}
	return answer, err
}
