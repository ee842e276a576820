package webhook

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/workflows/lead"
	"github.com/throughline-dev/throughline/workflows/returns"
)

// askedFor is an event as HubSpot's documentation shows one, of a ticket that was moved to the stage for returns.
const askedFor = `{"eventId":1,"subscriptionId":12345,"portalId":62515,"appId":54321,"occurredAt":1767225602000,
	"subscriptionType":"ticket.propertyChange","attemptNumber":0,"objectId":9812345678,"changeSource":"CRM_UI",
	"propertyName":"hs_pipeline_stage","propertyValue":"1"}`

// ordered is one of a ticket in which somebody has filled in the order.
var ordered = strings.NewReplacer(`"hs_pipeline_stage"`, `"return_order"`, `"propertyValue":"1"`, `"propertyValue":"#1042"`).Replace(askedFor)

var fromTickets = config.Returns{Support: "support", TicketStage: "1"}

// serving is a world in which tickets start returns, each workflow ID once.
func serving(t *testing.T, rules config.Returns, trouble error) (*world, map[string]returns.Request) {
	w := opened(t, nil, func(o *Options) { o.Returns = func() config.Returns { return rules } })
	begun := map[string]returns.Request{}
	w.temporal.On("ExecuteWorkflow", mock.Anything, mock.Anything, returns.WorkflowName, mock.Anything).Maybe().Return(
		func(_ context.Context, options client.StartWorkflowOptions, _ any, args ...any) (client.WorkflowRun, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			if _, there := begun[options.ID]; there {
				return nil, serviceerror.NewWorkflowExecutionAlreadyStarted("started", "", "")
			}
			if trouble == nil {
				begun[options.ID] = args[0].(returns.Request)
			}
			return nil, trouble
		})
	return w, begun
}

func TestATicketStartsOneReturnHoweverOftenAndForWhateverReasonItIsTold(t *testing.T) {
	w, begun := serving(t, fromTickets, nil)
	generic := strings.NewReplacer("ticket.propertyChange", "object.propertyChange", `"objectId":9812345678`, `"objectId":"9812345678","objectTypeId":"0-5"`,
		`"eventId":1`, `"eventId":2`, "1767225602000", "1767225602017").Replace(askedFor)
	again := strings.Replace(askedFor, `"attemptNumber":0`, `"attemptNumber":3`, 1)
	later := strings.Replace(askedFor, "1767225602000", "1777225602000", 1)
	for _, post := range []string{askedFor + "," + generic, again, ordered, later} {
		require.Equal(t, http.StatusOK, w.hubSpot("["+post+"]"))
	}
	id := returns.TicketWorkflowID("9812345678")
	require.Len(t, begun, 1)
	received := begun[id].Received
	assert.Contains(t, []int64{1_767_225_602_000, 1_767_225_602_017}, received.UnixMilli())
	assert.Equal(t, returns.Request{Number: returns.Number(id), FromTicket: true, Ticket: "9812345678", Received: received}, begun[id])
	assert.Equal(t, map[string]int{"events": 1, "ignored": 0, "unreadable": 0, "told": 1, "nobody": 0, "ended": 0}, w.counts())
}

func TestATicketWhoseOrderIsFilledInStartsAReturnInWhateverStage(t *testing.T) {
	w, begun := serving(t, config.Returns{Support: "support"}, nil)
	require.Equal(t, http.StatusOK, w.hubSpot("["+ordered+"]"))
	assert.Contains(t, begun, returns.TicketWorkflowID("9812345678"))
}

func TestATicketThatIsNoReturnStartsNothing(t *testing.T) {
	for name, c := range map[string]struct {
		rules config.Returns
		event string
	}{
		"another stage":           {fromTickets, strings.Replace(askedFor, `"propertyValue":"1"`, `"propertyValue":"4"`, 1)},
		"another property":        {fromTickets, strings.Replace(askedFor, `"hs_pipeline_stage"`, `"subject"`, 1)},
		"an order that was taken": {fromTickets, strings.Replace(ordered, `"#1042"`, `""`, 1)},
		"a new ticket":            {fromTickets, strings.Replace(askedFor, "ticket.propertyChange", "ticket.creation", 1)},
		"a deal":                  {fromTickets, strings.Replace(askedFor, "ticket.propertyChange", "deal.propertyChange", 1)},
		"no stage is chosen":      {config.Returns{Support: "support"}, strings.Replace(askedFor, `"propertyValue":"1"`, `"propertyValue":""`, 1)},
		"no returns are taken":    {config.Returns{TicketStage: "1"}, askedFor},
		"nor by their order":      {config.Returns{}, ordered},
	} {
		t.Run(name, func(t *testing.T) {
			w, begun := serving(t, c.rules, nil)
			require.Equal(t, http.StatusOK, w.hubSpot("["+c.event+"]"))
			assert.Empty(t, begun)
			assert.Equal(t, 1, w.counts()["ignored"])
		})
	}
}

