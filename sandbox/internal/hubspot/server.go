// Package hubspot is HubSpot's CRM as an integration sees it: contacts, companies, deals, line items, tickets, notes, calls and
// meetings with their properties, associations, and owners; and what people do there, of which it tells the integration.
//
// What is checked and answered follows https://developers.hubspot.com/docs/reference/api/crm, and HubSpot's published OpenAPI
// descriptions where the two differ.
package hubspot

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/throughline-dev/throughline/sandbox/internal/journal"
	"github.com/throughline-dev/throughline/sandbox/internal/ledger"
	"github.com/throughline-dev/throughline/sandbox/internal/webhook"
	"github.com/throughline-dev/throughline/sandbox/internal/wire"
)

// PortalID is the account's number.
const PortalID = "4242"

// Owner is a user who can own records.
type Owner struct {
	ID    string // "1011"
	Name  string
	Email string
}

// Options say what the account is like.
type Options struct {
	Token   string        // the access token that callers must show
	Owners  []Owner       // who can own records
	Lag     time.Duration // until search sees what was written
	Journal *journal.Journal

	EventsURL string // where the app is told what people change; "" for nowhere
	SignedURL string // the address that is signed, where it isn't that one
	Secret    string // the app's client secret, which signs that
	Outbox    *webhook.Outbox
}

// Server is the account. It is safe for concurrent use.
type Server struct {
	Options
	mu           sync.RWMutex
	kinds        []*kind
	lastID       int
	records      *journal.Table[*record]
	properties   *journal.Table[property]
	associations *journal.Table[association]
	linked       map[ref]map[*kind][]string // the IDs of what a record is associated with, oldest first
	labels       map[[2]ref]string          // of the associations that have one, from either end
	byKey        ledger.Ledger[*record]     // the notes
}

// New makes the account, with what the journal has.
func New(o Options) (*Server, error) {
	s := &Server{Options: o, kinds: standardKinds(), lastID: 1000}
	return s, s.load()
}

// failure is an answer that says no.
type failure struct {
	status int

	Status        string   `json:"status"`
	Message       string   `json:"message"`
	CorrelationID string   `json:"correlationId"`
	Category      string   `json:"category"`
	Errors        []detail `json:"errors,omitempty"`
}

// detail is what is wrong with one property.
type detail struct {
	Message string              `json:"message"`
	Code    string              `json:"code"`
	Context map[string][]string `json:"context,omitempty"`
}

func (f *failure) Error() string { return f.Message }

// no makes a refusal.
func no(status int, category, format string, args ...any) *failure {
	return &failure{
		status: status, Status: "error", Category: category, CorrelationID: uuid.NewString(), Message: fmt.Sprintf(format, args...),
	}
}

func notFound() *failure { return no(http.StatusNotFound, "OBJECT_NOT_FOUND", "resource not found") }

func invalid(format string, args ...any) *failure {
	return no(http.StatusBadRequest, "VALIDATION_ERROR", format, args...)
}

// notValid is the refusal of properties, each with its own reason.
func notValid(details []detail) *failure {
	type validation struct {
		IsValid bool   `json:"isValid"`
		Message string `json:"message"`
		Error   string `json:"error"`
		Name    string `json:"name"`
	}
	var list []validation
	for _, d := range details {
		list = append(list, validation{Message: d.Message, Error: d.Code, Name: d.Context["propertyName"][0]})
	}
	text, _ := json.Marshal(list)
	f := invalid("Property values were not valid: %s", text)
	f.Errors = details
	return f
}

// Refuse answers as HubSpot does when something is wrong with the request as such.
func Refuse(w http.ResponseWriter, status int) {
	f := no(status, "INTERNAL_ERROR", "There was a problem with the request.")
	switch status {
	case http.StatusUnauthorized:
		f.Category = "INVALID_AUTHENTICATION"
		f.Message = "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview"
	case http.StatusTooManyRequests:
		f.Category = "RATE_LIMITS"
		f.Message = "You have reached your secondly limit."
	}
	wire.JSON(w, status, f)
}

// API serves the API, at /crm/….
func (s *Server) API() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, status int, f func(*http.Request) (any, error)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			answer, err := f(r)
			switch {
			case err == nil && status == http.StatusNoContent:
				w.WriteHeader(status)
				return
			case err == nil:
				if b, ok := answer.(batch); ok && len(b.Errors) > 0 {
					status = http.StatusMultiStatus
				}
				wire.JSON(w, status, answer)
				return
			}
			refusal, ok := err.(*failure)
			if !ok { // the state couldn't be written
				refusal = no(http.StatusInternalServerError, "INTERNAL_ERROR", "%s", err)
			}
			wire.JSON(w, refusal.status, refusal)
		})
	}
	handle("GET /crm/v3/objects/{type}/{id}", http.StatusOK, s.getObject)
	handle("PATCH /crm/v3/objects/{type}/{id}", http.StatusOK, s.patchObject)
	handle("DELETE /crm/v3/objects/{type}/{id}", http.StatusNoContent, s.deleteObject)
	handle("POST /crm/v3/objects/{type}/batch/read", http.StatusOK, s.readObjects)
	handle("POST /crm/v3/objects/{type}/batch/upsert", http.StatusOK, s.upsertObjects)
	handle("POST /crm/v3/objects/{type}/search", http.StatusOK, s.searchObjects)
	handle("GET /crm/v3/properties/{type}/{name}", http.StatusOK, s.getProperty)
	handle("POST /crm/v3/properties/{type}", http.StatusCreated, s.createProperty)
	handle("GET /crm/v3/pipelines/{type}", http.StatusOK, s.listPipelines)
	handle("GET /crm/v3/owners", http.StatusOK, s.listOwners)
	handle("GET /crm/v3/owners/{id}", http.StatusOK, s.getOwner)
	handle("PUT /crm/v4/objects/{from}/{fromID}/associations/default/{to}/{toID}", http.StatusOK, s.associateDefault)
	handle("GET /crm/v4/objects/{from}/{fromID}/associations/{to}", http.StatusOK, s.listAssociations)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { wire.JSON(w, http.StatusNotFound, notFound()) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if token := wire.Bearer(r); token == "" || !wire.Same(token, s.Token) {
			Refuse(w, http.StatusUnauthorized)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// batch is the envelope of a batch's results.
type batch struct {
	Status      string    `json:"status"`
	Results     any       `json:"results"`
	StartedAt   time.Time `json:"startedAt"`
	CompletedAt time.Time `json:"completedAt"`
	// Errors are what couldn't be done of it.
	NumErrors int          `json:"numErrors,omitempty"`
	Errors    []batchError `json:"errors,omitempty"`
}

// batchError is what couldn't be done of a batch, and of which records.
type batchError struct {
	Status   string              `json:"status"`
	Category string              `json:"category"`
	Message  string              `json:"message"`
	Context  map[string][]string `json:"context"`
	Links    map[string]string   `json:"links"`
	Errors   []detail            `json:"errors"`
}

func complete(results any, started time.Time) batch {
	return batch{Status: "COMPLETE", Results: results, StartedAt: started, CompletedAt: time.Now().UTC()}
}
