package telemetry

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/throughline-dev/throughline/activities/fault"
)

func TestTracesAreSentOnlyWhereSomebodySaysTo(t *testing.T) {
	for _, name := range []string{"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, "http://127.0.0.1:1")
			assert.Len(t, started(t).Observe(client.Options{}).Interceptors, 1)
		})
	}
}

func TestAProtocolThatIsntSpokenIsRefusedByName(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317")
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
	_, err := Start(t.Context(), "test", quiet)
	assert.ErrorContains(t, err, `OTEL_EXPORTER_OTLP_PROTOCOL is "grpc"`)
	assert.ErrorContains(t, err, "4318")
}

func TestASpanTellsOfWhatKindAnErrorIsAndNotWhatItSays(t *testing.T) {
	for _, c := range []struct {
		err  error
		kind string
	}{
		{temporal.NewApplicationError("Maria Lopez decided this 3 minutes ago.", "Refused"), "Refused"},
		{fault.OfStatus("hubspot", 409, 0, "CONFLICT", "ada@contoso.com exists").Err(), "hubspot answered 409: CONFLICT"},
		{errors.New("no such person: ada@contoso.com"), "*errors.errorString"},
		{nil, ""},
	} {
		kept := tracetest.NewSpanRecorder()
		_, inner := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(kept)).Tracer("").Start(t.Context(), "x")
		span := discreet{inner}
		span.RecordError(c.err)
		if c.err != nil {
			span.SetStatus(codes.Error, c.err.Error())
		}
		span.End()
		require.Len(t, kept.Ended(), 1)
		got := kept.Ended()[0]
		assert.Empty(t, got.Events())
		assert.Empty(t, got.Status().Description)
		if c.err == nil {
			assert.Empty(t, got.Attributes())
			continue
		}
		require.Len(t, got.Attributes(), 1)
		assert.Equal(t, c.kind, got.Attributes()[0].Value.AsString())
		assert.Equal(t, codes.Error, got.Status().Code)
	}
}

// A collector that is away costs the traces, and nothing else: whoever ends a span never waits for it.
func TestACollectorThatNeverAnswersHoldsNothingUp(t *testing.T) {
	mute, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer mute.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+mute.Addr().String())
	t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "1")
	seen, err := Start(t.Context(), "test", quiet)
	require.NoError(t, err)
	began := time.Now()
	for range 10_000 { // several times what is kept for a collector
		_, span := seen.Tracer().Start(t.Context(), "x")
		span.End()
	}
	assert.Less(t, time.Since(began), 5*time.Second, "an export is given up after ten")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, seen.traces.Shutdown(ended), context.Canceled)
}
