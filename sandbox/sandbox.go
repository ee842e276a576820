package sandbox

import (
	"net/http"
	"time"
)

// The credentials that the sandbox takes where the [Options] name no others. They open nothing but a sandbox.
const (
	DefaultSlackToken         = "xoxb-sandbox"
	DefaultSlackSigningSecret = "sandbox-signing-secret"
	DefaultSendGridKey        = "SG.sandbox"
	DefaultHubSpotToken       = "pat-sandbox"
	DefaultPDLKey             = "pdl-sandbox"
)

// Person is somebody whom the vendors know: a user in Slack, an owner in the CRM.
type Person struct {
	ID       string // the person's handle, for the pages' addresses: "maria"
	Name     string // "Maria Lopez"
	Email    string
	Slack    string // Slack user ID ("U024BE7LH"); "" for somebody without Slack
	CRMOwner string // the CRM's owner ID ("101"); "" for somebody who owns no records
}

// Channel is a public Slack channel. Everybody is in it, and so is the app.
type Channel struct {
	ID   string // "C024BE91L"
	Name string // "sales-ops", without the #
}

// Options say what the outside world looks like. The zero value is a usable one without any people.
type Options struct {
	// Dir is the folder for the state, made when it isn't there; "" keeps the state in memory only.
	Dir string
	// Company is the name of the company whose website has the lead form; "" is Northwind Robotics.
	Company  string
	People   []Person
	Channels []Channel

	// InteractionsURL is where Slack's clicks are sent (the starter's /slack/interactions), and LeadURL where the website's
	// form is (the starter's /leads). Both can be set later: see [Sandbox.SetInteractionsURL] and [Sandbox.SetLeadURL].
	InteractionsURL string
	LeadURL         string
	// PublicURL is the address at which the starter reaches the sandbox, for the response_url of a click:
	// "http://sandbox:8090". "" takes the host that the click's own request came to.
	PublicURL string

	// The credentials that callers must show, and the secret that clicks are signed with; "" is the Default of each.
	SlackToken, SlackSigningSecret, SendGridKey, HubSpotToken, PDLKey string

	// Lag is how long it takes until a write can be found by HubSpot's search and in SendGrid's e-mail activity, which are
	// both eventually consistent at the vendors. 0 is at once.
	Lag time.Duration
	// EnrichDelay is how long People Data Labs takes for an answer. 0 is at once.
	EnrichDelay time.Duration
}

// Sandbox is the outside world on this machine. Make one with [New]; all methods are safe for concurrent use.
type Sandbox struct{}

// New makes a sandbox, with the state that an earlier one left in the same folder. It fails where the folder can't be
// written, or where what is in it can't be read.
func New(o Options) (*Sandbox, error) { return &Sandbox{}, nil }

// Handler serves the vendors' APIs, the pages, and the doors for tests: see the package's description.
func (s *Sandbox) Handler() http.Handler { return http.NotFoundHandler() }

// SetInteractionsURL changes where clicks are sent.
func (s *Sandbox) SetInteractionsURL(url string) {}

// SetLeadURL changes where the website's form is sent.
func (s *Sandbox) SetLeadURL(url string) {}

// Close stops what is under way and closes the state's file. The handler must not be used any more.
func (s *Sandbox) Close() error { return nil }
