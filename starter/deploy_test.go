package main

import (
	"context"
	"encoding/json"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	deploymentpb "go.temporal.io/api/deployment/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/throughline-dev/throughline/starter/deploy"
)

// deployed is a Temporal with two versions of the deployment throughline. Nobody works for the first, which is current; the second has a
// worker, and a quarter of the new cases.
type deployed struct {
	workflowservice.UnimplementedWorkflowServiceServer
	ramps   []*workflowservice.SetWorkerDeploymentRampingVersionRequest
	refusal error
}

func (d *deployed) GetSystemInfo(context.Context, *workflowservice.GetSystemInfoRequest) (*workflowservice.GetSystemInfoResponse, error) {
	return &workflowservice.GetSystemInfoResponse{Capabilities: &workflowservice.GetSystemInfoResponse_Capabilities{}}, nil
}

func (d *deployed) DescribeWorkerDeployment(
	_ context.Context, r *workflowservice.DescribeWorkerDeploymentRequest,
) (*workflowservice.DescribeWorkerDeploymentResponse, error) {
	if r.GetDeploymentName() != "throughline" {
		return nil, serviceerror.ToStatus(serviceerror.NewNotFound("no Worker Deployment found")).Err()
	}
	version := func(build string, days int, status enumspb.WorkerDeploymentVersionStatus) *deploymentpb.WorkerDeploymentInfo_WorkerDeploymentVersionSummary {
		since := timestamppb.New(time.Now().AddDate(0, 0, -days))
		return &deploymentpb.WorkerDeploymentInfo_WorkerDeploymentVersionSummary{
			DeploymentVersion: &deploymentpb.WorkerDeploymentVersion{DeploymentName: "throughline", BuildId: build},
			Status:            status, CreateTime: since, CurrentSinceTime: since, RampingSinceTime: since,
		}
	}
	one := version("v1", 9, enumspb.WORKER_DEPLOYMENT_VERSION_STATUS_CURRENT)
	two := version("v2", 3, enumspb.WORKER_DEPLOYMENT_VERSION_STATUS_RAMPING)
	return &workflowservice.DescribeWorkerDeploymentResponse{ConflictToken: []byte("token"), WorkerDeploymentInfo: &deploymentpb.WorkerDeploymentInfo{
		RoutingConfig: &deploymentpb.RoutingConfig{
			CurrentDeploymentVersion: one.GetDeploymentVersion(), RampingDeploymentVersion: two.GetDeploymentVersion(), RampingVersionPercentage: 25,
		},
		VersionSummaries: []*deploymentpb.WorkerDeploymentInfo_WorkerDeploymentVersionSummary{one, two},
	}}, nil
}

func (d *deployed) DescribeWorkerDeploymentVersion(
	context.Context, *workflowservice.DescribeWorkerDeploymentVersionRequest,
) (*workflowservice.DescribeWorkerDeploymentVersionResponse, error) {
	return &workflowservice.DescribeWorkerDeploymentVersionResponse{
		VersionTaskQueues: []*workflowservice.DescribeWorkerDeploymentVersionResponse_VersionTaskQueue{
			{Name: "lead", Type: enumspb.TASK_QUEUE_TYPE_WORKFLOW}, {Name: "lead", Type: enumspb.TASK_QUEUE_TYPE_ACTIVITY},
		},
	}, nil
}

func (d *deployed) CountWorkflowExecutions(
	context.Context, *workflowservice.CountWorkflowExecutionsRequest,
) (*workflowservice.CountWorkflowExecutionsResponse, error) {
	return &workflowservice.CountWorkflowExecutionsResponse{Count: 7}, nil
}

func (d *deployed) ListTaskQueuePartitions(
	context.Context, *workflowservice.ListTaskQueuePartitionsRequest,
) (*workflowservice.ListTaskQueuePartitionsResponse, error) {
	return &workflowservice.ListTaskQueuePartitionsResponse{WorkflowTaskQueuePartitions: []*taskqueuepb.TaskQueuePartitionMetadata{{Key: "lead"}}}, nil
}

func (d *deployed) DescribeTaskQueue(context.Context, *workflowservice.DescribeTaskQueueRequest) (*workflowservice.DescribeTaskQueueResponse, error) {
	poller := func(identity, build string, ago time.Duration) *taskqueuepb.PollerInfo {
		return &taskqueuepb.PollerInfo{
			Identity: identity, LastAccessTime: timestamppb.New(time.Now().Add(-ago)),
			DeploymentOptions: &deploymentpb.WorkerDeploymentOptions{DeploymentName: "throughline", BuildId: build},
		}
	}
	return &workflowservice.DescribeTaskQueueResponse{Pollers: []*taskqueuepb.PollerInfo{poller("1", "v1", 4*time.Minute), poller("2", "v2", time.Minute)}}, nil
}

