package step

import (
	"log/slog"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/telemetry"
)

func TestStepsAreMeasuredBySystemAndByWhatBecameOfThem(t *testing.T) {
	seen, err := telemetry.Start(t.Context(), "test", nil)
	require.NoError(t, err)
	t.Cleanup(func() { seen.Finish(slog.Default()) })
	var suite testsuite.WorkflowTestSuite
	suite.SetMetricsHandler(seen.Metrics())
	env := suite.NewTestWorkflowEnvironment()
	v := &vendor{answers: []error{nil, refused(), refused(), refused()}, now: env.Now}
	env.RegisterActivity(v)
	rescue, _ := answer(Retry, Skip)
	env.ExecuteWorkflow(func(ctx workflow.Context) error {
		_, done := Once(ctx, NewRunner(rescue), spec, v.Write, "it")
		assert.NoError(t, done)
		_, skipped := Once(ctx, NewRunner(rescue), spec, v.Write, "it")
		assert.ErrorIs(t, skipped, ErrSkipped)
		_, failed := Once(ctx, NewRunner(nil), spec, v.Write, "it")
		assert.Error(t, failed)
		return nil
	})
	require.NoError(t, env.GetWorkflowError())
	w := httptest.NewRecorder()
	seen.Handler(nil).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for _, line := range []string{
		`throughline_steps_total{outcome="done",system="vendor"} 1`,
		`throughline_steps_total{outcome="skipped",system="vendor"} 1`,
		`throughline_steps_total{outcome="failed",system="vendor"} 1`,
		`throughline_step_duration_seconds_count{system="vendor"} 3`,
		`throughline_step_rescues_total{system="vendor"} 2`,
	} {
		assert.Contains(t, w.Body.String(), line+"\n")
	}
}
