package deploy

import (
	"context"
	"errors"
	"fmt"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
)

// Move has the open cases that end on a version go on with the current one, from their next step on: for a version whose workers can't
// be kept for as long, or that must not go on. Whether the current code can take them over is what the replay of kept histories says. It
// returns how many cases were moved.
func (d Deployment) Move(ctx context.Context, buildID string) (moved int, err error) {
	s, err := d.with(ctx, buildID)
	switch {
	case err != nil:
		return 0, err
	case s.Current == "":
		return 0, errors.New("there is no current version to move to: choose one with `starter deploy current`")
	case s.Current == buildID:
		return 0, fmt.Errorf("%s is the current version itself: make another one current first", buildID)
	}
	to := &client.OneTimeVersioningOverride{TargetVersion: worker.WorkerDeploymentVersion{DeploymentName: d.Name, BuildID: s.Current}}
	for page := []byte(nil); ; {
		list, err := d.Client.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
			Namespace: d.Namespace, Query: d.pinned(buildID), NextPageToken: page,
		})
		if err != nil {
			return moved, err
		}
		for _, w := range list.GetExecutions() {
			_, err := d.Client.UpdateWorkflowExecutionOptions(ctx, client.UpdateWorkflowExecutionOptionsRequest{
				WorkflowId: w.GetExecution().GetWorkflowId(), RunId: w.GetExecution().GetRunId(),
				WorkflowExecutionOptionsChanges: client.WorkflowExecutionOptionsChanges{
					VersioningOverride: &client.VersioningOverrideChange{Value: to},
				},
			})
			if ended := (*serviceerror.NotFound)(nil); errors.As(err, &ended) {
				continue // meanwhile
			}
			if err != nil {
				return moved, fmt.Errorf("%s: %w", w.GetExecution().GetWorkflowId(), err)
			}
			moved++
		}
		if page = list.GetNextPageToken(); len(page) == 0 {
			return moved, nil
		}
	}
}
