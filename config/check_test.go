package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/email"
	"github.com/throughline-dev/throughline/activities/policy"
)

// handbook is as small as a right one can be. Its lines are numbered from 1, as the mistakes' are.
const handbook = `company:
  name: Contoso
  sender: {name: Contoso, email: hello@contoso.example}
people:
  - id: grace
    name: Grace Chen
    email: grace@contoso.example
    slack: U0GRACE01
    crm_owner: "7"
  - id: maria
    name: Maria Lopez
    email: maria@contoso.example
    crm_owner: "8"
    manager: grace
roles:
  - name: operations
    channel: C0OPSDESK
    people: [grace]
pools:
  - name: west
    members:
      - person: maria
        weight: 2
      - person: grace
lead:
  enrichment_wait: 10s
  territories:
    - name: West
      when: lead.country == "US"
      pool: west
  default_pool: west
  outreach_template: lead_outreach
  contact:
    - after: 24h
      clock: wall
      do: remind
    - after: 48h
      clock: wall
      do: escalate
`

// try loads the handbook with a few changes.
func try(t *testing.T, env environment, changes ...string) (*Config, error) {
	t.Helper()
	return load([]layer{{1, "handbook.yaml", []byte(replaced(t, changes...))}}, env)
}

// replaced is the handbook with a few changes: old, new, old, new, ….
func replaced(t *testing.T, changes ...string) string {
	t.Helper()
	text := handbook
	for i := 0; i < len(changes); i += 2 {
		require.Contains(t, text, changes[i])
		text = strings.Replace(text, changes[i], changes[i+1], 1)
	}
	return text
}

