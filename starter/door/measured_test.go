package door

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.temporal.io/sdk/mocks"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/telemetry"
	"github.com/throughline-dev/throughline/workflows/lead"
)

const aLead = `{"name":"Ada Winter","email":"ada@contoso.com"}`

func TestWhatIsBroughtIsCountedByWhatBecameOfIt(t *testing.T) {
	seen, err := telemetry.Start(t.Context(), "test", nil)
	require.NoError(t, err)
	t.Cleanup(func() { seen.Finish(slog.Default()) })
	c := mocks.NewClient(t)
	start := func(err error) {
		c.On("ExecuteWorkflow", mock.Anything, mock.Anything, lead.WorkflowName, mock.Anything).Return(nil, err).Once()
	}
	d := opened(t, c, func(o *Options) {
		o.Metrics = seen.Metrics()
		o.Leads = func() config.Leads { return config.Leads{PerMinute: 4} }
	})
	text := func() string {
		w := httptest.NewRecorder()
		seen.Handler(nil).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
		return w.Body.String()
	}
	assert.Contains(t, text(), `throughline_triggers_total{door="http",reason="unavailable",result="refused",workflow_type="return"} 0`)
	assert.Contains(t, text(), `throughline_clicks_total{result="lost"} 0`)

	start(nil)
	assert.Equal(t, http.StatusAccepted, send(d, "POST", "/leads", mediaJSON, aLead).Code)
	start(errors.New("away"))
	assert.Equal(t, http.StatusServiceUnavailable, send(d, "POST", "/leads", mediaJSON, aLead).Code)
	assert.Equal(t, http.StatusUnprocessableEntity, send(d, "POST", "/leads", mediaJSON, `{"name":"Ada Winter"}`).Code)
	assert.Equal(t, http.StatusBadRequest, send(d, "POST", "/leads", mediaJSON, `[]`).Code)
	assert.Equal(t, http.StatusTooManyRequests, send(d, "POST", "/leads", mediaJSON, aLead).Code)
	assert.Equal(t, http.StatusForbidden, send(d, "POST", "/leads", mediaJSON, aLead, "Origin", "https://evil.example").Code)
	assert.Equal(t, http.StatusNotFound, send(d, "GET", "/leads/ada@contoso.com", "", "").Code)
	for reason, result := range map[string]string{
		"": "accepted", "unavailable": "refused", "invalid": "refused", "malformed": "refused", "rate": "refused", "origin": "refused",
	} {
		assert.Contains(t, text(), `throughline_triggers_total{door="http",reason="`+reason+`",result="`+result+`",workflow_type="lead"} 1`+"\n", reason)
	}
	assert.Contains(t, text(), `throughline_http_request_duration_seconds_count{code="404",route="GET /leads/{id}"} 1`)
	for _, p := range private {
		assert.NotContains(t, strings.ToLower(text()), p)
	}
}

func TestASpanNamesTheRouteAndTheAnswerAndNothingThatWasSent(t *testing.T) {
	kept := tracetest.NewSpanRecorder()
	c := mocks.NewClient(t)
	var traced string
	c.On("DescribeWorkflowExecution", mock.Anything, mock.Anything, "").Run(func(args mock.Arguments) {
		traced = trace.SpanContextFromContext(args.Get(0).(context.Context)).TraceID().String()
	}).Return(nil, errors.New("away")).Once()
	d := opened(t, c, func(o *Options) {
		o.Tracer = sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(kept)).Tracer("")
	})
	const traceID, sender = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
	assert.Equal(t, http.StatusServiceUnavailable,
		send(d, "GET", "/leads/lead-aaaaaaaaaaaaaaaa?who=ada@contoso.com", "", "", "Traceparent", "00-"+traceID+"-"+sender+"-01").Code)
	require.Len(t, kept.Ended(), 1)
	span := kept.Ended()[0]
	assert.Equal(t, "GET /leads/{id}", span.Name())
	assert.Equal(t, traceID, span.SpanContext().TraceID().String())
	assert.Equal(t, sender, span.Parent().SpanID().String())
	assert.Equal(t, traceID, traced, "it goes on to Temporal")
	said := map[string]string{}
	for _, a := range span.Attributes() {
		said[string(a.Key)] = a.Value.String()
	}
	assert.Equal(t, map[string]string{"http.request.method": "GET", "http.route": "/leads/{id}", "http.response.status_code": "503"}, said)
}
