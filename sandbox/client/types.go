// Package client drives a sandbox from a test or from the unattended demo: it sees what people see, clicks what they click,
// orders faults, and counts what has happened in the outside world.
package client

import (
	"encoding/json"
	"strings"
	"time"
)

// Effect is something that has happened in the outside world, counted: two messages in a channel, two e-mails in a mailbox
// and two notes on a contact each have a Count of 2, however many requests it took.
type Effect struct {
	// System is "slack", "sendgrid", "hubspot", "dropboxsign", "asana", "stripe" or "shopify".
	System string `json:"system"`
	// Operation says what happened: "message", "ephemeral" or "update" in Slack, "email" at SendGrid, "contact", "company",
	// "note" or "ticket" in HubSpot, "signature_request" or "reminder" at Dropbox Sign, "project" or "task" in Asana, "customer", "invoice",
	// "invoice_email" or "refund" in Stripe, "return", "refund", "exchange" or "stock" in Shopify. An "update" changes what is there and is no effect of its own; see Repeatable.
	Operation string `json:"operation"`
	// Key is the effect's key, "<workflow ID>/<step name>". A contact's or customer's is its e-mail address and a company's its domain, as
	// far as it has one. Those of a return, an exchange and a change of stock in Shopify begin with the return's number ("R-7QX4M2KD/return"),
	// which counts as a case.
	Key string `json:"key"`
	// Count is how many there are. For a contact or a company it is how many records share the address or the domain.
	Count int `json:"count"`
	// Repeatable is true where a Count above 1 is no duplicate.
	Repeatable bool `json:"repeatable,omitempty"`
	// Records are the vendor's IDs of what Count counts; for a Slack message "<channel>/<ts>".
	Records []string `json:"records"`
}

// Message is a message in Slack.
type Message struct {
	Channel string `json:"channel"`
	TS      string `json:"ts"`
	// ThreadTS is the message whose thread this one is in; "" for a message outside of any thread.
	ThreadTS string `json:"thread_ts,omitempty"`
	// User is who wrote it: the app's own user.
	User string `json:"user"`
	// Only is the one person who sees it; "" for a message that everybody in the channel sees.
	Only   string          `json:"only,omitempty"`
	Text   string          `json:"text"`
	Blocks json.RawMessage `json:"blocks,omitempty"`
	// Buttons are those that can be clicked now.
	Buttons []Button `json:"buttons,omitempty"`
	// Key is the key of the effect that posted it; "" where the message carries none.
	Key    string    `json:"key,omitempty"`
	Posted time.Time `json:"posted"`
	// Edits is how often the message was changed, and Edited when that was last.
	Edits  int       `json:"edits,omitempty"`
	Edited time.Time `json:"edited,omitzero"`
	// Replies are the thread's messages, oldest first.
	Replies []Message `json:"replies,omitempty"`
}

// Button is one on a Slack message.
type Button struct {
	ActionID string `json:"action_id"`
	BlockID  string `json:"block_id"`
	Text     string `json:"text"`
	Value    string `json:"value,omitempty"`
	Style    string `json:"style,omitempty"`
	// Confirm is what Slack asks before the click counts; nil for nothing.
	Confirm *Confirm `json:"confirm,omitempty"`
}

// Confirm is the question before a click.
type Confirm struct {
	Title   string `json:"title"`
	Text    string `json:"text"`
	Confirm string `json:"confirm"`
	Deny    string `json:"deny"`
	Style   string `json:"style,omitempty"`
}

// Click is somebody clicking a button in Slack. The question of its confirm dialog counts as answered with yes.
type Click struct {
	User     string `json:"user"` // Slack user ID
	Channel  string `json:"channel"`
	TS       string `json:"ts"`
	ActionID string `json:"action_id"`
}

// Clicked is what Slack's user sees of a click.
type Clicked struct {
	// OK is whether the app took the click, within Slack's three seconds.
	OK bool `json:"ok"`
	// Warning is what Slack shows where it didn't: "Operation timed out. …".
	Warning string `json:"warning,omitempty"`
	// Status is the app's HTTP status; 0 where there was no answer.
	Status int `json:"status,omitempty"`
	// View is the ID of the dialog that the app opened before it answered; "" for none. See [Submission].
	View string `json:"view,omitempty"`
}

// Dialog is what somebody sees of a dialog that they have open.
type Dialog struct {
	Title string `json:"title"`
	// Ready is whether it can be sent. One that the app still fills in can't.
	Ready bool `json:"ready"`
	// Values are what its inputs hold to begin with, by their block IDs. A [Submission] leaves nothing as it was by itself: what
	// isn't sent along counts as emptied.
	Values map[string]string `json:"values"`
}

// Submission is somebody sending a dialog that they have open.
type Submission struct {
	User string `json:"user"` // Slack user ID
	View string `json:"view"` // the dialog's ID
	// Values are what they filled in, by the block IDs of the inputs: what was typed, or the value of what was chosen.
	Values map[string]string `json:"values"`
}

// Submitted is what Slack's user sees of a dialog that they sent.
type Submitted struct {
	// OK is whether the app took it, within Slack's three seconds; it may still have found Errors.
	OK bool `json:"ok"`
	// Warning is what Slack shows in the dialog where the app didn't.
	Warning string `json:"warning,omitempty"`
	// Errors are what is shown under the inputs, by their block IDs: Slack's own, and then Status is 0, or the app's.
	Errors map[string]string `json:"errors,omitempty"`
	// Status is the app's HTTP status; 0 where it wasn't asked or gave no answer.
	Status int `json:"status,omitempty"`
	// View is the dialog's ID while it is open; "" once it is closed.
	View string `json:"view,omitempty"`
}

