// Package step is how a workflow has a system do something. Time-outs, retries, summaries, keys and the call for help when
// nothing else works stand here, once.
//
// There are two kinds of step, and the workflow's author says which:
//
//   - [Repeatable]: a read, an upsert, a call with an idempotency key. It is tried first as a local activity, which costs
//     no round trip to Temporal; where that try fails it becomes a regular activity, which operations see as pending.
//   - [Once]: a message to a person, or anything else that the other side can't recognise as a repeat by itself. It is always
//     a regular activity: the local activities of a workflow task all run again when a worker dies before it reports.
//
// Every step has a key made of the workflow's ID and its name (see package effect), which its activity takes as its first
// argument. A step that fails for good never fails the workflow: the runner's [Rescue] decides what happens then.
package step

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/policy"
)

// Spec describes a step.
type Spec struct {
	// Name names the step within its workflow, in kebab case ("record-lead"). It is half of the effect's key: two calls
	// under one name are the same effect, so a step that is done several times has a number in its name.
	Name string
	// System is who does it: "hubspot", "slack", ….
	System string
	// Summary is what Temporal Web shows: one line, without personal data ("Record the lead in HubSpot").
	Summary string
	// Policy is one of the named policies.
	Policy Policy
	// BestEffort steps are ones that the workflow goes on without: their error is returned, and nobody is asked.
	BestEffort bool
	// Skippable steps may be skipped by operations when they fail for good; the others can only be retried, or the case
	// given up.
	Skippable bool
	// Again says that an earlier step under this name ended with an error and may have had its effect after all.
	Again bool
}

// Failure is a step that failed for good.
type Failure struct {
	Spec Spec
	// Round counts how often operations had the step run again before; 0 the first time.
	Round int
	// Fault says what the system answered; its Class is empty where the error wasn't one of a system.
	Fault fault.Fault
	Err   error
}

// Verdict is what is to become of a step that failed for good.
type Verdict string

// The verdicts.
const (
	Retry Verdict = "retry"
	Skip  Verdict = "skip"
	Abort Verdict = "abort"
)

// Rescue decides about a step that failed for good, usually by asking operations. It blocks until there is a verdict. An
// error (the workflow was cancelled meanwhile) ends the step with that error.
type Rescue func(ctx workflow.Context, f Failure) (Verdict, error)

// What a step returns where it has no result.
var (
	// ErrSkipped means that operations chose to go on without the step.
	ErrSkipped = errors.New("step: skipped by operations")
	// ErrAborted means that operations gave the case up.
	ErrAborted = errors.New("step: case given up by operations")
)

// Runner runs the steps of one workflow run.
type Runner struct {
	rescue Rescue
	done   []Done
}

// NewRunner makes a runner that asks rescue about steps that fail for good. Without one (nil) their error is returned.
func NewRunner(rescue Rescue) *Runner { return &Runner{rescue: rescue} }

// Done lists what has become of the steps so far, in the order in which they ended.
func (r *Runner) Done() []Done { return r.done }

// Activity is the shape of everything that a step can call: a method of an adapter's Activities.
type Activity[Req, Res any] = func(context.Context, effect.Key, Req) (Res, error)

// Repeatable runs a step that may safely run more than once. It returns the activity's result; [ErrSkipped] or
// [ErrAborted] as operations decided; or, for a best-effort step, a runner without a rescue and a cancelled workflow, the
// activity's error.
func Repeatable[Req, Res any](ctx workflow.Context, r *Runner, s Spec, act Activity[Req, Res], req Req) (Res, error) {
	return run(ctx, r, s, func(ctx workflow.Context, key effect.Key, res *Res) error {
		started := workflow.Now(ctx)
		err := local(ctx, s, act, key, req).Get(ctx, res)
		if err == nil || final(err) {
			return err
		}
		f, _ := fault.From(err)
		rest := s
		if s.Policy.Overall > 0 {
			// The bound on all tries counts this one and the pause after it.
			rest.Policy.Overall -= workflow.Now(ctx).Sub(started) + f.RetryAfter
			if rest.Policy.Overall <= 0 {
				return err
			}
		}
		if f.RetryAfter > 0 {
			options := workflow.TimerOptions{Summary: s.System + " asked to wait"}
			if err := workflow.NewTimerWithOptions(ctx, f.RetryAfter, options).Get(ctx, nil); err != nil {
				return err
			}
		}
		return regular(ctx, rest, act, key, req).Get(ctx, res)
	})
}

