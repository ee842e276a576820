package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"

	"github.com/throughline-dev/throughline/workflows/proposal"
)

const aProposalID = "proposal-aaaaaaaaaaaaaaaa"

func TestRecallTellsTheProposal(t *testing.T) {
	var ids []string
	for range 2 {
		c := reached(t)
		c.On("SignalWorkflow", mock.Anything, aProposalID, "", proposal.SignalRecall, mock.MatchedBy(func(r proposal.Recall) bool {
			ids = append(ids, r.ID)
			return r.By == "maria" && r.Reason == "We found a mistake in it." && r.ID != ""
		})).Return(nil).Once()
		r := runs(t, c, "", "recall", aProposalID, "--as", "maria", "--reason", " We found a mistake in it.\n")
		require.NoError(t, r.failed)
		assert.Contains(t, r.out, aProposalID)
	}
	assert.NotEqual(t, ids[0], ids[len(ids)-1], "each is one of its own")
}

func TestRecallSaysWhyItCanNotBe(t *testing.T) {
	over := reached(t)
	over.On("SignalWorkflow", mock.Anything, aProposalID, "", proposal.SignalRecall, mock.Anything).
		Return(serviceerror.NewNotFound("workflow execution already completed")).Once()
	assert.ErrorContains(t, runs(t, over, "", "recall", aProposalID, "--as", "maria").failed, "or it has ended")

	down := reached(t)
	down.On("SignalWorkflow", mock.Anything, aProposalID, "", proposal.SignalRecall, mock.Anything).
		Return(serviceerror.NewUnavailable("connection refused")).Once()
	assert.ErrorContains(t, runs(t, down, "", "recall", aProposalID, "--as", "maria").failed, "connection refused")

	assert.ErrorContains(t, runs(t, reached(t), "", "recall", aProposalID, "--as", "mario").failed, `"mario" is nobody`)
	assert.ErrorContains(t, runs(t, nil, "", "recall", "lead-aaaaaaaaaaaaaaaa", "--as", "maria").failed, "is no proposal's ID")
	assert.ErrorContains(t, runs(t, nil, "", "recall", aProposalID).failed, "as")
	assert.ErrorContains(t, runs(t, nil, "", "recall", aProposalID, "--as", "maria", "--reason", strings.Repeat("x", maxReason+1)).failed, "--reason is too long")
}
