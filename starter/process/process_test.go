package process

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/mocks"

	"github.com/throughline-dev/throughline/activities/document"
	"github.com/throughline-dev/throughline/activities/link"
	"github.com/throughline-dev/throughline/config"
)

// opened opens the door, and answers with its address, and with what it logged before.
func opened(t *testing.T, live *config.Live) (url, logs string) {
	t.Helper()
	var log bytes.Buffer
	d, err := New(Options{Client: mocks.NewClient(t), Live: live, Logger: slog.New(slog.NewJSONHandler(&log, nil))})
	require.NoError(t, err)
	logs = log.String()
	server := httptest.NewServer(d)
	t.Cleanup(server.Close)
	return server.URL, logs
}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	resp, err := http.Get(url)
	require.NoError(t, err)
	read, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return resp.StatusCode, string(read)
}

func TestTheDoorOpensLinksThatAreSignedWithItsSecret(t *testing.T) {
	secret := strings.Repeat("geheim", 6)
	links, err := link.NewSigner("", secret)
	require.NoError(t, err)
	expired, err := links.Task(link.Task{Workflow: "lead-a", Task: "contact", Person: "maria"}, time.Now().Add(-time.Hour))
	require.NoError(t, err)
	c, err := config.Load()
	require.NoError(t, err)
	url, logs := opened(t, config.NewLive(c))
	assert.Contains(t, logs, `"set":"THROUGHLINE_LINK_SECRET"`)
	status, _ := get(t, url+expired)
	assert.Equal(t, http.StatusNotFound, status, "without a secret there are no pages")

	t.Setenv(string(config.LinkSecret), secret)
	c, err = config.Load()
	require.NoError(t, err)
	c.Documents.Dir = t.TempDir()
	url, logs = opened(t, config.NewLive(c))
	assert.NotContains(t, logs, "THROUGHLINE_LINK_SECRET")
	status, body := get(t, url+expired)
	assert.Equal(t, http.StatusGone, status)
	assert.Contains(t, body, "ask Omar Haddad or Grace Chen (operations)")

	store, err := document.NewStore(c.Documents.Dir)
	require.NoError(t, err)
	kept, err := store.Put([]byte("%PDF-1.7"), document.PDF)
	require.NoError(t, err)
	there, err := links.Document(link.Document{Digest: kept.Digest, Kind: "pdf", Name: "P-1.pdf"}, time.Now().Add(time.Hour))
	require.NoError(t, err)
	status, body = get(t, url+there)
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, "%PDF-1.7", body)
}

func TestADoorThatCannotOpenDialogsSaysSo(t *testing.T) {
	for _, token := range []string{"", "xoxb-test"} {
		t.Setenv(string(config.SlackToken), token) // an empty one counts as not set
		c, err := config.Load()
		require.NoError(t, err)
		_, logs := opened(t, config.NewLive(c))
		assert.Equal(t, token == "", strings.Contains(logs, `"set":"THROUGHLINE_SLACK_TOKEN"`), logs)
	}
}

func TestTheDoorGoesByTheHandbookThatIsInForce(t *testing.T) {
	secret := strings.Repeat("geheim", 6)
	t.Setenv(string(config.LinkSecret), secret)
	links, err := link.NewSigner("", secret)
	require.NoError(t, err)
	task, err := links.Task(link.Task{Workflow: "lead-a", Task: "contact", Person: "maria"}, time.Now().Add(-time.Hour))
	require.NoError(t, err)
	load := func() *config.Config {
		c, err := config.Load()
		require.NoError(t, err)
		return c
	}
	live := config.NewLive(load())
	url, _ := opened(t, live)
	preflight := func() int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, url+"/leads", nil)
		require.NoError(t, err)
		r.Header.Set("Origin", "https://www.example.com")
		r.Header.Set("Access-Control-Request-Method", http.MethodPost)
		resp, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		return resp.StatusCode
	}
	assert.Equal(t, http.StatusForbidden, preflight())

	c := load()
	c.Starter.Leads.Origins = []string{"https://www.example.com"}
	operations := c.Book.Roles["operations"]
	operations.People = operations.People[:1]
	c.Book.Roles["operations"] = operations
	live.Replace(c)
	assert.Equal(t, http.StatusNoContent, preflight())
	_, body := get(t, url+task)
	assert.Contains(t, body, "ask Omar Haddad (operations)")
	_, body = get(t, url+"/leads")
	assert.NotContains(t, body, "homepage")

	c = load()
	c.Starter.Leads.Honeypot = "homepage"
	live.Replace(c)
	_, body = get(t, url+"/leads")
	assert.Contains(t, body, `name="homepage"`)
	assert.Equal(t, http.StatusForbidden, preflight())
}
