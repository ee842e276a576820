package step

import (
	"time"

	"github.com/throughline-dev/throughline/activities/policy"
)

// Done is what became of a step, for the workflow's result.
type Done struct {
	Name    string          `json:"name"`
	System  string          `json:"system"`
	Started time.Time       `json:"started"`
	Took    policy.Duration `json:"took"`
	// Rounds is how often operations had it run again; 0 for a step that went through by itself.
	Rounds int `json:"rounds,omitempty"`
	// Ended is "done", "skipped", "aborted" or "failed".
	Ended string `json:"ended"`
}
