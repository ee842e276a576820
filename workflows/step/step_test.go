package step

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
)

// vendor is a system whose answers a test sets.
type vendor struct {
	mu      sync.Mutex
	answers []error // of the first calls; later ones succeed
	keys    []effect.Key
	at      []time.Time
	now     func() time.Time
}

func (v *vendor) Write(_ context.Context, key effect.Key, text string) (string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.keys = append(v.keys, key)
	v.at = append(v.at, v.now())
	if n := len(v.keys); n <= len(v.answers) && v.answers[n-1] != nil {
		return "", v.answers[n-1]
	}
	return "wrote " + text, nil
}

var spec = Spec{Name: "write", System: "vendor", Summary: "Write", Policy: System, Skippable: true}

type kind func(workflow.Context, *Runner, Spec, Activity[string, string], string) (string, error)

// run runs one step in a workflow of its own, and returns its result, its error and what the runner says about it.
func runStep(t *testing.T, v *vendor, k kind, s Spec, rescue Rescue) (result string, done []Done, err error) {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	v.now = env.Now
	env.RegisterActivity(v)
	var nobody *vendor
	env.ExecuteWorkflow(func(ctx workflow.Context) error {
		r := NewRunner(rescue)
		result, err = k(ctx, r, s, nobody.Write, "it")
		done = r.Done()
		return nil
	})
	require.True(t, env.IsWorkflowCompleted())
	require.NoError(t, env.GetWorkflowError())
	return result, done, err
}

func answer(verdicts ...Verdict) (Rescue, *[]Failure) {
	var asked []Failure
	return func(_ workflow.Context, f Failure) (Verdict, error) {
		asked = append(asked, f)
		return verdicts[len(asked)-1], nil
	}, &asked
}

func down() error { return fault.Unreachable("vendor", "connection refused").Err() }

func refused() error {
	return fault.OfStatus("vendor", 401, 0, "EXPIRED", "the key of maria@northwind.example has expired").Err()
}

func TestBothKindsCarryTheKeyOfWorkflowAndStep(t *testing.T) {
	for name, k := range map[string]kind{"repeatable": Repeatable[string, string], "once": Once[string, string]} {
		t.Run(name, func(t *testing.T) {
			v := &vendor{}
			result, done, err := runStep(t, v, k, spec, nil)
			require.NoError(t, err)
			require.Equal(t, "wrote it", result)
			require.Equal(t, []effect.Key{{ID: "default-test-workflow-id/write"}}, v.keys)
			require.Len(t, done, 1)
			require.Equal(t, "done", done[0].Ended)
		})
	}
}

func TestARepeatableStepThatFailsLocallyIsRetriedAsARegularActivity(t *testing.T) {
	v := &vendor{answers: []error{down(), down(), down()}}
	result, _, err := runStep(t, v, Repeatable[string, string], spec, nil)
	require.NoError(t, err)
	require.Equal(t, "wrote it", result)
	require.Len(t, v.keys, 4)
}

func TestAFinalFaultIsNotTriedAgain(t *testing.T) {
	for name, k := range map[string]kind{"repeatable": Repeatable[string, string], "once": Once[string, string]} {
		t.Run(name, func(t *testing.T) {
			v := &vendor{answers: []error{refused()}}
			_, done, err := runStep(t, v, k, spec, nil)
			f, ok := fault.From(err)
			require.True(t, ok)
			require.Equal(t, 401, f.Status)
			require.Len(t, v.keys, 1)
			require.Equal(t, "failed", done[0].Ended)
		})
	}
}

func TestAVendorsRetryAfterIsWaitedFor(t *testing.T) {
	for name, k := range map[string]kind{"repeatable": Repeatable[string, string], "once": Once[string, string]} {
		t.Run(name, func(t *testing.T) {
			v := &vendor{answers: []error{fault.OfStatus("vendor", 429, 90*time.Second, "", "").Err()}}
			_, _, err := runStep(t, v, k, spec, nil)
			require.NoError(t, err)
			require.Len(t, v.at, 2)
			require.GreaterOrEqual(t, v.at[1].Sub(v.at[0]), 90*time.Second)
		})
	}
}

