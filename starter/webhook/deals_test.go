package webhook

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/workflows/proposal"
)

// reachedStage is an event as HubSpot's documentation shows one, of a deal that was moved to a stage.
const reachedStage = `{"eventId":1,"subscriptionId":12345,"portalId":62515,"appId":54321,"occurredAt":1767225602000,
	"subscriptionType":"deal.propertyChange","attemptNumber":0,"objectId":9812345678,"changeSource":"CRM_UI",
	"propertyName":"dealstage","propertyValue":"presentationscheduled"}`

var fromDeals = config.Proposal{DealStage: "presentationscheduled", DealCurrency: "EUR", DealValidDays: 30}

// dealing is a world in which deals start proposals, each workflow ID once.
func dealing(t *testing.T, trouble error) (*world, map[string]proposal.Request) {
	w := opened(t, nil, func(o *Options) { o.Proposals = func() config.Proposal { return fromDeals } })
	begun := map[string]proposal.Request{}
	w.temporal.On("ListWorkflow", mock.Anything, mock.Anything).Maybe().Return(&workflowservice.ListWorkflowExecutionsResponse{}, nil)
	w.temporal.On("ExecuteWorkflow", mock.Anything, mock.Anything, proposal.WorkflowName, mock.Anything).Maybe().Run(func(args mock.Arguments) {
		w.mu.Lock()
		defer w.mu.Unlock()
		options := args.Get(1).(client.StartWorkflowOptions)
		if _, there := begun[options.ID]; there {
			assert.True(t, options.WorkflowExecutionErrorWhenAlreadyStarted)
		}
		begun[options.ID] = args.Get(3).(proposal.Request)
	}).Return(nil, trouble)
	return w, begun
}

func TestADealThatReachesItsStageStartsOneProposalHoweverOftenItIsTold(t *testing.T) {
	w, begun := dealing(t, nil)
	generic := strings.NewReplacer("deal.propertyChange", "object.propertyChange", `"objectId":9812345678`, `"objectId":"9812345678","objectTypeId":"0-3"`,
		`"eventId":1`, `"eventId":2`, "1767225602000", "1767225602017").Replace(reachedStage)
	again := strings.Replace(reachedStage, `"attemptNumber":0`, `"attemptNumber":3`, 1)
	require.Equal(t, http.StatusOK, w.hubSpot("["+reachedStage+","+generic+"]"))
	require.Equal(t, http.StatusOK, w.hubSpot("["+again+"]"))
	assert.Len(t, begun, 1)
	at := time.UnixMilli(1_767_225_602_000).UTC()
	r := begun[proposal.DealWorkflowID("9812345678", at)]
	assert.True(t, r.FromDeal)
	assert.Equal(t, "9812345678", r.Deal)
	assert.Equal(t, "EUR", r.Currency)
	assert.Equal(t, "2026-01-31", r.ValidUntil)
	assert.Equal(t, map[string]int{"events": 1, "ignored": 0, "unreadable": 0, "told": 1, "nobody": 0, "ended": 0}, w.counts())
}

func TestADealThatDoesSomethingElseStartsNothing(t *testing.T) {
	for name, event := range map[string]string{
		"another stage":    strings.Replace(reachedStage, "presentationscheduled", "closedwon", 1),
		"another property": strings.Replace(reachedStage, `"dealstage"`, `"amount"`, 1),
		"a new deal":       strings.Replace(reachedStage, "deal.propertyChange", "deal.creation", 1),
		"a contact":        strings.Replace(reachedStage, "deal.propertyChange", "contact.propertyChange", 1),
		"a company":        strings.Replace(reachedStage, `"deal.propertyChange"`, `"object.propertyChange","objectTypeId":"0-2"`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			w, begun := dealing(t, nil)
			require.Equal(t, http.StatusOK, w.hubSpot("["+event+"]"))
			assert.Empty(t, begun)
			assert.Equal(t, 1, w.counts()["ignored"])
		})
	}
	w := opened(t, nil)
	require.Equal(t, http.StatusOK, w.hubSpot("["+strings.Replace(reachedStage, "presentationscheduled", "", 1)+"]"), "no stage is chosen")
	assert.Equal(t, 1, w.counts()["ignored"])
}

func TestADealWithoutATimeOrAnIDDoesNotHoldUpTheOthers(t *testing.T) {
	w, begun := dealing(t, nil)
	bad := []string{
		strings.Replace(reachedStage, "1767225602000", "null", 1),
		strings.Replace(reachedStage, "1767225602000", "9999999999999999", 1),
		strings.Replace(reachedStage, "1767225602000", `"today"`, 1),
		strings.Replace(reachedStage, "9812345678", `"98/1"`, 1),
	}
	require.Equal(t, http.StatusOK, w.hubSpot("["+strings.Join(bad, ",")+","+reachedStage+"]"))
	assert.Len(t, begun, 1)
	assert.Equal(t, 4, w.counts()["unreadable"])
}

func TestHubSpotTellsADealAgainThatTemporalHasNot(t *testing.T) {
	w, _ := dealing(t, serviceerror.NewUnavailable("connection refused"))
	assert.Equal(t, http.StatusServiceUnavailable, w.hubSpot("["+reachedStage+"]"))
	assert.NotContains(t, w.logs.String(), "9812345678")
}