// Email is an e-mail in somebody's mailbox.
type Email struct {
	ID string `json:"id"` // SendGrid's message ID
	// MessageID is the header Message-ID, without angle brackets.
	MessageID string  `json:"message_id"`
	To        Address `json:"to"`
	From      Address `json:"from"`
	ReplyTo   Address `json:"reply_to,omitzero"`
	// ReplyToList is where answers go instead, where they go to several.
	ReplyToList []Address `json:"reply_to_list,omitempty"`
	// InReplyTo is the Message-ID of the e-mail that this one answers; "" for one that was sent through SendGrid.
	InReplyTo string            `json:"in_reply_to,omitempty"`
	Subject   string            `json:"subject"`
	Text      string            `json:"text,omitempty"`
	HTML      string            `json:"html,omitempty"`
	Headers   map[string]string `json:"headers,omitempty"`
	// Args are the message's custom arguments, Key among them as "throughline_key".
	Args map[string]string `json:"custom_args,omitempty"`
	Key  string            `json:"key,omitempty"`
	Sent time.Time         `json:"sent"`
	// Event is what became of it, [Bounced] or another of these, and Reason why; "" where it simply arrived.
	Event  string `json:"event,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// Address is a mailbox.
type Address struct {
	Name  string `json:"name,omitempty"`
	Email string `json:"email"`
}

// String is the mailbox as it stands in an e-mail's head: "Ada Byron" <ada@example.com>.
func (a Address) String() string {
	if a.Name == "" {
		return a.Email
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(a.Name) + `" <` + a.Email + ">"
}

// What may become of an e-mail, by the names that SendGrid's event webhook has for it.
const (
	Bounced      = "bounce"     // it came back
	Dropped      = "dropped"    // SendGrid didn't even try
	ReportedSpam = "spamreport" // it arrived, and was reported as spam
)

// Bounce is what becomes of e-mails to an address.
type Bounce struct {
	Address string `json:"address,omitempty"`
	// Event is [Bounced], [Dropped] or [ReportedSpam]; "" has them arrive again.
	Event  string `json:"event"`
	Reason string `json:"reason,omitempty"` // "" is the usual one
}

// Reply is somebody's answer to an e-mail.
type Reply struct {
	Email string `json:"email"` // the ID of the e-mail that is answered
	// From is the address of who answers; "" is whom the e-mail was to.
	From string `json:"from,omitempty"`
	Text string `json:"text"`
	// Automatic is an answer that a program gives: "I'm on holiday until Monday."
	Automatic bool `json:"automatic,omitempty"`
}

// Record is a record in the CRM.
type Record struct {
	Type       string            `json:"type"` // "contacts", "companies", "deals", "line_items", "tickets", "notes", "calls" or "meetings"
	ID         string            `json:"id"`
	Properties map[string]string `json:"properties"`
	Created    time.Time         `json:"created"`
	Updated    time.Time         `json:"updated"`
	// History is what the properties that have changed since the record was made were and became, oldest first.
	History map[string][]Value `json:"history,omitempty"`
	// Associated are the IDs of the records that it is associated with, by their type.
	Associated map[string][]string `json:"associated,omitempty"`
	// Labels are those of its associations, by the other records' IDs, as far as they have one: "Signer".
	Labels map[string]string `json:"labels,omitempty"`
}

// Value is what a property of a record was from a time on; "" for none.
type Value struct {
	Value string    `json:"value"`
	At    time.Time `json:"at"`
}

// Activity is a call or a meeting that somebody of ours logs in the CRM.
type Activity struct {
	Contact string `json:"contact"` // the contact's ID
	Kind    string `json:"kind"`    // "call" or "meeting"
	// By is the CRM's owner ID of who had it; "" for somebody without one.
	By   string `json:"by,omitempty"`
	Text string `json:"text,omitempty"`
	// At is when that was; the zero value is now.
	At time.Time `json:"at,omitzero"`
}

// The kinds of faults.
const (
	Throttled    = "throttled"    // refused with 429 and a Retry-After, nothing happens
	Broken       = "broken"       // refused with 500, nothing happens
	Unauthorized = "unauthorized" // refused as with a wrong token, nothing happens
	Timeout      = "timeout"      // no answer for a time, then the connection is cut; nothing happens
	LostReply    = "lost_reply"   // the request does what it asks for, then as Timeout
	Garbage      = "garbage"      // the request does what it asks for, then 200 with a body that nobody can read
	Slow         = "slow"         // the request does what it asks for and is answered, after a time
)

// Fault is an order that a vendor should fail.
type Fault struct {
	ID string `json:"id,omitempty"` // given by the sandbox
	// System is "slack", "sendgrid", "hubspot", "pdl", "dropboxsign", "asana" or "stripe"; "" is all of them.
	System string `json:"system,omitempty"`
	// Path is what the request's path below the vendor's base path must match: "chat.postMessage", "v3/mail/send",
	// "crm/v3/objects/*/batch/upsert". A star stands for anything within a segment, two for anything; "" is every path.
	Path string `json:"path,omitempty"`
	// Match is a text that must occur in the request, in its query or its decoded body: an effect's key, somebody's address;
	// "" is any request.
	Match string `json:"match,omitempty"`
	// Kind is one of the kinds above.
	Kind string `json:"kind"`
	// For is how long a Timeout or a LostReply keeps the caller waiting and what a Slow one takes, as time.ParseDuration has
	// it. "" is 30s; "0s" cuts the connection at once.
	For string `json:"for,omitempty"`
	// RetryAfter is what a Throttled answer asks for, in seconds; 0 is 1.
	RetryAfter int `json:"retry_after,omitempty"`
	// Count is how many requests are still to fail; 0 in an order means until the fault is cleared.
	Count int `json:"count,omitempty"`
	// Hits is how many have failed so far.
	Hits int `json:"hits"`
}
