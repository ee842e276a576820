package lead

import (
	"time"

	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/policy"
)

// The default handbook's ladder, over a lead that comes in on a Thursday morning.
func (s *LeadSuite) TestTheDefaultLadderRemindsReassignsAndThenAsksTheManagerEachWorkingDay() {
	s.env.SetStartTime(time.Date(2026, 8, 6, 14, 0, 0, 0, time.UTC)) // ten in New York
	s.in.Received = s.env.Now().UTC()
	s.both(func(*policy.Member, *policy.Member) {})
	s.world.Book.Lead.Calendars = map[string]calendar.Calendar{"office": {
		Name: "office", Zone: "America/New_York", Hours: []calendar.Hours{{Days: "mon-fri", Open: "09:00-17:00"}},
	}}
	s.world.Book.Lead.Contact = policy.Ladder{
		{After: policy.Hours(1), Clock: "office", Do: policy.Remind},
		{After: policy.Hours(8), Clock: "office", Do: policy.Remind, Every: policy.Hours(8)},
		{After: policy.Hours(24), Clock: policy.Wall, Do: policy.Reassign},
		{After: policy.Hours(48), Clock: policy.Wall, Do: policy.Escalate},
	}
	s.click(6*24*time.Hour, "contact", "contacted", "UGRACE")
	r := s.run()
	var story []string
	for _, h := range r.Contact.Story {
		story = append(story, h.At.Sub(r.Contact.Opened).String()+" "+string(h.What)+" "+h.To.ID+" "+h.Note)
	}
	s.Equal([]string{
		"1h0m0s reminded maria ",
		"24h0m0s reminded maria not sent, since the next rung was due already",
		"24h0m0s reassigned luis ",
		"48h0m0s escalated grace ", // a Saturday
		"96h0m0s reminded grace ",  // Monday
		"120h0m0s reminded grace ",
	}, story)
	s.Len(s.world.Cards, 3)
}
