// Package renewal keeps the runs of workflows that never end from lasting for years.
//
// They continue as new once their history has grown, which takes a pool with a lead a week longer than anybody wants to wait: a run holds
// on to the key that it was encrypted by, and to the code that it began with, until it ends. So none lasts longer than [Longest].
package renewal

import (
	"time"

	"go.temporal.io/sdk/workflow"
)

// Longest is how long a run lasts where nothing else ends it.
const Longest = 30 * 24 * time.Hour

// Due begins to wait for the end of the run's time, and returns what reports whether it has come: a condition for workflow.Await. Call it
// once, before anything blocks. A run that began before there was such a time has none.
func Due(ctx workflow.Context) (due func() bool) {
	if workflow.GetVersion(ctx, "runs-of-a-month", workflow.DefaultVersion, 1) == workflow.DefaultVersion {
		return func() bool { return false }
	}
	return workflow.NewTimerWithOptions(ctx, Longest, workflow.TimerOptions{Summary: "Go on in a new run"}).IsReady
}
