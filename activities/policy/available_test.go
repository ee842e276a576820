package policy_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/policy"
)

// shop is a handbook with one pool, two calendars with nine to five, and a time that it is.
func shop(t *testing.T, now time.Time, pool policy.Pool) *policy.Activities {
	b := &policy.Book{Pools: map[string]policy.Pool{pool.Name: pool}, Calendars: map[string]policy.Calendar{}}
	for _, zone := range []string{"Europe/Berlin", "America/New_York"} {
		b.Calendars[zone] = opens(t, zone, "mon-fri", "09:00-17:00")
	}
	return &policy.Activities{Current: func() *policy.Book { return b }, Now: func() time.Time { return now }}
}

// opens is a zone's calendar.
func opens(t *testing.T, zone, days, open string) policy.Calendar {
	clock, err := calendar.Compile(calendar.Calendar{Name: zone, Zone: zone, Hours: []calendar.Hours{{Days: days, Open: open}}})
	require.NoError(t, err)
	location, err := time.LoadLocation(zone)
	require.NoError(t, err)
	return policy.Calendar{Clock: clock, Zone: location}
}

// absent is one absence.
func absent(from, to string) []policy.Absence { return []policy.Absence{{From: at(from), To: at(to)}} }

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

// Fridays at 20:00 UTC it is 22:00 in Berlin, and 16:00 in New York.
var friday = at("2026-08-07T20:00:00Z")

func TestMembersAreAtWorkWithinTheirHoursUnlessTheyAreAway(t *testing.T) {
	for name, c := range map[string]struct {
		person   policy.Person
		calendar string // the pool's
		want     policy.Attendance
	}{
		"within their hours":           {policy.Person{Calendar: "America/New_York"}, "", policy.Attendance{Day: "2026-08-07", Working: true, Next: friday, NextDay: at("2026-08-10T13:00:00Z")}},
		"after their hours":            {policy.Person{Calendar: "Europe/Berlin"}, "", policy.Attendance{Day: "2026-08-07", Next: at("2026-08-10T07:00:00Z"), NextDay: at("2026-08-10T07:00:00Z")}},
		"the person's before the pool": {policy.Person{Calendar: "America/New_York"}, "Europe/Berlin", policy.Attendance{Day: "2026-08-07", Working: true, Next: friday, NextDay: at("2026-08-10T13:00:00Z")}},
		"the pool's where none is":     {policy.Person{}, "Europe/Berlin", policy.Attendance{Day: "2026-08-07", Next: at("2026-08-10T07:00:00Z"), NextDay: at("2026-08-10T07:00:00Z")}},
		"at any time without hours":    {policy.Person{}, "", policy.Attendance{Day: "2026-08-07", Working: true, Next: friday, NextDay: at("2026-08-08T00:00:00Z")}},
		"away within their hours": {
			policy.Person{Calendar: "America/New_York", Away: absent("2026-08-07T00:00:00Z", "2026-08-11T15:00:00Z")}, "",
			policy.Attendance{Day: "2026-08-07", Away: true, Next: at("2026-08-11T15:00:00Z"), NextDay: at("2026-08-11T15:00:00Z")},
		},
		"back after their hours": {
			policy.Person{Calendar: "America/New_York", Away: absent("2026-08-07T00:00:00Z", "2026-08-07T23:00:00Z")}, "",
			policy.Attendance{Day: "2026-08-07", Away: true, Next: at("2026-08-10T13:00:00Z"), NextDay: at("2026-08-10T13:00:00Z")},
		},
		"away again when it opens": {
			policy.Person{Calendar: "Europe/Berlin", Away: absent("2026-08-10T00:00:00Z", "2026-08-11T12:00:00Z")}, "",
			policy.Attendance{Day: "2026-08-07", Next: at("2026-08-11T12:00:00Z"), NextDay: at("2026-08-11T12:00:00Z")},
		},
		"away twice in a row, without hours": {
			policy.Person{Away: append(absent("2026-08-09T00:00:00Z", "2026-08-10T00:00:00Z"), absent("2026-08-07T00:00:00Z", "2026-08-09T00:00:00Z")...)}, "",
			policy.Attendance{Day: "2026-08-07", Away: true, Next: at("2026-08-10T00:00:00Z"), NextDay: at("2026-08-10T00:00:00Z")},
		},
		"never back": {
			policy.Person{Calendar: "Europe/Berlin", Away: absent("2026-08-07T00:00:00Z", "2300-01-01T00:00:00Z")}, "",
			policy.Attendance{Day: "2026-08-07", Away: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.person.ID = "ann"
			member := policy.Member{Person: c.person, Weight: 2, DailyCap: 5}
			a := shop(t, friday, policy.Pool{Name: "west", Calendar: c.calendar, Members: []policy.Member{member}})
			got, err := a.FindAvailable(ctx, key, policy.AvailabilityRequest{Pool: "west"})
			require.NoError(t, err)
			c.want.Member = member
			assert.Equal(t, policy.Availability{At: friday, Members: []policy.Attendance{c.want}}, got)
		})
	}
}

