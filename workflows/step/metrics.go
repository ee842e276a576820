package step

import (
	"time"

	"go.temporal.io/sdk/workflow"
)

// What is measured of systems' part; how their tries go is measured where they are made, by the workers. The SDK's handler adds the
// workflow's type, and measures nothing while a history is replayed.
const (
	stepsEnded   = "throughline_steps"         // by system and outcome: done, failed, skipped, aborted
	stepDuration = "throughline_step_duration" // with all its tries and what operations took, by system
	stepRescues  = "throughline_step_rescues"  // how often operations were asked, by system
)

func measure(ctx workflow.Context, s Spec, ended string, took time.Duration) {
	h := workflow.GetMetricsHandler(ctx).WithTags(map[string]string{"system": s.System})
	h.Timer(stepDuration).Record(took)
	h.WithTags(map[string]string{"outcome": ended}).Counter(stepsEnded).Inc(1)
}

func measureRescue(ctx workflow.Context, s Spec) {
	workflow.GetMetricsHandler(ctx).WithTags(map[string]string{"system": s.System}).Counter(stepRescues).Inc(1)
}
