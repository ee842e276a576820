package humantask

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/calendar"
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
	// ID names the task within its workflow ("contact"); no two tasks of a workflow share one. What stands before its first dash
	// says what kind of task it is ("approve-2-finance"), by which tasks are counted; so it names no case and no person.
	ID string
	// Title says what is to be done, in a line ("Contact Contoso").
	Title string
	// Text is a paragraph that goes with it; may be empty.
	Text string
	// Version is the version of what the task is about; a decision on another one is refused. "" where it has none.
	Version string
	// Candidates are the people any one of whom may answer, at least one. Without a Channel the first holds the task; with
	// one nobody does until somebody claims it.
	Candidates []policy.Person
	// Channel is the Slack channel that shows the card of a group's task; "" shows it to the holder directly.
	Channel string
	// Colleagues are those to whom the holder may hand the task over, and to whom it may be reassigned, in that order. The
	// holder being among them does no harm.
	Colleagues []policy.Person
	// Excluded are the IDs of people who must not answer, neither as a candidate nor as somebody's cover, delegate or manager.
	Excluded []string
	// ExcludedNow, where not nil, are further people who must not answer, as it is at the moment: those who have answered
	// another part of the same question, as a rule. Whoever could answer before is refused from then on.
	ExcludedNow func() []string
	// WhyWithdrawn, where not nil, says on the cards why the task was withdrawn ("There is a newer version."); nil for nothing
	// but that it was.
	WhyWithdrawn func() string
	// Optional is for an offer that nobody waits for: operations don't see the case as waiting on its holder.
	Optional bool
	// Actions are the answers on offer, at least one.
	Actions []Action
	// Ladder is what happens while nobody answers, and Calendars are the ones that its rungs name.
	Ladder    policy.Ladder
	Calendars map[string]calendar.Calendar
	// MaxPause is how long the task may be paused in all; 0 for a task that can't be paused.
	MaxPause time.Duration
	// MaxExtension is how much time may be added in all; 0 for a task whose deadline stands.
	MaxExtension time.Duration
	// Reassigned, where not nil, chooses the next holder when the ladder says so, instead of the next of the Colleagues. It
	// is told who had the task already and must not choose among them; the zero Person means that there is nobody.
	Reassigned func(ctx workflow.Context, had []policy.Person) (policy.Person, error)
	// Moved, where not nil, is told each time that the task goes from one holder to another. It must not block: what takes
	// time is for a coroutine of the workflow's own, since the context ends with the task.
	Moved func(ctx workflow.Context, h Happening)
	// Facts are what the card shows beside the title. It is called each time the card is drawn, so that a card can tell
	// what has happened since; it may be nil.
	Facts func() []slack.Fact

	kind string // where the ID doesn't begin with it
}

// Action is an answer that a task offers.
type Action struct {
	Name  string `json:"name"`  // "contacted"
	Label string `json:"label"` // "I've made contact"
	// Style is "primary", "danger" or "", as on a Slack button.
	Style string `json:"style,omitempty"`
	// Confirm, where not empty, is what is asked before the answer counts. An action with fields has a dialog instead.
	Confirm string `json:"confirm,omitempty"`
	// Fields are what goes with the answer; a click opens a dialog that asks for them.
	Fields []slack.Field `json:"fields,omitempty"`
	// Check, where not nil, says what is wrong with an answer whose fields are all there, in a sentence that names the field
	// and the fix; "" for nothing. A sentence that begins with a field's label is shown beside that field. It is asked before
	// the answer counts, and must be deterministic.
	Check func(Decision) string `json:"-"`
	// Done says on the card what was decided, before the person's name: "Contact made".
	Done string `json:"done"`
	// Pauses, where not 0, makes this an answer that asks somebody outside, and ends nothing: the task is paused until the workflow
	// has heard from them and says so ([Desk.Resume]), or somebody carries on without, for as long as this at most. Then, where not
	// nil, is told each time; it must not block, since the context ends with the click. While the task is paused, none of its
	// answers that pause it is on offer; the others are.
	Pauses time.Duration                                            `json:"-"`
	Then   func(ctx workflow.Context, d Decision, by policy.Person) `json:"-"`
}

// FieldComment is the name of the field for a comment, which every answer may have.
const FieldComment = "comment"

// Comment is the field that asks for a comment.
func Comment(label string, required bool) slack.Field {
	return slack.Field{Name: FieldComment, Label: label, Kind: slack.FieldLong, Required: required}
}

// What a candidate may do with a task beside answering it. These names are no task's own actions.
const (
	// ActionClaim takes a group's task for oneself, and ActionRelease gives it back to the group.
	ActionClaim, ActionRelease = "claim", "release"
	// ActionHandOver gives the task to a colleague, who is named in the field "to".
	ActionHandOver, FieldTo = "hand-over", "to"
	// ActionPause stops the clocks, waiting on somebody outside; ActionResume starts them again.
	ActionPause, ActionResume = "pause", "resume"
	// ActionExtend adds time, a duration in the field "by", to the deadlines to come. It needs a comment.
	ActionExtend, FieldBy = "extend", "by"
)

