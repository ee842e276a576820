package intake

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/mocks"

	"github.com/throughline-dev/throughline/workflows/field"
	"github.com/throughline-dev/throughline/workflows/proposal"
	"github.com/throughline-dev/throughline/workflows/visibility"
)

var aDeal = Deal{ID: "9812345678", At: time.Date(2026, 3, 1, 23, 30, 0, 0, time.UTC), Currency: "EUR", ValidDays: 30}

// listing is a Temporal that answers which proposals of the deal are open.
func listing(c *mocks.Client, err error, open ...string) {
	answer := &workflowservice.ListWorkflowExecutionsResponse{}
	for _, id := range open {
		answer.Executions = append(answer.Executions, &workflowpb.WorkflowExecutionInfo{Execution: &commonpb.WorkflowExecution{WorkflowId: id}})
	}
	c.On("ListWorkflow", mock.Anything, mock.MatchedBy(func(r *workflowservice.ListWorkflowExecutionsRequest) bool {
		return r.Query == "WorkflowId STARTS_WITH '"+proposal.DealPrefix(aDeal.ID)+"' AND ExecutionStatus = 'Running'"
	})).Return(answer, err).Once()
}

func TestADealStartsAProposalThatIsStillToBeRead(t *testing.T) {
	c, options, in := takingProposals(t, nil)
	listing(c, nil)
	receipt, err := TakeDeal(t.Context(), c, aDeal)
	require.NoError(t, err)
	id := proposal.DealWorkflowID(aDeal.ID, aDeal.At)
	assert.Equal(t, Receipt{ID: id}, receipt)
	assert.Equal(t, id, options.ID)
	assert.Equal(t, "Proposal", options.StaticSummary)
	_, known := options.TypedSearchAttributes.GetKeyword(visibility.Customer)
	assert.False(t, known, "nobody knows the client yet")
	assert.Equal(t, proposal.Request{
		Number: proposal.Number(id), FromDeal: true, Deal: aDeal.ID, Currency: "EUR", ValidUntil: "2026-03-31", Received: aDeal.At,
	}, *in)
}

func TestADealThatHasAnOpenProposalStartsNoOther(t *testing.T) {
	c := mocks.NewClient(t)
	open := proposal.DealWorkflowID(aDeal.ID, aDeal.At.AddDate(0, 0, -3))
	listing(c, nil, open)
	receipt, err := TakeDeal(t.Context(), c, aDeal)
	require.NoError(t, err)
	assert.Equal(t, Receipt{ID: open, Duplicate: true}, receipt)
}

func TestADealIsToldTwiceAndStartsOneProposalEvenWhereThatHasEnded(t *testing.T) {
	c, _, _ := takingProposals(t, started)
	listing(c, nil)
	receipt, err := TakeDeal(t.Context(), c, aDeal)
	require.NoError(t, err)
	assert.Equal(t, Receipt{ID: proposal.DealWorkflowID(aDeal.ID, aDeal.At), Duplicate: true}, receipt)
}

func TestADealThatTemporalCannotTakeIsToBeToldAgain(t *testing.T) {
	down := serviceerror.NewUnavailable("connection refused")
	for _, listed := range []bool{false, true} {
		c := mocks.NewClient(t)
		if listed {
			c, _, _ = takingProposals(t, down)
			listing(c, nil)
		} else {
			listing(c, down)
		}
		_, err := TakeDeal(t.Context(), c, aDeal)
		var u *Unavailable
		require.ErrorAs(t, err, &u)
		assert.True(t, errors.Is(err, down))
	}
}

func TestADealsTimeIsNeverAheadOfOurs(t *testing.T) {
	c, _, in := takingProposals(t, nil)
	listing(c, nil)
	ahead := aDeal
	ahead.At = time.Now().Add(time.Hour)
	_, err := TakeDeal(t.Context(), c, ahead)
	require.NoError(t, err)
	assert.WithinDuration(t, time.Now(), in.Received, time.Minute)
}

func TestWhatIsNoDealReachesNoQuery(t *testing.T) {
	for _, id := range []string{"", "0", "1' OR WorkflowType = 'lead", strings.Repeat("9", 20)} {
		_, err := TakeDeal(t.Context(), mocks.NewClient(t), Deal{ID: id, At: aDeal.At})
		var m field.Mistakes
		require.ErrorAs(t, err, &m, id)
		assert.Equal(t, "deal", m[0].Field)
	}
}
