package returns

import (
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/refund"
)

// This file goes away: each of these is being written in a file of its own.

// locked does something while no other return of the same order does it. (lock.go)
func (r *returning) locked(ctx workflow.Context, why string, do func(workflow.Context) error) error {
	return do(ctx)
}

// restock puts into stock what has arrived. (stock.go)
// It is called once for each arrival, in their order, one after the other; a later one may be in result.Arrived already, so what was
// processed before is for you to count. ErrSkipped is fine to return.
func (r *returning) restock(ctx workflow.Context, a Arrived) error { return nil }

// openPayments is called by open with the workflow's own context, before anything blocks: it starts what pays, and listens to
// SignalRefund. (pay.go)
func (r *returning) openPayments(ctx workflow.Context) {}

// settle has what came back paid for: it queues it, and returns at once. (pay.go)
func (r *returning) settle(ctx workflow.Context, what []refund.Settled) {}

// settled blocks until everything that was queued is paid or given up, and the refunds are at their end. (pay.go)
//
// Call it once nothing more arrives: an exchange of which only a part came is then made of that part. Call it again before the
// workflow ends, since a refund can fail after it had succeeded; and when the workflow is cancelled, since it then waits until
// what was begun is recorded and the lock is given up. Where operations have given the case up, it returns ErrAborted.
func (r *returning) settled(ctx workflow.Context) error { return nil }

// payError is why nothing is paid any more (operations have given the case up); nil while all is well. Whoever waits for what
// arrives stops waiting where there is one, and returns it. (pay.go)
func (r *returning) payError() error { return nil }

// exchanges is whether the customer gets something else for a line that came in this grade: it is their wish, the shop has
// reserved it, and nothing is taken off for the grade. It is Settled.Exchanged. (exchange.go)
func (r *returning) exchanges(l refund.Assessed, grade string) bool { return false }

// waits is what the return waits for that no task shows ("the return of the same order"); "" for nothing. It is for the live
// details. (lock.go)
func (r *returning) waits() string { return "" }

// unsettled says that the customer has written while finance decides: the cards say so. (pay.go)
func (r *returning) toldFinance(ctx workflow.Context, what string) {}

// approvers are who of support has decided about the return, and so can't pay for it: it is in approve.go, and so is wePay, whether
// the way back is ours to pay.
//
// reserve may be called again after release: a customer whose return had expired may be let try again.
//
// reserve keeps for the customer what they get instead, and release gives it free again. (exchange.go)
func (r *returning) reserve(ctx workflow.Context) error { return nil }
func (r *returning) release(ctx workflow.Context) error { return nil }
