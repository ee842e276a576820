package billing

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v85"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
)

// The metadata of a refund, besides its [metaKey]: who wants to hear of it, and what people look it up by.
const (
	metaCase   = "throughline_case"
	metaNumber = "return"
)

// MakeRefund gives back a part of a payment, once: every attempt first looks for what an earlier one has made, and shows the same
// idempotency key. So a lost reply, attempts at the same time, and a workflow that is run again after Stripe has forgotten its keys
// all end with one refund. A refund that has failed since is answered as it is: another try is another effect, with a key of its own.
//
// Never is more given back than is left of the payment, which Stripe sees to, whoever else gives something back at the same time. Final
// faults, of which nothing was paid, are besides Stripe's own
//
//   - "amount_too_large", and "charge_already_refunded" where nothing at all is left;
//   - "currency_differs": the payment was in another currency;
//   - "refund_differs": an earlier attempt has given back another amount.
func (a *Activities) MakeRefund(ctx context.Context, key effect.Key, r Repayment) (Repaid, error) {
	amount, err := r.check()
	if err != nil {
		return Repaid{}, fault.Final(system, "invalid_request", err.Error()).Err()
	}
	charge, err := a.charge(ctx, r.Payment)
	if err != nil {
		return Repaid{}, err
	}
	if !strings.EqualFold(string(charge.Currency), r.Amount.Currency) {
		return Repaid{}, fault.Final(system, "currency_differs", fmt.Sprintf("the payment %s is in %s, and %s should go back: nothing was paid",
			r.Payment, strings.ToUpper(string(charge.Currency)), r.Amount)).Err()
	}
	before := false
	made, err := step[stripe.Refund]{
		// The look-up always comes first. Whether an earlier attempt may have happened isn't known for sure: a workflow that was reset
		// begins to count anew.
		name: "refund", first: true,
		look: func(ctx context.Context) (*stripe.Refund, error) {
			found, err := a.findRefund(ctx, key, charge.ID)
			before = found != nil
			return found, err
		},
		call: func(ctx context.Context, p stripe.Params) (*stripe.Refund, *stripe.APIResponse, error) {
			made, err := a.api.V1Refunds.Create(ctx, &stripe.RefundCreateParams{
				Params: p, Charge: stripe.String(charge.ID), Amount: stripe.Int64(amount),
				Reason:   stripe.String(string(stripe.RefundReasonRequestedByCustomer)),
				Metadata: map[string]string{metaKey: key.ID, metaCase: r.Case, metaNumber: r.Number},
			})
			if err != nil {
				return nil, nil, err
			}
			before = stored(made.LastResponse)
			return made, made.LastResponse, nil
		},
	}.do(ctx, key.ID)
	if err != nil {
		return Repaid{}, a.tooMuch(ctx, r, amount, err)
	}
	done, err := repaid(made)
	switch {
	case err != nil:
		return Repaid{}, err
	case done.Amount != r.Amount:
		return Repaid{}, fault.Final(system, "refund_differs", fmt.Sprintf(
			"an earlier attempt has made the refund %s of %s, and now %s should go back: nothing more was paid", done.ID, done.Amount, r.Amount)).Err()
	}
	done.Before = before
	return done, nil
}

// check says how Stripe counts the amount, or what is wrong, by the field's name.
func (r Repayment) check() (int64, error) {
	amount, err := minor(r.Amount)
	switch {
	case err != nil:
		return 0, fmt.Errorf("amount: %w", err)
	case amount <= 0:
		return 0, fmt.Errorf("amount: there is nothing to give back")
	case r.Case == "":
		return 0, fmt.Errorf("case: is missing")
	}
	return amount, nil
}

// refusals are the codes of a refund that may have been refused since too little is left: Stripe has none of its own where something
// is left, and not enough.
var refusals = []string{string(stripe.ErrorTypeInvalidRequest), string(stripe.ErrorCodeAmountTooLarge), string(stripe.ErrorCodeChargeAlreadyRefunded)}

// tooMuch says in clear words why a refund was refused, where that is since less is left than should go back.
func (a *Activities) tooMuch(ctx context.Context, r Repayment, amount int64, refused error) error {
	f, ok := fault.From(refused)
	if !ok || f.Status != http.StatusBadRequest || !slices.Contains(refusals, f.Code) {
		return refused
	}
	charge, err := a.charge(ctx, r.Payment)
	if err != nil || charge.Status == stripe.ChargeStatusFailed || left(charge) >= amount {
		return refused
	}
	rest, err := amountOf(left(charge), charge.Currency)
	if err != nil {
		return refused
	}
	if rest.IsZero() {
		f.Code, f.Message = string(stripe.ErrorCodeChargeAlreadyRefunded), "of the payment "+r.Payment+" everything has gone back already"
	} else {
		f.Code, f.Message = string(stripe.ErrorCodeAmountTooLarge), fmt.Sprintf("of the payment %s only %s is left", r.Payment, rest)
	}
	f.Message += fmt.Sprintf(", and %s should go back: nothing was paid. Stripe shows who has given back the rest", r.Amount)
	return f.Err()
}

var refundID = regexp.MustCompile(`^(re|pyr)_\w+$`)

// ReadRefund reads how a refund stands now.
func (a *Activities) ReadRefund(ctx context.Context, _ effect.Key, ref RepaymentRef) (Repaid, error) {
	if !refundID.MatchString(ref.ID) {
		return Repaid{}, fault.Final(system, "invalid_request", fmt.Sprintf("id: %q is no refund's (re_…, pyr_…)", ref.ID)).Err()
	}
	r, err := a.api.V1Refunds.Retrieve(ctx, ref.ID, nil)
	if err != nil {
		return Repaid{}, toFault(err)
	}
	return repaid(r)
}

// findRefund finds the effect's refund among those of a charge; nil where there is none. Unlike a search, the list has everything
// at once.
func (a *Activities) findRefund(ctx context.Context, key effect.Key, charge string) (*stripe.Refund, error) {
	params := &stripe.RefundListParams{Charge: stripe.String(charge)}
	params.Limit = stripe.Int64(100)
	for r, err := range a.api.V1Refunds.List(ctx, params).All(ctx) {
		if err != nil {
			return nil, toFault(err)
		}
		if r.Metadata[metaKey] == key.ID {
			return r, nil
		}
	}
	return nil, nil
}

func repaid(r *stripe.Refund) (Repaid, error) {
	amount, err := amountOf(r.Amount, r.Currency)
	if err != nil {
		return Repaid{}, fault.Final(system, "unexpected_amount", fmt.Sprintf("the refund %s: %s", r.ID, err)).Err()
	}
	done := Repaid{ID: r.ID, State: RefundState(r.Status), Amount: amount, Trace: trace(r.DestinationDetails), At: time.Unix(r.Created, 0).UTC()}
	switch done.State {
	case RefundFailed:
		done.Reason = string(r.FailureReason)
	case RefundPending:
		done.Reason = string(r.PendingReason)
	}
	return done, nil
}

// trace is the reference under the name of the way that a refund takes, which some ways have: {"type": "card", "card": {"reference":
// "…"}}.
func trace(d *stripe.RefundDestinationDetails) string {
	if d == nil {
		return ""
	}
	text, err := json.Marshal(d)
	var ways map[string]json.RawMessage
	if err != nil || json.Unmarshal(text, &ways) != nil {
		return ""
	}
	var way struct {
		Reference string `json:"reference"`
	}
	if json.Unmarshal(ways[d.Type], &way) != nil { // this way has none
		return ""
	}
	return way.Reference
}
