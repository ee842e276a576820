// Package email sends Throughline's e-mails through SendGrid, from templates that an operator can replace.
//
// SendGrid doesn't recognise a message that is sent twice, so each carries its effect's key as a custom argument and in its
// Message-ID, and a send that may have happened before looks the mark up in SendGrid's e-mail activity first.
package email

// Address is somebody's mailbox.
type Address struct {
	Name  string `json:"name,omitempty"`
	Email string `json:"email"`
}

// Message is an e-mail to send.
type Message struct {
	To Address `json:"to"`
	// From is who it is from; the zero value is the configured sender.
	From Address `json:"from,omitzero"`
	// ReplyTo is where an answer goes; the zero value is From.
	ReplyTo Address `json:"reply_to,omitzero"`
	// Case is the ID of the workflow that wants to hear of an answer: its own address at the reply host (see [Options]) stands
	// beside ReplyTo. "" for a message whose answers are nobody's business but the recipient's.
	Case string `json:"case,omitempty"`
	// Task is the task that the message is about; nil for none. Where links can be signed (see [Options]), the template gets one
	// to the task's page as {{.link}}, good until {{.link_until}}.
	Task *TaskRef `json:"task,omitempty"`
	// Template names the pair of templates (NAME.html, NAME.txt; the subject is the text's first line).
	Template string `json:"template"`
	// Data is what the template can use, as {{.key}}.
	Data map[string]string `json:"data,omitempty"`
}

// TaskRef says which task of which workflow a message is about, which version of its subject, and who may answer: the person to
// whom the message goes.
type TaskRef struct {
	Workflow string `json:"workflow"`
	Task     string `json:"task"`
	Version  string `json:"version,omitempty"`
	Person   string `json:"person"` // ID in the handbook
}

// Sent is what became of a message.
type Sent struct {
	// MessageID is the Message-ID header, without angle brackets.
	MessageID string `json:"message_id"`
	// Before is true where an earlier attempt had sent it, and this one only found that out.
	Before bool `json:"before,omitempty"`
}
