package door

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/mocks"
	"go.temporal.io/sdk/temporal"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

// aQuestion is a click on a button that asks for a comment.
var aQuestion = strings.Replace(strings.Replace(aClick, `"response_url"`, `"trigger_id":"12.34.abc","response_url"`, 1), `\"t\":`,
	`\"d\":{\"title\":\"Contact Contoso\",\"label\":\"Not a lead\",\"fields\":[{\"name\":\"comment\",\"label\":\"Why\",\"kind\":\"long\",\"required\":true}]},\"t\":`, 1)

// aForm is the dialog that it opens, filled in and sent.
const aForm = `{"type":"view_submission","user":{"id":"U0MARIA01"},"trigger_id":"56.78.def","view":{"id":"V0001","type":"modal",
	"callback_id":"throughline:answer","hash":"1.a","blocks":[{"type":"input","block_id":"comment"},{"type":"input","block_id":"more","optional":true}],
	"private_metadata":"{\"w\":\"lead-abcdefghijklmnop\",\"t\":\"contact\",\"v\":\"2\",\"a\":\"disqualified\",\"m\":{\"channel\":\"C0SALES01\",\"ts\":\"1700000000.000100\"}}",
	"state":{"values":{"comment":{"value":{"type":"plain_text_input","value":"Ada Winter sells SEO"}}}}}}`

// workspace is Slack's Web API and its response_urls: it answers calls with what it is told, and keeps what came.
type workspace struct {
	answer string
	calls  chan call
}

type call struct {
	url, token string
	body       map[string]any
	deadline   bool
}

func (ws workspace) RoundTrip(r *http.Request) (*http.Response, error) {
	c := call{url: r.URL.String(), token: r.Header.Get("Authorization")}
	_, c.deadline = r.Context().Deadline()
	b, _ := io.ReadAll(r.Body)
	if err := json.Unmarshal(b, &c.body); err != nil {
		return nil, err
	}
	ws.calls <- c
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(ws.answer)), Header: http.Header{}}, nil
}

func slackAt(answer string) (workspace, func(*Options)) {
	ws := workspace{answer, make(chan call, 10)}
	return ws, func(o *Options) {
		o.SlackToken, o.SlackURL, o.HTTP = "xoxb-test", "http://slack.example/api/", &http.Client{Transport: ws}
	}
}

func TestAClickThatNeedsMoreOpensADialogAndSignalsNothing(t *testing.T) {
	ws, slack := slackAt(`{"ok":true,"view":{"id":"V0001"}}`)
	w := click(opened(t, mocks.NewClient(t), slack), payload(aQuestion))
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Empty(t, w.Body.String())
	require.Len(t, ws.calls, 1)
	c := <-ws.calls
	assert.Equal(t, "http://slack.example/api/views.open", c.url)
	assert.Equal(t, "Bearer xoxb-test", c.token)
	assert.True(t, c.deadline, "Slack waits three seconds")
	assert.Equal(t, "12.34.abc", c.body["trigger_id"])
	assert.Equal(t, "Not a lead", c.body["view"].(map[string]any)["title"].(map[string]any)["text"])
}

func TestAClickThatNeedsADialogIsToldWhereThereIsNone(t *testing.T) {
	f, listens := listening(http.StatusOK)
	w := click(opened(t, mocks.NewClient(t), listens), payload(aQuestion))
	assert.Equal(t, http.StatusServiceUnavailable, w.Code, "Slack marks the button")
	assert.Equal(t, noDialogs, (<-f.messages)["text"])
}

func TestADialogThatSlackDoesNotOpenIsToldThePerson(t *testing.T) {
	ws, slack := slackAt(`{"ok":false,"error":"expired_trigger_id"}`)
	w := click(opened(t, mocks.NewClient(t), slack), payload(aQuestion))
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	<-ws.calls
	assert.Equal(t, dialogNotOpened, (<-ws.calls).body["text"])
}

// judging is a Temporal whose workflow answers the update.
func judging(t *testing.T, answer humantask.Answer, err error) *mocks.Client {
	c, handle := mocks.NewClient(t), mocks.NewWorkflowUpdateHandle(t)
	handle.On("Get", mock.Anything, mock.Anything).Run(func(args mock.Arguments) { *args.Get(1).(*humantask.Answer) = answer }).Return(err)
	c.On("UpdateWorkflow", mock.Anything, mock.Anything).Return(handle, nil).Once()
	return c
}

// silent is a Temporal whose workflow doesn't answer the update.
func silent(t *testing.T) *mocks.Client {
	c := mocks.NewClient(t)
	c.On("UpdateWorkflow", mock.Anything, mock.Anything).Return(nil, context.DeadlineExceeded).Once()
	return c
}

// becomes is what the door says should become of a dialog.
func becomes(t *testing.T, d http.Handler, form string) (action string, wrong map[string]string) {
	t.Helper()
	w := click(d, payload(form))
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Equal(t, mediaJSON, w.Header().Get("Content-Type"))
	var body struct {
		ResponseAction string `json:"response_action"`
		Errors         map[string]string
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &body))
	return body.ResponseAction, body.Errors
}

