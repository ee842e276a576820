package lead

import (
	"time"

	"github.com/throughline-dev/throughline/activities/assignment"
	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/internal/outside"
)

var luis = policy.Person{ID: "luis", Name: "Luis Ortega", Email: "luis@northwind.example", Slack: "ULUIS", Manager: "grace", CRMOwner: "12"}

// both puts Luis beside Maria into the pool, and lets the world's clock be the workflow's.
func (s *LeadSuite) both(change func(maria, luis *policy.Member)) {
	m, l := policy.Member{Person: maria, Weight: 1}, policy.Member{Person: luis, Weight: 1}
	change(&m, &l)
	s.world.Now = s.env.Now
	s.world.Book.People["maria"], s.world.Book.People["luis"] = m.Person, l.Person
	s.world.Book.Pools["enterprise"] = policy.Pool{Name: "enterprise", Members: []policy.Member{m, l}}
}

// opensIn makes a calendar that opens after so long, for a year.
func (s *LeadSuite) opensIn(name string, d time.Duration) {
	at := s.env.Now().UTC().Add(d).Truncate(time.Minute)
	c := calendar.Calendar{Name: name, Zone: "UTC", Hours: []calendar.Hours{{
		Days: "mon-sun", Open: at.Format("15:04") + "-" + at.Add(30*time.Minute).Format("15:04"),
	}}}
	clock, err := calendar.Compile(c)
	s.Require().NoError(err)
	if s.world.Book.Calendars == nil {
		s.world.Book.Calendars = map[string]policy.Calendar{}
	}
	s.world.Book.Calendars[name] = policy.Calendar{Clock: clock, Zone: time.UTC}
}

func away(s *LeadSuite, cover string) []policy.Absence {
	return []policy.Absence{{From: s.env.Now().Add(-time.Hour), To: s.env.Now().Add(100 * time.Hour), Cover: cover}}
}

func (s *LeadSuite) TestWhoIsAwayGetsNoTurn() {
	s.both(func(m, _ *policy.Member) { m.Person.Away = away(s, "") })
	s.click(time.Hour, "contact", "contacted", "ULUIS")
	s.Equal("luis", s.run().Rep.ID)
	s.Equal([]assignment.Member{{ID: "luis", Weight: 1, Day: s.env.Now().UTC().Add(-time.Hour).Format(time.DateOnly)}}, s.world.Turns[0].It.Members)
}

func (s *LeadSuite) TestWhoIsAtWorkGoesFirst() {
	s.opensIn("later", 5*time.Hour)
	s.both(func(m, l *policy.Member) { m.Person.Calendar, l.DailyCap = "later", 7 })
	s.click(time.Hour, "contact", "contacted", "ULUIS")
	s.Equal("luis", s.run().Rep.ID)
	members := s.world.Turns[0].It.Members
	s.True(members[0].Off)
	s.False(members[1].Off)
	s.Equal(7, members[1].Cap)
}

func (s *LeadSuite) TestALeadIsHeldUntilTheFirstIsAtWork() {
	s.opensIn("later", 5*time.Hour)
	s.opensIn("soon", 2*time.Hour)
	s.both(func(m, l *policy.Member) { m.Person.Calendar, l.Person.Calendar = "later", "soon" })
	s.env.RegisterDelayedCallback(func() {
		s.Len(s.world.Leads, 1, "the CRM has it meanwhile")
		s.Empty(s.world.Leads[0].It.Owner)
		s.Contains(s.world.Leads[0].It.Note, "Nobody is at work")
		s.Empty(s.world.Cards)
		s.Empty(s.world.Mails)
	}, time.Hour)
	s.click(3*time.Hour, "contact", "contacted", "ULUIS")
	r := s.run()
	s.Equal(Contacted, r.Ending)
	s.Equal("luis", r.Rep.ID)
	s.InDelta(2*time.Hour, r.Held.Duration, float64(time.Minute))
	s.Require().Len(s.world.Owners, 1, "and gets its owner then")
	s.Equal("12", s.world.Owners[0].It.Owner)
	s.Equal("Given to Luis Ortega", s.world.Owners[0].It.Note)
	s.Len(s.world.Leads, 1)
	s.Equal([]int{0, 1}, []int{s.world.Turns[0].It.Try, s.world.Turns[1].It.Try})
}

func (s *LeadSuite) TestALeadIsHeldForSoLongAtMost() {
	s.opensIn("tomorrow", 23*time.Hour)
	s.both(func(m, l *policy.Member) { m.Person.Calendar, l.Person.Calendar = "tomorrow", "tomorrow" })
	s.click(17*time.Hour, "contact", "contacted", "UMARIA")
	r := s.run()
	s.Equal(16*time.Hour, r.Held.Duration)
	s.Equal("maria", r.Rep.ID)
	s.True(s.world.Turns[1].It.Anyone)
}

