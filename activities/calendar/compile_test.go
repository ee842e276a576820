package calendar_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/calendar"
)

// valid is a calendar that each test makes one mistake in.
func valid() calendar.Calendar {
	return calendar.Calendar{
		Name:     "berlin",
		Zone:     "Europe/Berlin",
		Hours:    []calendar.Hours{{Days: "mon-fri", Open: "09:00-17:00"}},
		Holidays: []string{"DE-BE"},
	}
}

func mistakes(t *testing.T, c calendar.Calendar) map[string]string {
	_, err := calendar.Compile(c)
	var found calendar.Mistakes
	require.ErrorAs(t, err, &found)
	all := map[string]string{}
	for _, m := range found {
		assert.NotContains(t, all, m.Field)
		all[m.Field] = m.Problem
	}
	return all
}

func TestAMistakeNamesTheFieldAndTheFix(t *testing.T) {
	type change = func(c *calendar.Calendar)
	hours := func(h ...calendar.Hours) change { return func(c *calendar.Calendar) { c.Hours = h } }
	days := func(d ...calendar.Day) change { return func(c *calendar.Calendar) { c.Days = d } }
	zone := func(z string) change { return func(c *calendar.Calendar) { c.Zone = z } }
	holidays := func(h ...string) change { return func(c *calendar.Calendar) { c.Holidays = h } }
	except := func(e ...string) change { return func(c *calendar.Calendar) { c.Except = e } }

	for _, one := range []struct {
		change change
		field  string
		want   string // the beginning of the problem
	}{
		{zone(""), "zone", `"" is no time zone: write its IANA name, like "Europe/Berlin", "America/New_York" or "UTC"`},
		{zone("Local"), "zone", `"Local" is no time zone`},
		{zone("EST"), "zone", `"EST" is no time zone`},
		{zone("Europe/Berlin "), "zone", `"Europe/Berlin " is no time zone`},
		{zone("../Europe/Berlin"), "zone", `"../Europe/Berlin" is no time zone`},

		{hours(), "hours", `is empty, so that it never opens`},
		{hours(calendar.Hours{"", "09:00-17:00"}), "hours[0].days", `"" is no day of the week: they are mon, tue, `},
		{hours(calendar.Hours{"mon, fr", "09:00-17:00"}), "hours[0].days", `"fr" is no day of the week`},
		{hours(calendar.Hours{"mon-", "09:00-17:00"}), "hours[0].days", `"" is no day of the week`},
		{hours(calendar.Hours{"mo-fr", "09:00-17:00"}), "hours[0].days", `"mo" is no day of the week`},
		{hours(calendar.Hours{"mon", ""}), "hours[0].open", `says no hours: write them like "09:00-12:30, 13:30-18:00"`},
		{hours(calendar.Hours{"mon", "09:00"}), "hours[0].open", `"09:00" has no end: write from and to with a hyphen, like "09:00-12:30"`},
		{hours(calendar.Hours{"mon", "09:00-12:00,"}), "hours[0].open", `"" has no end`},
		{hours(calendar.Hours{"mon", "9-17"}), "hours[0].open", `"9" is no time: write hours and minutes on the 24-hour clock, like 09:00 or 17:30`},
		{hours(calendar.Hours{"mon", "9:00-5:00pm"}), "hours[0].open", `"5:00pm" is no time: write hours and minutes on the 24-hour clock`},
		{hours(calendar.Hours{"mon", "09:00-24:01"}), "hours[0].open", `"24:01" is no time: hours go from 00 to 23 and minutes from 00 to 59; the end of the day is 24:00`},
		{hours(calendar.Hours{"mon", "09:60-17:00"}), "hours[0].open", `"09:60" is no time: hours go from 00 to 23`},
		{hours(calendar.Hours{"mon", "24:00-06:00"}), "hours[0].open", `"24:00-06:00" begins at 24:00: write it as 00:00 of the day after`},
		{hours(calendar.Hours{"mon", "00:00-00:00"}), "hours[0].open", `"00:00-00:00" ends when it begins: write "00:00-24:00" for the whole day`},
		{hours(calendar.Hours{"mon", "13:00-18:00, 09:00-13:30"}), "hours[0].open", `"09:00-13:30" and "13:00-18:00" overlap: join them, or take one out`},
		{hours(calendar.Hours{"mon-fri", "09:00-17:00"}, calendar.Hours{"wed-thu", "16:30-20:00"}), "hours[1].open",
			`"09:00-17:00" on Wednesday and "16:30-20:00" on Wednesday (hours[0]) overlap: join them, or take one out`},
		{hours(calendar.Hours{"sun-mon", "04:00-05:00"}, calendar.Hours{"sat", "22:00-06:00"}), "hours[1].open",
			`"22:00-06:00" on Saturday and "04:00-05:00" on Sunday (hours[0]) overlap: join them, or take one out`},
		{hours(calendar.Hours{"mon-fri", "08:00-02:00, 01:00-03:00"}), "hours[0].open",
			`"08:00-02:00" on Monday and "01:00-03:00" on Tuesday (hours[0]) overlap`},

		{holidays("DE", "GERMANY"), "holidays[1]", `"GERMANY" is no country whose holidays are known; known are AR, AT, AU, BE, BG,`},
		{holidays("au"), "holidays[0]", `"AU" is no place whose holidays are known; for that country write one of AU-ACT, AU-NSW,`},
		{holidays("DE-BYE"), "holidays[0]", `"DE-BYE" is no place whose holidays are known; for that country write one of DE, DE-BB, DE-BE,`},
		{except("Columbus Day"), "except[0]", `"Columbus Day" is neither a date like 2026-11-11 nor the name of a holiday of this calendar; those are "Neujahrstag", "Frauentag",`},
		{except("Frauentag", "03-08"), "except[1]", `"03-08" has no year: write one, or for every year the holiday's name`},
		{func(c *calendar.Calendar) { c.Holidays, c.Except = nil, []string{"Frauentag"} }, "except[0]", `"Frauentag" is excepted from holidays, of which there are none: write holidays, or take it out`},
		{except("2026-03-09"), "except[0]", `2026-03-09 is no holiday of this calendar: put it right, or take it out`},
		{except("0226-03-08"), "except[0]", `0226-03-08 is out of range: years go from 1970 to 2199`},

		{days(calendar.Day{Open: "09:00-12:00"}), "days[0].date", `is missing: write a date like 2026-12-24, or 12-24 for every year`},
		{days(calendar.Day{Date: calendar.Date{Year: 2026, Month: time.February, Day: 29}}), "days[0].date", `2026-02-29 doesn't exist: write a date like`},
		{days(calendar.Day{Date: date(t, "2226-12-24")}), "days[0].date", `2226-12-24 is out of range: years go from 1970 to 2199`},
		{days(calendar.Day{Date: date(t, "12-24"), Open: "9-12"}), "days[0].open", `"9" is no time`},
		{days(calendar.Day{Date: date(t, "12-24"), To: date(t, "2026-12-31")}), "days[0].to", `2026-12-31 doesn't go with 12-24: write both with a year, or both without for every year`},
		{days(calendar.Day{Date: date(t, "2026-12-24"), To: date(t, "2026-01-02")}), "days[0].to", `2026-01-02 must be later than 2026-12-24, by 366 days at most`},
		{days(calendar.Day{Date: date(t, "2026-12-24"), To: date(t, "2036-12-24")}), "days[0].to", `2036-12-24 must be later than 2026-12-24, by 366 days at most`},
		{days(calendar.Day{Date: date(t, "12-24"), To: calendar.Date{Month: 13, Day: 1}}), "days[0].to", `13-01 doesn't exist`},
		{days(calendar.Day{Date: date(t, "12-31")}, calendar.Day{Date: date(t, "12-24"), To: date(t, "01-02")}), "days[1].date", `12-31 is in days[0] already: keep one of them`},

		{days(calendar.Day{Date: date(t, "01-01"), To: date(t, "12-31")}), "hours", `are all closed by holidays and days in 2024: a calendar must open in every year`},
	} {
		c := valid()
		one.change(&c)
		found := mistakes(t, c)
		require.Len(t, found, 1, one.want)
		require.Contains(t, found, one.field, one.want)
		assert.Equal(t, one.want, found[one.field][:min(len(one.want), len(found[one.field]))])
	}
}

