package proposal

import (
	"regexp"
	"time"

	"github.com/throughline-dev/throughline/workflows/field"
)

// WorkflowID is the ID of a request's workflow, and with it the rule for what "the same proposal" is. The key is what the
// sender calls it by (a submission ID, an Idempotency-Key): the same key is the same proposal, whenever it comes. Without one
// (""), the same content on the same day (UTC, by Received) is. The request must be normalised.
//
// The ID is opaque: neither key nor content can be read from it.
func (r Request) WorkflowID(key string) string {
	return prefix + field.Same(key, r.Received, r.Digest())
}

// DealWorkflowID is the ID of the proposal that a deal starts by reaching its stage at a time. It is one for each deal and day
// (UTC): however often and late the CRM tells of it, by however many subscriptions, and should somebody move the deal out of the
// stage and back in, it is one proposal. On another day it is another one.
func DealWorkflowID(deal string, at time.Time) string {
	return DealPrefix(deal) + at.UTC().Format(dayForm)
}

// DealPrefix is what the IDs of all proposals begin with that a deal has started.
func DealPrefix(deal string) string { return prefix + field.Opaque("deal", deal) + "-" }

const (
	prefix  = "proposal-"
	dayForm = "20060102"
)

var workflowID = regexp.MustCompile(`^proposal-[a-z2-7]{16}(-[0-9]{8})?$`)

// IsWorkflowID reports whether an ID has the form of those that WorkflowID and DealWorkflowID make.
func IsWorkflowID(id string) bool { return workflowID.MatchString(id) }

// Number is what people call the proposal with a workflow ID by: "P-7QX4M2KD"; see [field.Number].
func Number(id string) string { return "P-" + field.Number(id) }

// Digest is an opaque fingerprint of what was sent, whenever that was and whatever it is called by. Two normalised requests have
// the same one exactly when they say the same.
func (r Request) Digest() string {
	r.Received, r.Number = time.Time{}, ""
	return field.Digest("proposal", r)
}

// Customer is an opaque ID of who is to sign, by their e-mail address: the same that their leads have.
func (r Request) Customer() string { return field.Customer(r.Client.Email) }
