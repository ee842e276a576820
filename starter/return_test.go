package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"

	"github.com/throughline-dev/throughline/workflows/returns"
)

const aReturn = `{"order":"#1042","email":"ada@contoso.com","items":[{"sku":"LAMP-1","quantity":2,"reason":"damaged"}],"wish":"refund"}`

func TestReturnPrintsTheIDAndTheNumberOfWhatTemporalTook(t *testing.T) {
	var ids []string
	for _, c := range []struct{ stdin, file string }{{"", written(t, "return.json", aReturn)}, {aReturn, "-"}} {
		temporal := reached(t)
		temporal.On("ExecuteWorkflow", mock.Anything, mock.Anything, returns.WorkflowName, mock.MatchedBy(func(r returns.Request) bool {
			return r.Order == "1042" && !r.FromTicket
		})).Return(nil, nil).Once()
		r := runs(t, temporal, c.stdin, "return", "--file", c.file)
		require.NoError(t, r.failed)
		id, number, _ := strings.Cut(strings.TrimSuffix(r.out, "\n"), " ")
		assert.True(t, returns.IsWorkflowID(id), r.out)
		assert.Equal(t, returns.Number(id), number)
		ids = append(ids, id)
	}
	assert.Equal(t, ids[0], ids[1], "it is the same return, whichever way it comes")
}

func TestReturnTakesATicket(t *testing.T) {
	id := returns.TicketWorkflowID("9812345678")
	temporal := reached(t)
	temporal.On("ExecuteWorkflow", mock.Anything, mock.Anything, returns.WorkflowName, mock.MatchedBy(func(r returns.Request) bool {
		return r.Ticket == "9812345678" && r.FromTicket
	})).Return(nil, serviceerror.NewWorkflowExecutionAlreadyStarted("", "", "")).Once()
	r := runs(t, temporal, "", "return", "--ticket", "9812345678")
	require.NoError(t, r.failed)
	assert.Equal(t, id+" "+returns.Number(id)+"\n", r.out)
	assert.Contains(t, r.err, "there already")
}

func TestReturnNamesEveryMistakeBeforeItGoesToTemporal(t *testing.T) {
	wrong := strings.NewReplacer(`"damaged"`, `"ugly"`, `"ada@contoso.com"`, `"ada"`).Replace(aReturn)
	r := runs(t, nil, wrong, "return", "--file", "-")
	for _, field := range []string{"the return was not taken:", "\n  items[0].reason ", "\n  email "} {
		assert.ErrorContains(t, r.failed, field)
	}
	assert.Empty(t, r.out)
	assert.ErrorContains(t, runs(t, nil, `{`, "return", "--file", "-").failed, "not valid JSON")
	assert.Error(t, runs(t, nil, "", "return", "--file", "/does/not/exist.json").failed)
	assert.ErrorContains(t, runs(t, reached(t), "", "return", "--ticket", "T-1").failed, "ticket must be the ticket's ID")
	assert.Error(t, runs(t, nil, "", "return").failed)
	assert.Error(t, runs(t, nil, aReturn, "return", "--file", "-", "--ticket", "1").failed)
}

func TestReturnSaysWhereNoneAreTaken(t *testing.T) {
	none := written(t, "none.yaml", "returns: {support: \"\"}\n")
	r := runs(t, reached(t), aReturn, "return", "--file", "-", "--config", "../config/config.yaml", "--config", none)
	assert.ErrorContains(t, r.failed, "returns.support")
}
