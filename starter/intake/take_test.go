package intake

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/mocks"

	"github.com/throughline-dev/throughline/workflows/lead"
	"github.com/throughline-dev/throughline/workflows/visibility"
)

func entry() Entry {
	return Entry{Submission: lead.Submission{Name: "Ada Winter", Email: "ada@contoso.com", Company: "Contoso", Country: "DE"}}
}

// answering is a Temporal that answers each start with err.
func answering(t *testing.T, err error) *mocks.Client {
	c := mocks.NewClient(t)
	c.On("ExecuteWorkflow", mock.Anything, mock.Anything, lead.WorkflowName, mock.Anything).Return(nil, err).Once()
	return c
}

var started = serviceerror.NewWorkflowExecutionAlreadyStarted("started", "", "")

func TestTakeStartsOneWorkflowThatShowsNoPerson(t *testing.T) {
	var options client.StartWorkflowOptions
	var in lead.Submission
	c := mocks.NewClient(t)
	c.On("ExecuteWorkflow", mock.Anything, mock.Anything, lead.WorkflowName, mock.Anything).Run(func(args mock.Arguments) {
		options, in = args.Get(1).(client.StartWorkflowOptions), args.Get(3).(lead.Submission)
	}).Return(nil, nil).Once()

	receipt, err := Take(t.Context(), c, entry())
	require.NoError(t, err)
	assert.Equal(t, Receipt{ID: in.WorkflowID("")}, receipt)
	assert.Equal(t, "Ada Winter", in.Name)
	assert.WithinDuration(t, time.Now(), in.Received, time.Minute)
	assert.Equal(t, time.UTC, in.Received.Location())

	assert.Equal(t, receipt.ID, options.ID)
	assert.Equal(t, lead.TaskQueue, options.TaskQueue)
	assert.Equal(t, enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE, options.WorkflowIDReusePolicy)
	assert.Equal(t, enumspb.WORKFLOW_ID_CONFLICT_POLICY_FAIL, options.WorkflowIDConflictPolicy)
	assert.True(t, options.WorkflowExecutionErrorWhenAlreadyStarted)
	assert.Zero(t, options.WorkflowExecutionTimeout)
	assert.Zero(t, options.WorkflowRunTimeout)
	assert.False(t, options.EnableEagerStart)
	assert.Equal(t, "Lead: Contoso (DE)", options.StaticSummary)
	stage, _ := options.TypedSearchAttributes.GetKeyword(visibility.Stage)
	assert.Equal(t, "received", stage)
	customer, _ := options.TypedSearchAttributes.GetKeyword(visibility.Customer)
	assert.Equal(t, in.Customer(), customer)

	seen := fmt.Sprint(options.ID, options.StaticSummary, options.Memo, options.TypedSearchAttributes.GetUntypedValues())
	for _, private := range []string{"Ada", "Winter", "ada@", "contoso.com"} {
		assert.NotContains(t, seen, private)
	}
}

func TestAWrongEntryNeverReachesTemporal(t *testing.T) {
	e := entry()
	e.Submission.Email = "nobody"
	_, err := Take(t.Context(), mocks.NewClient(t), e)
	var m lead.Mistakes
	require.ErrorAs(t, err, &m)
	assert.Equal(t, "email", m[0].Field)
}

func TestTheSameContentAgainIsADuplicate(t *testing.T) {
	receipt, err := Take(t.Context(), answering(t, started), entry())
	require.NoError(t, err)
	assert.True(t, receipt.Duplicate)
	assert.True(t, lead.IsWorkflowID(receipt.ID))
}

func TestASignedLeadIsKnownByTheDayOfItsSignature(t *testing.T) {
	id := func(signed time.Time) string {
		e := entry()
		e.Signed = signed
		receipt, err := Take(t.Context(), answering(t, nil), e)
		require.NoError(t, err)
		return receipt.ID
	}
	evening := time.Date(2020, time.March, 1, 23, 58, 0, 0, time.UTC)
	assert.Equal(t, id(evening), id(evening), "whenever it comes")
	assert.NotEqual(t, id(evening), id(evening.Add(3*time.Minute)), "on the next day it is said anew")
	assert.NotEqual(t, id(evening), id(time.Time{}), "what isn't signed is known by the day on which it comes")
}

