package auto

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/sandbox"
	client "github.com/throughline-dev/throughline/sandbox/client"
)

func load(t *testing.T, files ...string) *config.Config {
	t.Helper()
	handbook, err := config.Load(files...)
	require.NoError(t, err)
	return handbook
}

func TestNoTwoCasesShareANameOrACompany(t *testing.T) {
	names, domains := map[string]bool{}, map[string]bool{}
	for _, c := range Cases() {
		require.False(t, names[c.Name], c.Name)
		require.NotNil(t, c.Play)
		require.NotEmpty(t, c.Ends)
		names[c.Name] = true
	}
	for _, c := range allLeads() {
		_, domain, _ := strings.Cut(c.form["email"].(string), "@")
		require.False(t, domains[domain], domain)
		domains[domain] = true
	}
	for _, c := range allProposals {
		_, domain, _ := strings.Cut(c.email, "@")
		require.False(t, domains[domain], domain)
		domains[domain] = true
	}
	for _, c := range allReturns() {
		_, domain, _ := strings.Cut(c.order.Email, "@")
		require.False(t, domains[domain], domain)
		domains[domain] = true
	}
}

func TestWhatCannotBePlayedIsSaidFirst(t *testing.T) {
	demo := load(t, config.Default, config.Demo)
	require.NoError(t, Check(Options{Handbook: demo}))
	require.NoError(t, Check(Options{Handbook: demo, Only: []string{"lead"}}))
	require.EqualError(t, Check(Options{Handbook: demo, Only: []string{"leed"}}), `there is no case of the workflow "leed": choose from lead, proposal, return`)
	require.ErrorContains(t, Check(Options{Handbook: load(t, config.Default)}), "504h0m0s")

	other := filepath.Join(t.TempDir(), "other.yaml")
	require.NoError(t, os.WriteFile(other, []byte("lead:\n  territories:\n    - name: Everywhere\n      when: 'true'\n      pool: dach\n"), 0o644))
	require.ErrorContains(t, Check(Options{Handbook: load(t, config.Default, config.Demo, other)}), `no territory "US West"`)
	require.NoError(t, os.WriteFile(other, []byte("proposal: {channel: \"\"}\nreturns: {support: \"\"}\nroles:\n  - {name: operations, channel: C0OPSDESK, people: [omar]}\n  - {name: partners, people: [ingrid]}\n  - {name: finance, people: [wei]}\n"), 0o644))
	require.ErrorContains(t, Check(Options{Handbook: load(t, config.Default, config.Demo, other)}), "two people for the role partners")
	require.NoError(t, os.WriteFile(other, []byte("returns: {support: \"\"}\n"), 0o644))
	require.ErrorContains(t, Check(Options{Handbook: load(t, config.Default, config.Demo, other)}), "two people each to decide about returns")
}

func TestWithTheOverlayTheCasesAreThroughInTwoMinutes(t *testing.T) {
	file, err := Overlay(t.TempDir())
	require.NoError(t, err)
	handbook := load(t, config.Default, config.Demo, file)
	require.NoError(t, Check(Options{Handbook: handbook}))
	require.LessOrEqual(t, ladder(handbook), 90*time.Second)
	_, err = Overlay(filepath.Join(t.TempDir(), "missing"))
	require.ErrorContains(t, err, "can't be written")
}

func TestADuplicateAndAWrongCountAreSaid(t *testing.T) {
	by := map[string]Tally{}
	problems := tally([]client.Effect{
		{System: "slack", Operation: "message", Key: "lead-1/contact-card-1", Count: 1},
		{System: "slack", Operation: "update", Key: "lead-1/contact-card-1", Count: 7, Repeatable: true},
		{System: "sendgrid", Operation: "email", Key: "lead-1/outreach", Count: 3, Records: []string{"a", "b", "c"}},
	}, by)
	require.Equal(t, []string{`expected one sendgrid email of "lead-1/outreach", saw 3: a, b, c`}, problems)
	require.Equal(t, map[string]Tally{"slack": {Count: 1}, "sendgrid": {Count: 3, Duplicates: 2}}, by)

	require.Empty(t, compare(whole, whole.with(Effects{Reply: 0})))
	require.Equal(t, []string{
		"hubspot: expected 1 notes, saw 0",
		"slack: expected 0 replies in threads, saw 2",
	}, compare(whole, whole.with(Effects{Note: 0, Reply: 2})))
}

