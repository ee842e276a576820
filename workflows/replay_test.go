// Package workflows_test holds what is proven of all workflows together.
package workflows_test

import (
	"bytes"
	"encoding/base64"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/proxy"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/assignment"
	"github.com/throughline-dev/throughline/activities/claims"
	"github.com/throughline-dev/throughline/config/codec"
	keeper "github.com/throughline-dev/throughline/workflows/claims"
	"github.com/throughline-dev/throughline/workflows/lead"
	"github.com/throughline-dev/throughline/workflows/proposal"
	"github.com/throughline-dev/throughline/workflows/returns"
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

// read is a kept history.
func read(t *testing.T, file string) *historypb.History {
	t.Helper()
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	h, err := client.HistoryFromJSON(f, client.HistoryJSONOptions{})
	require.NoError(t, err)
	return h
}

// replay replays a history, which may be as it is stored where payloads are encrypted: one that was taken from a cluster is decrypted
// by the keys of the environment.
func replay(t *testing.T, r worker.WorkflowReplayer, h *historypb.History) error {
	t.Helper()
	keys, err := codec.ParseKeys(os.Getenv(codec.Variable))
	require.NoError(t, err)
	c, err := codec.New(keys...)
	require.NoError(t, err)
	if err := c.DecodeMessage(t.Context(), h); err != nil {
		return err
	}
	return r.ReplayWorkflowHistory(quiet, h)
}

func TestTodaysCodeReplaysTheHistoriesOfRealRuns(t *testing.T) {
	for _, kind := range []string{lead.WorkflowName, proposal.WorkflowName, returns.WorkflowName, assignment.WorkflowName, claims.WorkflowName} {
		for _, file := range histories(t, kind) {
			t.Run(kind+"/"+strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
				r := replayer(t)
				lead.Register(r)
				proposal.Register(r)
				returns.Register(r)
				rotation.Register(r)
				keeper.Register(r)
				require.NoError(t, replay(t, r, read(t, file)))
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
	require.ElementsMatch(t, []string{lead.WorkflowName, proposal.WorkflowName, returns.WorkflowName, assignment.WorkflowName, claims.WorkflowName}, names, "each of them is to be replayed above")
}

// The gate can fail: a lead that first waits a moment, and a rotation that ends instead of continuing, are not what was recorded.
func TestACodeThatHasChangedIsCaught(t *testing.T) {
	replayed := func(file, name string, changed any) error {
		r := replayer(t)
		r.RegisterWorkflowWithOptions(changed, workflow.RegisterOptions{Name: name})
		return replay(t, r, read(t, file))
	}
	for _, file := range histories(t, lead.WorkflowName) {
		err := replayed(file, lead.WorkflowName, func(ctx workflow.Context, in lead.Submission) (lead.Result, error) {
			if err := workflow.Sleep(ctx, time.Second); err != nil {
				return lead.Result{}, err
			}
			return lead.Workflow(ctx, in)
		})
		require.ErrorContains(t, err, "[TMPRL1100]", file) // Temporal's number for nondeterminism
	}
	for _, file := range histories(t, assignment.WorkflowName) {
		err := replayed(file, assignment.WorkflowName, func(ctx workflow.Context, pool string, state rotation.State) error {
			err := rotation.Workflow(ctx, pool, state)
			if workflow.IsContinueAsNewError(err) {
				return nil
			}
			return err
		})
		require.ErrorContains(t, err, "doesn't return the same result", file)
	}
}

// A history that was taken as it is stored, encrypted, replays with its key, and not without.
func TestAnEncryptedHistoryReplaysWithItsKey(t *testing.T) {
	text := "2026-11=" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{1}, 32))
	keys, err := codec.ParseKeys(text)
	require.NoError(t, err)
	c, err := codec.New(keys...)
	require.NoError(t, err)
	h := read(t, histories(t, lead.WorkflowName)[0])
	require.NoError(t, proxy.VisitPayloads(t.Context(), h, proxy.VisitPayloadsOptions{
		Visitor: func(_ *proxy.VisitPayloadsContext, p []*commonpb.Payload) ([]*commonpb.Payload, error) {
			return c.Encode(p)
		},
		SkipSearchAttributes: true,
	}))
	r := replayer(t)
	lead.Register(r)
	t.Setenv(codec.Variable, "")
	require.ErrorContains(t, replay(t, r, h), `encrypted by the key "2026-11"`)
	t.Setenv(codec.Variable, text)
	require.NoError(t, replay(t, r, h))
}
