package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/policy"
)

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestWithoutAFileTheDefaultIsLoaded(t *testing.T) {
	c, err := Load()
	require.NoError(t, err)
	assert.Equal(t, "Northwind Robotics", c.Company.Name)
	assert.Equal(t, policy.Ladder{
		{After: policy.Hours(1), Clock: "office", Do: policy.Remind},
		{After: policy.Hours(8), Clock: "office", Do: policy.Remind, Every: policy.Hours(8)},
		{After: policy.Hours(24), Clock: policy.Wall, Do: policy.Reassign},
		{After: policy.Hours(48), Clock: policy.Wall, Do: policy.Escalate},
	}, c.Lead.Contact)
	assert.Equal(t, "https://slack.com/api/", c.Systems.Slack.URL)
	assert.Equal(t, 5*time.Second, c.Book.Lead.OwnerWait.Duration)
	assert.Equal(t, policy.Hold, c.Book.Lead.OutOfHours)
	assert.Equal(t, policy.Hours(16), c.Book.Lead.MaxHold)
	assert.Equal(t, Leads{Origins: []string{}, PerMinute: 30, Proxies: []string{}}, c.Starter.Leads)

	// Every setting has its line in the handbook, so that an operator finds it there.
	f := &findings{where: map[string]position{}}
	_, ok := f.read(layer{1, Default, defaultYAML})
	require.True(t, ok)
	for _, o := range overrides(reflect.TypeFor[Config](), "") {
		assert.Contains(t, f.where, o.key)
	}
}

func TestTheDemoIsTheDefaultWithShorterClocksThatNeverStop(t *testing.T) {
	c, err := Load()
	require.NoError(t, err)
	demo, err := Load(Default, Demo)
	require.NoError(t, err)
	alone, err := Load(Demo)
	require.NoError(t, err)
	assert.Equal(t, demo, alone)

	ladder := func(remind, escalate time.Duration) policy.Ladder {
		return policy.Ladder{
			{After: policy.Duration{Duration: remind}, Clock: policy.Wall, Do: policy.Remind},
			{After: policy.Duration{Duration: escalate}, Clock: policy.Wall, Do: policy.Escalate},
		}
	}
	assert.Equal(t, ladder(20*time.Second, 60*time.Second), demo.Lead.Contact)
	assert.Equal(t, ladder(30*time.Second, 90*time.Second), demo.Lead.Operations)
	assert.Equal(t, 3*time.Second, demo.Lead.EnrichmentWait.Duration)
	assert.NotEqual(t, c.Digest, demo.Digest)

	assert.Equal(t, ladder(30*time.Second, 60*time.Second), demo.Proposal.Review)
	assert.Equal(t, 7*time.Minute, demo.Proposal.Signature.Expires.Duration)
	demo.Proposal.Review, demo.Proposal.Approval, demo.Proposal.Operations = c.Proposal.Review, c.Proposal.Approval, c.Proposal.Operations
	demo.Proposal.Signature = c.Proposal.Signature
	assert.Equal(t, "presentationscheduled", demo.Proposal.DealStage)
	demo.Proposal.DealStage = c.Proposal.DealStage

	assert.Equal(t, 7*time.Minute, demo.Returns.Arrival.Expires.Duration)
	assert.Equal(t, c.Returns.Ticket.Pipeline, demo.Returns.Ticket.Pipeline, "the stages of the account's own pipeline are the sandbox's")
	assert.NotEmpty(t, demo.Returns.TicketStage)
	demo.Returns.TicketStage, demo.Returns.Arrival, demo.Returns.AnswerWithin = c.Returns.TicketStage, c.Returns.Arrival, c.Returns.AnswerWithin
	demo.Returns.Review, demo.Returns.Payment, demo.Returns.Operations = c.Returns.Review, c.Returns.Payment, c.Returns.Operations
	demo.Returns.FollowUp, demo.Returns.ReplyWindow = c.Returns.FollowUp, c.Returns.ReplyWindow

	demo.Lead.Contact, demo.Lead.Operations, demo.Lead.EnrichmentWait = c.Lead.Contact, c.Lead.Operations, c.Lead.EnrichmentWait
	for i, one := range demo.Calendars {
		assert.Equal(t, []calendar.Hours{{Days: "mon-sun", Open: "00:00-24:00"}}, one.Hours)
		assert.Equal(t, c.Calendars[i].Name, one.Name)
		assert.Equal(t, c.Calendars[i].Zone, one.Zone)
	}
	demo.Calendars, demo.Digest, demo.Book = c.Calendars, c.Digest, c.Book
	assert.Equal(t, c, demo)
}

func TestAFileReplacesTheCompanyAndKeepsTheMachinery(t *testing.T) {
	c, err := Load(write(t, "handbook.yaml", handbook+"systems: {hubspot: {portal: \"42\"}}\n"))
	require.NoError(t, err)
	assert.Equal(t, "Contoso", c.Company.Name)
	assert.Len(t, c.People, 2)
	assert.Empty(t, c.Lead.Operations)
	assert.Equal(t, HubSpot{
		URL: "https://api.hubapi.com", Portal: "42", Pages: "https://app.hubspot.com",
		Rate:       Rate{Requests: 100, Per: policy.Duration{Duration: 10 * time.Second}},
		SearchRate: Rate{Requests: 5, Per: policy.Duration{Duration: time.Second}},
	}, c.Systems.HubSpot)
	assert.Equal(t, []string{"lead", "proposal", "return", "rotation"}, c.Workers.Queues)
}

