package enrich

import (
	"context"
	"net/http"

	"github.com/throughline-dev/throughline/activities/effect"
)

// Options say how companies are looked up.
type Options struct {
	// URL is the API's address; "" for People Data Labs' own, https://api.peopledatalabs.com.
	URL string
	// Key is the API key.
	Key string
	// MinLikelihood is how sure a match must be, 1 to 10; 0 for 6.
	MinLikelihood int
	// HTTP sends the requests; nil for a client of its own from rest.NewHTTPClient.
	HTTP *http.Client
}

// Activities are the look-ups.
type Activities struct{}

// New makes the activities.
func New(o Options) *Activities { return &Activities{} }

// EnrichCompany looks a company up.
func (a *Activities) EnrichCompany(ctx context.Context, key effect.Key, q Query) (Company, error) {
	panic("being written")
}

// CompanyDomain is the domain of an e-mail address, in lower case; "" where it is a free-mail provider's and so says nothing
// about the company.
func CompanyDomain(email string) string { panic("being written") }
