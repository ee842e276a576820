package outside

import (
	"context"
	"fmt"
	"slices"

	"github.com/throughline-dev/throughline/activities/billing"
	"github.com/throughline-dev/throughline/activities/claims"
	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/activities/refund"
)

// Payments are what the outside world has paid back, and what it keeps of that; a part of [World]. Its shop and its Stripe keep books:
// what was given back once isn't there to be given back again.
type Payments struct {
	// Begins is how a refund stands when it is made; "" is succeeded.
	Begins billing.RefundState
	// Lose, where not nil, is asked after each effect of a payment; an error loses the reply.
	Lose func(activity string, key effect.Key) error
	// OnRefund, where not nil, is called before a refund is answered, with its ID.
	OnRefund func(id string)
	// Running are the cases that run, by their workflows' IDs.
	Running map[string]bool

	Stocked       []Sent[commerce.Restocking]
	Repaid        []Sent[billing.Repayment] // each that Stripe has made
	RefundRecords []Sent[commerce.RefundRecord]
	Reserved      []Sent[commerce.Exchange]
	Exchanged     []Sent[commerce.ExchangeRef]
	Released      []Sent[commerce.ExchangeRef]

	refunds map[string]*madeRefund // by ID
	shop    map[string]string      // the IDs of the refunds that the shop knows of, by key
	left    map[string]money.Amount
}

type madeRefund struct {
	billing.Repaid
	key, payment string
}

// Stands has Stripe say that a refund stands so from now on. What has failed is left of the payment again.
func Stands(w *World, id string, state billing.RefundState, reason string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := w.refunds[id]
	if r == nil {
		panic("there is no refund " + id)
	}
	if back(state) && !back(r.State) {
		left := w.leftOf(r.payment)
		left.Minor += r.Amount.Minor
		w.left[r.payment] = left
	}
	r.State, r.Reason = state, reason
}

// GiveBack has somebody give something of a payment back, who isn't this workflow.
func GiveBack(w *World, payment string, minor int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	left := w.leftOf(payment)
	left.Minor -= minor
	w.left[payment] = left
}

func back(s billing.RefundState) bool {
	return s == billing.RefundFailed || s == billing.RefundCanceled
}

func (w *World) leftOf(payment string) money.Amount {
	if w.left == nil {
		w.left = map[string]money.Amount{}
	}
	if left, known := w.left[payment]; known {
		return left
	}
	for _, p := range w.Order.Payments {
		if p.Reference == payment {
			return money.Amount{Minor: p.Amount.Minor - p.Refunded.Minor, Currency: p.Amount.Currency}
		}
	}
	return money.Amount{}
}

func (w *World) lose(activity string, key effect.Key) error {
	if w.Lose == nil {
		return nil
	}
	return w.Lose(activity, key)
}

// ReckonRefund stands in for refund.Activities, whose reckoning it is.
func (w *World) ReckonRefund(ctx context.Context, key effect.Key, b refund.Bill) (refund.Reckoned, error) {
	if err := receive(w, "ReckonRefund", key, nil, b); err != nil {
		return refund.Reckoned{}, err
	}
	return new(refund.Activities).ReckonRefund(ctx, key, b)
}

// MakeRefund stands in for billing.Activities.
func (w *World) MakeRefund(_ context.Context, key effect.Key, r billing.Repayment) (billing.Repaid, error) {
	if err := receive(w, "MakeRefund", key, nil, r); err != nil {
		return billing.Repaid{}, err
	}
	made, err := w.makeRefund(key, r)
	if err == nil && w.OnRefund != nil {
		w.OnRefund(made.ID)
	}
	if err == nil {
		err = w.lose("MakeRefund", key)
	}
	return made, err
}

func (w *World) makeRefund(key effect.Key, r billing.Repayment) (billing.Repaid, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, made := range w.refunds {
		if made.key == key.ID {
			again := made.Repaid
			again.Before = true
			return again, nil
		}
	}
	left := w.leftOf(r.Payment)
	if left.Minor < r.Amount.Minor {
		return billing.Repaid{}, fault.Final("stripe", "amount_too_large", fmt.Sprintf("only %s is left", left)).Err()
	}
	if w.refunds == nil {
		w.refunds = map[string]*madeRefund{}
	}
	made := billing.Repaid{ID: fmt.Sprintf("re_%d", len(w.refunds)+1), State: billing.RefundSucceeded, Amount: r.Amount}
	if w.Begins != "" {
		made.State = w.Begins
	}
	if !back(made.State) {
		left.Minor -= r.Amount.Minor
	}
	w.left[r.Payment] = left
	w.refunds[made.ID] = &madeRefund{made, key.ID, r.Payment}
	w.Repaid = append(w.Repaid, Sent[billing.Repayment]{key, r})
	return made, nil
}

