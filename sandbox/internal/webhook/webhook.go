// Package webhook posts what has happened at a vendor to the app that wants to know of it, in the background, and again
// until the app has taken it.
package webhook

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// How long is tried. HubSpot tries ten times over 24 hours and SendGrid for days; here it is under a minute, which an app that
// is started again comes back in.
const (
	attempts     = 10
	firstPause   = 100 * time.Millisecond // it doubles each time
	longestPause = 15 * time.Second
	patience     = 10 * time.Second // for one answer
)

// Request is what is posted: its body, and the headers besides what every request has.
type Request struct {
	Header http.Header
	Body   []byte
	// Refusable is whether a 4xx is a last word, too.
	Refusable bool
	// Answer is what the app has to answer, word for word, besides 2xx; "" for anything.
	Answer string
}

// Outbox posts. What it has not posted when it is closed is lost. Make one with [New]; it is safe for concurrent use.
type Outbox struct {
	app  http.Client
	done context.Context
	stop context.CancelFunc

	mu      sync.Mutex // guards that nothing is begun once it is closed
	sending sync.WaitGroup
}

// New makes an outbox.
func New() *Outbox {
	o := &Outbox{app: http.Client{
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // neither vendor follows
	}}
	o.done, o.stop = context.WithCancel(context.Background())
	return o
}

// Close gives up what is under way, and returns once nothing is.
func (o *Outbox) Close() {
	o.mu.Lock()
	o.stop()
	o.mu.Unlock()
	o.Wait()
}

// Wait returns once everything that was sent has been answered or given up.
func (o *Outbox) Wait() { o.sending.Wait() }

// Send posts to an address until it has an answer that is one. Each attempt, counted from 0, has a request of its own, since signatures go
// by the time.
func (o *Outbox) Send(url string, request func(attempt int) Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.done.Err() != nil {
		return
	}
	o.sending.Go(func() {
		pause := firstPause
		for n := range attempts {
			if o.post(url, request(n)) {
				return
			}
			select {
			case <-o.done.Done():
				return
			case <-time.After(pause):
			}
			pause = min(2*pause, longestPause)
		}
	})
}

// post says whether the app has answered: taken it, as a rule.
func (o *Outbox) post(url string, r Request) bool {
	req, err := http.NewRequestWithContext(o.done, http.MethodPost, url, bytes.NewReader(r.Body))
	if err != nil {
		return false
	}
	req.Header = r.Header
	res, err := o.app.Do(req)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	said, err := io.ReadAll(io.LimitReader(res.Body, 1<<20)) // also so that the connection can be used again
	taken := res.StatusCode/100 == 2 && (r.Answer == "" || err == nil && strings.TrimSpace(string(said)) == r.Answer)
	return taken || r.Refusable && res.StatusCode/100 == 4
}
