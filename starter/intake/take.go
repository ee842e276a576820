// Package intake is how a lead, a proposal or a return gets in, whichever way it came: what a body may look like, which submissions are
// the same one, and the start of its workflow.
package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"github.com/throughline-dev/throughline/starter/spool"
	"github.com/throughline-dev/throughline/workflows/field"
	"github.com/throughline-dev/throughline/workflows/lead"
	"github.com/throughline-dev/throughline/workflows/visibility"
)

// memoDigest is the memo's field with the submission's digest, by which another submission under the same key is noticed.
const memoDigest = "submission"

// Receipt says that Temporal has a lead, a proposal or a return, or will have it for certain.
type Receipt struct {
	// ID is the case's, and its workflow's.
	ID string `json:"id"`
	// Number is what people call a return by; a lead has none, and a proposal's is none of its sender's business.
	Number string `json:"number,omitempty"`
	// Duplicate is set where it had the lead already.
	Duplicate bool `json:"duplicate,omitempty"`
	// Kept is set where Temporal is away, and the spool has it.
	Kept bool `json:"-"`
}

// Unavailable is the error when Temporal couldn't be reached, or didn't answer in time. The case may have been taken all the
// same: sending it again is safe, and the way to find out.
type Unavailable struct {
	ID  string // the case's, had it been taken
	Err error
}

func (u *Unavailable) Error() string { return fmt.Sprintf("temporal did not take it: %v", u.Err) }
func (u *Unavailable) Unwrap() error { return u.Err }

// Take checks an entry and starts its workflow, once: what was taken before is answered with the same receipt, marked as a
// duplicate. The error is [lead.Mistakes] where the entry is wrong, else [*Unavailable]. Nothing is stored anywhere but in Temporal,
// or in the spool where the client has one, so whoever gets an error still has the lead. Bound the context.
func Take(ctx context.Context, c client.Client, e Entry) (Receipt, error) {
	if err := e.Check(); err != nil {
		return Receipt{}, err
	}
	s := e.Submission
	s.Received = time.Now().UTC()
	return begin(ctx, c, beginning{
		ID: e.id(s), Keyed: e.Key != "", Digest: s.Digest(), Workflow: lead.WorkflowName, Queue: lead.TaskQueue, Input: s,
		Summary: summary("Lead", s.Company, s.Country), Customer: s.Customer(),
	})
}

// beginning is what a door knows of a case that it starts. It is JSON while it is kept: see package spool.
type beginning struct {
	ID string
	// Keyed is whether the ID is made of what the sender calls the case, and not of its content; Digest is the content's.
	Keyed           bool
	Digest          string
	Workflow, Queue string
	Input           any
	// Summary and Customer are what Temporal shows of the case; Customer is "" where nobody knows yet.
	Summary, Customer string
	// Unless is the beginning of the IDs of cases of which none may be open, or there is nothing to start; "" where any may.
	Unless string
}

// begin starts a case's workflow, once. Where Temporal is away the start is kept, if the client has a spool.
func begin(ctx context.Context, c client.Client, b beginning) (Receipt, error) {
	kept := spool.Of(c)
	if mark, _, ok := kept.Kept(b.ID, KindStart); ok {
		return b.receipt(!b.Keyed || mark == b.Digest)
	}
	receipt, err := Receipt{}, error(nil)
	if !kept.Waiting(b.ID) {
		receipt, err = b.start(ctx, c)
		away, unavailable := errors.AsType[*Unavailable](err)
		if !unavailable || !spool.Away(away.Err) {
			return receipt, err
		}
		err = away.Err
	}
	if err := kept.KeepAs(spool.Entry{Line: b.ID, Kind: KindStart, Mark: b.Digest}, b, err); err != nil {
		return Receipt{}, &Unavailable{b.ID, err}
	}
	return Receipt{ID: b.ID, Kept: true}, nil
}

// KindStart is the kind of a start that is kept.
const KindStart = "start"

// Deliver starts the workflow of a start that was kept. One that Temporal has had already is started: begin has seen to it that
// the ID is the submission's own.
func Deliver(ctx context.Context, c client.Client, e spool.Entry) error {
	var input json.RawMessage
	b := beginning{Input: &input}
	if err := json.Unmarshal(e.Content, &b); err != nil {
		return &spool.RefusedError{Why: "it can't be read"}
	}
	b.Input = input
	_, err := b.start(ctx, c)
	return spool.Final(err)
}

