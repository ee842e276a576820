package telemetry

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
)

var quiet = slog.New(slog.DiscardHandler)

func started(t *testing.T) *Telemetry {
	seen, err := Start(t.Context(), "test", quiet)
	require.NoError(t, err)
	t.Cleanup(func() { seen.Finish(quiet) })
	return seen
}

func ready(context.Context) error { return nil }

// read is what Prometheus gets.
func read(t *testing.T, seen *Telemetry) string {
	w := httptest.NewRecorder()
	seen.Handler(ready).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	assert.Equal(t, http.StatusOK, w.Code, w.Body.String())
	return w.Body.String()
}

func TestEachKindOfMetricReachesPrometheusUnderItsName(t *testing.T) {
	seen := started(t)
	tagged := seen.Metrics().WithTags(map[string]string{"task_queue": "lead"})
	tagged.Counter("temporal_request").Inc(2)
	tagged.Counter("temporal_request").Inc(3)
	tagged.Counter("temporal_local_activity_total").Inc(1)
	tagged.Gauge("temporal_num_pollers").Update(5)
	tagged.Gauge("temporal_num_pollers").Update(4)
	tagged.Timer("temporal_request_latency").Record(30 * time.Millisecond)
	text := read(t, seen)
	for _, line := range []string{
		"# TYPE temporal_request_total counter\n" + `temporal_request_total{task_queue="lead"} 5` + "\n",
		`temporal_local_activity_total{task_queue="lead"} 1` + "\n",
		"# TYPE temporal_num_pollers gauge\n" + `temporal_num_pollers{task_queue="lead"} 4` + "\n",
		"# TYPE temporal_request_latency_seconds histogram\n",
		`temporal_request_latency_seconds_bucket{task_queue="lead",le="0.025"} 0` + "\n",
		`temporal_request_latency_seconds_bucket{task_queue="lead",le="0.05"} 1` + "\n",
		`temporal_request_latency_seconds_sum{task_queue="lead"} 0.03` + "\n",
	} {
		assert.Contains(t, text, line)
	}
	assert.Regexp(t, `throughline_build_info\{go="go[^"]+",revision="[^"]+",service="test"\} 1\n`, text)
	assert.Contains(t, text, "go_goroutines ")
}

// The SDK gives one name with different sets of tags: a request has an operation, a failed one a status code too.
func TestOneNameMayHaveDifferentTags(t *testing.T) {
	seen := started(t)
	seen.Metrics().Counter("x").Inc(1)
	poll := seen.Metrics().WithTags(map[string]string{"operation": "Poll"})
	poll.Counter("x").Inc(1)
	poll.WithTags(map[string]string{"status_code": "5"}).Counter("x").Inc(1)
	poll.WithTags(map[string]string{"operation": "Start"}).Counter("x").Inc(1)
	text := read(t, seen)
	for _, line := range []string{"x_total 1\n", `x_total{operation="Poll"} 1` + "\n", `x_total{operation="Poll",status_code="5"} 1` + "\n", `x_total{operation="Start"} 1` + "\n"} {
		assert.Contains(t, text, line)
	}
}

func TestEachPaceHasBucketsOfItsOwn(t *testing.T) {
	seen := started(t)
	for _, name := range []string{"throughline_task_wait", "throughline_step_duration", "throughline_http_request_duration", "temporal_request_latency", "temporal_workflow_endtoend_latency"} {
		seen.Metrics().Timer(name).Record(4 * 24 * time.Hour)
	}
	text := read(t, seen)
	assert.Contains(t, text, `throughline_task_wait_seconds_bucket{le="259200"} 0`, "three days")
	assert.Contains(t, text, `throughline_task_wait_seconds_bucket{le="432000"} 1`, "five")
	assert.Contains(t, text, `temporal_workflow_endtoend_latency_seconds_bucket{le="432000"} 1`)
	assert.Contains(t, text, `throughline_step_duration_seconds_bucket{le="86400"} 0`)
	assert.Contains(t, text, `throughline_http_request_duration_seconds_bucket{le="30"} 0`)
	for _, name := range []string{"throughline_task_wait", "throughline_step_duration", "throughline_http_request_duration", "temporal_request_latency"} {
		assert.Contains(t, text, name+"_seconds_count 1\n", "it is there once")
	}
}

func TestProcessesMeasureWhilePrometheusReads(t *testing.T) {
	seen := started(t)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 100 {
				seen.Metrics().Counter("x").Inc(1)
				seen.Metrics().WithTags(map[string]string{"a": "1"}).Timer("y").Record(time.Second)
			}
		})
		all.Go(func() { read(t, seen) })
	}
	all.Wait()
	assert.Contains(t, read(t, seen), "x_total 400\n")
}

func TestNobodysTelemetryMeasuresAndTracesNothing(t *testing.T) {
	var nobody *Telemetry
	nobody.Metrics().Counter("x").Inc(1)
	_, span := nobody.Tracer().Start(t.Context(), "x")
	assert.False(t, span.SpanContext().IsValid())
}

func TestAClientIsMeasuredAndKeepsItsOwnInterceptors(t *testing.T) {
	seen := started(t)
	o := seen.Observe(client.Options{})
	o.MetricsHandler.Counter("x").Inc(1)
	assert.Contains(t, read(t, seen), "x_total 1\n")
	assert.Empty(t, o.Interceptors, "nobody wants traces")

	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
	own := make([]interceptor.ClientInterceptor, 1, 2)
	o = started(t).Observe(client.Options{Interceptors: own})
	assert.Len(t, o.Interceptors, 2)
	assert.Nil(t, own[:2][1], "whose options they are keeps their list")
}

func TestOperationsAreToldHowAProcessIsUntilItStops(t *testing.T) {
	seen := started(t)
	state := make(chan error, 1)
	state <- errors.New("the workers are not running")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	stop := Serve(l, seen.Handler(func(context.Context) error {
		select {
		case err := <-state:
			return err
		default:
			return nil
		}
	}), quiet)
	get := func(path string) (int, string) {
		resp, err := http.Get("http://" + l.Addr().String() + path)
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		return resp.StatusCode, string(body)
	}
	status, body := get("/readyz")
	assert.Equal(t, http.StatusServiceUnavailable, status)
	assert.Equal(t, "not ready: the workers are not running\n", body)
	for _, path := range []string{"/readyz", "/healthz", "/metrics"} {
		status, _ = get(path)
		assert.Equal(t, http.StatusOK, status, path)
	}
	stop()
	_, err = http.Get("http://" + l.Addr().String() + "/healthz")
	assert.Error(t, err)
}
