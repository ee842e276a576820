package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/refund"
	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/returns"
)

// comesBack are returns that the policy approves by rule, whose goods come in one parcel as they should, and for which finance pays.
//
// The history of one: two events for its beginning and end, 30 for the ten steps that are regular activities (five e-mails, two cards,
// stock, the refund and its record), 29 for those that are local ones, 8 for search attributes, 6 for timers, and 3 for signals. That
// is 78. The rest are workflow tasks, three events each: six or seven on a quiet machine.
var comesBack = &journey{
	name: "return", clicks: "return.click",
	form: returnForm, id: returns.Request{}.WorkflowID,
	before: takeIn, action: returns.ActionApprove,
	ending: string(returns.Completed), messages: 2, events: 120,
}

// measureReturn compares the return with workflows that do the same steps and nothing else.
func measureReturn(ctx context.Context, n size, p progress) ([]Figure, error) {
	return comesBack.measure(ctx, n, n.returns, p)
}

// article is what comes back: worth so little that nobody has to approve it, and so much that it is sent back. There is always
// enough of it to be bought.
const (
	article = "BEACON-1"
	plenty  = 1_000_000
)

// returnForm is about an order of the customer's own, so that no return waits for another one of the same order.
func returnForm(ctx context.Context, s *system, n int64) (map[string]any, error) {
	email := fmt.Sprintf("ada@branch-%d-%s", n, prospects[n%int64(len(prospects))].domain)
	if _, err := s.world.CountStock(ctx, client.ShopCount{SKU: article, Quantity: plenty}); err != nil {
		return nil, err
	}
	order, err := s.world.PlaceOrder(ctx, client.ShopOrderForm{
		Email: email, Name: "Ada Brandt", Country: "DE", Lines: []client.ShopFormLine{{SKU: article, Quantity: "2"}},
		Shipping: "4.90", Tax: "19", TaxIncluded: true, Delivered: "5",
	})
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"order": order.Name, "email": email, "name": "Ada Brandt", "wish": refund.Refund,
		"items":   []map[string]any{{"sku": article, "quantity": 1, "reason": commerce.Unwanted}},
		"comment": "It is brighter than we need. The other one stays.",
	}, nil
}

// asNew is the grade that the warehouse gives what has arrived.
const asNew = "new"

// takeIn has somebody of the warehouse record the parcel. A click there opens a dialog that the workflow is asked to fill in; what
// is handed over once it is sent stands for all of it.
func takeIn(ctx context.Context, s *system, one sample) error {
	people := s.Config.Book.Roles[s.Config.Returns.Warehouse].People
	if len(people) == 0 {
		return errors.New("nobody is in the warehouse")
	}
	return s.Client.SignalWorkflow(ctx, one.id, "", humantask.SignalDecide, humantask.Decision{
		ID: one.id + "/parcel", Task: returns.ArriveTask + "-1", Action: returns.ActionArrived,
		By: humantask.Actor{Slack: people[0].Slack}, Fields: map[string]string{"grade-1": asNew},
	})
}
