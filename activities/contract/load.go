package contract

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

var loadHubspot = sync.OnceValues(func() (description, error) {
	d := description{vendor: "hubspot", path: same, also: bearer}
	for _, name := range []string{
		"contacts", "companies", "notes", "deals", "tickets", "tasks", "line_items", "owners", "associations", "properties",
	} {
		doc, err := loadV3("hubspot/" + name + ".json")
		if err != nil {
			return d, err
		}
		if err := d.add(doc); err != nil {
			return d, fmt.Errorf("hubspot/%s.json: %w", name, err)
		}
	}
	return d, nil
})

var loadSendGrid = sync.OnceValues(func() (description, error) {
	d := description{vendor: "sendgrid", path: same, also: bearer}
	for _, name := range []string{"mail", "email_activity"} {
		doc, err := loadV3("sendgrid/" + name + ".json")
		if err != nil {
			return d, err
		}
		if err := d.add(doc); err != nil {
			return d, fmt.Errorf("sendgrid/%s.json: %w", name, err)
		}
	}
	return d, nil
})

func same(path string) string { return path }

// bearer asks for the authorisation, which the descriptions' security schemes know in too many ways to be checked by them.
func bearer(in *openapi3filter.RequestValidationInput, _ []byte) error {
	if token, ok := strings.CutPrefix(in.Request.Header.Get("Authorization"), "Bearer "); !ok || token == "" {
		return errors.New("has no bearer token")
	}
	return nil
}

func loadV3(name string) (*openapi3.T, error) {
	return openapi3.NewLoader().LoadFromFile(filepath.Join(os.Getenv(Env), name))
}

// add makes the description's operations known. It is strict where the vendors are loose: a field that a request's schema
// doesn't have is refused, so that a misspelt one is found.
func (d *description) add(doc *openapi3.T) error {
	doc.Servers = openapi3.Servers{{URL: "/"}}
	closed := map[*openapi3.Schema]bool{}
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			if op.RequestBody == nil {
				continue
			}
			for _, media := range op.RequestBody.Value.Content {
				closeSchema(media.Schema, closed)
			}
		}
	}
	// The vendors' examples, patterns and defaults don't hold to their own schemas.
	err := doc.Validate(context.Background(), openapi3.DisableExamplesValidation(), openapi3.DisableSchemaPatternValidation(),
		openapi3.DisableSchemaDefaultsValidation())
	if err != nil {
		return err
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		return err
	}
	d.routers = append(d.routers, router)
	return nil
}

// closeSchema refuses unknown fields in a request's schema, and a list of recipients without any.
func closeSchema(ref *openapi3.SchemaRef, seen map[*openapi3.Schema]bool) {
	if ref == nil || ref.Value == nil || seen[ref.Value] {
		return
	}
	s := ref.Value
	seen[s] = true
	if len(s.Properties) > 0 && s.AdditionalProperties.Schema == nil && len(s.AllOf)+len(s.AnyOf)+len(s.OneOf) == 0 {
		no := false
		s.AdditionalProperties.Has = &no
	}
	for name, p := range s.Properties {
		closeSchema(p, seen)
		if (name == "personalizations" || name == "to") && p.Value != nil && p.Value.Items != nil {
			p.Value.MinItems = 1
		}
	}
	closeSchema(s.Items, seen)
}

// describedStatus is the status under which the description has such an answer. Slack answers an error with 200 and ok false,
// and describes it as the default answer.
func (d *description) describedStatus(status int, body []byte) int {
	if d.vendor != "slack" || status != http.StatusOK {
		return status
	}
	var answer struct {
		OK bool `json:"ok"`
	}
	if json.Unmarshal(body, &answer) == nil && !answer.OK {
		return statusSlackError
	}
	return status
}
