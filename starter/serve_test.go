package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

func TestServeOpensTheDoorUntilItIsTold(t *testing.T) {
	c := reached(t)
	cmd := command(func(context.Context, config.Temporal, client.Options) (client.Client, error) { return c, nil })
	cmd.SetArgs([]string{"serve", "--listen", "127.0.0.1:0"})
	logs, stderr := io.Pipe()
	cmd.SetErr(stderr)
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() {
		served <- cmd.ExecuteContext(ctx)
		_ = stderr.Close()
	}()

	lines := json.NewDecoder(logs)
	var line struct{ Msg, Listen, Level string }
	for line.Listen == "" {
		require.NoError(t, lines.Decode(&line))
	}
	go func() { _, _ = io.Copy(io.Discard, logs) }()
	resp, err := http.Get("http://" + line.Listen + "/healthz")
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, http.StatusOK, resp.StatusCode)
	stop()
	assert.NoError(t, <-served)
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
	args := []string{"serve", "--listen", "127.0.0.1:0", "--slack-socket", "--config", config.Default, "--config", overlay}

	r := runs(t, reached(t), "", args...)
	assert.ErrorContains(t, r.failed, "THROUGHLINE_SLACK_TOKEN: is not set")
	assert.ErrorContains(t, r.failed, "THROUGHLINE_SLACK_APP_TOKEN: is not set")

	t.Setenv("THROUGHLINE_SLACK_TOKEN", "xoxb-test")
	t.Setenv("THROUGHLINE_SLACK_APP_TOKEN", "xapp-test")
	c := reached(t)
	c.On("SignalWorkflow", mock.Anything, "lead-a", "", humantask.SignalDecide, mock.Anything).Return(nil).Once()
	cmd := command(func(context.Context, config.Temporal, client.Options) (client.Client, error) { return c, nil })
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