// holding is a Temporal that has a workflow for this key already, started for a submission with this digest.
func holding(t *testing.T, memo map[string]*commonpb.Payload, err error) *mocks.Client {
	c := answering(t, started)
	c.On("DescribeWorkflowExecution", mock.Anything, mock.Anything, "").Return(described(memo), err).Once()
	return c
}

func described(memo map[string]*commonpb.Payload) *workflowservice.DescribeWorkflowExecutionResponse {
	return &workflowservice.DescribeWorkflowExecutionResponse{
		WorkflowExecutionInfo: &workflowpb.WorkflowExecutionInfo{Memo: &commonpb.Memo{Fields: memo}},
	}
}

func memo(t *testing.T, digest string) map[string]*commonpb.Payload {
	p, err := converter.GetDefaultDataConverter().ToPayload(digest)
	require.NoError(t, err)
	return map[string]*commonpb.Payload{memoDigest: p}
}

func TestTheSameKeyWithTheSameContentIsADuplicate(t *testing.T) {
	e := entry()
	e.Key = "order-1"
	require.NoError(t, e.Check())
	receipt, err := Take(t.Context(), holding(t, memo(t, e.Submission.Digest()), nil), e)
	require.NoError(t, err)
	assert.Equal(t, Receipt{ID: e.Submission.WorkflowID("order-1"), Duplicate: true}, receipt)
}

func TestTheSameKeyWithOtherContentIsNotSwallowed(t *testing.T) {
	e := entry()
	e.Key = "contact-form" // what a website sends that has the same constant in every form
	_, err := Take(t.Context(), holding(t, memo(t, "somebody else's"), nil), e)
	var m lead.Mistakes
	require.ErrorAs(t, err, &m)
	assert.Equal(t, KeyField, m[0].Field)
}

func TestADuplicateThatCannotBeComparedIsToBeSentAgain(t *testing.T) {
	e := entry()
	e.Key = "order-1"
	_, err := Take(t.Context(), holding(t, nil, serviceerror.NewUnavailable("down")), e)
	var u *Unavailable
	require.ErrorAs(t, err, &u)
	assert.Equal(t, entry().Submission.WorkflowID("order-1"), u.ID)
}

func TestALeadWhoseStartGotNoAnswerIsFoundAgain(t *testing.T) {
	_, err := Take(t.Context(), answering(t, context.DeadlineExceeded), entry())
	var u *Unavailable
	require.ErrorAs(t, err, &u)
	require.True(t, errors.Is(err, context.DeadlineExceeded))

	receipt, err := Take(t.Context(), answering(t, started), entry()) // Temporal had it after all
	require.NoError(t, err)
	assert.Equal(t, Receipt{ID: u.ID, Duplicate: true}, receipt)
}

func TestASummaryIsShortAndCarriesNoMarkup(t *testing.T) {
	for _, c := range []struct{ company, country, want string }{
		{"Contoso", "DE", "Lead: Contoso (DE)"},
		{"", "DE", "Lead (DE)"},
		{"", "", "Lead"},
		{"Müller & Söhne GmbH", "", "Lead: Müller & Söhne GmbH"},
		{"[click](https://evil.example)<b>", "", "Lead: clickhttps://evil.exampleb"},
	} {
		assert.Equal(t, c.want, summary("Lead", c.company, c.country))
	}
	for _, worst := range []string{"&", "<", "💼", "\u2028", "é"} {
		text := summary("Proposal", strings.Repeat(worst, lead.MaxName), "DE")
		p, err := converter.GetDefaultDataConverter().ToPayload(text)
		require.NoError(t, err)
		assert.Less(t, p.Size(), 400, "Temporal refuses a start with a longer one")
	}
}
