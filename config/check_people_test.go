package config

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/policy"
)

// absent puts absences at the end of grace's and maria's entries, on lines 10 and 16. An empty one takes a line too.
func absent(t *testing.T, grace, maria string) string {
	return replaced(t,
		"    crm_owner: \"7\"\n", "    crm_owner: \"7\"\n    away: ["+grace+"]\n",
		"    manager: grace\n", "    manager: grace\n    away: ["+maria+"]\n")
}

func TestMistakesInAnAbsence(t *testing.T) {
	for name, c := range map[string]struct{ grace, maria, want string }{
		"no beginning":    {"", "{to: 2026-08-14}", `handbook.yaml:16: people[1].away[0].from: is missing: write a date like 2026-08-03, the first one away`},
		"no end":          {"", "{from: 2026-08-03}", `handbook.yaml:16: people[1].away[0].to: is missing: write a date like 2026-08-14, the last one away`},
		"no date":         {"", "{from: 3 August, to: 2026-08-14}", `handbook.yaml:16: people[1].away[0].from: "3 August" is no time: write a date like 2026-08-03, or a time with its zone like 2026-08-03T12:00+02:00`},
		"a date too late": {"", "{from: 2026-02-29, to: 2026-03-01}", `handbook.yaml:16: people[1].away[0].from: "2026-02-29" is no time: write a date like 2026-08-03, or a time with its zone like 2026-08-03T12:00+02:00`},
		"no zone":         {"", "{from: 2026-08-03T12:00, to: 2026-08-14}", `handbook.yaml:16: people[1].away[0].from: "2026-08-03T12:00" is no time: write a date like 2026-08-03, or a time with its zone like 2026-08-03T12:00+02:00`},
		"backwards":       {"", "{from: 2026-08-14, to: 2026-08-03}", `handbook.yaml:16: people[1].away[0].to: 2026-08-03 is not after 2026-08-14, when the absence begins`},
		"no length":       {"", "{from: 2026-08-14T12:00:00Z, to: 2026-08-14T12:00Z}", `handbook.yaml:16: people[1].away[0].to: 2026-08-14T12:00:00Z is not after 2026-08-14T12:00:00Z, when the absence begins`},
		"cover":           {"", "{from: 2026-08-03, to: 2026-08-14, cover: graec}", `handbook.yaml:16: people[1].away[0].cover: "graec" is nobody in people; did you mean "grace"?`},
		"own cover":       {"", "{from: 2026-08-03, to: 2026-08-14, cover: maria}", `handbook.yaml:16: people[1].away[0].cover: "maria" can't stand in for themselves: name somebody else, or leave it out`},
		"overlap":         {"", "{from: 2026-08-03, to: 2026-08-14}, {from: 2026-08-14T23:59Z, to: 2026-08-20}", `handbook.yaml:16: people[1].away[1]: overlaps with away[0], from 2026-08-03 to 2026-08-14: join them, or make one shorter`},
		"each other": {
			"{from: 2026-08-10, to: 2026-08-20, cover: maria}", "{from: 2026-07-01, to: 2026-07-02}, {from: 2026-08-03, to: 2026-08-10, cover: grace}",
			`handbook.yaml:10: people[0].away[0].cover: goes round in a circle (grace → maria → grace), since all of them are away on 2026-08-10: name somebody who is there`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load([]layer{{1, "handbook.yaml", []byte(absent(t, c.grace, c.maria))}}, nil)
			assert.EqualError(t, err, c.want)
		})
	}
}

func TestCoveringEachOtherAtDifferentTimesIsNoCircle(t *testing.T) {
	_, err := load([]layer{{1, "handbook.yaml", []byte(absent(t,
		"{from: 2026-08-11, to: 2026-08-20, cover: maria}", "{from: 2026-08-03, to: 2026-08-10, cover: grace}, {from: 2026-08-21, to: 2026-08-21, cover: grace}"))}}, nil)
	assert.NoError(t, err)
}

func TestADateOfAnAbsenceIsThePersonsOwnAndTheLastOneIsAwayToo(t *testing.T) {
	utc := func(month time.Month, day, hour, minute, second int) time.Time {
		return time.Date(2026, month, day, hour, minute, second, 0, time.UTC)
	}
	afternoon := policy.Absence{From: utc(9, 1, 11, 0, 0), To: utc(9, 1, 15, 30, 15)}
	for zone, weekend := range map[string]policy.Absence{
		"":       {From: utc(10, 24, 0, 0, 0), To: utc(10, 26, 0, 0, 0), Cover: "grace"},
		"berlin": {From: utc(10, 23, 22, 0, 0), To: utc(10, 25, 23, 0, 0), Cover: "grace"}, // summer time ends on the 25th
	} {
		text := absent(t, "", "{from: 2026-10-24, to: 2026-10-25, cover: grace}, {from: 2026-09-01T13:00+02:00, to: '2026-09-01T17:30:15+02:00'}")
		text = strings.Replace(text, "    manager: grace\n", "    manager: grace\n    calendar: "+zone+"\n", 1)
		c, err := load([]layer{{1, "handbook.yaml", []byte(text + berlin)}}, nil)
		require.NoError(t, err)
		maria := c.Book.People["maria"]
		assert.Equal(t, c.People[1], maria)
		for i, want := range []policy.Absence{weekend, afternoon} {
			a := maria.Away[i]
			assert.Equal(t, want, policy.Absence{From: a.From.UTC(), To: a.To.UTC(), Cover: a.Cover}, zone)
		}
	}
}

func TestEachCircleIsFoundOnceFromItsFirstPerson(t *testing.T) {
	people := []policy.Person{{ID: "a"}, {ID: "b"}, {ID: "c"}, {ID: "d"}, {ID: "e"}, {ID: "f"}, {ID: "g"}}
	next := map[string]string{"a": "c", "b": "d", "c": "d", "d": "b", "e": "e", "f": "g"}
	assert.Equal(t, []circle{{1, []string{"b", "d"}}, {4, []string{"e"}}}, circles(people, next))
}
