package config

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	namespacepb "go.temporal.io/api/namespace/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
)

// registry is a Temporal server as far as namespaces go: one that is made can be used only after some refusals.
type registry struct {
	workflowservice.UnimplementedWorkflowServiceServer

	mu            sync.Mutex
	retention     map[string]time.Duration
	refusals      int // left before a new namespace can be used
	made, changed int // calls
	denied, raced bool
}

func (*registry) GetSystemInfo(context.Context, *workflowservice.GetSystemInfoRequest) (*workflowservice.GetSystemInfoResponse, error) {
	return &workflowservice.GetSystemInfoResponse{}, nil
}

func (r *registry) DescribeNamespace(_ context.Context, q *workflowservice.DescribeNamespaceRequest) (*workflowservice.DescribeNamespaceResponse, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	kept, ok := r.retention[q.Namespace]
	if !ok || r.raced {
		return nil, serviceerror.ToStatus(serviceerror.NewNamespaceNotFound(q.Namespace)).Err()
	}
	return &workflowservice.DescribeNamespaceResponse{Config: &namespacepb.NamespaceConfig{WorkflowExecutionRetentionTtl: durationpb.New(kept)}}, nil
}

func (r *registry) RegisterNamespace(_ context.Context, q *workflowservice.RegisterNamespaceRequest) (*workflowservice.RegisterNamespaceResponse, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.denied {
		return nil, status.Error(codes.PermissionDenied, "not for you")
	}
	if r.raced {
		return nil, serviceerror.ToStatus(serviceerror.NewNamespaceAlreadyExists("somebody was faster")).Err()
	}
	r.made++
	r.retention[q.Namespace] = q.WorkflowExecutionRetentionPeriod.AsDuration()
	return &workflowservice.RegisterNamespaceResponse{}, nil
}

func (r *registry) UpdateNamespace(_ context.Context, q *workflowservice.UpdateNamespaceRequest) (*workflowservice.UpdateNamespaceResponse, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.denied {
		return nil, status.Error(codes.PermissionDenied, "not for you")
	}
	r.changed++
	r.retention[q.Namespace] = q.Config.WorkflowExecutionRetentionTtl.AsDuration()
	return &workflowservice.UpdateNamespaceResponse{}, nil
}

func (r *registry) CountWorkflowExecutions(_ context.Context, q *workflowservice.CountWorkflowExecutionsRequest) (*workflowservice.CountWorkflowExecutionsResponse, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.refusals > 0 {
		r.refusals--
		return nil, serviceerror.ToStatus(serviceerror.NewNamespaceNotFound(q.Namespace)).Err()
	}
	return &workflowservice.CountWorkflowExecutionsResponse{}, nil
}

func (r *registry) dial(t *testing.T) client.Client {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := grpc.NewServer()
	workflowservice.RegisterWorkflowServiceServer(s, r)
	go s.Serve(l)
	t.Cleanup(s.Stop)
	dialled, err := DialServer(t.Context(), &Config{Temporal: Temporal{Namespace: "sales"}}, client.Options{HostPort: l.Addr().String()})
	require.NoError(t, err)
	t.Cleanup(dialled.Close)
	return dialled
}

func TestANamespaceIsMadeOnceAndWaitedFor(t *testing.T) {
	server := &registry{retention: map[string]time.Duration{}, refusals: 2}
	c := server.dial(t)
	for range 2 {
		kept, err := EnsureNamespace(t.Context(), c, "sales", 0)
		require.NoError(t, err)
		assert.Equal(t, Retention, kept)
	}
	assert.Equal(t, 1, server.made)
	assert.Zero(t, server.changed)
	assert.Zero(t, server.refusals, "it returned before the namespace could be used")
	assert.Equal(t, map[string]time.Duration{"sales": Retention}, server.retention)
}

func TestANamespaceKeepsItsRetentionUnlessToldOtherwise(t *testing.T) {
	server := &registry{retention: map[string]time.Duration{"sales": 72 * time.Hour}}
	c := server.dial(t)
	for _, told := range []struct{ retention, want time.Duration }{
		{0, 72 * time.Hour}, {72 * time.Hour, 72 * time.Hour}, {240 * time.Hour, 240 * time.Hour}, {0, 240 * time.Hour},
	} {
		kept, err := EnsureNamespace(t.Context(), c, "sales", told.retention)
		require.NoError(t, err)
		assert.Equal(t, told.want, kept)
		assert.Equal(t, told.want, server.retention["sales"])
	}
	assert.Equal(t, 1, server.changed)
	assert.Zero(t, server.made)
}

func TestANamespaceThatAnotherProcessMakesMeanwhileIsNoError(t *testing.T) {
	c := (&registry{raced: true}).dial(t)
	_, err := EnsureNamespace(t.Context(), c, "sales", 0)
	require.NoError(t, err)
}

func TestWhereWeMayMakeNoNamespaceTheErrorSaysWhatToRun(t *testing.T) {
	server := &registry{denied: true, retention: map[string]time.Duration{"there": 72 * time.Hour}}
	c := server.dial(t)
	_, err := EnsureNamespace(t.Context(), c, "sales", 48*time.Hour)
	assert.ErrorContains(t, err, `make namespace "sales"`)
	assert.ErrorContains(t, err, "temporal operator namespace create --namespace sales --retention 48h0m0s")
	_, err = EnsureNamespace(t.Context(), c, "there", 48*time.Hour)
	assert.ErrorContains(t, err, `have namespace "there" keep closed cases for 48h0m0s: not for you`)
	_, err = EnsureNamespace(t.Context(), c, "there", 0)
	assert.NoError(t, err)
}
