package door

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/mocks"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

// The example that Slack's documentation works through: a secret, a request and its signature.
// https://docs.slack.dev/authentication/verifying-requests-from-slack
const (
	signingSecret    = "8f742231b10e8888abcd99yyyzzz85a5"
	exampleSeconds   = 1531420618
	exampleSignature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
	exampleBody      = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar" +
		"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com" +
		"%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)

func exampleHeader() http.Header {
	h := http.Header{}
	h.Set("X-Slack-Request-Timestamp", strconv.Itoa(exampleSeconds))
	h.Set("X-Slack-Signature", exampleSignature)
	return h
}

// sleepUntil moves the clock of a synctest bubble.
func sleepUntil(t time.Time) { <-time.After(time.Until(t)) }

func TestSlacksOwnExampleIsTakenForFiveMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at := time.Unix(exampleSeconds, 0)
		for _, c := range []struct {
			now  time.Time
			good bool
		}{
			{at.Add(-5*time.Minute - time.Second), false}, // a clock that is ahead
			{at.Add(-5 * time.Minute), true},
			{at, true},
			{at.Add(5 * time.Minute), true},
			{at.Add(5*time.Minute + time.Second), false},
		} {
			sleepUntil(c.now)
			err := signed(exampleHeader(), []byte(exampleBody), signingSecret)
			assert.Equal(t, c.good, err == nil, "%s: %v", c.now.Sub(at), err)
		}
	})
}

func TestEveryChangeToASignedRequestIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sleepUntil(time.Unix(exampleSeconds, 0))
		require.NoError(t, signed(exampleHeader(), []byte(exampleBody), signingSecret))

		assert.Error(t, signed(exampleHeader(), []byte(exampleBody+" "), signingSecret), "another body")
		assert.Error(t, signed(exampleHeader(), []byte(exampleBody), signingSecret+"x"), "another secret")
		assert.Error(t, signed(exampleHeader(), []byte(exampleBody), ""), "no secret")
		for name, change := range map[string]func(http.Header){
			"another time":    func(h http.Header) { h.Set("X-Slack-Request-Timestamp", strconv.Itoa(exampleSeconds+1)) },
			"no time":         func(h http.Header) { h.Del("X-Slack-Request-Timestamp") },
			"a time in words": func(h http.Header) { h.Set("X-Slack-Request-Timestamp", "now") },
			"no signature":    func(h http.Header) { h.Del("X-Slack-Signature") },
			"a short one":     func(h http.Header) { h.Set("X-Slack-Signature", exampleSignature[:10]) },
			"another version": func(h http.Header) { h.Set("X-Slack-Signature", "v1"+exampleSignature[2:]) },
			"another one":     func(h http.Header) { h.Set("X-Slack-Signature", exampleSignature[:66]+"4") },
			"no hexadecimals": func(h http.Header) { h.Set("X-Slack-Signature", "v0="+strings.Repeat("z", 64)) },
		} {
			h := exampleHeader()
			change(h)
			assert.Error(t, signed(h, []byte(exampleBody), signingSecret), name)
		}
	})
}

const aClick = `{"type":"block_actions","user":{"id":"U0MARIA01","username":"maria"},"container":{"type":"message",
	"message_ts":"1700000000.000100","channel_id":"C0SALES01"},"channel":{"id":"C0SALES01"},"message":{"ts":"1700000000.000100"},
	"response_url":"https://hooks.slack.com/actions/T1/2/3","actions":[{"type":"button","action_id":"throughline:contacted",
	"action_ts":"1700000100.000200","value":"{\"w\":\"lead-abcdefghijklmnop\",\"t\":\"contact\",\"v\":\"2\"}"}]}`

func payload(json string) string { return url.Values{"payload": {json}}.Encode() }

// click sends a body to the door as Slack does, signed now.
func click(d http.Handler, body string) *httptest.ResponseRecorder {
	return signedTo(d, "/slack/interactions", body)
}

