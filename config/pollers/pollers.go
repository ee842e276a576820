// Package pollers knows which processes ask a task queue of Temporal for work.
package pollers

import (
	"context"
	"maps"
	"slices"

	enumspb "go.temporal.io/api/enums/v1"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
)

// Of is who has asked a queue for tasks of a kind: the latest that Temporal knows of each identity and version. Those that have stopped
// are among them for five minutes, unless its setting frontend.enableCancelWorkerPollsOnShutdown is on and they said so.
//
// Temporal splits a queue into partitions, of which each knows only those that came to it. So all are asked.
func Of(
	ctx context.Context, service workflowservice.WorkflowServiceClient, namespace, queue string, kind enumspb.TaskQueueType,
) ([]*taskqueuepb.PollerInfo, error) {
	partitions, err := service.ListTaskQueuePartitions(ctx, &workflowservice.ListTaskQueuePartitionsRequest{
		Namespace: namespace, TaskQueue: &taskqueuepb.TaskQueue{Name: queue},
	})
	if err != nil {
		return nil, err
	}
	of := partitions.GetActivityTaskQueuePartitions()
	if kind == enumspb.TASK_QUEUE_TYPE_WORKFLOW {
		of = partitions.GetWorkflowTaskQueuePartitions()
	}
	type worker struct{ identity, version string }
	latest := map[worker]*taskqueuepb.PollerInfo{}
	for _, p := range of {
		described, err := service.DescribeTaskQueue(ctx, &workflowservice.DescribeTaskQueueRequest{
			Namespace: namespace, TaskQueue: &taskqueuepb.TaskQueue{Name: p.GetKey()}, TaskQueueType: kind,
		})
		if err != nil {
			return nil, err
		}
		for _, poller := range described.GetPollers() {
			w := worker{poller.GetIdentity(), poller.GetDeploymentOptions().GetBuildId()}
			if poller.GetLastAccessTime().AsTime().After(latest[w].GetLastAccessTime().AsTime()) || latest[w] == nil {
				latest[w] = poller
			}
		}
	}
	return slices.Collect(maps.Values(latest)), nil
}
