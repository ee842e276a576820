package calendar

import (
	"sort"
	"sync/atomic"
	"time"

	"github.com/rickar/cal/v2"
)

// FirstYear and LastYear bound the years in which a [Clock] opens. They make every answer come: time before and after them
// is closed.
const (
	FirstYear = 1970
	LastYear  = 2199
)

// Clock reckons in the working hours of one calendar. Make one by [Compile]; it never changes, and is safe for concurrent use.
//
// An opening includes its first instant and not its last: at 17:00 sharp, "09:00-17:00" is closed. Working time is counted to
// the nanosecond. For any instants a, b and c, and any d and e greater than 0, as far as its years go:
//
//	Between(a, b) + Between(b, c) == Between(a, c)
//	Between(a, Add(a, d)) == d
//	Add(Add(a, d), e) == Add(a, d+e)
//	Add(a, Between(a, b)) == b where b is within the hours, or is their end, and after a
//
// A year is worked out when it is first asked for, and kept.
type Clock struct {
	zone     *time.Location
	week     [7][]interval
	holidays []*cal.Holiday
	except   map[day]bool
	dated    map[day][]interval
	yearly   map[Date][]interval

	years [LastYear - FirstYear + 1]atomic.Pointer[year]
}

// Open reports whether t is within the opening hours.
func (c *Clock) Open(t time.Time) bool {
	s, ok := c.next(nanos(t))
	return ok && s.open <= nanos(t)
}

// NextOpening is t where it is within the opening hours, else the start of the next ones, in the calendar's zone. It is the
// zero time where that would be after [LastYear].
func (c *Clock) NextOpening(t time.Time) time.Time {
	s, ok := c.next(nanos(t))
	if !ok {
		return time.Time{}
	}
	return c.time(max(s.open, nanos(t)))
}

// Add is the first instant at which d of working time has passed since from, in the calendar's zone. Where that is as the
// hours end, it is their end and not the next start: eight hours of "09:00-17:00" from 09:00 on are over at 17:00.
//
// Where d is 0 or less, it is the [Clock.NextOpening]: what is due at once waits for the hours. It is the zero time where it
// would be after [LastYear].
func (c *Clock) Add(from time.Time, d time.Duration) time.Time {
	if d <= 0 {
		return c.NextOpening(from)
	}
	at, rest := nanos(from), int64(d)
	for y := c.firstYear(at); y <= LastYear; y++ {
		in := c.year(y)
		done := in.worked(at)
		if left := in.total - done; rest > left {
			rest -= left
			continue
		}
		due := done + rest
		s := in.spans[sort.Search(len(in.spans), func(i int) bool { return in.spans[i].after() >= due })]
		return c.time(s.open + due - s.before)
	}
	return time.Time{}
}

// Between is the working time from a to b; it is negative where b is before a.
func (c *Clock) Between(a, b time.Time) time.Duration {
	if b.Before(a) {
		return -c.Between(b, a)
	}
	from, to := nanos(a), nanos(b)
	var sum int64
	for y := c.firstYear(from); y <= min(c.time(to).Year(), LastYear); y++ {
		sum += c.year(y).worked(to) - c.year(y).worked(from)
	}
	return time.Duration(sum)
}

// next is the opening that at is in, or else the first one after it.
func (c *Clock) next(at int64) (s span, ok bool) {
	for y := c.firstYear(at); y <= LastYear; y++ {
		if spans := c.year(y).spans; len(spans) > 0 && spans[len(spans)-1].close > at {
			return spans[sort.Search(len(spans), func(i int) bool { return spans[i].close > at })], true
		}
	}
	return span{}, false
}

// firstYear is the first year that has openings which end after at. It is not always the year that at is in, since an opening
// belongs to the day that it began on; it is over two days later, whatever is done to the clocks.
func (c *Clock) firstYear(at int64) int {
	return max(c.time(at-2*daySeconds*int64(time.Second)).Year(), FirstYear)
}

func (c *Clock) time(at int64) time.Time { return time.Unix(0, at).In(c.zone) }

var (
	earliest = time.Date(FirstYear-1, time.January, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(LastYear+2, time.January, 1, 0, 0, 0, 0, time.UTC)
)

// nanos are a time's nanoseconds since 1970. Times in the closed years before and after a Clock's are brought near, so that
// they can be counted.
func nanos(t time.Time) int64 {
	switch {
	case t.Before(earliest):
		t = earliest
	case t.After(latest):
		t = latest
	}
	return t.UnixNano()
}