// nowhere is a player whose door takes nothing.
func nowhere(t *testing.T, c Case) *Player {
	t.Helper()
	door := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	t.Cleanup(door.Close)
	world, err := sandbox.New(sandbox.Options{ReturnsURL: door.URL})
	require.NoError(t, err)
	outside := httptest.NewServer(world.Handler())
	t.Cleanup(outside.Close)
	_, err = crm.Setup(t.Context(), crm.Options{URL: outside.URL + "/hubspot", Token: sandbox.DefaultHubSpotToken})
	require.NoError(t, err)
	return &Player{
		World: client.New(outside.URL), Door: door.URL, Handbook: load(t, config.Default, config.Demo), ID: "test-1", Began: time.Now(),
		c: c, say: func(string) {}, dialogs: &dialogs{}, result: Result{Case: c.Name, Expected: c.Ends, Effects: map[string]Tally{}},
	}
}

func TestACaseThatIsNotTakenHasFailed(t *testing.T) {
	// What a ticket starts nobody sends to the door: it is only ever waited for.
	byTicket := map[string]bool{"A ticket in the help desk asks for it": true, "A ticket that doesn't say all is completed": true}
	for _, c := range Cases() {
		p := nowhere(t, c)
		ctx, want := t.Context(), "expected the "+c.Workflow+" to be taken with 202, saw "
		if byTicket[c.Name] {
			short, cancel := context.WithTimeout(ctx, 2*glance)
			defer cancel()
			ctx, want = short, "waited in vain"
		}
		p.play(ctx)
		p.audit(t.Context())
		require.False(t, p.result.OK)
		require.Contains(t, p.result.Problems[0], want, c.Name)
		faults, err := p.World.Faults(t.Context())
		require.NoError(t, err)
		require.Empty(t, faults, "its faults are taken back")
	}
}

func TestACaseThatEndsOtherwiseHasFailed(t *testing.T) {
	p := nowhere(t, Case{Name: "x", Ends: "contacted", Play: func(_ context.Context, p *Player) error {
		p.Ended("aborted", "")
		return nil
	}})
	p.play(t.Context())
	p.audit(t.Context())
	require.Equal(t, []string{`expected it to end as "contacted", and it ended as "aborted"`}, p.result.Problems)
}

func TestACaseWhoseFaultNeverStruckHasProvedNothing(t *testing.T) {
	for _, f := range []client.Fault{{System: "slack", Kind: client.Broken}, {System: "slack", Kind: client.Broken, Count: 2}} {
		p := nowhere(t, Case{Name: "x", Play: func(ctx context.Context, p *Player) error {
			return p.Order(ctx, f)
		}})
		p.play(t.Context())
		require.Len(t, p.result.Problems, 1)
		require.Contains(t, p.result.Problems[0], `the fault "broken" of slack`)
	}
}

