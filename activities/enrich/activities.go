package enrich

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/rest"
)

// system names People Data Labs in faults.
const system = "peopledatalabs"

// Options say how companies are looked up.
type Options struct {
	// URL is the API's address; "" for People Data Labs' own, https://api.peopledatalabs.com.
	URL string
	// Key is the API key.
	Key string
	// MinLikelihood is how sure a match must be to count, 1 to 10; 0 for 6. The scale is logarithmic: at 2 a match is right in
	// one to three cases of ten (docs.peopledatalabs.com).
	MinLikelihood int
	// HTTP sends the requests; nil for a client of its own from rest.NewHTTPClient.
	HTTP *http.Client
}

// Activities are the look-ups. They are safe for concurrent use.
type Activities struct {
	api           *rest.Client
	minLikelihood string
}

// New makes the activities.
func New(o Options) *Activities {
	if o.HTTP == nil {
		o.HTTP = rest.NewHTTPClient()
	}
	return &Activities{
		minLikelihood: strconv.Itoa(cmp.Or(o.MinLikelihood, 6)),
		api: &rest.Client{
			System: system, URL: cmp.Or(o.URL, "https://api.peopledatalabs.com"), HTTP: o.HTTP,
			Authorise: func(r *http.Request) { r.Header.Set("X-Api-Key", o.Key) }, Describe: describe,
		},
	}
}

// company is what People Data Labs answers, as far as it matters here. A field that it knows nothing about is null.
type company struct {
	Name        string `json:"name"`         // in lower case
	DisplayName string `json:"display_name"` // as the company writes it
	Website     string `json:"website"`      // "contoso.com"
	Industry    string `json:"industry"`     // "computer software"
	// Employees is how many of its people are known by name; Size is the range that the company itself gives, "51-200".
	Employees int    `json:"employee_count"`
	Size      string `json:"size"`
	Location  struct {
		Country string `json:"country"` // "united states"
	} `json:"location"`
}

// EnrichCompany looks a company up. One that isn't known, or not surely enough, is an answer: Found is false. Credits that are
// used up are a final fault, "payment_required"; each match costs one, also when the same company is looked up again.
func (a *Activities) EnrichCompany(ctx context.Context, _ effect.Key, q Query) (Company, error) {
	query := url.Values{"min_likelihood": {a.minLikelihood}}
	for name, value := range map[string]string{"website": q.Domain, "name": q.Name, "country": countryName(q.Country)} {
		if value = strings.TrimSpace(value); value != "" {
			query.Set(name, value)
		}
	}
	if !query.Has("website") && !query.Has("name") {
		return Company{}, fault.Final(system, "invalid_request", "a look-up needs a domain or a name").Err()
	}
	c, err := rest.Do[company](ctx, a.api, rest.Request{Method: http.MethodGet, Path: "/v5/company/enrich", Query: query})
	if f, ok := fault.From(err); ok && f.Status == http.StatusNotFound && f.Code == "not_found" {
		return Company{}, nil
	}
	if err != nil {
		return Company{}, err
	}
	if c.Name == "" && c.DisplayName == "" && c.Website == "" {
		return Company{}, fault.Unreachable(system, "the answer holds no company").Err()
	}
	return Company{
		Found: true, Name: cmp.Or(c.DisplayName, c.Name), Domain: registrable(host(c.Website)), Industry: c.Industry,
		Country: countryCode(c.Location.Country), Employees: employees(c),
	}, nil
}

// employees is the count, or else the least that the range of the size allows.
func employees(c company) int {
	if c.Employees > 0 {
		return c.Employees
	}
	from, _, _ := strings.Cut(strings.TrimSuffix(c.Size, "+"), "-")
	n, err := strconv.Atoi(from)
	if err != nil {
		return 0
	}
	return max(n, 0)
}

// host is the host of a website, which is given with or without what stands around it.
func host(website string) string {
	if _, after, ok := strings.Cut(website, "://"); ok {
		website = after
	}
	if end := strings.IndexAny(website, "/?#:"); end >= 0 {
		website = website[:end]
	}
	return website
}

// describe reads one of People Data Labs' errors.
func describe(body []byte) (code, message string) {
	var said struct {
		Error struct {
			Type    string `json:"type"`
			Message string `json:"message"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &said) != nil {
		return "", ""
	}
	return said.Error.Type, said.Error.Message
}
