package sandbox_test

import (
	"bytes"
	"encoding/json"
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

const (
	maria, grace, omar = "U0MARIA01", "U0GRACE01", "U0OMAR001"
	opsDesk            = "C0OPSDESK"
)

// patience is how long anything may take on a busy machine before a test gives up.
const patience = 30 * time.Second

func options() sandbox.Options {
	return sandbox.Options{
		People: []sandbox.Person{
			{ID: "maria", Name: "Maria Lopez", Email: "maria.lopez@northwind-robotics.example", Slack: maria, CRMOwner: "1011"},
			{ID: "grace", Name: "Grace Chen", Email: "grace.chen@northwind-robotics.example", Slack: grace, CRMOwner: "1010"},
			{ID: "omar", Name: "Omar Haddad", Email: "omar.haddad@northwind-robotics.example", Slack: omar},
		},
		Channels: []sandbox.Channel{{ID: opsDesk, Name: "ops-desk"}},
	}
}

// world is a running sandbox.
type world struct {
	*client.Client
	t       *testing.T
	URL     string
	Sandbox *sandbox.Sandbox
}

func start(t *testing.T, o sandbox.Options) world {
	t.Helper()
	s, err := sandbox.New(o)
	require.NoError(t, err)
	server := httptest.NewServer(s.Handler())
	t.Cleanup(func() {
		require.NoError(t, s.Close())
		server.Close()
	})
	return world{client.New(server.URL), t, server.URL, s}
}

// slack is slack-go, pointed at the sandbox.
func (w world) slack() *slackgo.Client {
	return slackgo.New(sandbox.DefaultSlackToken, slackgo.OptionAPIURL(w.URL+"/slack/api/"))
}

// answer is what a plain HTTP call got.
type answer struct {
	Status int
	Header http.Header
	Body   string
}

// JSON reads the body.
func (a answer) JSON(t *testing.T) map[string]any {
	t.Helper()
	var v map[string]any
	require.NoError(t, json.Unmarshal([]byte(a.Body), &v), a.Body)
	return v
}

// call sends a request with a JSON body, or with none where it is nil.
func (w world) call(method, path, token string, body any) answer {
	w.t.Helper()
	var in io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		in = strings.NewReader(b)
	default:
		text, err := json.Marshal(b)
		require.NoError(w.t, err)
		in = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.URL+path, in)
	require.NoError(w.t, err)
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return w.send(r)
}

func (w world) send(r *http.Request) answer {
	w.t.Helper()
	res, err := http.DefaultClient.Do(r)
	require.NoError(w.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(w.t, err)
	return answer{res.StatusCode, res.Header, string(text)}
}
