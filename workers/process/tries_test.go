package process

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"

	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/telemetry"
)

func TestTriesThatFailAreCountedBySystemAndClass(t *testing.T) {
	seen, err := telemetry.Start(t.Context(), "test", nil)
	require.NoError(t, err)
	t.Cleanup(func() { seen.Finish(slog.Default()) })
	var suite testsuite.WorkflowTestSuite
	suite.SetMetricsHandler(seen.Metrics())
	env := suite.NewTestActivityEnvironment()
	env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{&tries{}}})
	answers := []error{
		nil,
		fault.OfStatus("hubspot", 503, 0, "", "").Err(), fault.OfStatus("hubspot", 503, 0, "", "").Err(),
		fault.OfStatus("slack", 429, 0, "", "").Err(), fault.Final("stripe", "card_declined", "").Err(), errors.New("a bug"),
	}
	write := func(_ context.Context, i int) error { return answers[i] }
	env.RegisterActivity(write)
	for i, want := range answers {
		_, err := env.ExecuteActivity(write, i)
		assert.Equal(t, want == nil, err == nil)
	}
	panics := func(_ context.Context, none map[string]int) error { none["x"]++; return nil }
	env.RegisterActivityWithOptions(panics, activity.RegisterOptions{Name: "Panics"})
	_, err = env.ExecuteActivity(panics, map[string]int(nil))
	var panicked *temporal.PanicError
	require.ErrorAs(t, err, &panicked, "the SDK still makes an error of it")
	assert.Contains(t, panicked.StackTrace(), "tries_test.go", "which says where")
	w := httptest.NewRecorder()
	seen.Handler(nil).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for _, line := range []string{
		`class="Unavailable",system="hubspot",[^}]*} 2`, `class="Throttled",system="slack",[^}]*} 1`, `class="Final",system="stripe",[^}]*} 1`,
		`class="Error",system="throughline",[^}]*} 1`,
	} {
		assert.Regexp(t, `throughline_step_tries_failed_total\{activity_type="[^"]*",`+line+"\n", w.Body.String())
	}
	assert.Regexp(t, `throughline_step_tries_failed_total\{activity_type="Panics",class="Error",system="throughline",[^}]*} 1`, w.Body.String(), "a bug like any other")
}
