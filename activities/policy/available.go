package policy

import (
	"cmp"
	"context"
	"sort"
	"time"

	"github.com/throughline-dev/throughline/activities/effect"
)

// FindAvailable says which members of a pool are at work now, and when the others will be. Who is in the pool is looked up
// today; a pool that is gone has nobody. Which of them takes a case, and who is at their daily cap, is for the rotation.
func (a *Activities) FindAvailable(_ context.Context, _ effect.Key, r AvailabilityRequest) (Availability, error) {
	book := a.Current()
	found := Availability{At: a.now().UTC()}
	pool := book.Pools[r.Pool]
	for _, m := range pool.Members {
		hours := book.Calendars[cmp.Or(m.Person.Calendar, pool.Calendar)]
		found.Members = append(found.Members, m.at(found.At, hours))
	}
	return found, nil
}

func (m Member) at(now time.Time, hours Calendar) Attendance {
	_, away := m.Person.AbsentAt(now)
	next := m.Person.next(now, hours)
	return Attendance{
		Member: m, Day: hours.day(now), Away: away, Working: next.Equal(now), Next: next.UTC(),
		NextDay: m.Person.next(hours.tomorrow(now), hours).UTC(),
	}
}

// next is the first instant, from t on, at which the person is there within their hours; zero where there is none.
func (p Person) next(t time.Time, hours Calendar) time.Time {
	for {
		if hours.Clock != nil {
			t = hours.NextOpening(t)
		}
		absence, away := p.AbsentAt(t)
		if !away {
			return t
		}
		t = absence.To // later than t, so that no absence is met twice
	}
}

// day is the date that a calendar shows, or UTC's where there is none.
func (c Calendar) day(t time.Time) string {
	if c.Zone == nil {
		return t.UTC().Format(time.DateOnly)
	}
	return t.In(c.Zone).Format(time.DateOnly)
}

// tomorrow is the first second that a calendar shows a later date at than now. It is looked for on the calendar itself, since
// there are midnights that clocks skip, and dates.
func (c Calendar) tomorrow(now time.Time) time.Time {
	const twoDays = 48 * 60 * 60
	today := c.day(now)
	second := func(n int) time.Time { return now.Truncate(time.Second).Add(time.Duration(n) * time.Second) }
	return second(sort.Search(twoDays, func(n int) bool { return c.day(second(n)) > today }))
}
