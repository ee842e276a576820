// Package calendar reckons in working hours: when 24 hours of work after Friday noon have passed, and how much working time
// a task took. A [Calendar] is what an operator writes in the handbook; [Compile] checks it and makes it a [Clock], which
// does the arithmetic; [Activities] do it for workflows.
//
// A workflow never uses a Clock by itself: its answers depend on the time zone data of the machine and on the holiday
// definitions of the build, so that another worker could reckon otherwise at replay. It asks the activities, and the answer
// stands in history.
//
// # What the clock on the wall shows
//
// Opening hours are times on the wall clock of the calendar's zone. "09:00-17:00" is open from the first instant at which
// that clock shows 09:00 or later, until the first instant at which it shows 17:00 or later. From this follows what happens
// when clocks are changed:
//
//   - A time that is skipped (02:30 where 02:00 is followed by 03:00) means the instant of the change.
//   - A time that occurs twice means its first occurrence. What the clock shows for the second time belongs to the hours
//     that were open just before it was turned back.
//   - Working time is the time that really passes: a night shift "22:00-06:00" is seven hours long when clocks go forward in
//     it, and nine when they go back.
//
// # What belongs to which day
//
// Hours over midnight belong to the day that they begin on. A holiday on Saturday doesn't cut Friday's "22:00-06:00" short,
// and a holiday on Friday closes all of it.
//
// A day's hours are, in this order: those of its date in Days, those of its date in Days for every year, none where it is a
// holiday that Except doesn't name, and those of its weekday. Where the hours of a day in Days run into those of the next
// day, they count once.
package calendar

import (
	"fmt"
	"strings"
	"time"
)

// Calendar says when work is done. It is plain text throughout, so that it reads in JSON and in Temporal's history as it
// does in the handbook:
//
//	name: berlin
//	zone: Europe/Berlin
//	hours:
//	  - days: mon-thu
//	    open: 09:00-12:30, 13:30-18:00
//	  - days: fri
//	    open: 09:00-15:00
//	holidays: [DE-BE]
//	except: [Frauentag]
//	days:
//	  - date: 12-24            # every year
//	    open: 09:00-12:00
//	  - date: 2026-08-03       # the works holidays: closed
//	    to: 2026-08-14
type Calendar struct {
	// Name is what ladders call it by. Nothing here depends on it.
	Name string `json:"name"`
	// Zone is the IANA name of the time zone that the hours are in: "Europe/Berlin", "America/New_York", "UTC".
	Zone string `json:"zone"`
	// Hours are the week's opening hours. Days that are not in it are closed; a day that is in it twice has both hours.
	Hours []Hours `json:"hours"`
	// Holidays are the places whose public holidays are closed, as ISO 3166 writes them: a country ("US") or, where holidays
	// differ within it, a part of one ("DE-BY", which has the country's holidays too). [Regions] lists what is known. Closed
	// are the day itself and, where it falls on a weekend and is made up for, the day that it is made up on.
	Holidays []string `json:"holidays,omitempty"`
	// Except are those of the Holidays that are worked as usual: a holiday's name for every year ("Columbus Day", in the
	// language of the place; a wrong one is answered with the right ones), or a date ("2026-11-11").
	Except []string `json:"except,omitempty"`
	// Days are dates with hours of their own, or with none. They go before all of the above.
	Days []Day `json:"days,omitempty"`
}

// Hours are the opening hours of one or more days of the week.
type Hours struct {
	// Days are weekdays in English, by their first three letters at least, single or from-to: "mon-fri", "mon, wed, fri-sun".
	// Capital letters make no difference. A range may run over the end of the week.
	Days string `json:"days"`
	// Open are one or more opening hours, each from-to on the 24-hour clock: "09:00-12:30, 13:30-18:00". One that ends
	// earlier than it begins goes on after midnight: "22:00-06:00". "00:00-24:00" is the whole day.
	Open string `json:"open"`
}

// Day is a date, or several in a row, whose hours are not those of its weekday.
type Day struct {
	// Date is the day: "2026-12-24", or "12-24" for every year.
	Date Date `json:"date"`
	// To is the last of several days in a row, for every year exactly where Date is; the zero Date for a single day. A row
	// that is for every year may run over its end: "12-24" to "01-01".
	To Date `json:"to,omitzero"`
	// Open are the opening hours, written as in [Hours]; "" where the day is closed.
	Open string `json:"open,omitempty"`
}

// Date is a day of the calendar. Its text is "2026-12-24", or "12-24" where the Year is 0, which means every year.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// String is the date as [Date.UnmarshalText] reads it.
func (d Date) String() string {
	if d.Year == 0 {
		return fmt.Sprintf("%02d-%02d", d.Month, d.Day)
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// MarshalText writes the date as [Date.String] does.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads "2026-12-24" or "12-24". A date that doesn't exist is an error; 02-29 exists, in some years.
func (d *Date) UnmarshalText(b []byte) error {
	text := string(b)
	if t, err := time.Parse(time.DateOnly, text); err == nil && t.Year() != 0 {
		y, m, day := t.Date()
		*d = Date{y, m, day}
		return nil
	}
	if t, err := time.Parse(time.DateOnly, fmt.Sprintf("%d-%s", leapYear, text)); err == nil {
		*d = Date{0, t.Month(), t.Day()}
		return nil
	}
	return fmt.Errorf("%q is no date: write it like 2026-12-24, or 12-24 for every year", text)
}

// leapYear stands in for the year of a date that has none, so that it may be 02-29.
const leapYear = 2000

// in is the day on which the date falls in a year.
func (d Date) in(year int) day { return dayOf(year, d.Month, d.Day) }

// day is a day of the calendar, counted from 1 January 1970.
type day int

func dayOf(year int, month time.Month, dayOfMonth int) day {
	return day(time.Date(year, month, dayOfMonth, 0, 0, 0, 0, time.UTC).Unix() / daySeconds)
}

func (n day) date() Date {
	y, m, d := time.Unix(int64(n)*daySeconds, 0).UTC().Date()
	return Date{y, m, d}
}

func (n day) weekday() time.Weekday { return time.Unix(int64(n)*daySeconds, 0).UTC().Weekday() }

// Mistake is one thing that is wrong with a calendar.
type Mistake struct {
	// Field is where: "zone", "hours[1].open".
	Field string
	// Problem names the value and the fix.
	Problem string
}

// Mistakes are all that is wrong with a calendar; the error of [Compile].
type Mistakes []Mistake

// Error has one mistake a line.
func (m Mistakes) Error() string {
	var lines []string
	for _, one := range m {
		lines = append(lines, one.Field+": "+one.Problem)
	}
	return strings.Join(lines, "\n")
}

func (m *Mistakes) add(field, format string, args ...any) {
	*m = append(*m, Mistake{field, fmt.Sprintf(format, args...)})
}
