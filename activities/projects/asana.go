package projects

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/rest"
)

// system names Asana in faults.
const system = "asana"

// pageSize is how many things a page of a list holds: Asana's limit.
const pageSize = "100"

// thing is a project, a section, a task or a user, as far as it was asked for.
type thing struct {
	GID     string `json:"gid"`
	Name    string `json:"name"`
	Notes   string `json:"notes"`
	Created string `json:"created_at"` // RFC 3339, always in UTC and with milliseconds
	URL     string `json:"permalink_url"`
}

func client(o Options) *rest.Client {
	if o.HTTP == nil {
		o.HTTP = rest.NewHTTPClient()
	}
	return &rest.Client{
		System: system, URL: cmp.Or(o.URL, "https://app.asana.com/api/1.0"), HTTP: o.HTTP,
		Authorise: rest.Bearer(o.Token), Describe: describe,
	}
}

type one struct {
	Data thing `json:"data"`
}

func (a *Activities) read(ctx context.Context, path string, fields ...string) (thing, error) {
	return a.do(ctx, http.MethodGet, path, nil, fields)
}

func (a *Activities) create(ctx context.Context, path string, values map[string]any, fields ...string) (thing, error) {
	return a.do(ctx, http.MethodPost, path, values, fields)
}

func (a *Activities) update(ctx context.Context, path string, values map[string]any, fields ...string) (thing, error) {
	return a.do(ctx, http.MethodPut, path, values, fields)
}

func (a *Activities) do(ctx context.Context, method, path string, values map[string]any, fields []string) (thing, error) {
	req := rest.Request{Method: method, Path: path, Query: asking(fields)}
	if values != nil {
		req.Body = map[string]any{"data": values}
	}
	got, err := rest.Do[one](ctx, a.api, req)
	if err == nil && got.Data.GID == "" {
		err = fault.Unreachable(system, method+" "+path+" was answered without a gid").Err()
	}
	return got.Data, err
}

func (a *Activities) remove(ctx context.Context, path string) error {
	_, err := rest.Do[struct{}](ctx, a.api, rest.Request{Method: http.MethodDelete, Path: path})
	if f, ok := fault.From(err); ok && f.Status == http.StatusNotFound {
		return nil // it is gone
	}
	return err
}

// place moves a task behind another one in its section.
func (a *Activities) place(ctx context.Context, section string, task, behind thing) error {
	_, err := rest.Do[struct{}](ctx, a.api, rest.Request{
		Method: http.MethodPost, Path: "/sections/" + url.PathEscape(section) + "/addTask",
		Body: map[string]any{"data": map[string]string{"task": task.GID, "insert_after": behind.GID}},
	})
	if f, ok := fault.From(err); ok && (f.Status == http.StatusBadRequest || f.Status == http.StatusNotFound) {
		return nil // somebody has moved or deleted the other one meanwhile: then there is no such place any more
	}
	return err
}

// list is a whole list, page by page.
func (a *Activities) list(ctx context.Context, path string, fields ...string) ([]thing, error) {
	type page struct {
		Data *[]thing `json:"data"`
		Next *struct {
			Offset string `json:"offset"`
		} `json:"next_page"`
	}
	var all []thing
	query := asking(fields)
	query.Set("limit", pageSize)
	for {
		got, err := rest.Do[page](ctx, a.api, rest.Request{Method: http.MethodGet, Path: path, Query: query})
		if err == nil && got.Data == nil {
			err = fault.Unreachable(system, "GET "+path+" was answered without a list").Err()
		}
		if err != nil {
			return nil, err
		}
		all = append(all, *got.Data...)
		if got.Next == nil || got.Next.Offset == "" {
			return all, nil
		}
		query.Set("offset", got.Next.Offset)
	}
}

// asking asks for fields that Asana doesn't give unasked.
func asking(fields []string) url.Values {
	return url.Values{"opt_fields": {strings.Join(fields, ",")}}
}

// describe reads one of Asana's errors, which have no codes but the phrase that its support asks for.
func describe(body []byte) (code, message string) {
	var said struct {
		Errors []struct {
			Message string `json:"message"`
			Phrase  string `json:"phrase"`
		} `json:"errors"`
	}
	if json.Unmarshal(body, &said) != nil {
		return "", ""
	}
	var all []string
	for _, e := range said.Errors {
		if e.Phrase != "" {
			e.Message += " (phrase: " + e.Phrase + ")"
		}
		all = append(all, e.Message)
	}
	return "", strings.Join(all, "; ")
}
