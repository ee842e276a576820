package billing

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/stripe/stripe-go/v85"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/money"
)

// ReadPaymentsLeft reads what is left of payments to give back. Of one that never succeeded or wasn't captured that is nothing. Refunds
// that are on their way count as given back, those that failed or were canceled don't.
func (a *Activities) ReadPaymentsLeft(ctx context.Context, _ effect.Key, refs PaymentRefs) (PaymentsLeft, error) {
	read := PaymentsLeft{Left: map[string]money.Amount{}}
	for _, id := range refs.Payments {
		charge, err := a.charge(ctx, id)
		if err != nil {
			return PaymentsLeft{}, err
		}
		if read.Left[id], err = amountOf(left(charge), charge.Currency); err != nil {
			return PaymentsLeft{}, fault.Final(system, "unexpected_amount", fmt.Sprintf("the payment %s: %s", id, err)).Err()
		}
	}
	return read, nil
}

var paymentID = regexp.MustCompile(`^(pi|ch|py)_\w+$`)

// charge is a payment's charge: the one that succeeded, if any did.
func (a *Activities) charge(ctx context.Context, payment string) (*stripe.Charge, error) {
	if !paymentID.MatchString(payment) {
		return nil, fault.Final(system, "invalid_request", fmt.Sprintf("payment: %q is the ID of neither a PaymentIntent (pi_…) nor a charge (ch_…, py_…)", payment)).Err()
	}
	if !strings.HasPrefix(payment, "pi_") {
		charge, err := a.api.V1Charges.Retrieve(ctx, payment, nil)
		return charge, toFault(err)
	}
	params := &stripe.PaymentIntentRetrieveParams{}
	params.AddExpand("latest_charge")
	intent, err := a.api.V1PaymentIntents.Retrieve(ctx, payment, params)
	if err != nil {
		return nil, toFault(err)
	}
	if intent.LatestCharge == nil {
		return nil, fault.Final(system, "payment_not_made", fmt.Sprintf("the payment %s is %s: nothing was ever paid", payment, intent.Status)).Err()
	}
	return intent.LatestCharge, nil
}

// left is what is left of a charge. What of it was released when less than all was captured may or may not be counted as refunded.
func left(c *stripe.Charge) int64 {
	if c.Status == stripe.ChargeStatusFailed {
		return 0
	}
	return max(min(c.Amount-c.AmountRefunded, c.AmountCaptured), 0)
}
