package sandbox

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/throughline-dev/throughline/sandbox/internal/asana"
	"github.com/throughline-dev/throughline/sandbox/internal/dropboxsign"
	"github.com/throughline-dev/throughline/sandbox/internal/faults"
	"github.com/throughline-dev/throughline/sandbox/internal/hubspot"
	"github.com/throughline-dev/throughline/sandbox/internal/journal"
	"github.com/throughline-dev/throughline/sandbox/internal/pdl"
	"github.com/throughline-dev/throughline/sandbox/internal/sendgrid"
	"github.com/throughline-dev/throughline/sandbox/internal/shopify"
	"github.com/throughline-dev/throughline/sandbox/internal/slack"
	"github.com/throughline-dev/throughline/sandbox/internal/stripe"
	"github.com/throughline-dev/throughline/sandbox/internal/webhook"
)

// The credentials that the sandbox takes where the [Options] name no others. They open nothing but a sandbox.
const (
	DefaultSlackToken         = "xoxb-sandbox"
	DefaultSlackSigningSecret = "sandbox-signing-secret"
	DefaultSendGridKey        = "SG.sandbox"
	DefaultHubSpotToken       = "pat-sandbox"
	DefaultHubSpotSecret      = "sandbox-client-secret"
	DefaultPDLKey             = "pdl-sandbox"
	DefaultDropboxSignKey     = "dropboxsign-sandbox"
	DefaultAsanaToken         = "asana-sandbox"
	DefaultStripeKey          = "sk_test_sandbox"
	DefaultStripeSecret       = "whsec_sandbox"
	DefaultShopifyToken       = "shpat_sandbox"
	DefaultShopifyClientID    = "5a4d0b0c5a4d0b0c5a4d0b0c5a4d0b0c"
	DefaultShopifySecret      = "shpss_sandbox"
)

// ReplyHost is the host whose mail SendGrid hands to [Options.RepliesURL], where the Options name no other.
const ReplyHost = "reply.northwind-robotics.example"

// HubSpotPortal is the account's number. With the sandbox's own address as the address of HubSpot's pages, links to records
// that are made of the two lead to the sandbox's CRM.
const HubSpotPortal = hubspot.PortalID

// The IDs of the workspace in Asana, and of the team that has its projects.
const (
	AsanaWorkspace = asana.WorkspaceGID
	AsanaTeam      = asana.TeamGID
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
	// Dir is the folder for the state, made when it isn't there; "" keeps the state in memory only. Two sandboxes must not
	// share one.
	Dir string
	// Company is the name of the company whose website has the lead form; "" is Northwind Robotics.
	Company  string
	People   []Person
	Channels []Channel

	// InteractionsURL is where Slack's clicks are sent (the starter's /slack/interactions), and LeadURL where the website's
	// form is (the starter's /leads). Both can be set later: see [Sandbox.SetInteractionsURL] and [Sandbox.SetLeadURL].
	InteractionsURL string
	LeadURL         string
	// HubSpotEventsURL is where HubSpot's webhook posts what people change in the CRM (the starter's /hubspot/events),
	// EventsURL where SendGrid's event webhook posts what becomes of e-mails (/sendgrid/events), and RepliesURL where its
	// Inbound Parse posts answers to the ReplyHost (/sendgrid/replies). To "" nothing is posted.
	HubSpotEventsURL, EventsURL, RepliesURL string
	// HubSpotSignedURL is the address that HubSpot signs, which is the starter's as the outside knows it (starter.public_url), where
	// the sandbox reaches it by another one; "" is HubSpotEventsURL.
	HubSpotSignedURL string
	// SignEventsURL is where Dropbox Sign posts what becomes of signature requests (the starter's /dropboxsign/events). To ""
	// nothing is posted.
	SignEventsURL string
	// ReturnsURL is where the shop's return page sends what customers ask for (the starter's /returns). With "" nobody can ask. It can be set
	// later: see [Sandbox.SetReturnsURL].
	ReturnsURL string
	// StripeEventsURL is where Stripe posts what becomes of refunds (the starter's /stripe/events). To "" nothing is posted.
	StripeEventsURL string
	// ReplyHost is the host whose mail goes to the RepliesURL; "" is the constant [ReplyHost].
	ReplyHost string
	// PublicURL is the address at which the starter reaches the sandbox, for the response_url of a click:
	// "http://sandbox:8090". "" takes the host that the click's own request came to.
	PublicURL string
	// PagesURL is the address at which a browser reaches the sandbox, for the links that Dropbox Sign, Asana and Stripe give to
	// what is there: "http://127.0.0.1:8090". With "" they give only the path.
	PagesURL string
	// TemporalURL is the address of Temporal's web pages, for a link on the first page; "" for none.
	TemporalURL string

	// The credentials that callers must show, and the secrets that clicks and HubSpot's and Stripe's events are signed with; "" is the
	// Default of each. What SendGrid posts is signed with keys of its own: see [Keys].
	SlackToken, SlackSigningSecret, SendGridKey, HubSpotToken, HubSpotSecret, PDLKey string
	DropboxSignKey, AsanaToken, StripeKey, StripeWebhookSecret, ShopifyToken         string
	// ShopifyClientID and ShopifyClientSecret are an app's that gets its access tokens for them; the ShopifyToken is taken beside.
	ShopifyClientID, ShopifyClientSecret string

	// SampleOrders has a new shop begin with some orders, for people to look at.
	SampleOrders bool
	// ShopifyPoints is how many points a second Shopify gives to its callers, who can save up to twenty times as many; 0 is no limit.
	ShopifyPoints int

	// Lag is how long it takes until a write can be found by the searches of HubSpot, Dropbox Sign, Stripe and Shopify and in SendGrid's
	// e-mail activity, which are all eventually consistent at the vendors. 0 is at once.
	Lag time.Duration
	// EnrichDelay is how long People Data Labs takes for an answer. 0 is at once.
	EnrichDelay time.Duration
}

