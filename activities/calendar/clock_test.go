package calendar_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/calendar"
)

// hours makes a clock of a zone and of days and opening hours in turn.
func hours(t testing.TB, zone string, more ...string) *calendar.Clock {
	c := calendar.Calendar{Zone: zone}
	for i := 0; i < len(more); i += 2 {
		c.Hours = append(c.Hours, calendar.Hours{Days: more[i], Open: more[i+1]})
	}
	return compile(t, c)
}

func compile(t testing.TB, c calendar.Calendar) *calendar.Clock {
	clock, err := calendar.Compile(c)
	require.NoError(t, err)
	return clock
}

// at reads a time on the wall, like "2026-03-27 15:00", or one with the distance from UTC, like "2026-10-25 02:30 +0200".
func at(t testing.TB, zone, text string) time.Time {
	loc, err := time.LoadLocation(zone)
	require.NoError(t, err)
	if v, err := time.Parse("2006-01-02 15:04 -0700", text); err == nil {
		return v.In(loc)
	}
	v, err := time.ParseInLocation("2006-01-02 15:04", text, loc)
	require.NoError(t, err)
	return v
}

func TestWorkGoesOnTheNextWorkingDay(t *testing.T) {
	berlin := compile(t, calendar.Calendar{
		Zone:     "Europe/Berlin",
		Hours:    []calendar.Hours{{Days: "mon-fri", Open: "09:00-12:00, 13:00-18:00"}},
		Holidays: []string{"DE"},
	})
	for _, one := range []struct {
		why, from string
		d         time.Duration
		want      string
	}{
		{"in one go", "2026-03-25 09:30", 2 * time.Hour, "2026-03-25 11:30"},
		{"over lunch", "2026-03-25 11:00", 2 * time.Hour, "2026-03-25 14:00"},
		{"overnight", "2026-03-25 17:00", 2 * time.Hour, "2026-03-26 10:00"},
		{"over a week end on which clocks go forward", "2026-03-27 16:00", 24 * time.Hour, "2026-04-01 16:00"},
		{"over Easter, Good Friday to Easter Monday", "2026-04-02 17:00", 2 * time.Hour, "2026-04-07 10:00"},
		{"over the turn of the year", "2026-12-31 17:30", time.Hour, "2027-01-04 09:30"},
		{"from the night before", "2026-03-25 03:00", time.Hour, "2026-03-25 10:00"},
		{"from a Saturday", "2026-03-28 12:00", time.Hour, "2026-03-30 10:00"},
		{"to the end of the morning", "2026-03-25 09:00", 3 * time.Hour, "2026-03-25 12:00"},
		{"to the end of the day", "2026-03-25 09:00", 8 * time.Hour, "2026-03-25 18:00"},
		{"a moment more than the day", "2026-03-25 09:00", 8*time.Hour + 1, "2026-03-26 09:00"},
		{"all 254 working days of 2026", "2026-01-01 00:00", 254 * 8 * time.Hour, "2026-12-31 18:00"},
	} {
		from, want := at(t, "Europe/Berlin", one.from), at(t, "Europe/Berlin", one.want)
		got := berlin.Add(from, one.d)
		assert.Equal(t, want, got.Truncate(time.Second), one.why)
		assert.Equal(t, one.d, berlin.Between(from, got), one.why)
	}
}

func TestWhatIsDueAtOnceWaitsForTheHours(t *testing.T) {
	const zone = "America/New_York"
	clock := hours(t, zone, "mon-fri", "09:00-17:00")
	for from, want := range map[string]string{
		"2026-03-25 08:59": "2026-03-25 09:00",
		"2026-03-25 09:00": "2026-03-25 09:00",
		"2026-03-25 16:59": "2026-03-25 16:59",
		"2026-03-25 17:00": "2026-03-26 09:00", // the end is no longer open
		"2026-03-27 17:00": "2026-03-30 09:00",
	} {
		assert.Equal(t, at(t, zone, want), clock.NextOpening(at(t, zone, from)), from)
		assert.Equal(t, at(t, zone, want), clock.Add(at(t, zone, from), 0), from)
		assert.Equal(t, at(t, zone, want), clock.Add(at(t, zone, from), -time.Hour), from)
		assert.Equal(t, want == from, clock.Open(at(t, zone, from)), from)
	}
}

