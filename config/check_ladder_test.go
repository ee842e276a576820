package config

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/lead"
	"github.com/throughline-dev/throughline/workflows/step"
)

// berlin is a calendar to lay before the handbook's people. It has four lines.
const berlin = `calendars:
  - name: berlin
    zone: Europe/Berlin
    hours: [{days: mon-fri, open: "09:00-17:00"}]
`

// ladder is what goes before the ladder's first rung, on line 33.
var ladder = handbook[:strings.Index(handbook, "    - after: 24h")]

func TestMistakesInALadder(t *testing.T) {
	for name, c := range map[string]struct{ rungs, want string }{
		"in order":              {"{after: 48h, clock: wall, do: remind}, {after: 48h, clock: wall, do: escalate}", `[1].after: 48h is not later than the rung before it on this clock (48h): both are counted from the moment the task opens`},
		"in order on one clock": {"{after: 2h, clock: wall, do: remind}, {after: 2h, clock: berlin, do: remind}, {after: 1h, clock: wall, do: remind}", `[2].after: 1h is not later than the rung before it on this clock (2h): both are counted from the moment the task opens`},
		"at once":               {"{after: -1h30m, clock: wall, do: remind}", `[0].after: -1h30m is not more than nothing`},
		"no time":               {"{clock: wall, do: remind}", `[0].after: is missing: give it a duration such as 90s, 15m or 48h`},
		"days":                  {"{after: 2d, clock: wall, do: remind}", `[0].after: "2d" is not a duration: write it like 90s, 15m or 48h`},
		"no clock":              {"{after: 24h, do: remind}", `[0].clock: is missing: say what counts; it is wall, or a calendar's hours: berlin`},
		"clock":                 {"{after: 24h, clock: belrin, do: remind}", `[0].clock: "belrin" is no clock of this ladder: it is wall, or a calendar's hours: berlin; did you mean "berlin"?`},
		"wall":                  {"{after: 24h, clock: Wall, do: remind}", `[0].clock: "Wall" is no clock of this ladder: it is wall, or a calendar's hours: berlin; did you mean "wall"?`},
		"move":                  {"{after: 24h, clock: wall, do: escalte}", `[0].do: "escalte" is no move: it is remind, reassign, escalate or act; did you mean "escalate"?`},
		"no move":               {"{after: 24h, clock: wall}", `[0].do: is missing: it is remind, reassign, escalate or act`},
		"every nothing":         {"{after: 24h, clock: wall, do: remind, every: 0s}", `[0].every: 0s is not more than nothing`},
		"times without every":   {"{after: 24h, clock: wall, do: remind, times: 3}", `[0].times: is for a rung with every: say how long it is from one time to the next, or leave it out`},
		"no times":              {"{after: 24h, clock: wall, do: remind, every: 1h, times: 0}", `[0].times: 0 is no number of times: it is at least 1; leave it out to go on until somebody answers`},
		"act what":              {"{after: 24h, clock: wall, do: act}", `[0].action: is missing: it is contacted or disqualified`},
		"act so":                {"{after: 24h, clock: wall, do: act, action: disqualifed}", `[0].action: "disqualifed" is no answer that the policy can give: it is contacted or disqualified; did you mean "disqualified"?`},
		"act again":             {"{after: 24h, clock: wall, do: act, action: disqualified, every: 24h}", `[0].every: is not for a rung that does act, which ends the task: leave it out`},
		"action without act":    {"{after: 24h, clock: wall, do: remind, action: contacted}", `[0].action: is for a rung that does act: leave it out`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load([]layer{{1, "handbook.yaml", []byte(ladder + "    [" + c.rungs + "]\n" + berlin)}}, nil)
			assert.EqualError(t, err, "handbook.yaml:34: lead.contact"+c.want)
		})
	}
}

