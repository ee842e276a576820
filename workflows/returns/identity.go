package returns

import (
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/workflows/field"
)

// WorkflowID is the ID of a request's workflow, and with it the rule for what "the same return" is. The key is what the sender
// calls it by (a submission ID, an Idempotency-Key): the same key is the same return, whenever it comes. Without one (""), the
// same content on the same day (UTC, by Received) is. The request must be normalised.
//
// The ID is opaque: neither key nor content can be read from it.
func (r Request) WorkflowID(key string) string {
	if key != "" {
		return prefix + field.Opaque("key", key)
	}
	return prefix + field.Opaque("content", r.Received.UTC().Format(time.DateOnly), r.Digest())
}

// TicketWorkflowID is the ID of the return that a ticket starts. A ticket starts one and no more: however often the help desk tells
// of it, by however many subscriptions, and whatever people do with it later.
func TicketWorkflowID(ticket string) string { return prefix + field.Opaque("ticket", ticket) }

const prefix = "return-"

var workflowID = regexp.MustCompile(`^return-[a-z2-7]{16}$`)

// IsWorkflowID reports whether an ID has the form of those that WorkflowID and TicketWorkflowID make.
func IsWorkflowID(id string) bool { return workflowID.MatchString(id) }

// Number is what people call the return with a workflow ID by: "R-7QX4M2KD". It has eight capital letters and digits, with neither
// 0 nor 1 nor 8, which some would read as letters. Among ten thousand returns the chance that two share one is one in twenty
// thousand.
func Number(id string) string { return "R-" + strings.ToUpper(field.Opaque("number", id)[:8]) }

// Digest is an opaque fingerprint of what was sent, whenever that was and whatever it is called by. Two normalised requests have
// the same one exactly when they say the same.
func (r Request) Digest() string {
	r.Received, r.Number = time.Time{}, ""
	content, err := json.Marshal(r)
	if err != nil { // texts, numbers and lists of them always marshal
		panic(err)
	}
	return field.Opaque("return", string(content))
}

// Customer is an opaque ID of who wants to return something, by their e-mail address: the same that their leads have.
func (r Request) Customer() string { return field.Customer(r.Email) }
