package door

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/mocks"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/starter/intake"
	"github.com/throughline-dev/throughline/workflows/field"
)

// requireRulesOfLeads holds another trigger's path to who may send leads, and how often, by a client that takes three.
func requireRulesOfLeads(t *testing.T, c client.Client, path, body, methods string, change ...func(*Options)) {
	t.Helper()
	d := opened(t, c, append(change, secured(leadsSecret), ruled(config.Leads{PerMinute: 1, Origins: []string{site}}))...)
	post := func(headers ...string) *httptest.ResponseRecorder {
		return send(d, "POST", path, mediaJSON, body, headers...)
	}
	w := post()
	assert.Equal(t, http.StatusUnauthorized, w.Code)
	assert.Equal(t, signatureHeader, w.Header().Get("WWW-Authenticate"))
	assert.Equal(t, http.StatusForbidden, post("Origin", "https://evil.example").Code)
	signed := signature(time.Now(), body, leadsSecret)
	acceptedIn(t, post(signatureHeader, signed))
	acceptedIn(t, post(signatureHeader, signed))
	acceptedIn(t, post("Origin", site))
	assert.Equal(t, http.StatusTooManyRequests, post("Origin", site).Code)
	assert.Equal(t, http.StatusTooManyRequests, send(d, "POST", "/leads", mediaJSON, goodJSON, "Origin", site).Code, "they count together")

	w = post(signatureHeader, signed, keyHeader, "overheard-1")
	require.Equal(t, http.StatusUnprocessableEntity, w.Code)
	assert.Equal(t, field.Mistakes{{Field: intake.KeyField, Problem: signatureKey}}, problemIn(t, w).Errors)

	w = send(d, "OPTIONS", path, "", "", "Origin", site, "Access-Control-Request-Method", "POST")
	assert.Equal(t, http.StatusNoContent, w.Code)
	assert.Equal(t, methods, w.Header().Get("Allow"))
	assert.Equal(t, site, w.Header().Get("Access-Control-Allow-Origin"))
}

// requireStatus requires that a path tells whether the case of an ID is open, and nothing about other IDs.
func requireStatus(t *testing.T, path, id string, others ...string) {
	t.Helper()
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for state, want := range map[enumspb.WorkflowExecutionStatus]string{
		enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING: "open", enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED: "closed",
	} {
		c := mocks.NewClient(t)
		c.On("DescribeWorkflowExecution", mock.Anything, id, "").Return(&workflowservice.DescribeWorkflowExecutionResponse{
			WorkflowExecutionInfo: &workflowpb.WorkflowExecutionInfo{Status: state, StartTime: timestamppb.New(at)},
		}, nil).Once()
		w := send(opened(t, c), "GET", path+id, "", "")
		require.Equal(t, http.StatusOK, w.Code)
		assert.JSONEq(t, `{"id":"`+id+`","state":"`+want+`","received":"2026-03-01T12:00:00Z"}`, w.Body.String())
	}
	for _, other := range others {
		assert.Equal(t, http.StatusNotFound, send(opened(t, mocks.NewClient(t)), "GET", path+other, "", "").Code, other)
	}
}
