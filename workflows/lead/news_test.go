package lead

import (
	"strings"
	"time"

	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/fault"
)

func (s *LeadSuite) news(at time.Duration, c Contact) {
	s.env.RegisterDelayedCallback(func() { s.env.SignalWorkflow(SignalContact, c) }, at)
}

func (s *LeadSuite) TestAReplyIsContact() {
	s.news(2*time.Hour, Contact{ID: "1", How: Replied, At: s.env.Now().Add(2 * time.Hour), Text: "Yes, call me."})
	r := s.run()
	s.Equal(Contacted, r.Ending)
	s.Equal("customer", r.Contact.By.ID)
	s.Equal(2*time.Hour, r.Contact.Took.Duration)
	s.Require().NotEmpty(s.world.Replies)
	s.Equal("Ada Winter has replied:\nYes, call me.", s.world.Replies[0].It.Text)
	last := s.world.Updates[len(s.world.Updates)-1].It.Card
	s.Contains(last.Status, "Contact made by Ada Winter")
	s.Empty(last.Buttons)
	s.Equal(crm.StatusConnected, s.world.Ended[0].It.Status)
	s.Equal("Ada Winter: replied by e-mail", s.world.Ended[0].It.Note)
}

func (s *LeadSuite) TestAColleagueWhoWroteHasMadeContact() {
	s.news(time.Hour, Contact{ID: "1", How: Wrote, Person: "omar"})
	s.Equal("omar", s.run().Contact.By.ID)
}

func (s *LeadSuite) TestACallInTheCRMIsContact() {
	s.news(time.Hour, Contact{ID: "1", How: Logged, At: s.env.Now().Add(time.Hour)})
	r := s.run()
	s.Equal("crm", r.Contact.By.ID)
	s.Equal("a contact was logged there", r.Contact.Comment)
}

func (s *LeadSuite) TestACallFromBeforeTheLeadIsNone() {
	s.world.Recorded = crm.Recorded{Contact: "101", Contacted: s.env.Now().Add(-24 * time.Hour)}
	s.news(time.Hour, Contact{ID: "1", How: Logged, At: s.env.Now().Add(-time.Second)})
	s.click(2*time.Hour, "contact", "contacted", "UMARIA")
	s.Equal("maria", s.run().Contact.By.ID)
}

func (s *LeadSuite) TestACallThatTheCRMHadBeforeItRecordedTheLeadIsContact() {
	s.world.Recorded = crm.Recorded{Contact: "101", Contacted: s.env.Now().Add(time.Second)}
	s.Equal("crm", s.run().Contact.By.ID)
}

func (s *LeadSuite) TestAnAutomaticReplyIsNoContactButTold() {
	for range 2 { // the second is a repeat
		s.news(time.Hour, Contact{ID: "1", How: AutoReplied, Text: "I am on holiday." + strings.Repeat("x", 2000)})
	}
	s.click(2*time.Hour, "contact", "contacted", "UMARIA")
	s.Equal("maria", s.run().Contact.By.ID)
	s.Require().Len(s.world.Replies, 1)
	s.Contains(s.world.Replies[0].It.Text, "which is no contact:\nI am on holiday.")
	s.Less(len(s.world.Replies[0].It.Text), 1200)
}

func (s *LeadSuite) TestAReplyAfterTheEndChangesNothing() {
	s.fail("RecordOutcome", fault.Unreachable("hubspot", "down").Err(), time.Hour+5*time.Minute)
	s.click(time.Hour, "contact", "contacted", "UMARIA")
	s.news(time.Hour+time.Minute, Contact{ID: "1", How: Replied})
	r := s.run()
	s.Equal("maria", r.Contact.By.ID)
	s.Empty(s.world.Replies)
}

func (s *LeadSuite) TestABounceIsToldAtOnce() {
	for _, at := range []time.Duration{time.Hour, 90 * time.Minute} {
		s.env.RegisterDelayedCallback(func() {
			s.env.SignalWorkflow(SignalUndelivered, Undelivered{ID: "1", Step: "outreach", What: "bounce", Reason: "550 no such user"})
			s.env.SignalWorkflow(SignalUndelivered, Undelivered{ID: "2", Step: "contact-mail-1-maria", What: "bounce"})
		}, at)
	}
	s.click(2*time.Hour, "contact", "contacted", "UMARIA")
	r := s.run()
	s.Require().Len(s.world.Replies, 1)
	s.Equal("Our e-mail to the lead did not arrive (bounce: 550 no such user). Please try another way.", s.world.Replies[0].It.Text)
	s.Len(r.Undelivered, 1)
}

func (s *LeadSuite) TestMalformedNewsFailsNothing() {
	s.env.RegisterDelayedCallback(func() {
		for _, signal := range []string{SignalContact, SignalUndelivered, SignalMerged} {
			s.env.SignalWorkflow(signal, 7)
			s.env.SignalWorkflow(signal, "no news")
			s.env.SignalWorkflow(signal, map[string]any{"id": []int{1}})
			s.env.SignalWorkflow(signal, nil)
		}
		s.env.SignalWorkflow(SignalContact, Contact{How: Replied}) // without an ID
		s.env.SignalWorkflow(SignalContact, Contact{ID: "x", How: "by carrier pigeon"})
	}, time.Hour)
	s.click(2*time.Hour, "contact", "contacted", "UMARIA")
	r := s.run()
	s.Equal("maria", r.Contact.By.ID)
	s.Empty(r.Undelivered)
	s.Empty(s.world.Replies)
}

func (s *LeadSuite) TestAMergedContactIsFollowed() {
	s.env.RegisterDelayedCallback(func() {
		s.Equal(self, s.world.Holders[ContactSubject("101")])
		s.env.SignalWorkflow(SignalMerged, Merged{ID: "1", From: []string{"55"}, To: "56"})
		s.env.SignalWorkflow(SignalMerged, Merged{ID: "2", From: []string{"100", "101"}, To: "500"})
	}, time.Hour)
	s.env.RegisterDelayedCallback(func() { s.Equal(self, s.world.Holders[ContactSubject("500")]) }, 90*time.Minute)
	s.click(2*time.Hour, "contact", "contacted", "UMARIA")
	s.run()
	s.Equal("500", s.world.Ended[0].It.Contact)
	s.Empty(s.world.Holders)
}

func (s *LeadSuite) TestAContactThatWasDeletedIsSaidAndNotMadeAgain() {
	s.world.Updated = crm.Updated{Gone: true}
	s.click(2*time.Hour, "contact", "contacted", "UMARIA")
	r := s.run()
	s.Equal(Contacted, r.Ending)
	s.True(r.RecordGone)
	s.Len(s.world.Leads, 1)
	s.Empty(s.world.Ended)
	s.Require().Len(s.world.Replies, 1)
	s.Contains(s.world.Replies[0].It.Text, "deleted the contact in the CRM")
}
