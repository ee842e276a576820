package desk_test

import (
	"testing"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
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
		c.On("QueryWorkflow", mock.Anything, "proposal-a", "", humantask.QueryTasks).Return(value, nil)

		handed, err := desk.Hand(t.Context(), c, "proposal-a", humantask.Decision{ID: decision, Task: "review-1", Action: "drop"})
		if counts {
			require.NoError(t, err)
			require.True(t, handed.Accepted)
			continue
		}
		var ended *serviceerror.NotFound
		require.ErrorAs(t, err, &ended)
	}
}
