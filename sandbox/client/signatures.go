package client

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// Signature is a signature request at Dropbox Sign.
type Signature struct {
	ID string `json:"id"`
	// Key is the key of the effect that asked for it.
	Key      string  `json:"key,omitempty"`
	Title    string  `json:"title"`
	Message  string  `json:"message,omitempty"`
	Signer   Address `json:"signer"`
	FileName string  `json:"file_name"`
	Digest   string  `json:"digest"` // the PDF's SHA-256, in hexadecimal
	Size     int     `json:"size"`   // the PDF's, in bytes
	Test     bool    `json:"test,omitempty"`
	// Declinable is whether the signer has the choice to decline.
	Declinable bool `json:"declinable,omitempty"`
	// State is one of the Signature constants.
	State string `json:"state"`
	// Reason is what the signer said in declining.
	Reason string `json:"reason,omitempty"`
	// Reminders is how many have been sent.
	Reminders int       `json:"reminders,omitempty"`
	Created   time.Time `json:"created"`
	Expires   time.Time `json:"expires,omitzero"`
	Viewed    time.Time `json:"viewed,omitzero"`
	Signed    time.Time `json:"signed,omitzero"`
}

// The states of a signature request.
const (
	SignatureWaiting  = "waiting"
	SignatureViewed   = "viewed"
	SignatureBounced  = "bounced" // and can still be signed
	SignatureSigned   = "signed"
	SignatureDeclined = "declined"
	SignatureExpired  = "expired"
	SignatureRecalled = "recalled"
)

// What can be done with a signature request that is open, where nothing else is said.
const (
	SignatureView    = "view"
	SignatureSign    = "sign"
	SignatureDecline = "decline"
	SignatureBounce  = "bounce" // the e-mail comes back
	SignatureExpire  = "expire" // its time is up at once
	// SignatureRepeat has Dropbox Sign post once more what it has posted of the request since the sandbox was started, as it does
	// where answers were lost; also when the request is over.
	SignatureRepeat = "repeat"
)

// SignatureAct is something that the signer does, or that happens to a signature request.
type SignatureAct struct {
	Do     string `json:"do"`               // one of the constants above
	Reason string `json:"reason,omitempty"` // for declining, and for what comes back
}

// Signatures are the signature requests of a case, or with "" all, oldest first.
func (c *Client) Signatures(ctx context.Context, caseID string) (list []Signature, err error) {
	return list, c.do(ctx, http.MethodGet, "/signatures", url.Values{"case": {caseID}}, nil, &list)
}

// Act has the signer do something with a request, or the world to it, and returns what it is then. It fails where that can't be
// done, because the request is signed, declined, expired or recalled.
func (c *Client) Act(ctx context.Context, id string, a SignatureAct) (acted Signature, err error) {
	return acted, c.do(ctx, http.MethodPost, "/signatures/"+url.PathEscape(id), nil, a, &acted)
}
