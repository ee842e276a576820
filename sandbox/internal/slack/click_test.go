package slack_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/sandbox/internal/journal"
	"github.com/throughline-dev/throughline/sandbox/internal/slack"
)

func TestAnAppThatTakesTooLongIsATimeOutForThePerson(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	app := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer app.Close()
	defer close(release)
	j, err := journal.Open("")
	require.NoError(t, err)
	s, err := slack.New(slack.Options{
		Token: "t", SigningSecret: "s", Users: []slack.User{{ID: "U1", Handle: "u", Name: "U"}},
		Journal: j, Patience: 20 * time.Millisecond,
	})
	require.NoError(t, err)
	s.SetInteractionsURL(app.URL)
	form := url.Values{"token": {"t"}, "channel": {"U1"}, "blocks": {`[{"type":"actions","elements":[
		{"type":"button","action_id":"go","text":{"type":"plain_text","text":"Go"}}]}]`}}
	r := httptest.NewRequest(http.MethodPost, "/chat.postMessage", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	s.API().ServeHTTP(httptest.NewRecorder(), r)
	m := s.Messages(slack.Filter{})[0]

	clicked, err := s.Click(t.Context(), "http://sandbox", client.Click{User: "U1", Channel: m.Channel, TS: m.TS, ActionID: "go"})
	require.NoError(t, err)
	require.False(t, clicked.OK)
	require.Contains(t, clicked.Warning, "Operation timed out")
}
