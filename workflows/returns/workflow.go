package returns

import (
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/step"
)

// Register registers the workflow with a worker.
func Register(r worker.WorkflowRegistry) {
	r.RegisterWorkflowWithOptions(Workflow, workflow.RegisterOptions{Name: WorkflowName})
}

// Workflow carries one return. It ends without an error however the return ended, see [Result.Ending]; it fails only when it is
// cancelled.
func Workflow(ctx workflow.Context, in Request) (Result, error) {
	return Result{}, nil
}

// returning is one return on its way.
type returning struct {
	in     Request
	policy policy.Return
	desk   *humantask.Desk
	steps  *step.Runner
	result Result

	ticket crm.Ticket     // zero until it is read or made
	order  commerce.Order // as it was when it was last read
	shop   commerce.Return

	stage string
}