// Decision is a person's answer to a task, as it arrives in the signal or the update "decide".
type Decision struct {
	// ID tells one click from another: a second delivery of the same click is recognised by it.
	ID      string `json:"id"`
	Task    string `json:"task"`
	Version string `json:"version,omitempty"`
	Action  string `json:"action"`
	By      Actor  `json:"by"`
	Comment string `json:"comment,omitempty"`
	// Fields are the values of the action's fields, by name; the comment may stand here or in Comment.
	// A field that has a value to begin with and isn't there is left as it is; to empty it, name it with "".
	Fields map[string]string `json:"fields,omitempty"`
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
	// Field is the name of the action's field that a refusal is about, where its text begins with that field's label; "" for
	// the answer as a whole.
	Field string `json:"field,omitempty"`
}

// Outcome is how a task ended.
type Outcome struct {
	Action string `json:"action"`
	// Decision is the ID of the [Decision] that counted; "" where it had none.
	Decision string `json:"decision,omitempty"`
	// By is who answered: a candidate, or [ThePolicy].
	By      policy.Person     `json:"by"`
	Version string            `json:"version,omitempty"`
	Comment string            `json:"comment,omitempty"`
	Fields  map[string]string `json:"fields,omitempty"`
	Opened  time.Time         `json:"opened"`
	At      time.Time         `json:"at"`
	// Took is the wall time between the two, and Paused how much of it the clocks stood still.
	Took   policy.Duration `json:"took"`
	Paused policy.Duration `json:"paused,omitzero"`
	// Story is what happened in between, in order.
	Story []Happening `json:"story,omitempty"`
}

// ThePolicy is who acts where a ladder answers a task by itself.
var ThePolicy = policy.Person{ID: "policy", Name: "the policy"}

// Happened reports whether something of this kind is part of the outcome's story.
func (o Outcome) Happened(what What) bool {
	for _, h := range o.Story {
		if h.What == what {
			return true
		}
	}
	return false
}

// What is a kind of [Happening].
type What string

// The kinds.
const (
	Reminded   What = "reminded"
	Reassigned What = "reassigned"
	Escalated  What = "escalated"
	Covered    What = "covered"  // the holder is away, and somebody stands in
	Replaced   What = "replaced" // the holder has left, and somebody takes their place
	HandedOver What = "handed over"
	Claimed    What = "claimed"
	Released   What = "released"
	Paused     What = "paused"
	Resumed    What = "resumed"
	Extended   What = "extended"
	Noted      What = "noted" // something that the holder was told: see [Desk.Tell]
)

// Happening is something that befell a task while it waited.
type Happening struct {
	What What      `json:"what"`
	At   time.Time `json:"at"`
	// From and To are whom it went from and to, where it went anywhere.
	From policy.Person `json:"from,omitzero"`
	To   policy.Person `json:"to,omitzero"`
	// Note says what was out of the ordinary ("nobody is above Grace Chen"), or the reason that somebody gave.
	Note string `json:"note,omitempty"`
}

// View is a task as it is listed.
type View struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	// Text and Facts are what stands beside the title; the facts are as they are now.
	Text    string       `json:"text,omitempty"`
	Facts   []slack.Fact `json:"facts,omitempty"`
	Version string       `json:"version,omitempty"`
	// Actions are the answers that it takes. Once it has ended they are there for their labels only, without the values that
	// their fields had.
	Actions []Action `json:"actions"`
	// Holder is who is expected to answer, the zero Person for a group's task that nobody has claimed; Candidates are all
	// who may answer.
	Holder     policy.Person   `json:"holder,omitzero"`
	Candidates []policy.Person `json:"candidates"`
	Opened     time.Time       `json:"opened"`
	// Since is when the holder got it.
	Since time.Time `json:"since"`
	// Due is when the task is late: the first escalation of its ladder, else its last rung. Zero without a ladder, and
	// while the task is paused.
	Due      time.Time `json:"due,omitzero"`
	Breached bool      `json:"breached"`
	// PausedSince is when it was paused; zero while its clocks run. Paused is for how long in all, before that.
	PausedSince time.Time       `json:"paused_since,omitzero"`
	Paused      policy.Duration `json:"paused,omitzero"`
	// Next is what the ladder does next, and when; nil at the top and while paused.
	Next *NextRung `json:"next,omitempty"`
	// Story is what has happened to it.
	Story []Happening `json:"story,omitempty"`
	// Outcome is how it ended; nil while it is open, and where it was withdrawn.
	Outcome *Outcome `json:"outcome,omitempty"`
	// Withdrawn says that and why nobody is asked any more: "Withdrawn: there is a newer version."; "" where it wasn't.
	Withdrawn string `json:"withdrawn,omitempty"`
}

// Open reports whether the task waits for its answer.
func (v View) Open() bool { return v.Outcome == nil && v.Withdrawn == "" }

// Done says what was decided ("Contact made"); "" where nothing was.
func (v View) Done() string {
	if v.Outcome == nil {
		return ""
	}
	for _, a := range v.Actions {
		if a.Name == v.Outcome.Action {
			return a.Done
		}
	}
	return v.Outcome.Action
}

// NextRung is the rung that a task reaches next.
type NextRung struct {
	Do policy.Move `json:"do"`
	At time.Time   `json:"at"`
}