// A cap counts anew on a later date, which may begin within the hours, and after an absence.
func TestTheNextDayIsALaterDateWhereTheMemberIs(t *testing.T) {
	for name, c := range map[string]struct {
		zone, open string // "" without a calendar
		now        string
		away       []policy.Absence
		next, day  string
	}{
		"at work today, and tomorrow":      {"Europe/Berlin", "09:00-17:00", "2026-08-04T08:00:00Z", nil, "2026-08-04T08:00:00Z", "2026-08-05T07:00:00Z"},
		"before work":                      {"Europe/Berlin", "09:00-17:00", "2026-08-04T05:00:00Z", nil, "2026-08-04T07:00:00Z", "2026-08-05T07:00:00Z"},
		"after work":                       {"Europe/Berlin", "09:00-17:00", "2026-08-04T20:00:00Z", nil, "2026-08-05T07:00:00Z", "2026-08-05T07:00:00Z"},
		"the night shift's date changes":   {"Europe/Berlin", "22:00-06:00", "2026-08-04T21:30:00Z", nil, "2026-08-04T21:30:00Z", "2026-08-04T22:00:00Z"},
		"the night shift after midnight":   {"Europe/Berlin", "22:00-06:00", "2026-08-04T23:30:00Z", nil, "2026-08-04T23:30:00Z", "2026-08-05T22:00:00Z"},
		"away until the afternoon":         {"Europe/Berlin", "09:00-17:00", "2026-08-04T08:00:00Z", absent("2026-08-04T00:00:00Z", "2026-08-05T12:00:00Z"), "2026-08-05T12:00:00Z", "2026-08-05T12:00:00Z"},
		"away from tomorrow":               {"Europe/Berlin", "09:00-17:00", "2026-08-04T08:00:00Z", absent("2026-08-04T22:00:00Z", "2026-08-06T22:00:00Z"), "2026-08-04T08:00:00Z", "2026-08-07T07:00:00Z"},
		"without hours":                    {"", "", "2026-08-04T23:59:59.5Z", nil, "2026-08-04T23:59:59.5Z", "2026-08-05T00:00:00Z"},
		"without hours, away":              {"", "", "2026-08-04T12:00:00Z", absent("2026-08-04T23:00:00Z", "2026-08-05T01:00:00Z"), "2026-08-04T12:00:00Z", "2026-08-05T01:00:00Z"},
		"at midnight":                      {"", "", "2026-08-05T00:00:00Z", nil, "2026-08-05T00:00:00Z", "2026-08-06T00:00:00Z"},
		"the clocks skip midnight":         {"Africa/Cairo", "00:00-24:00", "2026-04-23T20:00:00Z", nil, "2026-04-23T20:00:00Z", "2026-04-23T22:00:00Z"},
		"the clocks go back at midnight":   {"Africa/Cairo", "00:00-24:00", "2026-10-29T20:30:00Z", nil, "2026-10-29T20:30:00Z", "2026-10-29T22:00:00Z"},
		"a day of 25 hours":                {"Europe/Berlin", "00:00-24:00", "2026-10-24T22:00:00Z", nil, "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"},
		"the clocks go forward in the day": {"Europe/Berlin", "00:00-24:00", "2026-03-29T00:30:00Z", nil, "2026-03-29T00:30:00Z", "2026-03-29T22:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			person := policy.Person{ID: "ann", Calendar: c.zone, Away: c.away}
			a := shop(t, at(c.now), policy.Pool{Name: "west", Members: []policy.Member{{Person: person}}})
			if c.zone != "" {
				a.Current().Calendars[c.zone] = opens(t, c.zone, "mon-sun", c.open)
			}
			got, err := a.FindAvailable(ctx, key, policy.AvailabilityRequest{Pool: "west"})
			require.NoError(t, err)
			assert.Equal(t, at(c.next), got.Members[0].Next)
			assert.Equal(t, at(c.day), got.Members[0].NextDay)
		})
	}
}

func TestTheDayIsTheOneWhereTheMemberIs(t *testing.T) {
	for now, want := range map[string][]string{
		"2026-08-07T21:59:59Z": {"2026-08-07", "2026-08-07", "2026-08-07"},
		"2026-08-07T22:00:00Z": {"2026-08-08", "2026-08-07", "2026-08-07"}, // midnight in Berlin
		"2026-08-08T00:00:00Z": {"2026-08-08", "2026-08-08", "2026-08-07"}, // in UTC
		"2026-08-08T04:00:00Z": {"2026-08-08", "2026-08-08", "2026-08-08"}, // in New York
	} {
		pool := policy.Pool{Name: "all", Members: []policy.Member{
			{Person: policy.Person{ID: "ann", Calendar: "Europe/Berlin"}}, {Person: policy.Person{ID: "bert"}}, {Person: policy.Person{ID: "cleo", Calendar: "America/New_York"}},
		}}
		got, err := shop(t, at(now), pool).FindAvailable(ctx, key, policy.AvailabilityRequest{Pool: "all"})
		require.NoError(t, err)
		var days []string
		for _, m := range got.Members {
			days = append(days, m.Day)
		}
		assert.Equal(t, want, days, now)
	}
}

func TestAPoolThatIsGoneHasNobody(t *testing.T) {
	got, err := shop(t, friday, policy.Pool{Name: "west"}).FindAvailable(ctx, key, policy.AvailabilityRequest{Pool: "east"})
	require.NoError(t, err)
	assert.Equal(t, policy.Availability{At: friday}, got)
}
