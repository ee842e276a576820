package process

import (
	"context"
	"maps"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"github.com/throughline-dev/throughline/config/pollers"
	"github.com/throughline-dev/throughline/workflows/lead"
	"github.com/throughline-dev/throughline/workflows/proposal"
	"github.com/throughline-dev/throughline/workflows/returns"
)

// goneAfter is how long a process counts that Temporal says nothing of any more. An idle one asks for work once a minute or so, at
// whichever of a queue's partitions comes next, and a part of Temporal that has restarted knows nobody at first.
const goneAfter = 2 * time.Minute

// others knows the worker processes that call systems: those that ask for activities, of whatever version and queue.
type others struct {
	client    client.Client
	namespace string
	seen      map[string]time.Time // when each was last known to be there, by its identity
}

func newOthers(c client.Client, namespace string) *others {
	return &others{client: c, namespace: namespace, seen: map[string]time.Time{}}
}

// count says how many processes there are, at least this one.
func (o *others) count(ctx context.Context, now time.Time) (int, error) {
	for _, queue := range []string{lead.TaskQueue, proposal.TaskQueue, returns.TaskQueue} {
		there, err := pollers.Of(ctx, o.client.WorkflowService(), o.namespace, queue, enumspb.TASK_QUEUE_TYPE_ACTIVITY)
		if err != nil {
			return 0, err
		}
		for _, p := range there {
			if at := p.GetLastAccessTime().AsTime(); at.After(o.seen[p.GetIdentity()]) {
				o.seen[p.GetIdentity()] = at
			}
		}
	}
	maps.DeleteFunc(o.seen, func(_ string, at time.Time) bool { return now.Sub(at) > goneAfter })
	return max(1, len(o.seen)), nil
}
