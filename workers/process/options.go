package process

import (
	"time"

	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"

	"github.com/throughline-dev/throughline/workflows/step"
)

// stickyCache is how many workflows a process keeps in memory between their tasks. Most of the open ones wait for a person
// for hours, and bringing one back costs the replay of some forty events, a few milliseconds. So it is as large as memory
// comfortably allows, not as large as the number of cases: a lead was measured at about 120 KB, its goroutines' stacks
// included, which makes this 250 MB at most.
const stickyCache = 2048

// workerOptions are every worker's. What isn't set here stands at the SDK's default on purpose.
func workerOptions(stopTimeout time.Duration, onFatal func(error)) worker.Options {
	return worker.Options{
		// The default, two pollers of each kind, limits a worker to a few dozen tasks a second, since each waits for an answer
		// before it asks again. These grow while there is a backlog, and shrink while there is none.
		WorkflowTaskPollerBehavior: worker.NewPollerBehaviorAutoscaling(worker.PollerBehaviorAutoscalingOptions{
			InitialNumberOfPollers: 5, MinimumNumberOfPollers: 2, MaximumNumberOfPollers: 50,
		}),
		ActivityTaskPollerBehavior: worker.NewPollerBehaviorAutoscaling(worker.PollerBehaviorAutoscalingOptions{
			InitialNumberOfPollers: 5, MinimumNumberOfPollers: 2, MaximumNumberOfPollers: 50,
		}),
		// Activities wait for other systems, most of the time. More of them at once would only get us throttled: HubSpot
		// takes about 100 requests in ten seconds from a private app, Slack one message a second in a channel.
		MaxConcurrentActivityExecutionSize:      200,
		MaxConcurrentLocalActivityExecutionSize: 200,
		// The default, 0, cuts activities off when the process stops, and each of them would be tried again elsewhere only
		// after its time-out.
		WorkerStopTimeout: stopTimeout,
		// Workflows are registered under names of their own; their functions' names must not be a second way to start them.
		DisableRegistrationAliasing: true,
		Interceptors:                []interceptor.WorkerInterceptor{&tries{}, &tryMarks{}},
		OnFatalError:                onFatal,
	}
}

// longestActivity is how long one try of an activity can take: the longest that a worker has to wait for when it stops.
func longestActivity() time.Duration {
	return max(step.Inside.Attempt, step.System.Attempt, step.Talk.Attempt)
}
