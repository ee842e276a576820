package enrich_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/enrich"
	"github.com/throughline-dev/throughline/activities/fault"
)

var key = effect.Key{ID: "lead-4k7q2m9x/enrich"}

// answering starts a People Data Labs that gives one answer, and keeps the last question.
func answering(t *testing.T, status int, body string) (*enrich.Activities, *url.Values) {
	asked := &url.Values{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "GET /v5/company/enrich", r.Method+" "+r.URL.Path)
		assert.Equal(t, "pdl-test", r.Header.Get("X-Api-Key"))
		*asked = r.URL.Query()
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}))
	t.Cleanup(srv.Close)
	return enrich.New(enrich.Options{URL: srv.URL, Key: "pdl-test"}), asked
}

func faultOf(t *testing.T, err error) fault.Fault {
	t.Helper()
	require.Error(t, err)
	f, ok := fault.From(err)
	require.Truef(t, ok, "no fault: %v", err)
	assert.Equal(t, "peopledatalabs", f.System)
	return f
}

// contoso is an answer in the form that People Data Labs documents.
const contoso = `{"status":200,"likelihood":9,"id":"x","name":"contoso, inc.","display_name":"Contoso, Inc.","size":"1001-5000",
	"employee_count":1248,"founded":1999,"industry":"computer software","website":"contoso.com","type":"private","tags":[],
	"ticker":null,"location":{"name":"redmond, washington, united states","locality":"redmond","country":"united states"}}`

func TestACompanyIsFoundByItsDomainAndName(t *testing.T) {
	a, asked := answering(t, 200, contoso)
	got, err := a.EnrichCompany(t.Context(), key, enrich.Query{Domain: "contoso.com", Name: "Contoso", Country: "US"})
	require.NoError(t, err)
	assert.Equal(t, enrich.Company{
		Found: true, Name: "Contoso, Inc.", Domain: "contoso.com", Country: "US", Industry: "computer software", Employees: 1248,
	}, got)
	assert.Equal(t, url.Values{
		"website": {"contoso.com"}, "name": {"Contoso"}, "country": {"united states"}, "min_likelihood": {"6"},
	}, *asked)
}

func TestWhatIsNotKnownIsNotAsked(t *testing.T) {
	a, asked := answering(t, 200, contoso)
	_, err := a.EnrichCompany(t.Context(), key, enrich.Query{Name: "Contoso", Domain: " ", Country: "Atlantis"})
	require.NoError(t, err)
	assert.Equal(t, url.Values{"name": {"Contoso"}, "min_likelihood": {"6"}}, *asked)
}

func TestWhatIsNotKnownAboutACompanyIsLeftOut(t *testing.T) {
	for body, want := range map[string]enrich.Company{
		`{"name":"x","website":null,"employee_count":null,"size":null,"industry":null,"location":null}`:                        {Name: "x"},
		`{"name":"x","display_name":null,"size":"51-200","location":{"country":null}}`:                                         {Name: "x", Employees: 51},
		`{"name":"x","size":"10001+","employee_count":0}`:                                                                      {Name: "x", Employees: 10001},
		`{"name":"x","size":"self-employed","location":{"country":"atlantis"}}`:                                                {Name: "x"},
		`{"name":"x","website":"https://www.Shop.Contoso.co.uk:443/en?a=b"}`:                                                   {Name: "x", Domain: "contoso.co.uk"},
		`{"website":"contoso.com","employee_count":7,"size":"1-10","location":{"country":"democratic republic of the congo"}}`: {Domain: "contoso.com", Employees: 7, Country: "CD"},
	} {
		a, _ := answering(t, 200, body)
		got, err := a.EnrichCompany(t.Context(), key, enrich.Query{Name: "x"})
		require.NoError(t, err, body)
		want.Found = true
		assert.Equal(t, want, got, body)
	}
}

func TestACompanyThatNobodyKnowsIsAnAnswer(t *testing.T) {
	a, _ := answering(t, 404, `{"status":404,"error":{"type":"not_found","message":"No records were found matching your request"}}`)
	got, err := a.EnrichCompany(t.Context(), key, enrich.Query{Domain: "contoso.com"})
	require.NoError(t, err)
	assert.Zero(t, got)
}

