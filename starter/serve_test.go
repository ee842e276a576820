package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"github.com/throughline-dev/throughline/config"
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
