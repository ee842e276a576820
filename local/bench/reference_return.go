package main

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/billing"
	"github.com/throughline-dev/throughline/activities/claims"
	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/refund"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/returns"
)

var (
	commerceActivities *commerce.Activities
	refundActivities   *refund.Activities
)

// bareReturn does what a return does that is approved by rule, comes in one parcel as it should, and is paid back by Stripe. Its
// ticket is opened by it.
func bareReturn(ctx workflow.Context, in returns.Request, repeatable kind) (ended, error) {
	r := &returned{steps: begin(ctx), in: in, repeatable: repeatable, ticket: beside(ctx), mails: beside(ctx), outside: beside(ctx)}
	r.do(repeatable, "policy", policyActivities.ReturnPolicy, effect.None{}).get(&r.policy)
	r.openTicket()
	r.request()
	r.tell(1, "return_received", map[string]string{"lines": r.lines()}, r.policy.Ticket.Open)
	r.do(repeatable, "accept", commerceActivities.AcceptReturn, commerce.AcceptedReturn{
		Order: r.order.ID, Return: r.shop.ID, Lines: map[string]int{r.line.Line: r.line.Quantity},
	}).get(nil)
	until := day(workflow.Now(ctx).Add(r.policy.Arrival.Expires.Duration))
	r.tell(2, "return_approved", map[string]string{
		"lines": r.lines(), "part": "", "comment": "", "wish": string(in.Wish), "instead": "", "keep": "", "address": r.policy.Address,
		"until": until, "we_pay": "", "fee": r.fee().String(),
	}, r.policy.Ticket.Waiting)

	parcel, at := r.ask("people-1", r.policy.Warehouse, "arrive-1", func(role policy.Role) slack.Card { return r.parcelCard(role, until) }, r.tellWarehouse)
	r.answered("arrive-1", parcel, at, "Taken in")
	r.tell(3, "return_arrived", map[string]string{"lines": r.lines(), "missing": "", "until": "", "wrong": ""}, r.policy.Ticket.Open)
	r.do(regular, "restock-1", commerceActivities.RestockReturn, commerce.Restocking{
		Order: r.order.ID, Return: r.shop.ID, Number: in.Number, Location: r.policy.Location,
		Lines: []commerce.RestockedLine{{Line: r.line.Line, Item: r.line.Item, Quantity: r.line.Quantity, Stock: commerce.Restock}},
	}).get(nil)

	agreed := r.reckon(1)
	pay, at := r.ask("people-2", r.policy.Finance, "pay-1", func(role policy.Role) slack.Card { return r.payCard(role, agreed) }, nil)
	r.answered("pay-1", pay, at, "Agreed")
	r.payBack()
	r.do(repeatable, "close", commerceActivities.CloseReturn, commerce.ReturnRef{Order: r.order.ID, Return: r.shop.ID}).get(nil)
	r.note(5, "The return "+in.Number+" is completed.", r.policy.Ticket.Closed)
	for _, q := range []*queue{r.ticket, r.mails, r.outside} {
		r.join(q)
	}
	return ended{Ending: comesBack.ending}, r.err
}

// returned is a return on its way.
type returned struct {
	*steps
	in                     returns.Request
	repeatable             kind
	ticket, mails, outside *queue
	ticketID               string

	policy policy.Return
	order  commerce.Order
	shop   commerce.Return
	line   refund.Assessed // the one that there is
}

// openTicket opens the ticket that the notes go to.
func (r *returned) openTicket() {
	opened := crm.NewTicket{
		Number: r.in.Number, Subject: fmt.Sprintf("Return %s of order %s", r.in.Number, r.in.Order), Text: r.in.Comment,
		Email: r.in.Email, Name: r.in.Name, Pipeline: r.policy.Ticket.Pipeline, Stage: r.policy.Ticket.Open,
	}
	r.ticket.add(func(s *steps) {
		var made crm.TicketUpdated
		s.do(r.repeatable, "ticket", crmActivities.OpenTicket, opened).get(&made)
		r.ticketID = made.Ticket
	})
}

// request has the shop keep what is to come back, with the order locked.
func (r *returned) request() {
	r.do(r.repeatable, "find-order", commerceActivities.ReadOrder, commerce.OrderQuery{Number: r.in.Order}).get(&r.order)
	r.locked(1, func() {
		r.do(r.repeatable, "read-order", commerceActivities.ReadOrder, commerce.OrderQuery{ID: r.order.ID}).get(&r.order)
		var found refund.Assessment
		r.do(r.repeatable, "assess", refundActivities.AssessReturn, refund.Question{
			Email: r.in.Email, Items: r.in.Items, Wish: r.in.Wish, Order: r.order, Policy: r.policy, Number: r.in.Number, Asked: r.in.Received,
		}).get(&found)
		if len(found.Lines) > 0 {
			r.line = found.Lines[0]
		}
		r.do(r.repeatable, "request", commerceActivities.RequestReturn, commerce.RequestedReturn{
			Order: r.order.ID, Number: r.in.Number, Lines: r.line.Parcels,
		}).get(&r.shop)
	})
}

