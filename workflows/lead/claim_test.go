package lead

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/activities/claims"
	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/internal/outside"
)

// self is the ID of the workflow in the SDK's test environment.
const self = "default-test-workflow-id"

// join has another lead ask to join, and says whether it could.
func (s *LeadSuite) join(at time.Duration, a claims.Addition, done func(err error)) {
	s.env.RegisterDelayedCallback(func() {
		s.env.UpdateWorkflow(claims.UpdateJoin, "update-"+a.From, &updateCallback{done: done}, a)
	}, at)
}

// updateCallback tells how an update ended.
type updateCallback struct{ done func(error) }

func (c *updateCallback) Accept()                   {}
func (c *updateCallback) Reject(err error)          { c.done(err) }
func (c *updateCallback) Complete(_ any, err error) { c.done(err) }

func (s *LeadSuite) TestASecondFormJoinsTheLeadThatTheCustomerHasOpen() {
	s.world.Holders = map[string]string{s.in.Subject(): "lead-first"}
	s.world.Open = map[string]bool{"lead-first": true}
	r := s.run()
	s.Equal(Joined, r.Ending)
	s.Equal("lead-first", r.Into)
	s.Require().Len(s.world.Joins, 1)
	join := s.world.Joins[0].It
	s.Equal("lead-first", join.Holder)
	s.Equal(self, join.Addition.From)
	s.Equal(r.Received, join.Addition.At)
	s.Contains(join.Addition.Text, "Ada Winter sent another form.")
	s.Contains(join.Addition.Text, "We need <forty> robots.")
	s.Empty(s.world.Cards, "nobody is chased twice")
	s.Empty(s.world.Mails)
	s.Empty(s.world.Leads)
	s.Equal("lead-first", s.world.Holders[s.in.Subject()])
}

func (s *LeadSuite) TestALeadThatEndedWithoutALeaveIsTakenOverFrom() {
	s.world.Holders = map[string]string{s.in.Subject(): "lead-terminated"}
	s.click(time.Hour, "contact", "contacted", "UMARIA")
	s.env.RegisterDelayedCallback(func() { s.Equal(self, s.world.Holders[s.in.Subject()]) }, time.Minute)
	s.Equal(Contacted, s.run().Ending)
	s.Len(s.world.Joins, 1, "it was asked")
	s.Empty(s.world.Holders)
}

func (s *LeadSuite) TestWhoWritesFromASecondAddressJoinsToo() {
	s.world.Known = crm.Known{Contact: "101"}
	s.world.Holders = map[string]string{ContactSubject("101"): "lead-first"}
	s.world.Open = map[string]bool{"lead-first": true}
	r := s.run()
	s.Equal(Joined, r.Ending)
	s.Empty(s.world.Leads)
	s.Equal(map[string]string{ContactSubject("101"): "lead-first"}, s.world.Holders, "what this one had claimed by its address is released")
}

func (s *LeadSuite) TestWhatIsAddedReachesTheRepAndTheCRM() {
	addition := claims.Addition{From: "lead-second", Text: "Ada Winter sent another form.\nIt is urgent.", At: s.env.Now().Add(time.Hour)}
	var errs []error
	for _, at := range []time.Duration{time.Hour, 2 * time.Hour} { // the second is a repeat
		s.join(at, addition, func(err error) { errs = append(errs, err) })
	}
	s.click(3*time.Hour, "contact", "contacted", "UMARIA")
	r := s.run()
	s.Equal([]error{nil, nil}, errs)
	s.Len(r.Additions, 1)
	s.Require().Len(s.world.Replies, 1)
	s.Equal(addition.Text, s.world.Replies[0].It.Text)
	s.True(s.world.Replies[0].It.Broadcast)
	s.Require().Len(s.world.Notes, 1)
	s.Equal("101", s.world.Notes[0].It.Contact)
	s.Equal(addition.Text, s.world.Notes[0].It.Text)
	s.Len(s.world.Cards, 1)
	s.Len(s.world.Mails, 1)
}

func (s *LeadSuite) TestWhatIsAddedBeforeTheRepIsAskedIsOnTheCard() {
	s.fail("RecordLead", fault.Unreachable("hubspot", "down").Err(), 5*time.Minute)
	s.join(2*time.Second, claims.Addition{From: "lead-second", Text: "It is urgent."}, func(err error) { s.NoError(err) })
	s.click(time.Hour, "contact", "contacted", "UMARIA")
	s.run()
	s.Require().Len(s.world.Cards, 1)
	s.Len(s.world.Notes, 1, "the CRM has it as soon as it has the lead")
	told := len(s.world.Replies) > 0
	for _, f := range s.world.Cards[0].It.Facts {
		told = told || f.Label == "So far"
	}
	s.True(told)
}

