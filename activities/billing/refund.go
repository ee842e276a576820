package billing

import (
	"time"

	"github.com/throughline-dev/throughline/activities/money"
)

// Repayment gives back a part of a payment, or all of it.
type Repayment struct {
	// Payment is Stripe's ID of it: a PaymentIntent ("pi_…") or a charge ("ch_…").
	Payment string       `json:"payment"`
	Amount  money.Amount `json:"amount"`
	// Number is the return's, which stands in the refund's metadata.
	Number string `json:"number"`
	// Case is the ID of the workflow that wants to hear of it.
	Case string `json:"case"`
}

// RefundState is where a refund stands.
type RefundState string

// The states, as Stripe has them (https://docs.stripe.com/api/refunds/object#refund_object-status).
const (
	RefundPending   RefundState = "pending"
	RefundNeedsUs   RefundState = "requires_action"
	RefundSucceeded RefundState = "succeeded"
	RefundFailed    RefundState = "failed"
	RefundCanceled  RefundState = "canceled"
)

// Over reports whether a refund is at its end, as far as anybody knows: one that succeeded may still fail days later.
func (s RefundState) Over() bool {
	return s == RefundSucceeded || s == RefundFailed || s == RefundCanceled
}

// Repaid is a refund in Stripe.
type Repaid struct {
	ID     string       `json:"id"` // "re_…"
	State  RefundState  `json:"state"`
	Amount money.Amount `json:"amount"`
	// Reason is why it failed, in Stripe's word ("expired_or_canceled_card"); may be empty.
	Reason string `json:"reason,omitempty"`
	// Trace is the number by which the customer's bank finds it; may be empty.
	Trace string    `json:"trace,omitempty"`
	At    time.Time `json:"at,omitzero"`
	// Before is whether an earlier attempt had made it.
	Before bool `json:"before,omitempty"`
}

// RepaymentRef names a refund.
type RepaymentRef struct {
	ID string `json:"id"`
}

// PaymentRefs name payments.
type PaymentRefs struct {
	Payments []string `json:"payments"`
}

// PaymentsLeft is what is left of payments to give back, by their ID.
type PaymentsLeft struct {
	Left map[string]money.Amount `json:"left"`
}
