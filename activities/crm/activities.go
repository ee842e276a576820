package crm

import (
	"context"
	"net/http"

	"github.com/throughline-dev/throughline/activities/effect"
)

// Options say which HubSpot account to talk to.
type Options struct {
	// URL is the API's address; "" for HubSpot's own, https://api.hubapi.com.
	URL string
	// Token is a private app's access token.
	Token string
	// Portal is the account's ID, as it stands in the addresses of HubSpot's pages; "" where it isn't known.
	Portal string
	// HTTP sends the requests; nil for a client of its own from rest.NewHTTPClient.
	HTTP *http.Client
}

// Activities are what Throughline does in the CRM.
type Activities struct{}

// New makes the activities.
func New(o Options) *Activities { return &Activities{} }

// RecordLead records a lead.
func (a *Activities) RecordLead(ctx context.Context, key effect.Key, lead Lead) (Recorded, error) {
	panic("being written")
}

// RecordOutcome brings a lead's record up to date.
func (a *Activities) RecordOutcome(ctx context.Context, key effect.Key, outcome Outcome) (effect.None, error) {
	panic("being written")
}

// Setup creates the unique properties that the activities upsert by, where they are missing, and returns the names of those
// that it created. It is a function and no method, since every method of Activities is registered as an activity.
func Setup(ctx context.Context, o Options) (created []string, err error) { panic("being written") }
