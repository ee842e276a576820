package config

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/policy"
)

func TestMistakesInACalendarHaveTheirLines(t *testing.T) {
	for name, c := range map[string]struct{ calendars, want string }{
		"no name":         {"\n  - zone: UTC\n    hours: [{days: mon, open: '9:00-17:00'}]", `handbook.yaml:41: calendars[0].name: is missing: give it a calendar's name`},
		"name":            {"\n  - name: Büro\n    zone: UTC\n    hours: [{days: mon, open: '9:00-17:00'}]", `handbook.yaml:41: calendars[0].name: "Büro" can't be a calendar's name: use lower-case letters, digits, dots and hyphens, such as "b-ro"`},
		"wall":            {"\n  - name: wall\n    zone: UTC\n    hours: [{days: mon, open: '9:00-17:00'}]", `handbook.yaml:41: calendars[0].name: "wall" is the clock that never stops: give the calendar another name`},
		"twice":           {"\n  - {name: a, zone: UTC, hours: [{days: mon, open: '9:00-17:00'}]}\n  - {name: a, zone: UTC, hours: [{days: mon, open: '9:00-17:00'}]}", `handbook.yaml:42: calendars[1].name: "a" is taken by calendars[0].name: every one needs its own`},
		"no zone":         {"\n  - name: a\n    hours: [{days: mon, open: '9:00-17:00'}]", `handbook.yaml:41: calendars[0].zone: "" is no time zone: write its IANA name, like "Europe/Berlin", "America/New_York" or "UTC"`},
		"zone":            {"\n  - name: a\n    zone: CET\n    hours: [{days: mon, open: '9:00-17:00'}]", `handbook.yaml:42: calendars[0].zone: "CET" is no time zone: write its IANA name, like "Europe/Berlin", "America/New_York" or "UTC"`},
		"never open":      {"\n  - name: a\n    zone: UTC\n    hours: []", `handbook.yaml:43: calendars[0].hours: is empty, so that it never opens: write the opening hours, like days "mon-fri" with open "09:00-17:00"`},
		"days":            {"\n  - name: a\n    zone: UTC\n    hours:\n      - days: mo-fr\n        open: 9:00-17:00", `handbook.yaml:44: calendars[0].hours[0].days: "mo" is no day of the week: they are mon, tue, wed, thu, fri, sat, sun, in a row "mon-fri"`},
		"open":            {"\n  - name: a\n    zone: UTC\n    hours:\n      - days: mon-fri\n        open: 9-17", `handbook.yaml:45: calendars[0].hours[0].open: "9" is no time: write hours and minutes on the 24-hour clock, like 09:00 or 17:30`},
		"overlap":         {"\n  - name: a\n    zone: UTC\n    hours:\n      - {days: mon-fri, open: '9:00-17:00'}\n      - {days: fri, open: '16:00-18:00'}", `handbook.yaml:45: calendars[0].hours[1].open: "09:00-17:00" on Friday and "16:00-18:00" on Friday (hours[0]) overlap: join them, or take one out`},
		"holidays":        {"\n  - name: a\n    zone: UTC\n    hours: [{days: mon, open: '9:00-17:00'}]\n    holidays: [DE, DE-XX]", `handbook.yaml:44: calendars[0].holidays[1]: "DE-XX" is no place whose holidays are known; for that country write one of DE, DE-BB, DE-BE, DE-BW, DE-BY, DE-HB, DE-HE, DE-HH, DE-MV, DE-NI, DE-NW, DE-RP, DE-SH, DE-SL, DE-SN, DE-ST, DE-TH, or write the dates under days`},
		"exception":       {"\n  - name: a\n    zone: UTC\n    hours: [{days: mon, open: '9:00-17:00'}]\n    holidays: [DE]\n    except: [2026-11-11]", `handbook.yaml:45: calendars[0].except[0]: 2026-11-11 is not a text to YAML: write it in quotes, "2026-11-11"`},
		"no date":         {"\n  - name: a\n    zone: UTC\n    hours: [{days: mon, open: '9:00-17:00'}]\n    days:\n      - date: 24.12.", `handbook.yaml:45: calendars[0].days[0].date: "24.12." is no date: write it like 2026-12-24, or 12-24 for every year`},
		"missing date":    {"\n  - name: a\n    zone: UTC\n    hours: [{days: mon, open: '9:00-17:00'}]\n    days:\n      - open: 9:00-12:00", `handbook.yaml:45: calendars[0].days[0].date: is missing: write a date like 2026-12-24, or 12-24 for every year`},
		"unknown setting": {"\n  - name: a\n    timezone: UTC\n    zone: UTC\n    hours: [{days: mon, open: '9:00-17:00'}]", `handbook.yaml:42: calendars[0].timezone: is no setting`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load([]layer{{1, "handbook.yaml", []byte(handbook + "calendars:" + c.calendars)}}, nil)
			assert.EqualError(t, err, c.want)
		})
	}
}

