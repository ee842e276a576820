package config

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// watched is a configuration of one file, and what happens while it is watched for a minute. It is looked at in every even second.
type watched struct {
	*testing.T
	file string
	live *Live
	log  bytes.Buffer
	// what is done at its second of the minute, and meanwhile
	then map[int]func()
}

func watching(t *testing.T, text string) *watched {
	w := &watched{T: t, file: write(t, "handbook.yaml", text), then: map[int]func(){}}
	c, err := Load(w.file)
	require.NoError(t, err)
	w.live = NewLive(c)
	return w
}

// minute lets a minute pass, which takes no time.
func (w *watched) minute(o WatchOptions) {
	o.Logger = slog.New(slog.NewJSONHandler(&w.log, nil))
	if o.Files == nil {
		o.Files = []string{w.file}
	}
	synctest.Test(w.T, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		for second, do := range w.then {
			time.AfterFunc(time.Duration(second)*time.Second, do)
		}
		w.live.Watch(ctx, o) // were anything left running, the bubble would say so
	})
}

func (w *watched) put(text string) {
	require.NoError(w, os.WriteFile(w.file, []byte(text), 0o600))
}

// lines are what was logged.
func (w *watched) lines() []map[string]any {
	var all []map[string]any
	for line := range strings.Lines(w.log.String()) {
		var one map[string]any
		require.NoError(w, json.Unmarshal([]byte(line), &one))
		all = append(all, one)
	}
	return all
}

func later(t *testing.T) string { return replaced(t, "after: 24h", "after: 25h") }

func TestAChangeComesIntoForceAndIsLoggedOnce(t *testing.T) {
	w := watching(t, handbook)
	before := w.live.Config()
	w.then[9] = func() { w.put(later(t)) }
	w.then[11] = func() { assert.Same(t, before, w.live.Config(), "a change has to rest first") }
	w.then[13] = func() { assert.Equal(t, "25h0m0s", w.live.Book().Lead.Contact[0].After.String()) }
	w.minute(WatchOptions{})
	require.Len(t, w.lines(), 1, w.log.String())
	line := w.lines()[0]
	assert.Equal(t, "INFO", line["level"])
	assert.Equal(t, before.Digest, line["before"])
	assert.Equal(t, w.live.Config().Digest, line["handbook"])
	assert.NotEqual(t, line["before"], line["handbook"])
}

func TestNothingHappensWhileNothingChanges(t *testing.T) {
	w := watching(t, handbook)
	digest := w.live.Config().Digest
	w.then[9] = func() { w.put("# a comment\n" + handbook) }
	w.minute(WatchOptions{})
	assert.Equal(t, digest, w.live.Config().Digest)
	assert.Empty(t, w.log.String())
}

func TestAChangeBetweenTheLoadAndTheWatchIsNotMissed(t *testing.T) {
	w := watching(t, handbook)
	w.put(later(t))
	w.minute(WatchOptions{})
	assert.Equal(t, "25h0m0s", w.live.Book().Lead.Contact[0].After.String())
}

func TestAWrongChangeIsRefusedAndTheReasonsAreLoggedOnceAVersion(t *testing.T) {
	w := watching(t, handbook)
	before := w.live.Config()
	wrong := replaced(t, "manager: grace", "manager: graec", "maria@contoso.example", "Maria Lopez <maria@contoso.example>")
	w.then[5] = func() { w.put(wrong) }
	w.then[25] = func() { w.put(wrong + "\n# no better") }
	w.then[45] = func() { assert.Same(t, before, w.live.Config()); w.put(later(t)) }
	w.minute(WatchOptions{})
	lines := w.lines()
	require.Len(t, lines, 3, w.log.String())
	for _, line := range lines[:2] {
		assert.Equal(t, "ERROR", line["level"])
		assert.Equal(t, before.Digest, line["in_force"])
		assert.Equal(t, []any{
			w.file + `:12: people[1].email: "…" is no e-mail address: it is like maria@example.com, without a name`,
			w.file + `:14: people[1].manager: "…" is nobody in people; did you mean "…"?`,
		}, line["mistakes"])
	}
	assert.Equal(t, w.live.Config().Digest, lines[2]["handbook"])
	for _, private := range []string{"contoso", "Lopez"} {
		assert.NotContains(t, w.log.String(), private)
	}
}

func TestAFileThatIsGoneChangesNothing(t *testing.T) {
	w := watching(t, handbook)
	before := w.live.Config()
	w.then[5] = func() { require.NoError(t, os.Remove(w.file)) }
	w.then[30] = func() { assert.Same(t, before, w.live.Config()); w.put(handbook) }
	w.minute(WatchOptions{})
	lines := w.lines()
	require.Len(t, lines, 2, w.log.String())
	assert.Equal(t, []any{w.file + `: can't be read: no such file or directory (the built-in ones are "…" and "…")`}, lines[0]["mistakes"])
	assert.Equal(t, "The configuration is as before again.", lines[1]["msg"])
	assert.Equal(t, before.Digest, w.live.Config().Digest)
}

