package client

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// Payment is what a customer has paid through Stripe. Its amounts are as Stripe counts them: in cents, for most currencies.
type Payment struct {
	ID     string `json:"id"`     // of the PaymentIntent: "pi_…"
	Charge string `json:"charge"` // "ch_…"
	// Method is one of the Payment constants.
	Method      string `json:"method"`
	Amount      int64  `json:"amount"`
	Currency    string `json:"currency"` // lower case
	Email       string `json:"email,omitempty"`
	Description string `json:"description,omitempty"`
	// Refunded is how much of it goes back or went back; what failed or was canceled is not in it.
	Refunded int64           `json:"refunded,omitempty"`
	Refunds  []PaymentRefund `json:"refunds,omitempty"` // oldest first
	Created  time.Time       `json:"created"`
}

// How a customer pays, which decides how a refund begins.
const (
	// PaymentCard is a card: a refund has succeeded at once, and may fail later all the same.
	PaymentCard = "card"
	// PaymentBank is a transfer from a bank account (iDEAL): a refund is pending until the bank has taken it.
	PaymentBank = "bank"
	// PaymentVoucher was paid at a cash machine (Multibanco), which takes nothing back: a refund waits until the customer has told
	// Stripe their bank account.
	PaymentVoucher = "voucher"
)

// NewPayment is a payment to be made.
type NewPayment struct {
	Amount      int64  `json:"amount"` // as Stripe counts it
	Currency    string `json:"currency"`
	Method      string `json:"method,omitempty"` // "" is [PaymentCard]
	Email       string `json:"email,omitempty"`
	Description string `json:"description,omitempty"`
}

// PaymentRefund is a refund of a payment.
type PaymentRefund struct {
	ID string `json:"id"` // "re_…"
	// Key is the key of the effect that made it; "" for one that people made.
	Key      string            `json:"key,omitempty"`
	Payment  string            `json:"payment"` // the PaymentIntent's ID
	Amount   int64             `json:"amount"`
	Currency string            `json:"currency"`
	Metadata map[string]string `json:"metadata,omitempty"`
	// Status is "pending", "requires_action", "succeeded", "failed" or "canceled".
	Status string `json:"status"`
	// Reason is why it failed, in Stripe's word.
	Reason  string    `json:"reason,omitempty"`
	Trace   string    `json:"trace,omitempty"` // the number by which the customer's bank finds it
	Created time.Time `json:"created"`
}

// What can become of a refund.
const (
	RefundSettle = "settle" // the bank has taken it
	RefundFail   = "fail"   // the bank sends it back; also one that had succeeded
	RefundCancel = "cancel" // somebody of ours takes it back, where the customer's bank account isn't known yet
)

// PaymentRefundAct is something that becomes of a refund.
type PaymentRefundAct struct {
	Do     string `json:"do"`               // one of the constants above
	Reason string `json:"reason,omitempty"` // of a failure, in Stripe's word; "" is "expired_or_canceled_card"
}

// Pay has a customer pay, and returns the payment, which has succeeded.
func (c *Client) Pay(ctx context.Context, p NewPayment) (paid Payment, err error) {
	return paid, c.do(ctx, http.MethodPost, "/payments", nil, p, &paid)
}

// Payments are all payments, oldest first, with their refunds.
func (c *Client) Payments(ctx context.Context) (list []Payment, err error) {
	return list, c.do(ctx, http.MethodGet, "/payments", nil, nil, &list)
}

// PaymentRefunds are the refunds of a case, or with "" all, oldest first.
func (c *Client) PaymentRefunds(ctx context.Context, caseID string) (list []PaymentRefund, err error) {
	return list, c.do(ctx, http.MethodGet, "/refunds", url.Values{"case": {caseID}}, nil, &list)
}

// EndRefund has something become of a refund, of which Stripe tells the app, and returns what it is then. It fails where that
// can't become of it (any more).
func (c *Client) EndRefund(ctx context.Context, id string, a PaymentRefundAct) (became PaymentRefund, err error) {
	return became, c.do(ctx, http.MethodPost, "/refunds/"+url.PathEscape(id), nil, a, &became)
}
