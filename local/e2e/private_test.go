package e2e

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/api/proxy"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	sqliteplugin "go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	"google.golang.org/grpc"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/config/codec"
	"github.com/throughline-dev/throughline/local/stack"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/workers/process"
	"github.com/throughline-dev/throughline/workflows/lead"
	"github.com/throughline-dev/throughline/workflows/proposal"
)

// Two keys, as an operator writes them.
var (
	spring = "2026-05=" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{5}, 32))
	autumn = "2026-11=" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{11}, 32))
)

// keyed is a codec with keys; without any it encrypts nothing.
func keyed(t *testing.T, keys ...string) *codec.Codec {
	t.Helper()
	parsed, err := codec.ParseKeys(strings.Join(keys, ","))
	require.NoError(t, err)
	c, err := codec.New(parsed...)
	require.NoError(t, err)
	return c
}

// wroteInCases is some of what people wrote in the cases that auto plays, of each kind: parts of it that stand in no template of ours. A
// workflow that is added adds what its customers write.
var wroteInCases = []string{
	"six arms by the end of next quarter", "holds a tolerance of 20", "nobody lifts more than 5 kg", "They asked twice about spare parts", "A cell for the night shift",
	"They don't fit our bench", "see your own tracking", "My brother wants it", "Please don't forget the shipping", "One of the two lamps is one too many",
	"A kettle",
	"A student who is writing a paper", "You know the steel people", "They went elsewhere", "They have waited since May", "Gripper, with a spare",
	"Sunniva Aas", "Tindved Papir", "Karel Dvořák", "Ruth Adeyemi", "+61 8 5550 1234",
}

// address finds e-mail addresses: nobody in these tests has one elsewhere.
var address = regexp.MustCompile(`[a-z0-9.+_-]+@[a-z0-9.-]+\.example`)

// people are the names and telephone numbers of everybody in the handbook and in the CRM.
func (s system) people(t *testing.T) (private []string) {
	t.Helper()
	for _, p := range s.Config.People {
		private = append(private, p.Name)
	}
	contacts, err := s.world.Records(t.Context(), "contacts", sandbox.RecordFilter{})
	require.NoError(t, err)
	require.NotEmpty(t, contacts)
	for _, c := range contacts {
		private = append(private, strings.TrimSpace(c.Properties["firstname"]+" "+c.Properties["lastname"]), c.Properties["phone"])
	}
	slices.Sort(private)
	return slices.DeleteFunc(slices.Compact(private), func(text string) bool { return len(text) < key })
}

// marks are what JSON writes in more than one way, and what ends a line: a text is looked for in parts between them.
const marks = "\"\\<>&\n\r\t"

// said are all texts of more than one word that payloads of the cases have in them, as we read them: what people wrote, names, titles,
// reasons, the handbook. None of it may be in clear where it is stored.
func (s system) said(t *testing.T, ids ...string) (texts []string) {
	t.Helper()
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			for _, part := range strings.FieldsFunc(v, func(r rune) bool { return strings.ContainsRune(marks, r) }) {
				if part = strings.TrimSpace(part); len(part) >= key && strings.Contains(part, " ") {
					texts = append(texts, part)
				}
			}
		case map[string]any:
			for _, value := range v {
				walk(value)
			}
		case []any:
			for _, one := range v {
				walk(one)
			}
		}
	}
	for _, id := range ids {
		err := proxy.VisitPayloads(t.Context(), s.history(t, id, ""), proxy.VisitPayloadsOptions{
			Visitor: func(_ *proxy.VisitPayloadsContext, payloads []*common.Payload) ([]*common.Payload, error) {
				for _, p := range payloads {
					var v any
					if json.Unmarshal(p.GetData(), &v) == nil {
						walk(v)
					}
				}
				return payloads, nil
			},
			SkipSearchAttributes: true,
		})
		require.NoError(t, err)
	}
	require.NotEmpty(t, texts)
	slices.Sort(texts)
	return slices.Compact(texts)
}