func TestWhatIsStillBeingWrittenIsNotLoaded(t *testing.T) {
	w := watching(t, handbook)
	for n := range 10 { // a slow writer, most of whose work is a mistake by itself
		w.then[2*n+1] = func() { w.put(handbook[:len(handbook)*n/10]) }
	}
	w.then[21] = func() { w.put(later(t)) }
	w.minute(WatchOptions{})
	require.Len(t, w.lines(), 1, w.log.String())
	assert.Equal(t, w.live.Config().Digest, w.lines()[0]["handbook"])
}

func TestAFileThatIsReplacedThroughLinksIsNoticed(t *testing.T) {
	w := watching(t, handbook)
	dir := t.TempDir()
	put := func(version, text string) { // as Kubernetes does: handbook.yaml → ..data/handbook.yaml, ..data → a folder for each version
		require.NoError(t, os.Mkdir(filepath.Join(dir, version), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, version, "handbook.yaml"), []byte(text), 0o600))
		require.NoError(t, os.Symlink(version, filepath.Join(dir, "..tmp")))
		require.NoError(t, os.Rename(filepath.Join(dir, "..tmp"), filepath.Join(dir, "..data")))
	}
	put("..1", handbook)
	file := filepath.Join(dir, "handbook.yaml")
	require.NoError(t, os.Symlink(filepath.Join("..data", "handbook.yaml"), file))
	w.then[9] = func() { put("..2", later(t)); require.NoError(t, os.RemoveAll(filepath.Join(dir, "..1"))) }
	w.then[30] = func() { // as an editor does
		require.NoError(t, os.WriteFile(file+"~", []byte(handbook), 0o600))
		require.NoError(t, os.Rename(file+"~", file))
	}
	w.minute(WatchOptions{Files: []string{file}})
	lines := w.lines()
	require.Len(t, lines, 2, w.log.String())
	assert.Equal(t, lines[0]["handbook"], lines[1]["before"])
	assert.Equal(t, lines[0]["before"], lines[1]["handbook"])
}

func TestWhatOnlyARestartChangesIsSaid(t *testing.T) {
	secret := write(t, "token", "xoxb-1\n")
	t.Setenv("THROUGHLINE_SLACK_TOKEN_FILE", secret)
	w := watching(t, handbook)
	moved := later(t) + "systems: {hubspot: {url: https://elsewhere.example, rate: {requests: 190}}}\nworkers: {queues: [lead]}\n" +
		"starter: {leads: {origins: [https://www.contoso.example], per_minute: 5, proxies: [10.0.0.0/8], honeypot: homepage}}\n"
	w.then[5] = func() { w.put(moved) }
	w.then[15] = func() { w.put(moved + "# and nothing else") }
	w.then[25] = func() { require.NoError(t, os.WriteFile(secret, []byte("xoxb-2"), 0o600)) }
	w.then[35] = func() { w.put(later(t)) }
	w.minute(WatchOptions{})
	var said []any
	for _, line := range w.lines() {
		if line["level"] == "WARN" {
			said = append(said, line["settings"])
		}
	}
	assert.Equal(t, []any{
		[]any{"systems.hubspot.url", "workers.queues"},
		[]any{"systems.hubspot.url", "workers.queues", "THROUGHLINE_SLACK_TOKEN"},
		[]any{"THROUGHLINE_SLACK_TOKEN"},
	}, said, "each time it is something else; who may bring leads, and how many requests systems get, is asked anew each time")
	assert.NotContains(t, w.log.String(), "xoxb")
}

func TestATemplateOfOnesOwnNeedsARestart(t *testing.T) {
	dir := t.TempDir()
	w := watching(t, handbook+"templates: "+dir+"\n")
	welcome := replaced(t, "lead_outreach", "welcome") + "templates: " + dir + "\n"
	w.then[5] = func() { w.put(welcome) }
	w.then[25] = func() {
		for _, name := range []string{"welcome.html", "welcome.txt"} {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
		}
	}
	w.minute(WatchOptions{})
	lines := w.lines()
	require.Len(t, lines, 3, w.log.String())
	assert.Equal(t, "ERROR", lines[0]["level"], "the files aren't there")
	assert.Equal(t, w.live.Config().Digest, lines[1]["handbook"], "they came, and the configuration was looked at again")
	assert.Equal(t, []any{"lead.outreach_template"}, lines[2]["settings"])
}

func TestAProgramsOwnAdjustmentsAreMadeToEachConfiguration(t *testing.T) {
	w := watching(t, handbook)
	adjust := func(c *Config) { c.Systems.HubSpot.URL = "http://127.0.0.1:8090/hubspot" }
	adjust(w.live.Config())
	w.then[5] = func() { w.put(later(t)) }
	w.minute(WatchOptions{Adjust: adjust})
	require.Len(t, w.lines(), 1, w.log.String())
	assert.Equal(t, "http://127.0.0.1:8090/hubspot", w.live.Config().Systems.HubSpot.URL)
}