func TestMistakesInOperationsLadder(t *testing.T) {
	for name, c := range map[string]struct{ rung, want string }{
		"reassign": {"{after: 1h, clock: wall, do: reassign}", `[0].do: "reassign" is no move: it is remind, escalate or act`},
		"calendar": {"{after: 1h, clock: berlyn, do: remind}", `[0].clock: "berlyn" is no clock of this ladder: it is wall, or a calendar's hours: berlin; did you mean "berlin"?`},
		"no clock": {"{after: 1h, do: remind}", `[0].clock: is missing: say what counts; it is wall, or a calendar's hours: berlin`},
		"skip":     {"{after: 1h, clock: wall, do: act, action: skip}", `[0].action: "skip" is no answer that the policy can give: it is retry or abort`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load([]layer{{1, "handbook.yaml", []byte(handbook + "  operations: [" + c.rung + "]\n" + berlin)}}, nil)
			assert.EqualError(t, err, "handbook.yaml:40: lead.operations"+c.want)
		})
	}
}

func TestALadderOfEverythingIsReadAsItIsWritten(t *testing.T) {
	c, err := load([]layer{{1, "handbook.yaml", []byte(ladder + `
    - {after: 24h, clock: berlin, do: remind, every: 8h, times: 3}
    - {after: 2h, clock: wall, do: reassign}
    - {after: 48h, clock: wall, do: escalate, every: 24h}
    - {after: 100h, clock: wall, do: act, action: disqualified}
  operations: [{after: 1h, clock: berlin, do: act, action: retry}]
  max_pause: 72h
  max_extension: 30m
` + berlin)}}, nil)
	require.NoError(t, err)
	got := c.Book.Lead
	assert.Equal(t, policy.Ladder{
		{After: policy.Hours(24), Clock: "berlin", Do: policy.Remind, Every: policy.Hours(8), Times: 3},
		{After: policy.Hours(2), Clock: policy.Wall, Do: policy.Reassign},
		{After: policy.Hours(48), Clock: policy.Wall, Do: policy.Escalate, Every: policy.Hours(24)},
		{After: policy.Hours(100), Clock: policy.Wall, Do: policy.Act, Action: lead.ActionDisqualified},
	}, got.Contact)
	assert.Equal(t, policy.Ladder{{After: policy.Hours(1), Clock: "berlin", Do: policy.Act, Action: string(step.Retry)}}, got.Operations)
	assert.Equal(t, policy.Hours(72), got.MaxPause)
	assert.Equal(t, "30m0s", got.MaxExtension.String())
	assert.Equal(t, map[string]calendar.Calendar{"berlin": c.Calendars[0]}, got.Calendars, "those that the ladders name, and no other")
}

func TestAPauseAndAnExtensionAreNotNegative(t *testing.T) {
	_, err := try(t, nil, "  contact:", "  max_pause: -1h\n  max_extension: -1s\n  contact:")
	assert.EqualError(t, err, "2 mistakes in the configuration:\nhandbook.yaml:33: lead.max_pause: -1h is less than nothing\nhandbook.yaml:34: lead.max_extension: -1s is less than nothing")
}

func TestReassigningNeedsSomebodyElse(t *testing.T) {
	alone := []string{"      - person: grace\n", "", "do: escalate", "do: reassign"}
	_, err := try(t, nil, alone...)
	assert.EqualError(t, err, `handbook.yaml:38: lead.contact[1].do: "reassign" has nobody to give a lead to, since every pool has one member: add somebody to a pool, or leave the rung out`)
	_, err = try(t, nil, append(alone, "lead:", "  - name: east\n    members: [{person: maria}, {person: grace}]\nlead:")...)
	assert.NoError(t, err, "one of the pools has two")
}

func TestThePolicyCanGiveTheAnswersThatTheTasksHave(t *testing.T) {
	assert.Equal(t, []string{lead.ActionContacted, lead.ActionDisqualified}, contactTask(nil).actions)
	assert.Equal(t, []string{string(step.Retry), string(step.Abort)}, operationsTask(nil).actions)
}