func (o Options) withDefaults() Options {
	for _, d := range []struct {
		value   *string
		instead string
	}{
		{&o.Company, "Northwind Robotics"},
		{&o.SlackToken, DefaultSlackToken},
		{&o.SlackSigningSecret, DefaultSlackSigningSecret},
		{&o.SendGridKey, DefaultSendGridKey},
		{&o.HubSpotToken, DefaultHubSpotToken},
		{&o.HubSpotSecret, DefaultHubSpotSecret},
		{&o.PDLKey, DefaultPDLKey},
		{&o.DropboxSignKey, DefaultDropboxSignKey},
		{&o.AsanaToken, DefaultAsanaToken},
		{&o.StripeKey, DefaultStripeKey},
		{&o.StripeWebhookSecret, DefaultStripeSecret},
		{&o.ShopifyToken, DefaultShopifyToken},
		{&o.ShopifyClientID, DefaultShopifyClientID},
		{&o.ShopifyClientSecret, DefaultShopifySecret},
		{&o.ReplyHost, ReplyHost},
	} {
		if *d.value == "" {
			*d.value = d.instead
		}
	}
	return o
}

// Sandbox is the outside world on this machine. Make one with [New]; all methods are safe for concurrent use.
type Sandbox struct {
	o       Options
	journal *journal.Journal
	faults  *faults.Orders
	slack   *slack.Server
	mail    *sendgrid.Server
	outbox  *webhook.Outbox
	crm     *hubspot.Server
	sign    *dropboxsign.Server
	work    *asana.Server
	billing *stripe.Server
	shop    *shopify.Server
	leadURL atomic.Pointer[string]
	returns atomic.Pointer[string] // the ReturnsURL
	done    context.Context        // is over when the sandbox is closed
	stop    context.CancelFunc
	handler http.Handler
}

