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

// ExecuteActivity runs the activity.
func (t *try) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	result, err := t.Next.ExecuteActivity(ctx, in)
	if err != nil {
		labels := map[string]string{"system": systemOurs, "class": classError}
		if f, ok := fault.From(err); ok {
			labels = map[string]string{"system": f.System, "class": f.Class}
		}
		activity.GetMetricsHandler(ctx).WithTags(labels).Counter(triesFailed).Inc(1)
	}
	return result, err
}