func TestATicketWithoutATimeOrAnIDDoesNotHoldUpTheOthers(t *testing.T) {
	w, begun := serving(t, fromTickets, nil)
	bad := []string{
		strings.Replace(askedFor, "1767225602000", "null", 1),
		strings.Replace(askedFor, "1767225602000", "9999999999999999", 1),
		strings.Replace(ordered, "9812345678", `"98/1"`, 1),
	}
	require.Equal(t, http.StatusOK, w.hubSpot("["+strings.Join(bad, ",")+","+askedFor+"]"))
	assert.Len(t, begun, 1)
	assert.Equal(t, 3, w.counts()["unreadable"])
}

func TestHubSpotTellsATicketAgainThatTemporalHasNot(t *testing.T) {
	w, _ := serving(t, fromTickets, serviceerror.NewUnavailable("connection refused"))
	assert.Equal(t, http.StatusServiceUnavailable, w.hubSpot("["+askedFor+"]"))
	assert.NotContains(t, w.logs.String(), "9812345678")
}

// toReturn has a mail go to a return's address instead of a lead's.
func toReturn(changed map[string]string) map[string]string {
	all := map[string]string{
		"envelope": `{"to":["` + returnA + `@reply.northwind.example"],"from":"jane@contoso.example"}`,
	}
	for name, value := range changed {
		all[name] = value
	}
	return all
}

func TestWhatTheCustomerWritesIsNewsForTheirReturn(t *testing.T) {
	w := opened(t, nil)
	require.Equal(t, http.StatusOK, w.reply(w.aReply(toReturn(nil))))
	require.Equal(t, http.StatusOK, w.reply(w.aReply(toReturn(map[string]string{"headers": "Message-ID: <2@contoso.example>\nAuto-Submitted: auto-replied\n"}))))
	require.Equal(t, http.StatusOK, w.reply(w.aReply(toReturn(map[string]string{"text": strings.Repeat("ä", returns.MaxComment+1)}))))
	told := w.told()
	require.Len(t, told, 3)
	var replies []returns.Reply
	for _, one := range told {
		assert.Equal(t, returnA, one.Lead)
		assert.Equal(t, returns.SignalReply, one.Name)
		r := one.Content.(returns.Reply)
		assert.Regexp(t, "^mail/[0-9a-f]{32}$", r.ID)
		assert.WithinDuration(t, time.Now(), r.At, 5*time.Second, "the sender's own clock is not believed")
		replies = append(replies, returns.Reply{From: r.From, Ours: r.Ours, Text: r.Text, Automatic: r.Automatic})
	}
	assert.ElementsMatch(t, []returns.Reply{
		{From: "jane@contoso.example", Text: "Yes, please call me.\n\nJane"},
		{From: "jane@contoso.example", Text: "Yes, please call me.\n\nJane", Automatic: true},
		{From: "jane@contoso.example", Text: strings.Repeat("ä", returns.MaxComment)},
	}, replies)
}

func TestWhatOursWriteToACustomerIsMarkedAsTheirs(t *testing.T) {
	w := opened(t, nil)
	ours := map[string]string{
		"from":     "Maria Lopez <maria.lopez@northwind.example>",
		"envelope": `{"to":["` + returnA + `@reply.northwind.example","` + leadA + `@reply.northwind.example"],"from":"maria.lopez@northwind.example"}`,
	}
	require.Equal(t, http.StatusOK, w.reply(w.aReply(ours)))
	told := w.told()
	require.Len(t, told, 2)
	for _, one := range told {
		switch c := one.Content.(type) {
		case lead.Contact:
			assert.Equal(t, lead.Wrote, c.How, "the lead hears of it")
		case returns.Reply: // who may be the customer, which the return knows
			assert.Equal(t, "maria.lopez@northwind.example", c.From)
			assert.True(t, c.Ours)
		}
	}
}

func TestAReplyToAReturnThatIsOverIsTaken(t *testing.T) {
	w := opened(t, func(string) error { return serviceerror.NewNotFound("workflow execution already completed") })
	require.Equal(t, http.StatusOK, w.reply(w.aReply(toReturn(nil))))
	assert.Equal(t, 1, w.counts()["ended"])
}

func TestAReplyThatTemporalHasNotIsPostedAgain(t *testing.T) {
	w := opened(t, func(string) error { return serviceerror.NewUnavailable("connection refused") })
	assert.Equal(t, http.StatusServiceUnavailable, w.reply(w.aReply(toReturn(nil))))
}

func TestAnEMailThatDidNotArriveIsNewsForItsReturn(t *testing.T) {
	w := opened(t, nil)
	require.Equal(t, http.StatusOK, w.mailEvents("["+strings.Replace(bounced, "lead-aaaaaaaaaaaaaaaa/outreach", returnA+"/tell-3", 1)+"]"))
	assert.Equal(t, []signal{{returnA, returns.SignalUndelivered, returns.Undelivered{
		ID: "sendgrid/6g4ZI7SA-xmRDv57GoPIPw==", Step: "tell-3", What: "bounce", Reason: "552 5.2.2 Mailbox full",
		At: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
	}}}, w.told())
}
