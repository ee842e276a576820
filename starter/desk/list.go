// Package desk is the operator's view of the human tasks of all workflows: what is open, with whom, until when; and an answer
// to one of them.
package desk

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"golang.org/x/sync/errgroup"

	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/visibility"
)

// Item is an open task. Where no worker could be asked (see Guessed), it is what Temporal's search attributes say.
type Item struct {
	// Workflow is the workflow's ID, and Kind its type ("lead").
	Workflow string `json:"workflow"`
	Kind     string `json:"kind"`
	Task     string `json:"task,omitempty"`
	Title    string `json:"title"`
	// Version is that of what the task is about; "" where there is only one.
	Version string `json:"version,omitempty"`
	// WaitsOn are the handbook IDs of who is expected to answer: the holder, or all of a group while nobody has claimed it.
	WaitsOn []string `json:"waits_on"`
	// Actions are the answers that it takes.
	Actions []string `json:"actions,omitempty"`
	// Since is when they got it; Due when it is late, zero where it never is and while it is paused.
	Since       time.Time           `json:"since,omitzero"`
	Due         time.Time           `json:"due,omitzero"`
	Breached    bool                `json:"breached"`
	PausedSince time.Time           `json:"paused_since,omitzero"`
	Next        *humantask.NextRung `json:"next,omitempty"`
	// Guessed is set where no worker answered for the workflow: it waits for somebody, but for which task, and since when,
	// isn't known.
	Guessed bool `json:"guessed,omitempty"`
}

// Filter says which tasks are wanted; the zero value wants all.
type Filter struct {
	// WaitsOn is the handbook ID of who must be expected to answer; "" for anybody.
	WaitsOn string
	// Late wants only those whose time is over.
	Late bool
}

const (
	// together is how many workflows are asked at the same time. Each costs a worker a moment, and a replay where the
	// workflow isn't in its cache.
	together = 8
	// patience is how long one workflow may take to answer.
	patience = 3 * time.Second
)

