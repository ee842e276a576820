package lead

import "time"

// The facts that reach a lead from outside, as signals. One that comes before the lead gets there is kept.
const (
	// SignalContact carries a [Contact]: somebody has made contact.
	SignalContact = "contact"
	// SignalUndelivered carries an [Undelivered]: an e-mail didn't arrive.
	SignalUndelivered = "undelivered"
	// SignalMerged carries a [Merged]: the CRM's record of the contact is another one now.
	SignalMerged = "merged"
)

// How is how contact was made.
type How string

// The ways.
const (
	// Replied: the lead has answered our e-mail.
	Replied How = "replied"
	// Wrote: one of ours has written to the lead, with the reply address among the recipients.
	Wrote How = "wrote"
	// Logged: the CRM has a call, a meeting or an e-mail with the contact.
	Logged How = "logged"
	// AutoReplied: the lead's mailbox has answered by itself (out of office). That is no contact; the rep is told.
	AutoReplied How = "auto-replied"
)

// Contact is news of a contact with the lead, as a system saw it.
type Contact struct {
	// ID tells one from another: a second delivery is recognised by it.
	ID  string    `json:"id"`
	How How       `json:"how"`
	At  time.Time `json:"at"`
	// Person is the ID of who of ours wrote; only where How is [Wrote].
	Person string `json:"person,omitempty"`
	// Text is what was written, in plain text and cut off at [MaxMessage] characters; may be empty.
	Text string `json:"text,omitempty"`
}

// Undelivered is news of an e-mail that didn't arrive.
type Undelivered struct {
	ID string `json:"id"` // as in [Contact]
	// Step is the name of the step that sent it.
	Step string `json:"step"`
	// What is what became of it, in the vendor's word: "bounce", "dropped", "spamreport".
	What string `json:"what"`
	// Reason is what the vendor or the receiving server said; may be empty.
	Reason string    `json:"reason,omitempty"`
	At     time.Time `json:"at"`
}

// Merged is news that the CRM has merged the contact's record into another.
type Merged struct {
	ID string `json:"id"` // as in [Contact]
	// From are the IDs of the records that are no more, and To that of the one which took them in.
	From []string `json:"from"`
	To   string   `json:"to"`
}
