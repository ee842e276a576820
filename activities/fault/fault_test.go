package fault_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/fault"
)

func TestAStatusDecidesWhetherItIsWorthAnotherTry(t *testing.T) {
	tests := []struct {
		status     int
		retryAfter time.Duration
		class      string
	}{
		{301, 0, fault.ClassFinal},
		{400, 0, fault.ClassFinal},
		{401, 0, fault.ClassFinal},
		{403, 0, fault.ClassFinal},
		{404, 0, fault.ClassFinal},
		{409, 0, fault.ClassFinal},
		{422, 0, fault.ClassFinal},
		{408, 0, fault.ClassUnavailable},
		{423, 0, fault.ClassUnavailable},
		{425, 0, fault.ClassUnavailable},
		{500, 0, fault.ClassUnavailable},
		{502, 0, fault.ClassUnavailable},
		{503, 0, fault.ClassUnavailable},
		{599, 0, fault.ClassUnavailable},
		{429, 0, fault.ClassThrottled},
		{429, time.Second, fault.ClassThrottled},
		{503, time.Second, fault.ClassThrottled},
		{477, time.Minute, fault.ClassThrottled},
	}
	for _, test := range tests {
		f := fault.OfStatus("hubspot", test.status, test.retryAfter, "CODE", "text")
		assert.Equalf(t, test.class, f.Class, "status %d, Retry-After %s", test.status, test.retryAfter)
		assert.Equal(t, test.retryAfter, f.RetryAfter)
	}
}

func TestOnlyAFinalFaultStopsTemporalsRetries(t *testing.T) {
	for _, f := range []fault.Fault{
		fault.Unreachable("slack", "connection refused"),
		fault.OfStatus("slack", 429, 7*time.Second, "ratelimited", ""),
		fault.Final("slack", "invalid_auth", ""),
	} {
		var app *temporal.ApplicationError
		require.ErrorAs(t, f.Err(), &app)
		assert.Equal(t, f.Class == fault.ClassFinal, app.NonRetryable(), f.Class)
		assert.Equal(t, f.Class, app.Type())
		assert.Equal(t, f.RetryAfter, app.NextRetryDelay(), "the vendor's pause is the next attempt's delay")
	}
}

func TestAnErrorsTextHoldsNothingThatTheVendorSaid(t *testing.T) {
	f := fault.OfStatus("hubspot", 400, 0, "VALIDATION_ERROR", `"jane@example.com" is no e-mail address`)
	assert.Equal(t, "hubspot answered 400: VALIDATION_ERROR", f.String())
	assert.NotContains(t, f.Err().Error(), "jane")

	assert.Equal(t, "slack refused: channel_not_found", fault.Final("slack", "channel_not_found", "jane").String())
	assert.Equal(t, "slack could not be used", fault.Unreachable("slack", "dial tcp: jane").String())
}

func TestAFaultIsFoundAgainOnTheWorkflowsSide(t *testing.T) {
	want := fault.OfStatus("hubspot", 400, 0, "VALIDATION_ERROR", "email is missing")
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	activity := func() error { return want.Err() }
	env.RegisterActivity(activity)
	var got fault.Fault
	var ok bool
	env.ExecuteWorkflow(func(ctx workflow.Context) error {
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Second})
		got, ok = fault.From(workflow.ExecuteActivity(ctx, activity).Get(ctx, nil))
		return nil
	})
	require.NoError(t, env.GetWorkflowError())
	require.True(t, ok)
	assert.Equal(t, want, got)
}

func TestAnErrorThatIsNoFaultIsNotTakenForOne(t *testing.T) {
	for _, err := range []error{
		nil,
		errors.New("a bug of our own"),
		temporal.NewApplicationError("no details", "Other"),
		temporal.NewApplicationError("foreign details", "Other", "a string"),
		temporal.NewApplicationError("foreign details", "Other", map[string]int{"status": 400}),
	} {
		f, ok := fault.From(err)
		assert.False(t, ok, "%v", err)
		assert.Zero(t, f)
	}
	_, ok := fault.From(fmt.Errorf("wrapped: %w", fault.Final("slack", "no", "").Err()))
	assert.True(t, ok)
}

func TestRetryAfterIsReadInBothOfItsForms(t *testing.T) {
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	tests := map[string]time.Duration{
		"":                                 0,
		"0":                                0,
		"7":                                7 * time.Second,
		"1.5":                              1500 * time.Millisecond,
		"-7":                               0,
		"soon":                             0,
		"86400":                            time.Hour,
		"Wed, 04 Mar 2026 05:06:17 GMT":    10 * time.Second,
		"Wed, 04 Mar 2026 05:06:00 GMT":    0,
		"Thu, 05 Mar 2026 05:06:17 GMT":    time.Hour,
		"Wednesday, the fourth of January": 0,
	}
	for value, want := range tests {
		assert.Equalf(t, want, fault.RetryAfter(http.Header{"Retry-After": {value}}, now), "Retry-After: %s", value)
	}
	assert.Zero(t, fault.RetryAfter(http.Header{}, now))
}
