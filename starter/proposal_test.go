package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"

	"github.com/throughline-dev/throughline/workflows/proposal"
)

const aProposal = `{"client":{"company":"Contoso","name":"Ada Winter","email":"ada@contoso.com"},"currency":"EUR",
	"lines":[{"description":"Robot arm","quantity":"2","price":"1999.50"}],"valid_until":"2999-04-30","requested_by":"maria"}`

const callNotes = "\ufeff# Goals\r\n- faster\r\n"

func written(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestProposalPrintsTheIDOfWhatTemporalTook(t *testing.T) {
	file, notes := written(t, "proposal.json", aProposal), written(t, "call.md", callNotes)
	inside := strings.Replace(aProposal, "{", `{"notes":"# Goals\n- faster",`, 1)
	var ids []string
	for name, c := range map[string]struct {
		stdin string
		args  []string
	}{
		"two files":           {"", []string{"--file", file, "--notes", notes}},
		"notes from a pipe":   {callNotes, []string{"--file", file, "--notes", "-"}},
		"fields from a pipe":  {aProposal, []string{"--file", "-", "--notes", notes}},
		"notes in the fields": {inside, []string{"--file", "-"}},
	} {
		t.Run(name, func(t *testing.T) {
			temporal := reached(t)
			temporal.On("ExecuteWorkflow", mock.Anything, mock.Anything, proposal.WorkflowName, mock.MatchedBy(func(r proposal.Request) bool {
				return r.Notes == "# Goals\n- faster" && r.RequestedBy == "maria"
			})).Return(nil, nil).Once()
			r := runs(t, temporal, c.stdin, append([]string{"proposal"}, c.args...)...)
			require.NoError(t, r.failed)
			assert.True(t, proposal.IsWorkflowID(strings.TrimSuffix(r.out, "\n")), r.out)
			ids = append(ids, r.out)
		})
	}
	for _, id := range ids {
		assert.Equal(t, ids[0], id, "it is the same proposal, whichever way it comes")
	}
}

func TestProposalSaysThatAProposalWasThereAlready(t *testing.T) {
	c := reached(t)
	c.On("ExecuteWorkflow", mock.Anything, mock.Anything, mock.Anything, mock.Anything).
		Return(nil, serviceerror.NewWorkflowExecutionAlreadyStarted("", "", "")).Once()
	r := runs(t, c, aProposal, "proposal", "--file", "-")
	require.NoError(t, r.failed)
	assert.Contains(t, r.err, "there already")
}

func TestProposalNamesEveryMistake(t *testing.T) {
	wrong := strings.NewReplacer(`"1999.50"`, `"1.999,50"`, `"maria"`, `"mario"`, `"ada@contoso.com"`, `"ada"`).Replace(aProposal)
	r := runs(t, reached(t), wrong, "proposal", "--file", "-")
	for _, field := range []string{"the proposal was not taken:", "\n  lines[0].price ", "\n  requested_by ", "\n  client.email "} {
		assert.ErrorContains(t, r.failed, field)
	}
	assert.Empty(t, r.out)

	notes := written(t, "call.md", callNotes)
	r = runs(t, nil, strings.Replace(aProposal, "{", `{"notes":"x",`, 1), "proposal", "--file", "-", "--notes", notes)
	assert.ErrorContains(t, r.failed, "notes are in - and in "+notes)
	assert.ErrorContains(t, runs(t, nil, "", "proposal", "--file", "-", "--notes", "-").failed, "both be standard input")
	assert.ErrorContains(t, runs(t, nil, `{`, "proposal", "--file", "-").failed, "not valid JSON")
	assert.Error(t, runs(t, nil, aProposal, "proposal", "--file", "-", "--notes", "/does/not/exist.md").failed)
	r = runs(t, reached(t), aProposal, "proposal", "--file", "-", "--notes", written(t, "latin1.txt", "Z\xfcrich"))
	assert.ErrorContains(t, r.failed, "notes is not valid UTF-8")
}