func TestALaterFileWinsAndItsListsReplaceTheWholeList(t *testing.T) {
	first := write(t, "handbook.yaml", handbook)
	second := write(t, "overlay.yaml", "company: {name: Fabrikam}\nworkers: {queues: [rotation]}\nlead:\n  contact:\n    - {after: 1h, clock: wall, do: escalate}\n")
	c, err := Load(first, second)
	require.NoError(t, err)
	assert.Equal(t, Company{Name: "Fabrikam", Sender: Sender{Name: "Contoso", Email: "hello@contoso.example"}}, c.Company)
	assert.Equal(t, policy.Ladder{{After: policy.Hours(1), Clock: policy.Wall, Do: policy.Escalate}}, c.Lead.Contact)
	assert.Equal(t, []string{"rotation"}, c.Workers.Queues)

	nothing := write(t, "nothing.yaml", "company:\npools:\nlead: {contact: ~, default_pool: ~}\n")
	same, err := Load(first, second, nothing)
	require.NoError(t, err)
	assert.Equal(t, c, same, "a key without a value changes nothing")

	wrong := write(t, "wrong.yaml", "lead:\n  contact:\n    - {after: 1h, clock: wall}\n  default_pool: est\n")
	_, err = Load(first, wrong)
	assert.EqualError(t, err, "2 mistakes in the configuration:\n"+
		wrong+":3: lead.contact[0].do: is missing: it is remind, reassign, escalate or act\n"+
		wrong+":4: lead.default_pool: \"est\" is no pool in pools; did you mean \"west\"?")
}

func TestAFileThatIsntThereIsNamed(t *testing.T) {
	_, err := Load("dmeo", filepath.Join("no", "such.yaml"))
	assert.EqualError(t, err, `2 mistakes in the configuration:
dmeo: can't be read: no such file or directory (the built-in ones are "default" and "demo")
no/such.yaml: can't be read: no such file or directory (the built-in ones are "default" and "demo")`)
}

func TestAnEmptyFileSaysWhatIsMissing(t *testing.T) {
	_, err := Load(write(t, "empty.yaml", "# nothing yet\n"))
	require.Error(t, err)
	for _, want := range []string{"company.name: is missing", "people: is empty", "pools: is empty", "lead.enrichment_wait: is missing"} {
		assert.ErrorContains(t, err, want)
	}
}

func TestTheEnvironmentWinsOverFiles(t *testing.T) {
	c, err := try(t, environment{
		"THROUGHLINE_STARTER_PUBLIC_URL":              "https://leads.contoso.example",
		"THROUGHLINE_STARTER_MAX_BODY":                "2048",
		"THROUGHLINE_LEAD_ENRICHMENT_WAIT":            "1m",
		"THROUGHLINE_SYSTEMS_SENDGRID_EMAIL_ACTIVITY": "true",
		"THROUGHLINE_COMPANY_SENDER_NAME":             "Contoso Sales",
		"THROUGHLINE_STARTER_PORT":                    "tcp://10.0.0.1:80", // Kubernetes' own, for a service of that name
	})
	require.NoError(t, err)
	assert.Equal(t, "https://leads.contoso.example", c.Starter.PublicURL)
	assert.Equal(t, 2048, c.Starter.MaxBody)
	assert.Equal(t, time.Minute, c.Lead.EnrichmentWait.Duration)
	assert.True(t, c.Systems.SendGrid.EmailActivity)
	assert.Equal(t, "Contoso Sales", c.Company.Sender.Name)
	assert.Equal(t, "hello@contoso.example", c.Company.Sender.Email)
}

func TestLoadReadsTheProcesssEnvironment(t *testing.T) {
	t.Setenv("THROUGHLINE_TEMPORAL_NAMESPACE", "sales")
	t.Setenv("THROUGHLINE_STARTER_PUBLIC_URL", "") // counts as not set
	c, err := Load()
	require.NoError(t, err)
	assert.Equal(t, "sales", c.Temporal.Namespace)
	assert.Equal(t, "http://127.0.0.1:8080", c.Starter.PublicURL)
}

