package sandbox_test

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/fault"
)

// breaking is a connection that breaks off at one of its calls: before the vendor hears of it, or after the vendor has done it.
type breaking struct {
	mu    sync.Mutex
	calls int
	at    int // counted from 1; 0 is never
	after bool
}

func (b *breaking) RoundTrip(r *http.Request) (*http.Response, error) {
	b.mu.Lock()
	b.calls++
	broken := b.calls == b.at
	b.mu.Unlock()
	if broken && !b.after {
		return nil, errors.New("broken off before the call")
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if broken && err == nil {
		res.Body.Close()
		return nil, errors.New("broken off after the call")
	}
	return res, err
}

// brokenAnywhere does something that makes several calls, broken off at each of them, before and after it, and then once more;
// each time in a world of its own. The check is of what there is at the end.
func brokenAnywhere(t *testing.T, o func() world, do func(w world, client *http.Client, again bool) error, check func(t *testing.T, w world)) {
	whole := &breaking{}
	w := o()
	require.NoError(t, do(w, &http.Client{Transport: whole}, false))
	check(t, w)
	require.NoError(t, do(w, &http.Client{}, true), "once more")
	check(t, w)
	require.Greater(t, whole.calls, 1)
	for at := 1; at <= whole.calls; at++ {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("call %d of %d, after %v", at, whole.calls, after), func(t *testing.T) {
				w := o()
				err := do(w, &http.Client{Transport: &breaking{at: at, after: after}}, false)
				f, ok := fault.From(err)
				require.True(t, ok, "%v", err)
				require.Equal(t, fault.ClassUnavailable, f.Class)
				require.NoError(t, do(w, &http.Client{}, true))
				check(t, w)
			})
		}
	}
}