var personID = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]*$`)

// List returns the open tasks of all running workflows, the most urgent first. It finds the workflows that wait for somebody
// by their search attributes, which lag behind by a second or so, and asks each for its tasks.
func List(ctx context.Context, c client.Client, f Filter) ([]Item, error) {
	query := fmt.Sprintf("ExecutionStatus = 'Running' AND %s IS NOT NULL", visibility.WaitsOn.GetName())
	if f.WaitsOn != "" {
		if !personID.MatchString(f.WaitsOn) {
			return nil, fmt.Errorf("%q is no person's ID: those have lower-case letters, digits, dots and hyphens", f.WaitsOn)
		}
		query = fmt.Sprintf("ExecutionStatus = 'Running' AND %s = '%s'", visibility.WaitsOn.GetName(), f.WaitsOn)
	}
	now := time.Now()
	if f.Late {
		query += fmt.Sprintf(" AND %s < '%s'", visibility.Due.GetName(), now.UTC().Format(time.RFC3339Nano))
	}
	var (
		mu    sync.Mutex
		items []Item
		heard hearing
	)
	work, workCtx := errgroup.WithContext(ctx)
	work.SetLimit(together)
	var token []byte
	for {
		page, err := c.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Query: query, NextPageToken: token})
		if err != nil {
			_ = work.Wait()
			return nil, fmt.Errorf("the open tasks could not be listed: %w", err)
		}
		for _, run := range page.GetExecutions() {
			work.Go(func() error {
				found, err := ask(workCtx, c, run, &heard)
				if err != nil {
					return err
				}
				mu.Lock()
				defer mu.Unlock()
				items = append(items, found...)
				return nil
			})
		}
		if token = page.GetNextPageToken(); len(token) == 0 {
			break
		}
	}
	if err := work.Wait(); err != nil {
		return nil, err
	}
	items = slices.DeleteFunc(items, func(i Item) bool {
		return f.WaitsOn != "" && !slices.Contains(i.WaitsOn, f.WaitsOn) || f.Late && (i.Due.IsZero() || i.Due.After(now))
	})
	slices.SortFunc(items, byUrgency)
	return items, nil
}

// hearing counts who answered and who didn't, so that a list doesn't wait for each workflow in turn when no worker runs.
type hearing struct{ answered, silent atomic.Int32 }

// none reports whether nobody seems to be there: as many as were asked together kept silent, and none has answered.
func (h *hearing) none() bool { return h.answered.Load() == 0 && h.silent.Load() >= together }

// ask lists a workflow's open tasks. It fails only where the caller has given up.
func ask(ctx context.Context, c client.Client, run *workflowpb.WorkflowExecutionInfo, heard *hearing) ([]Item, error) {
	id, kind := run.GetExecution().GetWorkflowId(), run.GetType().GetName()
	if heard.none() {
		return guess(run), ctx.Err()
	}
	views, err := Tasks(ctx, c, id)
	var gone *serviceerror.NotFound
	var broken *serviceerror.QueryFailed
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.As(err, &gone):
		return nil, nil
	case errors.As(err, &broken): // a worker is there, but can't run this one: somebody should look
		heard.answered.Add(1)
		return guess(run), nil
	case err != nil:
		heard.silent.Add(1)
		return guess(run), nil
	}
	heard.answered.Add(1)
	var items []Item
	for _, v := range views {
		if !v.Open() {
			continue
		}
		items = append(items, Item{
			Workflow: id, Kind: kind, Task: v.ID, Title: v.Title, Version: v.Version, WaitsOn: waitsOn(v), Actions: actions(v),
			Since: v.Since, Due: v.Due, Breached: v.Breached, PausedSince: v.PausedSince, Next: v.Next,
		})
	}
	return items, nil
}

// Tasks asks a workflow for its tasks, also one that has ended: the open ones first. A worker must be there to answer, within
// three seconds. The error is a [serviceerror.NotFound] where there is no such workflow (any more).
func Tasks(ctx context.Context, c client.Client, id string) ([]humantask.View, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	answer, err := c.QueryWorkflow(ctx, id, "", humantask.QueryTasks)
	for err != nil {
		// Temporal says so where it had given the question to a worker that had just hung up: another one answers.
		if cut := new(serviceerror.Canceled); !errors.As(err, &cut) || ctx.Err() != nil {
			return nil, err
		}
		answer, err = c.QueryWorkflow(ctx, id, "", humantask.QueryTasks)
	}
	var views []humantask.View
	return views, answer.Get(&views)
}

// guess tells what the search attributes do.
func guess(run *workflowpb.WorkflowExecutionInfo) []Item {
	attributes := run.GetSearchAttributes().GetIndexedFields()
	item := Item{
		Workflow: run.GetExecution().GetWorkflowId(), Kind: run.GetType().GetName(), Guessed: true,
		Title: "(no worker answers for this workflow)",
	}
	read(attributes, visibility.WaitsOn.GetName(), &item.WaitsOn)
	read(attributes, visibility.Due.GetName(), &item.Due)
	read(attributes, visibility.Breached.GetName(), &item.Breached)
	return []Item{item}
}

// read decodes a search attribute; one that is missing or of another type leaves the value as it is.
func read(attributes map[string]*commonpb.Payload, name string, to any) {
	if p, ok := attributes[name]; ok {
		_ = converter.GetDefaultDataConverter().FromPayload(p, to)
	}
}

func waitsOn(v humantask.View) []string {
	if v.Holder.ID != "" {
		return []string{v.Holder.ID}
	}
	ids := make([]string, len(v.Candidates))
	for i, p := range v.Candidates {
		ids[i] = p.ID
	}
	return ids
}

func actions(v humantask.View) []string {
	names := make([]string, len(v.Actions))
	for i, a := range v.Actions {
		names[i] = a.Name
	}
	return names
}

// byUrgency puts first what is due first, and what is never due last.
func byUrgency(a, b Item) int {
	if a.Due.IsZero() != b.Due.IsZero() {
		if a.Due.IsZero() {
			return 1
		}
		return -1
	}
	if c := a.Due.Compare(b.Due); c != 0 {
		return c
	}
	return strings.Compare(a.Workflow+a.Task, b.Workflow+b.Task)
}
