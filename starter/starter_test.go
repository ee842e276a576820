package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/mocks"
	"go.temporal.io/sdk/temporal"

	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/starter/desk"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/lead"
)

// ran is what a command did.
type ran struct {
	out, err string
	failed   error
	dialled  client.Options
}

// runs runs a command against a Temporal.
func runs(t *testing.T, c client.Client, stdin string, args ...string) ran {
	var o client.Options
	r := runsBy(t, func(_ context.Context, _ *config.Config, dialled client.Options) (client.Client, error) {
		o = dialled
		return c, nil
	}, stdin, args...)
	r.dialled = o
	return r
}

func runsBy(t *testing.T, dial dialer, stdin string, args ...string) ran {
	var r ran
	var out, errs bytes.Buffer
	cmd := command(dial, dial)
	cmd.SetArgs(args)
	cmd.SetIn(strings.NewReader(stdin))
	cmd.SetOut(&out)
	cmd.SetErr(&errs)
	r.failed = cmd.ExecuteContext(t.Context())
	r.out, r.err = out.String(), errs.String()
	return r
}

// reached is a Temporal that somebody connects to and closes.
func reached(t *testing.T) *mocks.Client {
	c := mocks.NewClient(t)
	c.On("Close").Return().Once()
	c.On("CountWorkflow", mock.Anything, mock.Anything).Return(&workflowservice.CountWorkflowExecutionsResponse{}, nil).Maybe()
	return c
}

const aLead = `{"name":"Ada Winter","email":"ada@contoso.com","company":"Contoso"}`

func TestLeadPrintsTheIDOfWhatTemporalTook(t *testing.T) {
	file := filepath.Join(t.TempDir(), "lead.json")
	require.NoError(t, os.WriteFile(file, []byte(aLead), 0o600))
	var ids []string
	for _, args := range [][]string{{"--file", file}, {"--file", "-"}} {
		c := reached(t)
		c.On("ExecuteWorkflow", mock.Anything, mock.Anything, lead.WorkflowName, mock.Anything).Return(nil, nil).Once()
		r := runs(t, c, aLead, append([]string{"lead", "--address", "temporal.example:7233", "--namespace", "sales"}, args...)...)
		require.NoError(t, r.failed)
		assert.Equal(t, "temporal.example:7233", r.dialled.HostPort)
		assert.Equal(t, "sales", r.dialled.Namespace)
		ids = append(ids, r.out)
	}
	assert.Equal(t, ids[0], ids[1])
	assert.True(t, lead.IsWorkflowID(strings.TrimSuffix(ids[0], "\n")), ids[0])
}

func TestLeadSaysThatALeadWasThereAlready(t *testing.T) {
	c := reached(t)
	c.On("ExecuteWorkflow", mock.Anything, mock.Anything, mock.Anything, mock.Anything).
		Return(nil, serviceerror.NewWorkflowExecutionAlreadyStarted("", "", "")).Once()
	r := runs(t, c, aLead, "lead", "--file", "-")
	require.NoError(t, r.failed)
	assert.Contains(t, r.err, "there already")
	assert.True(t, lead.IsWorkflowID(strings.TrimSpace(r.out)))
}

func TestLeadNamesEveryMistakeWithoutTemporal(t *testing.T) {
	r := runs(t, nil, `{"email":"nobody","employees":-1}`, "lead", "--file", "-")
	for _, field := range []string{"\n  name ", "\n  email ", "\n  employees "} {
		assert.ErrorContains(t, r.failed, field)
	}
	assert.Empty(t, r.out)
	assert.Error(t, runs(t, nil, `{`, "lead", "--file", "-").failed)
	assert.Error(t, runs(t, nil, "", "lead", "--file", "/does/not/exist.json").failed)
	assert.ErrorContains(t, runs(t, nil, "", "lead").failed, "file")
}

