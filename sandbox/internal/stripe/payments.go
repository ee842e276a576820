package stripe

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/sandbox/client"
)

// methods are the ways to pay, by Stripe's names for them.
var methods = map[string]string{client.PaymentCard: "card", client.PaymentBank: "ideal", client.PaymentVoucher: "multibanco"}

// payment is a PaymentIntent that has succeeded, with its one charge.
type payment struct {
	ID, Charge         string
	Method             string // one of client's
	Currency           string
	Amount             int64
	Email, Description string
	Created            time.Time
}

// Pay has a customer pay. The payment has succeeded.
func (s *Server) Pay(n client.NewPayment) (client.Payment, error) {
	p := payment{
		ID: newID("pi"), Charge: newID("ch"), Method: cmp.Or(n.Method, client.PaymentCard), Currency: strings.ToLower(n.Currency),
		Amount: n.Amount, Email: n.Email, Description: n.Description, Created: time.Now().UTC().Truncate(time.Second),
	}
	switch {
	case methods[p.Method] == "":
		return client.Payment{}, fmt.Errorf("method: %q is none of card, bank, voucher", n.Method)
	case p.Amount <= 0:
		return client.Payment{}, fmt.Errorf("amount: has to be more than nothing")
	case !currency.MatchString(p.Currency):
		return client.Payment{}, fmt.Errorf("currency: %q is not the code of one", n.Currency)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.payments.Put(p.ID, p); err != nil {
		return client.Payment{}, err
	}
	s.charged[p.Charge] = p.ID
	return s.seen(p), nil
}

// refunded is how much of a payment goes back or went back.
func (s *Server) refunded(p payment) (sum int64) {
	for _, id := range s.refundsOf[p.ID] {
		if r, _ := s.refunds.Get(id); r.Status != failed && r.Status != canceled {
			sum += r.Amount
		}
	}
	return sum
}

func (s *Server) showPayment(p payment, latestCharge any) object {
	return object{
		"id": p.ID, "object": "payment_intent", "amount": p.Amount, "amount_capturable": 0, "amount_received": p.Amount, "canceled_at": nil,
		"cancellation_reason": nil, "capture_method": "automatic", "client_secret": p.ID + "_secret_sandbox", "confirmation_method": "automatic",
		"created": p.Created.Unix(), "currency": p.Currency, "customer": nil, "description": orNull(p.Description), "last_payment_error": nil,
		"latest_charge": latestCharge, "livemode": false, "metadata": object{}, "next_action": nil, "payment_method": nil,
		"payment_method_types": []string{methods[p.Method]}, "receipt_email": orNull(p.Email), "setup_future_usage": nil, "status": "succeeded",
	}
}

func (s *Server) showCharge(p payment) object {
	back := s.refunded(p)
	return object{
		"id": p.Charge, "object": "charge", "amount": p.Amount, "amount_captured": p.Amount, "amount_refunded": back, "balance_transaction": nil,
		"billing_details": object{"address": nil, "email": orNull(p.Email), "name": nil, "phone": nil, "tax_id": nil}, "captured": true,
		"created": p.Created.Unix(), "currency": p.Currency, "customer": nil, "description": orNull(p.Description), "disputed": false,
		"failure_code": nil, "failure_message": nil, "livemode": false, "metadata": object{}, "paid": true, "payment_intent": p.ID,
		"payment_method": nil, "receipt_email": orNull(p.Email), "receipt_number": nil, "receipt_url": nil, "refunded": back == p.Amount,
		"status": "succeeded",
	}
}

// getPayment shows a PaymentIntent, with its charge in full where that is asked for.
func (s *Server) getPayment(r *http.Request, p *params) (object, error) {
	found, ok := s.payments.Get(r.PathValue("id"))
	if !ok {
		return nil, missing("payment_intent", r.PathValue("id"))
	}
	var charge any = found.Charge
	for n := range p.length("expand") {
		name := fmt.Sprintf("expand[%d]", n)
		if p.text(name) != "latest_charge" {
			return nil, invalid("", name, "The sandbox expands only latest_charge, and not %s", p.text(name))
		}
		charge = s.showCharge(found)
	}
	return s.showPayment(found, charge), nil
}

func (s *Server) getCharge(r *http.Request, _ *params) (object, error) {
	p, ok := s.payments.Get(s.charged[r.PathValue("id")])
	if !ok {
		return nil, missing("charge", r.PathValue("id"))
	}
	return s.showCharge(p), nil
}

// Payments are the youngest so many payments, oldest first; 0 is all.
func (s *Server) Payments(last int) []client.Payment {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list, skip := []client.Payment{}, 0
	if last > 0 {
		skip = s.payments.Len() - last
	}
	for _, p := range s.payments.All() {
		if skip--; skip < 0 {
			list = append(list, s.seen(p))
		}
	}
	return list
}

// Payment is the payment with that ID.
func (s *Server) Payment(id string) (client.Payment, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, ok := s.payments.Get(id)
	if !ok {
		return client.Payment{}, false
	}
	return s.seen(p), true
}

// PaymentsLen is how many payments there are.
func (s *Server) PaymentsLen() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.payments.Len()
}

// seen is a payment as people see it.
func (s *Server) seen(p payment) client.Payment {
	v := client.Payment{
		ID: p.ID, Charge: p.Charge, Method: p.Method, Amount: p.Amount, Currency: p.Currency, Email: p.Email, Description: p.Description,
		Refunded: s.refunded(p), Created: p.Created,
	}
	for _, id := range s.refundsOf[p.ID] {
		if r, ok := s.refunds.Get(id); ok {
			v.Refunds = append(v.Refunds, r.seen())
		}
	}
	return v
}
