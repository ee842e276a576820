// Package stripe is a Stripe account as an integration sees it: customers, invoices and what happens to them, payments and their
// refunds; and the customers, who pay, and their banks, which take a refund or send it back.
//
// What is checked and answered follows https://docs.stripe.com/api, in the version that stripe-go speaks.
package stripe

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/throughline-dev/throughline/sandbox/internal/journal"
	"github.com/throughline-dev/throughline/sandbox/internal/ledger"
	"github.com/throughline-dev/throughline/sandbox/internal/webhook"
	"github.com/throughline-dev/throughline/sandbox/internal/wire"
)

// Options say what the account is like.
type Options struct {
	Key     string        // the secret key that callers must show
	Lag     time.Duration // until the search knows an invoice
	Journal *journal.Journal
	// Pages is the address of the sandbox's pages, for the page where an invoice is paid; "" where it isn't known.
	Pages string
	// EventsURL is where the webhook endpoint of the account posts what becomes of refunds, and Secret what it signs that with: one
	// secret, or several with commas between them. To "" nothing is posted.
	EventsURL, Secret string
	Outbox            *webhook.Outbox
}

// Server is the account. It is safe for concurrent use.
type Server struct {
	Options
	mu        sync.RWMutex
	customers *journal.Table[customer]
	invoices  *journal.Table[invoice]
	events    *journal.Table[event]
	answers   *journal.Table[stored]
	byKey     ledger.Ledger[string] // the IDs of invoices
	numbered  int                   // how many invoices have a number

	payments     *journal.Table[payment]
	charged      map[string]string // the payments' IDs by those of their charges
	refunds      *journal.Table[refund]
	refundsOf    map[string][]string // the refunds' IDs by those of their payments
	refundsByKey ledger.Ledger[string]
}

// New makes the account, with what the journal has.
func New(o Options) (*Server, error) {
	s := &Server{Options: o, charged: map[string]string{}, refundsOf: map[string][]string{}}
	var err error
	if s.payments, err = journal.NewTable[payment](o.Journal, "stripe.payment"); err != nil {
		return nil, err
	}
	for _, p := range s.payments.All() {
		s.charged[p.Charge] = p.ID
	}
	if s.refunds, err = journal.NewTable[refund](o.Journal, "stripe.refund"); err != nil {
		return nil, err
	}
	for _, r := range s.refunds.All() {
		s.refundsOf[r.Payment] = append(s.refundsOf[r.Payment], r.ID)
		s.refundsByKey.Add(r.Metadata[keyMeta], r.ID)
	}
	if s.customers, err = journal.NewTable[customer](o.Journal, "stripe.customer"); err != nil {
		return nil, err
	}
	if s.invoices, err = journal.NewTable[invoice](o.Journal, "stripe.invoice"); err != nil {
		return nil, err
	}
	for _, i := range s.invoices.All() {
		s.byKey.Add(i.Metadata[keyMeta], i.ID)
		if i.Number != "" {
			s.numbered++
		}
	}
	if s.events, err = journal.NewTable[event](o.Journal, "stripe.event"); err != nil {
		return nil, err
	}
	s.answers, err = journal.NewTable[stored](o.Journal, "stripe.answer")
	return s, err
}

// object is one of Stripe's objects, as JSON.
type object = map[string]any

// failure is an answer that says no.
type failure struct {
	status  int
	Problem struct {
		Code    string `json:"code,omitempty"`
		Message string `json:"message"`
		Param   string `json:"param,omitempty"`
		Type    string `json:"type"`
	} `json:"error"`
}

func (f *failure) Error() string { return f.Problem.Message }

// The types of errors.
const (
	invalidRequest = "invalid_request_error"
	idempotency    = "idempotency_error"
	apiError       = "api_error"
)

func no(status int, kind, code, param, format string, args ...any) *failure {
	f := &failure{status: status}
	f.Problem.Type, f.Problem.Code, f.Problem.Param, f.Problem.Message = kind, code, param, fmt.Sprintf(format, args...)
	return f
}

// invalid refuses a parameter.
func invalid(code, param, format string, args ...any) *failure {
	return no(http.StatusBadRequest, invalidRequest, code, param, format, args...)
}

func missing(kind, id string) *failure {
	return no(http.StatusNotFound, invalidRequest, "resource_missing", "id", "No such %s: '%s'", kind, id)
}

// Refuse answers as Stripe does when something is wrong with the request as such.
func Refuse(w http.ResponseWriter, status int) {
	kind, code := invalidRequest, ""
	message := map[int]string{
		http.StatusUnauthorized:    "Invalid API Key provided",
		http.StatusTooManyRequests: "Request rate limit exceeded",
	}[status]
	switch {
	case status == http.StatusTooManyRequests:
		code = "rate_limit"
	case status >= http.StatusInternalServerError:
		kind = apiError
	}
	refuse(w, no(status, kind, code, "", "%s", cmp.Or(message, "An unknown error occurred")))
}

func refuse(w http.ResponseWriter, f *failure) {
	head(w.Header())
	wire.JSON(w, f.status, f)
}

func head(h http.Header) {
	if h.Get("Request-Id") == "" {
		h.Set("Request-Id", newID("req"))
	}
}

// newID makes an ID as Stripe's are.
func newID(prefix string) string { return prefix + "_" + rand.Text()[:24] }

// API serves the API, at /v1/….
func (s *Server) API() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, f func(*http.Request, *params) (object, error)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, f) })
	}
	handle("GET /v1/customers", s.listCustomers)
	handle("POST /v1/customers", s.createCustomer)
	handle("GET /v1/customers/{id}", s.getCustomer)
	handle("POST /v1/customers/{id}", s.updateCustomer)
	handle("DELETE /v1/customers/{id}", s.deleteCustomer)
	handle("GET /v1/invoices", s.listInvoices)
	handle("POST /v1/invoices", s.createInvoice)
	handle("GET /v1/invoices/search", s.searchInvoices)
	handle("GET /v1/invoices/{id}", s.getInvoice)
	handle("DELETE /v1/invoices/{id}", s.deleteInvoice)
	handle("POST /v1/invoices/{id}/add_lines", s.addLines)
	handle("POST /v1/invoices/{id}/finalize", s.finalize)
	handle("POST /v1/invoices/{id}/send", s.send)
	handle("POST /v1/invoices/{id}/void", s.void)
	handle("GET /v1/events", s.listEvents)
	handle("GET /v1/payment_intents/{id}", s.getPayment)
	handle("GET /v1/charges/{id}", s.getCharge)
	handle("GET /v1/refunds", s.listRefunds)
	handle("POST /v1/refunds", s.createRefund)
	handle("GET /v1/refunds/{id}", s.getRefund)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		refuse(w, no(http.StatusNotFound, invalidRequest, "", "", "Unrecognized request URL (%s: %s)", r.Method, r.URL.Path))
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := wire.Bearer(r)
		if user, _, ok := r.BasicAuth(); ok {
			key = user
		}
		if !wire.Same(key, s.Key) {
			Refuse(w, http.StatusUnauthorized)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// clip is a text without what makes it long.
func clip(text string, n int) string {
	if len(text) > n {
		text = strings.ToValidUTF8(text[:n], "")
	}
	return text
}