// waiting is a Temporal with one lead that waits for Maria, an hour past its time.
func waiting(t *testing.T, now time.Time) *mocks.Client {
	c := reached(t)
	c.On("ListWorkflow", mock.Anything, mock.Anything).Return(&workflowservice.ListWorkflowExecutionsResponse{
		Executions: []*workflowpb.WorkflowExecutionInfo{{
			Execution: &commonpb.WorkflowExecution{WorkflowId: "lead-a"}, Type: &commonpb.WorkflowType{Name: "lead"},
		}},
	}, nil).Maybe()
	v := &mocks.Value{}
	v.On("Get", mock.Anything).Run(func(args mock.Arguments) {
		*args.Get(0).(*[]humantask.View) = []humantask.View{{
			ID: "contact", Title: "Contact Contoso", Holder: policy.Person{ID: "maria"}, Since: now.Add(-49 * time.Hour), Due: now.Add(-time.Hour),
			Breached: true, Actions: []humantask.Action{{Name: "contacted"}}, Next: &humantask.NextRung{Do: policy.Remind, At: now.Add(90 * time.Second)},
		}}
	}).Return(nil)
	c.On("QueryWorkflow", mock.Anything, "lead-a", "", humantask.QueryTasks).Return(v, nil)
	return c
}

func TestTasksAreATableOrOneJSONObjectEach(t *testing.T) {
	now := time.Now()
	r := runs(t, waiting(t, now), "", "tasks")
	require.NoError(t, r.failed)
	for _, want := range []string{"lead-a", "contact", "Contact Contoso", "maria", "2d 1h", "LATE by 1h 0m", "remind in 1m"} {
		assert.Contains(t, r.out, want)
	}
	assert.Empty(t, r.err)

	r = runs(t, waiting(t, now), "", "tasks", "--json", "--waits-on", "maria", "--late")
	require.NoError(t, r.failed)
	var item desk.Item
	require.NoError(t, json.Unmarshal([]byte(r.out), &item))
	assert.Equal(t, "contact", item.Task)
	assert.True(t, item.Breached)

	r = runs(t, waiting(t, now), "", "tasks", "--waits-on", "omar")
	require.NoError(t, r.failed)
	assert.Contains(t, r.out, "Nothing waits")
	assert.Empty(t, r.err)
	r = runs(t, waiting(t, now), "", "tasks", "--waits-on", "omra")
	require.NoError(t, r.failed)
	assert.Contains(t, r.err, `"omra" is nobody in the handbook's people`)
}

func TestASpanIsWrittenInItsTwoLargestUnits(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0s", 59 * time.Second: "59s", 61 * time.Second: "1m 1s", 47*time.Hour + 59*time.Minute: "47h 59m",
		48 * time.Hour: "2d 0h", 75*time.Hour + time.Minute: "3d 3h",
	} {
		assert.Equal(t, want, span(d))
	}
}

// deciding is a Temporal whose one lead answers a decision.
func deciding(t *testing.T, answer humantask.Answer, refused error) *mocks.Client {
	c, handle := waiting(t, time.Now()), mocks.NewWorkflowUpdateHandle(t)
	handle.On("Get", mock.Anything, mock.Anything).Run(func(args mock.Arguments) { *args.Get(1).(*humantask.Answer) = answer }).Return(refused)
	c.On("UpdateWorkflow", mock.Anything, mock.Anything).Return(handle, nil)
	return c
}

func TestDecideSucceedsOnlyWhereTheAnswerCounts(t *testing.T) {
	for _, args := range [][]string{{"lead-a", "contacted"}, {"lead-a", "contact", "contacted"}} {
		r := runs(t, deciding(t, humantask.Answer{Accepted: true, Text: "Recorded: Contact made."}, nil), "", append([]string{"decide", "--as", "maria"}, args...)...)
		require.NoError(t, r.failed)
		assert.Equal(t, "Recorded: Contact made.\n", r.out)
	}

	r := runs(t, deciding(t, humantask.Answer{}, temporal.NewApplicationError("This isn't yours to decide.", "Refused")), "", "decide", "lead-a", "contacted", "--as", "omar")
	assert.EqualError(t, r.failed, "This isn't yours to decide.")
	assert.Empty(t, r.out)

	r = runs(t, waiting(t, time.Now()), "", "decide", "lead-a", "sold", "--as", "maria")
	assert.ErrorContains(t, r.failed, "contact (Contact Contoso), with maria: contacted")

	assert.ErrorContains(t, runs(t, reached(t), "", "decide", "lead-a", "contacted", "--as", "nobody").failed, `"nobody" is nobody in the handbook`)
	assert.ErrorContains(t, runs(t, nil, "", "decide", "lead-a", "contacted").failed, "as")
	assert.Error(t, runs(t, nil, "", "decide", "lead-a", "--as", "maria").failed)
}

