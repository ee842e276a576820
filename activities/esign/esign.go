// Package esign has documents signed by Dropbox Sign.
//
// What Dropbox Sign takes, answers and posts is described at https://developers.hellosign.com/api/reference.
package esign

import "time"

// Request asks for a signature. The bytes of the document are read from the store of package document by their digest, so
// that exactly those are sent that were approved.
type Request struct {
	// Digest is the SHA-256 of the PDF, in hexadecimal, and Number and Version what people call it by.
	Digest  string `json:"digest"`
	Number  string `json:"number"`
	Version int    `json:"version"`
	// Title is the document's, and the subject of the e-mail that the signer gets: up to 255 characters.
	Title string `json:"title"`
	// Message is the e-mail's text, up to 5000 characters; may be empty.
	Message string `json:"message,omitempty"`
	Signer  Signer `json:"signer"`
	// Expires is when it can't be signed any more; the zero value is never.
	//
	// Dropbox Sign knows only full hours, from one day ahead up to 90. What lies within is told to it, rounded up to the
	// hour; what lies outside only the caller knows, who then recalls the request when it is time. So does the caller in
	// any case who must be exact to the minute.
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
	// Undeliverable: the signer can't get it, because the address takes no mail or Dropbox Sign could make nothing of the
	// document; the Reason says which.
	Undeliverable State = "undeliverable"
	Expired       State = "expired"
	// Recalled: we have taken it back.
	Recalled State = "recalled"
)

// Status is where a request stands, and since when.
type Status struct {
	ID    string    `json:"id"`
	State State     `json:"state"`
	At    time.Time `json:"at,omitzero"` // zero where Dropbox Sign doesn't tell
	// Reason is what the signer said in declining, or what went wrong; may be empty.
	Reason string `json:"reason,omitempty"`
}

// Reference names a request of ours.
type Reference struct {
	ID    string `json:"id"`
	Email string `json:"email,omitempty"` // the signer's, for a reminder
}

// Reminded is what became of a reminder.
type Reminded struct {
	// Sent is whether Dropbox Sign has sent one now. It sends no second one within an hour, and none where there is nothing
	// left to sign; neither is a fault.
	Sent bool `json:"sent"`
	// State is where the signature stands, as far as it was looked up: where nothing was sent.
	State State `json:"state,omitempty"`
}

// Event is what Dropbox Sign tells by a callback.
type Event struct {
	// Type is Dropbox Sign's name of it: "signature_request_viewed".
	Type string
	// Status is what it says of the request. Its State is empty where the event tells nothing that matters here, which is so
	// for every type that isn't known: such an event is taken and passed over. The same event may come several times, and
	// events may come in any order.
	Status Status
	// Key is the ID of the effect that asked for the signature, "<workflow ID>/<step name>"; "" for requests that aren't
	// ours.
	Key string
}
