package webhook_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/sandbox/internal/webhook"
)

// app answers with these, one after the other, and the last one from then on.
func app(t *testing.T, statuses ...int) (url string, asked *atomic.Int32) {
	t.Helper()
	asked = &atomic.Int32{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := int(asked.Add(1))
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(statuses[min(n, len(statuses))-1])
	}))
	t.Cleanup(server.Close)
	return server.URL, asked
}

func TestARequestIsPostedUntilItIsAnswered(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		statuses  []int
		refusable bool
		want      int32
	}{
		"taken at once":                    {[]int{204}, false, 1},
		"an error, a redirect, then taken": {[]int{500, 302, 200}, false, 3},
		"refused, but that is no answer":   {[]int{403, 200}, false, 2},
		"refused for good":                 {[]int{503, 403, 200}, true, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, asked := app(t, c.statuses...)
			o := webhook.New()
			attempts := make(chan int, 10)
			o.Send(url, func(attempt int) webhook.Request {
				attempts <- attempt
				return webhook.Request{Header: http.Header{}, Refusable: c.refusable}
			})
			for n := range c.want {
				require.EqualValues(t, n, <-attempts)
			}
			o.Wait()
			require.Empty(t, attempts)
			require.Equal(t, c.want, asked.Load())
		})
	}
}

func TestAClosedOutboxHasGivenUp(t *testing.T) {
	t.Parallel()
	url, asked := app(t, http.StatusServiceUnavailable)
	o := webhook.New()
	send := func() { o.Send(url, func(int) webhook.Request { return webhook.Request{Header: http.Header{}} }) }
	send()
	require.Eventually(t, func() bool { return asked.Load() > 0 }, 10*time.Second, time.Millisecond)
	o.Close()
	last := asked.Load()
	send()
	o.Close()
	require.Equal(t, last, asked.Load())
}