// requireSaid requires that texts are among what the cases' payloads have in them: they would be found if they were in clear.
func requireSaid(t *testing.T, said []string, texts ...string) {
	t.Helper()
	all := strings.Join(said, "\n")
	for _, text := range texts {
		require.Contains(t, all, text, "nothing of it is in any history, so that to look for it proves nothing")
	}
}

// key is how many bytes of a text it is looked up by.
const key = 8

// found are the private texts, and all e-mail addresses, that stand in the database of a stack which has stopped, each with where it
// is: the table and the column, or the file, which has what was deleted, too.
func found(t *testing.T, dir string, private []string) (all []string) {
	t.Helper()
	seen, byKey := map[string]bool{}, map[string][]string{}
	for _, text := range private {
		text = strings.ToLower(text)
		byKey[text[:key]] = append(byKey[text[:key]], text)
	}
	look := func(where string, value []byte) {
		value = bytes.ToLower(value)
		for _, a := range address.FindAll(value, -1) {
			seen[fmt.Sprintf("%s in %s", a, where)] = true
		}
		for i := range max(0, len(value)-key+1) {
			for _, text := range byKey[string(value[i:i+key])] {
				if bytes.HasPrefix(value[i:], []byte(text)) {
					seen[fmt.Sprintf("%s in %s", text, where)] = true
				}
			}
		}
	}
	file := filepath.Join(dir, "temporal.db")
	for _, path := range []string{file, file + "-wal"} {
		content, err := os.ReadFile(path)
		if os.IsNotExist(err) && path != file {
			continue
		}
		require.NoError(t, err)
		look(filepath.Base(path), content)
	}
	db, err := sql.Open(sqliteplugin.PluginName, (&url.URL{Scheme: "file", Opaque: file, RawQuery: "mode=ro"}).String())
	require.NoError(t, err)
	defer db.Close()
	rows := 0
	for _, table := range column(t, db, "SELECT name FROM sqlite_schema WHERE type = 'table'") {
		for _, name := range column(t, db, fmt.Sprintf("SELECT name FROM pragma_table_info('%s')", table)) {
			for _, value := range column(t, db, fmt.Sprintf("SELECT CAST(%q AS BLOB) FROM %q WHERE %[1]q IS NOT NULL", name, table)) {
				look(table+"."+name, []byte(value))
				rows++
			}
		}
	}
	require.Greater(t, rows, 100, "there is nothing in the database that could be looked at")
	for text := range seen {
		all = append(all, text)
	}
	slices.Sort(all)
	return all
}

// column are the values of a query for one column.
func column(t *testing.T, db *sql.DB, query string) (values []string) {
	t.Helper()
	rows, err := db.Query(query)
	require.NoError(t, err, query)
	defer rows.Close()
	for rows.Next() {
		var value string
		require.NoError(t, rows.Scan(&value))
		values = append(values, value)
	}
	require.NoError(t, rows.Err())
	return values
}

// withPhone is a lead with all that is private about one.
var withPhone = fields{
	"name": "Amelia Hartmann", "email": "amelia@hartmann.example", "company": "Hartmann Looms", "phone": "+49 40 5550188",
	"country": "DE", "message": "Please call after six, when the looms stand still.",
}

// What looks for private texts finds them where nothing is encrypted; where it is, it finds none of the same.
func TestOnlyWithAKeyIsTemporalsDatabaseWithoutAnythingPrivate(t *testing.T) {
	t.Parallel()
	for _, keys := range [][]string{nil, {autumn}} {
		dir := t.TempDir()
		s := start(t, stack.Options{Dir: dir, Codec: keyed(t, keys...)})
		id, proposed := s.send(t, withPhone), s.propose(t, "sealed")
		s.contact(t, s.card(t, id))
		require.Equal(t, lead.Contacted, s.result(t, id).Ending)
		s.contact(t, s.card(t, proposed))
		s.signed(t, proposed)
		require.Equal(t, proposal.Signed, s.carried(t, proposed).Ending)
		private := s.said(t, id, proposed)
		requireSaid(t, private, "Amelia Hartmann", "Hartmann Looms", "+49 40 5550188", "when the looms stand still", "Ada Brandt", "wants two arms")
		require.NoError(t, s.Stop())
		left := found(t, dir, private)
		if keys != nil {
			require.Empty(t, left)
			continue
		}
		all := strings.Join(left, "\n")
		for _, text := range append(private, "amelia@hartmann.example", "ada@sealed.example") {
			require.Contains(t, all, strings.ToLower(text))
		}
	}
}