func TestABoundOnAllTriesCountsTheLocalOneAndItsPause(t *testing.T) {
	v := &vendor{answers: []error{fault.OfStatus("vendor", 429, 90*time.Second, "", "").Err()}}
	s := spec
	s.Policy, s.BestEffort = System.Within(10*time.Second), true
	_, done, err := runStep(t, v, Repeatable[string, string], s, nil)
	require.Error(t, err)
	require.Len(t, v.keys, 1, "the vendor asked for more time than there is")
	require.Less(t, done[0].Took.Duration, 10*time.Second)
}

func TestOperationsHaveAStepRunAgainUntilItWorks(t *testing.T) {
	v := &vendor{answers: []error{refused(), refused()}}
	rescue, asked := answer(Retry, Retry)
	result, done, err := runStep(t, v, Once[string, string], spec, rescue)
	require.NoError(t, err)
	require.Equal(t, "wrote it", result)
	require.Len(t, *asked, 2)
	require.Equal(t, 1, (*asked)[1].Round)
	require.Equal(t, "vendor answered 401: EXPIRED (the key of maria@northwind.example has expired)", (*asked)[0].Reason())
	require.NotContains(t, (*asked)[0].Err.Error(), "maria", "what is logged has no personal data")
	require.False(t, v.keys[0].Again)
	require.True(t, v.keys[1].Again, "an adapter has to look whether the first one got through")
	require.Equal(t, v.keys[0].ID, v.keys[2].ID, "and it is the same effect")
	require.Equal(t, 2, done[0].Rounds)
}

func TestOperationsSkipOrAbort(t *testing.T) {
	for verdict, want := range map[Verdict]error{Skip: ErrSkipped, Abort: ErrAborted} {
		rescue, _ := answer(verdict)
		_, done, err := runStep(t, &vendor{answers: []error{refused()}}, Once[string, string], spec, rescue)
		require.ErrorIs(t, err, want)
		require.Len(t, done, 1)
	}
}

func TestAStepThatMustBeDoneCannotBeSkipped(t *testing.T) {
	s := spec
	s.Skippable = false
	rescue, _ := answer(Skip)
	_, _, err := runStep(t, &vendor{answers: []error{refused()}}, Once[string, string], s, rescue)
	require.Error(t, err)
	require.NotErrorIs(t, err, ErrSkipped)
}

func TestNobodyIsAskedAboutABestEffort(t *testing.T) {
	s := spec
	s.BestEffort = true
	rescue, asked := answer()
	_, _, err := runStep(t, &vendor{answers: []error{refused()}}, Repeatable[string, string], s, rescue)
	require.Error(t, err)
	require.Empty(t, *asked)
}

func TestARescueThatIsCancelledEndsTheStep(t *testing.T) {
	cancelled := errors.New("cancelled meanwhile")
	rescue := func(workflow.Context, Failure) (Verdict, error) { return "", cancelled }
	_, _, err := runStep(t, &vendor{answers: []error{refused()}}, Once[string, string], spec, rescue)
	require.ErrorIs(t, err, cancelled)
}

func TestAStepOfACancelledWorkflowAsksNobody(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	v := &vendor{answers: []error{down(), down(), down(), down(), down(), down()}, now: env.Now}
	env.RegisterActivity(v)
	env.RegisterDelayedCallback(env.CancelWorkflow, 3*time.Second)
	rescue, asked := answer()
	env.ExecuteWorkflow(func(ctx workflow.Context) error {
		_, err := Once(ctx, NewRunner(rescue), spec, v.Write, "it")
		return err
	})
	require.True(t, temporal.IsCanceledError(env.GetWorkflowError()))
	require.Empty(t, *asked)
}

func TestWaitAtMostLeavesNoTimer(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	var soon, never bool
	var took time.Duration
	env.ExecuteWorkflow(func(ctx workflow.Context) error {
		became := false
		workflow.Go(ctx, func(ctx workflow.Context) {
			_ = workflow.Sleep(ctx, time.Minute)
			became = true
		})
		started := workflow.Now(ctx)
		soon, _ = WaitAtMost(ctx, time.Hour, "wait", func() bool { return became })
		took = workflow.Now(ctx).Sub(started)
		never, _ = WaitAtMost(ctx, time.Hour, "wait", func() bool { return false })
		return nil
	})
	require.NoError(t, env.GetWorkflowError())
	require.True(t, soon)
	require.Equal(t, time.Minute, took)
	require.False(t, never)
}
