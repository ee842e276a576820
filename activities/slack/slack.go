// Package slack shows Throughline's tasks to people in Slack: a card with buttons for a task, replies in its thread, private
// answers. It knows cards and people, not workflows.
//
// Slack doesn't recognise a message that is sent twice, so each carries its effect's key as message metadata, and a send that
// may have happened before looks the mark up first.
package slack

import "strings"

// Card is a task as somebody sees it in Slack. Every text in it is plain: the adapter escapes it.
type Card struct {
	// To is where the card goes: a channel ID ("C…") or, for a direct message, a user ID ("U…").
	To string `json:"to"`
	// Title is the card's headline; it is also what a notification shows.
	Title string `json:"title"`
	// Text is a paragraph or two below the title; may be empty.
	Text string `json:"text,omitempty"`
	// Facts are shown as label and value; a fact without a value is left out.
	Facts []Fact `json:"facts,omitempty"`
	// Buttons are the answers on offer; none on a card that can't be answered (any more).
	Buttons []Button `json:"buttons,omitempty"`
	// Status is the line at the bottom: who holds it and until when, or who decided what and when.
	Status string `json:"status,omitempty"`
	// Task is what a click on a button answers.
	Task TaskRef `json:"task"`
}

// Fact is one labelled value on a card.
type Fact struct {
	Label string `json:"label"`
	Value string `json:"value"`
	// Link makes the value a link to this address; "" for none.
	Link string `json:"link,omitempty"`
}

// Lines are facts as plain text, a line each, for an e-mail. What leads to a page has its address.
func Lines(facts []Fact) string {
	var lines []string
	for _, f := range facts {
		if f.Value == "" {
			continue
		}
		line := f.Label + ": " + f.Value
		if strings.HasPrefix(f.Link, "http") {
			line += ": " + f.Link
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// Button is one answer on offer.
type Button struct {
	// Action is the answer's name ("contacted").
	Action string `json:"action"`
	Label  string `json:"label"`
	// Style is "primary", "danger" or "" as Slack has it.
	Style string `json:"style,omitempty"`
	// Confirm, where not empty, is what Slack asks before the click counts. A button with Fields has their dialog instead.
	Confirm string `json:"confirm,omitempty"`
	// Fields are what a dialog asks for before the click counts; none for a button that counts at once.
	Fields []Field `json:"fields,omitempty"`
	// Prefilled says that some of the fields have a value to begin with. Values don't fit into a button, so whoever takes the
	// click asks for the fields as they are then: see [Dialogs.Begin].
	Prefilled bool `json:"prefilled,omitempty"`
}

// Field is one thing that a dialog asks for.
type Field struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	// Kind is one of the Field constants.
	Kind string `json:"kind"`
	// Choices are what a [FieldChoice] offers.
	Choices  []Choice `json:"choices,omitempty"`
	Hint     string   `json:"hint,omitempty"`
	Required bool     `json:"required,omitempty"`
	// Value is what the field holds to begin with, for somebody to change: a text, or the value of one of the choices. A button
	// carries none: see [Button.Prefilled].
	Value string `json:"value,omitempty"`
}

// The kinds of fields.
const (
	FieldText   = "text"   // a line
	FieldLong   = "long"   // some lines
	FieldChoice = "choice" // one of the choices
)

// Choice is one of the values that a field offers.
type Choice struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

// TaskRef says which task of which workflow a card is about, and which version of its subject the card shows.
type TaskRef struct {
	Workflow string `json:"w"`
	Task     string `json:"t"`
	Version  string `json:"v,omitempty"`
}

// Posted says where a message ended up.
type Posted struct {
	Channel string `json:"channel"` // the channel's ID, also for a direct message ("D…")
	TS      string `json:"ts"`      // Slack's ID of the message within the channel
}

// CardUpdate replaces a card that was posted.
type CardUpdate struct {
	At   Posted `json:"at"`
	Card Card   `json:"card"`
}

// Reply is a message in a card's thread.
type Reply struct {
	At   Posted `json:"at"`
	Text string `json:"text"`
	// Broadcast shows the reply in the channel too, so that it isn't missed.
	Broadcast bool `json:"broadcast,omitempty"`
}

// PrivateAnswer is a message that only one person sees.
type PrivateAnswer struct {
	Channel string `json:"channel"`
	User    string `json:"user"` // Slack user ID
	Text    string `json:"text"`
}