// One lead begins before there is a key, one by each key, and all go on under the next; so does what workflows share.
func TestKeysAreSwitchedOnAndRotatedWithCasesInFlight(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var ids []string
	for i, keys := range [][]string{nil, {spring}, {spring, autumn}, {autumn, spring}} {
		s := start(t, stack.Options{Dir: dir, Codec: keyed(t, keys...)})
		for _, id := range ids {
			s.card(t, id)
			require.NotEmpty(t, s.tasks(t, id), "a worker can carry it, and we can read its answer")
		}
		lead := fields{"name": "Ada Brandt", "email": fmt.Sprintf("ada@turn%d.example", i), "company": "Turn", "country": "DE", "submission_id": fmt.Sprint("turn-", i)}
		ids = append(ids, s.send(t, lead))
		s.card(t, ids[i])
		require.Equal(t, ids[i], s.send(t, lead), "the same again is the same lead, which its memo says")
		if i < 3 {
			require.NoError(t, s.Stop())
			continue
		}
		for _, id := range ids {
			s.contact(t, s.card(t, id))
			s.requireWhole(t, id)
			requireReplay(t, s.history(t, id, ""), "")
		}
		plain, err := client.DialContext(t.Context(), client.Options{HostPort: s.Temporal, Namespace: s.Namespace})
		require.NoError(t, err)
		defer plain.Close()
		requireReplayOfStored(t, plain, ids[2], keyed(t, spring, autumn))
		require.NoError(t, s.Stop())
	}
}

// requireReplayOfStored requires that a history which was taken from Temporal as it is stored there can be replayed with its keys.
func requireReplayOfStored(t *testing.T, plain client.Client, id string, c *codec.Codec) {
	t.Helper()
	h := &history.History{}
	for events := plain.GetWorkflowHistory(t.Context(), id, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); events.HasNext(); {
		event, err := events.Next()
		require.NoError(t, err)
		h.Events = append(h.Events, event)
	}
	require.Contains(t, h.String(), codec.Encoding)
	require.NoError(t, c.DecodeMessage(t.Context(), h))
	require.NotContains(t, h.String(), codec.Encoding)
	requireReplay(t, h, "")
}

// A worker without the key of a case loses nothing of it: it gives the case back, with the reason, and one with the key carries it.
func TestACaseWaitsForAWorkerWithItsKey(t *testing.T) {
	t.Parallel()
	s := start(t, stack.Options{NoWorkers: true, Codec: keyed(t, autumn, spring)})
	work := func(keys ...string) (stop func()) {
		o := client.Options{HostPort: s.Temporal, Namespace: s.Namespace, Logger: log.NewStructuredLogger(slog.New(slog.DiscardHandler))}
		o.ConnectionOptions.DialOptions = []grpc.DialOption{keyed(t, keys...).DialOption()}
		c, err := client.DialContext(t.Context(), o)
		require.NoError(t, err)
		p, err := process.New(process.Options{Client: c, Namespace: s.Namespace, Live: config.NewLive(s.Config), Logger: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- p.Run(ctx) }()
		return func() { cancel(); require.NoError(t, <-ended); c.Close() }
	}
	stop := work(spring)
	id := s.send(t, withPhone)
	eventually(t, "the case to be given back with the reason", func() bool {
		for _, event := range s.history(t, id, "").GetEvents() {
			if f := event.GetWorkflowTaskFailedEventAttributes().GetFailure(); f != nil {
				require.Contains(t, f.GetMessage(), `encrypted by the key "2026-11", and there are only 2026-05 in THROUGHLINE_CODEC_KEYS: add that key`)
				return true
			}
		}
		return false
	})
	stop()
	stop = work(spring, autumn)
	s.contact(t, s.card(t, id))
	require.Equal(t, lead.Contacted, s.result(t, id).Ending)
	s.requireWhole(t, id)
	stop()
	require.NoError(t, s.Stop())
}
