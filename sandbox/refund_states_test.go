package sandbox_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/billing"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/sandbox"
	"github.com/throughline-dev/throughline/sandbox/client"
)

func TestARefundIsFollowedThroughItsStates(t *testing.T) {
	t.Parallel()
	type stage struct{ do, reason string }
	for name, c := range map[string]struct {
		method string
		steps  []stage
		states []billing.RefundState
		why    string
		left   int64
	}{
		"a card":                         {client.PaymentCard, nil, []billing.RefundState{"succeeded"}, "", 5_000},
		"a card that has expired since":  {client.PaymentCard, []stage{{client.RefundFail, ""}}, []billing.RefundState{"succeeded", "failed"}, "expired_or_canceled_card", 10_000},
		"a bank":                         {client.PaymentBank, []stage{{client.RefundSettle, ""}}, []billing.RefundState{"pending", "succeeded"}, "", 5_000},
		"a bank that refuses":            {client.PaymentBank, []stage{{client.RefundFail, "declined"}}, []billing.RefundState{"pending", "failed"}, "declined", 10_000},
		"a bank that sends it back":      {client.PaymentBank, []stage{{client.RefundSettle, ""}, {client.RefundFail, "unknown"}}, []billing.RefundState{"pending", "succeeded", "failed"}, "unknown", 10_000},
		"a voucher":                      {client.PaymentVoucher, []stage{{client.RefundSettle, ""}}, []billing.RefundState{"requires_action", "succeeded"}, "", 5_000},
		"a voucher that is taken back":   {client.PaymentVoucher, []stage{{client.RefundCancel, ""}}, []billing.RefundState{"requires_action", "canceled"}, "", 10_000},
		"a voucher that nobody redeemed": {client.PaymentVoucher, []stage{{client.RefundFail, "unknown"}}, []billing.RefundState{"requires_action", "failed"}, "unknown", 10_000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := start(t, options())
			p := w.pays(10_000, "eur", c.method)
			made, err := w.billing(nil).MakeRefund(t.Context(), payStep, payBack(p, eur(5_000)))
			require.NoError(t, err)
			states := []billing.RefundState{made.State}
			if made.State == billing.RefundPending {
				require.Equal(t, "processing", made.Reason)
			}
			last := made
			for _, s := range c.steps {
				w.ends(made.ID, s.do, s.reason)
				last, err = w.billing(nil).ReadRefund(t.Context(), effect.Key{}, billing.RepaymentRef{ID: made.ID})
				require.NoError(t, err)
				states = append(states, last.State)
			}
			require.Equal(t, c.states, states)
			require.Equal(t, c.why, last.Reason)
			require.True(t, last.State.Over())
			require.Equal(t, slices.Contains(states, billing.RefundSucceeded), last.Trace != "")
			left, err := w.billing(nil).ReadPaymentsLeft(t.Context(), effect.Key{}, billing.PaymentRefs{Payments: []string{p.ID}})
			require.NoError(t, err)
			require.Equal(t, eur(c.left), left.Left[p.ID])

			again, err := w.billing(nil).MakeRefund(t.Context(), payStep, payBack(p, eur(5_000)))
			require.NoError(t, err)
			last.Before = true
			require.Equal(t, last, again, "the same effect is the same refund, whatever has become of it")
			_, err = w.EndRefund(t.Context(), made.ID, client.PaymentRefundAct{Do: client.RefundCancel})
			require.ErrorContains(t, err, "can't become of a refund that is")
		})
	}
}

func TestPaymentsAndRefundsSurviveAKill(t *testing.T) {
	t.Parallel()
	o := options()
	o.Dir = t.TempDir()
	w := start(t, o)
	p := w.pays(10_000, "eur", client.PaymentBank)
	made, err := w.billing(nil).MakeRefund(t.Context(), payStep, payBack(p, eur(5_000)))
	require.NoError(t, err)
	before := w.payment()
	w = start(t, o)
	require.Equal(t, before, w.payment())
	asRepaid(t, w)
	again, err := w.billing(nil).MakeRefund(t.Context(), payStep, payBack(p, eur(5_000)))
	require.NoError(t, err)
	require.Equal(t, made.ID, again.ID)
	w.ends(made.ID, client.RefundSettle, "")
	asRepaid(t, w)
}

func TestStripeTellsWhatBecomesOfARefundUntilItIsTaken(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	seen, refusals := map[string]billing.Event{}, 0
	app := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		e, err := billing.ReadEvent(body, r.Header.Get("Stripe-Signature"), []string{sandbox.DefaultStripeSecret})
		assert.NoError(t, err)
		mu.Lock()
		defer mu.Unlock()
		if refusals++; refusals == 1 {
			rw.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		seen[e.ID] = e
	}))
	defer app.Close()
	kinds := func() (list []string) {
		mu.Lock()
		defer mu.Unlock()
		for _, e := range seen {
			list = append(list, e.Type+" "+e.Refund+" "+e.Case)
		}
		slices.Sort(list)
		return list
	}
	o := options()
	o.StripeEventsURL = app.URL
	w := start(t, o)
	p := w.pays(10_000, "eur", client.PaymentBank)
	made, err := w.billing(nil).MakeRefund(t.Context(), payStep, payBack(p, eur(5_000)))
	require.NoError(t, err)
	about := func(kind string) string { return kind + " " + made.ID + " " + returnID }
	want := []string{"charge.refunded  ", about("refund.created")}
	require.Eventually(t, func() bool { return slices.Equal(want, kinds()) }, patience, time.Millisecond)
	w.ends(made.ID, client.RefundFail, "")
	want = append(want, about("charge.refund.updated"), about("refund.failed"), about("refund.updated"))
	slices.Sort(want)
	require.Eventually(t, func() bool { return slices.Equal(want, kinds()) }, patience, time.Millisecond)
}
