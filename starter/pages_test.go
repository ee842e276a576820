package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/document"
	"github.com/throughline-dev/throughline/activities/link"
	"github.com/throughline-dev/throughline/config"
)

func TestServeOpensLinksThatAreSignedWithItsSecret(t *testing.T) {
	secret := strings.Repeat("geheim", 6)
	links, err := link.NewSigner("", secret)
	require.NoError(t, err)
	expired, err := links.Task(link.Task{Workflow: "lead-a", Task: "contact", Person: "maria"}, time.Now().Add(-time.Hour))
	require.NoError(t, err)
	get := func(url string) (int, string) {
		resp, err := http.Get(url)
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		return resp.StatusCode, string(body)
	}
	status, _ := get(served(t, reached(t)) + expired)
	assert.Equal(t, http.StatusNotFound, status, "without a secret there are no pages")

	t.Setenv(string(config.LinkSecret), secret)
	documents := t.TempDir()
	t.Setenv("THROUGHLINE_DOCUMENTS_DIR", documents)
	status, body := get(served(t, reached(t)) + expired)
	assert.Equal(t, http.StatusGone, status)
	assert.Contains(t, body, "ask Omar Haddad or Grace Chen (operations)")

	store, err := document.NewStore(documents)
	require.NoError(t, err)
	kept, err := store.Put([]byte("%PDF-1.7"), document.PDF)
	require.NoError(t, err)
	there, err := links.Document(link.Document{Digest: kept.Digest, Kind: "pdf", Name: "P-1.pdf"}, time.Now().Add(time.Hour))
	require.NoError(t, err)
	status, body = get(served(t, reached(t)) + there)
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, "%PDF-1.7", body)
}
