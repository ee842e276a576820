package main

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestHealthIsWhatTheProgramSays(t *testing.T) {
	ready := false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "/readyz", r.URL.Path)
		if !ready {
			http.Error(w, "not ready: the workers are not running", http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte("ready\n"))
	}))
	t.Cleanup(server.Close)
	assert.EqualError(t, runs(t, nil, "", "health", server.URL+"/readyz").failed,
		server.URL+"/readyz: 503 Service Unavailable: not ready: the workers are not running")
	ready = true
	// A mistake in a file makes nobody ill.
	r := runs(t, nil, "", "health", server.URL+"/readyz", "--config", "/does/not/exist.yaml")
	require.NoError(t, r.failed)
	assert.Equal(t, "ready\n", r.out)
	server.Close()
	assert.ErrorContains(t, runs(t, nil, "", "health", server.URL).failed, "connection refused")
}
