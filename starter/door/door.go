// Package door is Throughline's HTTP door: forms and servers bring leads, proposals and returns to it, and Slack brings people's clicks.
//
//	POST /leads               a lead, as JSON or as an HTML form, from whom the rules let in; GET shows a form to fill in
//	GET  /leads/{id}          whether a lead is still being worked on
//	POST /proposals           a proposal, as JSON, from whom the rules for leads let in
//	GET  /proposals/{id}      whether a proposal is still being worked on
//	POST /returns             a return, as JSON or as an HTML form, from whom the rules for leads let in; GET shows a form to fill in
//	GET  /returns/{id}        whether a return is still being worked on
//	POST /slack/interactions  a click on a card, or a dialog that was filled in, signed by Slack
//	POST /slack/commands      a slash command, signed by Slack
//	POST /hubspot/events      what happened in the CRM, signed by HubSpot: package webhook
//	POST /dropboxsign/events  what became of signatures, signed by Dropbox Sign: package webhook
//	POST /stripe/events       what became of refunds, signed by Stripe: package webhook
//	POST /sendgrid/events     what became of e-mails, signed by SendGrid: package webhook
//	POST /sendgrid/replies    answers by e-mail, signed by SendGrid: package webhook
//	GET  /tasks/{token}       a task, for whom the link is made; POST answers it: package page
//	GET  /documents/{token}   a document, for who has a link to it: package page
//	GET  /tasks, /sso/…       all that waits for who has signed in, and how they do: package page
//
// Whether what comes can be taken, [Door.Ready] says, to whoever operates it and to nobody at the door.
//
// Accepted means durable: the door answers 2xx only after Temporal has the lead or the click, or, while Temporal is away, the spool has
// it on disk: package spool.
package door

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
	"go.temporal.io/sdk/client"

	"github.com/throughline-dev/throughline/activities/link"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/rest"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/starter/clients"
	"github.com/throughline-dev/throughline/starter/requestid"
	"github.com/throughline-dev/throughline/starter/spool"
)

// The limits where the options have none.
const (
	// DefaultMaxBody holds the longest message in any script with room for everything else.
	DefaultMaxBody = 64 << 10
	// DefaultTimeout leaves a click a second of Slack's three for the way there and back.
	DefaultTimeout = 2 * time.Second
)

// Options are what a door needs.
type Options struct {
	// Client reaches Temporal; a *spool.Client also keeps what Temporal can't take now. Required.
	Client client.Client
	// SlackSigningSecret checks that clicks come from Slack; without it ("") every click is refused.
	SlackSigningSecret string
	// SlackToken opens the dialogs that clicks ask for, at SlackURL: the Web API's address, "" for Slack's own. Without a token
	// ("") whoever clicks such a button is told that it can't be done.
	SlackToken, SlackURL string
	// People are those in the handbook as it is now: a slash command is answered for whom of them typed it. nil is nobody.
	People func() []policy.Person
	// Links signs links to tasks' pages, for who changes in Slack what is too long for it; nil for none.
	Links *link.Signer
	// Leads are the rules for who may bring leads, proposals and returns, and how many, as they are now. nil is the zero rules: the
	// door's own pages and whoever is no page may, without a limit.
	Leads func() config.Leads
	// Returns says whether the house takes returns, as the handbook has it now; nil is no.
	Returns func() config.Returns
	// LeadsSecrets are what servers sign their leads, proposals and returns with: one of them is enough. Where there is one, what comes from
	// no page has to be signed; where there is none, a signature is refused, since it can't be checked. None may be empty.
	LeadsSecrets []string
	// PublicURL is how the outside reaches the door, so that its own page is known by it; "" where it is what requests say.
	PublicURL string
	// Company is the name that the pages show as ours; "" for none.
	Company string
	// Webhooks takes what HubSpot, Dropbox Sign and SendGrid post; nil has no addresses for that.
	Webhooks http.Handler
	// Pages shows tasks and documents to who has a link to them; nil has no addresses for that.
	Pages http.Handler
	// MaxBody is the longest body of a lead, in bytes; 0 for [DefaultMaxBody]. Proposals and returns have limits of their own.
	MaxBody int
	// Timeout is how long Temporal may take to accept a lead or a click; 0 for [DefaultTimeout].
	Timeout time.Duration
	// HTTP talks to Slack; nil for a client of its own.
	HTTP *http.Client
	// Logger gets a line for each request, without personal data; nil for slog.Default().
	Logger *slog.Logger
	// Metrics and Tracer are those of package telemetry; nil measures nothing, and traces nothing.
	Metrics client.MetricsHandler
	Tracer  trace.Tracer
}

