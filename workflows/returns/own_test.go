package returns

import (
	"time"

	"github.com/throughline-dev/throughline/activities/policy"
)

// isCustomer has one of ours be the order's customer.
func (s *Suite) isCustomer(p policy.Person) {
	s.in.Email, s.world.Order.Customer.Email = p.Email, p.Email
}

func (s *Suite) TestAManagerToWhomTheirOwnReturnEscalatesCannotDecideAboutIt() {
	s.isCustomer(grace) // above all of support
	s.decide(3*days, ApproveTask, ActionApprove, grace)
	s.at(4*days-hour, func() {
		v := s.view(ApproveTask)
		s.True(v.Open())
		s.NotContains(v.Candidates, grace)
	})
	s.decide(4*days, ApproveTask, ActionReject, sam, "comment", "It was worn.")
	r := s.run()
	s.Equal(Rejected, r.Ending)
	s.Equal("sam", r.Decided[0].By.ID)
}

func (s *Suite) TestWhoStandsInForFinanceCannotPayTheirOwnReturn() {
	s.shirtCame()
	s.isCustomer(omar)
	away := fiona
	away.Away = []policy.Absence{{From: s.began.Add(-hour), To: s.began.Add(1000 * hour), Cover: "omar"}}
	s.world.Book.People["fiona"] = away
	s.world.Book.Roles["finance"] = policy.Role{Name: "finance", People: []policy.Person{away, felix}}
	s.agrees(2*days, "pay-1", omar)
	s.at(3*days-hour, func() { s.Empty(s.world.Repaid) })
	s.agrees(3*days, "pay-1", felix)
	r := s.run()
	s.Equal("felix", r.Refunds[0].By[0].By.ID)
}

func (s *Suite) TestWhoStandsInForTheWarehouseCannotRecordTheirOwnParcel() {
	s.small()
	s.isCustomer(omar)
	away := walt
	away.Away = []policy.Absence{{From: s.began.Add(-hour), To: s.began.Add(1000 * hour), Cover: "omar"}}
	s.world.Book.People["walt"] = away
	s.world.Book.Roles["warehouse"] = policy.Role{Name: "warehouse", Channel: "CHOUSE", People: []policy.Person{away}}
	s.decide(days, "arrive-1", ActionArrived, omar, "received-1", "1", "grade-1", "new")
	s.Equal(Expired, s.run().Ending)
}

func (s *Suite) TestTheCustomerIsNotTheOneToSayWhatBecomesOfTheirRefund() {
	s.shirtCame()
	s.isCustomer(grace)
	s.decide(2*days, "pay-1", ActionReject, fiona, "comment", "Why?")
	s.decide(5*days, "refused-1", ActionApprove, grace, "comment", "Because.") // it has escalated
	s.at(6*days-hour, func() { s.Contains(s.tasks(), "refused-1") })
	s.decide(6*days, "refused-1", ActionDrop, sam, "comment", "No.")
	s.Equal(StateDropped, s.run().Refunds[0].State)
}

func (s *Suite) TestWhoIsTheCustomerDoesNotPutRightWhatFailedInTheirOwnReturn() {
	operations := func(people ...policy.Person) {
		s.world.Book.Roles["operations"] = policy.Role{Name: "operations", Channel: "COPS", People: people}
	}
	s.small()
	s.isCustomer(omar)
	operations(omar, grace)
	s.fail("RequestReturn", 3*days)
	s.decide(hour, "request-1-failed-1", "abort", omar)
	s.at(2*hour-time.Minute, func() { s.Equal([]policy.Person{grace}, s.view("request-1-failed-1").Candidates) })
	s.at(2*hour-time.Second, func() { operations(omar) }) // so that the next failure finds nobody but the customer
	s.decide(2*hour, "request-1-failed-1", "retry", grace)
	s.at(days, func() { operations(omar, nina) })
	s.decide(days+hour, "request-1-failed-2", "abort", nina)
	s.Equal(Aborted, s.run().Ending)
	s.Contains(s.refusals()[0], "This isn't yours to decide.")
}
