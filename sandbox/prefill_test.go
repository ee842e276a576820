package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	slackgo "github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/sandbox"
	"github.com/throughline-dev/throughline/sandbox/client"
)

// begun posts a card whose button has a dialog with something in it, and clicks it: the dialog that opens is loading.
func begun(t *testing.T, w world) (d *slack.Dialogs, o slack.Opened, c slack.Click, clicks chan slack.Click) {
	d = slack.NewDialogs(slack.Options{URL: w.URL + "/slack/api/", Token: sandbox.DefaultSlackToken})
	clicks, opened := make(chan slack.Click, 2), make(chan slack.Opened, 1)
	app := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		c, err := slack.ParseClick([]byte(r.FormValue("payload")))
		assert.NoError(t, err)
		clicks <- c
		if c.Dialog != nil {
			o, err := d.Begin(r.Context(), c)
			assert.NoError(t, err)
			opened <- o
		}
	}))
	t.Cleanup(app.Close)
	w.Sandbox.SetInteractionsURL(app.URL)
	card := question()
	card.Buttons[0].Prefilled = true
	at, err := w.adapters().slack.PostCard(t.Context(), key("card"), card)
	require.NoError(t, err)
	clicked, err := w.Click(t.Context(), client.Click{User: maria, Channel: at.Channel, TS: at.TS, ActionID: "throughline:hand-over"})
	require.NoError(t, err)
	o = <-opened
	require.Equal(t, clicked.View, o.ID)
	return d, o, <-clicks, clicks
}

func TestADialogThatIsLoadingIsFilledInAndSent(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	d, o, c, clicks := begun(t, w)
	page := "/slack/dialogs/" + o.ID + "?user=" + maria
	require.Contains(t, w.page(page).Body, "Loading")
	require.NotContains(t, w.page(page).Body, "btn primary")
	seen, err := w.Dialog(t.Context(), maria, o.ID)
	require.NoError(t, err)
	require.False(t, seen.Ready)

	fields := question().Buttons[0].Fields
	fields[0].Value, fields[1].Value = "omar", attack
	require.NoError(t, d.Fill(t.Context(), o, c, fields, ""))
	body := w.page(page).Body
	require.Contains(t, body, `<option value="omar" selected>`)
	require.Contains(t, body, "&lt;script")
	require.NotContains(t, body, "<script")
	require.NotContains(t, body, "Loading")
	seen, err = w.Dialog(t.Context(), maria, o.ID)
	require.NoError(t, err)
	require.True(t, seen.Ready)
	require.Equal(t, map[string]string{"to": "omar", "comment": attack}, seen.Values)
	_, err = w.Dialog(t.Context(), "U0NOBODY1", o.ID)
	require.Error(t, err, "it is somebody else's")

	done, err := w.Submit(t.Context(), client.Submission{User: maria, View: o.ID, Values: map[string]string{"to": "grace"}})
	require.NoError(t, err)
	require.True(t, done.OK)
	require.Equal(t, map[string]string{"to": "grace", "comment": ""}, (<-clicks).Form.Values, "what was there was deleted")
}

func TestADialogIsOnlyReplacedAsItIsKnown(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	d, o, c, _ := begun(t, w)
	update := func(id, hash string, change func(*slackgo.ModalViewRequest)) error {
		plain := slackgo.NewTextBlockObject("plain_text", "Text", false, false)
		input := slackgo.NewPlainTextInputBlockElement(nil, "value")
		v := slackgo.ModalViewRequest{Type: slackgo.VTModal, Title: plain, Submit: plain, Blocks: slackgo.Blocks{BlockSet: []slackgo.Block{
			slackgo.NewInputBlock("why", plain, nil, input),
		}}}
		if change != nil {
			change(&v)
		}
		_, err := w.slack().UpdateViewContext(t.Context(), v, "", hash, id)
		return err
	}
	require.EqualError(t, update("V404", "", nil), "not_found")
	require.EqualError(t, update(o.ID, "1.old", nil), "hash_conflict")
	require.ErrorContains(t, update(o.ID, "", func(v *slackgo.ModalViewRequest) {
		v.Blocks.BlockSet[0].(*slackgo.InputBlock).Element.(*slackgo.PlainTextInputBlockElement).InitialValue = strings.Repeat("x", 3001)
	}), "invalid_arguments")
	require.NoError(t, update(o.ID, "", nil))
	require.NoError(t, d.Fail(t.Context(), o, c, "too late"), "which was replaced meanwhile")
	require.NotContains(t, w.page("/slack/dialogs/"+o.ID+"?user="+url.QueryEscape(maria)).Body, "too late")
}
