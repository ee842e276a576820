// Package signals is how a workflow hears from outside while it does something else.
package signals

import "go.temporal.io/sdk/workflow"

// Listen has every signal of a name handled, in a coroutine of its own: one after the other, in the order in which they came, to
// the workflow's end. Call it before anything blocks, so that what came with the start is heard too. A handler may block; the
// next signal then waits. What can't be read as a T is logged by the SDK and passed over: nobody outside can make a workflow fail
// by it.
//
// The description is for who looks at the workflow in Temporal Web. Listening adds no event to the history.
func Listen[T any](ctx workflow.Context, name, description string, handle func(workflow.Context, T)) {
	channel := workflow.GetSignalChannelWithOptions(ctx, name, workflow.SignalChannelOptions{Description: description})
	workflow.GoNamed(ctx, name, func(ctx workflow.Context) {
		for {
			var signal T
			if !channel.Receive(ctx, &signal) {
				return
			}
			handle(ctx, signal)
		}
	})
}