func signedTo(d http.Handler, path, body string) *httptest.ResponseRecorder {
	seconds := strconv.FormatInt(time.Now().Unix(), 10)
	mac := hmac.New(sha256.New, []byte(signingSecret))
	mac.Write([]byte("v0:" + seconds + ":" + body))
	return send(d, "POST", path, mediaForm, body,
		"X-Slack-Request-Timestamp", seconds, "X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
}

// signalled is a Temporal that answers one signal with err.
func signalled(t *testing.T, err error) *mocks.Client {
	c := mocks.NewClient(t)
	c.On("SignalWorkflow", mock.Anything, "lead-abcdefghijklmnop", "", humantask.SignalDecide, mock.Anything).Return(err).Once()
	return c
}

func TestAClickBecomesASignal(t *testing.T) {
	c := mocks.NewClient(t)
	var got humantask.Decision
	c.On("SignalWorkflow", mock.Anything, "lead-abcdefghijklmnop", "", "decide", mock.Anything).Run(func(args mock.Arguments) {
		got = args.Get(4).(humantask.Decision)
		at, ok := args.Get(0).(context.Context).Deadline()
		assert.True(t, ok && time.Until(at) < 3*time.Second, "Slack waits three seconds")
	}).Return(nil).Once()
	w := click(opened(t, c), payload(aClick))
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Empty(t, w.Body.String(), "Slack shows what an answer holds")
	assert.NotEmpty(t, got.ID)
	got.ID = ""
	assert.Equal(t, humantask.Decision{
		Task: "contact", Version: "2", Action: "contacted", By: humantask.Actor{Slack: "U0MARIA01"},
		Reply: humantask.Reply{Channel: "C0SALES01", User: "U0MARIA01"},
	}, got)
}

func TestTheSameClickDeliveredTwiceHasOneID(t *testing.T) {
	var ids []string
	c := mocks.NewClient(t)
	c.On("SignalWorkflow", mock.Anything, mock.Anything, "", "decide", mock.Anything).Run(func(args mock.Arguments) {
		ids = append(ids, args.Get(4).(humantask.Decision).ID)
	}).Return(nil)
	d := opened(t, c)
	click(d, payload(aClick))
	click(d, payload(aClick))
	click(d, payload(strings.Replace(aClick, "1700000100.000200", "1700000100.000201", 1)))
	require.Len(t, ids, 3)
	assert.Equal(t, ids[0], ids[1])
	assert.NotEqual(t, ids[0], ids[2])
}

func TestAnUnsignedClickIsRefusedAndSignalsNothing(t *testing.T) {
	w := send(opened(t, mocks.NewClient(t)), "POST", "/slack/interactions", mediaForm, payload(aClick))
	assert.Equal(t, http.StatusUnauthorized, w.Code)
	problemIn(t, w)

	noSecret := opened(t, mocks.NewClient(t), func(o *Options) { o.SlackSigningSecret = "" })
	assert.Equal(t, http.StatusUnauthorized, click(noSecret, payload(aClick)).Code)
}

func TestWhatIsNoClickOfOursSignalsNothing(t *testing.T) {
	for body, want := range map[string]int{
		payload(`{"type":"view_closed"}`):                                              http.StatusOK,
		payload(strings.Replace(aClick, "throughline:contacted", "somebody-elses", 1)): http.StatusOK,
		payload(`{"type":`): http.StatusBadRequest,
		payload(strings.Replace(aClick, `\"t\":\"contact\"`, `\"t\":\"\"`, 1)): http.StatusBadRequest,
		"payload=%zz": http.StatusBadRequest,
		"":            http.StatusBadRequest,
		payload(`{"x":"` + strings.Repeat("x", maxInteraction) + `"}`): http.StatusRequestEntityTooLarge,
	} {
		assert.Equal(t, want, click(opened(t, mocks.NewClient(t)), body).Code, body[:min(len(body), 80)])
	}
}

// told collects what the door says at Slack's response_url, and answers with a status.
type told struct {
	status   int
	messages chan map[string]any
}

func (f told) RoundTrip(r *http.Request) (*http.Response, error) {
	if f.status == 0 {
		return nil, errors.New("no route to host")
	}
	var m map[string]any
	b, _ := io.ReadAll(r.Body)
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, err
	}
	m["url"] = r.URL.String()
	f.messages <- m
	return &http.Response{StatusCode: f.status, Body: io.NopCloser(bytes.NewReader(nil)), Header: http.Header{}}, nil
}

func listening(status int) (told, func(*Options)) {
	f := told{status, make(chan map[string]any, 1)}
	return f, func(o *Options) { o.HTTP = &http.Client{Transport: f} }
}

