package faults

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/sandbox/internal/wire"
)

// Refusal answers a request as the vendor does when it refuses it: with 401, 429 or 500.
type Refusal func(w http.ResponseWriter, status int)

// Wrap puts a vendor's handler behind the orders. The requests' paths are those below the vendor's base path. Whoever is
// kept waiting is let go when done is.
func (o *Orders) Wrap(done context.Context, system string, refuse Refusal, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !o.any.Load() {
			next.ServeHTTP(w, r)
			return
		}
		content, err := read(r)
		if err != nil {
			return // the caller went away
		}
		f, ok := o.take(system, strings.Trim(r.URL.Path, "/"), content)
		if !ok {
			next.ServeHTTP(w, r)
			return
		}
		strike(done, f, refuse, w, r, next)
	})
}

// read reads the request, and leaves it as it was. What it returns has forms and queries decoded.
func read(r *http.Request) (string, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, wire.MaxBody))
	if err != nil {
		return "", err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	text := string(body)
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		text = decoded(text)
	}
	return decoded(r.URL.RawQuery) + "\n" + text, nil
}

func decoded(form string) string {
	if text, err := url.QueryUnescape(form); err == nil {
		return text
	}
	return form
}

func strike(done context.Context, f client.Fault, refuse Refusal, w http.ResponseWriter, r *http.Request, next http.Handler) {
	switch f.Kind {
	case client.Throttled:
		w.Header().Set("Retry-After", strconv.Itoa(max(f.RetryAfter, 1)))
		refuse(w, http.StatusTooManyRequests)
	case client.Broken:
		refuse(w, http.StatusInternalServerError)
	case client.Unauthorized:
		refuse(w, http.StatusUnauthorized)
	case client.Timeout:
		wait(done, r, f)
		panic(http.ErrAbortHandler)
	case client.LostReply:
		next.ServeHTTP(&answer{header: http.Header{}}, r)
		wait(done, r, f)
		panic(http.ErrAbortHandler)
	case client.Garbage:
		next.ServeHTTP(&answer{header: http.Header{}}, r)
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<!doctype html><title>One moment")
	case client.Slow:
		a := &answer{header: w.Header(), status: http.StatusOK}
		next.ServeHTTP(a, r)
		wait(done, r, f)
		w.WriteHeader(a.status)
		_, _ = w.Write(a.body.Bytes())
	}
}

// wait keeps the caller waiting for as long as the order says, or until it goes away.
func wait(done context.Context, r *http.Request, f client.Fault) {
	d := DefaultWait
	if f.For != "" {
		d, _ = time.ParseDuration(f.For) // checked when it was ordered
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	case <-done.Done():
	}
}

// answer keeps a handler's answer from its caller.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }
