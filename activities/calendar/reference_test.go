package calendar_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/jp"
	"github.com/rickar/cal/v2/us"
	"pgregory.net/rapid"

	"github.com/throughline-dev/throughline/activities/calendar"
)

// reference reckons in the plainest way there is: it walks from minute to minute and looks at the clock on the wall.
type reference struct {
	zone     *time.Location
	week     map[time.Weekday][]minutes
	days     map[string][]minutes // by "2006-01-02" or "01-02"
	holidays cal.Calendar
	except   map[string]bool // by "2006-01-02" or the holiday's name
}

// minutes are an opening, from and to the minute of its day, or of the next.
type minutes struct{ from, to int }

func (m minutes) String() string {
	to := m.to
	if to > 1440 {
		to -= 1440
	}
	return fmt.Sprintf("%02d:%02d-%02d:%02d", m.from/60, m.from%60, to/60, to%60)
}

func (r reference) hoursOn(date time.Time) []minutes {
	if hours, ok := r.days[date.Format("2006-01-02")]; ok {
		return hours
	}
	if hours, ok := r.days[date.Format("01-02")]; ok {
		return hours
	}
	actual, observed, holiday := r.holidays.IsHoliday(date)
	if (actual || observed) && !r.except[holiday.Name] && !r.except[date.Format("2006-01-02")] {
		return nil
	}
	return r.week[date.Weekday()]
}

// walk says for each minute from start on whether it is open.
func (r reference) walk(start time.Time, n int) []bool {
	var open []bool
	var shown time.Time // what the clock shows, as if it were UTC, and as if it stood still while it is turned back
	var today, yesterday []minutes
	for i := -24 * 60; i < n; i++ {
		t := start.Add(time.Duration(i) * time.Minute)
		_, offset := t.In(r.zone).Zone()
		shows := t.UTC().Add(time.Duration(offset) * time.Second)
		if shown.IsZero() || shows.After(shown) {
			if !shows.Truncate(24 * time.Hour).Equal(shown.Truncate(24 * time.Hour)) {
				today, yesterday = r.hoursOn(shows), r.hoursOn(shows.AddDate(0, 0, -1))
			}
			shown = shows
		}
		if i < 0 {
			continue // it only takes up whether the clock has just been turned back
		}
		minute, is := shown.Hour()*60+shown.Minute(), false
		for _, m := range today {
			is = is || m.from <= minute && minute < m.to
		}
		for _, m := range yesterday {
			is = is || m.from <= minute+1440 && minute+1440 < m.to
		}
		open = append(open, is)
	}
	return open
}

var zones = []string{
	"Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Casablanca",
	"America/Santiago", "America/Havana", // there midnight is skipped, and occurs twice
	"UTC",
}

// drawCalendar makes a calendar, and the reference for it. The dates with hours of their own are near the given one.
func drawCalendar(t *rapid.T, zone *time.Location, near time.Time) (calendar.Calendar, reference) {
	c := calendar.Calendar{Zone: zone.String()}
	r := reference{zone: zone, week: map[time.Weekday][]minutes{}, days: map[string][]minutes{}, except: map[string]bool{}}
	if rapid.Bool().Draw(t, "office") {
		c.Hours = []calendar.Hours{{Days: "mon-thu", Open: "09:00-12:30, 13:30-18:00"}, {Days: "Fri", Open: "9:00-15:00"}}
		for d := time.Monday; d <= time.Thursday; d++ {
			r.week[d] = []minutes{{9 * 60, 12*60 + 30}, {13*60 + 30, 18 * 60}}
		}
		r.week[time.Friday] = []minutes{{9 * 60, 15 * 60}}
	} else {
		drawWeek(t, &c, r)
	}
	for range rapid.IntRange(0, 4).Draw(t, "days") {
		date := near.AddDate(0, 0, rapid.IntRange(-1, 6).Draw(t, "date")).Format(rapid.SampledFrom([]string{"2006-01-02", "01-02"}).Draw(t, "format"))
		if _, ok := r.days[date]; ok {
			continue
		}
		hours := drawDay(t)
		r.days[date] = hours
		day := calendar.Day{Open: text(hours)}
		if err := day.Date.UnmarshalText([]byte(date)); err != nil {
			t.Fatal(err)
		}
		c.Days = append(c.Days, day)
	}
	drawHolidays(t, &c, &r)
	return c, r
}

// drawWeek cuts the week anywhere, and takes every other piece, of which none may be longer than a day.
func drawWeek(t *rapid.T, c *calendar.Calendar, r reference) {
	cuts := rapid.SliceOfNDistinct(rapid.IntRange(0, 7*24*4-1), 2, 24, rapid.ID[int]).Draw(t, "cuts")
	turn := rapid.IntRange(0, 7*24*4-1).Draw(t, "turn") // else no piece would run over the end of the week
	cut := map[int]bool{}
	for _, q := range cuts {
		cut[q] = true
	}
	begin := -1
	for q := range 7 * 24 * 4 {
		switch {
		case cut[q] && begin < 0:
			begin = q
		case cut[q]:
			from, day := (begin+turn)%(24*4), (begin+turn)/(24*4)%7
			m := minutes{from * 15, (from + min(q-begin, 24*4-1)) * 15}
			r.week[time.Weekday(day)] = append(r.week[time.Weekday(day)], m)
			c.Hours = append(c.Hours, calendar.Hours{Days: time.Weekday(day).String(), Open: m.String()})
			begin = -1
		}
	}
}

func drawHolidays(t *rapid.T, c *calendar.Calendar, r *reference) {
	switch rapid.SampledFrom([]string{"none", "US", "DE-BY", "GB and JP"}).Draw(t, "holidays") {
	case "US":
		c.Holidays, r.holidays.Holidays = []string{"us"}, us.Holidays
		if rapid.Bool().Draw(t, "except") {
			c.Except, r.except = []string{"columbus day", "2026-07-03"}, map[string]bool{"Columbus Day": true, "2026-07-03": true}
		}
	case "DE-BY":
		c.Holidays, r.holidays.Holidays = []string{"DE-BY"}, de.HolidaysBY
	case "GB and JP":
		c.Holidays, r.holidays.Holidays = []string{"GB", "JP"}, slices.Concat(gb.Holidays, jp.Holidays)
	}
}

// drawDay makes the hours of one day, none where it is closed.
func drawDay(t *rapid.T) []minutes {
	return rapid.SampledFrom([][]minutes{
		nil, {{0, 1440}}, {{10 * 60, 12 * 60}, {22 * 60, 30 * 60}}, {{0, 3 * 60}, {23*60 + 45, 26*60 + 15}}, {{135, 165}}, {{5 * 60, 28 * 60}},
	}).Draw(t, "hours")
}

func text(hours []minutes) string {
	var all []string
	for _, m := range hours {
		all = append(all, m.String())
	}
	return strings.Join(all, ", ")
}
