package pace

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// world answers without a network, so that its time can be made up.
type world struct{ sent atomic.Int64 }

func (w *world) RoundTrip(*http.Request) (*http.Response, error) {
	w.sent.Add(1)
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
}

// get sends a request, and says how long that took.
func get(ctx context.Context, c *http.Client) (status int, pause string, took time.Duration, err error) {
	began := time.Now()
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "http://vendor.example/", strings.NewReader("body"))
	r.RequestURI = ""
	resp, err := c.Do(r)
	took = time.Since(began)
	if err != nil {
		return 0, "", took, err
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, resp.Header.Get("Retry-After"), took, nil
}

func paced(r Rate) (*http.Client, *world) {
	var p Pacer
	p.Set(r, 1)
	w := &world{}
	return p.Client(&http.Client{Transport: w, Timeout: 20 * time.Second}), w
}

func TestALocalTryDoesNotWaitLongForItsTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, w := paced(Rate{10, 9 * time.Second})
		ctx := Try(t.Context(), true)
		_, _, _, err := get(ctx, c)
		require.NoError(t, err)
		status, pause, took, err := get(ctx, c)
		require.NoError(t, err)
		require.Equal(t, http.StatusTooManyRequests, status)
		require.Equal(t, "1", pause, "as a vendor would say it")
		require.Zero(t, took)
		require.EqualValues(t, 1, w.sent.Load())
		time.Sleep(750 * time.Millisecond)
		status, _, took, err = get(ctx, c)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, 150*time.Millisecond, took.Round(time.Millisecond), "a short wait costs less than another activity")
	})
}

func TestATryThatHasBegunWaitsLongerThanOneThatHasNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := paced(Rate{10, 9 * time.Second})
		begun := Try(t.Context(), false)
		_, _, _, err := get(begun, c)
		require.NoError(t, err)
		for range 4 { // these have the next four turns
			go func() { _, _, _, _ = get(context.Background(), c) }()
		}
		synctest.Wait()
		status, pause, took, err := get(Try(t.Context(), false), c)
		require.NoError(t, err)
		require.Equal(t, http.StatusTooManyRequests, status)
		require.Equal(t, "5", pause)
		require.Zero(t, took)
		status, _, took, err = get(begun, c)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, 4500*time.Millisecond, took.Round(time.Millisecond))
	})
}

func TestNobodyWaitsBeyondWhatTheRequestHasTimeFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, w := paced(Rate{1, time.Minute})
		_, _, _, err := get(t.Context(), c)
		require.NoError(t, err)
		status, _, took, err := get(t.Context(), c) // the client's time-out is 20 s
		require.NoError(t, err)
		require.Equal(t, http.StatusTooManyRequests, status)
		require.Zero(t, took)
		require.EqualValues(t, 1, w.sent.Load())

		time.Sleep(55 * time.Second)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, _, took, err = get(ctx, c)
		require.True(t, errors.Is(err, context.Canceled), "%v", err)
		require.Equal(t, time.Second, took)
		require.EqualValues(t, 1, w.sent.Load())
	})
}

// Steps get their turns in the order in which they came, whichever of them sends most.
func TestTurnsAreTakenInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := paced(Rate{10, 9 * time.Second})
		order := make(chan int, 8)
		for i := range 8 {
			go func() {
				status, _, _, err := get(t.Context(), c)
				if err == nil && status == http.StatusOK {
					order <- i
				}
			}()
			synctest.Wait()
		}
		for i := range 8 {
			require.Equal(t, i, <-order)
		}
	})
}
