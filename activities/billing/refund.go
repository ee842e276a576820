package billing

import (
	"time"

	"github.com/throughline-dev/throughline/activities/money"
)

// Repayment gives back a part of a payment, or all of it.
type Repayment struct {
	// Payment is Stripe's ID of it: a PaymentIntent ("pi_…") or a charge ("ch_…", of some ways to pay "py_…").
	Payment string `json:"payment"`
	// Amount is more than nothing, and in the payment's currency.
	Amount money.Amount `json:"amount"`
	// Number is the return's, which stands in the refund's metadata.
	Number string `json:"number"`
	// Case is the ID of the workflow that wants to hear of it.
	Case string `json:"case"`
}

// RefundState is where a refund stands.
type RefundState string

// The states, as Stripe has them (https://docs.stripe.com/api/refunds/object#refund_object-status).
const (
	// RefundPending is on its way to the customer's bank, or waits for money: see [Repaid.Reason].
	RefundPending RefundState = "pending"
	// RefundNeedsCustomer waits for the customer, whom Stripe has asked by e-mail for a bank account: how they paid takes nothing
	// back. It fails or is canceled where they don't answer.
	RefundNeedsCustomer RefundState = "requires_action"
	// RefundSucceeded was taken by the customer's bank, which may still send it back within about a month.
	RefundSucceeded RefundState = "succeeded"
	// RefundFailed was sent back: the money is in Stripe's balance again, and the customer has to get it in another way
	// (https://docs.stripe.com/refunds#failed-refunds).
	RefundFailed RefundState = "failed"
	// RefundCanceled was taken back by people, or has expired; nothing was paid.
	RefundCanceled RefundState = "canceled"
)

// Over reports whether a refund is at its end, as far as anybody knows: one that succeeded may still fail days later.
func (s RefundState) Over() bool {
	return s == RefundSucceeded || s == RefundFailed || s == RefundCanceled
}

// Repaid is a refund in Stripe.
type Repaid struct {
	ID     string       `json:"id"` // "re_…", of some ways to pay "pyr_…"
	State  RefundState  `json:"state"`
	Amount money.Amount `json:"amount"`
	// Reason is why it failed, in Stripe's word ("expired_or_canceled_card", "lost_or_stolen_card", "declined", …), or why it is
	// pending: "processing", "charge_pending" while the payment itself hasn't arrived, or "insufficient_funds" while Stripe's balance
	// is too low, which we have to top up. It may be empty.
	Reason string `json:"reason,omitempty"`
	// Trace is the number by which the customer's bank finds it: for a card the acquirer reference number. It may be empty, since it
	// comes after some days, or never.
	Trace string `json:"trace,omitempty"`
	// At is when it was made.
	At time.Time `json:"at,omitzero"`
	// Before is whether an earlier attempt had made it.
	Before bool `json:"before,omitempty"`
}

// Short reports whether it waits for money in Stripe's balance, which the house has to top up.
func (r Repaid) Short() bool { return r.State == RefundPending && r.Reason == "insufficient_funds" }

// RepaymentRef names a refund.
type RepaymentRef struct {
	ID string `json:"id"`
}

// PaymentRefs name payments: PaymentIntents or charges, as in a [Repayment].
type PaymentRefs struct {
	Payments []string `json:"payments"`
}

// PaymentsLeft is what is left of payments to give back, by their ID.
type PaymentsLeft struct {
	Left map[string]money.Amount `json:"left"`
}
