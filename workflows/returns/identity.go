package returns

import (
	"regexp"
	"time"

	"github.com/throughline-dev/throughline/workflows/field"
)

// WorkflowID is the ID of a request's workflow, and with it the rule for what "the same return" is. The key is what the sender
// calls it by (a submission ID, an Idempotency-Key): the same key is the same return, whenever it comes. Without one (""), the
// same content on the same day (UTC, by Received) is. The request must be normalised.
//
// The ID is opaque: neither key nor content can be read from it.
func (r Request) WorkflowID(key string) string {
	return prefix + field.Same(key, r.Received, r.Digest())
}

// TicketWorkflowID is the ID of the return that a ticket starts. A ticket starts one and no more: however often the help desk tells
// of it, by however many subscriptions, and whatever people do with it later.
func TicketWorkflowID(ticket string) string { return prefix + field.Opaque("ticket", ticket) }

const prefix = "return-"

var workflowID = regexp.MustCompile(`^return-[a-z2-7]{16}$`)

// IsWorkflowID reports whether an ID has the form of those that WorkflowID and TicketWorkflowID make.
func IsWorkflowID(id string) bool { return workflowID.MatchString(id) }

// Number is what people call the return with a workflow ID by: "R-7QX4M2KD"; see [field.Number].
func Number(id string) string { return "R-" + field.Number(id) }

// Digest is an opaque fingerprint of what was sent, whenever that was and whatever it is called by. Two normalised requests have
// the same one exactly when they say the same.
func (r Request) Digest() string {
	r.Received, r.Number = time.Time{}, ""
	return field.Digest("return", r)
}

// Customer is an opaque ID of who wants to return something, by their e-mail address: the same that their leads have.
func (r Request) Customer() string { return field.Customer(r.Email) }
