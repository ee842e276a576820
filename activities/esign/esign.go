// Package esign has documents signed by Dropbox Sign.
package esign

import "time"

// Request asks for a signature. The bytes of the document are read from the store of package document by their digest, so
// that exactly those are sent that were approved.
type Request struct {
	// Digest is the SHA-256 of the PDF, in hexadecimal, and Number and Version what people call it by.
	Digest  string `json:"digest"`
	Number  string `json:"number"`
	Version int    `json:"version"`
	Title   string `json:"title"`
	Message string `json:"message,omitempty"`
	Signer  Signer `json:"signer"`
	// Expires is when it can't be signed any more.
	Expires time.Time `json:"expires"`
}

// Signer is who signs.
type Signer struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

// Requested is a signature that was asked for.
type Requested struct {
	// ID is Dropbox Sign's ID of the request.
	ID string `json:"id"`
	// URL is where its state can be looked at in Dropbox Sign; may be empty.
	URL string `json:"url,omitempty"`
	// Before is true where an earlier attempt had asked for it, and this one only found that out.
	Before bool `json:"before,omitempty"`
}

// State is where a signature stands.
type State string

// The states.
const (
	Waiting  State = "waiting"
	Viewed   State = "viewed"
	Signed   State = "signed"
	Declined State = "declined"
	// Undeliverable: the signer's address takes no mail.
	Undeliverable State = "undeliverable"
	Expired       State = "expired"
	// Recalled: we have taken it back.
	Recalled State = "recalled"
)

// Status is where a request stands, and since when.
type Status struct {
	ID    string    `json:"id"`
	State State     `json:"state"`
	At    time.Time `json:"at,omitzero"`
	// Reason is what the signer said in declining, or what went wrong; may be empty.
	Reason string `json:"reason,omitempty"`
}

// Reference names a request of ours.
type Reference struct {
	ID    string `json:"id"`
	Email string `json:"email,omitempty"` // the signer's, for a reminder
}
