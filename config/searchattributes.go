package config

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
)

// A new search attribute is known to every part of a Temporal cluster only when their caches have been read anew: ten
// seconds by default, a minute for the slowest.
const (
	attributesWait = 2 * time.Minute
	attributesPoll = 100 * time.Millisecond
)

// EnsureSearchAttributes registers the search attributes that a namespace doesn't have yet, and returns when workflows can use
// all of them. Any number of processes may do so at the same time, and again.
//
// The error names an attribute that is there with another type. Where we may not register any (Temporal Cloud allows it to
// its own tools only), it says how to do it by hand; nothing is wrong if that has been done already.
func EnsureSearchAttributes(ctx context.Context, c client.Client, namespace string, keys []temporal.SearchAttributeKey) error {
	ctx, cancel := context.WithTimeout(ctx, attributesWait)
	defer cancel()
	if err := register(ctx, c, namespace, keys); isDenied(err) {
		if usable(ctx, c, namespace, keys) == nil {
			return nil
		}
		return fmt.Errorf("register search attributes in namespace %q: %w; somebody who may has to run: %s", namespace, err, commands(namespace, keys))
	} else if err != nil {
		return fmt.Errorf("register search attributes in namespace %q: %w", namespace, err)
	}
	for {
		err := usable(ctx, c, namespace, keys)
		if err == nil {
			return nil
		}
		if isDenied(err) {
			return fmt.Errorf("look for search attributes in namespace %q: %w", namespace, err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("search attributes in namespace %q are registered but can't be used yet: %w", namespace, err)
		case <-time.After(attributesPoll):
		}
	}
}

// register adds the attributes that aren't there.
func register(ctx context.Context, c client.Client, namespace string, keys []temporal.SearchAttributeKey) error {
	there, err := c.OperatorService().ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: namespace})
	if err != nil {
		return err
	}
	missing := map[string]enumspb.IndexedValueType{}
	for _, key := range keys {
		name, want := key.GetName(), key.GetValueType()
		switch is, ok := there.GetCustomAttributes()[name]; {
		case !ok:
			missing[name] = want
		case is != want:
			return fmt.Errorf("%s is there as %s and has to be %s: use another namespace, or remove it with `temporal operator search-attribute remove --namespace %s --name %s`", name, is, want, namespace, name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	_, err = c.OperatorService().AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{
		Namespace:        namespace,
		SearchAttributes: missing,
	})
	if _, raced := errors.AsType[*serviceerror.AlreadyExists](err); raced {
		return nil // another process did it meanwhile
	}
	return err
}

// usable asks for workflows by all of the attributes, which Temporal refuses as long as it doesn't know one.
func usable(ctx context.Context, c client.Client, namespace string, keys []temporal.SearchAttributeKey) error {
	conditions := make([]string, len(keys))
	for i, key := range keys {
		conditions[i] = key.GetName() + " IS NOT NULL"
	}
	_, err := c.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{
		Namespace: namespace,
		Query:     strings.Join(conditions, " AND "),
	})
	return err
}

func isDenied(err error) bool {
	_, denied := errors.AsType[*serviceerror.PermissionDenied](err)
	_, absent := errors.AsType[*serviceerror.Unimplemented](err)
	return denied || absent
}

func commands(namespace string, keys []temporal.SearchAttributeKey) string {
	var all []string
	for _, key := range keys {
		all = append(all, fmt.Sprintf("temporal operator search-attribute create --namespace %s --name %s --type %s", namespace, key.GetName(), key.GetValueType()))
	}
	return strings.Join(all, " && ")
}
