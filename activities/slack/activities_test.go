package slack_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/contract"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/slack"
)

func TestWhatIsSentAndAnsweredIsWhatSlackDescribes(t *testing.T) {
	ws, a := open(t, contract.Slack(t).Handler)
	direct := card
	direct.To = "U024BE7LH"
	at, err := a.PostCard(t.Context(), key, direct)
	require.NoError(t, err)
	assert.Equal(t, "D0U024BE7LH", at.Channel)

	_, err = a.PostCard(t.Context(), again, direct)
	require.NoError(t, err)
	_, err = a.UpdateCard(t.Context(), key, slack.CardUpdate{At: at, Card: direct})
	require.NoError(t, err)
	reply := effect.Key{ID: "lead-4k7q2m9x/remind"}
	_, err = a.ReplyInThread(t.Context(), reply, slack.Reply{At: at, Text: "Still waiting", Broadcast: true})
	require.NoError(t, err)
	reply.Again = true
	_, err = a.ReplyInThread(t.Context(), reply, slack.Reply{At: at, Text: "Still waiting"})
	require.NoError(t, err)
	_, err = a.AnswerPrivately(t.Context(), key, slack.PrivateAnswer{Channel: at.Channel, User: "U024BE7LH", Text: "Recorded"})
	require.NoError(t, err)
	_, err = a.UpdateCard(t.Context(), key, slack.CardUpdate{At: slack.Posted{Channel: at.Channel, TS: "1600000000.000000"}, Card: direct})
	assert.Equal(t, "message_not_found", faultOf(t, err).Code)

	for _, method := range []string{
		"conversations.open", "conversations.history", "conversations.replies", "chat.postMessage", "chat.update", "chat.postEphemeral",
	} {
		assert.Positive(t, ws.count(method), method)
	}
}

func TestACardInAChannelIsPostedThereAsItIs(t *testing.T) {
	ws, a := open(t, nil)
	at, err := a.PostCard(t.Context(), key, card)
	require.NoError(t, err)
	assert.Equal(t, "C024BE7LH", at.Channel)
	form := ws.last("chat.postMessage")
	assert.Equal(t, "Contact Contoso", form.Get("text"))
	assert.JSONEq(t, `{"event_type":"throughline_effect","event_payload":{"key":"lead-4k7q2m9x/contact-card"}}`, form.Get("metadata"))
	assert.Zero(t, ws.count("conversations.open"))
	assert.Zero(t, ws.count("conversations.history"), "nothing is looked up where nothing can have happened")
}

func TestADirectMessageChannelIsAskedForOnceAUser(t *testing.T) {
	ws, a := open(t, nil)
	for _, to := range []string{"U024BE7LH", "W024BE7LH", "U024BE7LH"} {
		c := card
		c.To = to
		at, err := a.PostCard(t.Context(), key, c)
		require.NoError(t, err)
		assert.Equal(t, "D0"+to, at.Channel)
	}
	assert.Equal(t, 2, ws.count("conversations.open"))
}

func TestAMessageThatMayHaveBeenSentIsLookedUpFirst(t *testing.T) {
	ws, a := open(t, nil)
	first, err := a.PostCard(t.Context(), key, card)
	require.NoError(t, err)
	for i := range 5 { // what others said meanwhile, more than a page of it
		_, err := a.PostCard(t.Context(), effect.Key{ID: fmt.Sprintf("other/%d", i)}, card)
		require.NoError(t, err)
	}

	found, err := a.PostCard(t.Context(), again, card)
	require.NoError(t, err)
	assert.Equal(t, first, found)
	assert.Equal(t, 6, ws.count("chat.postMessage"), "it was not sent twice")
	assert.Equal(t, 3, ws.count("conversations.history"), "page by page")

	_, err = a.PostCard(t.Context(), effect.Key{ID: "lead-4k7q2m9x/other", Again: true}, card)
	require.NoError(t, err)
	assert.Equal(t, 7, ws.count("chat.postMessage"), "what isn't there is sent")
}

func TestALookUpEndsSomewhere(t *testing.T) {
	ws, a := open(t, nil)
	for i := range 30 {
		_, err := a.PostCard(t.Context(), effect.Key{ID: fmt.Sprintf("other/%d", i)}, card)
		require.NoError(t, err)
	}
	_, err := a.PostCard(t.Context(), again, card)
	require.NoError(t, err)
	assert.Equal(t, 10, ws.count("conversations.history"))
}

