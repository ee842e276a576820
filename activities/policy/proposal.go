package policy

import (
	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/money"
)

// Proposal is everything in the handbook that decides how a proposal is handled.
type Proposal struct {
	// Handbook is as in [Lead].
	Handbook string `json:"handbook"`
	// Company is our own company's name, as it stands in the document.
	Company string `json:"company"`
	// Strategists is the name of the pool whose turn it is to review.
	Strategists string `json:"strategists"`
	// Review is the ladder of the review, Approval that of each approver's task, and Operations that of operations' tasks.
	Review     Ladder `json:"review"`
	Approval   Ladder `json:"approval"`
	Operations Ladder `json:"operations"`
	// MaxPause and MaxExtension bound how long the review may be paused and by how much its deadline may be moved.
	MaxPause     Duration `json:"max_pause,omitzero"`
	MaxExtension Duration `json:"max_extension,omitzero"`
	// MaxRounds is how often a proposal may come back rejected before it ends so.
	MaxRounds int `json:"max_rounds"`
	// Tiers say who has to approve. Each that a version touches is asked; one that touches none is approved by rule.
	Tiers []Tier `json:"tiers"`
	// InTurn asks the tiers one after the other, in their order; otherwise all at once.
	InTurn bool `json:"in_turn,omitempty"`
	// AskAgain says who is asked again about a new version.
	AskAgain AskAgain `json:"ask_again"`
	// Signature is how the signature is waited for.
	Signature Signature `json:"signature"`
	// Kickoff is the project that a signed proposal starts.
	Kickoff Kickoff `json:"kickoff"`
	// InvoiceDue is how many days the client has to pay.
	InvoiceDue int `json:"invoice_due"`
	// Channel is the Slack channel that hears of a signed proposal; "" for none.
	Channel string `json:"channel,omitempty"`
	// Calendars are those that the ladders' rungs and the kickoff name, by name.
	Calendars map[string]calendar.Calendar `json:"calendars,omitempty"`
}

// Tier is one approval that a proposal may need.
type Tier struct {
	Name string `json:"name"`
	// Over touches proposals whose total is above the amount, in minor units by currency. A currency that isn't there counts as
	// above. Empty looks at no amount.
	Over map[string]int64 `json:"over,omitempty"`
	// DiscountOver touches proposals whose discount is above this share of the subtotal; 0 looks at no discount.
	DiscountOver money.Percent `json:"discount_over,omitempty"`
	// Role is who approves, and Need how many of them have to; 0 for all.
	Role string `json:"role"`
	Need int    `json:"need,omitempty"`
	// Veto ends it at the first who rejects. Otherwise it goes on while enough can still approve.
	Veto bool `json:"veto,omitempty"`
	// InTurn asks the role's people one after the other; otherwise all at once.
	InTurn bool `json:"in_turn,omitempty"`
}

// AskAgain is who is asked again when an approved or half-approved version is replaced.
type AskAgain string

// The choices.
const (
	// AskAll asks everybody about each version.
	AskAll AskAgain = "all"
	// AskTouched asks only those whose tier looks at what has changed: an amount, a discount. The others' approval stands. A
	// change that touches no tier's amount or discount (of the text) asks all.
	AskTouched AskAgain = "touched"
)

// Signature is how a signature is waited for.
type Signature struct {
	// Expires is how long the client has to sign. A valid-until date that is earlier goes before.
	Expires Duration `json:"expires"`
	// Remind are the times after which the client is reminded.
	Remind []Duration `json:"remind,omitempty"`
}

// Kickoff is the template of a project.
type Kickoff struct {
	// Calendar is the name of the calendar whose working days count; "" for Monday to Friday.
	Calendar string `json:"calendar,omitempty"`
	// Owner is the ID of the person who owns the project; "" for the strategist.
	Owner    string           `json:"owner,omitempty"`
	Sections []KickoffSection `json:"sections"`
}

// KickoffSection is a column of the project.
type KickoffSection struct {
	Name  string        `json:"name"`
	Tasks []KickoffTask `json:"tasks"`
}

// KickoffTask is something to be done.
type KickoffTask struct {
	Name string `json:"name"`
	// Assignee is a person's ID, or "strategist"; "" for nobody.
	Assignee string `json:"assignee,omitempty"`
	// Due is after how many working days from the signature it is due; 0 for no date.
	Due int `json:"due,omitempty"`
}
