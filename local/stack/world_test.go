package stack_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/local/stack"
)

func TestTheSandboxsWebsiteMaySendLeadsAndOthersMayNot(t *testing.T) {
	t.Parallel()
	ctx := within(t, time.Minute)
	s := start(t, ctx, stack.Options{})
	send := func(origin string) int {
		form := url.Values{"name": {"Ada Brandt"}, "email": {"ada.brandt@contoso.example"}, "country": {"DE"}, "submission_id": {origin}}
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.Door+"/leads", strings.NewReader(form.Encode()))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", origin)
		res, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		return res.StatusCode
	}
	for _, origin := range []string{s.Sandbox, strings.Replace(s.Sandbox, "127.0.0.1", "localhost", 1)} {
		require.Less(t, send(origin), 300, origin)
	}
	for _, origin := range []string{"https://elsewhere.example", "null"} {
		require.Equal(t, http.StatusForbidden, send(origin), origin)
	}
	require.NoError(t, s.Stop())
}
