package process

import (
	"fmt"
	"maps"
	"slices"

	"go.temporal.io/sdk/worker"

	"github.com/throughline-dev/throughline/activities/assignment"
	"github.com/throughline-dev/throughline/activities/claims"
	claimskeeper "github.com/throughline-dev/throughline/workflows/claims"
	"github.com/throughline-dev/throughline/workflows/lead"
	"github.com/throughline-dev/throughline/workflows/proposal"
	"github.com/throughline-dev/throughline/workflows/returns"
	"github.com/throughline-dev/throughline/workflows/rotation"
)

// queues says what a worker of each task queue registers: what its workflows call, and nothing else.
var queues = map[string]func(worker.Registry, *adapters) error{
	lead.TaskQueue:     registerLead,
	proposal.TaskQueue: registerProposal,
	returns.TaskQueue:  registerReturn,
	assignment.TaskQueue: func(r worker.Registry, _ *adapters) error { // claims.TaskQueue is the same
		rotation.Register(r)
		claimskeeper.Register(r)
		return nil
	},
}

// Queues are the names of the task queues, in order.
func Queues() []string { return slices.Sorted(maps.Keys(queues)) }

func registerLead(r worker.Registry, a *adapters) error {
	common, err := a.common()
	if err != nil {
		return err
	}
	lead.Register(r)
	registerAll(r, common)
	registerAll(r, []any{&claims.Activities{Client: a.o.Client}, a.enrich()})
	return nil
}

func registerProposal(r worker.Registry, a *adapters) error {
	common, err := a.common()
	if err != nil {
		return err
	}
	own, err := a.proposals()
	if err != nil {
		return fmt.Errorf("%w (a house that makes no proposals can leave %s out of workers.queues)", err, proposal.TaskQueue)
	}
	proposal.Register(r)
	registerAll(r, common)
	registerAll(r, own)
	return nil
}

func registerReturn(r worker.Registry, a *adapters) error {
	common, err := a.common()
	if err != nil {
		return err
	}
	returns.Register(r)
	registerAll(r, common)
	registerAll(r, a.returns())
	return nil
}

func registerAll(r worker.Registry, activities []any) {
	for _, a := range activities {
		r.RegisterActivity(a)
	}
}
