package main

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/starter/spool"
)

func TestSpoolListsWhatIsKeptAndOnlyOnRequestWhatWasBrought(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("THROUGHLINE_STARTER_SPOOL_DIR", dir)
	run := func(args ...string) string {
		var out bytes.Buffer
		cmd := command(nil, nil)
		cmd.SetArgs(append([]string{"spool"}, args...))
		cmd.SetOut(&out)
		require.NoError(t, cmd.Execute())
		return out.String()
	}
	assert.Equal(t, "Nothing is kept.\n", run())
	s, err := spool.Open(spool.Options{Dir: dir, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	require.NoError(t, s.Keep(spool.Entry{Line: "lead-a", Kind: "start", Content: []byte(`{"name":"Ada Winter"}`)}))
	require.NoError(t, s.Close())

	list := run()
	assert.Regexp(t, `lead-a +│ start +│ \S+ +│ waits`, list)
	assert.NotContains(t, list+run("--json"), "Ada")
	assert.Contains(t, run("--content"), `"content":{"name":"Ada Winter"}`)

	t.Setenv("THROUGHLINE_STARTER_SPOOL_DIR", "")
	cmd := command(nil, nil)
	cmd.SetArgs([]string{"spool"})
	assert.ErrorContains(t, cmd.Execute(), "starter.spool.dir isn't set")
}

func TestTheDoorOpensWithoutTemporalWhereThereIsASpool(t *testing.T) {
	t.Setenv("THROUGHLINE_STARTER_SPOOL_DIR", t.TempDir())
	t.Setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
	door, _ := openedBy(t, config.Dial)
	resp, err := http.Post(door+"/leads", "application/json", strings.NewReader(`{"name":"Ada Winter","email":"ada@contoso.com"}`))
	require.NoError(t, err)
	var taken struct{ ID string }
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&taken))
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, http.StatusAccepted, resp.StatusCode)
	assert.NotEmpty(t, taken.ID)
}

func TestWithoutASpoolTheDoorDoesNotOpenWithoutTemporal(t *testing.T) {
	t.Setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
	cmd := command(config.Dial, config.Dial)
	cmd.SetArgs([]string{"serve", "--listen", "127.0.0.1:0"})
	cmd.SetErr(&bytes.Buffer{})
	assert.ErrorIs(t, cmd.ExecuteContext(t.Context()), config.ErrUnreachable)
}