func TestAReplyThatMayHaveBeenSentIsLookedUpInItsThread(t *testing.T) {
	ws, a := open(t, nil)
	at, err := a.PostCard(t.Context(), key, card)
	require.NoError(t, err)
	k := effect.Key{ID: "lead-4k7q2m9x/remind"}
	first, err := a.ReplyInThread(t.Context(), k, slack.Reply{At: at, Text: "Still <waiting>", Broadcast: true})
	require.NoError(t, err)
	form := ws.last("chat.postMessage")
	assert.Equal(t, at.TS, form.Get("thread_ts"))
	assert.Equal(t, "true", form.Get("reply_broadcast"))
	assert.Equal(t, "Still &lt;waiting&gt;", form.Get("text"))

	k.Again = true
	found, err := a.ReplyInThread(t.Context(), k, slack.Reply{At: at, Text: "Still <waiting>"})
	require.NoError(t, err)
	assert.Equal(t, first, found)
	assert.Equal(t, 2, ws.count("chat.postMessage"))
	assert.Equal(t, 1, ws.count("conversations.replies"))
}

// inWorkflow posts the card as a workflow does, with retries.
func inWorkflow(t *testing.T, a *slack.Activities) (slack.Posted, error) {
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	env.RegisterActivity(a)
	env.ExecuteWorkflow(func(ctx workflow.Context) (at slack.Posted, err error) {
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
			StartToCloseTimeout: 10 * time.Second, RetryPolicy: &temporal.RetryPolicy{MaximumAttempts: 5},
		})
		err = workflow.ExecuteActivity(ctx, a.PostCard, key, card).Get(ctx, &at)
		return at, err
	})
	if err := env.GetWorkflowError(); err != nil {
		return slack.Posted{}, err
	}
	var at slack.Posted
	require.NoError(t, env.GetWorkflowResult(&at))
	return at, nil
}

func TestALostReplyLeavesOneMessage(t *testing.T) {
	ws, a := open(t, nil)
	var once sync.Once
	ws.after = func(w http.ResponseWriter, method string) (lost bool) {
		if method == "chat.postMessage" {
			once.Do(func() {
				lost = true
				conn, _, err := w.(http.Hijacker).Hijack()
				assert.NoError(t, err)
				assert.NoError(t, conn.Close())
			})
		}
		return lost
	}
	at, err := inWorkflow(t, a)
	require.NoError(t, err)
	require.Len(t, ws.messages, 1)
	assert.Equal(t, ws.messages[0]["ts"], at.TS)
	oldest := ws.last("conversations.history").Get("oldest")
	assert.Regexp(t, `^\d{10}\.000000$`, oldest, "a retry looks no further back than its first attempt")
}

func TestAFaultBeforeTheEffectIsTriedAgainUntilItIsSent(t *testing.T) {
	ws, a := open(t, nil)
	failures := []func(w http.ResponseWriter){
		func(w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) },
		func(w http.ResponseWriter) { fmt.Fprint(w, `{"ok":false,"error":"internal_error"}`) },
		func(w http.ResponseWriter) { fmt.Fprint(w, `<html>`) },
		func(w http.ResponseWriter) { fmt.Fprint(w, `{}`) },
	}
	ws.before = func(w http.ResponseWriter, method string) bool {
		if method != "chat.postMessage" || len(failures) == 0 {
			return false
		}
		failures[0](w)
		failures = failures[1:]
		return true
	}
	_, err := inWorkflow(t, a)
	require.NoError(t, err)
	assert.Len(t, ws.messages, 1)
}

func TestAnUpdateReplacesTheCardAndKeepsItsMark(t *testing.T) {
	ws, a := open(t, nil)
	at, err := a.PostCard(t.Context(), key, card)
	require.NoError(t, err)
	ended := card
	ended.Buttons, ended.Status = nil, "Contact made by Maria Lopez"
	moved, err := a.UpdateCard(t.Context(), effect.Key{ID: "lead-4k7q2m9x/ended"}, slack.CardUpdate{At: at, Card: ended})
	require.NoError(t, err)
	assert.Equal(t, at, moved)
	form := ws.last("chat.update")
	assert.NotContains(t, form.Get("blocks"), "actions")
	assert.Contains(t, form.Get("blocks"), "Contact made by Maria Lopez")
	assert.False(t, form.Has("metadata"), "Slack keeps the mark where none is given")

	found, err := a.PostCard(t.Context(), again, card)
	require.NoError(t, err)
	assert.Equal(t, at, found)
}

