package claims

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"slices"
	"strings"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
)

// system names the keepers of the claims, and the cases that are joined, in faults.
const system = "claims"

// Activities claim, release and join through a Temporal client, in the namespace where the cases run.
type Activities struct {
	Client client.Client
}

// Claim asks for a subject on behalf of a case, and answers who holds it. It starts the subject's shard where that isn't
// running. A request that the shard refuses is a final fault. A Temporal that can't be reached, a shard that no worker runs,
// and one that a release keeps from continuing as new just then, are tried again.
//
// All tries of one step share an update ID, so that those in flight while the workers are down are one update and not many,
// and a try that arrives late, after the case has released, claims nothing. Within one run of the shard Temporal answers such
// a repeat with the first answer, without asking the shard. That answer still holds, provided that
//
//   - a case can be joined from its start until it is about to release: then nobody takes over from one that hasn't heard yet
//     that it holds the subject. And where the answer was another case that has ended meanwhile, joining it fails, and the
//     next claim names it as Instead, which makes it a new update;
//   - a case that has released, and wants the same subject again, asks in a step with another name. A case that was reset
//     asks anew by itself, since it has another run ID.
//
// After the shard has continued as new, the claims that are held answer the repeat: who holds a subject gets it again.
func (a *Activities) Claim(ctx context.Context, key effect.Key, req Request) (Claim, error) {
	if req.Subject == "" || req.Case == "" {
		return Claim{}, fault.Final(system, "invalid_request", "a claim needs a subject, and a case that it is for").Err()
	}
	id := WorkflowID(req.Subject)
	start := a.Client.NewWithStartWorkflowOperation(client.StartWorkflowOptions{
		ID: id, TaskQueue: TaskQueue,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		StaticSummary:            "Which case holds which subject",
	}, WorkflowName)
	update, err := a.Client.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{
		StartWorkflowOperation: start,
		UpdateOptions: client.UpdateWorkflowOptions{
			WorkflowID: id, UpdateID: updateID(UpdateClaim, run(ctx), key.ID, req.Subject, req.Case, req.Instead),
			UpdateName: UpdateClaim, Args: []any{req},
			WaitForStage: client.WorkflowUpdateStageCompleted,
		},
	})
	if err != nil {
		return Claim{}, fault.OfTemporal(system, err).Err()
	}
	var claim Claim
	if err := update.Get(ctx, &claim); err != nil {
		return Claim{}, fault.OfTemporal(system, err).Err()
	}
	return claim, nil
}

// ReleaseClaims gives up a case's claims on subjects. It may run more than once, and a shard that isn't running has nothing to
// release. It returns once Temporal has the release, which may be a moment before a claim sees it.
func (a *Activities) ReleaseClaims(ctx context.Context, _ effect.Key, r Release) (effect.None, error) {
	if r.Case == "" {
		return effect.None{}, fault.Final(system, "invalid_request", "a release needs the case that gives up its claims").Err()
	}
	shards := map[string][]string{}
	for _, subject := range r.Subjects {
		id := WorkflowID(subject)
		shards[id] = append(shards[id], subject)
	}
	for _, id := range slices.Sorted(maps.Keys(shards)) {
		err := a.Client.SignalWorkflow(ctx, id, "", SignalRelease, Release{Subjects: shards[id], Case: r.Case})
		if err != nil && !missing(err) {
			return effect.None{}, fault.OfTemporal(system, err).Err()
		}
	}
	return effect.None{}, nil
}

// JoinCase hands an addition to the case that holds the subject, and answers whether that case took it. It didn't where
//
//   - it has ended, was deleted or never was (Temporal answers "not found"), also where it ended while the update waited;
//   - its validator or its handler refused, or its code knows no such update (an application error);
//   - it took the update in but ended before it had dealt with it (an application error of Temporal's own).
//
// None of these is an error: whoever asked goes their own way. Whatever may still end with an answer is tried again: Temporal
// can't be reached, no worker runs the case, or it is continuing as new.
//
// The update's ID is the joining case's, so that each case joins another once, however often it asks.
func (a *Activities) JoinCase(ctx context.Context, _ effect.Key, j Join) (Joined, error) {
	if j.Holder == "" || j.Addition.From == "" {
		return Joined{}, fault.Final(system, "invalid_request", "to join needs a holder, and a case that joins it").Err()
	}
	update, err := a.Client.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: j.Holder, UpdateID: updateID(UpdateJoin, j.Addition.From),
		UpdateName: UpdateJoin, Args: []any{j.Addition},
		WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err == nil {
		err = update.Get(ctx, nil)
	}
	var refused *temporal.ApplicationError
	switch {
	case err == nil:
		return Joined{Accepted: true}, nil
	case missing(err), errors.As(err, &refused):
		return Joined{}, nil
	default:
		return Joined{}, fault.OfTemporal(system, err).Err()
	}
}

// LookUpCase says whether a case still runs, by the latest of its runs. One that Temporal doesn't know (it was deleted, or its
// namespace has forgotten it) doesn't. Whatever isn't known to be at its end runs: what somebody takes over from it may be
// somebody's money.
func (a *Activities) LookUpCase(ctx context.Context, _ effect.Key, c Case) (CaseStatus, error) {
	if c.ID == "" {
		return CaseStatus{}, fault.Final(system, "invalid_request", "to look a case up needs its ID").Err()
	}
	found, err := a.Client.DescribeWorkflowExecution(ctx, c.ID, "")
	switch {
	case missing(err):
		return CaseStatus{}, nil
	case err != nil:
		return CaseStatus{}, fault.OfTemporal(system, err).Err()
	}
	return CaseStatus{Running: !slices.Contains(ended, found.GetWorkflowExecutionInfo().GetStatus())}, nil
}

// ended are the states in which a workflow stays. One that has continued as new is on its way to its next run.
var ended = []enumspb.WorkflowExecutionStatus{
	enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED, enumspb.WORKFLOW_EXECUTION_STATUS_FAILED,
	enumspb.WORKFLOW_EXECUTION_STATUS_CANCELED, enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED,
	enumspb.WORKFLOW_EXECUTION_STATUS_TIMED_OUT,
}

// Holder is the ID of the case that holds a subject now, "" for none. It isn't an activity: the doors find by it whom news
// about a subject is for. It needs a worker that runs the shard, and returns Temporal's error where none answers in time.
//
// Ask for one subject after the other rather than for many at once: while a workflow is busy, Temporal keeps a single query
// waiting for it and sends the others away, and its client waits a second before it asks again (ten seconds in all).
func Holder(ctx context.Context, c client.Client, subject string) (string, error) {
	answer, err := c.QueryWorkflow(ctx, WorkflowID(subject), "", QueryHolder, subject)
	switch {
	case missing(err): // nobody has claimed anything there yet
		return "", nil
	case err != nil:
		return "", err
	}
	var holder string
	err = answer.Get(&holder)
	return holder, err
}

// run is the ID of the run that calls the activity, "" where no workflow does.
func run(ctx context.Context) string {
	if !activity.IsActivity(ctx) {
		return ""
	}
	return activity.GetInfo(ctx).WorkflowExecution.RunID
}

// updateID is an ID made of what an update is about. It begins with the update's name, since Temporal tells the updates of a
// run apart by their IDs alone. The rest is a digest, which Temporal takes whatever the parts are.
func updateID(name string, parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return name + "-" + hex.EncodeToString(sum[:])
}

// missing reports whether Temporal has no such workflow, or none that runs.
func missing(err error) bool {
	var missing *serviceerror.NotFound
	return errors.As(err, &missing)
}
