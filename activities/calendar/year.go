package calendar

import (
	"math"
	"sort"
	"time"
)

// span is an opening, from and to an instant in nanoseconds since 1970.
type span struct {
	open, close int64
	before      int64 // working time of the year before it
}

// after is the working time of the year up to its end.
func (s span) after() int64 { return s.before + s.close - s.open }

// year is what opens on the days of one year, in order, none overlapping. The last one may end in the next year.
type year struct {
	spans []span
	total int64
}

// worked is the year's working time before an instant.
func (y *year) worked(at int64) int64 {
	i := sort.Search(len(y.spans), func(i int) bool { return y.spans[i].close > at })
	if i == len(y.spans) {
		return y.total
	}
	return y.spans[i].before + max(at-y.spans[i].open, 0)
}

// year is made when it is first asked for. Two that ask at once may both make it: what they make is the same.
func (c *Clock) year(number int) *year {
	kept := &c.years[number-FirstYear]
	y := kept.Load()
	if y == nil {
		y = c.makeYear(number)
		kept.Store(y)
	}
	return y
}

func (c *Clock) makeYear(number int) *year {
	y := &year{}
	closed := datesOf(c.holidays, number)
	first, end := dayOf(number, time.January, 1), dayOf(number+1, time.January, 1)
	until := int64(math.MinInt64)
	for n := first - 1; n < end; n++ { // from the night of New Year's Eve, which may last
		for _, hours := range c.hoursOn(n, closed) {
			open := max(firstShown(c.zone, n, hours.from), until)
			until = max(firstShown(c.zone, n, hours.to), until)
			if n >= first && open < until { // it may be skipped by the clock, or all in the hours of the day before
				y.spans = append(y.spans, span{open, until, y.total})
				y.total += until - open
			}
		}
	}
	return y
}

// hoursOn are the opening hours of a day, where closed are its year's holidays.
func (c *Clock) hoursOn(n day, closed map[day]bool) []interval {
	if hours, ok := c.dated[n]; ok {
		return hours
	}
	return c.hoursOfEveryYear(n, closed)
}

// hoursOfEveryYear are what they would be without the days that are given with their year.
func (c *Clock) hoursOfEveryYear(n day, closed map[day]bool) []interval {
	date := n.date()
	date.Year = 0
	if hours, ok := c.yearly[date]; ok {
		return hours
	}
	if closed[n] && !c.except[n] {
		return nil
	}
	return c.week[n.weekday()]
}

// opensIn reports whether there is a day with hours in a year, without those that are given with their year.
func (c *Clock) opensIn(number int) bool {
	closed := datesOf(c.holidays, number)
	for n := dayOf(number, time.January, 1); n < dayOf(number+1, time.January, 1); n++ {
		if len(c.hoursOfEveryYear(n, closed)) > 0 {
			return true
		}
	}
	return false
}

// firstShown is the first instant at which a clock on the wall shows the minute of the day, or later.
//
// It takes from the zone data how far a zone is from UTC, and no more. When that changes is what [time.Time.ZoneBounds] should
// know, but in leap years it can name a change that is in the past (golang/go#81583). That a zone is never a day from UTC, and
// never changes twice in two days, is enough: the least between two changes since 1970 is a week.
func firstShown(zone *time.Location, n day, minute int) int64 {
	fromUTC := func(at int64) int64 {
		_, offset := time.Unix(at, 0).In(zone).Zone()
		return int64(offset)
	}
	shown := int64(n)*daySeconds + int64(minute)*60
	before, after := fromUTC(shown-daySeconds), fromUTC(shown+daySeconds)
	at := shown - before // where the clocks haven't been changed by then
	if fromUTC(at) != before {
		if at = shown - after; fromUTC(at) != after { // skipped: before the change it is too late for it, and after it too early
			at += int64(sort.Search(int(after-before), func(i int) bool { return fromUTC(at+int64(i)) == after }))
		}
	}
	return at * int64(time.Second)
}
