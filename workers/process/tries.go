package process

import (
	"context"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"

	"github.com/throughline-dev/throughline/activities/fault"
)

// triesFailed counts the tries of steps that have failed, local and regular ones alike, by the system and the fault's class. Those
// that are unavailable or throttled are tried again; operations are asked about the final ones. The SDK adds the activity's type.
const triesFailed = "throughline_step_tries_failed"

// The labels of a failure that is no system's fault: a bug of ours, or a process that stops.
const (
	systemOurs = "throughline"
	classError = "Error"
)

// tries intercepts activities to count those that fail.
type tries struct {
	interceptor.WorkerInterceptorBase
}

// InterceptActivity is called for each try.
func (*tries) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	return &try{interceptor.ActivityInboundInterceptorBase{Next: next}}
}

type try struct {
	interceptor.ActivityInboundInterceptorBase
}

// ExecuteActivity runs the activity. One that panics fails, too: the SDK makes an error of it above, with the stack, so that nothing is
// recovered here.
func (t *try) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (result any, err error) {
	panicked := true
	defer func() {
		if panicked || err != nil {
			count(ctx, err)
		}
	}()
	result, err = t.Next.ExecuteActivity(ctx, in)
	panicked = false
	return result, err
}

// count counts a failure; without an error it is ours.
func count(ctx context.Context, err error) {
	labels := map[string]string{"system": systemOurs, "class": classError}
	if f, ok := fault.From(err); ok {
		labels = map[string]string{"system": f.System, "class": f.Class}
	}
	activity.GetMetricsHandler(ctx).WithTags(labels).Counter(triesFailed).Inc(1)
}
