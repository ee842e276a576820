package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/lead"
)

// served serves in front of a Temporal until the test ends, and answers with the door's address.
func served(t *testing.T, c client.Client, args ...string) string {
	door, _ := opened(t, c, args...)
	return door
}

// opened is served, and answers with the address for operations, too.
func opened(t *testing.T, c client.Client, args ...string) (door, operations string) {
	return openedBy(t, func(context.Context, *config.Config, client.Options) (client.Client, error) { return c, nil }, args...)
}

func openedBy(t *testing.T, dial dialer, args ...string) (door, operations string) {
	door, operations, _ = stoppable(t, dial, args...)
	return door, operations
}

// stoppable is openedBy until stop is called, or the test ends.
func stoppable(t *testing.T, dial dialer, args ...string) (door, operations string, stop func()) {
	cmd := command(dial, dial)
	cmd.SetArgs(append([]string{"serve", "--listen", "127.0.0.1:0", "--operations-listen", "127.0.0.1:0"}, args...))
	logs, stderr := io.Pipe()
	cmd.SetErr(stderr)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- cmd.ExecuteContext(ctx)
		_ = stderr.Close()
	}()
	t.Cleanup(func() {
		stop()
		assert.NoError(t, <-ended)
	})
	lines := json.NewDecoder(logs)
	var line struct{ Listen, Operations string }
	for line.Operations == "" {
		require.NoError(t, lines.Decode(&line))
	}
	go func() { _, _ = io.Copy(io.Discard, logs) }()
	return "http://" + line.Listen, "http://" + line.Operations, stop
}

func TestServeIsAliveAndNotReadyWhileItStops(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	c := reached(t)
	c.On("CheckHealth", mock.Anything, mock.Anything).Return(&client.CheckHealthResponse{}, nil)
	c.On("ExecuteWorkflow", mock.Anything, mock.Anything, lead.WorkflowName, mock.Anything).Run(func(mock.Arguments) {
		close(arrived)
		<-release
	}).Return(nil, nil).Once()
	door, operations, stop := stoppable(t, func(context.Context, *config.Config, client.Options) (client.Client, error) { return c, nil })
	status := func(path string) int {
		resp, err := http.Get(operations + path)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		return resp.StatusCode
	}
	assert.Equal(t, http.StatusOK, status("/readyz"))
	answered := make(chan int, 1)
	go func() {
		resp, err := http.Post(door+"/leads", "application/json", strings.NewReader(aLead))
		if assert.NoError(t, err) {
			answered <- resp.StatusCode
			_ = resp.Body.Close()
		}
	}()
	<-arrived
	stop()
	assert.Equal(t, http.StatusServiceUnavailable, status("/readyz"))
	assert.Equal(t, http.StatusOK, status("/healthz"))
	close(release)
	assert.Equal(t, http.StatusAccepted, <-answered)
}

func TestServeOpensTheDoorUntilItIsTold(t *testing.T) {
	resp, err := http.Get(served(t, reached(t)) + "/leads")
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, http.StatusOK, resp.StatusCode)
}

func TestServeHasAnAddressForOperationsApartFromTheDoor(t *testing.T) {
	c := reached(t)
	c.On("CheckHealth", mock.Anything, mock.Anything).Return(&client.CheckHealthResponse{}, nil)
	c.On("ExecuteWorkflow", mock.Anything, mock.Anything, lead.WorkflowName, mock.Anything).Return(nil, nil).Once()
	door, operations := opened(t, c)
	read := func(url string) (int, string) {
		resp, err := http.Get(url)
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		return resp.StatusCode, string(body)
	}
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		status, _ := read(operations + path)
		assert.Equal(t, http.StatusOK, status, path)
		status, _ = read(door + path)
		assert.Equal(t, http.StatusNotFound, status, "%s is nobody's business at the door", path)
	}
	resp, err := http.Post(door+"/leads", "application/json", strings.NewReader(aLead))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	resp, err = http.Post(door+"/leads", "application/json", strings.NewReader(`{"name":"Ada Winter"}`))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Eventually(t, func() bool { // the answer is on its way before it is measured
		_, text := read(operations + "/metrics")
		return strings.Contains(text, `throughline_http_request_duration_seconds_count{code="422",route="POST /leads"} 1`)
	}, 5*time.Second, time.Millisecond)
	_, text := read(operations + "/metrics")
	for _, line := range []string{
		`throughline_triggers_total{door="http",reason="",result="accepted",workflow_type="lead"} 1`,
		`throughline_triggers_total{door="http",reason="invalid",result="refused",workflow_type="lead"} 1`,
		`throughline_http_request_duration_seconds_count{code="202",route="POST /leads"} 1`,
		`throughline_cases_open{stage="contact",workflow_type="lead"} 0`,
		`throughline_cases_counted_timestamp_seconds`,
		`go_goroutines`,
	} {
		assert.Contains(t, text, line)
	}
	assert.NotContains(t, text, "Ada")
}