func TestConfigCheckSaysWhatTheHandbookMeans(t *testing.T) {
	t.Setenv(string(config.HubSpotToken), "pat-na1-secret")
	r := runs(t, nil, "", "config", "check")
	require.NoError(t, r.failed)
	for _, want := range []string{"no mistakes", "Maria Lopez", "reassign after 24h, then escalate after 48h", "America/New_York", "berlin", "may pause it for 336h in all, and add 72h", "sofia 75%, maria 25%", "otherwise", "THROUGHLINE_HUBSPOT_TOKEN set"} {
		assert.Contains(t, r.out, want)
	}
	assert.NotContains(t, r.out, "pat-na1-secret")

	r = runs(t, nil, "", "config", "check", "--config", "default", "--config", "demo")
	require.NoError(t, r.failed)
	assert.NotContains(t, r.out, "escalate after 48h")
}

func TestConfigCheckSaysWhoMayBringLeadsAndWhatIsNoticed(t *testing.T) {
	check := func(overlay string) string {
		return printed(t, overlay, func(w io.Writer, c *config.Config) { printConfig(w, c, time.Now()) })
	}
	text := check("")
	for _, want := range []string{
		"leads to http://127.0.0.1:8080/leads", "any, unsigned, since THROUGHLINE_LEADS_SECRET is not set", "30 a minute from each address ", "robots │ none",
		"THROUGHLINE_HUBSPOT_SECRET not set; what HubSpot reports is refused", "a lead is held for the first of them, for 16h at most",
		"aren't noticed here; bounces aren't noticed", "for its owner in HubSpot for 5s",
	} {
		assert.Contains(t, text, want)
	}
	t.Setenv(string(config.LeadsSecret), strings.Repeat("geheim", 6))
	text = check(`starter: {leads: {origins: [https://www.contoso.example], per_minute: 0, proxies: [10.0.0.0/8], honeypot: homepage}}
lead: {out_of_hours: manager, owner_wait: 0s}
systems: {sendgrid: {reply_host: reply.contoso.example}}
`)
	for _, want := range []string{
		"the door itself, https://www.contoso.example", "those that sign with THROUGHLINE_LEADS_SECRET", "robots │ homepage",
		"any number from each address, as the proxies in 10.0.0.0/8 have it", "the manager of its first member gets the lead",
		"go to reply.contoso.example, and are refused here", "HubSpot isn't asked who owns it",
	} {
		assert.Contains(t, text, want)
	}
	assert.NotContains(t, text, "geheim")
}

// printed is what a part of config check says of the default handbook with an overlay.
func printed(t *testing.T, overlay string, part func(io.Writer, *config.Config)) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "mine.yaml")
	require.NoError(t, os.WriteFile(file, []byte(overlay), 0o600))
	c, err := config.Load(config.Default, file)
	require.NoError(t, err)
	var out bytes.Buffer
	part(&out, c)
	return out.String()
}

func TestConfigCheckSaysWhatHappensToAProposal(t *testing.T) {
	check := func(overlay string) string { return printed(t, overlay, printProposal) }
	text := check("")
	for _, want := range []string{
		"all at once", "above EUR 25000.00", "in any other currency", "a discount above 15 %", "1 of ingrid, marcus; the first who rejects ends it", "approved by rule",
		"asks those again whose tier", "comes back 3 times", "within 336h, reminded after 72h, 168h, 264h", "closedwon", "C0DEALS01",
		"No deal starts a proposal",
	} {
		assert.Contains(t, text, want)
	}
	text = check(`proposal:
  in_turn: true
  ask_again: all
  deal_stage: contractsent
  channel: ""
  signature: {remind: []}
  tiers: [{name: everybody, role: partners, veto: true, in_turn: true}]
`)
	for _, want := range []string{
		"one after the other", "always", "all of ingrid, marcus, in turn; the first who rejects ends it", "asks everybody again",
		"no channel hears of it", "the stage contractsent", "valid for 30 days", "within 336h ",
	} {
		assert.Contains(t, text, want)
	}
	assert.Equal(t, "\nNo proposals are made, since proposal.strategists names nobody.\n", check(`proposal: {strategists: ""}`))
}

