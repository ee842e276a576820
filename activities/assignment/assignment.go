// Package assignment takes a turn in a pool's rotation, a long-lived Temporal workflow, on behalf of a case. A workflow can't
// send an update to another one, so this activity does. The names and plain types of the rotation's update are here, below
// the workflows.
package assignment

// The rotation workflow's names, shared with package rotation.
const (
	WorkflowName   = "rotation"
	TaskQueue      = "rotation"
	UpdateTake     = "take"      // takes a [Request], answers a [Turn]
	UpdateGiveBack = "give-back" // takes a [Return], answers nothing
)

// WorkflowID is the ID of a pool's rotation.
func WorkflowID(pool string) string { return "rotation-" + pool }

// Member is a pool's member as the rotation needs it.
type Member struct {
	ID     string `json:"id"`
	Weight int    `json:"weight"`
	// Off is whether the member isn't at work at the moment.
	Off bool `json:"off,omitempty"`
	// Cap is how many turns the member takes on a Day at most, a date where they are ("2026-08-03"); 0 for no limit. A turn
	// is counted where there is a Day, also without a Cap, so that one that is set at noon knows of the morning's.
	Cap int    `json:"cap,omitempty"`
	Day string `json:"day,omitempty"`
}

// Request asks for a pool's next member.
type Request struct {
	Pool string `json:"pool"`
	// Case is who the turn is for: the ID of the workflow. One case gets one turn of a pool, however often it asks, and the same
	// answer also where the turn has been given back since: whoever wants another asks as another case.
	Case string `json:"case"`
	// Try counts how often the case has asked before and been told that there is nobody.
	Try int `json:"try,omitempty"`
	// Members are the pool's members as they are now, but for those who are away; at least one.
	Members []Member `json:"members"`
	// Anyone says that somebody has to take it: whoever is at work and below their cap if there is somebody, else whoever is
	// below their cap, else anybody. Without it, the turn falls on nobody but the first.
	Anyone bool `json:"anyone,omitempty"`
	// Back is a case whose turn is given back first, so that it doesn't count; "" for none.
	Back string `json:"back,omitempty"`
}

// Turn is the answer.
type Turn struct {
	// Member is whose turn it is; "" where there is nobody, and then nothing was given that could be remembered.
	Member string `json:"member"`
	// Capped are those of the request's members who had had all their turns of their day when the case asked.
	Capped []string `json:"capped,omitempty"`
}

// Return gives a case's turn back: it counts neither against the member's share nor against their cap any more.
type Return struct {
	Pool string `json:"pool"`
	Case string `json:"case"`
	// To is the member who takes the turn over, on To's Day; "" where it falls on nobody of the pool, as it does where the
	// rotation doesn't know To.
	To  string `json:"to,omitempty"`
	Day string `json:"day,omitempty"`
}