// start starts the workflow.
func (b beginning) start(ctx context.Context, c client.Client) (Receipt, error) {
	if b.Unless != "" {
		open, err := c.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{PageSize: 1, Query: fmt.Sprintf(
			"WorkflowId STARTS_WITH '%s' AND ExecutionStatus = 'Running'", b.Unless,
		)})
		if err != nil {
			return Receipt{}, &Unavailable{b.ID, err}
		}
		for _, one := range open.GetExecutions() {
			return Receipt{ID: one.GetExecution().GetWorkflowId(), Duplicate: true}, nil
		}
	}
	shown := []temporal.SearchAttributeUpdate{visibility.Stage.ValueSet(visibility.Received)}
	if b.Customer != "" {
		shown = append(shown, visibility.Customer.ValueSet(b.Customer))
	}
	_, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:        b.ID,
		TaskQueue: b.Queue,
		// One submission is one workflow, for as long as Temporal remembers it; and a case has no time-out of its own, since
		// its ladder decides what lateness means.
		WorkflowIDReusePolicy:                    enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
		WorkflowIDConflictPolicy:                 enumspb.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		StaticSummary:                            b.Summary,
		Memo:                                     map[string]any{memoDigest: b.Digest},
		TypedSearchAttributes:                    temporal.NewSearchAttributes(shown...),
	}, b.Workflow, b.Input)
	var started *serviceerror.WorkflowExecutionAlreadyStarted
	switch {
	case err == nil:
		return Receipt{ID: b.ID}, nil
	case !errors.As(err, &started):
		return Receipt{}, &Unavailable{b.ID, err}
	case !b.Keyed: // the ID is made of the content, so the content is the same
		return b.receipt(true)
	}
	same, err := holds(ctx, c, b.ID, b.Digest)
	if err != nil {
		return Receipt{}, &Unavailable{b.ID, err}
	}
	return b.receipt(same)
}

// receipt is that of a case which is there already: this one, or another of the same name.
func (b beginning) receipt(same bool) (Receipt, error) {
	if !same {
		return Receipt{}, field.Mistakes{{Field: KeyField, Problem: "was used before, for a submission with other content: " +
			"give every submission an ID of its own"}}
	}
	return Receipt{ID: b.ID, Duplicate: true}, nil
}

// id is the ID of a submission's workflow. One without a key is known by its day. Where it was signed that is the day of the
// signature, so that one which somebody has overheard is the same lead after midnight too.
func (e Entry) id(s lead.Submission) string {
	if !e.Signed.IsZero() {
		s.Received = e.Signed
	}
	return s.WorkflowID(e.Key)
}

// holds reports whether a workflow was started for a submission with this digest. A website that sends the same constant
// as every submission's ID would otherwise lose all but the first, and never be told.
func holds(ctx context.Context, c client.Client, id, digest string) (bool, error) {
	d, err := c.DescribeWorkflowExecution(ctx, id, "")
	if err != nil {
		return false, err
	}
	var was string
	payload, ok := d.GetWorkflowExecutionInfo().GetMemo().GetFields()[memoDigest]
	if !ok {
		return true, nil // not started by us: nothing to compare with
	}
	if err := converter.GetDefaultDataConverter().FromPayload(payload, &was); err != nil {
		return false, err
	}
	return was == digest, nil
}

// summary is the line that stands for a case in Temporal Web: what it is, the company and its country, and no person's name.
//
// Temporal renders the line as Markdown and takes at most 400 bytes of it as JSON. So what a stranger wrote loses the
// characters that Markdown and JSON's escapes are made of, and what is over 50 characters: nothing may be refused, and no
// operator be shown somebody's link, for the name that a company gives itself.
func summary(what, company, country string) string {
	name := []rune(strings.Map(func(r rune) rune {
		if strings.ContainsRune("*_~`[]()<>#|\\\"!", r) || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, company))
	if len(name) > 50 {
		name = append(name[:49], '…')
	}
	if len(name) > 0 {
		what += ": " + string(name)
	}
	if country != "" {
		what += " (" + country + ")"
	}
	return what
}
