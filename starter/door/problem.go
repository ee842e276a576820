package door

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/starter/intake"
	"github.com/throughline-dev/throughline/starter/requestid"
	"github.com/throughline-dev/throughline/workflows/lead"
)

// problem is why a request was refused, as RFC 9457 has it; "errors" names the fields.
type problem struct {
	Title  string        `json:"title"`
	Status int           `json:"status"`
	Detail string        `json:"detail,omitempty"`
	Errors lead.Mistakes `json:"errors,omitempty"`
	// Request is what the log calls the request: see package requestid.
	Request string `json:"request_id,omitempty"`

	// why is the reason in a word, for the log; wait is how long the sender should wait, which 503 has of itself.
	why  string
	wait time.Duration
}

// retryAfter is what a sender is told to wait when Temporal can't be reached: long enough for a server to fail over, short
// enough for a person to wait.
const retryAfter = 5 * time.Second

// problemOf says what an error of intake means to whoever sent the lead.
func problemOf(err error) problem {
	var mistakes lead.Mistakes
	var unavailable *intake.Unavailable
	switch {
	case errors.As(err, &mistakes):
		return problem{Status: http.StatusUnprocessableEntity, Errors: mistakes,
			Detail: "Nothing was sent yet. Put these fields right and send it again."}
	case errors.As(err, &unavailable):
		return problem{Status: http.StatusServiceUnavailable,
			Detail: "This could not be taken for certain just now. Send it again in a moment: it will not count twice."}
	default:
		return problem{Status: http.StatusBadRequest, Detail: "Nothing was taken: " + err.Error() + "."}
	}
}

// refuse answers with a problem: as a page to a person in a browser, with what they had typed into the form, else as JSON.
func (d *Door) refuse(w http.ResponseWriter, r *http.Request, p problem, form *filled) {
	p.Title, p.Request = http.StatusText(p.Status), requestid.Of(r.Context())
	if p.Status == http.StatusServiceUnavailable {
		p.wait = retryAfter
	}
	if p.wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(seconds(p.wait)))
	}
	if wantsPage(r) {
		d.page(w, p.Status, page{Problem: &p, Form: form})
		return
	}
	writeJSON(w, p.Status, "application/problem+json", p)
}

// seconds are those of a wait, rounded up.
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

// wantsPage reports whether a person is waiting in a browser, and not a program.
func wantsPage(r *http.Request) bool { return strings.Contains(r.Header.Get("Accept"), "text/html") }

func writeJSON(w http.ResponseWriter, status int, mediaType string, v any) {
	body, err := json.Marshal(v)
	if err != nil { // our own types always marshal
		panic(err)
	}
	w.Header().Set("Content-Type", mediaType)
	write(w, status, append(body, '\n'))
}

func write(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body) // a caller who has hung up doesn't hear the answer; what it says holds all the same
}
