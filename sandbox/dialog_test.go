package sandbox_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	slackgo "github.com/slack-go/slack"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/sandbox"
	"github.com/throughline-dev/throughline/sandbox/client"
)

// asking is an app that opens dialogs, made of the real adapter: it keeps what reached it, and answers a dialog that was sent
// with what it is told.
type asking struct {
	clicks chan slack.Click
	raw    chan string
	answer atomic.Pointer[string]
	status atomic.Int32
}

func startAsking(t *testing.T, w world) *asking {
	a := &asking{clicks: make(chan slack.Click, 20), raw: make(chan string, 20)}
	dialogs := slack.NewDialogs(slack.Options{URL: w.URL + "/slack/api/", Token: sandbox.DefaultSlackToken})
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		form, err := url.ParseQuery(string(body))
		if err != nil {
			t.Error(err)
		}
		c, err := slack.ParseClick([]byte(form.Get("payload")))
		if err != nil && !errors.Is(err, slack.ErrNotOurs) {
			t.Error(err)
		}
		a.raw <- form.Get("payload")
		a.clicks <- c
		if c.Dialog != nil {
			if err := dialogs.Open(r.Context(), c); err != nil {
				t.Error(err)
			}
			return
		}
		if s := a.status.Load(); s != 0 {
			rw.WriteHeader(int(s))
		}
		if answer := a.answer.Load(); answer != nil {
			rw.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(rw, *answer)
		}
	}))
	t.Cleanup(server.Close)
	w.Sandbox.SetInteractionsURL(server.URL)
	return a
}

func (a *asking) answers(body string) { a.answer.Store(&body) }

// question is a card with an answer that asks for something.
func question() slack.Card {
	c := aCard()
	c.To = maria
	c.Buttons = []slack.Button{{Action: "hand-over", Label: "Hand over", Fields: []slack.Field{
		{Name: "to", Label: "To", Kind: slack.FieldChoice, Required: true, Choices: []slack.Choice{{Value: "grace", Label: "Grace Chen"}, {Value: "omar", Label: "Omar <Haddad>"}}},
		{Name: "comment", Label: "What they should know", Kind: slack.FieldLong, Hint: "A line or two"},
	}}}
	return c
}

// asked posts the card and clicks its button; view is the dialog that opened.
func (w world) asked() (view string) {
	w.t.Helper()
	at, err := w.adapters().slack.PostCard(w.t.Context(), key("card"), question())
	require.NoError(w.t, err)
	clicked, err := w.Click(w.t.Context(), client.Click{User: maria, Channel: at.Channel, TS: at.TS, ActionID: "throughline:hand-over"})
	require.NoError(w.t, err)
	require.True(w.t, clicked.OK)
	require.NotEmpty(w.t, clicked.View)
	return clicked.View
}

func TestADialogIsOpenedFilledInAndSent(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	app := startAsking(t, w)
	app.answers(`{"response_action":"clear"}`)
	view := w.asked()
	opener := <-app.clicks
	done, err := w.Submit(t.Context(), client.Submission{User: maria, View: view, Values: map[string]string{"to": "omar", "comment": "He & <they> spoke\nyesterday"}})
	require.NoError(t, err)
	require.Equal(t, client.Submitted{OK: true, Status: 200}, done)
	sent := <-app.clicks
	require.Equal(t, view, sent.ID)
	require.Equal(t, maria, sent.User)
	require.Equal(t, opener.Message, sent.Message)
	require.Equal(t, opener.Task, sent.Task)
	require.Equal(t, map[string]string{"to": "omar", "comment": "He & <they> spoke\nyesterday"}, sent.Form.Values)

	<-app.raw
	var payload slackgo.InteractionCallback
	require.NoError(t, json.Unmarshal([]byte(<-app.raw), &payload), "slack-go reads it too")
	require.Equal(t, slackgo.InteractionTypeViewSubmission, payload.Type)
	require.Equal(t, "Omar &lt;Haddad&gt;", payload.View.State.Values["to"]["value"].SelectedOption.Text.Text)
	require.Equal(t, view, payload.View.RootViewID)
	require.NotEmpty(t, payload.View.Hash)

	_, err = w.Submit(t.Context(), client.Submission{User: maria, View: view, Values: map[string]string{"to": "omar"}})
	require.ErrorContains(t, err, "404", "it is closed")
}