func TestTheReportSaysWhatHappenedAndWhatDidNot(t *testing.T) {
	results := []Result{
		{
			Workflow: "lead", Case: "Good", ID: "lead-1", Ended: "contacted", Expected: "contacted", OK: true,
			Holder: "maria", Why: `territory "US West": lead.country is "US"`, By: "maria", Effects: map[string]Tally{"slack": {Count: 1}},
		},
		{
			Workflow: "lead", Case: "Bad", ID: "lead-2", Others: []string{"lead-3"}, Expected: "contacted", Problems: []string{"it rained"},
			Holder: "ben", Why: "owning the contact in the CRM",
			Effects: map[string]Tally{"slack": {Count: 2, Duplicates: 1}},
		},
	}
	var table, lines bytes.Buffer
	Print(&table, results)
	for _, want := range []string{`maria, by "US West"`, "ben, owning the contact in the CRM", "contacted by maria", "✗ Bad (lead-2): it rained", "1 of 2 cases", "slack 3 (1 of them duplicates)"} {
		require.Contains(t, table.String(), want)
	}
	require.Equal(t, []Result{results[1]}, Failed(results))

	require.NoError(t, PrintJSON(&lines, results))
	var first, second map[string]any
	decoder := json.NewDecoder(&lines)
	require.NoError(t, decoder.Decode(&first))
	require.NoError(t, decoder.Decode(&second))
	require.NotContains(t, first, "others")
	require.Equal(t, []any{"lead-3"}, second["others"])
	require.Equal(t, "lead", first["workflow"])
	require.Equal(t, "lead-1", first["id"])
	require.Equal(t, first["expected"], first["ended"])
	require.Equal(t, map[string]any{"slack": map[string]any{"count": 1., "duplicates": 0.}}, first["effects"])
}

func TestAnAddressThatLeadsNowhereIsSaid(t *testing.T) {
	p := nowhere(t, Case{})
	handbook := load(t, config.Default, config.Demo)
	_, err := Run(t.Context(), Options{Handbook: handbook, Door: p.Door, Sandbox: p.Door})
	require.ErrorContains(t, err, "there is no sandbox at "+p.Door)
	world, err := sandbox.New(sandbox.Options{})
	require.NoError(t, err)
	outside := httptest.NewServer(world.Handler())
	defer outside.Close()
	_, err = Run(t.Context(), Options{Handbook: handbook, Door: p.Door, Sandbox: outside.URL})
	require.ErrorContains(t, err, "doesn't show the form for leads: it answers 418")
	_, err = Run(t.Context(), Options{Handbook: handbook, Door: "http://127.0.0.1:1", Sandbox: outside.URL})
	require.ErrorContains(t, err, "there is no door at http://127.0.0.1:1")
}

// What two leads of one customer have in common is counted once, and what each of them has for itself twice.
func TestACaseOfSeveralLeadsCountsWhatTheyShareOnce(t *testing.T) {
	happened := map[string][]client.Effect{
		"lead-1": {
			{System: "hubspot", Operation: "contact", Key: "ada@contoso.example", Count: 1},
			{System: "hubspot", Operation: "note", Key: "lead-1/record", Count: 1},
		},
		"lead-2": {
			{System: "hubspot", Operation: "contact", Key: "ada@contoso.example", Count: 1},
			{System: "hubspot", Operation: "note", Key: "lead-2/record", Count: 1},
		},
	}
	contact := client.Record{Type: "contacts", ID: "101"}
	outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var answer any = []any{}
		switch id := r.FormValue("case"); r.URL.Path {
		case "/_sandbox/effects":
			answer = happened[id]
		case "/_sandbox/crm/contacts":
			answer = []client.Record{contact}
		case "/_sandbox/crm/notes":
			answer = []client.Record{{Type: "notes", ID: "note of " + id}}
		}
		_ = json.NewEncoder(w).Encode(answer)
	}))
	defer outside.Close()
	p := &Player{
		World: client.New(outside.URL), Handbook: load(t, config.Default), c: Case{Effects: Effects{Contact: 1, Note: 2}},
		say: func(string) {}, result: Result{Effects: map[string]Tally{}},
	}
	p.Also("lead-1", "ada@contoso.example")
	p.Taken("lead-2", "ada@contoso.example")
	p.audit(t.Context())
	require.Empty(t, p.result.Problems)
	require.Equal(t, "lead-2", p.result.ID)
	require.Equal(t, []string{"lead-1"}, p.result.Others)
	require.Equal(t, map[string]Tally{"hubspot": {Count: 3}}, p.result.Effects)
}
