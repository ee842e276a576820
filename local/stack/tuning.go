package stack

import (
	"maps"

	"go.temporal.io/server/common/dynamicconfig"
)

// Tuning is how an embedded server differs from one that is started with its defaults. The zero value is those defaults,
// which the benchmark compares with; [Tuned] is what everything else uses.
type Tuning struct {
	// Dynamic are values of Temporal's dynamic configuration, by key.
	Dynamic map[dynamicconfig.Key]any
	// Pragmas are SQLite's, set on every connection. The journal and its syncing don't matter to a database in memory.
	Pragmas map[string]string
	// Connections is how many connections to the database the server may open; 0 is the server's default, which is 1.
	Connections int
}

// Tuned suits one process on a small machine that one person or a test looks at: an idle server answers at once, and a busy
// one keeps up.
//
// Temporal's defaults suit a cluster of many history shards. With a single shard, as here, every queue of the history
// service is read at most MaxPollRPS times a second, so that whatever goes through it (each workflow task, each activity,
// each timer) waits up to 1/MaxPollRPS of a second even when nothing else is going on: 50 ms by default. Too high a value
// costs throughput under load, since the queue is then read in more and smaller batches.
func Tuned() Tuning {
	return Tuning{
		Dynamic: maps.Clone(dynamic),
		Pragmas: maps.Clone(pragmas),
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
	// How many workflows' state is kept in memory. The default, 128,000, is for a server with gigabytes to spare;
	// Temporal's own development server has this value.
	dynamicconfig.HistoryCacheHostLevelMaxSize.Key(): 8096,
}

var pragmas = map[string]string{
	// Readers don't wait for the writer, and a commit appends to one file. Default "delete".
	"journal_mode": "wal",
	// With WAL, a commit survives the process (a crash, a SIGKILL) without a sync of the disk; only a power cut can lose
	// the last ones, and even then the file stays consistent. Default "full".
	"synchronous": "normal",
}