func (s *LeadSuite) TestWhatIsAddedBeforeTheLeadIsRoutedReachesTheRepAndTheCRM() {
	s.fail("RouteLead", fault.Unreachable("policy", "down").Err(), time.Minute)
	s.join(2*time.Second, claims.Addition{From: "lead-second", Text: "It is urgent."}, func(err error) { s.NoError(err) })
	s.click(time.Hour, "contact", "contacted", "UMARIA")
	s.run()
	s.Require().Len(s.world.Notes, 1)
	s.Equal("It is urgent.", s.world.Notes[0].It.Text)
	s.Contains(s.world.Updates[0].It.Card.Facts[len(s.world.Updates[0].It.Card.Facts)-1].Value, "It is urgent.")
}

func (s *LeadSuite) TestNothingIsAddedToALeadThatIsDecided() {
	s.fail("RecordOutcome", fault.Unreachable("hubspot", "down").Err(), time.Hour+5*time.Minute)
	s.click(time.Hour, "contact", "contacted", "UMARIA")
	var refused error
	s.join(time.Hour+time.Minute, claims.Addition{From: "lead-second", Text: "x"}, func(err error) { refused = err })
	r := s.run()
	s.ErrorContains(refused, "takes nothing any more")
	s.Empty(r.Additions)
}

func (s *LeadSuite) TestARobotCantAddWithoutEnd() {
	var refused int
	for i := range maxAdditions + 3 {
		s.join(time.Hour, claims.Addition{From: "lead-" + string(rune('A'+i)), Text: "x"}, func(err error) {
			if err != nil {
				refused++
			}
		})
	}
	s.join(time.Hour, claims.Addition{Text: "from nobody"}, func(err error) { s.Error(err) })
	s.click(2*time.Hour, "contact", "contacted", "UMARIA")
	s.Len(s.run().Additions, maxAdditions)
	s.Equal(3, refused)
}

func (s *LeadSuite) TestLongAdditionsAreToldInPartAndLargeOnesGoTheirOwnWay() {
	long := strings.Repeat("<", maxAdded/4)
	var refused []string
	for i := range 6 {
		from := "lead-" + string(rune('A'+i))
		s.join(time.Hour, claims.Addition{From: from, Text: long}, func(err error) {
			if err != nil {
				refused = append(refused, from)
			}
		})
	}
	s.click(2*time.Hour, "contact", "contacted", "UMARIA")
	r := s.run()
	s.Len(r.Additions, 4)
	s.Equal([]string{"lead-E", "lead-F"}, refused)
	s.Equal(long, s.world.Notes[0].It.Text, "the CRM has all of it")
	s.Equal(long[:maxQuote]+" …", s.world.Replies[0].It.Text)
	result, err := json.Marshal(r)
	s.Require().NoError(err)
	s.Less(len(result), 2<<20, "more would end the workflow")
}

func (s *LeadSuite) TestALeadOfTheFirstShapeClaimsNothing() {
	s.world.Book.Lead.Shape, s.world.Book.Lead.OwnerWait, s.world.Book.Lead.OutOfHours = 0, policy.Duration{}, ""
	s.click(time.Hour, "contact", "contacted", "UMARIA")
	s.run()
	for _, activity := range []string{"Claim", "ReleaseClaims", "FindKnown", "FindAvailable", "RecordStage"} {
		s.Zero(outside.Calls(s.world, activity), activity)
	}
}

func (s *LeadSuite) TestClaimsThatAreDownAreWaitedFor() {
	s.fail("Claim", fault.Unreachable("claims", "down").Err(), time.Minute)
	s.click(time.Hour, "contact", "contacted", "UMARIA")
	s.Equal(Contacted, s.run().Ending)
}

func (s *LeadSuite) TestALeadThatGivesNoAnswerIsNotWaitedForWithoutEnd() {
	s.world.Holders = map[string]string{s.in.Subject(): "lead-broken"}
	s.world.Open = map[string]bool{"lead-broken": true}
	s.fail("JoinCase", fault.Unreachable("claims", "no answer").Err(), 1000*time.Hour)
	s.click(time.Hour, "contact", "contacted", "UMARIA")
	r := s.run()
	s.Equal(Contacted, r.Ending)
	s.Len(s.world.Cards, 1)
}
