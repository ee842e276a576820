// Package rotation says who is next in a pool: a long-lived workflow, one per pool, that gives turns by smooth weighted round
// robin (the algorithm that nginx balances with: https://github.com/nginx/nginx/commit/52327e0627f49dbda1e8db695e63a4b0af4448b1)
// among those who can take one: who is at work and has had fewer turns that day than they take. See [State] for what is
// remembered, and [turn] for how shares are reckoned while people come, go, sleep and are full.
//
// A case asks by the update "take" (package assignment), whose ID is the case's: Temporal answers a repeat within a run, and
// the remembered turns answer it after the workflow has continued as new. By the update "give-back" a turn is undone, or goes to
// somebody else. The pool's members, their weights, hours and caps come with each update, so that all of these change
// without a restart.
package rotation

import (
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/assignment"
	"github.com/throughline-dev/throughline/workflows/internal/renewal"
)

// Register registers the workflow with a worker. A rotation never ends, so where workers have versions it goes on with the latest:
// a change of this code has to replay what runs, by workflow.GetVersion.
func Register(r worker.WorkflowRegistry) {
	r.RegisterWorkflowWithOptions(Workflow, workflow.RegisterOptions{
		Name: assignment.WorkflowName, VersioningBehavior: workflow.VersioningBehaviorAutoUpgrade,
	})
}

// Workflow gives the turns of one pool for ever, continuing as new before its history grows large or old. A new rotation is
// started with the pool's name alone.
func Workflow(ctx workflow.Context, pool string, state State) error {
	state.unpack()
	if workflow.GetVersion(ctx, "shares-in-turns", workflow.DefaultVersion, 1) == workflow.DefaultVersion {
		state.usePlain()
	}
	due := renewal.Due(ctx)

	err := workflow.SetUpdateHandlerWithOptions(ctx, assignment.UpdateTake,
		func(_ workflow.Context, req assignment.Request) (assignment.Turn, error) { return state.take(req), nil },
		workflow.UpdateHandlerOptions{
			Description: "Takes the next turn of the pool for a case.",
			Validator:   func(req assignment.Request) error { return checkRequest(pool, req) },
		})
	if err != nil {
		return err
	}
	err = workflow.SetUpdateHandlerWithOptions(ctx, assignment.UpdateGiveBack,
		func(_ workflow.Context, r assignment.Return) error {
			state.giveBack(r)
			return nil
		},
		workflow.UpdateHandlerOptions{
			Description: "Gives a case's turn back, or passes it on.",
			Validator:   func(r assignment.Return) error { return checkReturn(pool, r) },
		})
	if err != nil {
		return err
	}
	err = workflow.Await(ctx, func() bool {
		return (due() || workflow.GetInfo(ctx).GetContinueAsNewSuggested()) && workflow.AllHandlersFinished(ctx)
	})
	if err != nil {
		return err
	}
	state.pack()
	// By its name: the workers know the function under no other (their registration aliases are off).
	return workflow.NewContinueAsNewError(ctx, assignment.WorkflowName, pool, state)
}
