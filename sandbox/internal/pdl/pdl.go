// Package pdl is People Data Labs' company enrichment, over a fixed set of companies that don't exist.
//
// What is checked and answered follows https://docs.peopledatalabs.com: company enrichment, authentication and errors.
package pdl

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/sandbox/internal/wire"
)

// Options say what the account is like.
type Options struct {
	Key   string        // the API key that callers must show
	Delay time.Duration // how long an answer takes
}

type failure struct {
	Status int `json:"status"`
	Error  struct {
		Type    string `json:"type"`
		Message string `json:"message"`
	} `json:"error"`
}

// Refuse answers as People Data Labs does when it gives no company.
func Refuse(w http.ResponseWriter, status int) {
	f := failure{Status: status}
	switch status {
	case http.StatusBadRequest:
		f.Error.Type, f.Error.Message = "invalid_request_error", "Request contained either missing or invalid parameters"
	case http.StatusUnauthorized:
		f.Error.Type, f.Error.Message = "authentication_error", "Request contained a missing or invalid key"
	case http.StatusNotFound:
		f.Error.Type, f.Error.Message = "not_found", "No records were found matching your request"
	case http.StatusMethodNotAllowed:
		f.Error.Type, f.Error.Message = "invalid_request_error", "Request method is not allowed on the requested resource"
	case http.StatusTooManyRequests:
		f.Error.Type, f.Error.Message = "rate_limit_error", "An error occurred due to requests hitting the API too quick"
	default:
		f.Error.Type, f.Error.Message = "api_error", "The server encountered an unexpected condition which prevented it from fulfilling the request"
	}
	wire.JSON(w, status, f)
}

// API serves the API, at /v5/company/enrich.
func API(o Options) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := cmp.Or(r.Header.Get("X-Api-Key"), r.URL.Query().Get("api_key"))
		switch {
		case !wire.Same(key, o.Key):
			Refuse(w, http.StatusUnauthorized)
		case r.URL.Path != "/v5/company/enrich":
			Refuse(w, http.StatusNotFound)
		case r.Method != http.MethodGet:
			Refuse(w, http.StatusMethodNotAllowed)
		default:
			enrich(w, r, o.Delay)
		}
	})
}

func enrich(w http.ResponseWriter, r *http.Request, delay time.Duration) {
	if delay > 0 {
		timer := time.NewTimer(delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
			return
		}
	}
	q := r.URL.Query()
	least, err := strconv.Atoi(cmp.Or(q.Get("min_likelihood"), "1"))
	if err != nil || least < 1 || least > 10 || q.Get("website") == "" && q.Get("name") == "" {
		Refuse(w, http.StatusBadRequest)
		return
	}
	company, likelihood := match(q)
	if likelihood < least {
		Refuse(w, http.StatusNotFound)
		return
	}
	wire.JSON(w, http.StatusOK, struct {
		Status     int `json:"status"`
		Likelihood int `json:"likelihood"`
		wireCompany
	}{http.StatusOK, likelihood, company.wire()})
}

// match finds the company that a query means, and how likely it is that one, from 1 to 10; 0 is no company. How sure People
// Data Labs is in such cases is not documented: a website is unmistakable, a name alone is not, and another country speaks
// against it.
func match(q url.Values) (Company, int) {
	if site := q.Get("website"); site != "" {
		for _, c := range Companies {
			if c.Website == host(site) {
				return c, 10
			}
		}
	}
	country := cmp.Or(q.Get("country"), q.Get("location"))
	for _, c := range Companies {
		if q.Get("name") == "" || plain(q.Get("name")) != plain(c.Name) {
			continue
		}
		switch {
		case country == "":
			return c, 6
		case strings.EqualFold(country, c.Country) || strings.EqualFold(country, countries[c.Country]):
			return c, 8
		}
		return c, 2
	}
	return Company{}, 0
}

// host is the host of a website, however it is written.
func host(site string) string {
	site = strings.ToLower(strings.TrimSpace(site))
	if _, after, ok := strings.Cut(site, "://"); ok {
		site = after
	}
	site, _, _ = strings.Cut(site, "/")
	return strings.TrimPrefix(site, "www.")
}

// plain is a company's name without what people leave out or write in many ways.
func plain(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return strings.ContainsRune(" .,&'-", r) })
	for len(words) > 1 && legalForms[words[len(words)-1]] {
		words = words[:len(words)-1]
	}
	return strings.Join(words, " ")
}

var legalForms = map[string]bool{
	"inc": true, "llc": true, "corp": true, "co": true, "ltd": true, "limited": true, "plc": true, "gmbh": true, "ag": true,
	"kg": true, "sa": true, "sas": true, "sl": true, "spa": true, "srl": true, "bv": true, "nv": true, "ab": true, "oy": true,
	"as": true, "aps": true, "pty": true, "kk": true, "group": true,
}