func TestMistakesInTheEnvironmentNameTheVariable(t *testing.T) {
	_, err := try(t, environment{
		"THROUGHLINE_STARTER_LISTN":        "127.0.0.1:1",
		"THROUGHLINE_STARTER_PUBLIC_URL":   "leads.contoso.example",
		"THROUGHLINE_LEAD_ENRICHMENT_WAIT": "10",
		"THROUGHLINE_LEAD_DEFAULT_POOL":    "xoxb-123",
	})
	var got []string
	for _, m := range err.(Mistakes) {
		got = append(got, m.String())
	}
	assert.ElementsMatch(t, []string{
		`THROUGHLINE_STARTER_LISTN: is no setting; did you mean THROUGHLINE_STARTER_LISTEN?`,
		`THROUGHLINE_STARTER_PUBLIC_URL: starter.public_url: "leads.contoso.example" is no whole address: it is like https://api.example.com`,
		`THROUGHLINE_LEAD_ENRICHMENT_WAIT: lead.enrichment_wait: "10" is not a duration: write it like 90s, 15m or 48h`,
		`THROUGHLINE_LEAD_DEFAULT_POOL: lead.default_pool: looks like a secret, and secrets don't belong here: take it out and set THROUGHLINE_SLACK_TOKEN in the environment, or the same name with _FILE to the path of a file that holds it`,
	}, got)
}

func TestAWeightThatIsntSaidIsOne(t *testing.T) {
	c, err := try(t, nil)
	require.NoError(t, err)
	assert.Equal(t, []Member{{Person: "maria", Weight: 2}, {Person: "grace", Weight: 1}}, c.Pools[0].Members)
}

func TestTheBookHasEverybodyInFull(t *testing.T) {
	c, err := try(t, nil)
	require.NoError(t, err)
	grace := policy.Person{ID: "grace", Name: "Grace Chen", Email: "grace@contoso.example", Slack: "U0GRACE01", CRMOwner: "7"}
	maria := policy.Person{ID: "maria", Name: "Maria Lopez", Email: "maria@contoso.example", CRMOwner: "8", Manager: "grace"}
	assert.Equal(t, &policy.Book{
		Digest:    c.Digest,
		People:    map[string]policy.Person{"grace": grace, "maria": maria},
		Pools:     map[string]policy.Pool{"west": {Name: "west", Members: []policy.Member{{Person: maria, Weight: 2}, {Person: grace, Weight: 1}}}},
		Roles:     map[string]policy.Role{"operations": {Name: "operations", Channel: "C0OPSDESK", People: []policy.Person{grace}}},
		Calendars: map[string]policy.Calendar{},
		Lead: policy.Lead{
			Handbook:         c.Digest,
			Shape:            policy.LeadShape,
			OutOfHours:       policy.Anyway,
			EnrichmentWait:   policy.Duration{Duration: 10 * time.Second},
			Territories:      []policy.Territory{{Name: "West", When: `lead.country == "US"`, Pool: "west"}},
			DefaultPool:      "west",
			OutreachTemplate: "lead_outreach",
			Contact:          policy.Ladder{{After: policy.Hours(24), Clock: policy.Wall, Do: policy.Remind}, {After: policy.Hours(48), Clock: policy.Wall, Do: policy.Escalate}},
			Company:          "Contoso",
		},
	}, c.Book)
}

func TestTheDigestTellsConfigurationsApartButNotSecrets(t *testing.T) {
	digest := func(env environment, changes ...string) string {
		c, err := try(t, env, changes...)
		require.NoError(t, err)
		assert.Regexp(t, "^[0-9a-f]{16}$", c.Digest)
		return c.Digest
	}
	one := digest(nil)
	assert.Equal(t, one, digest(nil, "people:", "# a comment\npeople:"))
	assert.Equal(t, one, digest(environment{"THROUGHLINE_SLACK_TOKEN": "xoxb-1"}))
	assert.NotEqual(t, one, digest(nil, "after: 24h", "after: 25h"))
	assert.NotEqual(t, one, digest(environment{"THROUGHLINE_STARTER_MAX_BODY": "2048"}))
}

func TestLiveChangesAllAtOnce(t *testing.T) {
	first, err := try(t, nil)
	require.NoError(t, err)
	second, err := try(t, nil, "after: 24h", "after: 25h")
	require.NoError(t, err)
	live := NewLive(first)
	a := policy.Activities{Current: live.Book}
	assert.Same(t, first.Book, a.Current())
	live.Replace(second)
	assert.Same(t, second, live.Config())
	assert.Same(t, second.Book, a.Current())
}

func FuzzLoad(f *testing.F) {
	f.Add(demoYAML)
	f.Add([]byte(handbook))
	f.Add([]byte(strings.Replace(handbook, "    manager: grace\n", "    calendar: berlin\n    away: [{from: 2026-08-03, to: 2026-08-14T12:00Z, cover: grace}]\n", 1) + berlin))
	for _, s := range []string{"", "!", "a", "- a", "{", "? [a]: b", "*a : b", "people: [[]]", "people: [~]", "pools: [{members: [~]}]", "lead: {contact: [~]}", "<<: {a: b}", "company: !!binary aGk=", "a: &a [*a]"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := load([]layer{{1, "fuzz.yaml", data}}, nil)
		if err == nil {
			require.NotNil(t, c.Book)
			require.NotEmpty(t, c.Book.Pools[c.Lead.DefaultPool].Members)
			return
		}
		mistakes, ok := err.(Mistakes)
		require.True(t, ok, "%v", err)
		require.Len(t, strings.Split(mistakes.Error(), "\n"), len(mistakes)+min(len(mistakes)-1, 1))
	})
}
