package calendar

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // for images that have no zone data of their own

	"github.com/rickar/cal/v2"
)

// Compile makes a calendar a [Clock], or says everything that is wrong with it: the error is of type [Mistakes]. A calendar
// that doesn't open in every year, whatever its Days with a year say, is refused like one with an unreadable time: a deadline
// on it might never come.
func Compile(c Calendar) (*Clock, error) {
	var found Mistakes
	clock := &Clock{zone: found.zone(c.Zone), week: found.week(c.Hours)}
	clock.holidays, clock.except = found.holidays(c)
	clock.dated, clock.yearly = found.days(c.Days)
	if found == nil {
		found.neverOpen(clock)
	}
	if found != nil {
		return nil, found
	}
	return clock, nil
}

func (m *Mistakes) zone(name string) *time.Location {
	// Abbreviations are refused because they mislead: in "EST" there is no summer time, and "CEST" is in no zone data.
	if strings.Contains(name, "/") || name == "UTC" {
		if zone, err := time.LoadLocation(name); err == nil {
			return zone
		}
	}
	m.add("zone", `%q is no time zone: write its IANA name, like "Europe/Berlin", "America/New_York" or "UTC"`, name)
	return nil
}

// weekly is an opening of the week, and which item of hours it is from.
type weekly struct {
	weekday time.Weekday
	interval
	item int
}

// begin is the minute of the week.
func (w weekly) begin() int { return int(w.weekday)*dayMinutes + w.from }