func (d *deployed) SetWorkerDeploymentRampingVersion(
	_ context.Context, r *workflowservice.SetWorkerDeploymentRampingVersionRequest,
) (*workflowservice.SetWorkerDeploymentRampingVersionResponse, error) {
	d.ramps = append(d.ramps, r)
	return &workflowservice.SetWorkerDeploymentRampingVersionResponse{}, d.refusal
}

// runs runs `starter deploy` against it.
func (d *deployed) runs(t *testing.T, args ...string) ran {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := grpc.NewServer()
	workflowservice.RegisterWorkflowServiceServer(server, d)
	go func() { _ = server.Serve(l) }()
	t.Cleanup(server.Stop)
	c, err := client.NewLazyClient(client.Options{HostPort: l.Addr().String()})
	require.NoError(t, err)
	return runs(t, c, "", append([]string{"deploy"}, args...)...)
}

func TestDeployShowsTheVersionsAsATableOrAsJSON(t *testing.T) {
	r := (&deployed{}).runs(t, "status", "--deployment", "throughline")
	require.NoError(t, r.failed)
	for _, want := range []string{"v1      │ current       │ 9d 0h", "v2      │ ramping, 25 % │ 3d 0h"} {
		assert.Contains(t, r.out, want)
	}
	r = (&deployed{}).runs(t, "status", "--deployment", "throughline", "--json")
	require.NoError(t, r.failed)
	var s deploy.Status
	require.NoError(t, json.Unmarshal([]byte(r.out), &s))
	require.Len(t, s.Versions, 2)
	for i := range s.Versions {
		s.Versions[i].Since = time.Time{}
	}
	assert.Equal(t, deploy.Status{Deployment: "throughline", Current: "v1", Ramping: "v2", Percent: 25, Versions: []deploy.Version{
		{BuildID: "v2", Status: "ramping", Queues: []string{"lead"}, Workers: 1, Pinned: 7},
		{BuildID: "v1", Status: "current", Queues: []string{"lead"}, Workers: 0, Pinned: 7}, // whoever asked four minutes ago is gone
	}}, s)
}

func TestDeployChangesOnlyWhatItIsToChange(t *testing.T) {
	d := &deployed{}
	require.NoError(t, d.runs(t, "ramp", "v2", "25%", "--deployment", "throughline").failed)
	assert.Empty(t, d.ramps, "it has that already")
	require.NoError(t, d.runs(t, "ramp", "v2", "50", "--deployment", "throughline").failed)
	require.Len(t, d.ramps, 1)
	assert.Equal(t, "v2", d.ramps[0].GetBuildId())
	assert.EqualValues(t, 50, d.ramps[0].GetPercentage())
	assert.Equal(t, "token", string(d.ramps[0].GetConflictToken()), "what somebody else changes meanwhile isn't overwritten")
	require.NoError(t, d.runs(t, "rollback", "v2", "--deployment", "throughline").failed)
	require.Len(t, d.ramps, 2)
	assert.Empty(t, d.ramps[1].GetBuildId())
	assert.Zero(t, d.ramps[1].GetPercentage())
}

func TestDeploySaysWhatIsWrongAndWhatToDo(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"status"}, "set workers.deployment.name in the configuration, or name a deployment with --deployment"},
		{[]string{"status", "--deployment", "other"}, `there is no deployment "other" in Temporal's namespace "default": start a worker`},
		{[]string{"current", "v9", "--deployment", "throughline"}, `has no version "v9", only v2, v1`},
		{[]string{"ramp", "v1", "10", "--deployment", "throughline"}, "no worker of version v1 asks for work now: start some first"},
		{[]string{"ramp", "v2", "110", "--deployment", "throughline"}, `"110" is no percentage: it is a number from 0 to 100`},
		{[]string{"ramp", "v2", "NaN", "--deployment", "throughline"}, `"NaN" is no percentage`},
		{[]string{"rollback", "v1", "--deployment", "throughline"}, "no other version than v1 was ever current"},
		{[]string{"move", "v1", "--deployment", "throughline"}, "v1 is the current version itself"},
	} {
		assert.ErrorContains(t, (&deployed{}).runs(t, c.args...).failed, c.want, "%v", c.args)
	}
	d := &deployed{refusal: serviceerror.ToStatus(serviceerror.NewFailedPrecondition("conflict token mismatch")).Err()}
	err := d.runs(t, "ramp", "v2", "50", "--deployment", "throughline").failed
	assert.ErrorContains(t, err, "refused by Temporal: conflict token mismatch (somebody else may have changed something at this moment")
}