func TestSlackItselfRefusesWhatTheDialogDoesNotAllow(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	app := startAsking(t, w)
	view := w.asked()
	<-app.clicks
	for _, c := range []struct {
		values, wrong map[string]string
	}{
		{nil, map[string]string{"to": "Please complete this required field."}},
		{map[string]string{"to": "nobody"}, map[string]string{"to": "Please choose one of the options."}},
		{map[string]string{"to": "omar", "comment": strings.Repeat("ä", 3001)}, map[string]string{"comment": "Please enter no more than 3000 characters."}},
	} {
		done, err := w.Submit(t.Context(), client.Submission{User: maria, View: view, Values: c.values})
		require.NoError(t, err)
		require.Equal(t, client.Submitted{Errors: c.wrong, View: view}, done)
	}
	require.Empty(t, app.clicks, "none of it reached the app")
	for wrong, in := range map[string]client.Submission{
		"404":           {User: grace, View: view, Values: map[string]string{"to": "omar"}},
		"no such field": {User: maria, View: view, Values: map[string]string{"shoe": "9"}},
	} {
		_, err := w.Submit(t.Context(), in)
		require.ErrorContains(t, err, wrong)
	}
}

func TestTheAppSaysWhatBecomesOfADialog(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	app := startAsking(t, w)
	view := w.asked()
	send := func() client.Submitted {
		done, err := w.Submit(t.Context(), client.Submission{User: maria, View: view, Values: map[string]string{"to": "omar"}})
		require.NoError(t, err)
		return done
	}
	trouble := client.Submitted{Status: 200, Warning: "We had some trouble connecting. Try again?", View: view}
	app.answers(`{"response_action":"errors","errors":{"to":"Omar is away."}}`)
	require.Equal(t, client.Submitted{OK: true, Status: 200, Errors: map[string]string{"to": "Omar is away."}, View: view}, send())
	for _, wrong := range []string{
		`{"response_action":"errors","errors":{"shoe":"x"}}`, `{"response_action":"errors"}`, `{"response_action":"dance"}`, `ok`,
		`{"response_action":"update","view":{"type":"modal"}}`,
	} {
		app.answers(wrong)
		require.Equal(t, trouble, send(), wrong)
	}
	app.status.Store(http.StatusServiceUnavailable)
	trouble.Status = http.StatusServiceUnavailable
	require.Equal(t, trouble, send())
	app.status.Store(0)

	app.answers(`{"response_action":"update","view":{"type":"modal","title":{"type":"plain_text","text":"Thank you"},"blocks":[]}}`)
	require.Equal(t, client.Submitted{OK: true, Status: 200, View: view}, send())
	require.Contains(t, w.page("/slack/dialogs/"+view+"?user="+maria).Body, "Thank you")
	app.answers("")
	done, err := w.Submit(t.Context(), client.Submission{User: maria, View: view})
	require.NoError(t, err)
	require.Equal(t, client.Submitted{OK: true, Status: 200}, done, "an empty answer closes it")
}