func TestADialogThatIsSentBecomesADecision(t *testing.T) {
	c, handle := mocks.NewClient(t), mocks.NewWorkflowUpdateHandle(t)
	handle.On("Get", mock.Anything, mock.Anything).Run(func(args mock.Arguments) { args.Get(1).(*humantask.Answer).Accepted = true }).Return(nil)
	var asked client.UpdateWorkflowOptions
	c.On("UpdateWorkflow", mock.Anything, mock.Anything).Run(func(args mock.Arguments) {
		asked = args.Get(1).(client.UpdateWorkflowOptions)
		at, ok := args.Get(0).(context.Context).Deadline()
		assert.True(t, ok && time.Until(at) < time.Second, "there must be time left for the signal")
	}).Return(handle, nil).Once()
	action, wrong := becomes(t, opened(t, c), aForm)
	assert.Equal(t, "clear", action)
	assert.Empty(t, wrong)
	assert.Equal(t, "lead-abcdefghijklmnop", asked.WorkflowID)
	assert.Equal(t, "decide", asked.UpdateName)
	assert.Equal(t, []any{humantask.Decision{
		ID: "V0001", Task: "contact", Version: "2", Action: "disqualified", By: humantask.Actor{Slack: "U0MARIA01"},
		Fields: map[string]string{"comment": "Ada Winter sells SEO"}, Reply: humantask.Reply{Channel: "C0SALES01", User: "U0MARIA01"},
	}}, asked.Args)
}

func TestADialogIsKeptWhenNoWorkerAnswers(t *testing.T) {
	c := silent(t)
	var got humantask.Decision
	c.On("SignalWorkflow", mock.Anything, "lead-abcdefghijklmnop", "", "decide", mock.Anything).Run(func(args mock.Arguments) {
		got = args.Get(4).(humantask.Decision)
	}).Return(nil).Once()
	action, _ := becomes(t, opened(t, c), aForm)
	assert.Equal(t, "clear", action)
	assert.Equal(t, "V0001", got.ID, "the same decision, so that it counts once")
	assert.Equal(t, "Ada Winter sells SEO", got.Fields["comment"])
}

func TestARefusalIsShownInTheDialogWithWhatWasTyped(t *testing.T) {
	refused := temporal.NewApplicationError("Sam is away. Choose somebody else.", "Refused")
	for name, c := range map[string]*mocks.Client{
		"by the validator": judging(t, humantask.Answer{}, refused),
		"by the handler":   judging(t, humantask.Answer{Text: "Sam is away. Choose somebody else."}, nil),
	} {
		action, wrong := becomes(t, opened(t, c), aForm)
		assert.Equal(t, "errors", action, name)
		assert.Equal(t, map[string]string{"comment": "Sam is away. Choose somebody else."}, wrong, name)
	}
}

func TestWhatIsMissingIsNamedWithoutTemporal(t *testing.T) {
	action, wrong := becomes(t, opened(t, mocks.NewClient(t)), strings.Replace(aForm, "Ada Winter sells SEO", " ", 1))
	assert.Equal(t, "errors", action)
	assert.Equal(t, map[string]string{"comment": fieldMissing}, wrong)
}

func TestADialogThatCannotBeHandedOnStaysOpen(t *testing.T) {
	c := silent(t)
	c.On("SignalWorkflow", mock.Anything, mock.Anything, "", "decide", mock.Anything).Return(errors.New("no route to host")).Once()
	action, wrong := becomes(t, opened(t, c), aForm)
	assert.Equal(t, "errors", action)
	assert.Equal(t, map[string]string{"comment": formLost}, wrong)
}

func TestADialogThatIsTooLateIsToldWhoDecidedAndWhen(t *testing.T) {
	c := mocks.NewClient(t)
	c.On("UpdateWorkflow", mock.Anything, mock.Anything).Return(nil, serviceerror.NewNotFound("already completed")).Once()
	handle := mocks.NewWorkflowUpdateHandle(t)
	handle.On("Get", mock.Anything, mock.Anything).Return(serviceerror.NewNotFound("no such update"))
	c.On("GetWorkflowUpdateHandle", mock.Anything).Return(handle)
	views := []humantask.View{{
		ID: "contact", Actions: []humantask.Action{{Name: "contacted", Done: "Contact made"}},
		Outcome: &humantask.Outcome{Action: "contacted", By: policy.Person{Name: "Maria <Lopez>"}, At: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)},
	}}
	answer := &mocks.Value{}
	answer.On("Get", mock.Anything).Run(func(args mock.Arguments) { *args.Get(0).(*[]humantask.View) = views }).Return(nil)
	c.On("QueryWorkflow", mock.Anything, "lead-abcdefghijklmnop", "", humantask.QueryTasks).Return(converter.EncodedValue(answer), nil).Twice()
	action, wrong := becomes(t, opened(t, c), aForm)
	assert.Equal(t, "errors", action)
	assert.Equal(t, map[string]string{"comment": "Maria <Lopez> decided this on 1 Mar 12:00 UTC: Contact made. Your click changed nothing."}, wrong)
}
