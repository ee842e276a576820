package humantask

import (
	"time"

	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/policy"
)

var berlin = calendar.Calendar{
	Name: "berlin", Zone: "Europe/Berlin", Hours: []calendar.Hours{{Days: "mon-fri", Open: "09:00-17:00"}},
}

// onFriday opens the task on a Friday at 16:00 in Berlin, an hour before the office closes, and two days before clocks go back.
func (s *TaskSuite) onFriday() {
	s.begun = time.Date(2026, 10, 23, 14, 0, 0, 0, time.UTC)
	s.env.SetStartTime(s.begun)
	s.task.Calendars = map[string]calendar.Calendar{"berlin": berlin}
	s.task.Ladder = policy.Ladder{
		{After: hours(2), Clock: "berlin", Do: policy.Remind},
		{After: hours(48), Clock: policy.Wall, Do: policy.Remind},
		{After: hours(9), Clock: "berlin", Do: policy.Escalate, Every: hours(8)},
	}
}

func (s *TaskSuite) TestARungCountsTheWorkingHoursOfItsCalendar() {
	s.onFriday()
	s.world.Book.People["victor"] = policy.Person{ID: "victor", Name: "Victor Stone", Slack: "UVICTOR"}
	s.click(120*time.Hour, by("UVICTOR"))
	s.run()
	s.Equal([]What{Reminded, Reminded, Escalated, Escalated}, whats(s.outcome.Story))
	monday := time.Date(2026, 10, 26, 9, 0, 0, 0, time.UTC) // 10:00 in Berlin, which is an hour nearer to UTC by now
	s.WithinDuration(time.Date(2026, 10, 25, 14, 0, 0, 0, time.UTC), s.outcome.Story[0].At, 0, "the wall clock runs on Sunday too")
	s.WithinDuration(monday, s.outcome.Story[1].At, 0)
	s.WithinDuration(monday.Add(7*time.Hour), s.outcome.Story[2].At, 0)
	s.WithinDuration(monday.Add(31*time.Hour), s.outcome.Story[3].At, 0, "a working day later")
	s.Len(s.world.Cards, 3)
}

func (s *TaskSuite) TestAPauseStopsTheCalendarsClockToo() {
	s.onFriday()
	s.task.MaxPause = 1000 * time.Hour
	s.act(30*time.Minute, "UMARIA", ActionPause, map[string]string{"comment": "a call back"})
	s.act(66*time.Hour, "UMARIA", ActionResume, nil) // Monday 09:00 in Berlin
	s.click(70*time.Hour, by("UMARIA"))
	s.run()
	s.Equal([]What{Paused, Resumed, Reminded}, whats(s.outcome.Story))
	s.WithinDuration(time.Date(2026, 10, 26, 9, 30, 0, 0, time.UTC), s.outcome.Story[2].At, 0, "an hour and a half were left")
}

func (s *TaskSuite) TestACalendarThatCannotBeReckonedDoesNotKeepTheTaskFromItsHolder() {
	s.onFriday()
	s.world.Fail = func(activity string, _ effect.Key) error {
		if activity == "ReckonDeadlines" && s.env.Now().Sub(s.begun) < time.Hour {
			return errHangs
		}
		return nil
	}
	s.at(30*time.Minute, func() { s.Len(s.world.Cards, 1) })
	s.at(75*time.Minute, func() { s.NotNil(s.views()[0].Next) })
	s.click(2*time.Hour, by("UMARIA"))
	s.run()
}
