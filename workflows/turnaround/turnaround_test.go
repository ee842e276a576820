package turnaround_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/turnaround"
)

var friday = time.Date(2026, 8, 7, 12, 0, 0, 0, time.UTC)

// spent runs a workflow that has a ledger counted.
func spent(t *testing.T, c calendar.Calendar, count func(*turnaround.Ledger, workflow.Context, calendar.Calendar)) []turnaround.Spent {
	t.Helper()
	env := new(testsuite.WorkflowTestSuite).NewTestWorkflowEnvironment()
	env.RegisterActivity(&calendar.Activities{})
	env.ExecuteWorkflow(func(ctx workflow.Context) ([]turnaround.Spent, error) {
		var l turnaround.Ledger
		after := func(hours int) time.Time { return friday.Add(time.Duration(hours) * time.Hour) }
		l.Add("review", "sam", after(0), after(2))
		l.Add("review", turnaround.Systems, after(2), after(2))
		l.Add("signature", "client", after(2), after(72)) // over the week end
		l.Add("review", "sam", after(72), after(73))
		count(&l, ctx, c)
		return l.Spent(), nil
	})
	require.NoError(t, env.GetWorkflowError())
	var all []turnaround.Spent
	require.NoError(t, env.GetWorkflowResult(&all))
	return all
}

func TestEachPartIsCountedByTheClockAndInWorkingTimeTogetherOrApart(t *testing.T) {
	want := []turnaround.Spent{
		{Stage: "review", With: "sam", Wall: policy.Hours(3), Working: policy.Hours(3)},
		{Stage: "signature", With: "client", Wall: policy.Hours(70), Working: policy.Hours(22)},
	}
	assert.Equal(t, want, spent(t, calendar.Weekdays, (*turnaround.Ledger).Count))
	assert.Equal(t, want, spent(t, calendar.Weekdays, (*turnaround.Ledger).CountEach))
}

func TestATurnaroundThatCannotBeCountedHoldsNothingUp(t *testing.T) {
	for _, count := range []func(*turnaround.Ledger, workflow.Context, calendar.Calendar){
		(*turnaround.Ledger).Count, (*turnaround.Ledger).CountEach,
	} {
		all := spent(t, calendar.Calendar{Name: "none"}, count)
		require.Len(t, all, 2)
		assert.Equal(t, policy.Hours(3), all[0].Wall)
		assert.Zero(t, all[0].Working)
	}
}
