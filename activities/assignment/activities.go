package assignment

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
)

// system names the rotation in faults.
const system = "rotation"

// Activities take turns through a Temporal client, in the namespace where the rotations run.
type Activities struct {
	Client client.Client
}

// TakeTurn asks the pool's rotation for the next member, and starts the rotation where it isn't running. The same case gets the
// same member, however often it asks: the update's ID is the case's, and the rotation remembers across its runs. A case that was
// told that there is nobody asks anew with the next Try; with the same one, Temporal repeats what it was told.
//
// The rotation is a workflow of the type [WorkflowName] whose argument is the pool's name; it answers the update [UpdateTake],
// whose argument is the [Request], with a [Turn]. A request that it refuses, one without members above all, is a final fault.
// A Temporal that can't be reached, or a rotation that no worker runs, is tried again.
func (a *Activities) TakeTurn(ctx context.Context, _ effect.Key, req Request) (Turn, error) {
	switch {
	case req.Pool == "" || req.Case == "":
		return Turn{}, fault.Final(system, "invalid_request", "a turn needs a pool, and a case that it is for").Err()
	case len(req.Members) == 0:
		return Turn{}, fault.Final(system, "no_members", fmt.Sprintf("pool %q has no members", req.Pool)).Err()
	}
	start := a.Client.NewWithStartWorkflowOperation(client.StartWorkflowOptions{
		ID: WorkflowID(req.Pool), TaskQueue: TaskQueue,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		StaticSummary:            "Whose turn it is in the pool " + req.Pool,
	}, WorkflowName, req.Pool)
	update, err := a.Client.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{
		StartWorkflowOperation: start,
		UpdateOptions: client.UpdateWorkflowOptions{
			WorkflowID: WorkflowID(req.Pool), UpdateID: takeID(req), UpdateName: UpdateTake, Args: []any{req},
			WaitForStage: client.WorkflowUpdateStageCompleted,
		},
	})
	if err != nil {
		return Turn{}, fault.OfTemporal(system, err).Err()
	}
	var turn Turn
	if err := update.Get(ctx, &turn); err != nil {
		return Turn{}, fault.OfTemporal(system, err).Err()
	}
	return turn, nil
}

// GiveBack gives a case's turn back to the pool's rotation, or passes it on to Return.To. It can be done again: a turn is given
// back once, and passed on once to whoever has it then. Where no rotation runs, where the turn was never given or is
// forgotten, there is nothing to give back, which is no error.
//
// The rotation answers the update [UpdateGiveBack], whose argument is the [Return], with nothing. What it refuses, a day that
// is no date above all, is a final fault. A Temporal that can't be reached, or a rotation that no worker runs, is tried again.
func (a *Activities) GiveBack(ctx context.Context, key effect.Key, r Return) (effect.None, error) {
	if r.Pool == "" || r.Case == "" || key.ID == "" {
		return effect.None{}, fault.Final(system, "invalid_request", "a turn is given back with its pool, the case that it was for, and the step's key").Err()
	}
	update, err := a.Client.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: WorkflowID(r.Pool), UpdateID: updateID(key.ID) + "+back", UpdateName: UpdateGiveBack, Args: []any{r},
		WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err == nil {
		err = update.Get(ctx, nil)
	}
	var none *serviceerror.NotFound
	if err == nil || errors.As(err, &none) {
		return effect.None{}, nil
	}
	return effect.None{}, fault.OfTemporal(system, err).Err()
}

// takeID is the case's ID, with the try where it isn't the first. As an ID that stands for itself has no plus, it is no other
// case's.
func takeID(req Request) string {
	if req.Try == 0 {
		return updateID(req.Case)
	}
	return fmt.Sprintf("%s+%d", updateID(req.Case), req.Try)
}

// updateID is an ID in a form that Temporal takes as an update's for certain: what is long or has other characters than IDs
// of ours is known by its digest.
func updateID(id string) string {
	plain := strings.Trim(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/") == ""
	if plain && len(id) <= 200 {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:])
}
