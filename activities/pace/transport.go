package pace

import (
	"context"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// How long requests wait for their turn.
const (
	// briefly is for those of local activities. A workflow task waits for them, and a regular activity is only a moment away.
	briefly = 200 * time.Millisecond
	// toBegin is for the first request of a regular activity's try. It keeps the queue short, so that a try which has begun doesn't
	// wait behind many that haven't, and run out of time half-way, again and again.
	toBegin = 2 * time.Second
)

// try is what is known of the try of an activity that sends requests.
type try struct {
	local bool
	begun atomic.Bool
}

type tryKey struct{}

// Try marks the context of one try of an activity, local or regular. Its requests wait for their turn accordingly; those of a context
// without the mark wait as they would in the middle of a try.
func Try(ctx context.Context, local bool) context.Context {
	return context.WithValue(ctx, tryKey{}, &try{local: local})
}

// patience is how long a request may wait for its turn: in the middle of a regular activity's try half the time that is left for
// the request, so that it can still be answered.
func patience(ctx context.Context, now time.Time) time.Duration {
	left := time.Duration(math.MaxInt64)
	if end, ok := ctx.Deadline(); ok {
		left = end.Sub(now) / 2
	}
	switch t, ok := ctx.Value(tryKey{}).(*try); {
	case !ok:
		return left
	case t.local:
		return min(briefly, left)
	case !t.begun.Load():
		return min(toBegin, left)
	}
	return left
}

// Client is a client like another one whose requests keep the pace.
func (p *Pacer) Client(c *http.Client) *http.Client {
	return p.Some(c, func(*http.Request) bool { return true })
}

// Some is a client like another one of whose requests some keep the pace: those that a vendor counts by themselves.
func (p *Pacer) Some(c *http.Client, which func(*http.Request) bool) *http.Client {
	paced := *c
	paced.Transport = transport{p, which, c.Transport}
	return &paced
}

type transport struct {
	pacer *Pacer
	which func(*http.Request) bool
	next  http.RoundTripper
}

// RoundTrip sends a request when its turn has come, or answers it where that takes too long.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if !t.which(r) {
		return t.next.RoundTrip(r)
	}
	ctx, now := r.Context(), time.Now()
	wait, ok := t.pacer.turn(now, patience(ctx, now))
	if !ok {
		if r.Body != nil {
			_ = r.Body.Close()
		}
		return later(r, wait), nil
	}
	if wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			if r.Body != nil {
				_ = r.Body.Close()
			}
			return nil, ctx.Err()
		}
	}
	// Once it was sent, which may take another turn.
	if t, ok := ctx.Value(tryKey{}).(*try); ok {
		defer t.begun.Store(true)
	}
	return t.next.RoundTrip(r)
}

// CloseIdleConnections lets http.Client.CloseIdleConnections reach the transport.
func (t transport) CloseIdleConnections() {
	if c, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// later is the answer to a request that would have come too soon. Adapters read its status and its pause; the message is for operations,
// where Stripe's library looks for one, which takes no answer that isn't JSON for Stripe's.
func later(r *http.Request, wait time.Duration) *http.Response {
	const text = `{"error":{"code":"own_rate","message":"Not sent: the system's rate in the handbook (systems.…) is used up."}}`
	return &http.Response{
		Status: "429 Too Many Requests", StatusCode: http.StatusTooManyRequests,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		// In whole seconds, which is all that some of the vendors' libraries read.
		Header:        http.Header{"Retry-After": {strconv.Itoa(int(math.Ceil(wait.Seconds())))}, "Content-Type": {"application/json"}},
		Body:          io.NopCloser(strings.NewReader(text)),
		ContentLength: int64(len(text)),
		Request:       r,
	}
}