func TestANightShiftIsAsLongAsItReallyIs(t *testing.T) {
	for _, one := range []struct {
		zone, why, noon string
		want            time.Duration
	}{
		{"Europe/Berlin", "no change", "2026-03-21 12:00", 8 * time.Hour},
		{"Europe/Berlin", "02:00 becomes 03:00", "2026-03-28 12:00", 7 * time.Hour},
		{"Europe/Berlin", "03:00 becomes 02:00", "2026-10-24 12:00", 9 * time.Hour},
		{"America/New_York", "02:00 becomes 03:00", "2026-03-07 12:00", 7 * time.Hour},
		{"America/New_York", "02:00 becomes 01:00", "2026-10-31 12:00", 9 * time.Hour},
		{"Australia/Lord_Howe", "02:00 becomes 01:30", "2026-04-04 12:00", 8*time.Hour + 30*time.Minute},
		{"Australia/Lord_Howe", "02:00 becomes 02:30", "2026-10-03 12:00", 7*time.Hour + 30*time.Minute},
		{"Africa/Casablanca", "03:00 becomes 02:00 for Ramadan", "2026-02-14 12:00", 9 * time.Hour},
		{"Africa/Casablanca", "02:00 becomes 03:00 after Ramadan", "2026-03-21 12:00", 7 * time.Hour},
		{"America/Santiago", "24:00 becomes 01:00", "2026-09-05 12:00", 7 * time.Hour},
		{"America/Santiago", "24:00 becomes 23:00", "2026-04-04 12:00", 9 * time.Hour},
	} {
		clock := hours(t, one.zone, "sat", "22:00-06:00")
		noon := at(t, one.zone, one.noon)
		assert.Equal(t, one.want, clock.Between(noon, noon.Add(24*time.Hour)), "%s: %s", one.zone, one.why)
		assert.Equal(t, noon.Add(10*time.Hour+one.want), clock.Add(noon, one.want), "%s: %s", one.zone, one.why)
	}
}

func TestATimeThatIsSkippedIsTheInstantOfTheChange(t *testing.T) {
	const zone = "Europe/Berlin"
	change := at(t, zone, "2026-03-29 03:00") // what would be 02:00

	opens := hours(t, zone, "sun", "02:30-04:00")
	assert.Equal(t, change, opens.NextOpening(at(t, zone, "2026-03-28 12:00")))
	assert.Equal(t, time.Hour, opens.Between(change, change.Add(24*time.Hour)))

	closes := hours(t, zone, "sun", "01:00-02:30")
	assert.Equal(t, change, closes.Add(at(t, zone, "2026-03-28 12:00"), time.Hour))
	assert.False(t, closes.Open(change))

	within := hours(t, zone, "sun", "02:10-02:50")
	assert.Zero(t, within.Between(change.Add(-24*time.Hour), change.Add(24*time.Hour)))
	assert.Equal(t, at(t, zone, "2026-04-05 02:10"), within.NextOpening(change.Add(-24*time.Hour)))
}

func TestATimeThatOccursTwiceIsItsFirstOccurrence(t *testing.T) {
	const zone = "Europe/Berlin"
	first, second := at(t, zone, "2026-10-25 02:30 +0200"), at(t, zone, "2026-10-25 02:30 +0100")

	opens := hours(t, zone, "sun", "02:30-04:00")
	assert.Equal(t, first, opens.NextOpening(first.Add(-time.Hour)))
	assert.True(t, opens.Open(second.Add(-time.Minute)), "the clock shows 02:29 again, and it has been open since 02:30")
	assert.Equal(t, second.Add(90*time.Minute), opens.Add(first, 150*time.Minute))

	closes := hours(t, zone, "sun", "01:00-02:30")
	assert.Equal(t, 90*time.Minute, closes.Between(first.Add(-24*time.Hour), first.Add(24*time.Hour)))
	assert.False(t, closes.Open(second.Add(-time.Minute)))
}

func TestADayThatAZoneSkippedHadNoHours(t *testing.T) {
	const zone = "Pacific/Apia" // went from Thursday 29 December 2011 to Saturday 31
	clock := hours(t, zone, "mon-sun", "09:00-17:00")
	assert.Equal(t, 16*time.Hour, clock.Between(at(t, zone, "2011-12-29 00:00"), at(t, zone, "2012-01-01 00:00")))
	assert.Equal(t, at(t, zone, "2011-12-31 10:00"), clock.Add(at(t, zone, "2011-12-29 16:00"), 2*time.Hour))
}