func TestALateClickIsToldWhoDecidedAndWhen(t *testing.T) {
	c := signalled(t, serviceerror.NewNotFound("workflow execution already completed"))
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	views := []humantask.View{
		{ID: "another"},
		{
			ID: "contact", Actions: []humantask.Action{{Name: "contacted", Done: "Contact made"}},
			Outcome: &humantask.Outcome{Action: "contacted", By: policy.Person{Name: "Maria <Lopez>"}, At: at},
		},
	}
	answer := &mocks.Value{}
	answer.On("Get", mock.Anything).Run(func(args mock.Arguments) { *args.Get(0).(*[]humantask.View) = views }).Return(nil)
	c.On("QueryWorkflow", mock.Anything, "lead-abcdefghijklmnop", "", humantask.QueryTasks).Return(converter.EncodedValue(answer), nil).Once()
	f, slack := listening(http.StatusOK)
	assert.Equal(t, http.StatusOK, click(opened(t, c, slack), payload(aClick)).Code)
	m := <-f.messages
	assert.Equal(t, "https://hooks.slack.com/actions/T1/2/3", m["url"])
	assert.Equal(t, "ephemeral", m["response_type"])
	assert.Equal(t, false, m["replace_original"])
	assert.Equal(t, "Maria &lt;Lopez&gt; decided this on <!date^1772366400^{date_short_pretty} at {time}|1 Mar 12:00 UTC>: "+
		"Contact made. Your click changed nothing.", m["text"])
}

func TestALateClickIsToldThatItIsOverWhereNobodyCanSayHow(t *testing.T) {
	c := signalled(t, serviceerror.NewNotFound("gone"))
	c.On("QueryWorkflow", mock.Anything, mock.Anything, "", humantask.QueryTasks).Return(nil, serviceerror.NewNotFound("gone")).Once()
	f, slack := listening(http.StatusOK)
	assert.Equal(t, http.StatusOK, click(opened(t, c, slack), payload(aClick)).Code)
	assert.Equal(t, caseGone, (<-f.messages)["text"])
}

func TestAClickThatCannotBeHandedOnIsMarkedAndExplained(t *testing.T) {
	f, slack := listening(http.StatusOK)
	w := click(opened(t, signalled(t, context.DeadlineExceeded), slack), payload(aClick))
	assert.Equal(t, http.StatusServiceUnavailable, w.Code, "Slack marks the button")
	assert.Equal(t, clickLost, (<-f.messages)["text"])
}

func TestTheAddressForAnswersIsNeverLogged(t *testing.T) {
	for _, status := range []int{0, http.StatusNotFound} {
		_, slack := listening(status)
		d := opened(t, signalled(t, context.DeadlineExceeded), slack)
		click(d, payload(aClick))
		d.talk.Wait() // what it logs is checked as the test ends
	}
}

func FuzzInteractions(f *testing.F) {
	f.Add(payload(aClick), true)
	f.Add(payload(aQuestion), true)
	f.Add(payload(aForm), true)
	f.Add(payload(`{"type":"block_actions","actions":[{"action_id":"throughline:x","value":"{}"}]}`), true)
	f.Add("payload=%7B", true)
	f.Add(exampleBody, false)
	f.Fuzz(func(t *testing.T, body string, sign bool) {
		decides := func(workflow string, decision humantask.Decision) {
			if !sign || workflow == "" || decision.Task == "" || decision.By.Slack == "" || decision.ID == "" {
				t.Errorf("decided %q: %+v", workflow, decision)
			}
		}
		c := &mocks.Client{}
		c.On("UpdateWorkflow", mock.Anything, mock.Anything).Run(func(args mock.Arguments) {
			o := args.Get(1).(client.UpdateWorkflowOptions)
			decides(o.WorkflowID, o.Args[0].(humantask.Decision))
		}).Return(nil, context.DeadlineExceeded)
		c.On("SignalWorkflow", mock.Anything, mock.Anything, "", "decide", mock.Anything).Run(func(args mock.Arguments) {
			decides(args.String(1), args.Get(4).(humantask.Decision))
		}).Return(nil)
		ws, slack := slackAt(`{"ok":true,"view":{"id":"V0001"}}`)
		o := Options{Client: c, SlackSigningSecret: signingSecret, Logger: quiet}
		slack(&o)
		d := New(o)
		if sign {
			if w := click(d, body); w.Code >= 500 {
				t.Errorf("%d for %q", w.Code, body)
			}
		} else if w := send(d, "POST", "/slack/interactions", mediaForm, body); w.Code != http.StatusUnauthorized {
			t.Errorf("%d without a signature", w.Code)
		}
		if len(ws.calls) > 0 && !sign {
			t.Error("called Slack without a signature")
		}
	})
}
