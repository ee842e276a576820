package config

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/proposal"
)

// proposals is a section to lay behind the handbook, from its line 40 on, with a calendar.
const proposals = `proposal:
  strategists: west
  calendar: berlin
  terms: All prices are net.
  review: [{after: 8h, clock: berlin, do: act, action: drop}]
  approval: [{after: 8h, clock: wall, do: act, action: reject}]
  operations: [{after: 1h, clock: wall, do: remind}]
  max_pause: 72h
  max_extension: 24h
  max_rounds: 2
  in_turn: true
  ask_again: touched
  tiers:
    - name: partner
      over: [EUR 10000, JPY 1500000, KWD 2.5]
      role: operations
      need: 1
      veto: true
    - name: finance
      discount_over: 12.5
      role: operations
      in_turn: true
  signature:
    expires: 336h
    remind: [72h, 168h]
  invoice_due: 14
  won_stage: "1204817"
  channel: C0DEALS01
  kickoff:
    owner: grace
    sections:
      - name: Start
        tasks: [{name: Call, assignee: strategist, due: 2}, {name: Plan, assignee: maria}]
` + berlin

func withProposals(t *testing.T, changes ...string) (*Config, error) {
	t.Helper()
	text := handbook + proposals
	for i := 0; i < len(changes); i += 2 {
		require.Contains(t, text, changes[i])
		text = strings.Replace(text, changes[i], changes[i+1], 1)
	}
	return load([]layer{{1, "handbook.yaml", []byte(text)}}, nil)
}

func TestAProposalsPolicyIsReadAsItIsWritten(t *testing.T) {
	c, err := withProposals(t)
	require.NoError(t, err)
	assert.Equal(t, policy.Proposal{
		Handbook: c.Digest, Shape: policy.ProposalShape, Company: "Contoso", Terms: "All prices are net.", Strategists: "west", Calendar: "berlin",
		Review:     policy.Ladder{{After: policy.Hours(8), Clock: "berlin", Do: policy.Act, Action: proposal.ActionDrop}},
		Approval:   policy.Ladder{{After: policy.Hours(8), Clock: policy.Wall, Do: policy.Act, Action: proposal.ActionReject}},
		Operations: policy.Ladder{{After: policy.Hours(1), Clock: policy.Wall, Do: policy.Remind}},
		MaxPause:   policy.Hours(72), MaxExtension: policy.Hours(24), MaxRounds: 2, InTurn: true, AskAgain: policy.AskTouched,
		Tiers: []policy.Tier{
			{Name: "partner", Over: map[string]int64{"EUR": 10_000_00, "JPY": 1_500_000, "KWD": 2_500}, Role: "operations", Need: 1, Veto: true},
			{Name: "finance", DiscountOver: 12_50, Role: "operations", InTurn: true},
		},
		Signature:  policy.Signature{Expires: policy.Hours(336), Remind: []policy.Duration{policy.Hours(72), policy.Hours(168)}},
		InvoiceDue: 14, WonStage: "1204817", Channel: "C0DEALS01",
		Kickoff: policy.Kickoff{Owner: "grace", Sections: []policy.KickoffSection{{Name: "Start", Tasks: []policy.KickoffTask{
			{Name: "Call", Assignee: policy.TheStrategist, Due: 2}, {Name: "Plan", Assignee: "maria"},
		}}}},
		Calendars: map[string]calendar.Calendar{"berlin": c.Calendars[0]},
	}, c.Book.Proposal)
}

func TestWhatAProposalsPolicyLeavesOutHasItsDefault(t *testing.T) {
	c, err := load([]layer{{1, "handbook.yaml", []byte(handbook + "proposal: {strategists: west, signature: {expires: 24h}}\n")}}, nil)
	require.NoError(t, err)
	assert.Equal(t, policy.AskAll, c.Book.Proposal.AskAgain)
	assert.Equal(t, "closedwon", c.Book.Proposal.WonStage)
	assert.Equal(t, 24*time.Hour, c.Book.Proposal.Signature.Expires.Duration)
}

func TestAHouseWithoutStrategistsMakesNoProposals(t *testing.T) {
	c, err := withProposals(t, "strategists: west", `strategists: ""`, "role: operations", "role: nobody")
	require.NoError(t, err, "the rest doesn't matter then")
	assert.Zero(t, c.Book.Proposal)
	c, err = try(t, nil)
	require.NoError(t, err)
	assert.Zero(t, c.Book.Proposal)
}

