package codec

import (
	"context"

	enumspb "go.temporal.io/api/enums/v1"
	failurepb "go.temporal.io/api/failure/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// handBack returns a task that can't be read to Temporal, which gives it out again; whoever looks at the case there sees the reason.
// The worker goes on as if there had been no task. Of any other call, the reason is the error, which isn't worth another try.
func handBack(ctx context.Context, reason error, req, reply any, cc *grpc.ClientConn, call grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	// It names a key and nothing else, and stands in clear: the invoker is below this interceptor.
	failure := &failurepb.Failure{
		Message: reason.Error(),
		Source:  "throughline",
		FailureInfo: &failurepb.Failure_ApplicationFailureInfo{
			ApplicationFailureInfo: &failurepb.ApplicationFailureInfo{Type: "PayloadUnreadable"},
		},
	}
	// A report that doesn't arrive changes nothing: Temporal then waits for the task's time-out.
	report := func(method string, failed, answer, task proto.Message) error {
		proto.Reset(task)
		return call(ctx, "/"+workflowservice.WorkflowService_ServiceDesc.ServiceName+"/"+method, failed, answer, cc, opts...)
	}
	switch task := reply.(type) {
	case *workflowservice.PollWorkflowTaskQueueResponse:
		poll := req.(*workflowservice.PollWorkflowTaskQueueRequest)
		if task.GetQuery() != nil { // a query that came by itself has no task in a history that could fail
			return report("RespondQueryTaskCompleted", &workflowservice.RespondQueryTaskCompletedRequest{
				TaskToken: task.GetTaskToken(), Namespace: poll.GetNamespace(), PollerGroupId: task.GetPollerGroupId(),
				CompletedType: enumspb.QUERY_RESULT_TYPE_FAILED, ErrorMessage: reason.Error(), Failure: failure,
			}, &workflowservice.RespondQueryTaskCompletedResponse{}, task)
		}
		return report("RespondWorkflowTaskFailed", &workflowservice.RespondWorkflowTaskFailedRequest{
			TaskToken: task.GetTaskToken(), Namespace: poll.GetNamespace(), Identity: poll.GetIdentity(),
			DeploymentOptions: poll.GetDeploymentOptions(),
			Cause:             enumspb.WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE, Failure: failure,
		}, &workflowservice.RespondWorkflowTaskFailedResponse{}, task)
	case *workflowservice.PollActivityTaskQueueResponse:
		poll := req.(*workflowservice.PollActivityTaskQueueRequest)
		return report("RespondActivityTaskFailed", &workflowservice.RespondActivityTaskFailedRequest{
			TaskToken: task.GetTaskToken(), Namespace: poll.GetNamespace(), Identity: poll.GetIdentity(),
			DeploymentOptions: poll.GetDeploymentOptions(), Failure: failure,
		}, &workflowservice.RespondActivityTaskFailedResponse{}, task)
	}
	return status.Error(codes.FailedPrecondition, reason.Error())
}
