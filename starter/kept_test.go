package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/config/codec"
	"github.com/throughline-dev/throughline/starter/spool"
)

func TestSpoolListsWhatIsKeptAndOnlyOnRequestWhatWasBrought(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("THROUGHLINE_STARTER_SPOOL_DIR", dir)
	run := func(args ...string) string {
		out, err := lookedInto(args...)
		require.NoError(t, err)
		return out
	}
	assert.Equal(t, "Nothing is kept.\n", run())
	assert.Empty(t, run("--json"))
	assert.NoFileExists(t, filepath.Join(dir, spool.FileName), "whoever looks may be another user than the starter's")
	s, err := spool.Open(spool.Options{Dir: dir, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	require.NoError(t, s.Keep(spool.Entry{Line: "lead-a", Kind: "start", Content: []byte(`{"name":"Ada Winter"}`)}))
	require.NoError(t, s.Close())

	list := run()
	assert.Regexp(t, `lead-a +│ start +│ \S+ +│ waits`, list)
	assert.NotContains(t, list+run("--json"), "Ada")
	assert.Contains(t, run("--content"), `"content":{"name":"Ada Winter"}`)

	t.Setenv("THROUGHLINE_STARTER_SPOOL_DIR", "")
	_, err = lookedInto()
	assert.ErrorContains(t, err, "starter.spool.dir isn't set")
}

// lookedInto is what `starter spool` says.
func lookedInto(args ...string) (string, error) {
	var out bytes.Buffer
	cmd := command(nil, nil)
	cmd.SetArgs(append([]string{"spool"}, args...))
	cmd.SetOut(&out)
	err := cmd.Execute()
	return out.String(), err
}

func TestSpoolPutsAsideWhatCannotBeHandedOverAndTakesItBack(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("THROUGHLINE_STARTER_SPOOL_DIR", dir)
	_, err := lookedInto("--aside", "lead-a")
	assert.ErrorContains(t, err, "nothing is kept in "+dir)
	keys, err := codec.ParseKeys("lost=" + base64.StdEncoding.EncodeToString(make([]byte, 32)))
	require.NoError(t, err)
	payloads, err := codec.New(keys...)
	require.NoError(t, err)
	s, err := spool.Open(spool.Options{Dir: dir, Codec: payloads, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	for _, line := range []string{"lead-a", "lead-a", "lead-b"} {
		require.NoError(t, s.Keep(spool.Entry{Line: line, Kind: "start", Content: []byte(`{}`)}))
	}
	_, err = lookedInto()
	assert.ErrorContains(t, err, "in use by another process: stop that one")
	require.NoError(t, s.Close())

	states := func(args ...string) (all []string) {
		out, err := lookedInto(append(args, "--json")...)
		require.NoError(t, err)
		for line := range strings.Lines(out) {
			var k kept
			require.NoError(t, json.Unmarshal([]byte(line), &k))
			assert.Contains(t, k.Unreadable, `encrypted by the key "lost"`, "what can't be read is listed all the same")
			all = append(all, k.Case+" "+k.Refused)
		}
		return all
	}
	assert.Equal(t, []string{"lead-a ", "lead-a ", "lead-b "}, states("--content"))
	assert.Equal(t, []string{"lead-b ", "lead-a by hand", "lead-a by hand"}, states("--aside", "lead-a"))
	assert.Equal(t, []string{"lead-b ", "lead-a ", "lead-a "}, states("--again", "lead-a"))
	_, err = lookedInto("--again", "lead-a")
	assert.ErrorContains(t, err, `--again: nothing of "lead-a" was put aside`)
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