func TestEachMistakeAboutProposalsIsNamedWithItsLineAndItsFix(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"no strategists":    {"  strategists: west\n", "", `handbook.yaml:40: proposal.strategists: is missing: name the pool that reviews proposals, or "" for a house that makes none`},
		"strategists":       {"strategists: west", "strategists: wset", `handbook.yaml:41: proposal.strategists: "wset" is no pool in pools; did you mean "west"?`},
		"calendar":          {"calendar: berlin", "calendar: belrin", `handbook.yaml:42: proposal.calendar: "belrin" is no calendar in calendars; did you mean "berlin"?`},
		"approve by act":    {"action: reject", "action: approve", `handbook.yaml:45: proposal.approval[0].action: "approve" is no answer that the policy can give: it is reject`},
		"reassign":          {"do: act, action: reject", "do: reassign", `handbook.yaml:45: proposal.approval[0].do: "reassign" is no move: it is remind, escalate or act`},
		"rounds":            {"max_rounds: 2", "max_rounds: -1", `handbook.yaml:49: proposal.max_rounds: -1 is less than nothing: it is how often a proposal may come back rejected, 0 or more`},
		"ask again":         {"ask_again: touched", "ask_again: tuched", `handbook.yaml:51: proposal.ask_again: "tuched" is no choice: it is all or touched; did you mean "touched"?`},
		"tier's name":       {"name: partner", "name: A Partner", `handbook.yaml:53: proposal.tiers[0].name: "A Partner" can't be a tier's name: use at most 40 lower-case letters, digits and hyphens, such as "a-partner"`},
		"tier twice":        {"name: finance", "name: partner", `handbook.yaml:58: proposal.tiers[1].name: "partner" stands in proposal.tiers[0].name too: once is enough`},
		"no currency":       {"EUR 10000", "10000", `handbook.yaml:54: proposal.tiers[0].over[0]: "10000" is no amount: write its currency and a plain number, like EUR 10000`},
		"currency":          {"EUR 10000", "EURO 10000", `handbook.yaml:54: proposal.tiers[0].over[0]: "EURO" is no currency: write its ISO 4217 code in capitals, like EUR or USD`},
		"half a yen":        {"JPY 1500000", "JPY 0.5", `handbook.yaml:54: proposal.tiers[0].over[1]: "0.5" has too many digits after the point: JPY has 0`},
		"currency twice":    {"JPY 1500000", "EUR 1", `handbook.yaml:54: proposal.tiers[0].over[1]: "EUR" stands in proposal.tiers[0].over[0] too: once is enough`},
		"less than none":    {"EUR 10000", "EUR -1", `handbook.yaml:54: proposal.tiers[0].over[0]: EUR -1.00 is less than nothing`},
		"share":             {"discount_over: 12.5", "discount_over: 100", `handbook.yaml:59: proposal.tiers[1].discount_over: 100 is no share of a price: it is from 0 to less than 100`},
		"percent sign":      {"discount_over: 12.5", "discount_over: 12 %", `handbook.yaml:59: proposal.tiers[1].discount_over: "12 %" is no plain decimal number: write it like 1999.50, without separators of thousands`},
		"role":              {"role: operations\n      need", "role: operation\n      need", `handbook.yaml:55: proposal.tiers[0].role: "operation" is no role in roles; did you mean "operations"?`},
		"more than there":   {"need: 1", "need: 2", `handbook.yaml:56: proposal.tiers[0].need: 2 is more than the role "operations" has people (1)`},
		"need":              {"need: 1", "need: -1", `handbook.yaml:56: proposal.tiers[0].need: -1 is less than nothing: it is how many have to approve (all who may, where it is 0), 0 or more`},
		"never":             {"    expires: 336h\n", "", `handbook.yaml:62: proposal.signature.expires: is missing: give it a duration such as 90s, 15m or 48h`},
		"reminders' order":  {"remind: [72h, 168h]", "remind: [72h, 72h]", `handbook.yaml:64: proposal.signature.remind[1]: 72h is not later than what is before it: all are counted from when the client was asked`},
		"reminder too late": {"remind: [72h, 168h]", "remind: [336h]", `handbook.yaml:64: proposal.signature.remind[0]: 336h is not before the request expires, after 336h`},
		"invoice":           {"invoice_due: 14", "invoice_due: -1", `handbook.yaml:65: proposal.invoice_due: -1 is less than nothing: it is how many days the client has to pay, 0 or more`},
		"stage":             {`won_stage: "1204817"`, "won_stage: Closed Won", `handbook.yaml:66: proposal.won_stage: "Closed Won" is no stage's internal ID: it is like closedwon or 1204817, and stands in HubSpot beside the stage, behind </>`},
		"channel":           {"channel: C0DEALS01", `channel: "#deals"`, `handbook.yaml:67: proposal.channel: "#deals" is no Slack channel ID: it is like C024BE91L (in Slack: the channel's details, at the bottom)`},
		"owner":             {"owner: grace", "owner: graec", `handbook.yaml:69: proposal.kickoff.owner: "graec" is nobody in people; did you mean "grace"?`},
		"assignee":          {"assignee: maria", "assignee: mria", `handbook.yaml:72: proposal.kickoff.sections[0].tasks[1].assignee: "mria" is nobody in people; did you mean "maria"?`},
		"due":               {"due: 2", "due: -2", `handbook.yaml:72: proposal.kickoff.sections[0].tasks[0].due: -2 is less than nothing: it is working days after the signature, 0 or more`},
		"no task's name":    {"{name: Plan, ", "{", `handbook.yaml:72: proposal.kickoff.sections[0].tasks[1].name: is missing`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := withProposals(t, c.old, c.new)
			assert.EqualError(t, err, c.want)
		})
	}
}

func TestThePolicyCanGiveTheAnswersThatAProposalsTasksHave(t *testing.T) {
	assert.Equal(t, []string{proposal.ActionDrop}, reviewTask(nil).actions)
	assert.Equal(t, []string{proposal.ActionReject}, approvalTask(nil).actions, "and never an approval")
}

func TestTheDefaultHandbookMakesProposals(t *testing.T) {
	c, err := Load()
	require.NoError(t, err)
	p := c.Book.Proposal
	assert.Equal(t, "strategists", p.Strategists)
	assert.Len(t, p.Tiers, 3)
	for _, tier := range p.Tiers {
		if tier.Role == "partners" {
			assert.True(t, tier.Veto, "one of the partners is enough to reject for %s", tier.Name)
		}
	}
	assert.Contains(t, p.Calendars, p.Calendar)
	assert.NotEmpty(t, p.Kickoff.Sections)
}
