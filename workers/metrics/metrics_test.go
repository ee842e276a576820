package metrics

import (
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/stretchr/testify/assert"
	"go.temporal.io/sdk/client"
)

var _ client.MetricsHandler = (*Metrics)(nil)

// read is what Prometheus gets, with all of the checks that a registry knows.
func read(t *testing.T, m *Metrics) string {
	r := prometheus.NewPedanticRegistry()
	assert.NoError(t, r.Register(m))
	w := httptest.NewRecorder()
	promhttp.HandlerFor(r, promhttp.HandlerOpts{}).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	assert.Equal(t, 200, w.Code, w.Body.String())
	return w.Body.String()
}

func TestEachKindOfMetricReachesPrometheusUnderItsName(t *testing.T) {
	m := New()
	tagged := m.WithTags(map[string]string{"task_queue": "lead"})
	tagged.Counter("temporal_request").Inc(2)
	tagged.Counter("temporal_request").Inc(3)
	tagged.Counter("temporal_local_activity_total").Inc(1)
	tagged.Gauge("temporal_num_pollers").Update(5)
	tagged.Gauge("temporal_num_pollers").Update(4)
	tagged.Timer("temporal_request_latency").Record(30 * time.Millisecond)
	text := read(t, m)
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
}

func TestOneNameMayHaveDifferentTags(t *testing.T) {
	m := New()
	m.Counter("x").Inc(1)
	poll := m.WithTags(map[string]string{"operation": "Poll"})
	poll.Counter("x").Inc(1)
	poll.WithTags(map[string]string{"status_code": "5"}).Counter("x").Inc(1)
	assert.Contains(t, read(t, m), "x_total 1\nx_total{operation=\"Poll\"} 1\nx_total{operation=\"Poll\",status_code=\"5\"} 1\n")
}

func TestTagsAreAddedAndOverwrittenWithoutTouchingTheParent(t *testing.T) {
	m := New()
	parent := m.WithTags(map[string]string{"a": "1"})
	parent.WithTags(map[string]string{"a": "2", "b": "3"}).Counter("x").Inc(1)
	parent.Counter("x").Inc(1)
	assert.Contains(t, read(t, m), "x_total{a=\"1\"} 1\nx_total{a=\"2\",b=\"3\"} 1\n")
}

func TestWorkersMeasureWhilePrometheusReads(t *testing.T) {
	m := New()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 100 {
				m.Counter("x").Inc(1)
				m.WithTags(map[string]string{"a": "1"}).Timer("y").Record(time.Second)
			}
		})
		all.Go(func() { read(t, m) })
	}
	all.Wait()
	assert.Contains(t, read(t, m), "x_total 400\n")
}
