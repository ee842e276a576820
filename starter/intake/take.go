// Package intake is how a lead gets in, whichever way it came: what a body may look like, which submissions are the same
// one, and the start of its workflow.
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

	"github.com/throughline-dev/throughline/workflows/lead"
	"github.com/throughline-dev/throughline/workflows/visibility"
)

// StageReceived is the search attribute Stage of a lead that no worker has seen yet.
const StageReceived = "received"

// memoDigest is the memo's field with the submission's digest, by which another submission under the same key is noticed.
const memoDigest = "submission"

// Receipt says that Temporal has a lead.
type Receipt struct {
	// ID is the lead's, and its workflow's.
	ID string `json:"id"`
	// Duplicate is set where it had the lead already.
	Duplicate bool `json:"duplicate,omitempty"`
}

// Unavailable is the error when Temporal couldn't be reached, or didn't answer in time. The lead may have been taken all the
// same: sending it again is safe, and the way to find out.
type Unavailable struct {
	ID  string // the lead's, had it been taken
	Err error
}

func (u *Unavailable) Error() string { return fmt.Sprintf("temporal did not take the lead: %v", u.Err) }
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
	id := e.id(s)
	_, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:        id,
		TaskQueue: lead.TaskQueue,
		// One submission is one workflow, for as long as Temporal remembers it; and a lead has no time-out of its own, since
		// its ladder decides what lateness means.
		WorkflowIDReusePolicy:                    enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
		WorkflowIDConflictPolicy:                 enumspb.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		StaticSummary:                            summary(s),
		Memo:                                     map[string]any{memoDigest: s.Digest()},
		TypedSearchAttributes: temporal.NewSearchAttributes(
			visibility.Stage.ValueSet(StageReceived),
			visibility.Customer.ValueSet(s.Customer()),
		),
	}, lead.WorkflowName, s)
	var started *serviceerror.WorkflowExecutionAlreadyStarted
	switch {
	case err == nil:
		return Receipt{ID: id}, nil
	case !errors.As(err, &started):
		return Receipt{}, &Unavailable{id, err}
	case e.Key == "": // the ID is made of the content, so the content is the same
		return Receipt{ID: id, Duplicate: true}, nil
	}
	same, err := holds(ctx, c, id, s.Digest())
	if err != nil {
		return Receipt{}, &Unavailable{id, err}
	}
	if !same {
		return Receipt{}, lead.Mistakes{{Field: KeyField, Problem: "was used before, for a submission with other content: " +
			"give every submission an ID of its own"}}
	}
	return Receipt{ID: id, Duplicate: true}, nil
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
// as every lead's submission ID would otherwise lose all but the first, and never be told.
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

// summary is the line that stands for the lead in Temporal Web: the company and its country, and no person's name.
//
// Temporal renders the line as Markdown and takes at most 400 bytes of it as JSON. So what a stranger wrote loses the
// characters that Markdown and JSON's escapes are made of, and what is over 50 characters: no lead may be refused, and no
// operator be shown somebody's link, for the name that a company gives itself.
func summary(s lead.Submission) string {
	company := []rune(strings.Map(func(r rune) rune {
		if strings.ContainsRune("*_~`[]()<>#|\\\"!", r) || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s.Company))
	if len(company) > 50 {
		company = append(company[:49], '…')
	}
	text := "Lead"
	if len(company) > 0 {
		text += ": " + string(company)
	}
	if s.Country != "" {
		text += " (" + s.Country + ")"
	}
	return text
}
