package desk_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/mocks"

	"github.com/throughline-dev/throughline/starter/desk"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

// An answer that ends its workflow may get through while whoever gave it hears that the workflow has ended.
func TestTheDecisionThatEndedItsWorkflowIsToldFromOneThatCameTooLate(t *testing.T) {
	views, err := converter.GetDefaultDataConverter().ToPayloads([]humantask.View{
		{ID: "review-1", Outcome: &humantask.Outcome{Action: "drop", Decision: "mine"}},
	})
	require.NoError(t, err)
	for decision, counts := range map[string]bool{"mine": true, "another": false, "": false} {
		c := &mocks.Client{}
		c.On("UpdateWorkflow", mock.Anything, mock.Anything).Return(nil, serviceerror.NewNotFound("workflow execution already completed"))
		value := &mocks.Value{}
		value.On("Get", mock.Anything).Run(func(args mock.Arguments) {
			require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(views, args.Get(0)))
		}).Return(nil)
		var tried string
		c.On("GetWorkflowUpdateHandle", mock.Anything).Run(func(args mock.Arguments) {
			tried = args.Get(0).(client.GetWorkflowUpdateHandleOptions).UpdateID
		}).Return(&update{err: serviceerror.NewNotFound("update not found")})
		c.On("QueryWorkflow", mock.Anything, "proposal-a", "", humantask.QueryTasks).Return(value, nil)

		handed, err := desk.Hand(t.Context(), c, "proposal-a", humantask.Decision{ID: decision, Task: "review-1", Action: "drop"})
		require.Equal(t, c.Calls[0].Arguments.Get(1).(client.UpdateWorkflowOptions).UpdateID, tried)
		if counts {
			require.NoError(t, err)
			require.True(t, handed.Accepted)
			continue
		}
		var ended *serviceerror.NotFound
		require.ErrorAs(t, err, &ended)
	}
}

// The answer was lost on its way while no worker is there to be asked for tasks: Temporal has it.
func TestWhatTheDecisionThatEndedItsWorkflowWasAnsweredTemporalKnows(t *testing.T) {
	for _, said := range []humantask.Answer{{Accepted: true, Text: "Recorded: Dropped."}, {Text: "Maria decided this a minute ago."}} {
		c := &mocks.Client{}
		c.On("UpdateWorkflow", mock.Anything, mock.Anything).Return(nil, context.DeadlineExceeded)
		c.On("SignalWorkflow", mock.Anything, "proposal-a", "", humantask.SignalDecide, mock.Anything).
			Return(serviceerror.NewNotFound("workflow execution already completed"))
		c.On("GetWorkflowUpdateHandle", mock.Anything).Return(&update{answer: said})
		handed, err := desk.Hand(t.Context(), c, "proposal-a", humantask.Decision{ID: "mine", Task: "review-1", Action: "drop"})
		require.NoError(t, err)
		require.Equal(t, desk.Handed{Answer: said}, handed)
	}
}

// update is one that Temporal is asked about.
type update struct {
	client.WorkflowUpdateHandle
	answer humantask.Answer
	err    error
}

func (u *update) Get(_ context.Context, into any) error {
	if u.err == nil {
		*into.(*humantask.Answer) = u.answer
	}
	return u.err
}
