package stripe

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"net/http"
	"time"

	"github.com/throughline-dev/throughline/sandbox/client"
)

// The states of a refund (https://docs.stripe.com/api/refunds/object#refund_object-status).
const (
	pending   = "pending"
	waiting   = "requires_action"
	succeeded = "succeeded"
	failed    = "failed"
	canceled  = "canceled"
)

type refund struct {
	ID, Payment, Charge, Currency, Method string
	Amount                                int64
	Status, Reason, Trace                 string
	Origin                                string // why it was made, in Stripe's word: "requested_by_customer"; "" for no reason
	Email                                 string // who is asked for their bank account
	Metadata                              map[string]string
	Created                               time.Time
}

// bankDetailsWithin is how long a customer has to tell Stripe their bank account.
const bankDetailsWithin = 45 * 24 * time.Hour

func (r refund) show() object {
	o := object{
		"id": r.ID, "object": "refund", "amount": r.Amount, "balance_transaction": nil, "charge": r.Charge, "created": r.Created.Unix(),
		"currency": r.Currency, "destination_details": r.destination(), "metadata": r.Metadata, "payment_intent": r.Payment,
		"reason": orNull(r.Origin), "receipt_number": nil, "source_transfer_reversal": nil, "status": r.Status, "transfer_reversal": nil,
	}
	switch r.Status {
	case pending:
		o["pending_reason"] = "processing"
	case failed:
		o["failure_reason"] = r.Reason
	case waiting:
		o["next_action"] = object{"type": "display_details", "display_details": object{
			"email_sent": object{"email_sent_at": r.Created.Unix(), "email_sent_to": r.Email}, "expires_at": r.Created.Add(bankDetailsWithin).Unix(),
		}}
	}
	return o
}

// destination is where a refund goes, and by which number the bank there finds it.
func (r refund) destination() object {
	status := map[bool]string{true: "available", false: "pending"}[r.Trace != ""]
	if r.Method == client.PaymentCard {
		details := object{"type": "refund", "reference_status": status, "reference_type": "acquirer_reference_number"}
		if r.Trace != "" {
			details["reference"] = r.Trace
		}
		return object{"type": "card", "card": details}
	}
	kind := map[string]string{client.PaymentBank: "eu_bank_transfer", client.PaymentVoucher: "multibanco"}[r.Method]
	return object{"type": kind, kind: object{"reference": orNull(r.Trace), "reference_status": status}}
}

// trace makes a number by which a bank finds a refund: for cards an acquirer reference number of 23 digits.
func trace() string {
	n, err := rand.Int(rand.Reader, new(big.Int).Exp(big.NewInt(10), big.NewInt(22), nil))
	if err != nil {
		panic(err) // it never fails
	}
	return fmt.Sprintf("7%022d", n)
}

// createRefund gives back a part of a payment, never more than is left of it.
func (s *Server) createRefund(_ *http.Request, p *params) (object, error) {
	of, err := s.paid(p)
	if err != nil {
		return nil, err
	}
	left := of.Amount - s.refunded(of)
	r := refund{
		ID: newID("re"), Payment: of.ID, Charge: of.Charge, Currency: of.Currency, Method: of.Method, Amount: left, Email: of.Email,
		Origin: p.text("reason"), Metadata: p.hash("metadata"), Created: time.Now().UTC().Truncate(time.Second),
	}
	if p.has("amount") {
		if r.Amount, err = p.integer("amount"); err != nil || r.Amount <= 0 {
			return nil, invalid("parameter_invalid_integer", "amount", "Invalid positive integer")
		}
	}
	if p.has("instructions_email") {
		r.Email = p.text("instructions_email")
	}
	switch r.Origin {
	case "", "duplicate", "fraudulent", "requested_by_customer":
	default:
		return nil, invalid("", "reason", "Invalid reason: must be one of duplicate, fraudulent, or requested_by_customer")
	}
	switch {
	case left == 0:
		return nil, invalid("charge_already_refunded", "", "Charge %s has already been refunded.", of.Charge)
	case r.Amount > left: // Stripe gives no code for this
		return nil, invalid("", "amount", "Refund amount (%s) is greater than unrefunded amount on charge (%s)",
			Price(r.Amount, r.Currency), Price(left, r.Currency))
	case r.Method == client.PaymentVoucher && r.Email == "":
		return nil, invalid("", "instructions_email", "An email is required to refund a payment of this payment method.")
	}
	switch r.Method {
	case client.PaymentCard:
		r.Status, r.Trace = succeeded, trace()
	case client.PaymentBank:
		r.Status = pending
	case client.PaymentVoucher:
		r.Status = waiting
	}
	if err := p.unknown(); err != nil {
		return nil, err
	}
	if err := s.refunds.Put(r.ID, r); err != nil {
		return nil, err
	}
	s.refundsOf[r.Payment] = append(s.refundsOf[r.Payment], r.ID)
	s.refundsByKey.Add(r.Metadata[keyMeta], r.ID)
	return r.show(), s.tell(r, nil, "refund.created", "charge.refunded")
}

// paid is the payment that a request is about.
func (s *Server) paid(p *params) (payment, error) {
	charge, intent := p.text("charge"), p.text("payment_intent")
	switch {
	case charge == "" && intent == "":
		return payment{}, invalid("parameter_missing", "", "One of the following params should be provided for this request: payment_intent or charge.")
	case charge != "" && intent != "":
		return payment{}, invalid("", "charge", "The sandbox takes either charge or payment_intent, and not both")
	case intent != "":
		if of, ok := s.payments.Get(intent); ok {
			return of, nil
		}
		return payment{}, no(http.StatusNotFound, invalidRequest, "resource_missing", "payment_intent", "No such payment_intent: '%s'", intent)
	}
	if of, ok := s.payments.Get(s.charged[charge]); ok {
		return of, nil
	}
	return payment{}, no(http.StatusNotFound, invalidRequest, "resource_missing", "charge", "No such charge: '%s'", charge)
}

func (s *Server) getRefund(r *http.Request, _ *params) (object, error) {
	found, ok := s.refunds.Get(r.PathValue("id"))
	if !ok {
		return nil, missing("refund", r.PathValue("id"))
	}
	return found.show(), nil
}

// listRefunds lists the refunds of a payment, or all.
func (s *Server) listRefunds(_ *http.Request, p *params) (object, error) {
	var all []object
	charge, intent := p.text("charge"), p.text("payment_intent")
	if charge == "" && intent == "" {
		for _, r := range s.refunds.All() {
			all = append(all, r.show())
		}
		return p.list("/v1/refunds", all)
	}
	of, err := s.paid(p)
	if err != nil {
		return nil, err
	}
	for _, id := range s.refundsOf[of.ID] {
		r, _ := s.refunds.Get(id)
		all = append(all, r.show())
	}
	return p.list("/v1/refunds", all)
}
