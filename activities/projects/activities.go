package projects

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/rest"
)

// Options say where in Asana projects are made.
type Options struct {
	// URL is the API's address; "" for Asana's own, https://app.asana.com/api/1.0.
	URL string
	// Token is a personal access token, or a service account's. With an OAuth app's its scopes are projects:read, :write and
	// :delete, tasks:read, :write and :delete, project_sections:read and :write, users:read.
	Token string
	// Workspace is the gid of the workspace or organisation whose members are assigned.
	Workspace string
	// Team is the gid of the team that has the projects. An organisation needs one; a plain workspace, which knows no teams,
	// has "".
	Team string
	// HTTP sends the requests; nil for a client of its own from rest.NewHTTPClient.
	HTTP *http.Client
}

// Activities are what Throughline does in Asana. They are safe for concurrent use.
type Activities struct {
	api       *rest.Client
	workspace string
	home      string // the path of what has the projects: the team, or else the workspace
}

// New makes the activities.
func New(o Options) *Activities {
	a := &Activities{api: client(o), workspace: "/workspaces/" + url.PathEscape(o.Workspace)}
	a.home = a.workspace
	if o.Team != "" {
		a.home = "/teams/" + url.PathEscape(o.Team)
	}
	return a
}

// MakeProject makes a project with its sections and tasks, each once. Run again, also after an attempt that broke off half-way
// or at the same time as another one, it finds what is there and makes what is missing; see [once] for how. What people have
// changed meanwhile stays as it is.
//
// Somebody whom Asana doesn't know is no fault: the task stays without an assignee, and the answer names the address.
func (a *Activities) MakeProject(ctx context.Context, key effect.Key, k Kickoff) (Made, error) {
	if err := check(k); err != nil {
		return Made{}, err
	}
	people, unknown, err := a.people(ctx, k)
	if err != nil {
		return Made{}, err
	}
	project, err := a.project(ctx, key, k, people)
	if err != nil {
		return Made{}, err
	}
	sections, err := a.sections(ctx, project, k)
	if err != nil {
		return Made{}, err
	}
	if err := a.tasks(ctx, key, project, sections, k, people); err != nil {
		return Made{}, err
	}
	return Made{ID: project.GID, URL: project.URL, Unassigned: unknown}, nil
}

// check says what is wrong with a kickoff, by the field's name.
func check(k Kickoff) error {
	wrong := func(field, problem string) error {
		return fault.Final(system, "invalid_request", field+": "+problem).Err()
	}
	if strings.TrimSpace(k.Name) == "" {
		return wrong("name", "is missing")
	}
	if !day(k.Start) {
		return wrong("start", fmt.Sprintf("%q is no date: write it like 2026-11-30", k.Start))
	}
	names := map[string]bool{}
	for i, s := range k.Sections {
		field := fmt.Sprintf("sections[%d]", i)
		name := strings.TrimSpace(s.Name)
		switch {
		case name == "":
			return wrong(field+".name", "is missing")
		case names[name]:
			return wrong(field+".name", fmt.Sprintf("%q is there twice: give each section a name of its own", name))
		}
		names[name] = true
		for j, t := range s.Tasks {
			field := fmt.Sprintf("%s.tasks[%d]", field, j)
			if strings.TrimSpace(t.Name) == "" {
				return wrong(field+".name", "is missing")
			}
			if !day(t.Due) {
				return wrong(field+".due", fmt.Sprintf("%q is no date: write it like 2026-12-04", t.Due))
			}
		}
	}
	return nil
}

// day is whether a text is a date, or nothing.
func day(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return text == "" || err == nil
}

// people finds those who own and do something, by their addresses in lower case; unknown are the addresses of those who aren't
// in the workspace.
func (a *Activities) people(ctx context.Context, k Kickoff) (known map[string]string, unknown []string, err error) {
	known = map[string]string{}
	addresses := []string{k.Owner}
	for _, s := range k.Sections {
		for _, t := range s.Tasks {
			addresses = append(addresses, t.Assignee)
		}
	}
	for _, address := range addresses {
		address = plain(address)
		if _, done := known[address]; done || address == "" || slices.Contains(unknown, address) {
			continue
		}
		user, err := a.read(ctx, a.workspace+"/users/"+url.PathEscape(address), "name")
		if f, ok := fault.From(err); ok && (f.Status == http.StatusBadRequest || f.Status == http.StatusForbidden || f.Status == http.StatusNotFound) {
			// Asana has several ways to say that it knows nobody by that address, or nobody whom we may know.
			unknown = append(unknown, address)
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		known[address] = user.GID
	}
	return known, unknown, nil
}

// plain is an address as it is compared.
func plain(address string) string { return strings.ToLower(strings.TrimSpace(address)) }

// end is the last of the due dates; "" where there is none.
func (k Kickoff) end() (last string) {
	for _, s := range k.Sections {
		for _, t := range s.Tasks {
			last = max(last, t.Due) // dates of this form are in the order of their text
		}
	}
	return last
}

// older is in what order two things were made. Where Asana's clock doesn't tell, their IDs do: all that matters is that
// everybody sees them in the same order.
func older(a, b thing) int {
	return cmp.Or(cmp.Compare(a.Created, b.Created), cmp.Compare(len(a.GID), len(b.GID)), cmp.Compare(a.GID, b.GID))
}
