// Package page is the way to answer for people without Slack, or while Slack is down: a page for each task, at a signed link that
// came by e-mail, and the documents that tasks are about.
//
//	GET  /tasks/{token}      shows the task: what it is about, its document, its history, and the answers that it takes
//	POST /tasks/{token}      answers it
//	GET  /documents/{token}  a document
//
// With single sign-on (package sso) there are also
//
//	GET  /tasks         all that waits for who has signed in
//	GET  /sso/login     signs in, by way of /sso/callback
//	POST /sso/logout    signs out
//
// and a link to which its signature is right opens for whom it was made, however old, while they are signed in.
//
// Only a POST decides, since programs that look for bad links in e-mails follow all of them. Whoever has a link is taken for the
// person that it names, and for nobody else: the workflow judges their answer as it does a click in Slack.
package page

import (
	"cmp"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/throughline-dev/throughline/activities/link"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/starter/clients"
	"github.com/throughline-dev/throughline/starter/requestid"
	"github.com/throughline-dev/throughline/starter/sso"
)

// DefaultTimeout is how long a workflow may take to judge an answer where the options don't say: as long as a person waits for a
// page.
const DefaultTimeout = 5 * time.Second

// badLinks is how many links that aren't ours somebody may try a minute before they aren't answered any more. Ours can't be
// guessed; this keeps a program that tries from filling the log.
const badLinks = 30

// Options are what the pages need.
type Options struct {
	// Client reaches Temporal, and Links opens the links. Both are required.
	Client client.Client
	Links  *link.Signer
	// People are those in the handbook as it is now: the link of somebody who isn't there (any more) opens nothing. Required.
	People func() []policy.Person
	// Operations are who is asked when a link doesn't work any more; nil is nobody.
	Operations func() []policy.Person
	// Documents answers with the bytes of a document by its digest, and with fs.ErrNotExist where there is none; nil has none.
	Documents func(digest string) ([]byte, error)
	// Company is the name that the pages show as ours; "" for none.
	Company string
	// PublicURL is how the outside reaches the pages, so that their own forms are known by it; "" where it is what requests say.
	PublicURL string
	// SSO signs people in; nil for links alone.
	SSO *sso.SSO
	// Proxies are the networks of the proxies in front, whose word on who a client is counts; nil for none.
	Proxies func() []string
	// Timeout is how long a workflow may take to judge an answer; 0 for [DefaultTimeout].
	Timeout time.Duration
	// Logger gets no personal data and no link; nil for slog.Default().
	Logger *slog.Logger
}

// Handler serves the pages. Make one with [New].
type Handler struct {
	o       Options
	log     *slog.Logger
	mux     *http.ServeMux
	own     *http.CrossOriginProtection // knows forms of our own
	strange clients.Limiter             // counts links that aren't ours
}

// New makes a handler.
func New(o Options) *Handler {
	o.Timeout = cmp.Or(o.Timeout, DefaultTimeout)
	if o.Operations == nil {
		o.Operations = func() []policy.Person { return nil }
	}
	if o.Proxies == nil {
		o.Proxies = func() []string { return nil }
	}
	h := &Handler{o: o, log: requestid.Logger(cmp.Or(o.Logger, slog.Default())), mux: http.NewServeMux(), own: http.NewCrossOriginProtection()}
	if origin := config.Origin(o.PublicURL); origin != "" {
		_ = h.own.AddTrustedOrigin(origin) // it fails for what is no origin
	}
	h.mux.HandleFunc("GET /tasks/{token}", h.showTask)
	h.mux.HandleFunc("POST /tasks/{token}", h.decideTask)
	h.mux.HandleFunc("GET /documents/{token}", h.showDocument)
	all := map[string]string{"/tasks/{token}": "GET, HEAD, POST", "/documents/{token}": "GET, HEAD"}
	if o.SSO != nil {
		h.mux.HandleFunc("GET /tasks", h.listTasks)
		h.mux.HandleFunc("GET "+sso.LoginPath, h.login)
		h.mux.HandleFunc("GET "+sso.CallbackPath, h.loggedIn)
		h.mux.HandleFunc("POST "+sso.LogoutPath, h.logout)
		all["/tasks"], all[sso.LoginPath], all[sso.CallbackPath], all[sso.LogoutPath] = "GET, HEAD", "GET, HEAD", "GET, HEAD", "POST"
	}
	for path, methods := range all {
		h.mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Allow", methods)
			http.Error(w, "Use one of: "+methods+".", http.StatusMethodNotAllowed)
		})
	}
	h.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { h.refuse(w, r, link.ErrInvalid, nil) })
	return h
}

// ServeHTTP answers a request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.mux.ServeHTTP(w, r) }

// stranger answers whoever has tried too many links that aren't ours, and reports whether it did.
func (h *Handler) stranger(w http.ResponseWriter, r *http.Request) bool {
	wait := h.strange.Take(clients.Of(r, h.o.Proxies()), badLinks, time.Now())
	if wait == 0 {
		return false
	}
	w.Header().Set("Retry-After", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
	http.Error(w, "Too many links that aren't valid.", http.StatusTooManyRequests)
	return true
}
