package process

import (
	"crypto/rand"
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/starter/spool"
	"github.com/throughline-dev/throughline/telemetry"
)

func TestASpoolIsMeasuredAsItIsWhenSomebodyAsks(t *testing.T) {
	seen, err := telemetry.Start(t.Context(), "test", nil)
	require.NoError(t, err)
	t.Cleanup(func() { seen.Finish(slog.Default()) })
	require.NoError(t, MeasureSpool(seen.Meter(), nil), "without a spool there is nothing to measure")
	kept, err := spool.Open(spool.Options{Dir: t.TempDir(), MaxSize: 100_000, MaxAge: time.Hour})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, kept.Close()) })
	require.NoError(t, MeasureSpool(seen.Meter(), kept))
	text := func() string {
		w := httptest.NewRecorder()
		seen.Handler(nil).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
		return w.Body.String()
	}
	for _, line := range []string{"entries 0", "size_bytes 0", "oldest_age_seconds 0", "full 0", "kept_total 0", "handed_over_total 0", "refused_total 0"} {
		assert.Contains(t, text(), "throughline_spool_"+line+"\n")
	}
	require.NoError(t, kept.Keep(spool.Entry{Line: "lead-a", Kind: "start", Content: []byte(`{}`)}))
	for _, line := range []string{"entries 1", "full 0", "kept_total 1"} {
		assert.Contains(t, text(), "throughline_spool_"+line+"\n")
	}
	assert.NotContains(t, text(), "throughline_spool_size_bytes 0\n")
	assert.NotContains(t, text(), "throughline_spool_oldest_age_seconds 0\n")
	long := make([]byte, 10_000)
	_, _ = rand.Read(long) // what is kept is compressed
	for err == nil {
		err = kept.Keep(spool.Entry{Line: "lead-a", Kind: "start", Content: long})
	}
	assert.Contains(t, text(), "throughline_spool_full 1\n")
}
