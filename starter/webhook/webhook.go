// Package webhook takes what vendors post about leads, proposals and returns, and hands it to their workflows as signals:
//
//	POST /hubspot/events      HubSpot: a call or a meeting was logged, contacts were merged, a deal or a ticket has reached its stage
//	POST /dropboxsign/events  Dropbox Sign: a document was looked at, signed, declined, …
//	POST /stripe/events       Stripe: a refund was taken by the customer's bank, failed, …
//	POST /sendgrid/events     SendGrid's event webhook: an e-mail bounced, was dropped, or was reported as spam
//	POST /sendgrid/replies    SendGrid's Inbound Parse: somebody has written to a lead's or a return's own address
//
// Nothing is believed that its vendor hasn't signed. Accepted means durable: 2xx is answered only once Temporal, or the spool while
// Temporal is away, has every signal that a post is worth, and anything else makes the vendor post it again. A repeat is harmless, since news carries the
// ID of the fact that it tells. docs/events.md says how to set the vendors up.
package webhook

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/starter/requestid"
)

// The limits where the options have none.
const (
	// DefaultMaxBody is several times what a vendor puts into one post of events: HubSpot a hundred of them, SendGrid what came
	// together in half a minute.
	DefaultMaxBody = 4 << 20
	// DefaultTimeout leaves HubSpot's five seconds one for the way there and back.
	DefaultTimeout = 4 * time.Second
)

// Options are what the webhooks need. What lacks its secret or key refuses everything, with 503, so that the vendor keeps what
// it has and posts it again once that is put right.
type Options struct {
	// Client reaches Temporal. Required.
	Client client.Client
	// HubSpotSecret is the client secret of the app that has the subscriptions.
	HubSpotSecret string
	// DropboxSignKey is the account's primary API key.
	DropboxSignKey string
	// StripeSecrets are the signing secrets of Stripe's webhook: one, or several while one takes another's place.
	StripeSecrets []string
	// Proposals says which deals start one, as the handbook has it now. nil is none.
	Proposals func() config.Proposal
	// Returns says which tickets start one, as the handbook has it now. nil is none.
	Returns func() config.Returns
	// PublicURL is how the outside reaches the door, without a slash at its end: HubSpot signs the address that it calls.
	PublicURL string
	// EventKey and ReplyKey are the public keys, as SendGrid shows them, of the event webhook and of Inbound Parse's security
	// policy.
	EventKey, ReplyKey string
	// ReplyHost is the host whose mail Inbound Parse takes.
	ReplyHost string
	// People are ours as the handbook has them now: an e-mail from one of them is not from the lead or the customer. nil is nobody.
	People func() []policy.Person
	// MaxBody is the longest post of events, in bytes; 0 for [DefaultMaxBody]. Mail has a limit of its own, above SendGrid's.
	MaxBody int
	// Timeout is how long Temporal may take to accept the signals of one post; 0 for [DefaultTimeout].
	Timeout time.Duration
	// Logger gets a line for each post, without personal data; nil for slog.Default().
	Logger *slog.Logger
	// Metrics are those of package telemetry; nil measures nothing.
	Metrics client.MetricsHandler
}

// Handler takes the posts. Make one with [New].
type Handler struct {
	o                  Options
	log                *slog.Logger
	mux                *http.ServeMux
	eventKey, replyKey *publicKey // nil without one
}

// New makes the handler. It fails where a key can't be read.
func New(o Options) (*Handler, error) {
	o.MaxBody = cmp.Or(o.MaxBody, DefaultMaxBody)
	o.Timeout = cmp.Or(o.Timeout, DefaultTimeout)
	if o.People == nil {
		o.People = func() []policy.Person { return nil }
	}
	if o.Proposals == nil {
		o.Proposals = func() config.Proposal { return config.Proposal{} }
	}
	if o.Returns == nil {
		o.Returns = func() config.Returns { return config.Returns{} }
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Metrics == nil {
		o.Metrics = client.MetricsNopHandler
	}
	h := &Handler{o: o, log: requestid.Logger(o.Logger), mux: http.NewServeMux()}
	var err error
	if h.eventKey, err = readKey(o.EventKey); err != nil {
		return nil, fmt.Errorf("the key of SendGrid's event webhook: %w", err)
	}
	if h.replyKey, err = readKey(o.ReplyKey); err != nil {
		return nil, fmt.Errorf("the key of SendGrid's Inbound Parse: %w", err)
	}
	h.mux.HandleFunc("POST /hubspot/events", h.takeHubSpotEvents)
	h.mux.HandleFunc("POST /dropboxsign/events", h.takeSignatureEvent)
	h.mux.HandleFunc("POST /stripe/events", h.takeRefundEvent)
	h.mux.HandleFunc("POST /sendgrid/events", h.takeMailEvents)
	h.mux.HandleFunc("POST /sendgrid/replies", h.takeReply)
	return h, nil
}

// ServeHTTP answers a post.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.mux.ServeHTTP(w, r) }

// readBody reads a post of events; ok is false where it couldn't be read, and that was answered.
func (h *Handler) readBody(w http.ResponseWriter, r *http.Request) (body []byte, ok bool) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, int64(h.o.MaxBody)))
	if err != nil {
		h.unreadable(w, r, http.StatusBadRequest, err)
		return nil, false
	}
	return body, true
}

// unreadable answers a post that was too long, or with the given status one that broke off.
func (h *Handler) unreadable(w http.ResponseWriter, r *http.Request, status int, err error) {
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		status = http.StatusRequestEntityTooLarge
	}
	h.refuse(w, r, status, err)
}

// refuse answers a post that isn't taken, and logs why. The reason is for whoever runs this; a vendor looks at the status
// alone, and somebody else has no need of it.
func (h *Handler) refuse(w http.ResponseWriter, r *http.Request, status int, why error) {
	h.log.WarnContext(r.Context(), "A post was refused.", "route", r.Pattern, "status", status, "err", why)
	h.count(r, posts, "refused", 1)
	answer(w, status, "")
}

func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Cache-Control", "no-store")
	if text != "" {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text) // a vendor who has hung up posts it again
}