func (s *LeadSuite) TestWhoHasHadAllTheirTurnsWaitsForTomorrow() {
	s.both(func(m, l *policy.Member) { m.DailyCap, l.DailyCap = 1, 1 })
	s.world.Capped = []string{"maria", "luis"}
	tomorrow := s.env.Now().UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
	s.env.RegisterDelayedCallback(func() { s.world.Capped = nil }, tomorrow.Sub(s.env.Now())-time.Second)
	s.click(25*time.Hour, "contact", "contacted", "UMARIA")
	s.world.Book.Lead.MaxHold = policy.Hours(48)
	r := s.run()
	s.InDelta(tomorrow.Sub(r.Received), r.Held.Duration, float64(2*time.Second))
}

func (s *LeadSuite) TestALeadThatIsHeldTwiceIsGivenToSomebodyOnce() {
	s.opensIn("later", 2*time.Hour)
	s.both(func(m, l *policy.Member) { m.Person.Calendar, l.Person.Calendar = "later", "later" })
	s.world.Book.Lead.MaxHold = policy.Hours(48)
	s.env.RegisterDelayedCallback(func() { s.world.Capped = []string{"maria", "luis"} }, time.Hour)
	s.env.RegisterDelayedCallback(func() { s.world.Capped = nil }, 3*time.Hour)
	s.click(40*time.Hour, "contact", "contacted", "UMARIA")
	s.run()
	s.Len(s.world.Turns, 3)
	s.Empty(s.world.Notes, "while nobody has it there is nobody to tell the CRM of")
	s.Require().Len(s.world.Owners, 1)
	s.Equal("Given to Maria Lopez", s.world.Owners[0].It.Note)
}

func (s *LeadSuite) TestTheManagerGetsItWhereThePolicySaysSo() {
	s.opensIn("later", 5*time.Hour)
	s.both(func(m, l *policy.Member) { m.Person.Calendar, l.Person.Calendar = "later", "later" })
	s.world.Book.Lead.OutOfHours = policy.ToManager
	s.click(time.Hour, "contact", "contacted", "UGRACE")
	r := s.run()
	s.Equal("grace", r.Rep.ID)
	s.Zero(r.Held)
}

func (s *LeadSuite) TestWithoutAManagerItGoesToWhoseTurnItIs() {
	s.opensIn("later", 5*time.Hour)
	s.both(func(m, l *policy.Member) {
		m.Person.Calendar, l.Person.Calendar, m.Person.Manager = "later", "later", ""
	})
	s.world.Book.Lead.OutOfHours = policy.ToManager
	s.click(time.Hour, "contact", "contacted", "UMARIA")
	s.Equal("maria", s.run().Rep.ID)
}

func (s *LeadSuite) TestAnywayMeansAtOnce() {
	s.opensIn("later", 5*time.Hour)
	s.both(func(m, l *policy.Member) { m.Person.Calendar, l.Person.Calendar = "later", "later" })
	s.world.Book.Lead.OutOfHours = policy.Anyway
	s.click(time.Hour, "contact", "contacted", "UMARIA")
	r := s.run()
	s.Equal("maria", r.Rep.ID)
	s.Zero(r.Held)
}

func (s *LeadSuite) TestAPoolOnHolidayGoesToItsManagerInTheEnd() {
	s.both(func(m, l *policy.Member) { m.Person.Away, l.Person.Away = away(s, ""), away(s, "") })
	s.click(17*time.Hour, "contact", "contacted", "UGRACE")
	r := s.run()
	s.Equal("grace", r.Rep.ID)
	s.Equal(16*time.Hour, r.Held.Duration)
	s.Zero(outside.Calls(s.world, "TakeTurn"))
}

func (s *LeadSuite) TestAHeldLeadHearsOfAContactBeforeItsRepIsAsked() {
	s.opensIn("later", 5*time.Hour)
	s.both(func(m, l *policy.Member) { m.Person.Calendar, l.Person.Calendar = "later", "later" })
	s.news(time.Hour, Contact{ID: "1", How: Logged, At: s.env.Now().Add(time.Hour)})
	r := s.run()
	s.Equal(Contacted, r.Ending)
	s.Equal("crm", r.Contact.By.ID)
	s.Require().Len(s.world.Cards, 1)
	s.Empty(s.world.Cards[0].It.Buttons, "there is nothing left to click")
	s.Contains(s.world.Cards[0].It.Status, "Contact made by the CRM")
}

func (s *LeadSuite) TestAKnownContactGoesToItsOwner() {
	s.world.Known = crm.Known{Contact: "101", Owner: "77"}
	s.world.Book.People["olga"] = policy.Person{ID: "olga", Name: "Olga Petrova", Slack: "UOLGA", CRMOwner: "77"}
	s.click(time.Hour, "contact", "contacted", "UOLGA")
	r := s.run()
	s.Equal("olga", r.Rep.ID)
	s.Zero(outside.Calls(s.world, "TakeTurn"), "it takes nobody's turn")
	s.Equal("Enterprise", r.Route.Territory, "its territory is known all the same, for whoever it may be reassigned to")
	s.Contains(s.world.Leads[0].It.Note, "Given to Olga Petrova by owning the contact in the CRM")
	s.Equal("77", s.world.Leads[0].It.Owner)
}

