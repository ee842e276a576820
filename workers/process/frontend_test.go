package process

import (
	"bytes"
	"context"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// frontend is as much of a Temporal server as a worker needs to be given one activity and to report on it.
type frontend struct {
	workflowservice.UnimplementedWorkflowServiceServer
	address   string
	queue     string
	task      chan *workflowservice.PollActivityTaskQueueResponse
	completed chan struct{}
	stopping  chan struct{} // ends the polls, as a server does when it is told that a worker stops
	stopOnce  sync.Once
	deleted   chan struct{} // the namespace
}

// newFrontend serves one activity on a queue; none where the queue is "".
func newFrontend(t *testing.T, queue, activityType string, args ...any) *frontend {
	f := &frontend{
		queue: queue, task: make(chan *workflowservice.PollActivityTaskQueueResponse, 1), completed: make(chan struct{}),
		stopping: make(chan struct{}), deleted: make(chan struct{}),
	}
	if queue != "" {
		input, err := converter.GetDefaultDataConverter().ToPayloads(args...)
		require.NoError(t, err)
		now := timestamppb.Now()
		f.task <- &workflowservice.PollActivityTaskQueueResponse{
			TaskToken: []byte("token"), WorkflowNamespace: "default", ActivityId: "1", Attempt: 1, Input: input,
			ActivityType: &commonpb.ActivityType{Name: activityType}, WorkflowType: &commonpb.WorkflowType{Name: "lead"},
			WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: "lead-x", RunId: "run"},
			ScheduledTime:     now, StartedTime: now, CurrentAttemptScheduledTime: now,
			ScheduleToCloseTimeout: durationpb.New(time.Minute), StartToCloseTimeout: durationpb.New(time.Minute),
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	f.address = l.Addr().String()
	server := grpc.NewServer()
	workflowservice.RegisterWorkflowServiceServer(server, f)
	healthy := health.NewServer()
	healthy.SetServingStatus("temporal.api.workflowservice.v1.WorkflowService", healthpb.HealthCheckResponse_SERVING)
	healthpb.RegisterHealthServer(server, healthy)
	go func() { _ = server.Serve(l) }()
	t.Cleanup(server.Stop)
	return f
}

func (f *frontend) dial(t *testing.T, o client.Options) client.Client {
	o.HostPort = f.address
	c, err := client.Dial(o)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

func (f *frontend) deleteNamespace() { close(f.deleted) }

var noNamespace = serviceerror.ToStatus(serviceerror.NewNamespaceNotFound("default")).Err()

// wait is what a long poll does that finds no task.
func (f *frontend) wait(ctx context.Context) error {
	select {
	case <-f.deleted:
		return noNamespace
	case <-f.stopping:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (f *frontend) GetSystemInfo(context.Context, *workflowservice.GetSystemInfoRequest) (*workflowservice.GetSystemInfoResponse, error) {
	return &workflowservice.GetSystemInfoResponse{Capabilities: &workflowservice.GetSystemInfoResponse_Capabilities{}}, nil
}

func (f *frontend) DescribeNamespace(context.Context, *workflowservice.DescribeNamespaceRequest) (*workflowservice.DescribeNamespaceResponse, error) {
	select {
	case <-f.deleted:
		return nil, noNamespace
	default:
		return &workflowservice.DescribeNamespaceResponse{}, nil
	}
}

func (f *frontend) PollWorkflowTaskQueue(ctx context.Context, _ *workflowservice.PollWorkflowTaskQueueRequest) (*workflowservice.PollWorkflowTaskQueueResponse, error) {
	return &workflowservice.PollWorkflowTaskQueueResponse{}, f.wait(ctx)
}

func (f *frontend) PollActivityTaskQueue(ctx context.Context, r *workflowservice.PollActivityTaskQueueRequest) (*workflowservice.PollActivityTaskQueueResponse, error) {
	if r.GetTaskQueue().GetName() == f.queue {
		select {
		case task := <-f.task:
			return task, nil
		default:
		}
	}
	return &workflowservice.PollActivityTaskQueueResponse{}, f.wait(ctx)
}

func (f *frontend) RespondActivityTaskCompleted(context.Context, *workflowservice.RespondActivityTaskCompletedRequest) (*workflowservice.RespondActivityTaskCompletedResponse, error) {
	close(f.completed)
	return &workflowservice.RespondActivityTaskCompletedResponse{}, nil
}

func (f *frontend) ShutdownWorker(context.Context, *workflowservice.ShutdownWorkerRequest) (*workflowservice.ShutdownWorkerResponse, error) {
	f.stopOnce.Do(func() { close(f.stopping) })
	return &workflowservice.ShutdownWorkerResponse{}, nil
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) Bytes() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Clone(s.b.Bytes())
}
