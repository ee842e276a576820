package returns

import (
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/claims"
	"github.com/throughline-dev/throughline/workflows/step"
)

// lock is this return's hold on its order.
type lock struct {
	held bool // by one of this return's own coroutines, which wait for each other here
	// n numbers how often it was taken, and looks how often somebody looked whether it is free.
	n, looks int
	waitsFor string
}

// theOther is what a return waits for whose order another one is working on.
const theOther = "the return of the same order"

// The pause between two looks whether the order is free is a quarter of what was waited until then, within these bounds. What is
// held for seconds is noticed soon, and a return that operations look at for days doesn't fill the histories of those behind it.
const (
	shortestPause = 3 * time.Second
	longestPause  = 10 * time.Minute
)

// locked does something while no other return of the same order does anything that the guard against paying twice depends on: from
// reading what is left of the order until the shop knows what was made of it.
//
// No person is ever asked something by do, since the other returns wait meanwhile. There is one exception, and it has to be one: where
// a step fails for good, operations are asked, and the lock is kept until they have answered. What the shop doesn't know yet (that a
// quantity is taken, that money was paid) is exactly what the others must not overlook.
//
// The lock is given up whatever comes of do, also where the workflow is cancelled. A return that was terminated can't do so: whoever
// comes next finds that it doesn't run any more, and takes over.
func (r *returning) locked(ctx workflow.Context, why string, do func(workflow.Context) error) (err error) {
	if err := workflow.Await(ctx, func() bool { return !r.lock.held }); err != nil {
		return err
	}
	r.lock.held = true
	defer func() { r.lock.held = false }()

	// Each time that the lock is taken it is held in another name. So a release that Temporal delivers late, or twice, is of the time
	// before, and frees nothing.
	name := func(n int) string { return fmt.Sprintf("%s/%d", r.id, n) }
	r.lock.n++
	claim := claims.Request{Subject: "order/" + r.order.ID, Case: name(r.lock.n)}
	if r.lock.n > 1 {
		claim.Instead = name(r.lock.n - 1)
	}
	defer func() { // also where it isn't known whether the claim has got through
		if failed := r.unlock(ctx, claim); err == nil {
			err = failed
		}
	}()
	if err := r.claimOrder(ctx, why, claim); err != nil {
		return err
	}
	return do(ctx)
}

// claimOrder waits until the order is this return's.
func (r *returning) claimOrder(ctx workflow.Context, why string, claim claims.Request) error {
	defer r.waitFor(ctx, "")
	for began := workflow.Now(ctx); ; {
		r.lock.looks++
		answer, err := step.Repeatable(ctx, r.steps, step.Spec{
			Name: fmt.Sprintf("lock-%d", r.lock.looks), System: "claims", Summary: "Keep other returns off the order, to " + why,
			Policy: step.Inside,
		}, claimsActivities.Claim, claim)
		if err != nil || answer.Mine {
			return err
		}
		holder, _, _ := strings.Cut(answer.Holder, "/")
		found, err := step.Repeatable(ctx, r.steps, step.Spec{
			Name: fmt.Sprintf("lock-holder-%d", r.lock.looks), System: "claims", Summary: "See whether the return that has the order still runs",
			Policy: step.Inside,
		}, claimsActivities.LookUpCase, claims.Case{ID: holder})
		if err != nil {
			return err
		}
		if !found.Running {
			claim.Instead = answer.Holder
			continue
		}
		r.waitFor(ctx, theOther)
		pause := min(max(workflow.Now(ctx).Sub(began)/4, shortestPause), longestPause)
		options := workflow.TimerOptions{Summary: "Wait for " + theOther}
		if err := workflow.NewTimerWithOptions(ctx, pause, options).Get(ctx, nil); err != nil {
			return err
		}
	}
}

// unlock lets the next return have the order. It insists, since this return may go on for weeks; only one that is cancelled doesn't
// wait for long, for it is over then, and the next one takes over.
func (r *returning) unlock(ctx workflow.Context, claim claims.Request) error {
	spec := step.Spec{
		Name: fmt.Sprintf("unlock-%d", r.lock.n), System: "claims", Summary: "Let other returns of the order go on", Policy: step.Inside,
	}
	if ctx.Err() != nil {
		spec.Policy, spec.BestEffort = step.Inside.Within(time.Minute), true
	}
	ctx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	_, err := step.Repeatable(ctx, r.steps, spec, claimsActivities.ReleaseClaims, claims.Release{
		Subjects: []string{claim.Subject}, Case: claim.Case,
	})
	if spec.BestEffort {
		return nil
	}
	return err
}

func (r *returning) waitFor(ctx workflow.Context, what string) {
	if r.lock.waitsFor != what {
		r.lock.waitsFor = what
		r.desk.Publish(ctx)
	}
}

// waits is what the return waits for that no task shows; "" for nothing.
func (r *returning) waits() string { return r.lock.waitsFor }