func TestConfigCheckSaysWhereDocumentsAndProjectsGo(t *testing.T) {
	c, err := config.Load()
	require.NoError(t, err)
	var out bytes.Buffer
	printSystems(&out, c)
	for _, want := range []string{
		"https://api.hellosign.com/v3", "THROUGHLINE_STRIPE_KEY missing", "systems.asana.workspace is missing",
		"Documents are kept in " + c.Documents.Dir + ", and look as the built-in template has it.",
	} {
		assert.Contains(t, out.String(), want)
	}
	assert.NotContains(t, out.String(), "test mode")
	assert.NotContains(t, out.String(), "The shop lets nobody in", "there is none")

	t.Setenv(string(config.StripeKey), "rk_test_geheim")
	t.Setenv("THROUGHLINE_SYSTEMS_DROPBOXSIGN_TEST_MODE", "true")
	t.Setenv("THROUGHLINE_SYSTEMS_ASANA_WORKSPACE", "12")
	t.Setenv("THROUGHLINE_SYSTEMS_SHOPIFY_URL", "https://contoso.myshopify.com")
	t.Setenv("THROUGHLINE_SYSTEMS_SHOPIFY_LOCATION", "1")
	t.Setenv(string(config.ShopifyClientSecret), "shpss_geheim")
	c, err = config.Load()
	require.NoError(t, err)
	out.Reset()
	printSystems(&out, c)
	for _, want := range []string{"THROUGHLINE_STRIPE_KEY set", "bind nobody", "The shop lets nobody in: set systems.shopify.client_id."} {
		assert.Contains(t, out.String(), want)
	}
	assert.NotContains(t, out.String(), "systems.asana.workspace is missing")
	assert.NotContains(t, out.String(), "geheim")
}

func TestConfigCheckReadsTheTemplatesThatWorkersWillRead(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "mine.yaml")
	require.NoError(t, os.WriteFile(file, []byte("documents: {templates: .}\n"), 0o600))
	check := func() error {
		return runs(t, nil, "", "config", "check", "--config", "default", "--config", file).failed
	}
	require.NoError(t, check())
	require.NoError(t, os.WriteFile(filepath.Join(dir, "proposal.html"), []byte("{{.Nothing}}"), 0o600))
	assert.ErrorContains(t, check(), "Nothing")

	require.NoError(t, os.WriteFile(file, []byte("templates: .\n"), 0o600))
	assert.ErrorContains(t, check(), "there is no proposal.txt beside it")
}

