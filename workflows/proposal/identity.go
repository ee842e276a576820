package proposal

import (
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/workflows/field"
)

// WorkflowID is the ID of a request's workflow, and with it the rule for what "the same proposal" is. The key is what the
// sender calls it by (a submission ID, an Idempotency-Key): the same key is the same proposal, whenever it comes. Without one
// (""), the same content on the same day (UTC, by Received) is. The request must be normalised.
//
// The ID is opaque: neither key nor content can be read from it.
func (r Request) WorkflowID(key string) string {
	if key != "" {
		return prefix + field.Opaque("key", key)
	}
	return prefix + field.Opaque("content", r.Received.UTC().Format(time.DateOnly), r.Digest())
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

// Number is what people call the proposal with a workflow ID by: "P-7QX4M2KD". It has eight capital letters and digits, with
// neither 0 nor 1 nor 8, which some would read as letters. Among ten thousand proposals the chance that two share one is one in
// twenty thousand; nothing but people goes by it.
func Number(id string) string { return "P-" + strings.ToUpper(field.Opaque("number", id)[:8]) }

// Digest is an opaque fingerprint of what was sent, whenever that was and whatever it is called by. Two normalised requests have
// the same one exactly when they say the same.
func (r Request) Digest() string {
	r.Received, r.Number = time.Time{}, ""
	content, err := json.Marshal(r)
	if err != nil { // texts, numbers and lists of them always marshal
		panic(err)
	}
	return field.Opaque("proposal", string(content))
}

// Customer is an opaque ID of who is to sign, by their e-mail address: the same that their leads have.
func (r Request) Customer() string { return field.Customer(r.Client.Email) }

var record = regexp.MustCompile(`^[1-9][0-9]{0,18}$`)

// isRecord reports whether a text is the ID of a record in the CRM.
func isRecord(id string) bool { return record.MatchString(id) }
