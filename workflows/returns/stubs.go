package returns

import (
	"context"

	"github.com/throughline-dev/throughline/activities/billing"
	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/refund"
)

// This file goes away: each of these types gives way to the Activities of its package once those have the methods.

var (
	policyActivities   *policyStub   // *policy.Activities
	commerceActivities *commerceStub // *commerce.Activities
	refundActivities   *refundStub   // *refund.Activities
	billingActivities  *billingStub  // *billing.Activities
	crmActivities      *crmStub      // *crm.Activities
)

type (
	policyStub   struct{}
	commerceStub struct{}
	refundStub   struct{}
	billingStub  struct{}
	crmStub      struct{}
)

func (*policyStub) ReturnPolicy(context.Context, effect.Key, effect.None) (r policy.Return, err error) {
	return
}
func (*policyStub) FindPeople(context.Context, effect.Key, policy.PeopleRequest) (r policy.People, err error) {
	return
}
func (*policyStub) FindApprovers(context.Context, effect.Key, policy.ApproversRequest) (r policy.Approvers, err error) {
	return
}

func (*commerceStub) ReadOrder(context.Context, effect.Key, commerce.OrderQuery) (r commerce.Order, err error) {
	return
}
func (*commerceStub) FindVariants(context.Context, effect.Key, commerce.VariantQuery) (r commerce.Variants, err error) {
	return
}
func (*commerceStub) RequestReturn(context.Context, effect.Key, commerce.RequestedReturn) (r commerce.Return, err error) {
	return
}
func (*commerceStub) AcceptReturn(context.Context, effect.Key, commerce.AcceptedReturn) (r commerce.Return, err error) {
	return
}
func (*commerceStub) DeclineReturn(context.Context, effect.Key, commerce.DeclinedReturn) (r effect.None, err error) {
	return
}
func (*commerceStub) CancelReturn(context.Context, effect.Key, commerce.ReturnRef) (r effect.None, err error) {
	return
}
func (*commerceStub) CloseReturn(context.Context, effect.Key, commerce.ReturnRef) (r effect.None, err error) {
	return
}
func (*commerceStub) RestockReturn(context.Context, effect.Key, commerce.Restocking) (r effect.None, err error) {
	return
}
func (*commerceStub) RecordRefund(context.Context, effect.Key, commerce.RefundRecord) (r commerce.RecordedRefund, err error) {
	return
}
func (*commerceStub) ReserveExchange(context.Context, effect.Key, commerce.Exchange) (r commerce.Reserved, err error) {
	return
}
func (*commerceStub) CompleteExchange(context.Context, effect.Key, commerce.ExchangeRef) (r commerce.Exchanged, err error) {
	return
}
func (*commerceStub) ReleaseExchange(context.Context, effect.Key, commerce.ExchangeRef) (r effect.None, err error) {
	return
}

func (*refundStub) AssessReturn(context.Context, effect.Key, refund.Question) (r refund.Assessment, err error) {
	return
}
func (*refundStub) ReckonRefund(context.Context, effect.Key, refund.Bill) (r refund.Reckoned, err error) {
	return
}

func (*billingStub) MakeRefund(context.Context, effect.Key, billing.Repayment) (r billing.Repaid, err error) {
	return
}
func (*billingStub) ReadRefund(context.Context, effect.Key, billing.RepaymentRef) (r billing.Repaid, err error) {
	return
}
func (*billingStub) ReadPaymentsLeft(context.Context, effect.Key, billing.PaymentRefs) (r billing.PaymentsLeft, err error) {
	return
}

func (*crmStub) ReadTicket(context.Context, effect.Key, crm.TicketQuery) (r crm.Ticket, err error) {
	return
}
func (*crmStub) OpenTicket(context.Context, effect.Key, crm.NewTicket) (r crm.TicketUpdated, err error) {
	return
}
func (*crmStub) UpdateTicket(context.Context, effect.Key, crm.TicketUpdate) (r crm.TicketUpdated, err error) {
	return
}
