package sandbox

import (
	"cmp"

	"github.com/throughline-dev/throughline/sandbox/internal/sendgrid"
)

// PublicKeys are the keys that the signatures of what SendGrid posts are checked by, as SendGrid shows them ("MFkw…").
type PublicKeys struct {
	Events  string // the event webhook's
	Replies string // Inbound Parse's
}

// Keys are the public keys of the account with that API key; "" is the default one. They follow from the API key alone, so
// that they can be put into a configuration before there is a sandbox.
func Keys(sendGridKey string) PublicKeys {
	sendGridKey = cmp.Or(sendGridKey, DefaultSendGridKey)
	return PublicKeys{
		Events:  sendgrid.PublicKey(sendGridKey, sendgrid.EventWebhook),
		Replies: sendgrid.PublicKey(sendGridKey, sendgrid.InboundParse),
	}
}
