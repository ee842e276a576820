package returns

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/refund"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

// two runs two returns of the same order at the same time, in one world.
func (s *Suite) two(first, second Request) (results [2]Result) {
	s.world.Running = map[string]bool{"return-a": true, "return-b": true}
	s.env.RegisterWorkflow(Workflow)
	s.env.ExecuteWorkflow(func(ctx workflow.Context) ([2]Result, error) {
		var all [2]Result
		var futures []workflow.Future
		for i, in := range []Request{first, second} {
			of := workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{WorkflowID: []string{"return-a", "return-b"}[i]})
			futures = append(futures, workflow.ExecuteChildWorkflow(of, Workflow, in))
		}
		for i, f := range futures {
			if err := f.Get(ctx, &all[i]); err != nil {
				return all, err
			}
		}
		return all, nil
	})
	s.Require().NoError(s.env.GetWorkflowError())
	s.Require().NoError(s.env.GetWorkflowResult(&results))
	return results
}

// decideOf has somebody answer a task of one of the two.
func (s *Suite) decideOf(after time.Duration, id, task, action string, by policy.Person, fields map[string]string) {
	s.clicks++
	click := fmt.Sprintf("click-%d", s.clicks)
	s.at(after, func() {
		got, err := s.env.QueryWorkflowByID(id, humantask.QueryTasks)
		s.Require().NoError(err)
		var views []humantask.View
		s.Require().NoError(got.Get(&views))
		for _, v := range views {
			if v.ID == task {
				s.Require().NoError(s.env.SignalWorkflowByID(id, humantask.SignalDecide, humantask.Decision{
					ID: click, Task: task, Action: action, By: humantask.Actor{Slack: by.Slack}, Version: v.Version, Fields: fields,
				}))
			}
		}
	})
}

// another is a second request of the same customer.
func (s *Suite) another() Request {
	in := s.in
	in.Number, in.Ticket = "R-2BBBBBBB", "78"
	return in
}

var oneNew = map[string]string{"received-1": "1", "grade-1": "new"}

func (s *Suite) TestTwoReturnsOfOneLineAtOnceAreOneRefund() {
	s.small()
	for _, id := range []string{"return-a", "return-b"} {
		s.decideOf(days, id, "arrive-1", ActionArrived, walt, oneNew)
		s.decideOf(2*days, id, "pay-1", ActionApprove, fiona, nil)
	}
	r := s.two(s.in, s.another())
	s.ElementsMatch([]Ending{Completed, Refused}, []Ending{r[0].Ending, r[1].Ending})
	s.Equal([]int64{25_10}, s.paid())
	s.Equal(1, s.world.Order.Lines[1].RefundedQuantity)
	s.freed()
}

func (s *Suite) TestTwoRefundsAtOnceAreNeverMoreThanIsLeft() {
	s.in.Items = []refund.Item{{SKU: "LAMP-1", Quantity: 1, Reason: commerce.Defective}}
	s.policy.Auto.Below["EUR"] = 500_00
	s.world.Order.Payments[0].Amount = euro(60_00) // of EUR 80.00 that the lamps cost
	inside, most := 0, 0
	s.world.Fail = func(activity string, key effect.Key) error {
		switch activity {
		case "MakeRefund":
			inside++
			most = max(most, inside)
		case "RecordRefund":
			inside--
		}
		return nil
	}
	for _, id := range []string{"return-a", "return-b"} {
		s.decideOf(days, id, "arrive-1", ActionArrived, walt, oneNew)
		s.decideOf(2*days, id, "pay-1", ActionApprove, fiona, nil) // both of them have seen EUR 40.00
		s.decideOf(3*days, id, "pay-1-2", ActionApprove, fiona, nil)
	}
	r := s.two(s.in, s.another())
	s.Equal([]Ending{Completed, Completed}, []Ending{r[0].Ending, r[1].Ending})
	s.Equal([]int64{40_00, 20_00}, s.paid())
	s.Equal(1, most, "one after the other")
	s.Equal(int64(60_00), r[0].Refunded.Minor+r[1].Refunded.Minor)
	s.freed()
}