func TestACalendarIsNamedByPeopleAndPools(t *testing.T) {
	c, err := load([]layer{{1, "handbook.yaml", []byte(replaced(t,
		"    manager: grace", "    manager: grace\n    calendar: berlin",
		"  - name: west", "  - name: west\n    calendar: berlin",
		"weight: 2", "weight: 2\n        daily_cap: 5",
	) + berlin)}}, nil)
	require.NoError(t, err)
	assert.Equal(t, "berlin", c.Book.People["maria"].Calendar)
	assert.Equal(t, "berlin", c.Book.Pools["west"].Calendar)
	assert.Equal(t, []int{5, 0}, []int{c.Book.Pools["west"].Members[0].DailyCap, c.Book.Pools["west"].Members[1].DailyCap})
	assert.Nil(t, c.Book.Lead.Calendars, "no rung counts on it")

	clock := c.Book.Calendars["berlin"]
	assert.Equal(t, "Europe/Berlin", clock.Zone.String())
	assert.True(t, clock.Open(time.Date(2026, time.August, 5, 14, 59, 0, 0, time.UTC)))
	assert.False(t, clock.Open(time.Date(2026, time.August, 5, 15, 0, 0, 0, time.UTC)))
}

func TestMistakesInNamingACalendar(t *testing.T) {
	for name, c := range map[string]struct {
		calendars, old, new string
		want                string
	}{
		"person": {berlin, "manager: grace", "calendar: belrin", `handbook.yaml:14: people[1].calendar: "belrin" is no calendar in calendars; did you mean "berlin"?`},
		"pool":   {berlin, "- name: west", "- name: west\n    calendar: west", `handbook.yaml:21: pools[0].calendar: "west" is no calendar in calendars`},
		"none":   {"", "manager: grace", "calendar: berlin", `handbook.yaml:14: people[1].calendar: "berlin" is no calendar in calendars`},
		"broken": {"calendars: [{name: berlin, zone: Berlin, hours: [{days: mon, open: '9:00-17:00'}]}]\n", "manager: grace", "calendar: berlin", `handbook.yaml:40: calendars[0].zone: "Berlin" is no time zone: write its IANA name, like "Europe/Berlin", "America/New_York" or "UTC"`},
		"cap":    {"", "weight: 2", "daily_cap: 0", `handbook.yaml:23: pools[0].members[0].daily_cap: 0 is no cap: it is at least 1; leave it out for no limit`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load([]layer{{1, "handbook.yaml", []byte(replaced(t, c.old, c.new) + c.calendars)}}, nil)
			assert.EqualError(t, err, c.want)
		})
	}
}

func TestTheDefaultCalendarsMeanWhatTheirCommentsSay(t *testing.T) {
	c, err := Load()
	require.NoError(t, err)
	book := c.Book
	assert.Equal(t, map[string]calendar.Calendar{"office": c.Calendars[0]}, book.Lead.Calendars)
	office := book.Calendars["office"]
	day := func(month time.Month, day, hour int) time.Time {
		return time.Date(2026, month, day, hour, 0, 0, 0, office.Zone)
	}
	assert.Equal(t, 8*time.Hour, office.Between(day(time.August, 5, 0), day(time.August, 6, 0)))
	assert.True(t, office.Open(day(time.November, 11, 9)), "Veterans Day is worked")
	assert.False(t, office.Open(day(time.November, 26, 9)), "Thanksgiving isn't")
	for _, p := range c.Pools {
		for _, m := range p.Members {
			assert.NotEmpty(t, book.People[m.Person].Calendar, m.Person)
		}
	}
}

// Each working day somebody is told, and it is the manager once the lead was escalated, on whatever day it came.
func TestTheDefaultLadderTellsTheManagerEachWorkingDay(t *testing.T) {
	c, err := Load()
	require.NoError(t, err)
	office, daily := c.Book.Calendars["office"], c.Lead.Contact[1]
	require.Equal(t, policy.Remind, daily.Do)
	opened := time.Date(2026, time.August, 3, 4, 30, 0, 0, office.Zone)
	for range 7 * 24 {
		opened = opened.Add(time.Hour)
		escalated := opened.Add(48 * time.Hour)
		var told []time.Time
		for n := range 10 {
			if at := office.Add(opened, daily.After.Duration+time.Duration(n)*daily.Every.Duration); at.After(escalated) {
				told = append(told, at)
			}
		}
		last := escalated
		for _, at := range told {
			assert.LessOrEqual(t, office.Between(last, at), 8*time.Hour, "opened %s: from %s to %s", opened, last, at)
			last = at
		}
	}
}
