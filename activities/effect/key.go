// Package effect names the effects that Throughline has on the outside world, so that each happens once.
//
// Every step of a workflow runs under a [Key] made of the workflow's ID and the step's name. An adapter gives the key to
// the system that it writes to (an idempotency key, a unique property, a mark on a message), and where that system can't
// recognise a repeat by itself, looks the mark up before it writes a second time: see [Key.MayHaveHappened].
package effect

import (
	"context"

	"go.temporal.io/sdk/activity"
)

// Key identifies one effect of one case. It is opaque: it never holds a name, an address or free text.
type Key struct {
	// ID is "<workflow ID>/<step name>", for instance "lead-4k7q2m9x/outreach". Two keys are the same effect exactly when
	// their IDs are equal.
	ID string `json:"id"`
	// Again is set when operations asked to run a step that had failed for good once more, so that the attempt is the
	// first one of its activity and yet not the first one for the outside world.
	Again bool `json:"again,omitempty"`
}

// MayHaveHappened reports whether an earlier attempt may have had this effect already: the reply got lost, the worker died
// before it could report, or an operator runs the step again. An adapter whose vendor can't tell a repeat by itself looks
// its mark up first when this is true. Outside of an activity only Again counts.
func (k Key) MayHaveHappened(ctx context.Context) bool {
	return k.Again || (activity.IsActivity(ctx) && activity.GetInfo(ctx).Attempt > 1)
}
