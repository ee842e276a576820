package esign

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	netmail "net/mail"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/rest"
)

// Documents is where the bytes to be signed are kept; the store of package document is one.
type Documents interface {
	// Open reads a document by its SHA-256, in hexadecimal. One that isn't there is [fs.ErrNotExist].
	Open(digest string) ([]byte, error)
}

// Options say which Dropbox Sign account asks for signatures.
type Options struct {
	// URL is the API's address; "" for Dropbox Sign's own, https://api.hellosign.com/v3.
	URL string
	// Key is the account's primary API key, which callbacks are signed with too.
	Key string
	// Client is the ID of an API app, whose branding and callback URL then apply; "" for the account's own.
	Client string
	// Test asks for signatures in Dropbox Sign's test mode: free of charge, marked as such on every page, and not binding.
	Test bool
	// Settle is how long Dropbox Sign may take until a request that it took is found by its search; 0 for one minute ("there
	// may be a minor delay", https://developers.hellosign.com/api/reference/search). A request that was cut off half-way is
	// tried again no sooner, since the look-up would find nothing yet.
	Settle time.Duration
	// Documents has what is to be signed.
	Documents Documents
	// HTTP sends the requests; nil for a client of its own from rest.NewHTTPClient.
	HTTP *http.Client
}

// Activities are what Throughline does with Dropbox Sign. They are safe for concurrent use.
type Activities struct {
	options Options
	api     *rest.Client
}

// New makes the activities.
func New(o Options) *Activities {
	o.Settle = cmp.Or(o.Settle, time.Minute)
	return &Activities{options: o, api: client(o)}
}

// RequestSignature has Dropbox Sign ask the signer to sign the document, by e-mail. The document is read by its digest, and
// what was read is held against the digest once more before it goes out.
//
// Dropbox Sign can't recognise a repeat by itself, so the step is one to be run once. The request carries the effect's key in
// its metadata, by which it is looked up first where an earlier attempt may have made it (see [effect.Key.MayHaveHappened]).
// One that Dropbox Sign could make nothing of doesn't count, and is asked for anew. That the key was used for another document
// is a final fault: nobody is asked to sign anything but what was approved.
func (a *Activities) RequestSignature(ctx context.Context, key effect.Key, r Request) (Requested, error) {
	if err := check(r, time.Now()); err != nil {
		return Requested{}, err
	}
	if key.MayHaveHappened(ctx) {
		found, err := a.find(ctx, key, r)
		if err != nil || found.Before {
			return found, err
		}
	}
	pdf, err := a.read(r.Digest)
	if err != nil {
		return Requested{}, err
	}
	return a.send(ctx, key, r, pdf)
}

// check says what is wrong with a request.
func check(r Request, now time.Time) error {
	var field, problem string
	address, err := netmail.ParseAddress(r.Signer.Email)
	switch {
	case len(r.Digest) != hex.EncodedLen(sha256.Size):
		field, problem = "digest", "is no SHA-256 in hexadecimal"
	case strings.TrimSpace(r.Title) == "":
		field, problem = "title", "is missing"
	case utf8.RuneCountInString(r.Title) > maxTitle:
		field, problem = "title", fmt.Sprintf("has more than %d characters", maxTitle)
	case utf8.RuneCountInString(r.Message) > maxMessage:
		field, problem = "message", fmt.Sprintf("has more than %d characters", maxMessage)
	case strings.TrimSpace(r.Signer.Name) == "":
		field, problem = "signer.name", "is missing"
	case err != nil || address.Address != r.Signer.Email:
		field, problem = "signer.email", "is no e-mail address"
	case !r.Expires.IsZero() && !r.Expires.After(now):
		field, problem = "expires", "has passed: nobody could sign it any more"
	default:
		return nil
	}
	return fault.Final(system, "invalid_request", field+": "+problem).Err()
}

// read is the document, exactly.
func (a *Activities) read(digest string) ([]byte, error) {
	pdf, err := a.options.Documents.Open(digest)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Final("documents", "not_found", "the document "+digest+" is not in the store").Err()
	}
	if err != nil {
		return nil, fault.Unreachable("documents", "the document "+digest+" can't be read: "+err.Error()).Err()
	}
	if sum := sha256.Sum256(pdf); hex.EncodeToString(sum[:]) != strings.ToLower(digest) {
		return nil, fault.Final("documents", "changed", "the store has other bytes than were approved under "+digest).Err()
	}
	return pdf, nil
}
