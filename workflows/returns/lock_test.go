package returns

import (
	"time"

	"go.temporal.io/sdk/temporal"

	"github.com/throughline-dev/throughline/activities/billing"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/workflows/internal/outside"
)

const order = "order/gid://shopify/Order/1042"

// held has another return hold the order, which runs or not.
func (s *Suite) held(after time.Duration, running bool) {
	s.at(after, func() {
		s.world.Holders = map[string]string{order: "return-other/3"}
		s.world.Running = map[string]bool{"return-other": running}
	})
}

func (s *Suite) TestARefundWaitsForTheReturnThatHasTheOrder() {
	s.shirtCame()
	s.held(2*days-hour, true)
	s.agrees(2*days, "pay-1", fiona)
	s.at(3*days, func() {
		s.Empty(s.world.Repaid)
		delete(s.world.Holders, order)
	})
	r := s.run()
	s.Equal([]int64{25_10}, s.paid())
	s.Equal(Completed, r.Ending)
	s.freed()
	looks := outside.Calls(s.world, "LookUpCase")
	s.Greater(looks, 20, "it looks again soon")
	s.Less(looks, 300, "and its history stays small however long it takes")
}

func (s *Suite) TestARefundTakesOverFromAReturnThatDoesNotRunAnyMore() {
	s.shirtCame()
	s.held(2*days-hour, false)
	s.agrees(2*days, "pay-1", fiona)
	s.at(2*days+time.Minute, func() { s.Len(s.world.Repaid, 1) })
	s.run()
	s.Equal([]int64{25_10}, s.paid())
	s.freed()
	s.Equal(1, outside.Calls(s.world, "LookUpCase"))
}

func (s *Suite) TestARequestWaitsForTheReturnThatHasTheOrder() {
	s.small()
	s.held(0, true)
	s.at(hour, func() {
		s.Empty(s.world.Requested)
		delete(s.world.Holders, order)
	})
	s.at(2*hour, func() { s.Len(s.world.Requested, 1) })
	s.Equal(Expired, s.run().Ending)
}

func (s *Suite) TestEachTimeThatTheOrderIsLockedItIsHeldInAnotherName() {
	s.shirtCame()
	var holders []string
	s.world.Fail = func(activity string, _ effect.Key) error {
		if activity == "RequestReturn" || activity == "MakeRefund" {
			holders = append(holders, s.world.Holders[order])
		}
		return nil
	}
	s.agrees(2*days, "pay-1", fiona)
	s.run()
	s.Equal([]string{"default-test-workflow-id/1", "default-test-workflow-id/2"}, holders)
}

func (s *Suite) TestAReleaseThatFailsIsTriedUntilItWorks() {
	s.shirtCame()
	s.world.Fail = func(activity string, _ effect.Key) error {
		if activity == "ReleaseClaims" && s.env.Now().Sub(s.began) < 20*time.Second {
			return fault.Unreachable("claims", "connection refused").Err()
		}
		return nil
	}
	s.at(hour, s.freed)
	s.agrees(2*days, "pay-1", fiona)
	s.Equal(Completed, s.run().Ending)
	s.freed()
}

func (s *Suite) TestAHolderThatCannotBeLookedUpIsNotTakenOverFrom() {
	s.shirtCame()
	s.held(2*days-hour, false)
	s.world.Fail = func(activity string, _ effect.Key) error {
		if activity == "LookUpCase" && s.env.Now().Sub(s.began) < 2*days+time.Minute {
			return fault.Unreachable("claims", "connection refused").Err()
		}
		return nil
	}
	s.agrees(2*days, "pay-1", fiona)
	s.at(2*days+30*time.Second, func() { s.Empty(s.world.Repaid) })
	s.run()
	s.Equal([]int64{25_10}, s.paid())
}

func (s *Suite) TestAReturnThatIsCancelledWhileItWaitsForTheOrderTakesNothing() {
	s.shirtCame()
	s.held(2*days-hour, true)
	s.agrees(2*days, "pay-1", fiona)
	s.at(2*days+hour, s.env.CancelWorkflow)
	s.env.ExecuteWorkflow(Workflow, s.in)
	s.True(temporal.IsCanceledError(s.env.GetWorkflowError()))
	s.Empty(s.world.Repaid)
	s.Equal("return-other/3", s.world.Holders[order], "what another return holds stays as it is")
}

func (s *Suite) TestTwoPaymentsOfOneReturnDoNotHoldTheOrderAtTheSameTime() {
	s.policy.Auto.Below["EUR"] = 500_00
	s.world.Begins = billing.RefundPending
	s.arrives(days, 1, "received-1", "1", "grade-1", "new")
	s.agrees(2*days, "pay-1", fiona)
	s.arrives(2*days+hour, 2, "received-1", "1", "grade-1", "new")
	s.stands(3*days-hour, "re_1", billing.RefundFailed, "")
	s.at(3*days, func() { s.Contains(s.tasks(), "mend-1") })
	inside := 0
	s.world.Fail = func(activity string, _ effect.Key) error {
		switch activity {
		case "Claim":
			s.Zero(inside, "the lock is free")
			inside++
		case "ReleaseClaims":
			inside--
		}
		return nil
	}
	s.decide(4*days, "mend-1", ActionRetry, fiona)
	s.agrees(4*days, "pay-2", fiona)
	s.at(4*days+hour, func() {
		outside.Stands(s.world, "re_2", billing.RefundSucceeded, "")
		outside.Stands(s.world, "re_3", billing.RefundSucceeded, "")
	})
	s.Equal(Completed, s.run().Ending)
	s.Len(s.world.Repaid, 3)
}