func TestATriggerOpensOneDialog(t *testing.T) {
	t.Parallel()
	w, app := start(t, options()), startApp(t, http.StatusOK)
	w.Sandbox.SetInteractionsURL(app.URL)
	_, err := w.Click(t.Context(), w.shown())
	require.NoError(t, err)
	trigger := app.next(t).TriggerID
	open := func(trigger string, change func(*slackgo.ModalViewRequest)) error {
		plain := func(s string) *slackgo.TextBlockObject {
			return slackgo.NewTextBlockObject("plain_text", s, false, false)
		}
		v := slackgo.ModalViewRequest{Type: slackgo.VTModal, Title: plain("Title"), Submit: plain("Send"), Blocks: slackgo.Blocks{BlockSet: []slackgo.Block{
			slackgo.NewInputBlock("why", plain("Why"), nil, slackgo.NewPlainTextInputBlockElement(nil, "value")),
		}}}
		if change != nil {
			change(&v)
		}
		_, err := w.slack().OpenViewContext(t.Context(), trigger, v)
		return err
	}
	for want, change := range map[string]func(*slackgo.ModalViewRequest){
		"must be less than 25 characters [json-pointer:/view/title/text]":       func(v *slackgo.ModalViewRequest) { v.Title.Text = strings.Repeat("x", 25) },
		"must define `submit` to use `input` block":                             func(v *slackgo.ModalViewRequest) { v.Submit = nil },
		"must be less than 3001 characters [json-pointer:/view/private_metadat": func(v *slackgo.ModalViewRequest) { v.PrivateMetadata = strings.Repeat("x", 3001) },
		"must be a valid enum value [json-pointer:/view/type]":                  func(v *slackgo.ModalViewRequest) { v.Type = "sheet" },
		"json-pointer:/view/blocks/0/label": func(v *slackgo.ModalViewRequest) {
			v.Blocks.BlockSet[0].(*slackgo.InputBlock).Label = nil
		},
		"must be between 1 and 3000": func(v *slackgo.ModalViewRequest) {
			v.Blocks.BlockSet[0].(*slackgo.InputBlock).Element.(*slackgo.PlainTextInputBlockElement).MaxLength = 3001
		},
		"no less than 1 item allowed": func(v *slackgo.ModalViewRequest) {
			v.Blocks.BlockSet[0].(*slackgo.InputBlock).Element = slackgo.NewOptionsSelectBlockElement("static_select", nil, "value")
		},
		"must be less than 76 characters": func(v *slackgo.ModalViewRequest) {
			v.Blocks.BlockSet[0].(*slackgo.InputBlock).Element = slackgo.NewOptionsSelectBlockElement("static_select", nil, "value",
				slackgo.NewOptionBlockObject("a", slackgo.NewTextBlockObject("plain_text", strings.Repeat("x", 76), false, false), nil))
		},
		"already exists": func(v *slackgo.ModalViewRequest) {
			v.Blocks.BlockSet = append(v.Blocks.BlockSet, slackgo.NewSectionBlock(v.Title, nil, nil, slackgo.SectionBlockOptionBlockID("why")))
		},
	} {
		var refused slackgo.SlackErrorResponse
		require.ErrorAs(t, open(trigger, change), &refused)
		require.Equal(t, "invalid_arguments", refused.Err)
		require.Contains(t, strings.Join(refused.ResponseMetadata.Messages, "\n"), want)
	}
	require.EqualError(t, open("1.2.abc", nil), "invalid_trigger_id")
	require.NoError(t, open(trigger, nil))
	require.EqualError(t, open(trigger, nil), "exchanged_trigger_id")
}

func TestADialogIsSafeAndCanBeReadByEverybody(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	startAsking(t, w)
	c := question()
	c.Title, c.Buttons[0].Label = attack, attack
	f := &c.Buttons[0].Fields[0]
	f.Label, f.Hint, f.Choices[0].Label, f.Choices[0].Value = attack, attack, attack, attack
	at, err := w.adapters().slack.PostCard(t.Context(), key("card"), c)
	require.NoError(t, err)
	clicked, err := w.Click(t.Context(), client.Click{User: maria, Channel: at.Channel, TS: at.TS, ActionID: "throughline:hand-over"})
	require.NoError(t, err)
	p := w.page("/slack/dialogs/" + clicked.View + "?user=" + maria)
	require.NotContains(t, p.Body, "<script")
	require.NotContains(t, p.Body, "<img")
	require.NotEmpty(t, p.Header.Get("Content-Security-Policy"))
	for _, part := range []string{
		`<label for="f1">`, `<select id="f1" name="to" aria-describedby="h1 e1" required autofocus>`,
		`<textarea id="f2" name="comment" rows="4" aria-describedby="h2 e2" placeholder="" maxlength="3000">`, `<p class="hint" id="h2">A line or two</p>`,
		`<span class="opt">(optional)</span>`,
	} {
		require.Contains(t, p.Body, part)
	}
	require.Equal(t, http.StatusNotFound, w.call(http.MethodGet, "/slack/dialogs/"+clicked.View+"?user="+grace, "", nil).Status)
}