func (s *LeadSuite) TestAnOwnerWhoIsAwayKeepsTheRecordWhileTheCoverHasTheLead() {
	s.world.Now = s.env.Now
	s.world.Known = crm.Known{Company: "201", Owner: "77", Account: true}
	s.world.Book.People["olga"] = policy.Person{ID: "olga", Name: "Olga Petrova", Slack: "UOLGA", CRMOwner: "77", Away: away(s, "omar")}
	s.click(time.Hour, "contact", "contacted", "UOMAR")
	r := s.run()
	s.Equal("omar", r.Rep.ID)
	s.Equal("77", s.world.Leads[0].It.Owner)
	s.Contains(s.world.Leads[0].It.Note, "standing in for Olga Petrova, who owns the company in the CRM")
}

func (s *LeadSuite) TestTheAccountsOwnerGetsItWhereTheContactsHasLeft() {
	s.world.Known = crm.Known{Contact: "101", Company: "201", Owner: "gone", AccountOwner: "77"}
	s.world.Book.People["olga"] = policy.Person{ID: "olga", Name: "Olga Petrova", Slack: "UOLGA", CRMOwner: "77"}
	s.click(time.Hour, "contact", "contacted", "UOLGA")
	r := s.run()
	s.Equal("olga", r.Rep.ID)
	s.Contains(s.world.Leads[0].It.Note, "owning the company in the CRM")
	s.Equal("77", s.world.Leads[0].It.Owner)
}

func (s *LeadSuite) TestAnOwnerWhoHasLeftCountsForNothing() {
	s.world.Known = crm.Known{Contact: "101", Owner: "77"}
	s.click(time.Hour, "contact", "contacted", "UMARIA")
	r := s.run()
	s.Equal("maria", r.Rep.ID)
	s.Equal("11", s.world.Leads[0].It.Owner)
}

func (s *LeadSuite) TestACRMThatIsDownIsAskedForSoLongAtMost() {
	s.fail("FindKnown", fault.Unreachable("hubspot", "down").Err(), 100*time.Hour)
	s.env.RegisterDelayedCallback(func() { s.Len(s.world.Cards, 1) }, 10*time.Second)
	s.click(time.Hour, "contact", "contacted", "UMARIA")
	s.Equal("maria", s.run().Rep.ID)
}

func (s *LeadSuite) TestATakenBackTurnIsGivenBackAndTheCRMKnowsTheNewOwner() {
	s.both(func(*policy.Member, *policy.Member) {})
	s.world.Book.Lead.Contact = policy.Ladder{{After: policy.Hours(24), Do: policy.Reassign}}
	s.click(25*time.Hour, "contact", "contacted", "ULUIS")
	r := s.run()
	s.Equal("luis", r.Contact.By.ID)
	for i, rep := range []string{"Maria Lopez", "Luis Ortega"} {
		s.Contains(s.world.Cards[i].It.Facts, slack.Fact{Label: "Rep", Value: rep}, "each card says who has it")
	}
	s.Require().Len(s.world.Turns, 2)
	s.Equal(self, s.world.Turns[1].It.Back)
	s.Equal(self+"/2", s.world.Turns[1].It.Case)
	s.True(s.world.Turns[1].It.Anyone)
	s.Equal([]crm.Ownership{{
		Contact: "101", Email: "ada@contoso.com", Owner: "12", Note: "Taken from Maria Lopez and given to Luis Ortega", At: r.Contact.Story[0].At,
	}}, things(s.world.Owners))
}

func (s *LeadSuite) TestAHandedOverTurnCountsForTheColleague() {
	s.both(func(*policy.Member, *policy.Member) {})
	s.env.RegisterDelayedCallback(func() {
		s.env.SignalWorkflow(humantask.SignalDecide, humantask.Decision{
			ID: "1", Task: "contact", Action: humantask.ActionHandOver, By: humantask.Actor{Slack: "UMARIA"},
			Fields: map[string]string{"to": "luis"}, Comment: "he knows them",
		})
	}, time.Hour)
	s.click(2*time.Hour, "contact", "contacted", "ULUIS")
	s.run()
	s.Equal([]assignment.Return{{Pool: "enterprise", Case: self, To: "luis"}}, things(s.world.Backs))
	s.Require().Len(s.world.Owners, 1)
	s.Equal("Taken from Maria Lopez and given to Luis Ortega: he knows them", s.world.Owners[0].It.Note)
}

func (s *LeadSuite) TestAManagerWhoIsAskedTooOwnsNothing() {
	s.click(49*time.Hour, "contact", "contacted", "UGRACE")
	s.run()
	s.Empty(s.world.Owners)
	s.Empty(s.world.Backs)
}