func TestEachMistakeIsNamedWithItsLineAndItsFix(t *testing.T) {
	for name, c := range map[string]struct {
		old, new string
		want     string
	}{
		"company name":     {"name: Contoso\n", "name: \"\"\n", `handbook.yaml:2: company.name: is missing`},
		"sender":           {"email: hello@contoso.example", "email: Contoso <hello@contoso.example>", `handbook.yaml:3: company.sender.email: "Contoso <hello@contoso.example>" is no e-mail address: it is like maria@example.com, without a name`},
		"no sender":        {"  sender: {name: Contoso, email: hello@contoso.example}\n", "", "2 mistakes in the configuration:\nhandbook.yaml:1: company.sender.name: is missing\nhandbook.yaml:1: company.sender.email: is missing"},
		"unknown key":      {"    email: maria@", "    email: maria@contoso.example\n    emial: maria@", `handbook.yaml:13: people[1].emial: is no setting; did you mean "email"?`},
		"unknown section":  {"roles:", "rolls: []\nroles:", `handbook.yaml:15: rolls: is no setting; did you mean "roles"?`},
		"key in capitals":  {"  enrichment_wait:", "  Contact: []\n  enrichment_wait:", `handbook.yaml:26: lead.Contact: is no setting; did you mean "contact"?`},
		"key twice":        {"    manager: grace", "    manager: grace\n    manager: grace", `handbook.yaml:15: people[1].manager: is set twice, on line 14 too: keep one`},
		"not a list":       {"    people: [grace]", "    people: grace", `handbook.yaml:18: roles[0].people: must be a list, each item after a hyphen`},
		"not settings":     {"  - name: operations\n    channel: C0OPSDESK\n    people: [grace]", "  - operations", "2 mistakes in the configuration:\nhandbook.yaml:15: roles: has no \"operations\", the role that gets what a system refused: add it\nhandbook.yaml:16: roles[0]: must be settings, each with its own key"},
		"not one value":    {"manager: grace", "manager: [grace]", `handbook.yaml:14: people[1].manager: must be a single value`},
		"number for text":  {`crm_owner: "8"`, `crm_owner: 007`, `handbook.yaml:13: people[1].crm_owner: 007 is not a text to YAML: write it in quotes, "007"`},
		"text for number":  {"weight: 2", "weight: two", `handbook.yaml:23: pools[0].members[0].weight: "two" is no whole number`},
		"anchor":           {"name: Contoso\n", "name: &n Contoso\n", "handbook.yaml:2: company.name: anchors (&) and aliases (*) are not read here: write the value out"},
		"not YAML":         {"people:", "people", `handbook.yaml:4: is not YAML: could not find expected ':'`},
		"two documents":    {"pools:", "---\npools:", `handbook.yaml:19: a second YAML document begins here: put all in one`},
		"no people":        {handbook[strings.Index(handbook, "people:"):strings.Index(handbook, "roles:")], "", `people: is empty: list everybody who takes part`},
		"person ID":        {"id: maria", "id: Maria Lopez", "2 mistakes in the configuration:\nhandbook.yaml:10: people[1].id: \"Maria Lopez\" can't be an ID: use lower-case letters, digits, dots and hyphens, such as \"maria-lopez\"\nhandbook.yaml:22: pools[0].members[0].person: \"maria\" is nobody in people"},
		"no person ID":     {"id: grace", `id: ""`, "4 mistakes in the configuration:\nhandbook.yaml:5: people[0].id: is missing: give it an ID\nhandbook.yaml:14: people[1].manager: \"grace\" is nobody in people\nhandbook.yaml:18: roles[0].people[0]: \"grace\" is nobody in people\nhandbook.yaml:24: pools[0].members[1].person: \"grace\" is nobody in people"},
		"person ID twice":  {"id: maria", "id: grace", "2 mistakes in the configuration:\nhandbook.yaml:10: people[1].id: \"grace\" is taken by people[0].id: every one needs its own\nhandbook.yaml:22: pools[0].members[0].person: \"maria\" is nobody in people"},
		"no name":          {"    name: Maria Lopez\n", "", `handbook.yaml:10: people[1].name: is missing`},
		"name of lines":    {"name: Maria Lopez", `name: "Maria\nLopez"`, `handbook.yaml:11: people[1].name: "Maria\nLopez" has a line break or a control character in it: write it on one line`},
		"no email":         {"    email: maria@contoso.example\n", "", `handbook.yaml:10: people[1].email: is missing`},
		"email":            {"maria@contoso.example", "maria@", `handbook.yaml:12: people[1].email: "maria@" is no e-mail address: it is like maria@example.com, without a name`},
		"email twice":      {"maria@contoso.example", "Grace@contoso.example", `handbook.yaml:12: people[1].email: "grace@contoso.example" stands in people[0].email too: once is enough`},
		"Slack user":       {"slack: U0GRACE01", `slack: "@grace"`, `handbook.yaml:8: people[0].slack: "@grace" is no Slack user ID: it is like U024BE7LH (in Slack: profile, "Copy member ID")`},
		"Slack user twice": {"crm_owner: \"8\"", "crm_owner: \"8\"\n    slack: U0GRACE01", `handbook.yaml:14: people[1].slack: "U0GRACE01" stands in people[0].slack too: once is enough`},
		"CRM owner":        {`crm_owner: "8"`, `crm_owner: maria`, `handbook.yaml:13: people[1].crm_owner: "maria" is no owner ID of HubSpot: it is a number, such as "1011"`},
		"rep without CRM":  {"    crm_owner: \"8\"\n", "", `handbook.yaml:10: people[1].crm_owner: is missing: "maria" is in a pool (pools[0].members[0]), so HubSpot must know who owns the leads; find the owner ID in HubSpot's settings, under Users`},
		"manager":          {"manager: grace", "manager: graec", `handbook.yaml:14: people[1].manager: "graec" is nobody in people; did you mean "grace"?`},
		"own manager":      {"manager: grace", "manager: maria", `handbook.yaml:14: people[1].manager: goes round in a circle (maria → maria): leave it out for whoever is at the top`},
		"manager circle":   {"slack: U0GRACE01", "manager: maria", `handbook.yaml:8: people[0].manager: goes round in a circle (grace → maria → grace): leave it out for whoever is at the top`},
		"no operations":    {"name: operations", "name: operation", `handbook.yaml:15: roles: has no "operations", the role that gets what a system refused: add it; did you mean "operation"?`},
		"channel":          {"channel: C0OPSDESK", `channel: "#ops"`, `handbook.yaml:17: roles[0].channel: "#ops" is no Slack channel ID: it is like C024BE91L (in Slack: the channel's details, at the bottom)`},
		"role of nobody":   {"people: [grace]", "people: []", `handbook.yaml:18: roles[0].people: is empty: name at least one of people`},
		"holder":           {"people: [grace]", "people: [grace, mria]", `handbook.yaml:18: roles[0].people[1]: "mria" is nobody in people; did you mean "maria"?`},
		"holder twice":     {"people: [grace]", "people: [grace, grace]", `handbook.yaml:18: roles[0].people[1]: "grace" stands in roles[0].people[0] too: once is enough`},
		"no pools":         {handbook[strings.Index(handbook, "pools:"):strings.Index(handbook, "lead:")], "", `pools: is empty: list at least one pool, for lead.default_pool`},
		"pool name":        {"- name: west", "- name: ÖST", "3 mistakes in the configuration:\nhandbook.yaml:20: pools[0].name: \"ÖST\" can't be a pool's name: use lower-case letters, digits, dots and hyphens, such as \"st\"\nhandbook.yaml:30: lead.territories[0].pool: \"west\" is no pool in pools\nhandbook.yaml:31: lead.default_pool: \"west\" is no pool in pools"},
		"pool twice":       {"lead:", "  - name: west\n    members: [{person: maria}]\nlead:", `handbook.yaml:25: pools[1].name: "west" is taken by pools[0].name: every one needs its own`},
		"empty pool":       {"lead:", "  - name: east\n    members: []\nlead:", `handbook.yaml:26: pools[1].members: is empty: a pool needs at least one person`},
		"member":           {"person: maria", "person: tom", `handbook.yaml:22: pools[0].members[0].person: "tom" is nobody in people`},
		"member missing":   {"person: maria\n        weight", "weight", `handbook.yaml:22: pools[0].members[0].person: is missing`},
		"member twice":     {"person: grace", "person: maria", `handbook.yaml:24: pools[0].members[1].person: "maria" stands in pools[0].members[0].person too: once is enough`},
		"weight":           {"weight: 2", "weight: 0", `handbook.yaml:23: pools[0].members[0].weight: 0 is no weight: it is at least 1; who gets no turns is left out`},
		"enrichment wait":  {"enrichment_wait: 10s", "enrichment_wait: 0s", `handbook.yaml:26: lead.enrichment_wait: 0s is not more than nothing`},
		"owner wait":       {"enrichment_wait: 10s", "enrichment_wait: 10s\n  owner_wait: -5s", `handbook.yaml:27: lead.owner_wait: -5s is less than nothing`},
		"out of hours":     {"enrichment_wait: 10s", "enrichment_wait: 10s\n  out_of_hours: mangaer", `handbook.yaml:27: lead.out_of_hours: "mangaer" is none of hold, manager, anyway; did you mean "manager"?`},
		"hold how long":    {"enrichment_wait: 10s", "enrichment_wait: 10s\n  out_of_hours: hold", `handbook.yaml:25: lead.max_hold: is missing: give it a duration such as 90s, 15m or 48h`},
		"hold for nothing": {"enrichment_wait: 10s", "enrichment_wait: 10s\n  out_of_hours: hold\n  max_hold: 0s", `handbook.yaml:28: lead.max_hold: 0s is not more than nothing`},
		"hold":             {"enrichment_wait: 10s", "enrichment_wait: 10s\n  max_hold: -1h", `handbook.yaml:27: lead.max_hold: -1h is less than nothing`},
		"duration":         {"enrichment_wait: 10s", "enrichment_wait: 2d", `handbook.yaml:26: lead.enrichment_wait: "2d" is not a duration: write it like 90s, 15m or 48h`},
		"no duration":      {"  enrichment_wait: 10s\n", "", `handbook.yaml:25: lead.enrichment_wait: is missing: give it a duration such as 90s, 15m or 48h`},
		"territory name":   {"- name: West\n      when", "- when", `handbook.yaml:28: lead.territories[0].name: is missing`},
		"territory twice":  {"  default_pool:", "    - {name: West, when: company.known, pool: west}\n  default_pool:", `handbook.yaml:31: lead.territories[1].name: "West" stands in lead.territories[0].name too: once is enough`},
		"condition":        {`when: lead.country == "US"`, `when: lead.contry == "US"`, `handbook.yaml:29: lead.territories[0].when: column 6: lead has no "contry"; did you mean "country"?`},
		"no condition":     {`when: lead.country == "US"`, `when: ""`, `handbook.yaml:29: lead.territories[0].when: is missing: write a condition such as lead.country == "DE"`},
		"territory's pool": {"      pool: west", "      pool: wset", `handbook.yaml:30: lead.territories[0].pool: "wset" is no pool in pools; did you mean "west"?`},
		"default pool":     {"default_pool: west", "default_pool: east", `handbook.yaml:31: lead.default_pool: "east" is no pool in pools; did you mean "west"?`},
		"no default pool":  {"  default_pool: west\n", "", `handbook.yaml:25: lead.default_pool: is missing`},
		"template":         {"lead_outreach", "lead_outreech", `handbook.yaml:32: lead.outreach_template: "lead_outreech" is no built-in template; did you mean "lead_outreach"?`},
		"template path":    {"lead_outreach", "../x", `handbook.yaml:32: lead.outreach_template: "../x" is no template's name: it is the name of its two files without .html and .txt, such as "lead_outreach"`},
		"secret by key":    {"lead:", "systems: {slack: {token: abc}}\nlead:", `handbook.yaml:25: systems.slack.token: is a secret, and secrets don't belong in this file: take it out and set THROUGHLINE_SLACK_TOKEN or THROUGHLINE_SLACK_SIGNING_SECRET or THROUGHLINE_SLACK_APP_TOKEN in the environment, or the same name with _FILE to the path of a file that holds it`},
		"secret by looks":  {"name: Maria Lopez", "name: xoxb-12345-abcdef", `handbook.yaml:11: people[1].name: looks like a secret, and secrets don't belong here: take it out and set THROUGHLINE_SLACK_TOKEN in the environment, or the same name with _FILE to the path of a file that holds it`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := try(t, nil, c.old, c.new)
			assert.EqualError(t, err, c.want)
			assert.IsType(t, Mistakes{}, err)
		})
	}
}