func (m *Mistakes) week(hours []Hours) (week [7][]interval) {
	if len(hours) == 0 {
		m.add("hours", `is empty, so that it never opens: write the opening hours, like days "mon-fri" with open "09:00-17:00"`)
	}
	var all []weekly
	for i, h := range hours {
		days, err := parseDays(h.Days)
		if err != nil {
			m.add(fmt.Sprintf("hours[%d].days", i), "%s", err)
		}
		open, err := parseOpen(h.Open)
		if err != nil {
			m.add(fmt.Sprintf("hours[%d].open", i), "%s", err)
		}
		for _, d := range days {
			for _, one := range open {
				all = append(all, weekly{d, one, i})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b weekly) int { return cmp.Compare(a.begin(), b.begin()) })
	m.overlaps(all)
	for _, w := range all {
		week[w.weekday] = append(week[w.weekday], w.interval)
	}
	return week
}

// overlaps looks for openings that run into the next one, the week's last into its first.
func (m *Mistakes) overlaps(all []weekly) {
	said := map[[2]int]bool{}
	for i, w := range all {
		next := all[(i+1)%len(all)]
		pause := next.begin() - w.begin() - (w.to - w.from)
		if i == len(all)-1 {
			pause += weekMinutes
		}
		items := [2]int{min(w.item, next.item), max(w.item, next.item)}
		if pause >= 0 || said[items] { // it is said once, not for each day of mon-fri
			continue
		}
		said[items] = true
		m.add(fmt.Sprintf("hours[%d].open", items[1]), "%q on %s and %q on %s (hours[%d]) overlap: join them, or take one out",
			w.interval, w.weekday, next.interval, next.weekday, items[0])
	}
}

// holidays are those of the calendar's regions without the ones that are excepted by name, and the days that are excepted by
// date.
func (m *Mistakes) holidays(c Calendar) (closed []*cal.Holiday, except map[day]bool) {
	var all []*cal.Holiday
	known := true
	for i, text := range c.Holidays {
		region := strings.ToUpper(strings.TrimSpace(text))
		if regions[region] == nil {
			known = false
			m.add(fmt.Sprintf("holidays[%d]", i), "%s", unknownRegion(region))
		}
		all = append(all, regions[region]...)
	}
	if !known { // what is excepted can't be judged then
		return nil, nil
	}
	closed, except = slices.Clone(all), map[day]bool{}
	for i, text := range c.Except {
		field := fmt.Sprintf("except[%d]", i)
		named := func(h *cal.Holiday) bool { return strings.EqualFold(h.Name, strings.TrimSpace(text)) }
		if slices.ContainsFunc(all, named) {
			closed = slices.DeleteFunc(closed, named)
			continue
		}
		var date Date
		switch {
		case len(all) == 0:
			m.add(field, "%q is excepted from holidays, of which there are none: write holidays, or take it out", text)
		case date.UnmarshalText([]byte(text)) != nil:
			m.add(field, "%q is neither a date like 2026-11-11 nor the name of a holiday of this calendar; those are %s", text, names(all))
		case date.Year == 0:
			m.add(field, "%q has no year: write one, or for every year the holiday's name", text)
		case !m.date(field, date):
		case !datesOf(all, date.Year)[date.in(date.Year)]:
			m.add(field, "%s is no holiday of this calendar: put it right, or take it out", date)
		default:
			except[date.in(date.Year)] = true
		}
	}
	return closed, except
}

// date reports whether a date exists in the years that a Clock knows.
func (m *Mistakes) date(field string, d Date) bool {
	if d == (Date{}) {
		m.add(field, "is missing: write a date like 2026-12-24, or 12-24 for every year")
		return false
	}
	if (&Date{}).UnmarshalText([]byte(d.String())) != nil {
		m.add(field, "%s doesn't exist: write a date like 2026-12-24, or 12-24 for every year", d)
		return false
	}
	if d.Year != 0 && (d.Year < FirstYear || d.Year > LastYear) {
		m.add(field, "%s is out of range: years go from %d to %d", d, FirstYear, LastYear)
		return false
	}
	return true
}

// days are the hours of single days, and those of days of every year by their date without a year.
func (m *Mistakes) days(days []Day) (dated map[day][]interval, yearly map[Date][]interval) {
	dated, yearly = map[day][]interval{}, map[Date][]interval{}
	said := map[Date]int{}
	for i, one := range days {
		field := fmt.Sprintf("days[%d]", i)
		var open []interval
		if one.Open != "" {
			var err error
			if open, err = parseOpen(one.Open); err != nil {
				m.add(field+".open", "%s", err)
			}
		}
		for _, date := range m.row(field, one) {
			if before, ok := said[date]; ok {
				m.add(field+".date", "%s is in days[%d] already: keep one of them", date, before)
				break
			}
			said[date] = i
			if date.Year == 0 {
				yearly[date] = open
			} else {
				dated[date.in(date.Year)] = open
			}
		}
	}
	return dated, yearly
}

// row is all the dates of a Day.
func (m *Mistakes) row(field string, d Day) []Date {
	from, to := d.Date, d.To
	if !m.date(field+".date", from) {
		return nil
	}
	if to == (Date{}) {
		return []Date{from}
	}
	if !m.date(field+".to", to) {
		return nil
	}
	if (from.Year == 0) != (to.Year == 0) {
		m.add(field+".to", "%s doesn't go with %s: write both with a year, or both without for every year", to, from)
		return nil
	}
	if from.Year == 0 {
		return everyYear(from, to)
	}
	first, last := from.in(from.Year), to.in(to.Year)
	if last < first || last-first > maxRow {
		m.add(field+".to", "%s must be later than %s, by %d days at most", to, from, maxRow)
		return nil
	}
	return datesFrom(first, last)
}

// maxRow keeps a slip in a year from filling the memory.
const maxRow = 366

// everyYear are the dates without a year from one to another.
func everyYear(from, to Date) []Date {
	first, last := from.in(leapYear), to.in(leapYear)
	if last < first { // over the end of the year
		return append(everyYear(from, Date{0, time.December, 31}), everyYear(Date{0, time.January, 1}, to)...)
	}
	all := datesFrom(first, last)
	for i := range all {
		all[i].Year = 0
	}
	return all
}

func datesFrom(first, last day) []Date {
	var all []Date
	for n := first; n <= last; n++ {
		all = append(all, n.date())
	}
	return all
}

// neverOpen looks at 28 years, in which every date falls on every day of the week.
func (m *Mistakes) neverOpen(c *Clock) {
	for year := 2024; year < 2024+28; year++ {
		if !c.opensIn(year) {
			m.add("hours", "are all closed by holidays and days in %d: a calendar must open in every year", year)
			return
		}
	}
}
