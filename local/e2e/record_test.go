package e2e

import (
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/api/temporalproto"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"

	keeper "github.com/throughline-dev/throughline/workflows/claims"
	"github.com/throughline-dev/throughline/workflows/lead"
	"github.com/throughline-dev/throughline/workflows/proposal"
	"github.com/throughline-dev/throughline/workflows/returns"
	"github.com/throughline-dev/throughline/workflows/rotation"
)

// histories is where the replay tests of package workflows find what is recorded here.
const histories = "../../workflows/testdata/histories"

// requireReplay requires that the workflow's code, run again, does what the history of its real run says; and keeps the
// history under the name where -update was given.
func requireReplay(t *testing.T, h *history.History, name string) {
	t.Helper()
	replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{DisableRegistrationAliasing: true})
	require.NoError(t, err)
	lead.Register(replayer)
	proposal.Register(replayer)
	returns.Register(replayer)
	rotation.Register(replayer)
	keeper.Register(replayer)
	require.NoError(t, replayer.ReplayWorkflowHistory(log.NewStructuredLogger(slog.New(slog.DiscardHandler)), h))
	if !*update || name == "" {
		return
	}
	path := filepath.Join(histories, filepath.FromSlash(name)+".json")
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, anonymous(t, h), 0o644))
	t.Log("recorded", path)
}

// anonymous is a history as JSON, without what it says about the machine that it ran on. The people and leads in it are made up.
func anonymous(t *testing.T, h *history.History) []byte {
	t.Helper()
	text, err := temporalproto.CustomJSONMarshalOptions{}.Marshal(h)
	require.NoError(t, err)
	var events any
	require.NoError(t, json.Unmarshal(text, &events))
	strip(events)
	text, err = json.MarshalIndent(events, "", " ")
	require.NoError(t, err)

	readable, err := temporalproto.CustomJSONMarshalOptions{
		Metadata: map[string]any{common.EnablePayloadShorthandMetadataKey: true},
	}.Marshal(h)
	require.NoError(t, err)
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	require.NotContains(t, string(readable), root, "a history says where it was recorded")
	return append(text, '\n')
}

// strip replaces who did something on which machine.
func strip(v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			if name == "identity" {
				v[name] = "throughline"
				continue
			}
			strip(value)
		}
	case []any:
		for _, one := range v {
			strip(one)
		}
	}
}
