package signals_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/workflows/signals"
)

type parcel struct{ Weight int }

func TestSignalsAreHandledOneAfterTheOtherAndWhatCannotBeReadIsPassedOver(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	for _, sent := range []any{parcel{1}, "a parcel", parcel{2}, map[string]int{}, parcel{3}} {
		env.RegisterDelayedCallback(func() { env.SignalWorkflow("received", sent) }, 0)
	}
	env.RegisterDelayedCallback(func() { env.SignalWorkflow("sent", parcel{9}) }, 0)
	var begun, done []int
	env.ExecuteWorkflow(func(ctx workflow.Context) error {
		signals.Listen(ctx, "received", "A parcel has come.", func(ctx workflow.Context, p parcel) {
			assert.Len(t, done, len(begun), "the one before is done with")
			begun = append(begun, p.Weight)
			assert.NoError(t, workflow.Sleep(ctx, time.Minute))
			done = append(done, p.Weight)
		})
		return workflow.Sleep(ctx, 210*time.Second)
	})
	require.NoError(t, env.GetWorkflowError())
	assert.Equal(t, []int{1, 2, 0, 3}, begun, "in the order in which they came, and nothing is left from one to the next")
	assert.Equal(t, []int{1, 2, 0}, done, "the workflow's end is the end of listening")
}