// Once runs a step whose effect the other side can't recognise as a repeat by itself. It returns what [Repeatable] returns.
func Once[Req, Res any](ctx workflow.Context, r *Runner, s Spec, act Activity[Req, Res], req Req) (Res, error) {
	return run(ctx, r, s, func(ctx workflow.Context, key effect.Key, res *Res) error {
		return regular(ctx, s, act, key, req).Get(ctx, res)
	})
}

func local[Req, Res any](ctx workflow.Context, s Spec, act Activity[Req, Res], key effect.Key, req Req) workflow.Future {
	ctx = workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		ScheduleToCloseTimeout: s.Policy.LocalTry,
		RetryPolicy:            &temporal.RetryPolicy{MaximumAttempts: 1},
		Summary:                s.Summary,
	})
	return workflow.ExecuteLocalActivity(ctx, act, key, req)
}

func regular[Req, Res any](ctx workflow.Context, s Spec, act Activity[Req, Res], key effect.Key, req Req) workflow.Future {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout:    s.Policy.Attempt,
		ScheduleToCloseTimeout: s.Policy.Overall,
		RetryPolicy:            s.Policy.retries(),
		Summary:                s.Summary,
	})
	return workflow.ExecuteActivity(ctx, act, key, req)
}

// run calls a step until it is through, or until it is decided what becomes of it.
func run[Res any](
	ctx workflow.Context, r *Runner, s Spec, call func(workflow.Context, effect.Key, *Res) error,
) (Res, error) {
	started := workflow.Now(ctx)
	end := func(round int, ended string) {
		r.done = append(r.done, Done{
			Name: s.Name, System: s.System, Started: started, Rounds: round, Ended: ended,
			Took: policy.Duration{Duration: workflow.Now(ctx).Sub(started)},
		})
		measure(ctx, s, ended, workflow.Now(ctx).Sub(started))
	}
	var none Res
	for round := 0; ; round++ {
		var res Res
		err := call(ctx, Key(ctx, s.Name, s.Again || round > 0), &res)
		if err == nil {
			end(round, "done")
			return res, nil
		}
		if temporal.IsCanceledError(err) || s.BestEffort || r.rescue == nil {
			end(round, "failed")
			return none, err
		}
		f, _ := fault.From(err)
		workflow.GetLogger(ctx).Warn("A step failed for good; asking what to do.", "step", s.Name, "fault", reason(err))
		measureRescue(ctx, s)
		verdict, err := r.rescue(ctx, Failure{Spec: s, Round: round, Fault: f, Err: err})
		switch {
		case err != nil:
			end(round, "failed")
			return none, err
		case verdict == Retry:
			continue
		case verdict == Skip && s.Skippable:
			end(round, "skipped")
			return none, ErrSkipped
		case verdict == Abort:
			end(round, "aborted")
			return none, ErrAborted
		default:
			return none, fmt.Errorf("step: %q is no verdict on %s", verdict, s.Name)
		}
	}
}

// Key is the key of a step's effect.
func Key(ctx workflow.Context, name string, again bool) effect.Key {
	return effect.Key{ID: workflow.GetInfo(ctx).WorkflowExecution.ID + "/" + name, Again: again}
}

// final reports whether another try of the same call is pointless: the system said so, or the workflow was cancelled.
func final(err error) bool {
	var app *temporal.ApplicationError
	return temporal.IsCanceledError(err) || errors.As(err, &app) && app.NonRetryable()
}

// reason says what went wrong without what a vendor quoted, so that it can be logged.
func reason(err error) string {
	if f, ok := fault.From(err); ok {
		return f.String()
	}
	var timeout *temporal.TimeoutError
	if errors.As(err, &timeout) {
		return "it took too long"
	}
	return "an error of our own: see the activity in Temporal Web"
}

// Reason says for operations what went wrong, with the vendor's own words where it gave some.
func (f Failure) Reason() string {
	if f.Fault.Message != "" {
		return fmt.Sprintf("%s (%s)", reason(f.Err), f.Fault.Message)
	}
	return reason(f.Err)
}

// WaitAtMost waits until cond is true, at most d long, and reports whether it became true. Unlike workflow.AwaitWithTimeout it
// leaves no timer running.
func WaitAtMost(ctx workflow.Context, d time.Duration, summary string, cond func() bool) (bool, error) {
	if cond() {
		return true, nil
	}
	timerCtx, cancel := workflow.WithCancel(ctx)
	defer cancel()
	timer := workflow.NewTimerWithOptions(timerCtx, d, workflow.TimerOptions{Summary: summary})
	err := workflow.Await(ctx, func() bool { return cond() || timer.IsReady() })
	return cond(), err
}
