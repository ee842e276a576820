package email

import (
	"context"
	"net/http"

	"github.com/throughline-dev/throughline/activities/effect"
)

// Options say how mail is sent.
type Options struct {
	// URL is the API's address; "" for SendGrid's own, https://api.sendgrid.com.
	URL string
	// Key is the API key.
	Key string
	// From is the sender of a message that names none.
	From Address
	// Templates is a directory whose NAME.html and NAME.txt replace or add to the built-in ones; "" for none.
	Templates string
	// NoLookup turns off the look-up before a repeat.
	NoLookup bool
	// HTTP sends the requests; nil for a client of its own from rest.NewHTTPClient.
	HTTP *http.Client
}

// Activities are what Throughline does by e-mail.
type Activities struct{}

// New makes the activities.
func New(o Options) (*Activities, error) { return &Activities{}, nil }

// SendEmail sends a message.
func (a *Activities) SendEmail(ctx context.Context, key effect.Key, m Message) (Sent, error) {
	panic("being written")
}
