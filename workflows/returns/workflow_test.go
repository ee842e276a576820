package returns

import (
	"time"
)

func (s *Suite) TestASmallReturnGoesByRuleFromItsRequestToItsEnd() {
	s.small()
	s.at(hour, func() {
		s.Equal([]string{"arrive-1"}, s.tasks())
		s.Equal(map[string]int{shirt: 1}, s.asOf().Approved)
	})
	s.arrives(2*days, 1, "received-1", "1", "grade-1", "new")
	r := s.run()
	s.Equal(Completed, r.Ending)
	s.True(r.ByRule)
	s.Empty(r.Decided)
	s.Equal("R-7QX4M2KD", r.Number)
	s.Equal("gid://shopify/Order/1042", r.Order)
	s.Equal("gid://shopify/Return/1", r.Shop)
	s.Equal("77", r.Ticket)
	s.Equal("h1", r.Policy)
	s.Equal(2*days, r.Took.Duration.Round(time.Hour))
	s.Equal(r.Received.Add(r.Took.Duration), r.Finished, "it took until its end, and not until nobody listened any more")
}
