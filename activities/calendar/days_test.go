package calendar

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
)

func workingDays(t *testing.T, c Calendar, from string, after ...int) []string {
	t.Helper()
	at, err := time.Parse(time.RFC3339, from)
	require.NoError(t, err)
	found, err := new(Activities).CountWorkingDays(t.Context(), effect.Key{}, WorkingDaysRequest{Calendar: c, From: at, After: after})
	require.NoError(t, err)
	return found.Dates
}

var newYork = Calendar{
	Name: "office", Zone: "America/New_York", Hours: []Hours{{Days: "mon-fri", Open: "09:00-17:00"}}, Holidays: []string{"US"},
	Days: []Day{{Date: Date{Month: time.December, Day: 24}, Open: "09:00-13:00"}},
}

func TestWorkingDaysPassOverWeekendsAndHolidays(t *testing.T) {
	// Thanksgiving is Thursday, 26 November 2026.
	assert.Equal(t, []string{"2026-11-25", "2026-11-27", "2026-11-30", "2026-12-01"},
		workingDays(t, newYork, "2026-11-25T20:00:00Z", 0, 1, 2, 3))
}

func TestADayOffIsNotCountedAndTheFirstWorkingDayIsTheNextOne(t *testing.T) {
	assert.Equal(t, []string{"2026-11-30", "2026-11-30", "2026-12-01"}, workingDays(t, newYork, "2026-11-28T12:00:00Z", 0, 1, 2))
}

func TestADayWithFewHoursIsAWorkingDay(t *testing.T) {
	assert.Equal(t, []string{"2026-12-24"}, workingDays(t, newYork, "2026-12-23T12:00:00Z", 1))
}

func TestTheDateIsThatOfTheCalendarsZone(t *testing.T) {
	assert.Equal(t, []string{"2026-11-24"}, workingDays(t, newYork, "2026-11-25T02:00:00Z", 0), "it is still Tuesday in New York")
	assert.Equal(t, []string{"2026-11-25"}, workingDays(t, Weekdays, "2026-11-25T02:00:00Z", 0))
}

func TestWorkingDaysThatCantBeCountedAreRefused(t *testing.T) {
	from := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	for name, r := range map[string]WorkingDaysRequest{
		"negative":    {Calendar: Weekdays, From: from, After: []int{-1}},
		"far away":    {Calendar: Weekdays, From: from, After: []int{maxWorkingDays + 1}},
		"no start":    {Calendar: Weekdays, After: []int{1}},
		"too late":    {Calendar: Weekdays, From: time.Date(LastYear, 12, 31, 0, 0, 0, 0, time.UTC), After: []int{5}},
		"no calendar": {From: from, After: []int{1}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := new(Activities).CountWorkingDays(t.Context(), effect.Key{}, r)
			f, ok := fault.From(err)
			require.True(t, ok)
			assert.Equal(t, fault.ClassFinal, f.Class)
		})
	}
}

func TestADateEndsWhereTheCalendarIs(t *testing.T) {
	for zone, want := range map[string]string{
		"UTC":                 "2026-12-01T00:00:00Z",
		"America/Los_Angeles": "2026-12-01T08:00:00Z",
		"Pacific/Auckland":    "2026-11-30T11:00:00Z",
	} {
		end, err := new(Activities).ReckonDayEnd(t.Context(), effect.Key{}, DayEndRequest{
			Calendar: Calendar{Zone: zone, Hours: Weekdays.Hours}, Date: "2026-11-30",
		})
		require.NoError(t, err)
		assert.Equal(t, want, end.At.UTC().Format(time.RFC3339), zone)
	}
	_, err := new(Activities).ReckonDayEnd(t.Context(), effect.Key{}, DayEndRequest{Calendar: Weekdays, Date: "30 November"})
	assert.ErrorContains(t, err, "REQUEST_INVALID")
}
