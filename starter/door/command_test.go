package door

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/mocks"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/starter/desk"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

func commanded(text, user string) string {
	return url.Values{
		"command": {"/throughline"}, "text": {text}, "user_id": {user}, "response_url": {"https://hooks.slack.com/commands/T1/2/3"},
	}.Encode()
}

func knows(o *Options) {
	o.People = func() []policy.Person { return []policy.Person{{ID: "omar"}, {ID: "maria", Slack: "U0MARIA01"}} }
}

// typed sends a command to the door as Slack does.
func typed(d http.Handler, body string) *httptest.ResponseRecorder {
	return signedTo(d, "/slack/commands", body)
}

// busy is a Temporal where two things wait for Maria.
func busy(t *testing.T) *mocks.Client {
	c := mocks.NewClient(t)
	c.On("ListWorkflow", mock.Anything, mock.MatchedBy(func(r *workflowservice.ListWorkflowExecutionsRequest) bool {
		return strings.Contains(r.GetQuery(), "= 'maria'")
	})).Return(&workflowservice.ListWorkflowExecutionsResponse{Executions: []*workflowpb.WorkflowExecutionInfo{{
		Execution: &commonpb.WorkflowExecution{WorkflowId: "lead-a"}, Type: &commonpb.WorkflowType{Name: "lead"},
	}}}, nil).Once()
	due := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	v := &mocks.Value{}
	v.On("Get", mock.Anything).Run(func(args mock.Arguments) {
		*args.Get(0).(*[]humantask.View) = []humantask.View{
			{ID: "later", Title: "Contact <Contoso>", Holder: policy.Person{ID: "maria"}, Due: due.Add(time.Hour)},
			{ID: "late", Title: "Contact Fabrikam", Holder: policy.Person{ID: "maria"}, Due: due, Breached: true},
			{ID: "hers", Title: "Contact Tailspin", Holder: policy.Person{ID: "grace"}},
		}
	}).Return(nil)
	c.On("QueryWorkflow", mock.Anything, "lead-a", "", humantask.QueryTasks).Return(converter.EncodedValue(v), nil).Once()
	return c
}

func TestACommandListsWhatWaitsForWhoTypedIt(t *testing.T) {
	f, listens := listening(http.StatusOK)
	w := typed(opened(t, busy(t), listens, knows), commanded(" tasks ", "U0MARIA01"))
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Empty(t, w.Body.String(), "the list may take longer than Slack waits")
	m := <-f.messages
	assert.Equal(t, "https://hooks.slack.com/commands/T1/2/3", m["url"])
	assert.Equal(t, "ephemeral", m["response_type"])
	assert.Equal(t, "This waits for you, the most urgent first:\n"+
		"• *Contact Fabrikam*, *late*: it was due <!date^1772366400^{date_short_pretty} at {time}|1 Mar 12:00 UTC>\n"+
		"• *Contact &lt;Contoso&gt;*, due <!date^1772370000^{date_short_pretty} at {time}|1 Mar 13:00 UTC>", m["text"])
}

func TestACommandThatCannotBeAnsweredSaysSo(t *testing.T) {
	c := mocks.NewClient(t)
	c.On("ListWorkflow", mock.Anything, mock.Anything).Return(nil, errors.New("no route to host")).Once()
	f, listens := listening(http.StatusOK)
	typed(opened(t, c, listens, knows), commanded("tasks", "U0MARIA01"))
	assert.Equal(t, tasksUnknown, (<-f.messages)["text"])

	for text, want := range map[string]string{"": commandUsage, "help": commandUsage, "tasks of grace": commandUsage} {
		assert.Equal(t, want, answered(t, typed(opened(t, mocks.NewClient(t), knows), commanded(text, "U0MARIA01"))))
	}
	for _, user := range []string{"U0NOBODY", ""} {
		assert.Equal(t, stranger, answered(t, typed(opened(t, mocks.NewClient(t), knows), commanded("tasks", user))))
	}
	assert.Equal(t, stranger, answered(t, typed(opened(t, mocks.NewClient(t)), commanded("tasks", "U0MARIA01"))))
}

// answered is what a command was answered with at once, privately.
func answered(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	assert.Equal(t, http.StatusOK, w.Code)
	var m map[string]any
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &m))
	assert.Equal(t, "ephemeral", m["response_type"])
	return m["text"].(string)
}

func TestAnUnsignedCommandIsRefused(t *testing.T) {
	w := send(opened(t, mocks.NewClient(t), knows), "POST", "/slack/commands", mediaForm, commanded("tasks", "U0MARIA01"))
	assert.Equal(t, http.StatusUnauthorized, w.Code)
}

func TestAListInAChatIsShort(t *testing.T) {
	assert.Equal(t, nothingWaits, list(nil))
	var items []desk.Item
	for i := range 23 {
		items = append(items, desk.Item{Title: fmt.Sprint(i)})
	}
	items[0].PausedSince = time.Unix(1772366400, 0)
	text := list(items)
	assert.Contains(t, text, "• *0*, paused since <!date^1772366400^")
	assert.Contains(t, text, "• *19*\n… and 3 more.")
	assert.Less(t, len(text), 3000)
}

func FuzzCommands(f *testing.F) {
	f.Add(commanded("tasks", "U0MARIA01"), true)
	f.Add(commanded("", ""), true)
	f.Add("text=%zz", true)
	f.Add(commanded("tasks", "U0MARIA01"), false)
	f.Fuzz(func(t *testing.T, body string, sign bool) {
		c := &mocks.Client{}
		asked := false
		c.On("ListWorkflow", mock.Anything, mock.Anything).Run(func(mock.Arguments) { asked = true }).Return(nil, errors.New("no"))
		said := told{http.StatusOK, make(chan map[string]any, 1)}
		d := New(Options{Client: c, SlackSigningSecret: signingSecret, Logger: quiet, HTTP: &http.Client{Transport: said}})
		knows(&d.o)
		w := send(d, "POST", "/slack/commands", mediaForm, body)
		if sign {
			w = typed(d, body)
		}
		d.talk.Wait()
		form, err := url.ParseQuery(body)
		switch {
		case !sign && w.Code != http.StatusUnauthorized, sign && w.Code != http.StatusOK && err == nil:
			t.Errorf("%d for %q", w.Code, body)
		case asked && (!sign || form.Get("user_id") != "U0MARIA01"):
			t.Errorf("listed Maria's tasks for %q", body)
		}
	})
}
