// Package workflows_test holds what is proven of all workflows together.
package workflows_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/assignment"
	"github.com/throughline-dev/throughline/activities/claims"
	keeper "github.com/throughline-dev/throughline/workflows/claims"
	"github.com/throughline-dev/throughline/workflows/lead"
	"github.com/throughline-dev/throughline/workflows/proposal"
	"github.com/throughline-dev/throughline/workflows/rotation"
)

// The histories of real runs, testdata/histories/<workflow>/<shape>-<what happened>.json. A change to a workflow's code that
// any of these can't be replayed by would break the cases that are in flight when it is deployed. Where such a change is wanted,
// the workflow gets a new shape (see docs/architecture.md) or workflow.GetVersion, and what the new code does is recorded
// beside what is there:
//
//	go test ./local/e2e -update
func histories(t *testing.T, kind string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "histories", kind, "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files, "there is no history of the workflow %q: record some by go test ./local/e2e -update", kind)
	return files
}

// quiet is for a replay, which says all that it has to say by its error.
var quiet = log.NewStructuredLogger(slog.New(slog.DiscardHandler))

// replayer knows workflows by the same names as the workers do, and by no others.
func replayer(t *testing.T) worker.WorkflowReplayer {
	t.Helper()
	r, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{DisableRegistrationAliasing: true})
	require.NoError(t, err)
	return r
}

func TestTodaysCodeReplaysTheHistoriesOfRealRuns(t *testing.T) {
	for _, kind := range []string{lead.WorkflowName, proposal.WorkflowName, assignment.WorkflowName, claims.WorkflowName} {
		for _, file := range histories(t, kind) {
			t.Run(kind+"/"+strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
				r := replayer(t)
				lead.Register(r)
				proposal.Register(r)
				rotation.Register(r)
				keeper.Register(r)
				require.NoError(t, r.ReplayWorkflowHistoryFromJSONFile(quiet, file))
			})
		}
	}
}

func TestEachWorkflowHasItsHistories(t *testing.T) {
	kinds, err := os.ReadDir(filepath.Join("testdata", "histories"))
	require.NoError(t, err)
	var names []string
	for _, k := range kinds {
		names = append(names, k.Name())
	}
	require.ElementsMatch(t, []string{lead.WorkflowName, proposal.WorkflowName, assignment.WorkflowName, claims.WorkflowName}, names, "each of them is to be replayed above")
}

// The gate can fail: a lead that first waits a moment, and a rotation that ends instead of continuing, are not what was recorded.
func TestACodeThatHasChangedIsCaught(t *testing.T) {
	replay := func(file, name string, changed any) error {
		r := replayer(t)
		r.RegisterWorkflowWithOptions(changed, workflow.RegisterOptions{Name: name})
		return r.ReplayWorkflowHistoryFromJSONFile(quiet, file)
	}
	for _, file := range histories(t, lead.WorkflowName) {
		err := replay(file, lead.WorkflowName, func(ctx workflow.Context, in lead.Submission) (lead.Result, error) {
			if err := workflow.Sleep(ctx, time.Second); err != nil {
				return lead.Result{}, err
			}
			return lead.Workflow(ctx, in)
		})
		require.ErrorContains(t, err, "[TMPRL1100]", file) // Temporal's number for nondeterminism
	}
	for _, file := range histories(t, assignment.WorkflowName) {
		err := replay(file, assignment.WorkflowName, func(ctx workflow.Context, pool string, state rotation.State) error {
			err := rotation.Workflow(ctx, pool, state)
			if workflow.IsContinueAsNewError(err) {
				return nil
			}
			return err
		})
		require.ErrorContains(t, err, "doesn't return the same result", file)
	}
}
