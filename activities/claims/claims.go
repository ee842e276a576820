// Package claims sees to it that one subject is one case's at a time: of two leads from one customer, the second finds the
// first and joins it. Who holds what is kept by a few long-lived Temporal workflows (package workflows/claims); a workflow
// can't send an update to another one, so these activities do. The names and plain types of their messages are here, below
// the workflows.
//
// A subject is an opaque text ("lead/<digest>", "crm-contact/<ID>") without personal data.
package claims

import (
	"fmt"
	"hash/fnv"
	"time"
)

// The names of the workflow that keeps claims, shared with package workflows/claims.
const (
	WorkflowName  = "claims"
	TaskQueue     = "rotation" // the queue of what cases share
	UpdateClaim   = "claim"    // takes a [Request], answers a [Claim]
	SignalRelease = "release"  // carries a [Release]
	QueryHolder   = "holder"   // takes a subject, answers the ID of the case that holds it, "" for none
)

// shards is how many workflows share the subjects. It is part of where a claim is found: changing it loses track of those
// that are held.
const shards = 16

// WorkflowID is the ID of the workflow that keeps the claims of a subject.
func WorkflowID(subject string) string {
	h := fnv.New32a()
	h.Write([]byte(subject))
	return fmt.Sprintf("claims-%02d", h.Sum32()%shards)
}

// Request claims a subject for a case.
type Request struct {
	Subject string `json:"subject"`
	// Case is the ID of the workflow that claims.
	Case string `json:"case"`
	// Instead is the ID of a case that has ended or refuses to be joined: where it holds the subject, Case takes over. ""
	// takes over from nobody.
	Instead string `json:"instead,omitempty"`
}

// Claim answers a [Request].
type Claim struct {
	// Holder is the case that holds the subject now: the one that asked, or the one that was there first.
	Holder string `json:"holder"`
	// Mine is whether that is the case that asked. A workflow asks this, and not for its own ID, which it hasn't got when its
	// history is replayed elsewhere.
	Mine bool `json:"mine,omitempty"`
}

// Release gives up a case's claims on subjects. What another case holds stays as it is.
type Release struct {
	Subjects []string `json:"subjects"`
	Case     string   `json:"case"`
}

// UpdateJoin is the update by which a workflow takes in what another case about the same subject brings. It takes an
// [Addition]; a validator that refuses says that the case is ending, and that the other one has to go its own way.
const UpdateJoin = "join"

// Join hands a case's addition to the one that holds the subject.
type Join struct {
	// Holder is the ID of the workflow to join.
	Holder   string   `json:"holder"`
	Addition Addition `json:"addition"`
}

// Addition is what a second case about a subject brings to the first.
type Addition struct {
	// From is the ID of the case that joins; a repeat is recognised by it.
	From string `json:"from"`
	// Text is what it has to say, as plain text for people.
	Text string    `json:"text"`
	At   time.Time `json:"at"`
}

// Joined answers a [Join].
type Joined struct {
	// Accepted is whether the holder took the addition. Where it didn't it has ended, or is about to.
	Accepted bool `json:"accepted"`
}

// Case names a case.
type Case struct {
	ID string `json:"id"` // of its workflow
}

// CaseStatus says how a case stands.
type CaseStatus struct {
	// Running is whether the case still runs, and so whether what it holds is in use.
	Running bool `json:"running"`
}
