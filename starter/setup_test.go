package main

import (
	"context"
	"fmt"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	namespacepb "go.temporal.io/api/namespace/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/grpc"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/sandbox"
	"github.com/throughline-dev/throughline/workflows/visibility"
)

// operator is the part of Temporal that knows search attributes.
type operator struct {
	operatorservice.OperatorServiceClient
	namespace string
}

func (o *operator) ListSearchAttributes(_ context.Context, r *operatorservice.ListSearchAttributesRequest, _ ...grpc.CallOption) (*operatorservice.ListSearchAttributesResponse, error) {
	o.namespace = r.GetNamespace()
	there := map[string]enumspb.IndexedValueType{}
	for _, key := range visibility.All {
		there[key.GetName()] = key.GetValueType()
	}
	return &operatorservice.ListSearchAttributesResponse{CustomAttributes: there}, nil
}

// namespaces is the part of Temporal that knows namespaces.
type namespaces struct {
	workflowservice.WorkflowServiceClient
	there map[string]*namespacepb.NamespaceConfig
}

func (n *namespaces) DescribeNamespace(_ context.Context, r *workflowservice.DescribeNamespaceRequest, _ ...grpc.CallOption) (*workflowservice.DescribeNamespaceResponse, error) {
	if c, ok := n.there[r.Namespace]; ok {
		return &workflowservice.DescribeNamespaceResponse{Config: c}, nil
	}
	return nil, serviceerror.NewNamespaceNotFound(r.Namespace)
}

func (n *namespaces) RegisterNamespace(_ context.Context, r *workflowservice.RegisterNamespaceRequest, _ ...grpc.CallOption) (*workflowservice.RegisterNamespaceResponse, error) {
	n.there[r.Namespace] = &namespacepb.NamespaceConfig{WorkflowExecutionRetentionTtl: r.WorkflowExecutionRetentionPeriod}
	return nil, nil
}

func (n *namespaces) UpdateNamespace(_ context.Context, r *workflowservice.UpdateNamespaceRequest, _ ...grpc.CallOption) (*workflowservice.UpdateNamespaceResponse, error) {
	n.there[r.Namespace] = r.Config
	return nil, nil
}

// empty is a Temporal with nothing of ours but the search attributes, for one run of the command.
func empty(t *testing.T, n *namespaces, o *operator) client.Client {
	c := reached(t)
	c.On("OperatorService").Return(o)
	c.On("WorkflowService").Return(n)
	c.On("CountWorkflow", mock.Anything, mock.Anything).Return(&workflowservice.CountWorkflowExecutionsResponse{}, nil)
	return c
}

func TestSetupCanBeRunAgain(t *testing.T) {
	world, err := sandbox.New(sandbox.Options{})
	require.NoError(t, err)
	server := httptest.NewServer(world.Handler())
	t.Cleanup(func() { server.Close(); _ = world.Close() })
	t.Setenv("THROUGHLINE_SYSTEMS_HUBSPOT_URL", server.URL+"/hubspot")
	t.Setenv("TEMPORAL_NAMESPACE", "sales")
	n := &namespaces{there: map[string]*namespacepb.NamespaceConfig{}}
	setup := func(args ...string) string {
		o := &operator{}
		r := runs(t, empty(t, n, o), "", append([]string{"setup"}, args...)...)
		require.NoError(t, r.failed)
		assert.Equal(t, "sales", o.namespace)
		return r.out
	}
	out := setup()
	assert.Contains(t, out, `the namespace "sales" is there, and keeps closed cases for 30 days`)
	assert.Contains(t, out, "HubSpot: left out")
	t.Setenv(string(config.HubSpotToken), sandbox.DefaultHubSpotToken)
	out = setup("--retention", "36h")
	assert.Contains(t, out, `the namespace "sales" is there, and keeps closed cases for 36h0m0s`)
	assert.Contains(t, out, "created companies.throughline_domain")
	out = setup()
	assert.Contains(t, out, "closed cases for 36h0m0s")
	assert.Contains(t, out, "HubSpot: the properties are there.")
	assert.Len(t, n.there, 1)
}

// starting runs the set-up with a Temporal that can be reached at the n-th try.
func starting(t *testing.T, n int, c client.Client, args ...string) (out, errs string, failed error) {
	r := runsBy(t, func(context.Context, *config.Config, client.Options) (client.Client, error) {
		if n--; n > 0 {
			return nil, fmt.Errorf("Temporal at here %w", config.ErrUnreachable)
		}
		return c, nil
	}, "", append([]string{"setup"}, args...)...)
	return r.out, r.err, r.failed
}

func TestSetupWaitsForATemporalThatIsStartingAndSaysSo(t *testing.T) {
	n := &namespaces{there: map[string]*namespacepb.NamespaceConfig{}}
	out, errs, failed := starting(t, 3, empty(t, n, &operator{}))
	require.NoError(t, failed)
	assert.Equal(t, "Temporal at here can't be reached. Trying again for up to 1m0s.\n", errs)
	assert.Contains(t, out, "the search attributes are there")

	_, errs, failed = starting(t, 2, nil, "--wait", "0s")
	assert.EqualError(t, failed, "Temporal at here can't be reached")
	assert.Empty(t, errs)
}

func TestSetupDoesNotWaitForWhatWaitingDoesNotMend(t *testing.T) {
	tries := 0
	r := runsBy(t, func(context.Context, *config.Config, client.Options) (client.Client, error) {
		tries++
		return nil, fmt.Errorf("refused")
	}, "", "setup")
	assert.EqualError(t, r.failed, "refused")
	assert.Equal(t, 1, tries)
}