func TestAllMistakesAreFoundAtOnce(t *testing.T) {
	found := mistakes(t, calendar.Calendar{
		Zone:     "Berlin",
		Hours:    []calendar.Hours{{Days: "mon-fry", Open: "9-17"}, {Days: "sat", Open: "10:00-10:00"}},
		Holidays: []string{"UK", "DE"},
		Except:   []string{"what follows from a mistake is none"},
		Days:     []calendar.Day{{Date: date(t, "12-24"), Open: "x"}, {Date: date(t, "12-31"), Open: "25:00-26:00"}},
	})
	assert.Len(t, found, 7)
	for _, field := range []string{"zone", "hours[0].days", "hours[0].open", "hours[1].open", "holidays[0]", "days[0].open", "days[1].open"} {
		assert.Contains(t, found, field)
	}
}

func TestACalendarThatHardlyOpensIsRefused(t *testing.T) {
	onlyOnChristmas := valid()
	onlyOnChristmas.Days = []calendar.Day{
		{Date: date(t, "12-26"), To: date(t, "12-24")},
	}
	assert.Contains(t, mistakes(t, onlyOnChristmas), "hours", "the one day that isn't closed is a holiday")

	onlyOnce := valid()
	onlyOnce.Days = []calendar.Day{{Date: date(t, "01-01"), To: date(t, "12-31")}, {Date: date(t, "2026-05-05"), Open: "09:00-10:00"}}
	assert.Contains(t, mistakes(t, onlyOnce), "hours", "a single date doesn't come again")

	onNewYearsEve := valid()
	onNewYearsEve.Days = []calendar.Day{{Date: date(t, "01-01"), To: date(t, "12-30")}, {Date: date(t, "12-31"), Open: "09:00-10:00"}}
	clock := compile(t, onNewYearsEve)
	assert.Equal(t, at(t, "Europe/Berlin", "2035-12-31 10:00"), clock.Add(at(t, "Europe/Berlin", "2026-01-01 00:00"), 10*time.Hour))
}