func TestConfigCheckSaysWhoIsAwayAndWhoseDayIsLimited(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.yaml")
	require.NoError(t, os.WriteFile(file, []byte(`people:
  - {id: maria, name: Maria Lopez, email: maria@example.com, crm_owner: "1", calendar: berlin, away: [
      {from: 2026-09-01T13:00-04:00, to: 2026-09-01T17:00-04:00},
      {from: 2026-08-01, to: 2026-08-02, cover: tom}, {from: 2026-07-01, to: 2026-07-31, cover: tom}]}
  - {id: tom, name: Tom Whitaker, email: tom@example.com, crm_owner: "2", away: [{from: 2026-08-20, to: 2026-08-20}]}
roles: [{name: operations, people: [tom]}]
pools: [{name: inbound, calendar: london, members: [{person: maria, weight: 3, daily_cap: 5}, {person: tom}]}, {name: solo, members: [{person: tom}]}]
lead: {territories: [], default_pool: inbound}
proposal: {strategists: ""}
returns: {support: ""}
`), 0o600))
	c, err := config.Load(config.Default, file)
	require.NoError(t, err)
	var out bytes.Buffer
	printConfig(&out, c, time.Date(2026, time.August, 1, 12, 0, 0, 0, time.UTC))
	text := out.String()
	assert.Contains(t, text, "maria 75% (5 a day), tom 25%")
	assert.Contains(t, text, "tom 100%, with nobody to reassign to")
	assert.Regexp(t, `inbound +│ .* │ london`, text)
	assert.Regexp(t, `berlin +│ Europe/Berlin +│ Sat 1 Aug closed, until Mon 3 Aug 09:00`, text)
	assert.Regexp(t, `(?s)`+strings.Join([]string{
		`maria │ Sat 1 Aug 2026 00:00 CEST, so now +│ Mon 3 Aug 2026 00:00 CEST +│ tom +│\n`,
		`tom   │ Thu 20 Aug 2026 00:00 UTC +│ Fri 21 Aug 2026 00:00 UTC +│ nobody +│\n`,
		`maria │ Tue 1 Sep 2026 19:00 CEST +│ Tue 1 Sep 2026 23:00 CEST +│ nobody +│\n`,
	}, "│ "), text)
	assert.NotContains(t, text, "Jul 2026")
}

func TestTheHoursOfTodayAreThoseOfTheCalendarsOwnDay(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	clock, err := calendar.Compile(calendar.Calendar{Zone: "Europe/Berlin", Hours: []calendar.Hours{
		{Days: "mon-thu", Open: "09:00-12:30, 13:30-18:00"}, {Days: "fri", Open: "22:00-06:00"},
	}})
	require.NoError(t, err)
	for now, want := range map[string]string{
		"2026-08-05T12:00:00Z": "Wed 5 Aug 09:00-12:30, 13:30-18:00",
		"2026-08-06T22:00:00Z": "Fri 7 Aug 22:00-24:00", // it is midnight in Berlin
		"2026-08-08T12:00:00Z": "Sat 8 Aug 00:00-06:00",
		"2026-08-09T12:00:00Z": "Sun 9 Aug closed, until Mon 10 Aug 09:00",
	} {
		at, err := time.Parse(time.RFC3339, now)
		require.NoError(t, err)
		assert.Equal(t, want, today(policy.Calendar{Clock: clock, Zone: zone}, at))
	}
}

func TestConfigCheckNamesEveryMistake(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.yaml")
	require.NoError(t, os.WriteFile(file, []byte("lead:\n  default_pool: nowhere\n  enrichment_wait: soon\n"), 0o600))
	r := runs(t, nil, "", "config", "check", "--config", "default", "--config", file)
	assert.ErrorContains(t, r.failed, "nowhere")
	assert.ErrorContains(t, r.failed, "soon")
	assert.Empty(t, r.out)
}

func TestDurationsArePrintedAsTheFileHasThem(t *testing.T) {
	for text, want := range map[string]string{"48h": "48h", "90s": "1m30s", "10m": "10m", "1h30m": "1h30m", "10s": "10s", "0s": "0s", "100h10m": "100h10m"} {
		d, err := time.ParseDuration(text)
		require.NoError(t, err)
		assert.Equal(t, want, short(policy.Duration{Duration: d}))
	}
}

func TestALadderIsReadOutWithItsClocks(t *testing.T) {
	hours := policy.Hours
	assert.Equal(t, "nothing: it waits in silence", ladder(nil))
	assert.Equal(t, `remind after 1h of berlin, then reassign after 24h, then escalate after 48h and every 8h (3 times in all) of berlin, then answer "reject" after 100h`,
		ladder(policy.Ladder{
			{After: hours(1), Do: policy.Remind, Clock: "berlin"},
			{After: hours(24), Do: policy.Reassign, Clock: policy.Wall},
			{After: hours(48), Do: policy.Escalate, Every: hours(8), Times: 3, Clock: "berlin"},
			{After: hours(100), Do: policy.Act, Action: "reject"},
		}))
}