func TestFailuresAreClassified(t *testing.T) {
	for _, test := range []struct {
		status int
		body   string
		class  string
		code   string
	}{
		{402, `{"status":402,"error":{"type":"payment_required","message":"all matches used"}}`, fault.ClassFinal, "payment_required"},
		{401, `{"status":401,"error":{"type":"authentication_error","message":"no"}}`, fault.ClassFinal, "authentication_error"},
		{404, `<html>nothing at this address</html>`, fault.ClassFinal, ""}, // a wrong URL is no company that isn't known
		{429, `{"status":429,"error":{"type":"rate_limit_error","message":"too quick"}}`, fault.ClassThrottled, "rate_limit_error"},
		{500, `{"status":500,"error":{"type":"api_error","message":"no"}}`, fault.ClassUnavailable, "api_error"},
		{200, `<html>`, fault.ClassUnavailable, ""},
		{200, `{}`, fault.ClassUnavailable, ""},
	} {
		a, _ := answering(t, test.status, test.body)
		got, err := a.EnrichCompany(t.Context(), key, enrich.Query{Domain: "contoso.com"})
		f := faultOf(t, err)
		assert.Equal(t, test.class, f.Class, test.body)
		assert.Equal(t, test.code, f.Code, test.body)
		assert.Zero(t, got)
	}
}

func TestAQueryForNothingIsFinal(t *testing.T) {
	a := enrich.New(enrich.Options{URL: "http://127.0.0.1:0"})
	_, err := a.EnrichCompany(t.Context(), key, enrich.Query{Country: "US"})
	assert.Equal(t, fault.ClassFinal, faultOf(t, err).Class)
}

func TestACompanysDomainIsTheOneThatWasRegistered(t *testing.T) {
	for email, want := range map[string]string{
		"jane@contoso.com":              "contoso.com",
		"Jane@Contoso.COM":              "contoso.com",
		"jane@mail.eu.contoso.com":      "contoso.com",
		"jane@contoso.co.uk":            "contoso.co.uk",
		"jane@cs.contoso.ac.uk":         "contoso.ac.uk",
		"jane@contoso.example":          "contoso.example",
		"jane@contoso.com.":             "contoso.com",
		"jane@bücher.example":           "xn--bcher-kva.example",
		"jane@mail.BÜCHER.example":      "xn--bcher-kva.example",
		"jane@xn--bcher-kva.example":    "xn--bcher-kva.example",
		`"odd@local"@contoso.com`:       "contoso.com",
		"jane+tag@contoso.com":          "contoso.com",
		"jane@live.contoso.com":         "contoso.com",
		"jane@gmail-consulting.example": "gmail-consulting.example",
		"jane@livestock.com":            "livestock.com",

		"jane@gmail.com":      "",
		"jane@GMail.com":      "",
		"jane@googlemail.com": "",
		"jane@yahoo.co.uk":    "",
		"jane@yahoo.fr":       "",
		"jane@mail.yahoo.com": "",
		"jane@outlook.de":     "",
		"jane@hotmail.it":     "",
		"jane@live.com":       "",
		"jane@live.co.uk":     "",
		"jane@gmx.net":        "",
		"jane@web.de":         "",
		"jane@icloud.com":     "",
		"jane@proton.me":      "",
		"jane@qq.com":         "",
		"jane@mailinator.com": "",

		"":                   "",
		"jane":               "",
		"@contoso.com":       "",
		"jane@":              "",
		"jane@localhost":     "",
		"jane@co.uk":         "",
		"jane@192.168.0.1":   "",
		"jane@[::1]":         "",
		"jane@con toso.com":  "",
		"jane@contoso..com":  "",
		"jane@-contoso-.com": "",
	} {
		assert.Equal(t, want, enrich.CompanyDomain(email), email)
	}
}

func FuzzCompanyDomain(f *testing.F) {
	f.Add("jane@contoso.com")
	f.Add("jane@mail.müller.co.at")
	f.Add("@.")
	f.Add("0@0.\x80")
	f.Fuzz(func(t *testing.T, email string) {
		domain := enrich.CompanyDomain(email)
		if domain != "" {
			assert.Equal(t, domain, enrich.CompanyDomain("x@"+domain), "what it answers is a company's domain again")
			assert.Regexp(t, `^[a-z0-9_.-]+$`, domain)
		}
	})
}
