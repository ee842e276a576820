package crm

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"

	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/rest"
)

// stage is a stage of a pipeline of tickets.
type stage struct {
	id, pipeline string
	closed       bool // a ticket in it counts as closed
}

// stages are those of all pipelines of tickets, in the order in which HubSpot shows them. They are asked for once a process, and
// again where one is asked for that isn't among them.
type stages struct {
	mu   sync.Mutex
	list []stage
}

// stageFor is the stage that is named, else the pipeline's first, else the account's. One that no pipeline has is a final fault,
// since somebody has to put the handbook right.
func (a *Activities) stageFor(ctx context.Context, pipeline, id string) (stage, error) {
	s, ok, err := a.findStage(ctx, func(s stage) bool {
		return (id == "" || s.id == id) && (pipeline == "" || s.pipeline == pipeline)
	})
	if err == nil && !ok {
		err = fault.Final(system, "unknown_stage", fmt.Sprintf(
			"pipeline, stage: HubSpot has no pipeline of tickets %q with a stage %q: give their IDs, which are not their names", pipeline, id)).Err()
	}
	return s, err
}

// findStage is the first stage that is one; ok is false where none is.
func (a *Activities) findStage(ctx context.Context, is func(stage) bool) (s stage, ok bool, err error) {
	a.stages.mu.Lock()
	defer a.stages.mu.Unlock()
	i := slices.IndexFunc(a.stages.list, is)
	if i < 0 {
		if a.stages.list, err = a.readStages(ctx); err != nil {
			return stage{}, false, err
		}
		i = slices.IndexFunc(a.stages.list, is)
	}
	if i < 0 {
		return stage{}, false, nil
	}
	return a.stages.list[i], true, nil
}

func (a *Activities) readStages(ctx context.Context) ([]stage, error) {
	type answer struct {
		Results *[]pipeline `json:"results"`
	}
	got, err := rest.Do[answer](ctx, a.api, rest.Request{Method: http.MethodGet, Path: "/crm/v3/pipelines/" + tickets})
	if err != nil {
		return nil, err
	}
	if got.Results == nil {
		return nil, fault.Unreachable(system, "the pipelines were answered without a list").Err()
	}
	var list []stage
	for _, p := range inOrder(*got.Results) {
		for _, s := range inOrder(p.Stages) {
			list = append(list, stage{id: s.ID, pipeline: p.ID, closed: s.Metadata.State == "CLOSED"})
		}
	}
	return list, nil
}

// pipeline is a pipeline, or one of the stages in it.
type pipeline struct {
	ID       string `json:"id"`
	Label    string `json:"label"`
	Order    int    `json:"displayOrder"`
	Metadata struct {
		State string `json:"ticketState"` // of a stage: "OPEN" or "CLOSED"
	} `json:"metadata"`
	Stages []pipeline `json:"stages"`
}

// inOrder sorts as HubSpot shows them: those of the same order by their labels.
func inOrder(list []pipeline) []pipeline {
	slices.SortFunc(list, func(a, b pipeline) int { return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Label, b.Label)) })
	return list
}
