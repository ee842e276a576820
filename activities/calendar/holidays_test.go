package calendar_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/stretchr/testify/assert"

	"github.com/throughline-dev/throughline/activities/calendar"
)

// closedDays are the days of a year on which a place's holidays close a calendar that is open every day.
func closedDays(t *testing.T, region string, year int) []string {
	clock := compile(t, calendar.Calendar{
		Zone: "UTC", Hours: []calendar.Hours{{Days: "mon-sun", Open: "12:00-13:00"}}, Holidays: []string{region},
	})
	var closed []string
	for d := time.Date(year, time.January, 1, 12, 0, 0, 0, time.UTC); d.Year() == year; d = d.AddDate(0, 0, 1) {
		if !clock.Open(d) {
			closed = append(closed, d.Format("01-02"))
		}
	}
	return closed
}

// The dates are those that the governments publish. If an upgrade of the definitions changes one, it belongs in the release's
// notes, since deadlines move.
func TestHolidaysAreThoseThatGovernmentsPublish(t *testing.T) {
	for place, want := range map[string]string{
		"DE-BE 2026": "01-01 03-08 04-03 04-06 05-01 05-14 05-25 10-03 12-25 12-26",
		"DE-BY 2027": "01-01 01-06 03-26 03-29 05-01 05-06 05-17 05-27 10-03 11-01 12-25 12-26",
		"AT 2026":    "01-01 01-06 04-06 05-01 05-14 05-25 06-04 08-15 10-26 11-01 12-08 12-25 12-26",
		"CH-ZH 2026": "01-01 04-03 04-06 05-01 05-14 05-25 08-01 12-25 12-26",
		// Saturdays are made up for on Friday, Sundays on Monday; both are closed.
		"US 2026": "01-01 01-19 02-16 05-25 06-19 07-03 07-04 09-07 10-12 11-11 11-26 12-25",
		"US 2027": "01-01 01-18 02-15 05-31 06-18 06-19 07-04 07-05 09-06 10-11 11-11 11-25 12-24 12-25 12-31", // the last for 2028
		"GB 2026": "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-26 12-28",
		"GB 2027": "01-01 03-26 03-29 05-03 05-31 08-30 12-25 12-26 12-27 12-28",
		"FR 2026": "01-01 04-06 05-01 05-08 05-14 05-25 07-14 08-15 11-01 11-11 12-25",
		"JP 2026": "01-01 01-12 02-11 02-23 03-20 04-29 05-03 05-04 05-05 05-06 07-20 08-11 09-21 09-22 09-23 10-12 11-03 11-23",
	} {
		region, year, _ := strings.Cut(place, " ")
		var number int
		fmt.Sscan(year, &number)
		assert.Equal(t, want, strings.Join(closedDays(t, region, number), " "), place)
	}
}

func TestEveryPlaceHasHolidaysInEveryYear(t *testing.T) {
	for _, region := range calendar.Regions() {
		for _, year := range []int{calendar.FirstYear, 2000, 2026, 2100, calendar.LastYear} {
			closed := closedDays(t, region, year)
			assert.Contains(t, closed, "01-01", "%s %d", region, year)
			assert.Greater(t, len(closed), 4, "%s %d", region, year)
			assert.Less(t, len(closed), 30, "%s %d", region, year)
		}
	}
}

func TestHolidaysDontDependOnTheZoneOfTheMachine(t *testing.T) {
	assert.Same(t, time.UTC, cal.DefaultLoc, "elsewhere there are midnights that don't exist, and holidays come a day early")
}