func TestDaysAreReadAsPeopleWriteThem(t *testing.T) {
	from := at(t, "UTC", "2026-03-29 00:00") // a Sunday
	for text, want := range map[string]string{
		"mon-fri":                 " mtwtf ",
		"Mon – Fri":               " mtwtf ",
		"MONDAY, wednes-thur,sat": " m wt s",
		"fri-mon":                 "sm   fs",
		"sat-fri":                 "smtwtfs",
		"tue,tues":                "  t    ",
	} {
		clock := hours(t, "UTC", text, "9:00-17:00")
		got := []byte("smtwtfs")
		for d := range got {
			if !clock.Open(from.AddDate(0, 0, d).Add(12 * time.Hour)) {
				got[d] = ' '
			}
		}
		assert.Equal(t, want, string(got), text)
	}
}

func TestACalendarReadsInJSONAsItIsWritten(t *testing.T) {
	const text = `{"name":"berlin","zone":"Europe/Berlin","hours":[{"days":"mon-thu","open":"09:00-12:30, 13:30-18:00"}],` +
		`"holidays":["DE-BE"],"except":["Frauentag"],"days":[{"date":"12-24","open":"09:00-12:00"},{"date":"2026-08-03","to":"2026-08-14"}]}`
	var c calendar.Calendar
	require.NoError(t, json.Unmarshal([]byte(text), &c))
	compile(t, c)
	again, err := json.Marshal(c)
	require.NoError(t, err)
	assert.Equal(t, text, string(again))
}

func TestADateIsReadOnlyWhereItExists(t *testing.T) {
	for _, text := range []string{"", "2026-02-29", "02-30", "2026-13-01", "24.12.2026", "2026-12-24T00:00:00Z", "0000-12-24", "12-24-2026", "1-1"} {
		var d calendar.Date
		assert.ErrorContains(t, d.UnmarshalText([]byte(text)), "is no date: write it like 2026-12-24, or 12-24 for every year", text)
	}
	assert.Equal(t, calendar.Date{Month: time.February, Day: 29}, date(t, "02-29"))
	assert.Equal(t, calendar.Date{Year: 2028, Month: time.February, Day: 29}, date(t, "2028-02-29"))
}
