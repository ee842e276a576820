package crm

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/rest"
)

// system names HubSpot in faults.
const system = "hubspot"

// The kinds of records.
const (
	contacts  = "contacts"
	companies = "companies"
	notes     = "notes"
)

// properties are a record's values by name.
type properties map[string]string

// filled are the properties that hold something: HubSpot takes an empty value as an order to blank the field.
func (p properties) filled() properties {
	filled := maps.Clone(p)
	for name, value := range filled {
		if filled[name] = strings.TrimSpace(value); filled[name] == "" {
			delete(filled, name)
		}
	}
	return filled
}

func (p properties) names() []string { return slices.Sorted(maps.Keys(p)) }

// UnmarshalJSON reads an answer's properties, which are null where a record has none.
func (p *properties) UnmarshalJSON(b []byte) error {
	var values map[string]*string
	if err := json.Unmarshal(b, &values); err != nil {
		return err
	}
	*p = properties{}
	for name, v := range values {
		if v != nil {
			(*p)[name] = *v
		}
	}
	return nil
}

type record struct {
	ID         string     `json:"id"`
	Properties properties `json:"properties"`
	// New says of an upserted record that it was created.
	New bool `json:"new"`
}

func client(o Options) *rest.Client {
	if o.HTTP == nil {
		o.HTTP = rest.NewHTTPClient()
	}
	return &rest.Client{
		System: system, URL: cmp.Or(o.URL, "https://api.hubapi.com"), HTTP: o.HTTP, Authorise: rest.Bearer(o.Token), Describe: describe,
	}
}

// upsert writes a record by a unique property: it creates the record, or updates the one that has the value.
func (a *Activities) upsert(ctx context.Context, kind, by, value string, p properties) (record, error) {
	type input struct {
		ID         string     `json:"id"`
		IDProperty string     `json:"idProperty"`
		Properties properties `json:"properties"`
	}
	type batch struct {
		Results []record        `json:"results"`
		Errors  json.RawMessage `json:"errors"`
	}
	set := p.filled()
	set[by] = value
	answer, err := rest.Do[batch](ctx, a.api, rest.Request{
		Method: http.MethodPost, Path: "/crm/v3/objects/" + kind + "/batch/upsert",
		Body: map[string][]input{"inputs": {{ID: value, IDProperty: by, Properties: set}}},
	})
	if f, ok := fault.From(err); ok && f.Status == http.StatusConflict {
		// Somebody else is creating the same record at this moment. Another try finds it.
		return record{}, passing(f)
	}
	if err != nil {
		return record{}, err
	}
	if len(answer.Results) == 1 && answer.Results[0].ID != "" {
		return answer.Results[0], nil
	}
	// A batch whose only input was refused is answered with 207, no results, and the reasons.
	var refused []json.RawMessage
	if json.Unmarshal(answer.Errors, &refused) == nil && len(refused) > 0 {
		code, message := describe(refused[0])
		return record{}, fault.Final(system, code, message).Err()
	}
	return record{}, fault.Unreachable(system, "the upsert of "+kind+" was answered without a record").Err()
}

// update changes the filled ones of the properties.
func (a *Activities) update(ctx context.Context, kind, id string, p properties) error {
	_, err := rest.Do[struct{}](ctx, a.api, rest.Request{
		Method: http.MethodPatch, Path: "/crm/v3/objects/" + kind + "/" + url.PathEscape(id),
		Body: map[string]properties{"properties": p.filled()},
	})
	return err
}

// read reads a record by its ID. That of the answer is another one where the record was merged.
func (a *Activities) read(ctx context.Context, kind, id string, names ...string) (record, error) {
	return a.readBy(ctx, kind, "", id, names...)
}

// readBy reads the record with the value of a unique property. A contact is found by any of its e-mail addresses.
func (a *Activities) readBy(ctx context.Context, kind, by, value string, names ...string) (record, error) {
	query := url.Values{"properties": {strings.Join(names, ",")}}
	if by != "" {
		query.Set("idProperty", by)
	}
	r, err := rest.Do[record](ctx, a.api, rest.Request{
		Method: http.MethodGet, Path: "/crm/v3/objects/" + kind + "/" + url.PathEscape(value), Query: query,
	})
	if err == nil && r.ID == "" {
		err = fault.Unreachable(system, "a read of "+kind+" was answered without a record").Err()
	}
	return r, err
}

// IsSearch reports whether a request to HubSpot is one of its CRM's searches, which HubSpot counts by themselves:
// POST /crm/v3/objects/companies/search.
func IsSearch(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/search")
}

// search finds the oldest record with the value, HubSpot's order where none is asked for; the zero record where there is none.
func (a *Activities) search(ctx context.Context, kind, by, value string, names []string) (record, error) {
	type filter struct {
		PropertyName string `json:"propertyName"`
		Operator     string `json:"operator"`
		Value        string `json:"value"`
	}
	type found struct {
		Results *[]record `json:"results"`
	}
	answer, err := rest.Do[found](ctx, a.api, rest.Request{
		Method: http.MethodPost, Path: "/crm/v3/objects/" + kind + "/search",
		Body: map[string]any{
			"filterGroups": []any{map[string]any{"filters": []filter{{PropertyName: by, Operator: "EQ", Value: value}}}},
			"properties":   names, "limit": 1, "after": "", "sorts": []string{},
		},
	})
	switch {
	case err != nil:
		return record{}, err
	case answer.Results == nil:
		return record{}, fault.Unreachable(system, "the search's answer holds no list").Err()
	case len(*answer.Results) == 0:
		return record{}, nil
	}
	return (*answer.Results)[0], nil
}

// associate says that two records belong together; to say it again changes nothing.
func (a *Activities) associate(ctx context.Context, fromKind, from, toKind, to string) error {
	_, err := rest.Do[struct{}](ctx, a.api, rest.Request{
		Method: http.MethodPut,
		Path: "/crm/v4/objects/" + fromKind + "/" + url.PathEscape(from) + "/associations/default/" +
			toKind + "/" + url.PathEscape(to),
	})
	return err
}

// absent is whether an error says that there is no such record. One without HubSpot's own words is somebody else's: a proxy's,
// or that of an address which isn't HubSpot's, and no reason to think that anything was deleted.
func absent(err error) bool {
	f, ok := fault.From(err)
	return ok && f.Status == http.StatusNotFound && f.Code != ""
}

// moved makes a fault that passes of one about a record that was there a moment ago and is no more: the next attempt finds
// what there is by then. So does it too where the search still shows a record that was deleted seconds ago.
func moved(err error) error {
	if !absent(err) {
		return err
	}
	f, _ := fault.From(err)
	return passing(f)
}

// passing makes a fault that is worth another try of one that HubSpot means for good.
func passing(f fault.Fault) error {
	p := fault.Unreachable(system, f.Message)
	p.Status, p.Code = f.Status, f.Code
	return p.Err()
}

// describe reads one of HubSpot's errors. The correlation ID is what its support asks for. Some errors have no category; the
// status, which is "error", then stands for it.
func describe(body []byte) (code, message string) {
	var said struct {
		Status        string `json:"status"`
		Category      string `json:"category"`
		Message       string `json:"message"`
		CorrelationID string `json:"correlationId"`
	}
	if json.Unmarshal(body, &said) != nil {
		return "", ""
	}
	if said.CorrelationID != "" {
		said.Message += " (correlation ID " + said.CorrelationID + ")"
	}
	return cmp.Or(said.Category, said.Status), said.Message
}
