package calendar

import (
	"context"
	"time"

	"github.com/throughline-dev/throughline/activities/effect"
)

// Weekdays is the calendar of those who have none: Monday to Friday around the clock, by UTC.
var Weekdays = Calendar{Name: "weekdays", Zone: "UTC", Hours: []Hours{{Days: "mon-fri", Open: "00:00-24:00"}}}

// Among is the calendar of a name, and [Weekdays] where there is none of that name.
func Among(all map[string]Calendar, name string) Calendar {
	if c, ok := all[name]; ok {
		return c
	}
	return Weekdays
}

// WorkingDaysRequest asks for the dates that are so many working days after an instant. A working day is a date, in the
// calendar's zone, with opening hours of its own, however few.
type WorkingDaysRequest struct {
	Calendar Calendar  `json:"calendar"`
	From     time.Time `json:"from"`
	// After are numbers of working days, none negative, in any order. The date of From is not counted, working day or not; 0
	// is that date, or the first working day after it.
	After []int `json:"after"`
}

// WorkingDays answers a [WorkingDaysRequest].
type WorkingDays struct {
	// Dates has a date for each After, in the same order ("2026-12-04").
	Dates []string `json:"dates"`
}

// DayEndRequest asks when a date is over.
type DayEndRequest struct {
	Calendar Calendar `json:"calendar"`
	Date     string   `json:"date"` // "2026-11-30"
}

// DayEnd answers a [DayEndRequest].
type DayEnd struct {
	// At is the first instant of the next date, in the calendar's zone.
	At time.Time `json:"at"`
}

// maxWorkingDays keeps a slip from counting through the centuries.
const maxWorkingDays = 10_000

// CountWorkingDays says which dates are so many working days away.
func (a *Activities) CountWorkingDays(_ context.Context, _ effect.Key, r WorkingDaysRequest) (WorkingDays, error) {
	clock, err := a.clock(r.Calendar)
	if err != nil {
		return WorkingDays{}, err
	}
	if r.From.IsZero() {
		return WorkingDays{}, invalid("from is missing: give the time to count from")
	}
	found := WorkingDays{Dates: make([]string, len(r.After))}
	for i, after := range r.After {
		if after < 0 || after > maxWorkingDays {
			return WorkingDays{}, invalid("after[%d] is %d: it must be a number of days from 0 to %d", i, after, maxWorkingDays)
		}
		date, ok := clock.workingDay(r.From, after)
		if !ok {
			return WorkingDays{}, invalid("after[%d] (%d days) of this calendar is after the year %d only: make it less", i, after, LastYear)
		}
		found.Dates[i] = date.date().String()
	}
	return found, nil
}

// workingDay is the n-th working day after the date of an instant; the 0th is that date itself, or the first one after it.
func (c *Clock) workingDay(from time.Time, n int) (date day, ok bool) {
	date = dayOf(from.In(c.zone).Date())
	if n > 0 {
		date++
	}
	var year int
	var closed map[day]bool
	for last := dayOf(LastYear, time.December, 31); date <= last; date++ {
		if y := date.date().Year; y != year {
			year, closed = y, datesOf(c.holidays, y)
		}
		if len(c.hoursOn(date, closed)) == 0 {
			continue
		}
		if n <= 1 {
			return date, true
		}
		n--
	}
	return 0, false
}

// ReckonDayEnd says when a date is over where the calendar is.
func (a *Activities) ReckonDayEnd(_ context.Context, _ effect.Key, r DayEndRequest) (DayEnd, error) {
	clock, err := a.clock(r.Calendar)
	if err != nil {
		return DayEnd{}, err
	}
	date, err := time.Parse(time.DateOnly, r.Date)
	if err != nil {
		return DayEnd{}, invalid("date is %q, which is no date: write it like 2026-11-30", r.Date)
	}
	return DayEnd{At: clock.time(firstShown(clock.zone, dayOf(date.Date())+1, 0))}, nil
}
