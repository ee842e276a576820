package requestid

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestARequestKeepsASaneNameAndGetsOneOtherwise(t *testing.T) {
	name := func(given string) string {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set(Header, given)
		w := httptest.NewRecorder()
		ctx := Name(w, r)
		assert.Equal(t, Of(ctx), w.Header().Get(Header))
		return Of(ctx)
	}
	for _, given := range []string{"7b3bf470-9456-11e8-9eb6-529269fb1459", "4bf92f3577b34da6a3ce929d0e0e4736"} {
		assert.Equal(t, given, name(given))
	}
	for _, given := range []string{"", "short", "ada@contoso.com", "two words", "a\nb-is-a-line", strings.Repeat("x", 65), `"},{"level":"`} {
		got := name(given)
		assert.NotEqual(t, given, got)
		assert.Regexp(t, sane, got)
	}
	assert.NotEqual(t, name(""), name(""))
	assert.NotEmpty(t, Of(New(t.Context())))
	assert.Empty(t, Of(t.Context()))
}

func TestEveryLineAboutARequestHasItsName(t *testing.T) {
	var logs bytes.Buffer
	log := Logger(slog.New(slog.NewJSONHandler(&logs, nil)))
	assert.Same(t, log, Logger(log), "once is enough")
	ctx := New(t.Context())
	line := func(say func(*slog.Logger, context.Context)) map[string]any {
		logs.Reset()
		say(log, ctx)
		var fields map[string]any
		require.NoError(t, json.Unmarshal(logs.Bytes(), &fields))
		return fields
	}
	assert.Equal(t, Of(ctx), line(func(l *slog.Logger, ctx context.Context) { l.InfoContext(ctx, "x") })["request_id"])
	assert.Equal(t, Of(ctx), line(func(l *slog.Logger, ctx context.Context) { l.With("a", 1).InfoContext(ctx, "x") })["request_id"])
	assert.NotContains(t, line(func(l *slog.Logger, _ context.Context) { l.Info("x") }), "request_id")
}
