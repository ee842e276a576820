// Package intake is how a lead, a proposal or a return gets in, whichever way it came: what a body may look like, which submissions are
// the same one, and the start of its workflow.
package intake

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"github.com/throughline-dev/throughline/workflows/field"
	"github.com/throughline-dev/throughline/workflows/lead"
	"github.com/throughline-dev/throughline/workflows/visibility"
)

// memoDigest is the memo's field with the submission's digest, by which another submission under the same key is noticed.
const memoDigest = "submission"

// Receipt says that Temporal has a lead, a proposal or a return.
type Receipt struct {
	// ID is the case's, and its workflow's.
	ID string `json:"id"`
	// Number is what people call a return by; a lead has none, and a proposal's is none of its sender's business.
	Number string `json:"number,omitempty"`
	// Duplicate is set where it had the lead already.
	Duplicate bool `json:"duplicate,omitempty"`
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
// duplicate. The error is [lead.Mistakes] where the entry is wrong, else [*Unavailable]. Nothing is stored anywhere before
// Temporal has it, so whoever gets an error still has the lead. Bound the context.
func Take(ctx context.Context, c client.Client, e Entry) (Receipt, error) {
	if err := e.Check(); err != nil {
		return Receipt{}, err
	}
	s := e.Submission
	s.Received = time.Now().UTC()
	return begin(ctx, c, beginning{
		id: e.id(s), keyed: e.Key != "", digest: s.Digest(), workflow: lead.WorkflowName, queue: lead.TaskQueue, input: s,
		summary: summary("Lead", s.Company, s.Country), customer: s.Customer(),
	})
}

// beginning is what a door knows of a case that it starts.
type beginning struct {
	id string
	// keyed is whether the ID is made of what the sender calls the case, and not of its content; digest is the content's.
	keyed           bool
	digest          string
	workflow, queue string
	input           any
	// summary and customer are what Temporal shows of the case; customer is "" where nobody knows yet.
	summary, customer string
}

// begin starts a case's workflow, once.
func begin(ctx context.Context, c client.Client, b beginning) (Receipt, error) {
	shown := []temporal.SearchAttributeUpdate{visibility.Stage.ValueSet(visibility.Received)}
	if b.customer != "" {
		shown = append(shown, visibility.Customer.ValueSet(b.customer))
	}
	_, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:        b.id,
		TaskQueue: b.queue,
		// One submission is one workflow, for as long as Temporal remembers it; and a case has no time-out of its own, since
		// its ladder decides what lateness means.
		WorkflowIDReusePolicy:                    enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
		WorkflowIDConflictPolicy:                 enumspb.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		StaticSummary:                            b.summary,
		Memo:                                     map[string]any{memoDigest: b.digest},
		TypedSearchAttributes:                    temporal.NewSearchAttributes(shown...),
	}, b.workflow, b.input)
	var started *serviceerror.WorkflowExecutionAlreadyStarted
	switch {
	case err == nil:
		return Receipt{ID: b.id}, nil
	case !errors.As(err, &started):
		return Receipt{}, &Unavailable{b.id, err}
	case !b.keyed: // the ID is made of the content, so the content is the same
		return Receipt{ID: b.id, Duplicate: true}, nil
	}
	same, err := holds(ctx, c, b.id, b.digest)
	if err != nil {
		return Receipt{}, &Unavailable{b.id, err}
	}
	if !same {
		return Receipt{}, field.Mistakes{{Field: KeyField, Problem: "was used before, for a submission with other content: " +
			"give every submission an ID of its own"}}
	}
	return Receipt{ID: b.id, Duplicate: true}, nil
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
