// Package deploy looks after the versions of the workers: which one new cases begin with, how much of them another one gets to try
// itself out on, which ones may be stopped. It is the command `starter deploy`.
package deploy

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	deploymentpb "go.temporal.io/api/deployment/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/throughline-dev/throughline/config/pollers"
)

// Deployment is one of Temporal's worker deployments, as it can be changed.
type Deployment struct {
	Client    client.Client
	Namespace string // the client's
	Name      string
}

// Status is what Temporal has of a deployment.
type Status struct {
	Deployment string `json:"deployment"`
	// Current is the build ID of the version that new cases begin with; "" is that of workers without versions.
	Current string `json:"current"`
	// Ramping is the version that gets Percent of them instead; "" for none.
	Ramping string  `json:"ramping,omitempty"`
	Percent float32 `json:"percent,omitempty"`
	// Versions are all that Temporal knows, the newest first.
	Versions []Version `json:"versions"`

	token   []byte // by which Temporal knows that nobody has changed it since
	settled bool   // whether all of Temporal's queues know what is current
}

// Version is one version of the workers.
type Version struct {
	BuildID string `json:"build_id"`
	// Status is current, ramping, draining (cases are open that end on it), drained (none is: its workers can be stopped), or inactive
	// (it has never had any).
	Status string    `json:"status"`
	Since  time.Time `json:"since,omitzero"` // when it came to be that
	// Queues are the task queues that its workers serve, and Workers how many processes of it there are:
	// one that has just stopped is among them for a minute and a half, where Temporal isn't set to forget it at once.
	Queues  []string `json:"queues"`
	Workers int      `json:"workers"`
	// Pinned is how many open cases end on it.
	Pinned int64 `json:"pinned"`

	lastCurrent time.Time
	created     time.Time
}

// find is the version of a build ID; nil for none.
func (s *Status) find(buildID string) *Version {
	i := slices.IndexFunc(s.Versions, func(v Version) bool { return v.BuildID == buildID })
	if i < 0 {
		return nil
	}
	return &s.Versions[i]
}

// known names the versions there are.
func (s *Status) known() string {
	var ids []string
	for _, v := range s.Versions {
		ids = append(ids, v.BuildID)
	}
	return strings.Join(ids, ", ")
}

// Status asks Temporal how the deployment stands.
func (d Deployment) Status(ctx context.Context) (*Status, error) {
	service := d.Client.WorkflowService()
	r, err := service.DescribeWorkerDeployment(ctx, &workflowservice.DescribeWorkerDeploymentRequest{Namespace: d.Namespace, DeploymentName: d.Name})
	if missing := (*serviceerror.NotFound)(nil); errors.As(err, &missing) {
		return nil, fmt.Errorf("there is no deployment %q in Temporal's namespace %q: start a worker with workers.deployment.name set to that", d.Name, d.Namespace)
	}
	if err != nil {
		return nil, err
	}
	info := r.GetWorkerDeploymentInfo()
	routing := info.GetRoutingConfig()
	s := &Status{
		Deployment: d.Name,
		Current:    routing.GetCurrentDeploymentVersion().GetBuildId(),
		Ramping:    routing.GetRampingDeploymentVersion().GetBuildId(),
		Percent:    routing.GetRampingVersionPercentage(),
		token:      r.GetConflictToken(),
		settled:    info.GetRoutingConfigUpdateState() != enumspb.ROUTING_CONFIG_UPDATE_STATE_IN_PROGRESS,
	}
	queues := map[string]bool{}
	for _, v := range info.GetVersionSummaries() {
		version, err := d.version(ctx, v)
		if err != nil {
			return nil, err
		}
		for _, queue := range version.Queues {
			queues[queue] = true
		}
		s.Versions = append(s.Versions, version)
	}
	workers := map[string]map[string]bool{} // identities by build ID
	for queue := range queues {
		if err := d.askWhoServes(ctx, queue, workers); err != nil {
			return nil, err
		}
	}
	for i := range s.Versions {
		s.Versions[i].Workers = len(workers[s.Versions[i].BuildID])
	}
	slices.SortFunc(s.Versions, func(a, b Version) int { return b.created.Compare(a.created) })
	return s, nil
}

func (d Deployment) version(ctx context.Context, v *deploymentpb.WorkerDeploymentInfo_WorkerDeploymentVersionSummary) (Version, error) {
	version := Version{
		BuildID:     v.GetDeploymentVersion().GetBuildId(),
		Queues:      []string{},
		created:     at(v.GetCreateTime()),
		lastCurrent: at(v.GetLastCurrentTime()),
	}
	switch v.GetStatus() {
	case enumspb.WORKER_DEPLOYMENT_VERSION_STATUS_CURRENT:
		version.Status, version.Since = "current", at(v.GetCurrentSinceTime())
	case enumspb.WORKER_DEPLOYMENT_VERSION_STATUS_RAMPING:
		version.Status, version.Since = "ramping", at(v.GetRampingSinceTime())
	case enumspb.WORKER_DEPLOYMENT_VERSION_STATUS_DRAINING:
		version.Status, version.Since = "draining", at(v.GetDrainageInfo().GetLastChangedTime())
	case enumspb.WORKER_DEPLOYMENT_VERSION_STATUS_DRAINED:
		version.Status, version.Since = "drained", at(v.GetDrainageInfo().GetLastChangedTime())
	default:
		version.Status, version.Since = "inactive", version.created
	}
	described, err := d.Client.WorkflowService().DescribeWorkerDeploymentVersion(ctx, &workflowservice.DescribeWorkerDeploymentVersionRequest{
		Namespace: d.Namespace, DeploymentVersion: v.GetDeploymentVersion(),
	})
	if err != nil {
		return version, err
	}
	for _, q := range described.GetVersionTaskQueues() {
		if q.GetType() == enumspb.TASK_QUEUE_TYPE_WORKFLOW {
			version.Queues = append(version.Queues, q.GetName())
		}
	}
	slices.Sort(version.Queues)
	counted, err := d.Client.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{Namespace: d.Namespace, Query: d.pinned(version.BuildID)})
	version.Pinned = counted.GetCount()
	return version, err
}

// pinned is the list filter for the open cases that end on a version.
func (d Deployment) pinned(buildID string) string {
	return fmt.Sprintf("TemporalWorkerDeploymentVersion = '%s:%s' AND TemporalWorkflowVersioningBehavior = 'Pinned' AND ExecutionStatus = 'Running'", d.Name, buildID)
}

// recently is how long ago a worker that is there asked last: it waits for work for a minute, then asks again.
const recently = 90 * time.Second

// askWhoServes notes whose workers ask a queue for work.
func (d Deployment) askWhoServes(ctx context.Context, queue string, workers map[string]map[string]bool) error {
	there, err := pollers.Of(ctx, d.Client.WorkflowService(), d.Namespace, queue, enumspb.TASK_QUEUE_TYPE_WORKFLOW)
	for _, p := range there {
		v := p.GetDeploymentOptions()
		if v.GetDeploymentName() != d.Name || time.Since(p.GetLastAccessTime().AsTime()) > recently {
			continue
		}
		if workers[v.GetBuildId()] == nil {
			workers[v.GetBuildId()] = map[string]bool{}
		}
		workers[v.GetBuildId()][p.GetIdentity()] = true
	}
	return err
}

// at is a time that Temporal may not have set.
func at(t *timestamppb.Timestamp) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.AsTime()
}
