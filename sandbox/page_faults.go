package sandbox

import (
	"net/http"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/sandbox/internal/faults"
)

// faultKinds say what each kind of fault does.
var faultKinds = []struct{ Kind, Name, Does string }{
	{client.Throttled, "Too many requests", "429 with Retry-After; nothing happens"},
	{client.Broken, "Server error", "500; nothing happens"},
	{client.Unauthorized, "Wrong token", "refused as with a revoked key; nothing happens"},
	{client.Timeout, "No answer", "the caller waits, then the connection is cut; nothing happens"},
	{client.LostReply, "Lost reply", "it happens, but the answer never arrives"},
	{client.Garbage, "Garbage", "it happens, but the answer can't be read"},
	{client.Slow, "Slow", "it happens at once, and is answered after a time"},
}

// faultPresets fill the order form.
var faultPresets = []struct {
	Name  string
	Fault client.Fault
}{
	{"Slack is down", client.Fault{System: "slack", Kind: client.Broken}},
	{"Slack says: slow down", client.Fault{System: "slack", Kind: client.Throttled, RetryAfter: 5, Count: 3}},
	{"SendGrid's next reply is lost", client.Fault{System: "sendgrid", Path: "v3/mail/send", Kind: client.LostReply, For: "1s", Count: 1}},
	{"HubSpot's token is revoked", client.Fault{System: "hubspot", Kind: client.Unauthorized}},
	{"HubSpot answers garbage twice", client.Fault{System: "hubspot", Kind: client.Garbage, Count: 2}},
	{"The shop loses its reply to a refund", client.Fault{System: "shopify", Match: "refundCreate", Kind: client.LostReply, For: "1s", Count: 1}},
	{"Enrichment takes a minute", client.Fault{System: "pdl", Kind: client.Slow, For: "1m"}},
}

// faultsPage orders faults.
func (s *Sandbox) faultsPage(*http.Request) (string, any) {
	return "Faults", struct {
		Orders  []client.Fault
		Systems []string
		Kinds   any
		Presets any
		Bounces []client.Bounce
		Fates   []mailFate
	}{s.faults.List(), faults.Systems, faultKinds, faultPresets, s.mail.Bounces(), mailFates}
}
