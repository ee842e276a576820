package door

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/mocks"

	"github.com/throughline-dev/throughline/config"
)

// site is a web site that the rules of these tests list.
const site = "https://www.contoso.example"

// ruled gives a door rules.
func ruled(rules config.Leads) func(*Options) {
	return func(o *Options) { o.Leads = func() config.Leads { return rules } }
}

var listed = ruled(config.Leads{Origins: []string{"https://other.example", site}})

func TestLeadsComeFromTheDoorsOwnPageAndFromListedWebSites(t *testing.T) {
	public := func(o *Options) { o.PublicURL = "https://Leads.contoso.example:443/base" }
	for name, origin := range map[string]string{
		"listed": site, "the public URL": "https://leads.contoso.example", "the address that was asked": "http://127.0.0.1:8080",
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "http://127.0.0.1:8080/leads", strings.NewReader(goodJSON))
			r.Header.Set("Content-Type", mediaJSON)
			r.Header.Set("Origin", origin)
			w := httptest.NewRecorder()
			opened(t, taking(t, 1, nil), listed, public).ServeHTTP(w, r)
			assert.Equal(t, http.StatusAccepted, w.Code)
			assert.Equal(t, origin, w.Header().Get("Access-Control-Allow-Origin"))
		})
	}
	assert.Equal(t, http.StatusAccepted, send(opened(t, taking(t, 1, nil), listed), "POST", "/leads", mediaJSON, goodJSON).Code, "no browser")
}

func TestPagesOfOtherWebSitesAreRefusedAndStartNothing(t *testing.T) {
	for name, origins := range map[string][]string{
		"another":         {"https://evil.example"},
		"a part of it":    {"https://shop.www.contoso.example"},
		"a longer name":   {site + ".evil.example"},
		"without TLS":     {"http://www.contoso.example"},
		"another port":    {site + ":8443"},
		"hidden":          {"null"},
		"empty":           {""},
		"a host alone":    {"example.com"},
		"a scheme alone":  {"https://"},
		"two":             {site, "https://evil.example"},
		"two of the same": {site, site},
	} {
		t.Run(name, func(t *testing.T) {
			d := opened(t, mocks.NewClient(t), listed)
			for _, method := range []string{"POST", "OPTIONS"} {
				r := httptest.NewRequest(method, "/leads", strings.NewReader(goodJSON))
				r.Header.Set("Content-Type", mediaJSON)
				r.Header["Origin"] = origins
				w := httptest.NewRecorder()
				d.ServeHTTP(w, r)
				assert.Equal(t, http.StatusForbidden, w.Code)
				assert.Empty(t, w.Header().Get("Access-Control-Allow-Origin"))
				assert.Empty(t, w.Header().Get("Access-Control-Allow-Methods"))
				assert.Equal(t, "Origin", w.Header().Get("Vary"))
				if p := problemIn(t, w); origins[0] == "null" {
					assert.Contains(t, p.Detail, "Referrer-Policy")
				} else {
					assert.Contains(t, p.Detail, "starter.leads.origins")
				}
			}
		})
	}
}

func TestABrowserIsToldBeforehandWhatAPageMaySend(t *testing.T) {
	w := send(opened(t, mocks.NewClient(t), listed), "OPTIONS", "/leads", "", "", "Origin", site,
		"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "content-type,idempotency-key")
	assert.Equal(t, http.StatusNoContent, w.Code)
	assert.Empty(t, w.Body.String())
	h := w.Header()
	assert.Equal(t, site, h.Get("Access-Control-Allow-Origin"))
	assert.Equal(t, "GET, POST", h.Get("Access-Control-Allow-Methods"))
	assert.Equal(t, "Content-Type, Idempotency-Key", h.Get("Access-Control-Allow-Headers"))
	assert.Equal(t, "600", h.Get("Access-Control-Max-Age"))
	assert.Equal(t, "Origin", h.Get("Vary"))
	assert.Empty(t, h.Get("Access-Control-Allow-Credentials"), "nothing here goes by a cookie")
}

func TestAPageMayReadEveryAnswerThatItsBrowserGets(t *testing.T) {
	down := taking(t, 1, context.DeadlineExceeded)
	broken := mocks.NewClient(t)
	broken.On("ExecuteWorkflow", mock.Anything, mock.Anything, mock.Anything, mock.Anything).Panic("oops").Once()
	none := mocks.NewClient(t)
	for want, c := range map[int]struct {
		temporal        *mocks.Client
		mediaType, body string
		headers         []string
	}{
		http.StatusBadRequest:            {none, mediaJSON, "{", nil},
		http.StatusUnauthorized:          {none, mediaJSON, goodJSON, []string{signatureHeader, "t=1"}},
		http.StatusRequestEntityTooLarge: {none, mediaJSON, strings.Repeat("x", 5000), nil},
		http.StatusUnsupportedMediaType:  {none, "text/plain", goodJSON, nil},
		http.StatusUnprocessableEntity:   {none, mediaJSON, "{}", nil},
		http.StatusServiceUnavailable:    {down, mediaJSON, goodJSON, nil},
		http.StatusInternalServerError:   {broken, mediaJSON, goodJSON, nil},
	} {
		w := send(opened(t, c.temporal, listed), "POST", "/leads", c.mediaType, c.body, append(c.headers, "Origin", site)...)
		assert.Equal(t, want, w.Code)
		assert.Equal(t, site, w.Header().Get("Access-Control-Allow-Origin"), want)
		assert.Equal(t, "Location, Retry-After, X-Request-Id", w.Header().Get("Access-Control-Expose-Headers"), want)
		assert.Equal(t, "Origin", w.Header().Get("Vary"), want)
	}
	w := send(opened(t, none, listed), "GET", "/leads/rotation-dach", "", "", "Origin", site)
	assert.Equal(t, site, w.Header().Get("Access-Control-Allow-Origin"), "a lead's status")
	w = send(opened(t, none, listed), "GET", "/leads/rotation-dach", "", "", "Origin", "https://evil.example")
	assert.Equal(t, http.StatusNotFound, w.Code)
	assert.Empty(t, w.Header().Get("Access-Control-Allow-Origin"))
}

func TestRulesThatChangeHoldFromTheNextLead(t *testing.T) {
	now := config.Leads{}
	d := opened(t, taking(t, 2, nil), func(o *Options) { o.Leads = func() config.Leads { return now } })
	from := func() int { return send(d, "POST", "/leads", mediaJSON, goodJSON, "Origin", site).Code }
	assert.Equal(t, http.StatusForbidden, from())
	now.Origins, now.PerMinute = []string{site}, 2
	assert.Equal(t, http.StatusAccepted, from())
	assert.Equal(t, http.StatusAccepted, from())
	assert.Equal(t, http.StatusTooManyRequests, from())
	now.Origins = nil
	assert.Equal(t, http.StatusForbidden, from())
}

func TestTheDoorsPageDoesNotHideItsOwnOrigin(t *testing.T) {
	w := send(opened(t, mocks.NewClient(t)), "GET", "/leads", "", "", "Accept", html)
	require.Equal(t, http.StatusOK, w.Code)
	assert.Equal(t, "same-origin", w.Header().Get("Referrer-Policy"), "with no-referrer a browser sends Origin: null")
}
