package calendar_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/throughline-dev/throughline/activities/calendar"
)

// drawStart makes a time near to where it becomes difficult: a change of the clocks, the turn of the year, a holiday; or
// anywhere.
func drawStart(t *rapid.T, zone *time.Location) time.Time {
	year := rapid.IntRange(2009, 2040).Draw(t, "year")
	at := time.Date(year, time.January, 1, 0, 0, 0, 0, zone)
	switch rapid.IntRange(0, 5).Draw(t, "near") {
	case 0: // the turn of the year
	case 1:
		at = time.Date(2026, time.July, 3, 12, 0, 0, 0, zone)
	case 2:
		at = at.AddDate(0, 0, rapid.IntRange(0, 364).Draw(t, "day of the year"))
	default:
		for range rapid.IntRange(1, 2).Draw(t, "change") {
			if _, change := at.ZoneBounds(); !change.IsZero() {
				at = change
			}
		}
	}
	at = at.Add(-time.Duration(rapid.IntRange(0, 3*24*60).Draw(t, "minutes before")) * time.Minute)
	return at.Truncate(time.Minute)
}

func drawClock(t *rapid.T) (*calendar.Clock, reference, time.Time) {
	zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
	require.NoError(t, err)
	start := drawStart(t, zone)
	c, r := drawCalendar(t, zone, start)
	clock, err := calendar.Compile(c)
	require.NoError(t, err, "%+v", c)
	return clock, r, start
}

func TestAClockReckonsAsSomebodyDoesWhoLooksAtTheWallEveryMinute(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clock, r, start := drawClock(t)
		open := r.walk(start, 5*24*60)
		at := func(minute int) time.Time { return start.Add(time.Duration(minute) * time.Minute) }

		worked, last := make([]int, len(open)+1), -1 // before each minute; the end of the last opening
		for i, is := range open {
			if clock.Open(at(i)) != is {
				t.Fatalf("Open(%s) should be %t", at(i), is)
			}
			worked[i+1] = worked[i]
			if is {
				worked[i+1]++
				last = i + 1
			}
		}
		from := rapid.IntRange(0, len(open)-1)
		for range 10 {
			a, b := from.Draw(t, "from"), from.Draw(t, "to")
			require.Equal(t, time.Duration(worked[b]-worked[a])*time.Minute, clock.Between(at(a), at(b)), "Between(%s, %s)", at(a), at(b))

			next := a
			for next < len(open) && !open[next] {
				next++
			}
			if next < len(open) {
				requireSame(t, at(next), clock.NextOpening(at(a)), "NextOpening(%s)", at(a))
				requireSame(t, at(next), clock.Add(at(a), 0), "Add(%s, 0)", at(a))
			}
			if last <= a || worked[last] == worked[a] {
				continue
			}
			d := rapid.IntRange(1, worked[last]-worked[a]).Draw(t, "minutes of work")
			due := a
			for worked[due]-worked[a] < d {
				due++
			}
			requireSame(t, at(due), clock.Add(at(a), time.Duration(d)*time.Minute), "Add(%s, %dm)", at(a), d)
		}
	})
}

func requireSame(t require.TestingT, want, got time.Time, format string, args ...any) {
	require.True(t, want.Equal(got), append([]any{format + " is %s and should be %s"}, append(args, got, want)...)...)
}

// work is a length of time from a nanosecond to some months of work.
func work() *rapid.Generator[time.Duration] {
	return rapid.Custom(func(t *rapid.T) time.Duration {
		d := time.Duration(rapid.Int64Range(1, int64(400*time.Hour)).Draw(t, "nanoseconds"))
		return max(d.Truncate(rapid.SampledFrom([]time.Duration{1, time.Second, time.Hour}).Draw(t, "unit")), 1)
	})
}

func TestWorkingTimesAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clock, _, start := drawClock(t)
		a := start.Add(time.Duration(rapid.Int64Range(-int64(90*24*time.Hour), int64(90*24*time.Hour)).Draw(t, "from")))
		b := start.Add(time.Duration(rapid.Int64Range(-int64(90*24*time.Hour), int64(90*24*time.Hour)).Draw(t, "to")))
		d, e := work().Draw(t, "d"), work().Draw(t, "e")

		due := clock.Add(a, d)
		require.Equal(t, d, clock.Between(a, due), "Between is the inverse of Add")
		requireSame(t, clock.Add(a, d+e), clock.Add(due, e), "%s and %s later", d, e)
		requireSame(t, due, clock.Add(clock.Add(a, 0), d), "%s from the next opening", d)
		require.Equal(t, clock.Between(a, due), clock.Between(a, b)+clock.Between(b, due))
		require.Equal(t, clock.Between(a, b), -clock.Between(b, a))

		require.True(t, clock.Add(a, d+1).After(due), "more work is over later")
		if later := clock.Add(b, d); a.Before(b) {
			require.False(t, later.Before(due), "what begins later is not over sooner")
			require.LessOrEqual(t, clock.Between(a, b), b.Sub(a), "no more is worked than time passes")
		}
		require.True(t, clock.Open(due.Add(-1)), "work is done in the hours")
		if worked := clock.Between(a, b); worked > 0 && clock.Open(b.Add(-1)) {
			requireSame(t, b, clock.Add(a, worked), "%s", worked)
		}
	})
}