func TestLeadsForAManagerNeedOne(t *testing.T) {
	toManager := []string{"enrichment_wait: 10s", "enrichment_wait: 10s\n  out_of_hours: manager"}
	c, err := try(t, nil, toManager...)
	require.NoError(t, err)
	assert.Equal(t, policy.ToManager, c.Book.Lead.OutOfHours)
	_, err = try(t, nil, append(toManager, "      - person: maria\n        weight: 2\n", "")...)
	assert.EqualError(t, err, `handbook.yaml:22: pools[0].members[0].person: "grace" has no manager, whom lead.out_of_hours gives the pool's leads to: name one in people[0].manager, or put somebody first who has one`)
}

func TestMistakesInTheMachinery(t *testing.T) {
	for name, c := range map[string]struct{ yaml, want string }{
		"time-out":     {"systems: {timeout: 0s}", `handbook.yaml:40: systems.timeout: 0s is not more than nothing`},
		"Slack's URL":  {"systems: {slack: {url: https://slack.com/api}}", `handbook.yaml:40: systems.slack.url: "https://slack.com/api" must end in a slash, since the methods' names are appended to it`},
		"no URL":       {`systems: {sendgrid: {url: ""}}`, `handbook.yaml:40: systems.sendgrid.url: is missing`},
		"half a URL":   {"systems: {hubspot: {url: api.hubapi.com}}", `handbook.yaml:40: systems.hubspot.url: "api.hubapi.com" is no whole address: it is like https://api.example.com`},
		"scheme":       {"systems: {hubspot: {url: ftp://api.hubapi.com}}", `handbook.yaml:40: systems.hubspot.url: "ftp://api.hubapi.com" is no whole address: it is like https://api.example.com`},
		"bad URL":      {`systems: {hubspot: {url: "https://u:pa ss@host"}}`, `handbook.yaml:40: systems.hubspot.url: can't be read as an address: it is like https://api.example.com`},
		"password":     {"systems: {hubspot: {url: https://me:geheim@api.hubapi.com}}", `handbook.yaml:40: systems.hubspot.url: "https://me:xxxxx@api.hubapi.com" has a user name in it: a secret doesn't belong here`},
		"query":        {"systems: {peopledatalabs: {url: 'https://h/?a=b'}}", `handbook.yaml:40: systems.peopledatalabs.url: "https://h/?a=b" has a ? or a # in it: leave off what follows`},
		"portal":       {"systems: {hubspot: {portal: EU1}}", `handbook.yaml:40: systems.hubspot.portal: "EU1" is no account number: it is the "Hub ID" in HubSpot's account menu`},
		"switch":       {"systems: {sendgrid: {email_activity: maybe}}", `handbook.yaml:40: systems.sendgrid.email_activity: "maybe" is neither true nor false`},
		"rate":         {"systems: {hubspot: {rate: {requests: -1}}}", `handbook.yaml:40: systems.hubspot.rate.requests: -1 is less than nothing: 0 is no limit`},
		"no stretch":   {"systems: {slack: {rate: {per: 0s}}}", `handbook.yaml:40: systems.slack.rate.per: 0s is not between nothing and 1h: a hundred in ten seconds are requests: 100, per: 10s`},
		"a day":        {"systems: {hubspot: {rate: {per: 24h}}}", `handbook.yaml:40: systems.hubspot.rate.per: 24h is not between nothing and 1h: a hundred in ten seconds are requests: 100, per: 10s`},
		"likelihood":   {"systems: {peopledatalabs: {min_likelihood: 11}}", `handbook.yaml:40: systems.peopledatalabs.min_likelihood: 11 is not between 1 and 10`},
		"listen":       {"starter: {listen: localhost}", `handbook.yaml:40: starter.listen: "localhost" is no host and port: it is like 127.0.0.1:8080`},
		"port":         {`starter: {listen: ":70000"}`, `handbook.yaml:40: starter.listen: ":70000" is no host and port: it is like 127.0.0.1:8080`},
		"body":         {"starter: {max_body: 5000000}", `handbook.yaml:40: starter.max_body: 5000000 is not between 1024 and 1048576 bytes (1 KiB and 1 MiB)`},
		"patience":     {"starter: {timeout: 3s}", `handbook.yaml:40: starter.timeout: 3s is too long: Slack gives up after 3s, so make it less`},
		"no queues":    {"workers: {queues: []}", `handbook.yaml:40: workers.queues: is empty: name at least one task queue`},
		"deployment":   {"workers: {deployment: {name: sales.leads}}", `handbook.yaml:40: workers.deployment.name: "sales.leads" can't be a deployment's name: it is of letters, digits, hyphens and underscores, like throughline, and has at most 100`},
		"build ID":     {"workers: {deployment: {name: a, build_id: 'v 1'}}", `handbook.yaml:40: workers.deployment.build_id: "v 1" can't be a build ID: it is of letters, digits and .+-_, like v1.4.2, and has at most 100`},
		"build alone":  {"workers: {deployment: {build_id: v1}}", `handbook.yaml:40: workers.deployment.build_id: "v1" is of no deployment: set workers.deployment.name too`},
		"queue twice":  {"workers: {queues: [lead, lead]}", `handbook.yaml:40: workers.queues[1]: "lead" stands in workers.queues[0] too: once is enough`},
		"address":      {`temporal: {address: ""}`, `handbook.yaml:40: temporal.address: is missing`},
		"namespace":    {`temporal: {namespace: ""}`, `handbook.yaml:40: temporal.namespace: is missing`},
		"client ID":    {"systems: {dropboxsign: {client_id: my-app}}", `handbook.yaml:40: systems.dropboxsign.client_id: "my-app" is no client ID: it is letters and digits, and stands beside the app in Dropbox Sign's settings, under API`},
		"workspace":    {"systems: {asana: {workspace: Contoso}}", `handbook.yaml:40: systems.asana.workspace: "Contoso" is no gid: it is the number of the workspace, such as 1204817046172`},
		"team":         {`systems: {asana: {workspace: "1", team: Projects}}`, `handbook.yaml:40: systems.asana.team: "Projects" is no gid: it is the number of the team, such as 1204817046172`},
		"team alone":   {`systems: {asana: {team: "2"}}`, `handbook.yaml:40: systems.asana.team: "2" is alone: set systems.asana.workspace too, where people are looked up`},
		"no documents": {`documents: {dir: " "}`, `handbook.yaml:40: documents.dir: is missing: name the folder that documents are kept in`},
		"no look":      {`documents: {templates: nowhere}`, `handbook.yaml:40: documents.templates: "nowhere" can't be used: no such file or directory; it is a folder, or "" for the built-in look`},
		"wrong folder": {`templates: nowhere`, `handbook.yaml:40: templates: "nowhere" can't be used: no such file or directory; it is a folder, or "" for the built-in templates only`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load([]layer{{1, "handbook.yaml", []byte(handbook + c.yaml)}}, nil)
			assert.EqualError(t, err, c.want)
		})
	}
	_, err := load([]layer{{1, "handbook.yaml", []byte(handbook + "temporal: {address: \"dns:///temporal:7233\"}")}}, nil)
	assert.NoError(t, err)
}

