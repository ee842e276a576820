// Package telemetry is what operations see of a process from outside: metrics for Prometheus, and traces by OTLP where somebody has
// said where to. Both are OpenTelemetry's, and Temporal's SDK takes part in both, for the doors and for the workers alike.
//
// Names and labels of metrics are part of what Throughline promises, since dashboards and alerts are made of them; docs/operations.md
// lists them. No label and no attribute of a span names a person, a case's content or anything that somebody wrote. A metric's labels
// don't name a case either, so that there are never more of them than kinds of work.
package telemetry

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.opentelemetry.io/otel/attribute"
	exporter "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/opentelemetry"

	"github.com/throughline-dev/throughline/build"
)

// scope names who measures, for OpenTelemetry.
const scope = "github.com/throughline-dev/throughline"

// Telemetry is that of one process. Make one with [Start]; a nil one measures and traces nothing.
type Telemetry struct {
	registry *prometheus.Registry
	meters   *sdkmetric.MeterProvider
	metrics  client.MetricsHandler
	traces   *sdktrace.TracerProvider // nil where nobody wants any
}

// Start makes the telemetry of the service of a name, "throughline-workers". Traces are sent where OpenTelemetry's usual variables
// say (OTEL_EXPORTER_OTLP_ENDPOINT or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT), by HTTP; without one there are none. What the exporter
// has to complain about goes to the logger; nil is slog.Default().
//
// It fails where the variables ask for what isn't there. Call Finish at the process's end.
func Start(ctx context.Context, service string, logger *slog.Logger) (*Telemetry, error) {
	if logger == nil {
		logger = slog.Default()
	}
	t := &Telemetry{registry: prometheus.NewRegistry()}
	t.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	// Scope and target would be labels and series that say the same of everything here.
	reader, err := exporter.New(exporter.WithRegisterer(t.registry), exporter.WithoutScopeInfo(), exporter.WithoutTargetInfo())
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	t.meters = sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader), sdkmetric.WithView(pace))
	t.metrics = opentelemetry.NewMetricsHandler(opentelemetry.MetricsHandlerOptions{
		Meter: t.Meter(), UseMonotonicCounters: true,
		OnError: func(err error) { logger.Error("Something can't be measured.", "err", err) },
	})
	if err := t.sayWhichBuild(service); err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	if t.traces, err = startTraces(ctx, service, logger); err != nil {
		return nil, err
	}
	return t, nil
}

// buildInfo is 1 for each process, by service and revision: where it isn't there, the service isn't.
const buildInfo = "throughline_build_info"

func (t *Telemetry) sayWhichBuild(service string) error {
	gauge, err := t.Meter().Int64Gauge(buildInfo)
	if err == nil {
		gauge.Record(context.Background(), 1, metric.WithAttributes(
			attribute.String("service", service), attribute.String("revision", cmp.Or(build.This().ID, "unknown")), attribute.String("go", runtime.Version())))
	}
	return err
}

// Observe has a client, and the workers that use it, measured and traced.
func (t *Telemetry) Observe(o client.Options) client.Options {
	o.MetricsHandler = t.metrics
	if t.traces != nil {
		o.Interceptors = append(o.Interceptors[:len(o.Interceptors):len(o.Interceptors)], tracing(t.Tracer()))
	}
	return o
}

// Metrics measures: a name gets Prometheus's ending, "_total" for a counter and "_seconds" for a timer, which is a histogram.
func (t *Telemetry) Metrics() client.MetricsHandler {
	if t == nil {
		return client.MetricsNopHandler
	}
	return t.metrics
}

// Meter is for what is read each time that Prometheus asks.
func (t *Telemetry) Meter() metric.Meter { return t.meters.Meter(scope) }

// Tracer makes spans; where nobody wants any, spans of no weight.
func (t *Telemetry) Tracer() trace.Tracer {
	if t == nil || t.traces == nil {
		return noop.NewTracerProvider().Tracer(scope)
	}
	return t.traces.Tracer(scope)
}

// Gatherer has all that was measured.
func (t *Telemetry) Gatherer() prometheus.Gatherer { return t.registry }

// finishWithin is how long a process that stops waits for its last spans to be sent.
const finishWithin = 5 * time.Second

// Finish sends the spans that are still here; what can't be sent within five seconds is lost, and the logger hears of it. Call it at
// the process's end.
func (t *Telemetry) Finish(logger *slog.Logger) {
	ctx, cancel := context.WithTimeout(context.Background(), finishWithin)
	defer cancel()
	err := t.meters.Shutdown(ctx)
	if t.traces != nil {
		err = errors.Join(err, t.traces.Shutdown(ctx))
	}
	if err != nil {
		logger.Warn("The last traces could not be sent.", "err", err)
	}
}