func TestARateLimitIsSeenAtOnceWithItsPause(t *testing.T) {
	ws, a := open(t, nil)
	ws.before = func(w http.ResponseWriter, _ string) bool {
		w.Header().Set("Retry-After", "30")
		w.WriteHeader(http.StatusTooManyRequests)
		return true
	}
	_, err := a.PostCard(t.Context(), key, card)
	f := faultOf(t, err)
	assert.Equal(t, fault.ClassThrottled, f.Class)
	assert.Equal(t, 30*time.Second, f.RetryAfter)
	assert.Equal(t, 1, ws.count("chat.postMessage"), "slack-go's own retries are off")
}

func TestSlacksAnswersAreClassified(t *testing.T) {
	tests := []struct {
		status int
		body   string
		class  string
		code   string
	}{
		{200, `{"ok":false,"error":"channel_not_found"}`, fault.ClassFinal, "channel_not_found"},
		{200, `{"ok":false,"error":"invalid_auth"}`, fault.ClassFinal, "invalid_auth"},
		{200, `{"ok":false,"error":"not_in_channel"}`, fault.ClassFinal, "not_in_channel"},
		{200, `{"ok":false,"error":"invalid_blocks","response_metadata":{"messages":["[ERROR] too long"]}}`, fault.ClassFinal, "invalid_blocks"},
		{200, `{"ok":false,"error":"something_new"}`, fault.ClassFinal, "something_new"},
		{200, `{"ok":false,"error":"ratelimited"}`, fault.ClassThrottled, "ratelimited"},
		{200, `{"ok":false,"error":"internal_error"}`, fault.ClassUnavailable, "internal_error"},
		{200, `{"ok":false,"error":"fatal_error"}`, fault.ClassUnavailable, "fatal_error"},
		{200, `{"ok":false,"error":"service_unavailable"}`, fault.ClassUnavailable, "service_unavailable"},
		{200, `{"ok":false,"error":"request_timeout"}`, fault.ClassUnavailable, "request_timeout"},
		{200, `{"ok":false}`, fault.ClassUnavailable, ""},
		{200, `{"ok":true}`, fault.ClassUnavailable, ""},
		{200, `{}`, fault.ClassUnavailable, ""},
		{200, `ok`, fault.ClassUnavailable, ""},
		{200, ``, fault.ClassUnavailable, ""},
		{429, ``, fault.ClassThrottled, ""},
		{500, `<html>`, fault.ClassUnavailable, ""},
		{503, `<html>`, fault.ClassUnavailable, ""},
		{403, ``, fault.ClassFinal, ""},
	}
	direct := card
	direct.To = "U024BE7LH"
	for _, test := range tests {
		ws, a := open(t, nil)
		ws.before = func(w http.ResponseWriter, _ string) bool {
			w.WriteHeader(test.status)
			fmt.Fprint(w, test.body)
			return true
		}
		calls := map[string]func() error{
			"PostCard":        func() error { _, err := a.PostCard(t.Context(), key, card); return err },
			"PostCard direct": func() error { _, err := a.PostCard(t.Context(), key, direct); return err },
			"PostCard again":  func() error { _, err := a.PostCard(t.Context(), again, card); return err },
			"UpdateCard": func() error {
				_, err := a.UpdateCard(t.Context(), key, slack.CardUpdate{At: slack.Posted{Channel: "C1", TS: "1"}, Card: card})
				return err
			},
			"ReplyInThread again": func() error {
				_, err := a.ReplyInThread(t.Context(), again, slack.Reply{At: slack.Posted{Channel: "C1", TS: "1"}, Text: "x"})
				return err
			},
			"AnswerPrivately": func() error {
				_, err := a.AnswerPrivately(t.Context(), key, slack.PrivateAnswer{Channel: "C1", User: "U1", Text: "x"})
				return err
			},
		}
		for name, call := range calls {
			if test.body == `{"ok":true}` && name == "PostCard again" {
				continue // an empty history is an answer
			}
			f := faultOf(t, call())
			assert.Equalf(t, test.class, f.Class, "%s: %d %s", name, test.status, test.body)
			assert.Equalf(t, test.code, f.Code, "%s: %d %s", name, test.status, test.body)
		}
	}
}

func TestAnAnswerThatNeverComesIsTriedAgain(t *testing.T) {
	release := make(chan struct{})
	ws, a := open(t, nil)
	ws.before = func(http.ResponseWriter, string) bool { <-release; return true }
	defer close(release)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := a.PostCard(ctx, key, card)
	assert.Equal(t, fault.ClassUnavailable, faultOf(t, err).Class)
}
