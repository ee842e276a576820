package policy

import (
	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/money"
)

// ProposalShape is today's shape of the proposal's workflow; see [Lead.Shape]. In the second, nobody is asked to approve before it
// is known whom all the tiers ask.
const ProposalShape = 2

// Proposal is everything in the handbook that decides how a proposal is handled.
type Proposal struct {
	// Handbook is as in [Lead], and Shape, which is [ProposalShape] when a proposal begins.
	Handbook string `json:"handbook"`
	Shape    int    `json:"shape,omitempty"`
	// Company is our own company's name, as it stands in the document, and Terms the text below the totals, in Markdown.
	Company string `json:"company"`
	Terms   string `json:"terms,omitempty"`
	// Strategists is the name of the pool whose turn it is to review.
	Strategists string `json:"strategists"`
	// Calendar is the name of the house's calendar: its zone is that of the dates, its working days are those that the kickoff
	// counts, and its hours those of the turnaround's working time. "" is Monday to Friday, by UTC.
	Calendar string `json:"calendar,omitempty"`
	// Review is the ladder of the strategist's tasks, Approval that of each approver's, and Operations that of operations'.
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
	// WonStage is the ID of the stage that a deal is won in, as the CRM has it.
	WonStage string `json:"won_stage"`
	// Channel is the Slack channel that hears of a signed proposal; "" for none.
	Channel string `json:"channel,omitempty"`
	// Calendars are those that the ladders' rungs and Calendar name, by name.
	Calendars map[string]calendar.Calendar `json:"calendars,omitempty"`
}

// Tier is one approval that a proposal may need. One that looks at neither an amount nor a discount is needed always.
type Tier struct {
	Name string `json:"name"`
	// Over touches proposals whose total is above the amount, in minor units by currency. A currency that isn't there counts as
	// above. Empty looks at no amount.
	Over map[string]int64 `json:"over,omitempty"`
	// DiscountOver touches proposals whose discount is above this share of the subtotal; 0 looks at no discount.
	DiscountOver money.Percent `json:"discount_over,omitempty"`
	// Role is who approves, and Need how many of them have to; 0 for all who may.
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
	// AskTouched asks only those whose tier looks at what has changed: the total, the discount. The others' approval stands. A
	// change of anything but the prices and the discount asks all, since everybody has approved the text.
	AskTouched AskAgain = "touched"
)

// Signature is how a signature is waited for.
type Signature struct {
	// Expires is how long the client has to sign. The end of the valid-until date goes before where that is earlier.
	Expires Duration `json:"expires"`
	// Remind are the times after which the client is reminded.
	Remind []Duration `json:"remind,omitempty"`
}

// Kickoff is the template of a project.
type Kickoff struct {
	// Owner is the ID of the person who owns the project; "" for the strategist.
	Owner    string           `json:"owner,omitempty"`
	Sections []KickoffSection `json:"sections"`
}

// KickoffSection is a column of the project.
type KickoffSection struct {
	Name  string        `json:"name"`
	Tasks []KickoffTask `json:"tasks"`
}

// TheStrategist stands for the proposal's strategist where a template names people.
const TheStrategist = "strategist"

// KickoffTask is something to be done.
type KickoffTask struct {
	Name string `json:"name"`
	// Assignee is a person's ID, or [TheStrategist]; "" for nobody.
	Assignee string `json:"assignee,omitempty"`
	// Due is after how many working days from the signature it is due; 0 for no date.
	Due int `json:"due,omitempty"`
}

// ApproversRequest asks who of a role may approve.
type ApproversRequest struct {
	Role string `json:"role"`
	// Need is how many have to; 0 for all who may.
	Need int `json:"need,omitempty"`
	// Excluded are IDs of people who must not.
	Excluded []string `json:"excluded,omitempty"`
}

// Approvers answers an [ApproversRequest]: at least one person, and as many as are needed.
type Approvers struct {
	People []Person `json:"people"`
}
