package door

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/mocks"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/starter/intake"
	"github.com/throughline-dev/throughline/workflows/proposal"
)

const goodProposal = `{"client":{"company":"Contoso","name":"Ada Winter","email":"ada@contoso.com"},"notes":"# Goals\n- faster",
	"currency":"EUR","lines":[{"description":"Robot arm","quantity":"2","price":"1999.50"}],"valid_until":"2999-04-30"}`

// takingProposal is a Temporal that answers n starts of proposals with err.
func takingProposal(t *testing.T, n int, err error) *mocks.Client {
	c := mocks.NewClient(t)
	c.On("ExecuteWorkflow", mock.Anything, mock.Anything, proposal.WorkflowName, mock.Anything).Return(nil, err).Times(n)
	return c
}

func acceptedIn(t *testing.T, w *httptest.ResponseRecorder) (a accepted) {
	t.Helper()
	require.Equal(t, http.StatusAccepted, w.Code, w.Body.String())
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &a))
	return a
}

func TestAProposalIsAcceptedOnceTemporalHasIt(t *testing.T) {
	w := send(opened(t, takingProposal(t, 1, nil)), "POST", "/proposals", mediaJSON, goodProposal)
	first := acceptedIn(t, w)
	assert.True(t, proposal.IsWorkflowID(first.ID), first.ID)
	assert.JSONEq(t, `{"id":"`+first.ID+`","status_url":"/proposals/`+first.ID+`"}`, w.Body.String())
	assert.Equal(t, "/proposals/"+first.ID, w.Header().Get("Location"))

	started := serviceerror.NewWorkflowExecutionAlreadyStarted("started", "", "")
	again := acceptedIn(t, send(opened(t, takingProposal(t, 1, started)), "POST", "/proposals", mediaJSON, goodProposal))
	assert.Equal(t, first.ID, again.ID)
	assert.True(t, again.Duplicate)

	named := strings.Replace(goodProposal, "{", `{"submission_id":"crm-1",`, 1)
	byField := acceptedIn(t, send(opened(t, takingProposal(t, 1, nil)), "POST", "/proposals", mediaJSON, named))
	byHeader := acceptedIn(t, send(opened(t, takingProposal(t, 1, nil)), "POST", "/proposals", mediaJSON, goodProposal, keyHeader, "crm-1"))
	assert.Equal(t, byField.ID, byHeader.ID)
	assert.NotEqual(t, first.ID, byField.ID)
}

func TestWhoAskedForAProposalIsSomebodyInTheHandbook(t *testing.T) {
	c := mocks.NewClient(t)
	c.On("ExecuteWorkflow", mock.Anything, mock.Anything, proposal.WorkflowName, mock.MatchedBy(func(r proposal.Request) bool {
		return r.RequestedBy == "maria"
	})).Return(nil, nil).Once()
	d := opened(t, c, func(o *Options) {
		o.People = func() []policy.Person { return []policy.Person{{ID: "maria", Email: "maria@northwind.example"}} }
	})
	by := func(who string) *httptest.ResponseRecorder {
		return send(d, "POST", "/proposals", mediaJSON, strings.Replace(goodProposal, "{", `{"requested_by":"`+who+`",`, 1))
	}
	acceptedIn(t, by("maria@northwind.example"))
	w := by("mario")
	require.Equal(t, http.StatusUnprocessableEntity, w.Code)
	assert.Equal(t, "requested_by", problemIn(t, w).Errors[0].Field)
}

func TestAWrongProposalIsToldEveryMistakeByField(t *testing.T) {
	body := strings.NewReplacer(`"1999.50"`, `"1.999,50"`, `"ada@contoso.com"`, `"ada"`, `"2999-04-30"`, `"tomorrow"`).Replace(goodProposal)
	w := send(opened(t, mocks.NewClient(t)), "POST", "/proposals", mediaJSON, body)
	require.Equal(t, http.StatusUnprocessableEntity, w.Code)
	var fields []string
	for _, m := range problemIn(t, w).Errors {
		fields = append(fields, m.Field)
	}
	assert.ElementsMatch(t, []string{"lines[0].price", "client.email", "valid_until"}, fields)
}

func TestTheLongestNotesComeIn(t *testing.T) {
	notes := strings.Repeat(`\u044f`, proposal.MaxNotes/2) // a Cyrillic letter of two bytes, as Python writes it
	body := strings.Replace(goodProposal, `"# Goals\n- faster"`, `"`+notes+`"`, 1)
	acceptedIn(t, send(opened(t, takingProposal(t, 1, nil)), "POST", "/proposals", mediaJSON, body))

	w := send(opened(t, mocks.NewClient(t)), "POST", "/proposals", mediaJSON, strings.Replace(body, `\u044f`, `\u044fx`, 1))
	require.Equal(t, http.StatusUnprocessableEntity, w.Code)
	assert.Equal(t, "notes", problemIn(t, w).Errors[0].Field)

	w = send(opened(t, mocks.NewClient(t)), "POST", "/proposals", mediaJSON, goodProposal+strings.Repeat(" ", intake.MaxProposal))
	assert.Equal(t, http.StatusRequestEntityTooLarge, w.Code)
}

func TestAProposalThatCannotBeReadIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		contentType, body string
		want              int
	}{
		"no JSON":       {mediaJSON, `{"client":`, http.StatusBadRequest},
		"no object":     {mediaJSON, `[1]`, http.StatusBadRequest},
		"no UTF-8":      {mediaJSON, "{\"notes\":\"\xff\"}", http.StatusBadRequest},
		"a form":        {mediaForm, "notes=faster", http.StatusUnsupportedMediaType},
		"no media type": {"", goodProposal, http.StatusUnsupportedMediaType},
	} {
		t.Run(name, func(t *testing.T) {
			w := send(opened(t, mocks.NewClient(t)), "POST", "/proposals", c.contentType, c.body)
			assert.Equal(t, c.want, w.Code)
			problemIn(t, w)
			assert.Equal(t, c.want == http.StatusUnsupportedMediaType, w.Header().Get("Accept-Post") == mediaJSON)
		})
	}
}

func TestWithoutTemporalAProposalIsToBeSentAgain(t *testing.T) {
	w := send(opened(t, takingProposal(t, 1, context.DeadlineExceeded)), "POST", "/proposals", mediaJSON, goodProposal)
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.Equal(t, "5", w.Header().Get("Retry-After"))
	problemIn(t, w)
}

func TestTheRulesForLeadsHoldForProposals(t *testing.T) {
	requireRulesOfLeads(t, takingProposal(t, 3, nil), "/proposals", goodProposal, "OPTIONS, POST")
}

func TestTheSenderCanAskWhetherAProposalIsOpen(t *testing.T) {
	requireStatus(t, "/proposals/", "proposal-abcdefghijklmnop-20260301", "lead-abcdefghijklmnop", "claims-00")
	assert.Equal(t, http.StatusMethodNotAllowed, send(opened(t, mocks.NewClient(t)), "GET", "/proposals", "", "").Code)
}
