// Package fault is Throughline's one taxonomy of what can go wrong with another system: what is worth another try and
// when, and what is final. Every adapter classifies its errors here, and nowhere else.
//
//	class        retried   examples
//	unavailable  yes       connection refused, time-out, HTTP 408, 423, 425, 5xx, an answer that can't be read
//	throttled    yes, when the vendor says so: HTTP 429, or any status with a Retry-After
//	final        no        HTTP 400, 401, 403, 404, 409, 422: asking again changes nothing until a person does something
//
// A final fault never fails a workflow: the step that met it opens a task for operations.
package fault

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"go.temporal.io/sdk/temporal"
)

// The classes, which are also the type of the Temporal application error (as seen in Temporal Web).
const (
	ClassUnavailable = "Unavailable"
	ClassThrottled   = "Throttled"
	ClassFinal       = "Final"
)

// Fault is what an adapter knows about a failed call. It becomes a Temporal application error by [Fault.Err], and is found
// again on the workflow's side by [From].
type Fault struct {
	// Class is one of the Class constants.
	Class string `json:"class"`
	// System is the one that was called: "slack", "sendgrid", "hubspot", "peopledatalabs", ….
	System string `json:"system"`
	// Status is the HTTP status, 0 where there was no answer.
	Status int `json:"status,omitempty"`
	// Code is the vendor's own machine-readable reason ("VALIDATION_ERROR", "invalid_auth"), where it gave one.
	Code string `json:"code,omitempty"`
	// Message is the vendor's own text. It can quote what was sent, so it is shown to operations but never logged: it
	// travels in the error's details and is no part of its message.
	Message string `json:"message,omitempty"`
	// RetryAfter is how long the vendor asked to wait; 0 leaves the pause to the retry policy.
	RetryAfter time.Duration `json:"retry_after,omitempty"`
}

// OfStatus classifies an HTTP status outside 2xx. The retryAfter is what [RetryAfter] read from the answer's header.
func OfStatus(system string, status int, retryAfter time.Duration, code, message string) Fault {
	f := Fault{Class: ClassFinal, System: system, Status: status, Code: code, Message: message, RetryAfter: retryAfter}
	switch {
	case status == http.StatusTooManyRequests, retryAfter > 0:
		// Who names a time expects another try then, whatever the status: HubSpot does so with 477 while it moves an account.
		f.Class = ClassThrottled
	case status >= 500, status == http.StatusRequestTimeout, status == http.StatusLocked, status == http.StatusTooEarly:
		// Locked is what HubSpot says while somebody else writes the same records; it is over in seconds.
		f.Class = ClassUnavailable
	}
	return f
}

// Unreachable classifies a call that got no usable answer: the connection failed, it took too long, or what came back
// couldn't be read.
func Unreachable(system, message string) Fault {
	return Fault{Class: ClassUnavailable, System: system, Message: message}
}

// Final makes a fault that only a person can do something about.
func Final(system, code, message string) Fault {
	return Fault{Class: ClassFinal, System: system, Code: code, Message: message}
}

// String is the fault without the vendor's own text, safe for a log: "hubspot answered 400: VALIDATION_ERROR",
// "slack refused: channel_not_found".
func (f Fault) String() string {
	s := f.System
	switch {
	case f.Status != 0:
		s += fmt.Sprintf(" answered %d", f.Status)
	case f.Class == ClassFinal:
		s += " refused"
	default:
		s += " could not be used"
	}
	if f.Code != "" {
		s += ": " + f.Code
	}
	return s
}

// Err makes the fault an error that Temporal understands: final faults are not retried, and a RetryAfter becomes the next
// attempt's delay.
func (f Fault) Err() error {
	return temporal.NewApplicationErrorWithOptions(f.String(), f.Class, temporal.ApplicationErrorOptions{
		NonRetryable:   f.Class == ClassFinal,
		NextRetryDelay: f.RetryAfter,
		Details:        []any{f},
	})
}

// From finds the fault in an error that came out of an activity; ok is false where there is none (a panic, a time-out that
// Temporal itself noticed, an error of our own code).
func From(err error) (f Fault, ok bool) {
	var app *temporal.ApplicationError
	if !errors.As(err, &app) || !app.HasDetails() {
		return Fault{}, false
	}
	switch app.Type() {
	case ClassUnavailable, ClassThrottled, ClassFinal:
	default: // the details are somebody else's, and of who knows what type: Details may panic on them
		return Fault{}, false
	}
	if app.Details(&f) != nil || f.System == "" {
		return Fault{}, false
	}
	return f, true
}

// RetryAfter reads a Retry-After header: seconds, or an HTTP date counted from now. It is 0 where there is none, where it
// can't be read, and where the date has passed; it is at most an hour, so that a broken header never parks a case for a day.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	v := h.Get("Retry-After")
	if v == "" {
		return 0
	}
	d, err := time.ParseDuration(v + "s")
	if err != nil {
		at, err := http.ParseTime(v)
		if err != nil {
			return 0
		}
		d = at.Sub(now)
	}
	return min(max(d, 0), time.Hour)
}
