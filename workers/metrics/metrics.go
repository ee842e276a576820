// Package metrics gives what Temporal's SDK measures to Prometheus: requests and their latencies, task queues' pollers and
// slots, activities' and workflows' ends. https://docs.temporal.io/references/sdk-metrics says what each of them means.
package metrics

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.temporal.io/sdk/client"
)

// Metrics collects for Prometheus what the SDK measures. It is both a client.MetricsHandler, for client.Options, and a
// prometheus.Collector, to be registered once. The SDK's names are kept, with Prometheus's endings for counters ("_total")
// and timers ("_seconds"), as in Temporal's published dashboards.
//
// One registry can't hold these metrics otherwise: the SDK gives one name with different sets of tags (a request has an
// operation, a failed one a status code too), which Prometheus allows, but not for collectors that describe themselves.
type Metrics struct {
	handler
	mu   sync.Mutex
	vecs map[string]prometheus.Collector
}

// New makes an empty collection.
func New() *Metrics {
	m := &Metrics{vecs: map[string]prometheus.Collector{}}
	m.handler = handler{m: m}
	return m
}

// buckets are the bounds of the timers' histograms in seconds: from a local activity's millisecond to a step's day of tries.
var buckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600, 6 * 3600, 24 * 3600}

// Describe sends nothing, which makes the collector one that Prometheus takes as it comes.
func (m *Metrics) Describe(chan<- *prometheus.Desc) {}

// Collect sends everything that has been measured.
func (m *Metrics) Collect(ch chan<- prometheus.Metric) {
	m.mu.Lock()
	vecs := slices.Collect(maps.Values(m.vecs))
	m.mu.Unlock()
	for _, v := range vecs {
		v.Collect(ch)
	}
}

// handler is a set of tags to measure under.
type handler struct {
	m    *Metrics
	tags prometheus.Labels
}

// WithTags adds tags; one that is there already gets the new value.
func (h handler) WithTags(tags map[string]string) client.MetricsHandler {
	all := maps.Clone(h.tags)
	if all == nil {
		all = prometheus.Labels{}
	}
	maps.Copy(all, tags)
	return handler{h.m, all}
}

// Counter is a number that only grows.
func (h handler) Counter(name string) client.MetricsCounter {
	return counter{vec(h, strings.TrimSuffix(name, "_total")+"_total", func(name string, labels []string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}).With(h.tags)}
}

// Gauge is a number that goes up and down.
func (h handler) Gauge(name string) client.MetricsGauge {
	return gauge{vec(h, name, func(name string, labels []string) *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, labels)
	}).With(h.tags)}
}

// Timer is a histogram of durations.
func (h handler) Timer(name string) client.MetricsTimer {
	return timer{vec(h, name+"_seconds", func(name string, labels []string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels)
	}).With(h.tags)}
}

const help = "Measured by Temporal's SDK: see https://docs.temporal.io/references/sdk-metrics"

// vec finds or makes the metric of a name with the handler's set of tags.
func vec[V prometheus.Collector](h handler, name string, fresh func(name string, labels []string) V) V {
	labels := slices.Sorted(maps.Keys(h.tags))
	key := name + "\x00" + strings.Join(labels, "\x00")
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	if v, ok := h.m.vecs[key]; ok {
		return v.(V)
	}
	v := fresh(name, labels)
	h.m.vecs[key] = v
	return v
}

type counter struct{ prometheus.Counter }

func (c counter) Inc(n int64) { c.Add(float64(n)) }

type gauge struct{ prometheus.Gauge }

func (g gauge) Update(v float64) { g.Set(v) }

type timer struct{ prometheus.Observer }

func (t timer) Record(d time.Duration) { t.Observe(d.Seconds()) }
