package config

import (
	"context"
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/throughline-dev/throughline/workflows/visibility"
)

// cluster is a Temporal server as far as search attributes go: what is added can be used only after some refusals.
type cluster struct {
	operatorservice.UnimplementedOperatorServiceServer
	workflowservice.UnimplementedWorkflowServiceServer

	mu       sync.Mutex
	known    map[string]enumspb.IndexedValueType
	added    int // calls
	refusals int // left before what is known can be used
	denied   bool
	raced    bool
	query    string
	asked    func()
}

func (c *cluster) GetSystemInfo(context.Context, *workflowservice.GetSystemInfoRequest) (*workflowservice.GetSystemInfoResponse, error) {
	return &workflowservice.GetSystemInfoResponse{}, nil
}

func (c *cluster) ListSearchAttributes(context.Context, *operatorservice.ListSearchAttributesRequest) (*operatorservice.ListSearchAttributesResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.denied {
		return nil, status.Error(codes.PermissionDenied, "not for you")
	}
	known := map[string]enumspb.IndexedValueType{}
	for k, v := range c.known {
		known[k] = v
	}
	return &operatorservice.ListSearchAttributesResponse{CustomAttributes: known}, nil
}

func (c *cluster) AddSearchAttributes(_ context.Context, r *operatorservice.AddSearchAttributesRequest) (*operatorservice.AddSearchAttributesResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.added++
	for k, v := range r.SearchAttributes {
		c.known[k] = v
	}
	if c.raced {
		return nil, status.Error(codes.AlreadyExists, "somebody was faster")
	}
	return &operatorservice.AddSearchAttributesResponse{}, nil
}

func (c *cluster) CountWorkflowExecutions(_ context.Context, r *workflowservice.CountWorkflowExecutionsRequest) (*workflowservice.CountWorkflowExecutionsResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.query = r.Query
	if c.asked != nil {
		c.asked()
	}
	if c.refusals > 0 || len(c.known) < len(visibility.All) {
		c.refusals--
		return nil, status.Error(codes.InvalidArgument, "unknown search attribute")
	}
	return &workflowservice.CountWorkflowExecutionsResponse{}, nil
}

func (c *cluster) dial(t *testing.T) client.Client {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := grpc.NewServer()
	operatorservice.RegisterOperatorServiceServer(s, c)
	workflowservice.RegisterWorkflowServiceServer(s, c)
	go s.Serve(l)
	t.Cleanup(s.Stop)
	dialled, err := DialServer(context.Background(), &Config{Temporal: Temporal{Namespace: "sales"}}, client.Options{HostPort: l.Addr().String()})
	require.NoError(t, err)
	t.Cleanup(dialled.Close)
	return dialled
}

func all() map[string]enumspb.IndexedValueType {
	types := map[string]enumspb.IndexedValueType{}
	for _, key := range visibility.All {
		types[key.GetName()] = key.GetValueType()
	}
	return types
}

func TestSearchAttributesAreRegisteredOnceAndWaitedFor(t *testing.T) {
	server := &cluster{known: map[string]enumspb.IndexedValueType{"Stage": enumspb.INDEXED_VALUE_TYPE_KEYWORD}, refusals: 2}
	c := server.dial(t)
	for range 2 {
		require.NoError(t, EnsureSearchAttributes(context.Background(), c, "sales", visibility.All))
	}
	assert.Equal(t, map[string]enumspb.IndexedValueType{
		"Stage":    enumspb.INDEXED_VALUE_TYPE_KEYWORD,
		"WaitsOn":  enumspb.INDEXED_VALUE_TYPE_KEYWORD_LIST,
		"Customer": enumspb.INDEXED_VALUE_TYPE_KEYWORD,
		"Amount":   enumspb.INDEXED_VALUE_TYPE_INT,
		"Due":      enumspb.INDEXED_VALUE_TYPE_DATETIME,
		"Breached": enumspb.INDEXED_VALUE_TYPE_BOOL,
	}, server.known)
	assert.Equal(t, 1, server.added)
	assert.Zero(t, server.refusals, "it returned before they could be used")
	assert.Equal(t, "Stage IS NOT NULL AND WaitsOn IS NOT NULL AND Customer IS NOT NULL AND Amount IS NOT NULL AND Due IS NOT NULL AND Breached IS NOT NULL", server.query)
}

func TestSearchAttributesThatAnotherProcessRegistersMeanwhileAreNoError(t *testing.T) {
	c := (&cluster{known: map[string]enumspb.IndexedValueType{}, raced: true}).dial(t)
	require.NoError(t, EnsureSearchAttributes(context.Background(), c, "sales", visibility.All))
}

func TestASearchAttributeOfAnotherTypeIsNamed(t *testing.T) {
	known := all()
	known["Amount"] = enumspb.INDEXED_VALUE_TYPE_TEXT
	c := (&cluster{known: known}).dial(t)
	assert.EqualError(t, EnsureSearchAttributes(context.Background(), c, "sales", visibility.All),
		"register search attributes in namespace \"sales\": Amount is there as Text and has to be Int: use another namespace, or remove it with `temporal operator search-attribute remove --namespace sales --name Amount`")
}

func TestWhereWeMayNotRegisterItIsEnoughThatTheyAreThere(t *testing.T) {
	c := (&cluster{known: all(), denied: true}).dial(t)
	require.NoError(t, EnsureSearchAttributes(context.Background(), c, "sales", visibility.All))

	c = (&cluster{denied: true}).dial(t)
	err := EnsureSearchAttributes(context.Background(), c, "sales", visibility.All[:2])
	assert.EqualError(t, err, `register search attributes in namespace "sales": not for you; somebody who may has to run: `+
		`temporal operator search-attribute create --namespace sales --name Stage --type Keyword && `+
		`temporal operator search-attribute create --namespace sales --name WaitsOn --type KeywordList`)
}

func TestWaitingForSearchAttributesEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	c := (&cluster{known: all(), refusals: 1 << 30, asked: cancel}).dial(t)
	err := EnsureSearchAttributes(ctx, c, "sales", visibility.All)
	assert.ErrorContains(t, err, `search attributes in namespace "sales" are registered but can't be used yet`)
}