func TestAZoneMayBeAnOddDistanceFromUTC(t *testing.T) {
	clock := hours(t, "Asia/Kathmandu", "sun-fri", "10:00-17:00")
	assert.Equal(t, time.Date(2026, time.March, 29, 4, 15, 0, 0, time.UTC),
		clock.NextOpening(time.Date(2026, time.March, 28, 0, 0, 0, 0, time.UTC)).UTC())
}

func TestHoursOverMidnightBelongToTheDayThatTheyBeginOn(t *testing.T) {
	const zone = "Europe/Berlin"
	clock := compile(t, calendar.Calendar{
		Zone:  zone,
		Hours: []calendar.Hours{{Days: "mon-sun", Open: "22:00-06:00"}},
		Days:  []calendar.Day{{Date: calendar.Date{Year: 2026, Month: time.December, Day: 25}}},
	})
	assert.True(t, clock.Open(at(t, zone, "2026-12-25 05:59")), "the night of the 24th")
	assert.False(t, clock.Open(at(t, zone, "2026-12-25 22:00")))
	assert.False(t, clock.Open(at(t, zone, "2026-12-26 05:59")), "the night of the 25th")
	assert.True(t, clock.Open(at(t, zone, "2026-12-26 22:00")))
	assert.True(t, clock.Open(at(t, zone, "2027-01-01 03:00")), "a night of the old year")
}

func TestAFullDayHasNoGapAtMidnight(t *testing.T) {
	const zone = "Europe/Berlin"
	clock := hours(t, zone, "mon-sun", "00:00-24:00")
	from, to := at(t, zone, "2026-01-01 00:00"), at(t, zone, "2029-06-01 12:34")
	assert.Equal(t, to.Sub(from), clock.Between(from, to))
	assert.Equal(t, to, clock.Add(from, to.Sub(from)))
}

func TestDaysGoBeforeHolidaysAndTheWeek(t *testing.T) {
	const zone = "Europe/Berlin"
	clock := compile(t, calendar.Calendar{
		Zone:     zone,
		Hours:    []calendar.Hours{{Days: "mon-fri", Open: "09:00-17:00"}},
		Holidays: []string{"DE-BE"},
		Except:   []string{"frauentag", "2026-05-01"},
		Days: []calendar.Day{
			{Date: date(t, "12-24"), Open: "09:00-12:00"},
			{Date: date(t, "2027-12-24")},                                                 // closed after all
			{Date: date(t, "2026-10-03"), Open: "10:00-12:00, 14:00-15:00"},               // a holiday, and a Saturday
			{Date: date(t, "12-28"), To: date(t, "01-02")},                                // works holidays
			{Date: date(t, "2026-08-03"), To: date(t, "2026-08-07")},                      // a week
			{Date: date(t, "2026-11-02"), To: date(t, "2026-11-03"), Open: "08:00-09:00"}, // two days
		},
	})
	worked := func(day string) time.Duration {
		from := at(t, zone, day+" 00:00")
		return clock.Between(from, from.AddDate(0, 0, 1))
	}
	for day, want := range map[string]time.Duration{
		"2026-12-23": 8 * time.Hour,
		"2026-12-24": 3 * time.Hour, "2029-12-24": 3 * time.Hour, "2027-12-24": 0,
		"2026-12-25": 0, // a holiday
		"2026-12-27": 0, // a Sunday
		"2026-12-28": 0, "2026-12-31": 0, "2027-01-01": 0, "2030-01-02": 0, "2029-01-03": 8 * time.Hour,
		"2026-10-03": 3 * time.Hour,
		"2026-08-03": 0, "2026-08-07": 0, "2026-08-10": 8 * time.Hour, "2027-08-03": 8 * time.Hour,
		"2026-11-02": time.Hour, "2026-11-03": time.Hour, "2026-11-04": 8 * time.Hour,
		"2027-03-08": 8 * time.Hour,                  // Frauentag, a Monday
		"2026-05-01": 8 * time.Hour, "2028-05-01": 0, // only the one year
	} {
		assert.Equal(t, want, worked(day), day)
	}
}

func TestARowOfEveryYearMayEndInALeapDay(t *testing.T) {
	clock := compile(t, calendar.Calendar{
		Zone:  "UTC",
		Hours: []calendar.Hours{{Days: "mon-sun", Open: "09:00-17:00"}},
		Days:  []calendar.Day{{Date: date(t, "12-24"), To: date(t, "02-29")}},
	})
	for from, want := range map[string]string{"2027-12-24 00:00": "2028-03-01 09:00", "2026-12-24 00:00": "2027-03-01 09:00"} {
		assert.Equal(t, at(t, "UTC", want), clock.NextOpening(at(t, "UTC", from)))
	}
}