// New makes a sandbox, with the state that an earlier one left in the same folder. It fails where the folder can't be
// written, or where what is in it can't be read.
func New(o Options) (*Sandbox, error) {
	s := &Sandbox{o: o.withDefaults(), outbox: webhook.New()}
	path := ""
	if s.o.Dir != "" {
		if err := os.MkdirAll(s.o.Dir, 0o700); err != nil {
			return nil, fmt.Errorf("sandbox: %w", err)
		}
		path = filepath.Join(s.o.Dir, "world.jsonl")
	}
	var err error
	if s.journal, err = journal.Open(path); err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	if err := s.open(); err != nil {
		_ = s.journal.Close()
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	s.done, s.stop = context.WithCancel(context.Background())
	s.SetInteractionsURL(o.InteractionsURL)
	s.SetLeadURL(o.LeadURL)
	s.SetReturnsURL(o.ReturnsURL)
	s.handler = s.routes()
	return s, nil
}

// open makes the systems that have a state.
func (s *Sandbox) open() (err error) {
	if s.faults, err = faults.Open(s.journal); err != nil {
		return err
	}
	workspace := slack.Options{
		Team: s.o.Company, Token: s.o.SlackToken, SigningSecret: s.o.SlackSigningSecret, Journal: s.journal,
	}
	account := hubspot.Options{
		Token: s.o.HubSpotToken, Lag: s.o.Lag, Journal: s.journal,
		EventsURL: s.o.HubSpotEventsURL, SignedURL: s.o.HubSpotSignedURL, Secret: s.o.HubSpotSecret, Outbox: s.outbox,
	}
	for _, p := range s.o.People {
		if p.Slack != "" {
			workspace.Users = append(workspace.Users, slack.User{ID: p.Slack, Handle: p.ID, Name: p.Name, Email: p.Email})
		}
		if p.CRMOwner != "" {
			account.Owners = append(account.Owners, hubspot.Owner{ID: p.CRMOwner, Name: p.Name, Email: p.Email})
		}
	}
	for _, c := range s.o.Channels {
		workspace.Channels = append(workspace.Channels, slack.Channel(c))
	}
	if s.slack, err = slack.New(workspace); err != nil {
		return err
	}
	if s.crm, err = hubspot.New(account); err != nil {
		return err
	}
	s.mail, err = sendgrid.New(sendgrid.Options{
		Key: s.o.SendGridKey, Lag: s.o.Lag, Journal: s.journal,
		EventsURL: s.o.EventsURL, RepliesURL: s.o.RepliesURL, ReplyHost: s.o.ReplyHost, Outbox: s.outbox,
	})
	if err != nil {
		return err
	}
	if err = s.openProposals(); err != nil {
		return err
	}
	return s.openShop()
}

// Handler serves the vendors' APIs, the pages, and the doors for tests: see the package's description.
func (s *Sandbox) Handler() http.Handler { return s.handler }

func (s *Sandbox) routes() http.Handler {
	mux := http.NewServeMux()
	vendor := func(base, system string, refuse faults.Refusal, api http.Handler) {
		mux.Handle(base+"/", http.StripPrefix(base, s.faults.Wrap(s.done, system, refuse, api)))
	}
	vendor("/slack/api", "slack", slack.Refuse, s.slack.API())
	vendor("/slack/actions", "slack", slack.Refuse, s.slack.Responses())
	vendor("/sendgrid", "sendgrid", sendgrid.Refuse, s.mail.API())
	vendor("/hubspot", "hubspot", hubspot.Refuse, s.crm.API())
	vendor("/pdl", "pdl", pdl.Refuse, pdl.API(pdl.Options{Key: s.o.PDLKey, Delay: s.o.EnrichDelay}))
	vendor("/dropboxsign", "dropboxsign", dropboxsign.Refuse, s.sign.API())
	vendor("/asana", "asana", asana.Refuse, s.work.API())
	vendor("/stripe", "stripe", stripe.Refuse, s.billing.API())
	vendor("/shopify", "shopify", shopify.Refuse, s.shop.API())
	mux.HandleFunc("GET /shopify/admin/orders/{number}", s.orderLink)

	// What people's browsers use is closed to other sites: these need no credentials.
	people := http.NewServeMux()
	s.doors(people)
	s.pages(people)
	mux.Handle("/", http.NewCrossOriginProtection().Handler(people))
	return mux
}

// SetInteractionsURL changes where clicks are sent.
func (s *Sandbox) SetInteractionsURL(url string) { s.slack.SetInteractionsURL(url) }

// SetReturnsURL changes where the shop's return page sends what customers ask for.
func (s *Sandbox) SetReturnsURL(url string) { s.returns.Store(&url) }

// SetLeadURL changes where the website's form is sent.
func (s *Sandbox) SetLeadURL(url string) { s.leadURL.Store(&url) }

// Close lets go of callers whom a fault keeps waiting, gives up what is still to be posted, and closes the state's file.
// Requests that come later fail.
func (s *Sandbox) Close() error {
	s.stop()
	s.outbox.Close()
	return s.journal.Close()
}