// ReadRefund stands in for billing.Activities.
func (w *World) ReadRefund(_ context.Context, key effect.Key, ref billing.RepaymentRef) (billing.Repaid, error) {
	if err := receive(w, "ReadRefund", key, nil, ref); err != nil {
		return billing.Repaid{}, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if made := w.refunds[ref.ID]; made != nil {
		return made.Repaid, nil
	}
	return billing.Repaid{}, fault.OfStatus("stripe", 404, 0, "resource_missing", "").Err()
}

// ReadPaymentsLeft stands in for billing.Activities.
func (w *World) ReadPaymentsLeft(_ context.Context, key effect.Key, refs billing.PaymentRefs) (billing.PaymentsLeft, error) {
	if err := receive(w, "ReadPaymentsLeft", key, nil, refs); err != nil {
		return billing.PaymentsLeft{}, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	read := billing.PaymentsLeft{Left: map[string]money.Amount{}}
	for _, id := range refs.Payments {
		read.Left[id] = w.leftOf(id)
	}
	return read, nil
}

// RecordRefund stands in for commerce.Activities.
func (w *World) RecordRefund(_ context.Context, key effect.Key, q commerce.RefundRecord) (commerce.RecordedRefund, error) {
	if err := receive(w, "RecordRefund", key, nil, q); err != nil {
		return commerce.RecordedRefund{}, err
	}
	made := w.recordRefund(key, q)
	return made, w.lose("RecordRefund", key)
}

func (w *World) recordRefund(key effect.Key, q commerce.RefundRecord) commerce.RecordedRefund {
	w.mu.Lock()
	defer w.mu.Unlock()
	if id := w.shop[key.ID]; id != "" {
		return commerce.RecordedRefund{ID: id, Before: true}
	}
	if w.shop == nil {
		w.shop = map[string]string{}
	}
	id := fmt.Sprintf("gid://shopify/Refund/%d", len(w.shop)+1)
	w.shop[key.ID] = id
	w.RefundRecords = append(w.RefundRecords, Sent[commerce.RefundRecord]{key, q})
	w.Order.Lines = slices.Clone(w.Order.Lines)
	for _, l := range q.Lines {
		for i := range w.Order.Lines {
			if line := &w.Order.Lines[i]; line.ID == l.Line {
				line.RefundedQuantity += l.Quantity
				line.Refunded.Minor += l.Amount.Minor
			}
		}
	}
	w.Order.Payments = slices.Clone(w.Order.Payments)
	for _, part := range q.Parts {
		for i := range w.Order.Payments {
			if p := &w.Order.Payments[i]; p.ID == part.Payment {
				left := w.leftOf(p.Reference) // as Stripe has it, before the shop has heard of it
				p.Refunded.Minor += part.Amount.Minor
				w.Order.Refunded.Minor += part.Amount.Minor
				w.left[p.Reference] = left
			}
		}
	}
	made := commerce.RecordedRefund{ID: id}
	if q.Credit {
		w.Order.Refunded.Minor += q.Total.Minor
		made.Credited = q.Total
	}
	return made
}

// RestockReturn stands in for commerce.Activities.
func (w *World) RestockReturn(_ context.Context, key effect.Key, q commerce.Restocking) (effect.None, error) {
	return effect.None{}, receive(w, "RestockReturn", key, &w.Stocked, q)
}

// ReserveExchange stands in for commerce.Activities.
func (w *World) ReserveExchange(_ context.Context, key effect.Key, q commerce.Exchange) (commerce.Reserved, error) {
	err := receive(w, "ReserveExchange", key, &w.Reserved, q)
	n := len(w.Reserved)
	return commerce.Reserved{ID: fmt.Sprintf("gid://shopify/DraftOrder/%d", n), Name: fmt.Sprintf("#D%d", n)}, err
}

// CompleteExchange stands in for commerce.Activities.
func (w *World) CompleteExchange(_ context.Context, key effect.Key, q commerce.ExchangeRef) (commerce.Exchanged, error) {
	err := receive(w, "CompleteExchange", key, &w.Exchanged, q)
	return commerce.Exchanged{Order: "gid://shopify/Order/2001", Name: "#2001"}, err
}

// ReleaseExchange stands in for commerce.Activities.
func (w *World) ReleaseExchange(_ context.Context, key effect.Key, q commerce.ExchangeRef) (effect.None, error) {
	return effect.None{}, receive(w, "ReleaseExchange", key, &w.Released, q)
}

// LookUpCase stands in for claims.Activities.
func (w *World) LookUpCase(_ context.Context, key effect.Key, c claims.Case) (claims.CaseStatus, error) {
	return claims.CaseStatus{Running: w.Running[c.ID]}, receive(w, "LookUpCase", key, nil, c)
}
