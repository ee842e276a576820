package stack

import (
	"maps"
	"slices"
	"time"

	"go.temporal.io/server/common/dynamicconfig"
)

// Tuning is how an embedded server differs from one that is started with its defaults. The zero value is those defaults,
// which the benchmark compares with; [Tuned] is what everything else uses.
type Tuning struct {
	// Dynamic are values of Temporal's dynamic configuration, by key.
	Dynamic map[dynamicconfig.Key]any
	// Pragmas are SQLite's, set on every connection. The journal and its syncing don't matter to a database in memory.
	Pragmas map[string]string
	// Indexes are those of the visibility table that are kept; nil keeps all.
	Indexes []string
}

// Tuned suits one process on a small machine that one person or a test looks at: an idle server answers at once, and a busy
// one keeps up. What each value brings was measured with `go run ./local/bench --only server`; docs/performance.md has the
// figures, and what was tried without effect.
//
// Temporal's defaults suit a cluster of many history shards. A shard reads each of its queues at most MaxPollRPS times a
// second, and may save up as many reads as that. With a single shard, as here, a lead or two a second use up what is saved,
// and from then on whatever goes through a queue (a workflow task, an activity, a timer) waits for its turn: 50 ms by default.
func Tuned() Tuning {
	return Tuning{
		Dynamic: maps.Clone(dynamic),
		Pragmas: maps.Clone(pragmas),
		Indexes: slices.Clone(indexes),
	}
}

var dynamic = map[dynamicconfig.Key]any{
	// Reads of the transfer queue: a workflow task or an activity is handed to its task queue. Default 20.
	dynamicconfig.TransferProcessorMaxPollRPS.Key(): 200,
	// Reads of the timer queue: timers, retries and time-outs. Default 20.
	dynamicconfig.TimerProcessorMaxPollRPS.Key(): 100,
	// Reads of the visibility queue: how soon a started or changed workflow shows up in lists. Default 20.
	dynamicconfig.VisibilityProcessorMaxPollRPS.Key(): 50,
	// One process has nobody to share a task queue with, and a second partition only forwards to the first. Default 4.
	dynamicconfig.MatchingNumTaskqueueReadPartitions.Key():  1,
	dynamicconfig.MatchingNumTaskqueueWritePartitions.Key(): 1,
	// Lists and counts in Temporal Web, the command line and the tests. Default 10 a second.
	dynamicconfig.FrontendMaxNamespaceVisibilityRPSPerInstance.Key(): 100,
	// How many turns of one pool may be asked for at once. A caller above the limit is sent away and waits for a second
	// before it asks again, so that a burst of leads leaves the server idle. Default 10; 0 is no limit.
	dynamicconfig.WorkflowExecutionMaxInFlightUpdates.Key(): 0,
	// How many workflows' state is kept in memory. The default, 128,000, is for a server with gigabytes to spare;
	// Temporal's own development server has this value.
	dynamicconfig.HistoryCacheHostLevelMaxSize.Key(): 8096,
	// How much longer a workflow task waits for its next try after ten that failed, at most: a case that met code or a key that
	// didn't suit goes on soon after that was put right. Default 10 minutes.
	dynamicconfig.WorkflowTaskRetryMaxInterval.Key(): 2 * time.Second,
}

var pragmas = map[string]string{
	// Readers don't wait for the writer, and a commit appends to one file. Default "delete".
	"journal_mode": "wal",
	// With WAL, a commit survives the process (a crash, a SIGKILL) without a sync of the disk; only a power cut can lose
	// the last ones, and even then the file stays consistent. Default "full".
	"synchronous": "normal",
}

// Temporal's schema for SQLite has 58 indexes on workflows, one for every column that a list may be filtered by, and each
// change of a workflow rewrites all of them: a sixth of all that a lead costs. What a small machine holds is found as
// quickly by going through a namespace's workflows in the order in which they are listed.
var indexes = []string{"default_idx", "by_workflow_id"}