func TestAllMistakesAreFoundAtOnceInTheOrderOfTheFile(t *testing.T) {
	_, err := try(t, environment{"THROUGHLINE_STARTER_MAX_BODY": "lots"},
		"manager: grace", "manager: graec",
		"weight: 2", "weight: two",
		"email: maria@contoso.example", "mail: maria@contoso.example",
		"default_pool: west", "default_pool: east",
	)
	assert.EqualError(t, err, `6 mistakes in the configuration:
handbook.yaml:10: people[1].email: is missing
handbook.yaml:12: people[1].mail: is no setting; did you mean "email"?
handbook.yaml:14: people[1].manager: "graec" is nobody in people; did you mean "grace"?
handbook.yaml:23: pools[0].members[0].weight: "two" is no whole number
handbook.yaml:31: lead.default_pool: "east" is no pool in pools; did you mean "west"?
THROUGHLINE_STARTER_MAX_BODY: starter.max_body: "lots" is no whole number`)
}

func TestTemplatesOfOnesOwn(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "mail"), 0o700))
	write := func(name string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "mail", name), nil, 0o600))
	}
	file := filepath.Join(dir, "handbook.yaml")
	text := strings.Replace(handbook, "lead_outreach", "welcome", 1) + "templates: mail\n"
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))

	_, err := Load(file)
	assert.EqualError(t, err, file+`:32: lead.outreach_template: "welcome" is no built-in template, and neither welcome.html nor welcome.txt is in `+filepath.Join(dir, "mail"))

	write("welcome.html")
	_, err = Load(file)
	assert.EqualError(t, err, file+`:32: lead.outreach_template: "welcome" is only half there: welcome.txt is not in `+filepath.Join(dir, "mail"))

	write("welcome.txt")
	c, err := Load(file)
	require.NoError(t, err)
	assert.Equal(t, filepath.Join(dir, "mail"), c.Templates, "relative to the file that names it")
}

func TestTheFoldersOfDocumentsAreRelativeToTheFileThatNamesThem(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "look"), 0o700))
	file := filepath.Join(dir, "handbook.yaml")
	require.NoError(t, os.WriteFile(file, []byte(handbook+"documents: {dir: kept, templates: look}\n"), 0o600))
	c, err := Load(file)
	require.NoError(t, err)
	assert.Equal(t, Documents{Dir: filepath.Join(dir, "kept"), Templates: filepath.Join(dir, "look")}, c.Documents)

	here, err := os.Getwd()
	require.NoError(t, err)
	c, err = try(t, nil)
	require.NoError(t, err)
	assert.Equal(t, Documents{Dir: filepath.Join(here, ".throughline", "documents")}, c.Documents, "of the built-in handbook, to where it runs")
	c, err = try(t, environment{"THROUGHLINE_DOCUMENTS_DIR": "/var/lib/documents"})
	require.NoError(t, err)
	assert.Equal(t, "/var/lib/documents", c.Documents.Dir)
}

func TestTheBuiltInTemplatesAreBuiltIn(t *testing.T) {
	templates, err := email.LoadTemplates("")
	require.NoError(t, err)
	assert.Subset(t, templates.Names(), builtInTemplates)
}
