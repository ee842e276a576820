package calendar_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
)

var key = effect.Key{ID: "lead-1/deadlines"}

func ask(working ...time.Duration) calendar.DeadlinesRequest {
	r := calendar.DeadlinesRequest{Calendar: valid(), From: time.Date(2026, time.March, 27, 15, 0, 0, 0, time.UTC)} // Friday, 16:00 there
	for _, d := range working {
		r.After = append(r.After, calendar.Duration(d))
	}
	return r
}

func TestDeadlinesComeBackFromAnActivityInTheOrderAsked(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	a := &calendar.Activities{}
	env.RegisterActivity(a)

	v, err := env.ExecuteActivity(a.ReckonDeadlines, key, ask(24*time.Hour, 0, time.Hour))
	require.NoError(t, err)
	var got calendar.Deadlines
	require.NoError(t, v.Get(&got))
	require.Len(t, got.At, 3)
	for i, want := range []string{"2026-04-01 16:00", "2026-03-27 16:00", "2026-03-27 17:00"} {
		requireSame(t, at(t, "Europe/Berlin", want), got.At[i], "At[%d]", i)
	}
}

func TestWorkingTimeIsThatOfAllSpansTogether(t *testing.T) {
	a := &calendar.Activities{}
	berlin := func(text string) time.Time { return at(t, "Europe/Berlin", text) }
	got, err := a.ReckonWorkingTime(t.Context(), key, calendar.WorkingTimeRequest{Calendar: valid(), Spans: []calendar.Span{
		{From: berlin("2026-03-27 16:00"), To: berlin("2026-03-30 10:00")}, // over a week end: two hours
		{From: berlin("2026-03-31 12:00"), To: berlin("2026-03-31 12:00")}, // nothing
		{From: berlin("2026-04-01 16:30"), To: berlin("2026-04-01 20:00")}, // half an hour
	}})
	require.NoError(t, err)
	assert.Equal(t, calendar.WorkingTime{
		Worked: calendar.Duration(150 * time.Minute), Each: []calendar.Duration{calendar.Duration(2 * time.Hour), 0, calendar.Duration(30 * time.Minute)},
	}, got)

	got, err = a.ReckonWorkingTime(t.Context(), key, calendar.WorkingTimeRequest{Calendar: valid()})
	require.NoError(t, err)
	assert.Zero(t, got)
}

func TestHistoryShowsDurationsAndTimesAsPeopleReadThem(t *testing.T) {
	a := &calendar.Activities{}
	r := ask(36 * time.Hour)
	asked, err := json.Marshal(r.After)
	require.NoError(t, err)
	assert.JSONEq(t, `["36h0m0s"]`, string(asked))

	d, err := a.ReckonDeadlines(t.Context(), key, r)
	require.NoError(t, err)
	answer, err := json.Marshal(d)
	require.NoError(t, err)
	assert.JSONEq(t, `{"at":["2026-04-07T12:00:00+02:00"]}`, string(answer)) // Easter is between

	var back calendar.Duration
	require.NoError(t, json.Unmarshal([]byte(`"1h30m"`), &back))
	assert.Equal(t, calendar.Duration(90*time.Minute), back)
	assert.ErrorContains(t, json.Unmarshal([]byte(`"2 days"`), &back), `"2 days" is not a duration: write it like 90s, 15m or 48h`)
}

func TestAMistakeInWhatIsAskedIsAFinalFault(t *testing.T) {
	a := &calendar.Activities{}
	wrong := valid()
	wrong.Zone, wrong.Hours = "Berlin", nil
	noFrom, negative, far := ask(time.Hour), ask(time.Hour, -time.Minute), ask(24*366*200*time.Hour)
	noFrom.From = time.Time{}
	now := time.Now()

	for _, one := range []struct {
		ask           func() error
		code, message string
	}{
		{func() error {
			_, err := a.ReckonDeadlines(t.Context(), key, calendar.DeadlinesRequest{Calendar: wrong, From: now})
			return err
		}, "CALENDAR_INVALID", "The calendar \"berlin\" can't be used:\nzone: \"Berlin\" is no time zone: write its IANA name, like \"Europe/Berlin\", \"America/New_York\" or \"UTC\"\n" +
			"hours: is empty, so that it never opens: write the opening hours, like days \"mon-fri\" with open \"09:00-17:00\""},
		{func() error {
			_, err := a.ReckonWorkingTime(t.Context(), key, calendar.WorkingTimeRequest{Calendar: wrong})
			return err
		}, "CALENDAR_INVALID", ""},
		{func() error { _, err := a.ReckonDeadlines(t.Context(), key, noFrom); return err },
			"REQUEST_INVALID", "from is missing: give the time to count from"},
		{func() error { _, err := a.ReckonDeadlines(t.Context(), key, negative); return err },
			"REQUEST_INVALID", "after[1] is negative (-1m0s): a deadline can't be before its start"},
		{func() error { _, err := a.ReckonDeadlines(t.Context(), key, far); return err },
			"REQUEST_INVALID", "after[0] (1756800h0m0s) of this calendar's time is over after the year 2199 only: make it shorter"},
		{func() error {
			_, err := a.ReckonWorkingTime(t.Context(), key, calendar.WorkingTimeRequest{Calendar: valid(), Spans: []calendar.Span{{From: now, To: now}, {From: now}}})
			return err
		}, "REQUEST_INVALID", ""},
	} {
		f, ok := fault.From(one.ask())
		require.True(t, ok, one.message)
		assert.Equal(t, fault.ClassFinal, f.Class)
		assert.Equal(t, one.code, f.Code)
		if one.message != "" {
			assert.Equal(t, one.message, f.Message)
		}
	}
}

func TestManyCalendarsAreReckonedWithEachInItsOwnHours(t *testing.T) {
	a := &calendar.Activities{}
	for range 2 {
		for i := range 150 { // more than are kept
			r := ask(0)
			r.Calendar.Hours[0].Open = fmt.Sprintf("%02d:%02d-23:00", 17+i/60, i%60)
			got, err := a.ReckonDeadlines(t.Context(), key, r)
			require.NoError(t, err)
			assert.Equal(t, fmt.Sprintf("%02d:%02d", 17+i/60, i%60), got.At[0].Format("15:04"))
		}
	}
}
