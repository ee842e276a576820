package email

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	netmail "net/mail"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/link"
	"github.com/throughline-dev/throughline/activities/rest"
)

// Options say how mail is sent.
type Options struct {
	// URL is the API's address; "" for SendGrid's own, https://api.sendgrid.com (https://api.eu.sendgrid.com for an account
	// in the European Union).
	URL string
	// Key is the API key ("SG.…"). It needs the permission to send mail and, unless NoLookup is set, to read e-mail activity.
	Key string
	// From is the sender of a message that names none; SendGrid must have verified it.
	From Address
	// Templates is a directory whose NAME.html and NAME.txt replace the built-in ones of that name, or add to them; "" for the
	// built-in ones only.
	Templates string
	// NoLookup turns off the look-up before a message is sent that may have been sent before.
	//
	// The look-up asks SendGrid's Email Activity API, which is a paid add-on of the account, and holds nothing of European
	// subusers. With it, a message whose sending was cut off half-way goes out once. Without it such a message is sent again:
	// a duplicate is then possible, a message that is never sent is not. An account that lacks the add-on and leaves the
	// look-up on gets a final fault in such a case, and operations decide.
	NoLookup bool
	// Settle is how long SendGrid may take until a message that it took shows in its activity; 0 for one minute. A sending
	// that was cut off half-way is tried again no sooner, since the look-up would find nothing yet. It has no meaning with
	// NoLookup.
	Settle time.Duration
	// ReplyHost is the host whose mail SendGrid's Inbound Parse hands to the starter ("reply.example.com"); "" for none, and
	// then nobody but the recipient hears of an answer.
	ReplyHost string
	// Links signs the links to tasks' pages; nil for messages without such links.
	Links *link.Signer
	// HTTP sends the requests; nil for a client of its own from rest.NewHTTPClient.
	HTTP *http.Client
}

// Activities are what Throughline does by e-mail. They are safe for concurrent use.
type Activities struct {
	options   Options
	templates *Templates
	api       *rest.Client
}

// New makes the activities. It reads and checks all templates, so that a broken one is found here and not when somebody should
// get mail; the error names every mistake with its file.
func New(o Options) (*Activities, error) {
	o.URL = strings.TrimSuffix(cmp.Or(o.URL, "https://api.sendgrid.com"), "/")
	o.Settle = cmp.Or(o.Settle, time.Minute)
	if o.HTTP == nil {
		o.HTTP = rest.NewHTTPClient()
	}
	templates, err := LoadTemplates(o.Templates)
	if a, parse := netmail.ParseAddress(o.From.Email); parse != nil || a.Address != o.From.Email {
		err = errors.Join(fmt.Errorf("the sender's address %q is no e-mail address: write it like hello@example.com", o.From.Email), err)
	}
	if err != nil {
		return nil, err
	}
	return &Activities{options: o, templates: templates, api: &rest.Client{
		System: system, URL: o.URL, HTTP: o.HTTP, Authorise: rest.Bearer(o.Key), Describe: describe,
	}}, nil
}

// SendEmail sends a message from its template. One effect is one message: where an earlier attempt may have sent it, SendGrid
// is asked first; see [Options.NoLookup] for the limits of that.
//
// A template that isn't there, data that it misses, and whatever SendGrid refuses are final faults.
func (a *Activities) SendEmail(ctx context.Context, key effect.Key, m Message) (Sent, error) {
	if m.From.Email == "" {
		m.From = a.options.From
	}
	if m.To.Email == "" {
		return Sent{}, fault.Final(system, "invalid_message", "the message is to nobody").Err()
	}
	answers, err := a.options.answersGoTo(m)
	if err != nil {
		return Sent{}, err
	}
	data, err := a.options.linked(m)
	if err != nil {
		return Sent{}, err
	}
	content, err := a.templates.render(m.Template, data)
	if err != nil {
		return Sent{}, fault.Final(system, "invalid_message", err.Error()).Err()
	}
	sent := Sent{MessageID: messageID(key, m.From.Email)}
	if !a.options.NoLookup && key.MayHaveHappened(ctx) {
		if sent.Before, err = a.wasSent(ctx, key); err != nil || sent.Before {
			return sent, err
		}
	}
	return sent, a.send(ctx, key, m, answers, content, sent.MessageID)
}
