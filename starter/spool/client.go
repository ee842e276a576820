package spool

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Client is Temporal's client as the doors have it: a signal that Temporal can't take now it keeps, and starts are kept by package intake,
// which finds the spool by [Of]. Everything else is Temporal's to answer.
type Client struct {
	client.Client
	Spool *Spool
}

// Of is the spool behind a client; nil, which is one that is off, where there is none.
func Of(c client.Client) *Spool {
	if with, ok := c.(*Client); ok {
		return with.Spool
	}
	return nil
}

// Away reports whether an error means that Temporal couldn't be reached, didn't answer in time or doesn't let us in, so that the same call
// may do later, and may even have done now. An API key that has expired and search attributes that are missing are for operations to
// put right, and nothing that whoever brings something could do anything about. Whatever else Temporal says it says of the call, and
// will say again.
func Away(err error) bool {
	if errors.Is(err, context.DeadlineExceeded) || lacksAttributes(err) ||
		status.Code(err) == codes.Unauthenticated { // which Temporal's client leaves as it came
		return true
	}
	var said serviceerror.ServiceError
	if !errors.As(err, &said) {
		return false
	}
	switch said.Status().Code() {
	case codes.Unavailable, codes.DeadlineExceeded, codes.Canceled,
		codes.ResourceExhausted, codes.Aborted, codes.Internal, codes.Unknown: // its client has tried these again for as long as it could
		return true
	case codes.PermissionDenied:
		return true
	}
	return false
}

// KindSignal is the kind of a signal to a workflow.
const KindSignal = "signal"

// signal is a signal to the workflow that is its entry's line.
type signal struct {
	Name    string          `json:"name"`
	Content json.RawMessage `json:"content"`
}

// SignalWorkflow signals a workflow as [client.Client] does, in whichever run it is. Where Temporal is away the signal is kept; so it is
// behind others for the same workflow that are. It has to be one that is harmless when it comes twice. Ask [Spool.Waiting] to know
// whether it waits.
func (c *Client) SignalWorkflow(ctx context.Context, workflow, run, name string, content any) error {
	var away error
	if !c.Spool.Waiting(workflow) {
		if away = c.Client.SignalWorkflow(ctx, workflow, run, name, content); !Away(away) {
			return away
		}
	}
	raw, err := json.Marshal(content)
	if err != nil {
		return err
	}
	return c.Spool.KeepAs(Entry{Line: workflow, Kind: KindSignal}, signal{name, raw}, away)
}

// errBehind is the error for what can't wait for an answer.
var errBehind = serviceerror.NewUnavailable("something of this case is kept until it can be handed over, and has to come first")

// UpdateWorkflow asks a workflow as [client.Client] does, unless something is kept for it that has to come first.
func (c *Client) UpdateWorkflow(ctx context.Context, o client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	if c.Spool.Waiting(o.WorkflowID) {
		return nil, errBehind
	}
	return c.Client.UpdateWorkflow(ctx, o)
}

// KeepAs keeps an entry with the content as JSON. Away is why it has to be kept, nil where others come first; it is part of the error
// where it can't be.
func (s *Spool) KeepAs(e Entry, content any, away error) error {
	var err error
	if e.Content, err = json.Marshal(content); err == nil {
		err = s.Keep(e)
	}
	switch {
	case err == nil || away == nil:
		return err
	case errors.Is(err, ErrOff):
		return away
	}
	return fmt.Errorf("%w; and it can't be kept: %w", away, err)
}

// deliverSignal hands a signal over.
func deliverSignal(ctx context.Context, c client.Client, e Entry) error {
	var s signal
	if err := json.Unmarshal(e.Content, &s); err != nil {
		return &RefusedError{"it can't be read"}
	}
	err := c.SignalWorkflow(ctx, e.Line, "", s.Name, s.Content)
	if _, ended := errors.AsType[*serviceerror.NotFound](err); ended {
		return &RefusedError{"its case has ended"}
	}
	return Final(err)
}
