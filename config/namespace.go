package config

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	namespacepb "go.temporal.io/api/namespace/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/types/known/durationpb"
)

// Retention is how long a namespace that [EnsureNamespace] makes keeps the history of a closed case, where nothing else is said:
// long enough to ask why a case of last month ended as it did.
const Retention = 30 * 24 * time.Hour

// A new namespace is known to every part of a Temporal cluster only when its registry has been read anew, ten seconds at most.
const (
	namespaceUsable = time.Minute
	namespacePoll   = 100 * time.Millisecond
)

// EnsureNamespace makes a namespace where it isn't there, and returns when workflows can be started in it. What is there already
// keeps its cases for as long as it did, unless retention says otherwise; 0 is "as it is", and [Retention] for a new one. A new
// retention counts for the cases that close from then on. Any number of processes may do so at the same time, and again.
//
// It returns the retention that is in force. Where we may make no namespace (Temporal Cloud allows it to its own tools only) the
// error says how to do it by hand; nothing is wrong if that has been done already.
func EnsureNamespace(ctx context.Context, c client.Client, namespace string, retention time.Duration) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, namespaceUsable)
	defer cancel()
	there, err := c.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: namespace})
	if isNoNamespace(err) {
		return makeNamespace(ctx, c, namespace, cmp.Or(retention, Retention))
	} else if err != nil {
		return 0, fmt.Errorf("look for namespace %q: %w", namespace, err)
	}
	is := there.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration()
	if retention == 0 || retention == is {
		return is, nil
	}
	_, err = c.WorkflowService().UpdateNamespace(ctx, &workflowservice.UpdateNamespaceRequest{
		Namespace: namespace,
		Config:    &namespacepb.NamespaceConfig{WorkflowExecutionRetentionTtl: durationpb.New(retention)},
	})
	if err != nil {
		return 0, fmt.Errorf("have namespace %q keep closed cases for %s: %w", namespace, retention, err)
	}
	return retention, nil
}

func makeNamespace(ctx context.Context, c client.Client, namespace string, retention time.Duration) (time.Duration, error) {
	_, err := c.WorkflowService().RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
		Namespace:                        namespace,
		WorkflowExecutionRetentionPeriod: durationpb.New(retention),
	})
	if isDenied(err) {
		return 0, fmt.Errorf("make namespace %q: %w; somebody who may has to run: temporal operator namespace create --namespace %s --retention %s (in Temporal Cloud: tcld namespace create, or its web pages)",
			namespace, err, namespace, retention)
	}
	if _, raced := errors.AsType[*serviceerror.NamespaceAlreadyExists](err); err != nil && !raced {
		return 0, fmt.Errorf("make namespace %q: %w", namespace, err)
	}
	for {
		// Unlike a description, a count needs what the cluster's registry says.
		_, err := c.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{Namespace: namespace})
		if !isNoNamespace(err) {
			return retention, err
		}
		select {
		case <-ctx.Done():
			return 0, fmt.Errorf("namespace %q is made but can't be used yet: %w", namespace, err)
		case <-time.After(namespacePoll):
		}
	}
}

func isNoNamespace(err error) bool {
	_, none := errors.AsType[*serviceerror.NamespaceNotFound](err)
	return none
}
