package humantask

import (
	"time"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/slack"
)

// The names by which the outside reaches a workflow's human tasks.
const (
	// SignalDecide carries a [Decision]: a click is kept even when every worker is down.
	SignalDecide = "decide"
	// UpdateDecide is the same door for callers who want the [Answer] at once; its validator refuses before history grows.
	UpdateDecide = "decide"
	// QueryTasks answers with the workflow's tasks, a []View: the open ones first, then those that ended.
	QueryTasks = "tasks"
)

// Task is one thing a workflow needs a person for.
type Task struct {
	// ID names the task within its workflow ("contact"); no two tasks of a workflow share one.
	ID string
	// Title says what is to be done, in a line ("Contact Contoso").
	Title string
	// Text is a paragraph that goes with it; may be empty.
	Text string
	// Version is the version of what the task is about; a decision on another one is refused. "" where it has none.
	Version string
	// Candidates are the people any one of whom may answer, at least one. The first is the assignee.
	Candidates []policy.Person
	// Channel is the Slack channel that shows the card; "" shows it to the assignee directly.
	Channel string
	// Actions are the answers on offer, at least one.
	Actions []Action
	// Ladder is what happens while nobody answers.
	Ladder policy.Ladder
	// Facts are what the card shows beside the title. It is called each time the card is drawn, so that a card can tell
	// what has happened since; it may be nil.
	Facts func() []slack.Fact
}

// Action is an answer that a task offers.
type Action struct {
	Name  string `json:"name"`  // "contacted"
	Label string `json:"label"` // "I've made contact"
	// Style is "primary", "danger" or "", as on a Slack button.
	Style string `json:"style,omitempty"`
	// Confirm, where not empty, is what is asked before the answer counts.
	Confirm string `json:"confirm,omitempty"`
	// Done says on the card what was decided, before the person's name: "Contact made".
	Done string `json:"done"`
}

// Decision is a person's answer to a task, as it arrives in the signal or the update "decide".
type Decision struct {
	// ID tells one click from another: a second delivery of the same click is recognised by it.
	ID      string `json:"id"`
	Task    string `json:"task"`
	Version string `json:"version,omitempty"`
	Action  string `json:"action"`
	By      Actor  `json:"by"`
	Comment string `json:"comment,omitempty"`
	// Reply is where a refusal is answered; the zero value where the caller gets the [Answer] itself.
	Reply Reply `json:"reply,omitzero"`
}

// Actor is who decided. One of the two is enough.
type Actor struct {
	Person string `json:"person,omitempty"` // ID in the handbook
	Slack  string `json:"slack,omitempty"`  // Slack user ID
}

// Reply is the place in Slack where somebody gets a private answer.
type Reply struct {
	Channel string `json:"channel,omitempty"`
	User    string `json:"user,omitempty"`
}

// Answer is what became of a decision.
type Answer struct {
	Accepted bool `json:"accepted"`
	// Text says so to the person who decided: "Recorded: Contact made.", "Maria Lopez decided this 3 minutes ago: …".
	Text string `json:"text"`
}

// Outcome is how a task ended.
type Outcome struct {
	Action  string        `json:"action"`
	By      policy.Person `json:"by"`
	Version string        `json:"version,omitempty"`
	Comment string        `json:"comment,omitempty"`
	Opened  time.Time     `json:"opened"`
	At      time.Time     `json:"at"`
	// Took is the wall time between the two.
	Took policy.Duration `json:"took"`
	// Ladder is what the ladder did, in order.
	Ladder []Climbed `json:"ladder,omitempty"`
}

// Climbed is a rung that a task reached.
type Climbed struct {
	Rung policy.Rung `json:"rung"`
	At   time.Time   `json:"at"`
	// To is whom it went to.
	To policy.Person `json:"to"`
	// Note says what was out of the ordinary ("nobody above Grace Chen").
	Note string `json:"note,omitempty"`
}

// View is a task as it is listed.
type View struct {
	ID      string   `json:"id"`
	Title   string   `json:"title"`
	Version string   `json:"version,omitempty"`
	Actions []Action `json:"actions"`
	// Holder is who is expected to answer; Candidates are all who may.
	Holder     policy.Person   `json:"holder"`
	Candidates []policy.Person `json:"candidates"`
	Opened     time.Time       `json:"opened"`
	// Since is when the holder got it.
	Since time.Time `json:"since"`
	// Due is when the task is late: the first escalation of its ladder, else its last rung. Zero without a ladder.
	Due      time.Time `json:"due,omitzero"`
	Breached bool      `json:"breached"`
	// Next is what the ladder does next, and when; nil at the top.
	Next *NextRung `json:"next,omitempty"`
	// Outcome is how it ended; nil while it is open.
	Outcome *Outcome `json:"outcome,omitempty"`
}

// NextRung is the rung that a task reaches next.
type NextRung struct {
	Do policy.Move `json:"do"`
	At time.Time   `json:"at"`
}
