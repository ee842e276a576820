// Package proposal carries a proposal from the notes of a discovery call to a kickoff project and an invoice.
package proposal

import (
	"time"

	"github.com/throughline-dev/throughline/activities/billing"
	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/document"
	"github.com/throughline-dev/throughline/activities/esign"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/projects"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/step"
	"github.com/throughline-dev/throughline/workflows/turnaround"
)

// The names by which the outside knows this workflow.
const (
	// WorkflowName is the workflow's type.
	WorkflowName = "proposal"
	// TaskQueue is where its workers listen.
	TaskQueue = "proposal"
	// QueryProposal answers with the [Result] so far.
	QueryProposal = "proposal"
	// QueryVersion takes a version's number and answers with its [Version].
	QueryVersion = "version"
	// SignalSignature carries an [esign.Status]: what Dropbox Sign reports.
	SignalSignature = "signature"
	// SignalRecall carries a [Recall]: we take the proposal back while the client has it.
	SignalRecall = "recall"
)

// The tasks and their actions. A task's version is the proposal's, and its ID says it, since each version is asked about anew:
// "review-2", "approve-2-partner-anna", "amend-2". A version that comes back is reviewed a second time: "review-2-2".
const (
	ReviewTask  = "review"
	ApproveTask = "approve"
	// AmendTask is open beside the approval, for the strategist to change the proposal after all.
	AmendTask = "amend"
	// DeliverTask asks the strategist what to do where the client can't be reached: "deliver-1".
	DeliverTask = "deliver"

	ActionApprove = "approve"
	ActionReject  = "reject"
	ActionChange  = "change"
	ActionDrop    = "drop"
	// ActionResend has the client asked at another address.
	ActionResend = "resend"
)

// The fields of a change, beside one for each kind of section, which has the kind's name ("goals"), and those of a resending. A
// field that has a value to begin with is what the proposal says now. One that isn't there stays as it is, and one that is emptied
// empties that part.
const (
	FieldLines      = "lines"       // as [document.FormatLines] writes them
	FieldDiscount   = "discount"    // "12.5 %", "500.00"
	FieldValidUntil = "valid_until" // "2026-11-30"
	FieldName       = "name"
	FieldEmail      = "email"
)

// MaxVersions bounds how often a proposal can be changed, and with it how much its history holds.
const MaxVersions = 50

// Request is a proposal as it came in through a door.
type Request struct {
	// Number is what people call the proposal by: "P-7QX4M2KD". The door makes it of the workflow's ID ([Number]), which a
	// workflow doesn't have when its history is replayed elsewhere.
	Number string `json:"number"`
	// Title is what it is about, in a line; "" for "Proposal for" the client's company.
	Title string `json:"title,omitempty"`
	// Deal is the ID of the deal in the CRM; "" for none.
	Deal string `json:"deal,omitempty"`
	// FromDeal says that a deal has reached its stage, and that the rest is still to be read from it: see [FillFromDeal].
	FromDeal bool           `json:"from_deal,omitempty"`
	Client   document.Party `json:"client"`
	// Notes are those of the discovery call, as people write them: plain text or Markdown; may be empty.
	Notes string `json:"notes"`
	// Currency is an ISO 4217 code, upper case: that of all amounts.
	Currency string `json:"currency"`
	// Lines may be none: the draft then says that prices are missing.
	Lines    []document.Line   `json:"lines"`
	Discount document.Discount `json:"discount,omitzero"`
	// ValidUntil is the last day on which it can be accepted ("2026-11-30").
	ValidUntil string `json:"valid_until"`
	// RequestedBy is the ID of the person who asked for it; "" where it isn't one of ours. They can't approve it.
	RequestedBy string    `json:"requested_by,omitempty"`
	Received    time.Time `json:"received"`
}

// Recall takes a proposal back.
type Recall struct {
	// ID tells one from another; By is the ID of who does it, and Reason is for the client.
	ID     string `json:"id"`
	By     string `json:"by"`
	Reason string `json:"reason,omitempty"`
}

// Ending is how a proposal ended.
type Ending string

// The endings.
const (
	Signed   Ending = "signed"
	Dropped  Ending = "dropped"  // by the strategist
	Rejected Ending = "rejected" // more often than the policy lets it come back
	Declined Ending = "declined" // by the client
	Expired  Ending = "expired"  // the client didn't sign in time
	Recalled Ending = "recalled" // by us
	Aborted  Ending = "aborted"  // by operations
)

// Version is one version of the proposal.
type Version struct {
	Proposal document.Proposal `json:"proposal"`
	Document document.Document `json:"document"`
	// By is who made it, and Why what they said; the first is the notes'.
	By  policy.Person `json:"by,omitzero"`
	Why string        `json:"why,omitempty"`
	At  time.Time     `json:"at"`
}

// Approval is what a tier has said about a version.
type Approval struct {
	Tier    string `json:"tier"`
	Version int    `json:"version"`
	// Stands is whether it was taken over from an earlier version, since nothing has changed that the tier looks at.
	Stands  bool                `json:"stands,omitempty"`
	Agreed  bool                `json:"agreed"`
	Answers []humantask.Outcome `json:"answers,omitempty"`
}

// Result is what happened to a proposal. It is the workflow's result, and what the query answers meanwhile.
type Result struct {
	Ending     Ending        `json:"ending"`
	Number     string        `json:"number"`
	Strategist policy.Person `json:"strategist"`
	Total      money.Amount  `json:"total"`
	// Versions are without their texts: the store has the documents, and the query [QueryVersion] what they say.
	Versions  []document.Document `json:"versions"`
	Approvals []Approval          `json:"approvals,omitempty"`
	// ByRule is whether no tier had to be asked about the version that was sent.
	ByRule bool `json:"by_rule,omitempty"`
	// Rounds is how often it was rejected.
	Rounds    int                `json:"rounds"`
	Signature esign.Requested    `json:"signature,omitzero"`
	Status    esign.Status       `json:"status,omitzero"`
	Project   projects.Made      `json:"project,omitzero"`
	Invoice   billing.Invoiced   `json:"invoice,omitzero"`
	Deal      crm.Won            `json:"deal,omitzero"`
	Spent     []turnaround.Spent `json:"spent,omitempty"`
	Policy    string             `json:"policy"`
	Steps     []step.Done        `json:"steps"`
	Received  time.Time          `json:"received"`
	Finished  time.Time          `json:"finished,omitzero"`
	Took      policy.Duration    `json:"took"`
}
