// Package link makes the links by which somebody without Slack does their part: to a page that shows a task, and to a document.
// A link is signed, names whom it is for, and expires; whoever holds it may use it, so it goes to nobody else.
package link

import "time"

// Task is what a link to a task's page says.
type Task struct {
	Workflow string `json:"w"`
	Task     string `json:"t"`
	// Version is the version of the task's subject that the link was made for.
	Version string `json:"v,omitempty"`
	// Person is the handbook ID of who may answer by it.
	Person  string    `json:"p"`
	Expires time.Time `json:"e"`
}

// Document is what a link to a document says.
type Document struct {
	// Digest is that of the bytes, in hexadecimal; Kind is "pdf" or "html".
	Digest string `json:"d"`
	Kind   string `json:"k"`
	// Name is what a browser calls the file: "P-7QX4M2KD-v2.pdf".
	Name    string    `json:"n"`
	Expires time.Time `json:"e"`
}
