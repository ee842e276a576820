package telemetry

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.temporal.io/sdk/contrib/opentelemetry"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"

	"github.com/throughline-dev/throughline/activities/fault"
)

// Propagator is how a trace goes on from one process to the next: by W3C's header traceparent, and by Temporal's headers in the same
// form. Baggage stays behind, since it is whatever a caller likes, and would stand in history.
var Propagator propagation.TextMapPropagator = propagation.TraceContext{}

// startTraces makes what sends spans; nil where nobody has said where to.
func startTraces(ctx context.Context, service string, logger *slog.Logger) (*sdktrace.TracerProvider, error) {
	if os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") == "" && os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") == "" {
		return nil, nil
	}
	protocol := cmp.Or(os.Getenv("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"), os.Getenv("OTEL_EXPORTER_OTLP_PROTOCOL"), "http/protobuf")
	if protocol != "http/protobuf" {
		return nil, fmt.Errorf("traces: OTEL_EXPORTER_OTLP_PROTOCOL is %q, and they can only be sent by http/protobuf: leave it out, and "+
			"give the collector's port for that in OTEL_EXPORTER_OTLP_ENDPOINT (4318 as a rule)", protocol)
	}
	sender, err := otlptracehttp.New(ctx) // everything else it reads from the variables, too
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	who, err := resource.New(ctx, resource.WithTelemetrySDK(),
		resource.WithAttributes(attribute.String("service.name", service)), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("traces: OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	// It is the whole process's: there is no other way to hear of a collector that can't be reached.
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		logger.Warn("Traces could not be sent.", "err", err)
	}))
	return sdktrace.NewTracerProvider(sdktrace.WithBatcher(sender), sdktrace.WithResource(who)), nil
}

// tracing carries a trace through Temporal: from whoever starts, signals, updates or asks a workflow to the workflow, and from there
// to its activities. It adds headers and no event, so that histories with and without it replay alike.
//
// A workflow's own span is sent when its worker lets go of it: at its end, or when it makes room for others. Until then a trace shows
// the activities below a span that isn't there yet.
func tracing(tracer trace.Tracer) interceptor.Interceptor {
	i, err := opentelemetry.NewTracingInterceptor(opentelemetry.TracerOptions{
		Tracer: tracer, TextMapPropagator: Propagator, DisableBaggage: true,
		// A header of somebody else's making is no reason to refuse a decision.
		AllowInvalidParentSpans: true,
		SpanStarter: func(ctx context.Context, t trace.Tracer, name string, opts ...trace.SpanStartOption) trace.Span {
			_, span := t.Start(ctx, name, opts...)
			return discreet{span}
		},
	})
	if err != nil { // there is no tracer that it refuses
		panic(err)
	}
	return i
}

// discreet is a span that doesn't tell what an error says: the refusal of a decision names people, for those who read it. It tells of
// what kind the error is, which is enough to know whom to ask.
type discreet struct{ trace.Span }

// RecordError tells the kind of an error.
func (d discreet) RecordError(err error, _ ...trace.EventOption) {
	if err != nil {
		d.SetAttributes(attribute.String("error.type", kind(err)))
	}
}

// SetStatus is given an error's text, and leaves it out.
func (d discreet) SetStatus(code codes.Code, _ string) { d.Span.SetStatus(code, "") }

// kind is what may be known of an error: of a system's fault which one it was and how it answered ("hubspot answered 503").
func kind(err error) string {
	if f, ok := fault.From(err); ok {
		return f.String()
	}
	var app *temporal.ApplicationError
	if errors.As(err, &app) && app.Type() != "" {
		return app.Type()
	}
	return fmt.Sprintf("%T", err)
}
