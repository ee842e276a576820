package sandbox_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/sandbox"
	"github.com/throughline-dev/throughline/sandbox/client"
)

// picture is all that can be seen of a sandbox.
func (w world) picture() (p struct {
	Effects  []client.Effect
	Messages []client.Message
	Emails   []client.Email
	Records  []client.Record
	Faults   []client.Fault
}) {
	w.t.Helper()
	var err error
	p.Effects, err = w.Effects(w.t.Context(), "")
	require.NoError(w.t, err)
	p.Messages, err = w.Messages(w.t.Context(), client.MessageFilter{})
	require.NoError(w.t, err)
	p.Emails, err = w.Emails(w.t.Context(), "", "")
	require.NoError(w.t, err)
	for _, kind := range []string{"contacts", "companies", "notes", "tickets"} {
		records, err := w.Records(w.t.Context(), kind, client.RecordFilter{})
		require.NoError(w.t, err)
		p.Records = append(p.Records, records...)
	}
	p.Faults, err = w.Faults(w.t.Context())
	require.NoError(w.t, err)
	return p
}

func TestEverythingSurvivesAKill(t *testing.T) {
	t.Parallel()
	o := options()
	o.Dir = filepath.Join(t.TempDir(), "made", "when", "needed")
	w, app := start(t, o), startApp(t, http.StatusOK)
	w.Sandbox.SetInteractionsURL(app.URL)
	click := w.shown()
	_, err := w.Click(t.Context(), click)
	require.NoError(t, err)
	response := app.next(t).ResponseURL
	_, _, _, err = w.slack().UpdateMessageContext(t.Context(), click.Channel, click.TS, card("New", "go"), mark("case-1/update"))
	require.NoError(t, err)
	_, _, err = w.slack().PostMessageContext(t.Context(), click.Channel, text("reply"), slackgo.MsgOptionTS(click.TS))
	require.NoError(t, err)
	_, err = w.slack().PostEphemeralContext(t.Context(), opsDesk, maria, text("psst"))
	require.NoError(t, err)
	require.Equal(t, http.StatusAccepted, w.mail(letter("ada@contoso.example", "case-1/outreach")).Status)
	w.unique("notes", "engagement", "throughline_key")
	contact, _ := w.upsert("contacts", "email", "ada@contoso.example", object{"phone": "1"})
	note, _ := w.upsert("notes", "throughline_key", "case-1/record", object{"hs_timestamp": "1700000000000"})
	w.crm(http.MethodPut, "v4/objects/notes/"+note+"/associations/default/contacts/"+contact, nil)
	first, second := w.ask(client.TicketForm{Subject: "One"}), w.ask(client.TicketForm{Subject: "Two", Email: "bob@contoso.example"})
	_, err = w.MergeTicket(t.Context(), first.ID, second.ID)
	require.NoError(t, err)
	require.NoError(t, w.DeleteTicket(t.Context(), w.ask(client.TicketForm{Subject: "Three"}).ID))
	w.order(client.Fault{System: "pdl", Path: "v5/*/enrich", Kind: client.Broken, Count: 2})
	before := w.picture()
	require.Len(t, before.Effects, 6)

	state := copied(t, o.Dir) // as a kill leaves it: nothing is closed
	o.Dir = state
	again := start(t, o)
	require.Equal(t, before, again.picture())

	// What comes next doesn't collide with what was there.
	_, ts, err := again.slack().PostMessageContext(t.Context(), click.Channel, text("later"))
	require.NoError(t, err)
	require.Greater(t, ts, click.TS)
	next, isNew := again.upsert("contacts", "email", "eve@contoso.example", nil)
	require.True(t, isNew)
	require.Greater(t, next, note)
	_, isNew = again.upsert("notes", "throughline_key", "case-1/record", nil)
	require.False(t, isNew)
	require.Equal(t, http.StatusInternalServerError, again.enrich(nil, sandbox.DefaultPDLKey).Status)
	_, _, _, err = again.slack().SendMessageContext(t.Context(), "", text("still"),
		slackgo.MsgOptionResponseURL(again.URL+response[len(w.URL):], "ephemeral"))
	require.NoError(t, err, "a click's response_url")
	merged, err := again.Ticket(t.Context(), first.ID)
	require.NoError(t, err)
	require.Equal(t, "Two", merged.Subject)
}

func copied(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	require.NoError(t, os.CopyFS(to, os.DirFS(dir)))
	return to
}

func TestAFolderThatCantBeUsedIsSaidAtTheStart(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := sandbox.New(sandbox.Options{Dir: file})
	require.ErrorContains(t, err, file)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "world.jsonl"), []byte("nonsense\n"), 0o600))
	_, err = sandbox.New(sandbox.Options{Dir: dir})
	require.ErrorContains(t, err, "world.jsonl line 1 can't be read")
}

func TestAMessageInAChannelThatIsGoneIsStillThere(t *testing.T) {
	t.Parallel()
	o := options()
	o.Dir = t.TempDir()
	w := start(t, o)
	_, _, err := w.slack().PostMessageContext(t.Context(), opsDesk, text("x"))
	require.NoError(t, err)
	o.Dir, o.Channels = copied(t, o.Dir), nil
	messages, err := start(t, o).Messages(t.Context(), client.MessageFilter{Channel: opsDesk})
	require.NoError(t, err)
	require.Len(t, messages, 1)
}

// seeded is a folder with a state of these lines.
func seeded(t *testing.T, lines ...string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "world.jsonl"), []byte(strings.Join(lines, "\n")+"\n"), 0o600))
	return dir
}

func TestAMessageIsYoungerThanThoseBeforeAlsoWhenTheClockWentBack(t *testing.T) {
	t.Parallel()
	o := options()
	o.Dir = seeded(t, `{"t":"slack.message","k":"C0OPSDESK/4102444800.000001","v":{"channel":"C0OPSDESK","ts":"4102444800.000001","text":"in 2100"}}`)
	_, ts, err := start(t, o).slack().PostMessageContext(t.Context(), opsDesk, text("x"))
	require.NoError(t, err)
	require.Greater(t, ts, "4102444800.000001")
}

func TestSearchSeesAChangedRecordAsItWasForAWhile(t *testing.T) {
	t.Parallel()
	o := options()
	o.Lag = time.Hour
	o.Dir = seeded(t, `{"t":"hubspot.record","k":"contacts/1001","v":{"kind":"contacts","id":"1001",`+
		`"properties":{"email":"ada@contoso.example","phone":"old"},"created":"2020-01-01T00:00:00Z","updated":"2020-01-01T00:00:00Z"}}`)
	w := start(t, o)
	id, isNew := w.upsert("contacts", "email", "ada@contoso.example", object{"phone": "new"})
	require.False(t, isNew)
	w.upsert("contacts", "email", "ada@contoso.example", object{"phone": "newer"})
	found := w.search(object{"propertyName": "email", "operator": "EQ", "value": "ada@contoso.example"})
	require.Len(t, found, 1)
	require.Equal(t, "old", found[0].(object)["properties"].(object)["phone"])
	now := w.crm(http.MethodGet, "v3/objects/contacts/"+id+"?properties=phone", nil).JSON(t)
	require.Equal(t, "newer", now["properties"].(object)["phone"])
}
