package webhook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v85/webhook"
	"go.temporal.io/api/serviceerror"

	"github.com/throughline-dev/throughline/workflows/returns"
)

const (
	stripeSecret = "whsec_4eC39HqLyjWDarjtT1zdp7dc"
	returnA      = "return-aaaaaaaaaaaaaaaa"
)

// refundEvent is an event as Stripe's documentation says that it is posted.
func refundEvent(kind, caseID string) []byte {
	text, err := json.Marshal(map[string]any{
		"id": "evt_1", "object": "event", "api_version": "2020-08-27", "created": 1, "livemode": false, "pending_webhooks": 1, "type": kind,
		"request": map[string]any{"id": nil, "idempotency_key": nil},
		"data": map[string]any{"object": map[string]any{
			"id": "re_1", "object": "refund", "amount": 500, "currency": "eur", "status": "failed", "description": "contoso",
			"metadata": map[string]any{"throughline_key": returnA + "/pay-1", "throughline_case": caseID},
		}},
	})
	if err != nil {
		panic(err)
	}
	return text
}

// signedBy is the header of a post that was signed with these secrets, so long ago.
func signedBy(ago time.Duration, body []byte, secrets ...string) http.Header {
	at := time.Now().Add(-ago)
	header := fmt.Sprintf("t=%d", at.Unix())
	for _, secret := range secrets {
		header += fmt.Sprintf(",v1=%x", webhook.ComputeSignature(at, body, secret))
	}
	return http.Header{"Stripe-Signature": {header}, "Content-Type": {"application/json"}}
}

func withStripe(o *Options) { o.StripeSecrets = []string{"whsec_next", stripeSecret} }

func TestWhatBecomesOfARefundIsNewsForTheReturnThatMadeIt(t *testing.T) {
	for _, kind := range []string{"refund.created", "refund.updated", "refund.failed", "charge.refund.updated"} {
		w := opened(t, nil, withStripe)
		body := refundEvent(kind, returnA)
		for _, secrets := range [][]string{{stripeSecret}, {"whsec_next"}, {"whsec_gone", stripeSecret}} { // the same event each time
			assert.Equal(t, http.StatusOK, w.post("/stripe/events", signedBy(0, body, secrets...), body))
		}
		want := signal{returnA, returns.SignalRefund, returns.RefundNews{ID: "evt_1", Refund: "re_1"}}
		assert.Equal(t, []signal{want, want, want}, w.told(), kind)
	}
}

func TestEventsOfStripesThatAreNoneOfOursArePassedOver(t *testing.T) {
	for name, body := range map[string][]byte{
		"another kind":         refundEvent("charge.refunded", returnA),
		"one still to come":    refundEvent("refund.frobnicated", returnA),
		"made by people":       refundEvent("refund.updated", ""),
		"another program's":    refundEvent("refund.updated", "order-7"),
		"a lead's":             refundEvent("refund.updated", leadA),
		"an ID that is longer": bytes.Replace(refundEvent("refund.updated", returnA), []byte(`"re_1"`), fmt.Appendf(nil, `"re_%0200d"`, 1), 1),
	} {
		t.Run(name, func(t *testing.T) {
			w := opened(t, nil, withStripe)
			assert.Equal(t, http.StatusOK, w.post("/stripe/events", signedBy(0, body, stripeSecret), body))
			assert.Empty(t, w.told())
			assert.Equal(t, 1, w.counts()["ignored"])
		})
	}
}

func TestAnEventThatStripeHasntSignedIsRefused(t *testing.T) {
	body := refundEvent("refund.updated", returnA)
	for name, c := range map[string]struct {
		header http.Header
		body   []byte
		want   int
	}{
		"not signed":        {http.Header{}, body, http.StatusUnauthorized},
		"another secret":    {signedBy(0, body, "whsec_other"), body, http.StatusUnauthorized},
		"another body":      {signedBy(0, body, stripeSecret), bytes.Replace(body, []byte("re_1"), []byte("re_2"), 1), http.StatusUnauthorized},
		"stale":             {signedBy(5*time.Minute+time.Second, body, stripeSecret), body, http.StatusUnauthorized},
		"a header of noise": {http.Header{"Stripe-Signature": {"t=now,v1=x"}}, body, http.StatusUnauthorized},
		"no JSON":           {signedBy(0, []byte("contoso"), stripeSecret), []byte("contoso"), http.StatusBadRequest},
		"no event":          {signedBy(0, []byte(`{"object":"contoso"}`), stripeSecret), []byte(`{"object":"contoso"}`), http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			w := opened(t, nil, withStripe)
			assert.Equal(t, c.want, w.post("/stripe/events", c.header, c.body))
			assert.Empty(t, w.told())
		})
	}
	w := opened(t, nil, withStripe, func(o *Options) { o.MaxBody = 100 })
	assert.Equal(t, http.StatusRequestEntityTooLarge, w.post("/stripe/events", signedBy(0, body, stripeSecret), body))
	w = opened(t, nil)
	assert.Equal(t, http.StatusServiceUnavailable, w.post("/stripe/events", signedBy(0, body, stripeSecret), body))
	assert.Contains(t, w.line()["err"], "there is no secret")
}

func TestARefundIsLateNewsForAReturnThatIsOver(t *testing.T) {
	over := func(string) error { return serviceerror.NewNotFound("workflow execution already completed") }
	w := opened(t, over, withStripe)
	body := refundEvent("refund.updated", returnA)
	require.Equal(t, http.StatusOK, w.post("/stripe/events", signedBy(0, body, stripeSecret), body))
	assert.Equal(t, 1, w.counts()["ended"])

	body = refundEvent("refund.failed", returnA)
	require.Equal(t, http.StatusOK, w.post("/stripe/events", signedBy(0, body, stripeSecret), body))
	assert.Equal(t, "ERROR", w.line()["level"], "nobody else would say that the customer hasn't got their money")
	assert.Equal(t, "re_1", w.line()["refund"])
}

func TestStripePostsAgainWhatTemporalHasNot(t *testing.T) {
	w := opened(t, func(string) error { return errors.New("connection refused") }, withStripe)
	body := refundEvent("refund.failed", returnA)
	assert.Equal(t, http.StatusServiceUnavailable, w.post("/stripe/events", signedBy(0, body, stripeSecret), body))
}