func date(t testing.TB, text string) (d calendar.Date) {
	require.NoError(t, d.UnmarshalText([]byte(text)))
	return d
}

func TestHoursOfADayThatRunIntoTheNextCountOnce(t *testing.T) {
	clock := compile(t, calendar.Calendar{
		Zone:  "UTC",
		Hours: []calendar.Hours{{Days: "mon-fri", Open: "09:00-10:00, 11:00-17:00"}},
		Days: []calendar.Day{
			{Date: date(t, "2026-07-06"), Open: "20:00-12:00"}, // Monday night until noon, and Tuesday is as usual
			{Date: date(t, "2026-12-31"), Open: "20:00-12:00"}, // into a Friday of the next year
		},
	})
	for _, night := range []string{"2026-07-06", "2026-12-31"} {
		from := at(t, "UTC", night+" 18:00")
		assert.Equal(t, 21*time.Hour, clock.Between(from, from.Add(24*time.Hour)), night)
		assert.Equal(t, from.Add(23*time.Hour), clock.Add(from, 21*time.Hour), night)
	}
}

func TestAHolidayOnNewYearsEveTakesNothingFromNewYearsDay(t *testing.T) {
	clock := compile(t, calendar.Calendar{
		Zone:     "Europe/Stockholm",
		Hours:    []calendar.Hours{{Days: "mon-sun", Open: "22:00-06:00"}},
		Holidays: []string{"SE"},
		Days:     []calendar.Day{{Date: date(t, "01-01"), Open: "00:00-08:00"}},
	})
	assert.Equal(t, at(t, "Europe/Stockholm", "2027-01-01 00:00"), clock.NextOpening(at(t, "Europe/Stockholm", "2026-12-31 12:00")))
}

func TestTimeOutsideOfTheYearsOfAClockIsClosed(t *testing.T) {
	clock := hours(t, "UTC", "mon-sun", "00:00-24:00")
	first := time.Date(calendar.FirstYear, time.January, 1, 0, 0, 0, 0, time.UTC)
	end := time.Date(calendar.LastYear+1, time.January, 1, 0, 0, 0, 0, time.UTC)

	assert.Equal(t, first, clock.NextOpening(time.Time{}))
	assert.Equal(t, first.Add(time.Hour), clock.Add(time.Time{}, time.Hour))
	assert.Zero(t, clock.Add(end.Add(-time.Hour), time.Hour+1))
	assert.Equal(t, end, clock.Add(end.Add(-time.Hour), time.Hour))
	assert.Zero(t, clock.NextOpening(end))
	assert.Zero(t, clock.NextOpening(time.Date(9999, time.January, 1, 0, 0, 0, 0, time.UTC)))
	assert.Zero(t, clock.Add(first, 1<<63-1))
	assert.Equal(t, end.Sub(first), clock.Between(time.Time{}, time.Date(9999, time.January, 1, 0, 0, 0, 0, time.UTC)))
}

func TestEveryYearOfEveryKindOfZoneComesToAnEnd(t *testing.T) {
	for _, zone := range zones { // some zone data names a change of the clocks in the past on the last day of a leap year
		clock := hours(t, zone, "mon-fri", "22:00-06:00")
		from := at(t, zone, "2036-01-01 12:00")
		for year := range 20 {
			begin := from.AddDate(year, 0, 0)
			assert.InDelta(t, 261*8, clock.Between(begin, begin.AddDate(1, 0, 0)).Hours(), 10, "%s %d", zone, begin.Year())
		}
	}
}

func TestAClockMayBeReadFromSeveralSides(t *testing.T) {
	clock := compile(t, calendar.Calendar{
		Zone:     "Asia/Tokyo",
		Hours:    []calendar.Hours{{Days: "mon-fri", Open: "09:00-17:00"}},
		Holidays: []string{"JP"}, // which writes to itself
	})
	from := at(t, "Asia/Tokyo", "2026-01-01 00:00")
	got := make([]time.Time, 8)
	var wait sync.WaitGroup
	for i := range got {
		wait.Go(func() { got[i] = clock.Add(from, 5000*time.Hour) })
	}
	wait.Wait()
	for _, one := range got {
		assert.Equal(t, got[0], one)
	}
}
