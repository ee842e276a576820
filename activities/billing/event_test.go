package billing_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v85/webhook"

	"github.com/throughline-dev/throughline/activities/billing"
)

func signature(at time.Time, payload, secret string) string {
	return fmt.Sprintf("t=%d,v1=%x", at.Unix(), webhook.ComputeSignature(at, []byte(payload), secret))
}

func TestAnEventSaysWhichRefundOfWhichCaseItIsAbout(t *testing.T) {
	const refund = `"object":{"id":"re_1","object":"refund","metadata":{"throughline_case":"return-1","throughline_key":"return-1/pay-1"}}`
	for kind, want := range map[string]billing.Event{
		"refund.created": {Refund: "re_1", Case: "return-1"}, "refund.updated": {Refund: "re_1", Case: "return-1"},
		"refund.failed": {Refund: "re_1", Case: "return-1"}, "charge.refund.updated": {Refund: "re_1", Case: "return-1"},
		"charge.refunded": {}, "brand.new": {},
	} {
		payload := fmt.Sprintf(`{"id":"evt_1","object":"event","api_version":"2019-01-01","type":%q,"data":{%s}}`, kind, refund)
		want.ID, want.Type = "evt_1", kind
		got, err := billing.ReadEvent([]byte(payload), signature(time.Now(), payload, "whsec_b"), []string{"whsec_a", "whsec_b"})
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
}

func TestAnEventIsStripesOrItIsNone(t *testing.T) {
	const payload = `{"id":"evt_1","object":"event","type":"refund.updated","data":{"object":{"id":"re_1","object":"refund","metadata":{}}}}`
	now := time.Now()
	for name, header := range map[string]string{
		"none": "", "noise": "x", "no signature": fmt.Sprintf("t=%d", now.Unix()), "another secret": signature(now, payload, "whsec_x"),
		"another body": signature(now, payload+" ", "whsec_a"), "stale": signature(now.Add(-6*time.Minute), payload, "whsec_a"),
		"another time": fmt.Sprintf("t=%d,v1=%x", now.Unix()-1, webhook.ComputeSignature(now, []byte(payload), "whsec_a")),
	} {
		_, err := billing.ReadEvent([]byte(payload), header, []string{"whsec_a", "whsec_b"})
		assert.ErrorIs(t, err, billing.ErrForged, name)
	}
	_, err := billing.ReadEvent([]byte(payload), signature(now, payload, ""), nil)
	assert.ErrorIs(t, err, billing.ErrForged, "without a secret nothing is believed")
	for _, payload := range []string{
		`contoso`, `{"object":"contoso"}`, `{"id":"evt_1","object":"event","type":"refund.updated","data":{"object":{"id":"contoso","object":"charge"}}}`,
		`{"id":"evt_1","object":"event","type":"refund.updated","data":{"object":{"id":"re_1","object":"refund","metadata":"contoso"}}}`,
		`{"object":"event","type":"refund.updated","data":{"object":{"id":"re_1","object":"refund"}}}`,
	} {
		_, err := billing.ReadEvent([]byte(payload), signature(now, payload, "whsec_a"), []string{"whsec_a"})
		require.Error(t, err, payload)
		assert.NotErrorIs(t, err, billing.ErrForged)
		assert.NotContains(t, err.Error(), "contoso", "the error is logged")
	}
}
