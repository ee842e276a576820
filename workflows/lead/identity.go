package lead

import (
	"regexp"
	"time"

	"github.com/throughline-dev/throughline/workflows/field"
)

// WorkflowID is the ID of a submission's workflow, and with it the rule for what "the same submission" is. The key is what
// the sender calls it by (a submission ID, an Idempotency-Key): the same key is the same submission, whenever it comes.
// Without one (""), the same content on the same day (UTC, by Received) is: a form that sends something new each time, such
// as a token, needs a key for its repeats to be recognised. The submission must be normalised.
//
// The ID is opaque: neither key nor content can be read from it.
func (s Submission) WorkflowID(key string) string {
	return "lead-" + field.Same(key, s.Received, s.Digest())
}

// Digest is an opaque fingerprint of what was sent, whenever that was. Two normalised submissions have the same one exactly
// when they say the same.
func (s Submission) Digest() string {
	s.Received, s.Domain = time.Time{}, "" // Domain says nothing that Email doesn't
	return field.Digest("submission", s)
}

// Customer is an opaque ID of the person who wrote, by their e-mail address: it finds one person's leads in Temporal Web
// without naming them.
func (s Submission) Customer() string {
	return field.Customer(s.Email)
}

var workflowID = regexp.MustCompile(`^lead-[a-z2-7]{16}$`)

// IsWorkflowID reports whether an ID has the form of those that WorkflowID makes.
func IsWorkflowID(id string) bool { return workflowID.MatchString(id) }
