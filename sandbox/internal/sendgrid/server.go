// Package sendgrid is SendGrid as a sender sees it: mail send, the e-mail activity that finds what was sent, the event webhook
// that tells what became of it, and Inbound Parse that hands over answers; and the mailboxes that everything arrives in at
// once.
//
// What is checked and answered follows https://www.twilio.com/docs/sendgrid/api-reference: mail send, its errors, and e-mail
// activity.
package sendgrid

import (
	"crypto/ecdsa"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/sandbox/internal/journal"
	"github.com/throughline-dev/throughline/sandbox/internal/ledger"
	"github.com/throughline-dev/throughline/sandbox/internal/webhook"
	"github.com/throughline-dev/throughline/sandbox/internal/wire"
)

// keyArg is the custom argument that carries an effect's key.
const keyArg = "throughline_key"

// Options say what the account is like.
type Options struct {
	Key     string        // the API key that callers must show
	Lag     time.Duration // until the e-mail activity knows a message
	Journal *journal.Journal

	EventsURL  string // where the event webhook posts; "" for nowhere
	RepliesURL string // where Inbound Parse posts; "" for nowhere
	ReplyHost  string // the host whose mail it posts
	Outbox     *webhook.Outbox
}

// Server is the account and everybody's mailbox. It is safe for concurrent use.
type Server struct {
	Options
	mu     sync.RWMutex
	sent   *journal.Table[[]client.Email] // what each request has sent
	emails []*client.Email                // oldest first
	byKey  ledger.Ledger[*client.Email]
	byTo   map[string][]*client.Email // by the address in lower case

	bounces  *journal.Table[client.Bounce] // by the address in lower case
	untold   []map[string]any              // events that are still to be posted
	eventKey *ecdsa.PrivateKey
	replyKey *ecdsa.PrivateKey
}

// New makes the account, with the e-mails that the journal has.
func New(o Options) (*Server, error) {
	s := &Server{
		Options: o, byTo: map[string][]*client.Email{},
		eventKey: signingKey(o.Key, EventWebhook), replyKey: signingKey(o.Key, InboundParse),
	}
	var err error
	if s.sent, err = journal.NewTable[[]client.Email](o.Journal, "sendgrid.sent"); err != nil {
		return nil, err
	}
	for _, emails := range s.sent.All() {
		s.enter(emails)
	}
	s.bounces, err = journal.NewTable[client.Bounce](o.Journal, "sendgrid.bounce")
	return s, err
}

func (s *Server) enter(emails []client.Email) {
	for i := range emails {
		e := &emails[i]
		s.emails = append(s.emails, e)
		s.byKey.Add(e.Key, e)
		to := strings.ToLower(e.To.Email)
		s.byTo[to] = append(s.byTo[to], e)
	}
}

// failure is an answer that says no.
type failure struct {
	Errors []problem `json:"errors"`
}

type problem struct {
	Message string  `json:"message"`
	Field   *string `json:"field"` // null where it is about no field
}

func failed(messages ...string) failure {
	var f failure
	for _, m := range messages {
		f.Errors = append(f.Errors, problem{Message: m})
	}
	return f
}

// Refuse answers as SendGrid does when something is wrong with the request as such.
func Refuse(w http.ResponseWriter, status int) {
	message := map[int]string{
		http.StatusUnauthorized:    "The provided authorization grant is invalid, expired, or revoked",
		http.StatusTooManyRequests: "too many requests",
	}[status]
	if message == "" {
		message = strings.ToLower(http.StatusText(status))
	}
	wire.JSON(w, status, failed(message))
}

// API serves the API, at /v3/mail/send and /v3/messages.
func (s *Server) API() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v3/mail/send", s.mailSend)
	mux.HandleFunc("GET /v3/messages", s.listMessages)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { Refuse(w, http.StatusNotFound) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token := wire.Bearer(r)
		switch {
		case token == "":
			wire.JSON(w, http.StatusUnauthorized, failed("authorization required"))
		case !wire.Same(token, s.Key):
			Refuse(w, http.StatusUnauthorized)
		default:
			mux.ServeHTTP(w, r)
		}
	})
}

// Filter says which e-mails are wanted; the zero value is all of them.
type Filter struct {
	To   string
	Case string
	ID   string
}

// Emails are the e-mails that a filter lets through, oldest first.
func (s *Server) Emails(f Filter) []client.Email {
	s.mu.RLock()
	defer s.mu.RUnlock()
	from := s.emails
	switch {
	case f.Case != "":
		from = nil
		for _, emails := range s.byKey.All(f.Case) {
			from = append(from, emails...)
		}
	case f.To != "":
		from = s.byTo[strings.ToLower(f.To)]
	}
	list := []client.Email{}
	for _, e := range from {
		if (f.To == "" || strings.EqualFold(e.To.Email, f.To)) && (f.ID == "" || e.ID == f.ID) {
			list = append(list, *e)
		}
	}
	slices.SortStableFunc(list, func(a, b client.Email) int { return a.Sent.Compare(b.Sent) })
	return list
}

// Len is how many e-mails there are.
func (s *Server) Len() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.emails)
}

// Effects are the e-mails in the mailboxes, counted by key; of one case, or with "" of all.
func (s *Server) Effects(caseID string) []client.Effect {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var t ledger.Tally
	for key, emails := range s.byKey.All(caseID) {
		for _, e := range emails {
			t.Count(client.Effect{System: "sendgrid", Operation: "email", Key: key}, e.ID, 1)
		}
	}
	return t.Effects()
}
