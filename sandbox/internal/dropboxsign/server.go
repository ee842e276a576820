// Package dropboxsign is Dropbox Sign as an account's owner sees it: signature requests, sent, looked up, listed, reminded of
// and cancelled; and the signers, whose doings the owner's app is told of.
//
// What is checked and answered follows https://developers.hellosign.com/api/reference, and Dropbox Sign's published OpenAPI
// description.
package dropboxsign

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/throughline-dev/throughline/sandbox/internal/journal"
	"github.com/throughline-dev/throughline/sandbox/internal/ledger"
	"github.com/throughline-dev/throughline/sandbox/internal/webhook"
	"github.com/throughline-dev/throughline/sandbox/internal/wire"
)

// Options say what the account is like.
type Options struct {
	Key     string        // the API key that callers must show, and that events are signed with
	Lag     time.Duration // until the search knows a request
	Journal *journal.Journal
	// Pages is the address of the sandbox's pages, for links to a request; "" where it isn't known.
	Pages string

	EventsURL string // where the app is told what happens; "" for nowhere
	Outbox    *webhook.Outbox
}

// Server is the account. It is safe for concurrent use.
type Server struct {
	Options
	mu       sync.RWMutex
	requests *journal.Table[*request]
	files    *journal.Table[[]byte] // by the request's ID
	byKey    ledger.Ledger[*request]
	told     map[string][][]byte // the events about a request, by its ID, since the process began
}

// New makes the account, with what the journal has.
func New(o Options) (*Server, error) {
	s := &Server{Options: o, told: map[string][][]byte{}}
	var err error
	if s.requests, err = journal.NewTable[*request](o.Journal, "dropboxsign.request"); err != nil {
		return nil, err
	}
	for _, r := range s.requests.All() {
		s.byKey.Add(r.Metadata[keyMeta], r)
	}
	s.files, err = journal.NewTable[[]byte](o.Journal, "dropboxsign.file")
	return s, err
}

// failure is an answer that says no.
type failure struct {
	status int

	Problem struct {
		Message string `json:"error_msg"`
		Name    string `json:"error_name"`
		Path    string `json:"error_path,omitempty"`
	} `json:"error"`
}

func (f *failure) Error() string { return f.Problem.Message }

// names are the error names that Dropbox Sign documents
// (https://developers.hellosign.com/api/reference/warnings-and-errors).
var names = map[int]string{
	http.StatusBadRequest:          "bad_request",
	http.StatusUnauthorized:        "unauthorized",
	http.StatusPaymentRequired:     "payment_required",
	http.StatusForbidden:           "forbidden",
	http.StatusNotFound:            "not_found",
	http.StatusMethodNotAllowed:    "method_not_supported",
	http.StatusConflict:            "conflict",
	http.StatusGone:                "deleted",
	http.StatusTooManyRequests:     "exceeded_rate",
	http.StatusServiceUnavailable:  "maintenance",
	http.StatusInternalServerError: "unknown",
}

// no makes a refusal, about a parameter or, with "", about none.
func no(status int, parameter, format string, args ...any) *failure {
	f := &failure{status: status}
	f.Problem.Name, f.Problem.Path = cmp.Or(names[status], "unknown"), parameter
	f.Problem.Message = fmt.Sprintf(format, args...)
	return f
}

// Refuse answers as Dropbox Sign does when something is wrong with the request as such.
func Refuse(w http.ResponseWriter, status int) {
	message := map[int]string{
		http.StatusUnauthorized:    "Unauthorized api key",
		http.StatusNotFound:        "Not found",
		http.StatusTooManyRequests: "You have exceeded the limit of API requests, please try again later",
	}[status]
	rates(w.Header())
	if status == http.StatusTooManyRequests {
		w.Header().Set("X-RateLimit-Remaining", "0")
		if seconds, err := strconv.Atoi(w.Header().Get("Retry-After")); err == nil {
			// Dropbox Sign says when, and not how long.
			w.Header().Del("Retry-After")
			w.Header().Set("X-Ratelimit-Reset", strconv.FormatInt(time.Now().Add(time.Duration(seconds)*time.Second).Unix(), 10))
		}
	}
	wire.JSON(w, status, no(status, "", "%s", cmp.Or(message, "An internal error has occurred")))
}

// rates tells how many requests are left, as every answer does: the account's limits are never met here.
func rates(h http.Header) {
	h.Set("X-RateLimit-Limit", "100")
	h.Set("X-RateLimit-Remaining", "99")
	h.Set("X-Ratelimit-Reset", strconv.FormatInt(time.Now().Add(time.Minute).Unix(), 10))
}

// API serves the API, at /v3/signature_request/….
func (s *Server) API() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, f func(*http.Request) (any, error)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			answer, err := f(r)
			if err != nil {
				refusal, ok := err.(*failure)
				if !ok { // the state couldn't be written
					refusal = no(http.StatusInternalServerError, "", "%s", err)
				}
				wire.JSON(w, refusal.status, refusal)
				return
			}
			if answer == nil {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusOK)
				return
			}
			wire.JSON(w, http.StatusOK, answer)
		})
	}
	handle("POST /v3/signature_request/send", s.send)
	handle("GET /v3/signature_request/list", s.list)
	handle("GET /v3/signature_request/{id}", s.get)
	handle("POST /v3/signature_request/remind/{id}", s.remind)
	handle("POST /v3/signature_request/cancel/{id}", s.cancel)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { Refuse(w, http.StatusNotFound) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if key, _, ok := r.BasicAuth(); !ok || !wire.Same(key, s.Key) {
			Refuse(w, http.StatusUnauthorized)
			return
		}
		rates(w.Header())
		mux.ServeHTTP(w, r)
	})
}