func TestServeLetsInWhomTheHandbookLetsIn(t *testing.T) {
	secret := strings.Repeat("geheim", 6)
	t.Setenv(string(config.LeadsSecret), secret)
	overlay := filepath.Join(t.TempDir(), "leads.yaml")
	require.NoError(t, os.WriteFile(overlay, []byte(`starter:
  public_url: https://leads.example
  leads: {origins: [https://www.example.com], per_minute: 2, honeypot: homepage}
`), 0o600))
	c := reached(t)
	c.On("ExecuteWorkflow", mock.Anything, mock.Anything, lead.WorkflowName, mock.Anything).Return(nil, nil).Times(3)
	door := served(t, c, "--config", config.Default, "--config", overlay)
	post := func(body string, headers ...string) int {
		r, err := http.NewRequest(http.MethodPost, door+"/leads", strings.NewReader(body))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/json")
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		resp, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		return resp.StatusCode
	}
	assert.Equal(t, http.StatusUnauthorized, post(aLead))
	assert.Equal(t, http.StatusForbidden, post(aLead, "Origin", "https://evil.example"))
	at := strconv.FormatInt(time.Now().Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(at + "." + aLead))
	assert.Equal(t, http.StatusAccepted, post(aLead, "Throughline-Signature", "t="+at+",v1="+hex.EncodeToString(mac.Sum(nil))))
	assert.Equal(t, http.StatusAccepted, post(aLead, "Origin", "https://leads.example"))
	assert.Equal(t, http.StatusAccepted, post(aLead, "Origin", "https://www.example.com"))
	assert.Equal(t, http.StatusTooManyRequests, post(aLead, "Origin", "https://www.example.com"))
}

func TestServeTakesClicksOverASocket(t *testing.T) {
	connected := make(chan *websocket.Conn, 1)
	mux := http.NewServeMux()
	slack := httptest.NewServer(mux)
	t.Cleanup(slack.Close)
	mux.HandleFunc("/api/apps.connections.open", func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "Bearer xapp-test", r.Header.Get("Authorization"))
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"ok":true,"url":"ws`+strings.TrimPrefix(slack.URL, "http")+`/link"}`)
	})
	mux.HandleFunc("/link", func(w http.ResponseWriter, r *http.Request) {
		conn, err := (&websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}).Upgrade(w, r, nil)
		assert.NoError(t, err)
		connected <- conn
	})
	overlay := filepath.Join(t.TempDir(), "slack.yaml")
	require.NoError(t, os.WriteFile(overlay, []byte("systems: {slack: {url: \""+slack.URL+"/api/\"}}\n"), 0o600))
	args := []string{"serve", "--listen", "127.0.0.1:0", "--operations-listen", "127.0.0.1:0", "--slack-socket", "--config", config.Default, "--config", overlay}

	r := runs(t, reached(t), "", args...)
	assert.ErrorContains(t, r.failed, "THROUGHLINE_SLACK_TOKEN: is not set")
	assert.ErrorContains(t, r.failed, "THROUGHLINE_SLACK_APP_TOKEN: is not set")

	t.Setenv("THROUGHLINE_SLACK_TOKEN", "xoxb-test")
	t.Setenv("THROUGHLINE_SLACK_APP_TOKEN", "xapp-test")
	c := reached(t)
	c.On("SignalWorkflow", mock.Anything, "lead-a", "", humantask.SignalDecide, mock.Anything).Return(nil).Once()
	dial := func(context.Context, *config.Config, client.Options) (client.Client, error) { return c, nil }
	cmd := command(dial, dial)
	cmd.SetArgs(args)
	cmd.SetErr(io.Discard)
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- cmd.ExecuteContext(ctx) }()
	conn := <-connected
	require.NoError(t, conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"interactive","envelope_id":"e1","payload":{
		"type":"block_actions","user":{"id":"U1"},"container":{"channel_id":"C1","message_ts":"1.2"},"actions":[
		{"action_id":"throughline:contacted","action_ts":"3.4","value":"{\"w\":\"lead-a\",\"t\":\"contact\"}"}]}}`)))
	_, ack, err := conn.ReadMessage()
	require.NoError(t, err)
	assert.JSONEq(t, `{"envelope_id":"e1"}`, string(ack))
	stop()
	assert.NoError(t, <-served)
}
