package returns

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"go.temporal.io/sdk/temporal"
	"pgregory.net/rapid"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/refund"
)

func (s *Suite) TestEachLaterStepIsOperationsToo() {
	for activity, c := range map[string]struct {
		prepare func()
		asked   time.Duration
		task    string
		end     Ending
	}{
		"ReadTicket":    {func() { s.fromTicket(); s.comes(2 * days) }, hour, "read-ticket-failed-1", Completed},
		"FindVariants":  {func() { s.exchange(); s.comes(2 * days) }, hour, "find-variants-1-failed-1", Completed},
		"DeclineReturn": {func() { s.decide(hour, ApproveTask, ActionReject, sam, "comment", "no") }, 2 * hour, "decline-1-failed-1", Rejected},
		"CancelReturn":  {s.small, 15 * days, "cancel-1-failed-1", Expired},
		"CloseReturn":   {func() { s.small(); s.comes(2 * days) }, 3 * days, "close-1-failed-1", Completed},
	} {
		s.Run(activity+" again", func() {
			s.SetupTest()
			c.prepare()
			s.fail(activity, c.asked)
			s.at(c.asked, func() { s.Equal([]string{c.task}, s.tasks()) })
			s.decide(c.asked+hour, c.task, "retry", omar)
			s.Equal(c.end, s.run().Ending)
		})
		s.Run(activity+" given up", func() {
			s.SetupTest()
			c.prepare()
			s.fail(activity, 1000*days)
			s.decide(c.asked+hour, c.task, "abort", omar)
			s.Equal(Aborted, s.run().Ending)
			s.Empty(s.tasks())
		})
	}
}

// exchange makes it a return of the shirt for a larger one.
func (s *Suite) exchange() {
	s.small()
	s.in.Wish, s.in.Items[0].Instead = refund.Exchange, "SHIRT-L"
	s.world.Variants = []commerce.Variant{
		{ID: "gid://shopify/ProductVariant/9", SKU: "SHIRT-L", Title: "Shirt L", Price: euro(30_00), Available: 3},
	}
}

func (s *Suite) TestAReturnThatCannotBeClosedInTheShopEndsAllTheSame() {
	s.small()
	s.comes(2 * days)
	s.fail("CloseReturn", 1000*days)
	s.decide(4*days, "close-1-failed-1", "skip", omar)
	s.Equal(Completed, s.run().Ending)
}

func (s *Suite) TestTheWarehousesMailboxHoldsNothingUp() {
	s.small()
	s.comes(2 * days)
	s.fail("SendEmail", time.Second)
	s.decide(hour, "mail-1-failed-1", "retry", omar)
	r := s.run()
	s.Equal(Completed, r.Ending)
	for _, m := range s.world.Mails {
		s.NotEqual("dock@northwind.example", m.It.To.Email)
	}
}

func (s *Suite) TestNothingIsTakenBackFromAReturnThatHasEnded() {
	s.small()
	s.comes(2 * days)
	s.at(4*days, s.env.CancelWorkflow)
	s.env.ExecuteWorkflow(Workflow, s.in)
	s.True(temporal.IsCanceledError(s.env.GetWorkflowError()))
	s.Empty(s.world.Cancelled)
	s.Equal(commerce.Closed, s.world.Order.Returns[0].State)
	s.NotContains(s.notes(), "was given up")
}

func (s *Suite) TestWhoeverGivesUpAMailAfterTheEndChangesNothingAboutIt() {
	s.decide(hour, ApproveTask, ActionReject, sam, "comment", "no")
	s.at(2*time.Minute, func() { s.fail("SendEmail", 1000*days) })
	s.decide(2*days, "mail-2-failed-1", "abort", omar)
	r := s.run()
	s.Equal(Rejected, r.Ending)
	s.Equal(hour, r.Took.Duration)
}

func (s *Suite) TestATaskOfAReturnThatIsGivenUpDoesNotSayThatItsTimeIsOver() {
	s.small()
	s.writes(hour, "Hello?")
	s.at(2*hour, s.env.CancelWorkflow)
	s.env.ExecuteWorkflow(Workflow, s.in)
	s.Equal("Withdrawn. There is nothing left to do.", s.status("arrive-1"))
	s.Equal("Withdrawn. There is nothing left to do.", s.status("reply-1"))
}

func TestNeverIsMoreTakenInThanIsExpected(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := &returning{}
		fields := map[string]string{}
		for i := range rapid.IntRange(1, MaxItems).Draw(t, "lines") {
			r.result.Assessed.Lines = append(r.result.Assessed.Lines, refund.Assessed{Line: strconv.Itoa(i % 7), SKU: "A"})
			accepted := rapid.IntRange(0, 5).Draw(t, "accepted")
			r.accepted = append(r.accepted, accepted)
			r.came = append(r.came, rapid.IntRange(0, accepted).Draw(t, "came"))
			fields[receivedField(i)] = rapid.SampledFrom([]string{"0", "1", "2", "7", " 3 ", "-1", "x", ""}).Draw(t, "received")
			fields[gradeField(i)] = rapid.SampledFrom([]string{"", "new", "new"}).Draw(t, "grade")
		}
		p, wrong := r.parcelOf(fields)
		if wrong != "" {
			return
		}
		for n, l := range p.Lines {
			i := p.of[n]
			assert.Equal(t, r.result.Assessed.Lines[i].Line, l.Line)
			assert.NotEmpty(t, l.Grade)
			assert.Positive(t, l.Quantity)
			r.came[i] += l.Quantity
			assert.LessOrEqual(t, r.came[i], r.accepted[i])
		}
	})
}

// lost has the reply of an activity get lost, and no other come until so long after the start: what it does is done.
func (s *Suite) lost(activity string, until time.Duration, done func()) {
	s.world.Fail = func(a string, _ effect.Key) error {
		if a != activity || s.env.Now().Sub(s.began) >= until {
			return nil
		}
		if done != nil {
			done()
		}
		done = nil
		return fault.Unreachable("shopify", "connection reset").Err()
	}
}

func (s *Suite) TestACancelledReturnLeavesNothingReservedThoughTheRepliesOfTheShopAreLost() {
	for name, lose := range map[string]func(){
		"RequestReturn": func() {
			s.world.Order.Returns = []commerce.Return{{
				ID: "gid://shopify/Return/1", Number: s.in.Number, State: commerce.Requested, Lines: []commerce.ReturnedLine{{Line: shirt, Quantity: 1}},
			}}
		},
		"AcceptReturn": func() { s.world.Order.Returns[0].State = commerce.Open },
	} {
		s.Run(name, func() {
			s.SetupTest()
			s.small()
			s.lost(name, hour, lose)
			s.at(10*time.Minute, s.env.CancelWorkflow)
			s.env.ExecuteWorkflow(Workflow, s.in)
			s.True(temporal.IsCanceledError(s.env.GetWorkflowError()))
			s.Require().Len(s.world.Order.Returns, 1)
			s.Contains([]commerce.State{commerce.Declined, commerce.Cancelled}, s.world.Order.Returns[0].State)
			s.freed()
		})
	}
}
