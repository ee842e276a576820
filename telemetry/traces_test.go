package telemetry

import (
	"errors"
	"testing"

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