// Door is the handler. Make one with [New].
type Door struct {
	o       Options
	log     *slog.Logger
	handler http.Handler
	dialogs *slack.Dialogs  // nil without a token
	origin  string          // that of PublicURL
	senders clients.Limiter // counts the leads of each client
	// talk is what is still being said to people in Slack.
	talk sync.WaitGroup
}

// New makes a door.
func New(o Options) *Door {
	if o.MaxBody == 0 {
		o.MaxBody = DefaultMaxBody
	}
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	if o.People == nil {
		o.People = func() []policy.Person { return nil }
	}
	if o.Leads == nil {
		o.Leads = func() config.Leads { return config.Leads{} }
	}
	if o.Returns == nil {
		o.Returns = func() config.Returns { return config.Returns{} }
	}
	if o.HTTP == nil {
		o.HTTP = rest.NewHTTPClient()
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Metrics == nil {
		o.Metrics = client.MetricsNopHandler
	}
	if o.Tracer == nil {
		o.Tracer = noop.NewTracerProvider().Tracer("")
	}
	d := &Door{o: o, log: requestid.Logger(o.Logger), origin: config.Origin(o.PublicURL)}
	if o.SlackToken != "" {
		d.dialogs = slack.NewDialogs(slack.Options{URL: o.SlackURL, Token: o.SlackToken, HTTP: o.HTTP})
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /leads", d.crossOrigin(d.takeLead))
	mux.HandleFunc("OPTIONS /leads", d.crossOrigin(d.preflight("lead", leadsMethods)))
	mux.HandleFunc("GET /leads", d.showForm)
	mux.HandleFunc("GET /leads/{id}", d.crossOrigin(d.leadStatus))
	mux.HandleFunc("POST /proposals", d.crossOrigin(d.takeProposal))
	mux.HandleFunc("OPTIONS /proposals", d.crossOrigin(d.preflight("proposal", proposalsMethods)))
	mux.HandleFunc("GET /proposals/{id}", d.crossOrigin(d.proposalStatus))
	mux.HandleFunc("POST /returns", d.crossOrigin(d.takeReturn))
	mux.HandleFunc("OPTIONS /returns", d.crossOrigin(d.preflight("return", returnsMethods)))
	mux.HandleFunc("GET /returns", d.showReturnForm)
	mux.HandleFunc("GET /returns/{id}", d.crossOrigin(d.returnStatus))
	mux.HandleFunc("POST /slack/interactions", d.takeInteraction)
	mux.HandleFunc("POST /slack/commands", d.takeCommand)
	if o.Webhooks != nil {
		for _, path := range []string{"/hubspot/events", "/dropboxsign/events", "/stripe/events", "/sendgrid/events", "/sendgrid/replies"} {
			mux.Handle(path, o.Webhooks)
		}
	}
	if o.Pages != nil {
		mux.Handle("/tasks", o.Pages)
		mux.Handle("/tasks/", o.Pages)
		mux.Handle("/sso/", o.Pages)
		mux.Handle("/documents/", o.Pages)
	}
	for path, methods := range map[string]string{
		"/leads": leadsMethods, "/leads/{id}": "GET", "/proposals": proposalsMethods, "/proposals/{id}": "GET",
		"/returns": returnsMethods, "/returns/{id}": "GET", "/slack/interactions": "POST", "/slack/commands": "POST",
	} {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Allow", methods)
			d.refuse(w, r, problem{Status: http.StatusMethodNotAllowed, Detail: "Use one of: " + methods + "."}, nil)
		})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		d.refuse(w, r, problem{Status: http.StatusNotFound, Detail: "There is nothing here. Leads go to /leads, proposals to /proposals and returns to /returns."}, nil)
	})
	d.countFrom()
	d.handler = d.logged(d.observed(d.defended(d.recovered(mux))))
	return d
}

// ServeHTTP answers a request.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) { d.handler.ServeHTTP(w, r) }

// bounded is the context for Temporal's part of a request. It outlives the caller's patience: whoever hangs up after they
// have sent a whole lead has sent it.
func (d *Door) bounded(r *http.Request) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(r.Context()), d.o.Timeout)
}

// kept is the spool; nil for none.
func (d *Door) kept() *spool.Spool { return spool.Of(d.o.Client) }

// Ready says why what comes can't be taken; nil where it can. With room in the spool nobody has to ask whether Temporal is there.
func (d *Door) Ready(ctx context.Context) error {
	full := d.kept().Full()
	if full == nil {
		return nil
	}
	_, err := d.o.Client.CheckHealth(ctx, &client.CheckHealthRequest{})
	if err != nil && !errors.Is(full, spool.ErrOff) {
		err = fmt.Errorf("%w; and %w", err, full)
	}
	return err
}
