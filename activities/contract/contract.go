// Package contract checks HTTP traffic against the vendors' own published API descriptions. It is support for tests, and
// imported by nothing else: the adapters' tests hold every request that they really send against it, the sandbox's tests every
// answer that it gives, so that neither is only ever checked against the other.
//
// The descriptions are no part of this repository. The environment variable THROUGHLINE_SPECS names the folder that holds them
// (hubspot/, sendgrid/, slack/, dropboxsign/, asana/); where it is unset the tests skip, and say so.
package contract

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// Env is the environment variable that names the folder of the descriptions.
const Env = "THROUGHLINE_SPECS"

// Validator checks one vendor's requests and answers.
type Validator struct {
	t testing.TB
	description
}

// description is a vendor's descriptions, loaded once a process.
type description struct {
	vendor  string
	routers []routers.Router
	// also holds a request to what the description leaves out; may be nil.
	also func(in *openapi3filter.RequestValidationInput, body []byte) error
	// path turns the request's path into the description's.
	path func(string) string
	// form turns a multipart form into the JSON that the description means by it; nil where there are none.
	form func(r *http.Request, body []byte) ([]byte, error)
}

// Hubspot checks against HubSpot's CRM descriptions: objects, associations, properties, owners.
func Hubspot(t testing.TB) *Validator { return open(t, loadHubspot) }

// SendGrid checks against SendGrid's descriptions of mail send and e-mail activity.
func SendGrid(t testing.TB) *Validator { return open(t, loadSendGrid) }

// Slack checks against Slack's description of its Web API, which was frozen in 2021: see loadSlack for what is read differently.
func Slack(t testing.TB) *Validator { return open(t, loadSlack) }

// DropboxSign checks against Dropbox Sign's description.
func DropboxSign(t testing.TB) *Validator { return open(t, loadDropboxSign) }

// Asana checks against Asana's description.
func Asana(t testing.TB) *Validator { return open(t, loadAsana) }

func open(t testing.TB, load func() (description, error)) *Validator {
	t.Helper()
	if os.Getenv(Env) == "" {
		t.Skipf("set %s to the folder of the vendors' API descriptions to run this test", Env)
	}
	d, err := load()
	if err != nil {
		t.Fatalf("load the API description: %v", err)
	}
	return &Validator{t: t, description: d}
}

// Request says what is wrong with a request; nil where the description allows it. The body can be read again afterwards.
func (v *Validator) Request(r *http.Request) error {
	in, body, err := v.input(r)
	if err != nil {
		return err
	}
	if err := openapi3filter.ValidateRequest(r.Context(), in); err != nil {
		return fmt.Errorf("%s request %s %s: %w", v.vendor, r.Method, r.URL.Path, err)
	}
	if v.also != nil {
		if err := v.also(in, body); err != nil {
			return fmt.Errorf("%s request %s %s: %w", v.vendor, r.Method, r.URL.Path, err)
		}
	}
	return nil
}

// Response says what is wrong with the answer to a request; nil where the description allows it.
func (v *Validator) Response(r *http.Request, status int, header http.Header, body []byte) error {
	in, _, err := v.input(r)
	if err != nil {
		return err
	}
	options := *in.Options
	options.IncludeResponseStatus = true
	out := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: v.describedStatus(status, body), Header: header, Options: &options,
	}
	out.SetBodyBytes(body)
	if err := openapi3filter.ValidateResponse(r.Context(), out); err != nil {
		return fmt.Errorf("%s answer %d to %s %s: %w", v.vendor, status, r.Method, r.URL.Path, err)
	}
	return nil
}

// Handler reports what is wrong with each request to next, and with each of its answers, as an error of the test.
func (v *Validator) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := v.Request(r); err != nil {
			v.t.Error(err)
		}
		body, err := takeBody(r)
		if err != nil {
			v.t.Error(err)
		}
		rec := httptest.NewRecorder()
		next.ServeHTTP(rec, r)
		r.Body = io.NopCloser(bytes.NewReader(body))
		if err := v.Response(r, rec.Code, rec.Header(), rec.Body.Bytes()); err != nil {
			v.t.Error(err)
		}
		for k, values := range rec.Header() {
			w.Header()[k] = values
		}
		w.WriteHeader(rec.Code)
		_, _ = w.Write(rec.Body.Bytes())
	})
}

// input finds the operation that the request is for, in whichever of the vendor's descriptions has it.
func (v *Validator) input(r *http.Request) (*openapi3filter.RequestValidationInput, []byte, error) {
	body, err := takeBody(r)
	if err != nil {
		return nil, nil, err
	}
	described := r.Clone(r.Context())
	described.URL.Path, described.URL.RawPath = v.path(r.URL.Path), ""
	described.Body = io.NopCloser(bytes.NewReader(body))
	described.RequestURI = ""
	if v.form != nil && strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		fields, err := v.form(r, body)
		if err != nil {
			return nil, nil, fmt.Errorf("%s form %s %s: %w", v.vendor, r.Method, r.URL.Path, err)
		}
		described.Header.Set("Content-Type", "application/json")
		described.Body = io.NopCloser(bytes.NewReader(fields))
	}
	for _, router := range v.routers {
		route, params, err := router.FindRoute(described)
		if errors.Is(err, routers.ErrMethodNotAllowed) || errors.Is(err, routers.ErrPathNotFound) {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		return &openapi3filter.RequestValidationInput{
			Request: described, PathParams: params, Route: route,
			Options: &openapi3filter.Options{
				AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, RejectWhenRequestBodyNotSpecified: true,
				SkipSettingDefaults: true,
			},
		}, body, nil
	}
	return nil, nil, fmt.Errorf("%s describes no %s %s", v.vendor, r.Method, r.URL.Path)
}

func takeBody(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	return body, err
}
