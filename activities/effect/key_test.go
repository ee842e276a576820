package effect_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/effect"
)

// attempts runs an activity that fails once, and returns what each of its attempts thought.
func attempts(t *testing.T, key effect.Key) []bool {
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	var thought []bool
	act := func(ctx context.Context, key effect.Key) error {
		thought = append(thought, key.MayHaveHappened(ctx))
		if len(thought) < 2 {
			return errors.New("the reply got lost")
		}
		return nil
	}
	env.RegisterActivity(act)
	env.ExecuteWorkflow(func(ctx workflow.Context) error {
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
			StartToCloseTimeout: time.Second, RetryPolicy: &temporal.RetryPolicy{InitialInterval: time.Millisecond, MaximumAttempts: 2},
		})
		return workflow.ExecuteActivity(ctx, act, key).Get(ctx, nil)
	})
	require.NoError(t, env.GetWorkflowError())
	return thought
}

func TestAnEffectMayHaveHappenedFromTheSecondAttemptOn(t *testing.T) {
	assert.Equal(t, []bool{false, true}, attempts(t, effect.Key{ID: "lead-1/outreach"}))
}

func TestAnEffectThatOperationsRunAgainMayHaveHappenedAtTheFirstAttempt(t *testing.T) {
	assert.Equal(t, []bool{true, true}, attempts(t, effect.Key{ID: "lead-1/outreach", Again: true}))
}

func TestOutsideOfAnActivityOnlyAgainCounts(t *testing.T) {
	assert.False(t, effect.Key{ID: "a/b"}.MayHaveHappened(t.Context()))
	assert.True(t, effect.Key{ID: "a/b", Again: true}.MayHaveHappened(t.Context()))
}
