package door

import (
	"fmt"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/starter/requestid"
)

// recovered answers 500 where a handler panics, and logs where that was. What was panicked with is logged only where it is
// the runtime's own error: anything else could quote what somebody sent.
func (d *Door) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			caught := recover()
			if caught == nil {
				return
			}
			if caught == http.ErrAbortHandler {
				panic(caught)
			}
			what := fmt.Sprintf("%T", caught)
			if err, ok := caught.(runtime.Error); ok {
				what = err.Error()
			}
			d.log.ErrorContext(r.Context(), "A request made the door panic.", "route", r.Pattern, "panic", what, "stack", string(debug.Stack()))
			if seen, ok := w.(*watched); !ok || seen.status == 0 {
				d.refuse(w, r, problem{Status: http.StatusInternalServerError, Detail: "Something broke here. Send it again."}, nil)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// defended sets the headers with which an answer does the least harm whatever is in it, and by which browsers believe no other; pages say
// for themselves what they need. With https there is no way back.
func (d *Door) defended(next http.Handler) http.Handler {
	secured := strings.HasPrefix(d.origin, "https://")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Referrer-Policy", "no-referrer")
		if secured {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// logged names each request, and writes one line about it: the route that took it and never the address, which may have a person in
// it; no header, no body, and not who sent it.
func (d *Door) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		r = r.WithContext(requestid.Name(w, r))
		seen := &watched{ResponseWriter: w}
		next.ServeHTTP(seen, r)
		d.log.InfoContext(r.Context(), "request", "method", method(r), "route", r.Pattern, "status", seen.status, "bytes", seen.bytes,
			"took_ms", time.Since(began).Milliseconds())
	})
}

// method is a request's, where it is one that anybody uses: any word can stand there.
func method(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodTrace, http.MethodConnect:
		return r.Method
	}
	return "other"
}

// watched remembers what was answered.
type watched struct {
	http.ResponseWriter
	status, bytes int
}

func (w *watched) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *watched) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += n
	return n, err
}

// Unwrap lets http.ResponseController through.
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }
