package sandbox_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/sandbox"
	"github.com/throughline-dev/throughline/sandbox/client"
)

// app is Slack's app on the other side: it checks signatures with slack-go, and keeps what came.
type app struct {
	*httptest.Server
	clicks chan slackgo.InteractionCallback
	status int
}

func startApp(t *testing.T, status int) *app {
	a := &app{clicks: make(chan slackgo.InteractionCallback, 100), status: status}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		v, err := slackgo.NewSecretsVerifier(r.Header, sandbox.DefaultSlackSigningSecret)
		if err == nil {
			_, _ = v.Write(body)
			err = v.Ensure()
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		c, err := slackgo.InteractionCallbackParse(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		a.clicks <- c
		w.WriteHeader(a.status)
	}))
	t.Cleanup(a.Close)
	return a
}

// next is the next click that has reached the app.
func (a *app) next(t *testing.T) (c slackgo.InteractionCallback) {
	t.Helper()
	select {
	case c = <-a.clicks:
	case <-time.After(patience):
		t.Fatal("no click has reached the app")
	}
	return c
}

// shown posts a card to Maria and returns what she would click.
func (w world) shown() client.Click {
	w.t.Helper()
	channel, ts, err := w.slack().PostMessageContext(w.t.Context(), maria, text("t"), card("Title", "go"), mark("case-1/card"))
	require.NoError(w.t, err)
	return client.Click{User: maria, Channel: channel, TS: ts, ActionID: "go"}
}

func TestAClickReachesTheAppSignedAndWithAllThatSlackSends(t *testing.T) {
	t.Parallel()
	w, app := start(t, options()), startApp(t, http.StatusOK)
	w.Sandbox.SetInteractionsURL(app.URL + "/slack/interactions")
	click := w.shown()
	clicked, err := w.Click(t.Context(), click)
	require.NoError(t, err)
	require.Equal(t, client.Clicked{OK: true, Status: 200}, clicked)

	c := app.next(t)
	require.Equal(t, slackgo.InteractionTypeBlockActions, c.Type)
	require.Equal(t, maria, c.User.ID)
	require.Equal(t, "maria", c.User.Name)
	require.Equal(t, click.Channel, c.Channel.ID)
	require.Equal(t, click.Channel, c.Container.ChannelID)
	require.Equal(t, click.TS, c.Container.MessageTs)
	require.Equal(t, click.TS, c.Message.Timestamp)
	require.Len(t, c.Message.Blocks.BlockSet, 2)
	require.NotEmpty(t, c.TriggerID)
	require.NotEmpty(t, c.Team.ID)
	require.Equal(t, "case-1/card", c.Message.Metadata.EventPayload["key"])
	action := c.ActionCallback.BlockActions[0]
	require.Equal(t, "go", action.ActionID)
	require.Equal(t, "answers", action.BlockID)
	require.Equal(t, "value of go", action.Value)
	require.Regexp(t, `^\d{10}\.\d{6}$`, action.ActionTs)
}

func TestOnlyWhoSeesAMessageCanClickItsButtons(t *testing.T) {
	t.Parallel()
	w, app := start(t, options()), startApp(t, http.StatusOK)
	w.Sandbox.SetInteractionsURL(app.URL)
	click := w.shown()
	for name, c := range map[string]client.Click{
		"somebody else's direct messages": {User: grace, Channel: click.Channel, TS: click.TS, ActionID: "go"},
		"nobody":                          {User: "U0NOBODY", Channel: click.Channel, TS: click.TS, ActionID: "go"},
		"no such message":                 {User: maria, Channel: click.Channel, TS: "1700000000.000000", ActionID: "go"},
		"no such channel":                 {User: maria, Channel: "C0NOWHERE", TS: click.TS, ActionID: "go"},
		"no such button":                  {User: maria, Channel: click.Channel, TS: click.TS, ActionID: "stop"},
	} {
		_, err := w.Click(t.Context(), c)
		require.ErrorContains(t, err, "404", name)
	}
	_, _, _, err := w.slack().UpdateMessageContext(t.Context(), click.Channel, click.TS, text("done"))
	require.NoError(t, err)
	_, err = w.Click(t.Context(), click)
	require.ErrorContains(t, err, "no such button (any more)")
	require.Empty(t, app.clicks)
}

func TestAnAppThatFailsIsAWarningForThePerson(t *testing.T) {
	t.Parallel()
	w, app := start(t, options()), startApp(t, http.StatusInternalServerError)
	click := w.shown()
	clicked, err := w.Click(t.Context(), click)
	require.NoError(t, err)
	require.Contains(t, clicked.Warning, "not configured")

	w.Sandbox.SetInteractionsURL(app.URL)
	clicked, err = w.Click(t.Context(), click)
	require.NoError(t, err)
	require.Equal(t, client.Clicked{Status: 500, Warning: "This app responded with status code 500."}, clicked)

	app.Close()
	clicked, err = w.Click(t.Context(), click)
	require.NoError(t, err)
	require.Equal(t, "This app did not respond. Is it running?", clicked.Warning)
}

func TestAResponseURLAnswersThePersonOrReplacesTheMessageFiveTimes(t *testing.T) {
	t.Parallel()
	w, app := start(t, options()), startApp(t, http.StatusOK)
	w.Sandbox.SetInteractionsURL(app.URL)
	click := w.shown()
	_, err := w.Click(t.Context(), click)
	require.NoError(t, err)
	address := app.next(t).ResponseURL
	require.True(t, strings.HasPrefix(address, w.URL+"/slack/actions/"), address)

	answer := func(o ...slackgo.MsgOption) error {
		_, _, _, err := w.slack().SendMessageContext(t.Context(), "", o...)
		return err
	}
	require.NoError(t, answer(text("only you"), slackgo.MsgOptionResponseURL(address, "ephemeral")))
	require.NoError(t, answer(text("all of us"), slackgo.MsgOptionResponseURL(address, "in_channel")))
	require.NoError(t, answer(text("instead"), slackgo.MsgOptionReplaceOriginal(address)))
	messages, err := w.Messages(t.Context(), client.MessageFilter{User: maria})
	require.NoError(t, err)
	require.Len(t, messages, 3)
	require.Equal(t, "instead", messages[0].Text)
	require.Empty(t, messages[0].Buttons)
	require.Equal(t, "case-1/card", messages[0].Key)
	require.Equal(t, maria, messages[1].Only)
	require.Equal(t, "only you", messages[1].Text)
	require.Equal(t, "all of us", messages[2].Text)
	require.Empty(t, messages[2].Only)

	require.Error(t, answer(slackgo.MsgOptionResponseURL(address, "ephemeral")), "nothing to say")
	require.NoError(t, answer(text("4"), slackgo.MsgOptionResponseURL(address, "ephemeral")))
	require.NoError(t, answer(text("5"), slackgo.MsgOptionResponseURL(address, "ephemeral")))
	require.Error(t, answer(text("6"), slackgo.MsgOptionResponseURL(address, "ephemeral")))
	require.Error(t, answer(text("x"), slackgo.MsgOptionResponseURL(address+"x", "ephemeral")))
}

func TestTheResponseURLIsAtThePublicAddressWhereThereIsOne(t *testing.T) {
	t.Parallel()
	o := options()
	o.PublicURL = "http://sandbox.internal:8090/"
	w, app := start(t, o), startApp(t, http.StatusOK)
	w.Sandbox.SetInteractionsURL(app.URL)
	_, err := w.Click(t.Context(), w.shown())
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(app.next(t).ResponseURL, "http://sandbox.internal:8090/slack/actions/T"))
}
