package client

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// Project is a project in Asana.
type Project struct {
	ID string `json:"id"`
	// Key is the key of the effect that made it.
	Key      string           `json:"key,omitempty"`
	Name     string           `json:"name"`
	Notes    string           `json:"notes,omitempty"`
	Owner    string           `json:"owner,omitempty"` // an e-mail address
	Start    string           `json:"start,omitempty"` // "2026-11-30"
	Due      string           `json:"due,omitempty"`
	Created  time.Time        `json:"created"`
	Sections []ProjectSection `json:"sections"`
}

// ProjectSection is a column of a project.
type ProjectSection struct {
	ID    string        `json:"id"`
	Name  string        `json:"name"`
	Tasks []ProjectTask `json:"tasks,omitempty"`
}

// ProjectTask is something to be done in a project.
type ProjectTask struct {
	ID string `json:"id"`
	// Key tells it from every other task that Throughline has made: the project's key and the task's place in its template.
	Key      string `json:"key,omitempty"`
	Name     string `json:"name"`
	Notes    string `json:"notes,omitempty"`
	Assignee string `json:"assignee,omitempty"` // an e-mail address
	Due      string `json:"due,omitempty"`
	Done     bool   `json:"done,omitempty"`
}

// Projects are the projects of a case, or with "" all, oldest first.
func (c *Client) Projects(ctx context.Context, caseID string) (list []Project, err error) {
	return list, c.do(ctx, http.MethodGet, "/projects", url.Values{"case": {caseID}}, nil, &list)
}
