package stripe

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/sandbox/internal/ledger"
	"github.com/throughline-dev/throughline/sandbox/internal/webhook"
)

// ErrNoRefund is the error of a refund that isn't there.
var ErrNoRefund = errors.New("there is no such refund")

// apiVersion is the version of Stripe's API whose objects are posted.
const apiVersion = "2026-03-25.dahlia"

// EndRefund has something become of a refund.
func (s *Server) EndRefund(id string, a client.PaymentRefundAct) (client.PaymentRefund, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.refunds.Get(id)
	if !ok {
		return client.PaymentRefund{}, ErrNoRefund
	}
	before, kinds := r.Status, []string{"refund.updated", "charge.refund.updated"}
	open := before == pending || before == waiting
	switch {
	case a.Do == client.RefundSettle && open:
		r.Status, r.Trace = succeeded, cmp.Or(r.Trace, trace())
	case a.Do == client.RefundFail && (open || before == succeeded):
		r.Status, r.Reason = failed, cmp.Or(a.Reason, "expired_or_canceled_card")
		kinds = append(kinds, "refund.failed")
	case a.Do == client.RefundCancel && before == waiting:
		r.Status = canceled
	default:
		return client.PaymentRefund{}, fmt.Errorf("do: %q can't become of a refund that is %s", a.Do, before)
	}
	if err := s.refunds.Put(r.ID, r); err != nil {
		return client.PaymentRefund{}, err
	}
	return r.seen(), s.tell(r, object{"status": before}, kinds...)
}

// tell posts events about a refund as it is now, and as it was. The caller holds the lock.
func (s *Server) tell(r refund, was object, kinds ...string) error {
	if s.EventsURL == "" {
		return nil
	}
	for _, kind := range kinds {
		data := object{"object": r.show()}
		if kind == "charge.refunded" {
			of, _ := s.payments.Get(r.Payment)
			data = object{"object": s.showCharge(of)}
		} else if was != nil {
			data["previous_attributes"] = was
		}
		body, err := json.Marshal(object{
			"id": newID("evt"), "object": "event", "api_version": apiVersion, "created": time.Now().Unix(), "data": data, "livemode": false,
			"pending_webhooks": 1, "request": object{"id": nil, "idempotency_key": nil}, "type": kind,
		})
		if err != nil {
			return err
		}
		s.Outbox.Send(s.EventsURL, func(int) webhook.Request {
			return webhook.Request{Body: body, Header: http.Header{
				"Content-Type": {"application/json; charset=utf-8"}, "User-Agent": {"Stripe/1.0 (+https://stripe.com/docs/webhooks)"},
				"Stripe-Signature": {sign(s.Secret, time.Now(), body)},
			}}
		})
	}
	return nil
}

// sign is the header Stripe-Signature of a post at a time, by each of the secrets with commas between them, as Stripe does while one
// takes another's place. Each attempt has one of its own (https://docs.stripe.com/webhooks/signature).
func sign(secrets string, at time.Time, body []byte) string {
	stamp := strconv.FormatInt(at.Unix(), 10)
	header := "t=" + stamp
	for secret := range strings.SplitSeq(secrets, ",") {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(stamp + "."))
		mac.Write(body)
		header += ",v1=" + hex.EncodeToString(mac.Sum(nil))
	}
	return header
}

// Refunds are the refunds of a case, or with "" all, oldest first.
func (s *Server) Refunds(caseID string) []client.PaymentRefund {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := []client.PaymentRefund{}
	for _, r := range s.refunds.All() {
		if caseID == "" || caseID == ledger.CaseOf(r.Metadata[keyMeta]) {
			list = append(list, r.seen())
		}
	}
	return list
}

// seen is a refund as people see it.
func (r refund) seen() client.PaymentRefund {
	return client.PaymentRefund{
		ID: r.ID, Key: r.Metadata[keyMeta], Payment: r.Payment, Amount: r.Amount, Currency: r.Currency, Metadata: r.Metadata,
		Status: r.Status, Reason: r.Reason, Trace: r.Trace, Created: r.Created,
	}
}