// locked does something with the order locked, for the nth time.
func (r *returned) locked(n int, do func()) {
	holder := func(n int) string { return fmt.Sprintf("%s/%d", r.id, n) }
	claim := claims.Request{Subject: "order/" + r.order.ID, Case: holder(n)}
	if n > 1 {
		claim.Instead = holder(n - 1)
	}
	r.do(r.repeatable, fmt.Sprint("lock-", n), claimsActivities.Claim, claim).get(nil)
	do()
	r.do(r.repeatable, fmt.Sprint("unlock-", n), claimsActivities.ReleaseClaims,
		claims.Release{Subjects: []string{claim.Subject}, Case: claim.Case}).get(nil)
}

// ask has somebody of a role asked by a card, tells others of it, and waits for the answer.
func (r *returned) ask(
	step, role, task string, draw func(policy.Role) slack.Card, others func(slack.Card),
) (drawn slack.Card, at slack.Posted) {
	var found policy.People
	r.do(r.repeatable, step, policyActivities.FindPeople, policy.PeopleRequest{Role: role, Email: r.in.Email}).get(&found)
	if r.err != nil {
		return drawn, at
	}
	drawn = draw(found.Role)
	drawn.Task = slack.TaskRef{Workflow: r.id, Task: task}
	if others != nil {
		others(drawn)
	}
	r.do(regular, task+"-card-1", slackActivities.PostCard, drawn).get(&at)
	r.await(humantask.SignalDecide, new(humantask.Decision))
	return drawn, at
}

// answered has a card say that it is, beside the rest.
func (r *returned) answered(task string, drawn slack.Card, at slack.Posted, status string) {
	drawn.Buttons, drawn.Status = nil, status
	r.outside.add(func(s *steps) {
		s.do(r.repeatable, task+"-card-1-update", slackActivities.UpdateCard, slack.CardUpdate{At: at, Card: drawn}).get(nil)
	})
}

// reckon works out the refund, for the nth time.
func (r *returned) reckon(n int) (reckoned refund.Reckoned) {
	r.do(r.repeatable, fmt.Sprint("refund-1-order-", n), commerceActivities.ReadOrder, commerce.OrderQuery{ID: r.order.ID}).get(&r.order)
	payments := billing.PaymentRefs{}
	for _, p := range r.order.Payments {
		payments.Payments = append(payments.Payments, p.Reference)
	}
	var left billing.PaymentsLeft
	r.do(r.repeatable, fmt.Sprint("refund-1-left-", n), billingActivities.ReadPaymentsLeft, payments).get(&left)
	r.do(r.repeatable, fmt.Sprint("refund-1-reckon-", n), refundActivities.ReckonRefund, refund.Bill{
		Order: r.order, Policy: r.policy, Wish: r.in.Wish, Paid: left.Left, ReturnFee: true,
		Lines: []refund.Settled{{Line: r.line.Line, Quantity: r.line.Quantity, Grade: asNew, Reason: r.line.Reason, Fee: r.line.Fee}},
	}).get(&reckoned)
	return reckoned
}

// payBack pays with the order locked, tells the customer, and looks how the refund stands where Stripe has had news of it by then.
func (r *returned) payBack() {
	var k refund.Reckoned
	var repaid billing.Repaid
	r.locked(2, func() {
		if k = r.reckon(2); len(k.Parts) == 0 {
			return // an earlier step has failed
		}
		part := k.Parts[0]
		r.do(regular, "refund-1-pay-1", billingActivities.MakeRefund, billing.Repayment{
			Payment: part.Reference, Amount: part.Amount, Number: r.in.Number, Case: r.id,
		}).get(&repaid)
		r.do(regular, "refund-1-record", commerceActivities.RecordRefund, commerce.RefundRecord{
			Order: r.order.ID, Return: r.shop.ID, Number: r.in.Number, Total: k.Total, Reference: repaid.ID,
			Lines: []commerce.RefundedLine{{Line: r.line.Line, Quantity: r.line.Quantity, Amount: r.line.Value}},
			Parts: []commerce.RefundedPart{{Payment: part.Payment, Amount: part.Amount}},
		}).get(nil)
	})
	r.tell(4, "return_refund", map[string]string{
		"lines": r.lines(), "total": k.Total.String(), "ways": k.Total.String() + " to the card or account that you had paid with, within 5 to 10 business days",
		"later": "", "state": "",
	}, "")
	heard, news := false, workflow.GetSignalChannel(r.ctx, returns.SignalRefund)
	for news.ReceiveAsync(new(returns.RefundNews)) {
		heard = true
	}
	if heard {
		r.do(r.repeatable, "refund-look-1", billingActivities.ReadRefund, billing.RepaymentRef{ID: repaid.ID}).get(nil)
	}
}

func (r *returned) fee() money.Amount {
	return money.Amount{Minor: r.policy.ReturnFee[r.order.Currency], Currency: r.order.Currency}
}

func (r *returned) lines() string {
	return fmt.Sprintf("%d × %s (%s)", r.line.Quantity, r.line.Title, r.line.SKU)
}

func day(t time.Time) string { return t.UTC().Format("Mon 2 January 2006, 15:04 UTC") }
