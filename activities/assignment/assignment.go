// Package assignment takes a turn in a pool's rotation, a long-lived Temporal workflow, on behalf of a case. A workflow can't
// send an update to another one, so this activity does. The names and plain types of the rotation's update are here, below
// the workflows.
package assignment

// The rotation workflow's names, shared with package rotation.
const (
	WorkflowName = "rotation"
	TaskQueue    = "rotation"
	UpdateTake   = "take"
)

// WorkflowID is the ID of a pool's rotation.
func WorkflowID(pool string) string { return "rotation-" + pool }

// Member is a pool's member as the rotation needs it.
type Member struct {
	ID     string `json:"id"`
	Weight int    `json:"weight"`
}

// Request asks for a pool's next member.
type Request struct {
	Pool string `json:"pool"`
	// Case is who the turn is for: the ID of the workflow. One case gets one turn of a pool, however often it asks.
	Case string `json:"case"`
	// Members are the pool's members as they are now, at least one.
	Members []Member `json:"members"`
}

// Turn is the answer.
type Turn struct {
	Member string `json:"member"`
}
