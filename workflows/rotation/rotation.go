// Package rotation says who is next in a pool: a long-lived workflow, one per pool, that gives turns by smooth weighted round
// robin (the algorithm that nginx balances with: https://github.com/nginx/nginx/commit/52327e0627f49dbda1e8db695e63a4b0af4448b1).
//
// A case asks by the update "take" (package assignment), whose ID is the case's: Temporal answers a repeat within a run, and
// the remembered turns answer it after the workflow has continued as new. The pool's members and their weights come with
// each update, so that people come, go and change weight without a restart.
package rotation

import (
	"fmt"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/assignment"
)

// remembered is how many turns a rotation remembers. It has to outlast the time in which a case may ask again, which is the
// life of one activity: at a lead a second, 2,000 are half an hour.
const remembered = 2000

// State is what a rotation carries from one run to the next. Its zero value is a new rotation's.
type State struct {
	// Credit is each member's standing: who has the most is next.
	Credit map[string]int `json:"credit,omitempty"`
	// Given are the latest turns, the oldest first.
	Given []Given `json:"given,omitempty"`
}

// Given is a turn that was given.
type Given struct {
	Case   string `json:"case"`
	Member string `json:"member"`
}

// Register registers the workflow with a worker.
func Register(r worker.WorkflowRegistry) {
	r.RegisterWorkflowWithOptions(Workflow, workflow.RegisterOptions{Name: assignment.WorkflowName})
}

// Workflow gives the turns of one pool for ever, continuing as new before its history grows large. A new rotation is
// started with the pool's name alone.
func Workflow(ctx workflow.Context, pool string, state State) error {
	err := workflow.SetUpdateHandlerWithOptions(ctx, assignment.UpdateTake,
		func(ctx workflow.Context, req assignment.Request) (assignment.Turn, error) {
			return assignment.Turn{Member: state.take(req)}, nil
		},
		workflow.UpdateHandlerOptions{
			Description: "Takes the next turn of the pool for a case.",
			Validator:   func(req assignment.Request) error { return check(pool, req) },
		})
	if err != nil {
		return err
	}
	err = workflow.Await(ctx, func() bool {
		return workflow.GetInfo(ctx).GetContinueAsNewSuggested() && workflow.AllHandlersFinished(ctx)
	})
	if err != nil {
		return err
	}
	// By its name: the workers know the function under no other (their registration aliases are off).
	return workflow.NewContinueAsNewError(ctx, assignment.WorkflowName, pool, state)
}

func check(pool string, req assignment.Request) error {
	refuse := func(format string, args ...any) error {
		return temporal.NewNonRetryableApplicationError(fmt.Sprintf(format, args...), "Refused", nil)
	}
	switch {
	case req.Pool != pool:
		return refuse("this is the rotation of %q, not of %q", pool, req.Pool)
	case req.Case == "":
		return refuse("a turn needs the case that it is for")
	case len(req.Members) == 0:
		return refuse("pool %q has no members", pool)
	}
	seen := map[string]bool{}
	for _, m := range req.Members {
		if m.ID == "" || m.Weight < 1 || seen[m.ID] {
			return refuse("pool %q: member %q needs an ID of its own and a weight of at least 1", pool, m.ID)
		}
		seen[m.ID] = true
	}
	return nil
}

// take gives a case its turn: the one that it had, else the next.
func (s *State) take(req assignment.Request) string {
	for _, g := range s.Given {
		if g.Case == req.Case {
			return g.Member
		}
	}
	member := s.next(req.Members)
	s.Given = append(s.Given, Given{Case: req.Case, Member: member})
	if extra := len(s.Given) - remembered; extra > 0 {
		s.Given = s.Given[extra:]
	}
	return member
}

// next is one step of smooth weighted round robin: everybody's credit grows by their weight, and who has the most takes the
// turn and pays the whole pool's weight for it. Somebody new starts without credit, and somebody who left takes theirs along.
func (s *State) next(members []assignment.Member) string {
	credit := make(map[string]int, len(members))
	total, best := 0, members[0].ID
	for _, m := range members {
		credit[m.ID] = s.Credit[m.ID] + m.Weight
		total += m.Weight
	}
	for _, m := range members {
		if credit[m.ID] > credit[best] {
			best = m.ID
		}
	}
	credit[best] -= total
	s.Credit = credit
	return best
}
