package sandbox_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/billing"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/sandbox/client"
)

const returnID = "return-4k7q2m9xaaaaaaaa"

// pays has a customer pay.
func (w world) pays(minor int64, currency, method string) client.Payment {
	w.t.Helper()
	p, err := w.Pay(w.t.Context(), client.NewPayment{Amount: minor, Currency: currency, Method: method, Email: "ada@contoso.example"})
	require.NoError(w.t, err)
	return p
}

// payment is the only one, as it is now.
func (w world) payment() client.Payment {
	w.t.Helper()
	list, err := w.Payments(w.t.Context())
	require.NoError(w.t, err)
	require.Len(w.t, list, 1)
	return list[0]
}

func payBack(p client.Payment, amount money.Amount) billing.Repayment {
	return billing.Repayment{Payment: p.ID, Amount: amount, Number: "R-7QX4M2KD", Case: returnID}
}

var payStep = effect.Key{ID: returnID + "/pay-1"}

// ends is what becomes of a refund.
func (w world) ends(id, do, reason string) {
	w.t.Helper()
	_, err := w.EndRefund(w.t.Context(), id, client.PaymentRefundAct{Do: do, Reason: reason})
	require.NoError(w.t, err)
}

func finalOf(t *testing.T, err error) fault.Fault {
	t.Helper()
	f, ok := fault.From(err)
	require.Truef(t, ok, "%v", err)
	require.Equal(t, fault.ClassFinal, f.Class)
	return f
}

func TestAPartOfAPaymentIsGivenBackAndCarriesWhoseItIs(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	for name, of := range map[string]func(client.Payment) string{
		"by its PaymentIntent": func(p client.Payment) string { return p.ID }, "by its charge": func(p client.Payment) string { return p.Charge },
	} {
		p := w.pays(10_000, "eur", client.PaymentCard)
		k := effect.Key{ID: returnID + "/" + name}
		in := payBack(p, eur(1_999))
		in.Payment = of(p)
		got, err := w.billing(nil).MakeRefund(t.Context(), k, in)
		require.NoError(t, err, name)
		made, err := w.PaymentRefunds(t.Context(), returnID)
		require.NoError(t, err)
		last := made[len(made)-1]
		require.Equal(t, billing.Repaid{ID: last.ID, State: billing.RefundSucceeded, Amount: eur(1_999), Trace: last.Trace, At: last.Created}, got)
		require.Len(t, got.Trace, 23, "an acquirer reference number")
		require.Equal(t, map[string]string{"throughline_key": k.ID, "throughline_case": returnID, "return": "R-7QX4M2KD"}, last.Metadata)
		read, err := w.billing(nil).ReadRefund(t.Context(), effect.Key{}, billing.RepaymentRef{ID: got.ID})
		require.NoError(t, err)
		require.Equal(t, got, read)
		left, err := w.billing(nil).ReadPaymentsLeft(t.Context(), effect.Key{}, billing.PaymentRefs{Payments: []string{p.ID, p.Charge}})
		require.NoError(t, err)
		require.Equal(t, map[string]money.Amount{p.ID: eur(8_001), p.Charge: eur(8_001)}, left.Left)
	}
}

// asRepaid is what one refund of 50.00 of a payment leaves.
func asRepaid(t *testing.T, w world) {
	t.Helper()
	p := w.payment()
	require.EqualValues(t, 5_000, p.Refunded)
	require.Len(t, p.Refunds, 1)
	effects, err := w.Effects(t.Context(), returnID)
	require.NoError(t, err)
	require.Equal(t, []client.Effect{{System: "stripe", Operation: "refund", Key: payStep.ID, Count: 1, Records: []string{p.Refunds[0].ID}}}, effects)
}

func TestARefundThatBrokeOffAnywhereIsPaidOnce(t *testing.T) {
	t.Parallel()
	for name, forgets := range map[string]bool{"within a day": false, "days later, when Stripe has forgotten the keys": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			paid := func() world {
				w := start(t, options())
				w.pays(10_000, "eur", client.PaymentCard)
				return w
			}
			brokenAnywhere(t, paid, func(w world, h *http.Client, again bool) error {
				if again && forgets {
					if err := w.ForgetKeys(t.Context()); err != nil {
						return err
					}
				}
				// Nobody says that this is another attempt, as after a reset of the workflow.
				_, err := w.billing(h).MakeRefund(t.Context(), payStep, payBack(w.payment(), eur(5_000)))
				return err
			}, asRepaid)
		})
	}
}

func TestALostReplyIsPaidOnceAndTheNextAttemptSaysThatItWasBefore(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{client.LostReply, client.Garbage} {
		w := start(t, options())
		p := w.pays(5_000, "eur", client.PaymentCard)
		w.order(client.Fault{System: "stripe", Path: "v1/refunds", Match: payStep.ID, Kind: kind, For: "0s"})
		_, err := w.billing(nil).MakeRefund(t.Context(), payStep, payBack(p, eur(5_000)))
		f, _ := fault.From(err)
		require.Equal(t, fault.ClassUnavailable, f.Class, kind)
		require.NoError(t, w.Clear(t.Context(), ""))
		got, err := w.billing(nil).MakeRefund(t.Context(), payStep, payBack(p, eur(5_000)))
		require.NoError(t, err, "although nothing is left by now")
		require.True(t, got.Before)
		asRepaid(t, w)
	}
}

func TestAttemptsAtTheSameTimePayOnce(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	p := w.pays(10_000, "eur", client.PaymentCard)
	var wg sync.WaitGroup
	ids := make([]string, 8)
	for i := range ids {
		wg.Go(func() {
			in := payBack(p, eur(5_000))
			if i%2 == 0 {
				in.Payment = p.Charge
			}
			got, err := w.billing(nil).MakeRefund(t.Context(), payStep, in)
			if err != nil {
				t.Error(err)
			}
			ids[i] = got.ID
		})
	}
	wg.Wait()
	require.Len(t, slices.Compact(ids), 1)
	asRepaid(t, w)
}

func TestNeverMoreThanAPaymentIsGivenBackWhoeverElseDoesSo(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	p := w.pays(10_000, "eur", client.PaymentCard)
	var wg sync.WaitGroup
	var mu sync.Mutex
	paid, refused := 0, 0
	for i := range 8 { // effects of their own, each of 30 of 100
		wg.Go(func() {
			_, err := w.billing(nil).MakeRefund(t.Context(), effect.Key{ID: fmt.Sprintf("%s/pay-%d", returnID, i)}, payBack(p, eur(3_000)))
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				paid++
				return
			}
			refused++
			f, _ := fault.From(err)
			assert.Equal(t, fault.ClassFinal, f.Class)
			assert.Equal(t, "amount_too_large", f.Code)
			assert.Contains(t, f.Message, "only EUR 10.00 is left, and EUR 30.00 should go back: nothing was paid")
		})
	}
	wg.Wait()
	require.Equal(t, []int{3, 5}, []int{paid, refused})
	require.EqualValues(t, 9_000, w.payment().Refunded)

	_, err := w.billing(nil).MakeRefund(t.Context(), effect.Key{ID: returnID + "/rest"}, payBack(p, eur(1_000)))
	require.NoError(t, err)
	_, err = w.billing(nil).MakeRefund(t.Context(), effect.Key{ID: returnID + "/more"}, payBack(p, eur(1)))
	f := finalOf(t, err)
	require.Equal(t, "charge_already_refunded", f.Code)
	require.Contains(t, f.Message, "everything has gone back already")
}

func TestARefundOfAnotherAmountOrCurrencyIsNotMadeUnderTheSameKey(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	p := w.pays(10_000, "eur", client.PaymentCard)
	_, err := w.billing(nil).MakeRefund(t.Context(), payStep, payBack(p, money.Amount{Minor: 5_000, Currency: "USD"}))
	require.Equal(t, "currency_differs", finalOf(t, err).Code)
	_, err = w.billing(nil).MakeRefund(t.Context(), payStep, payBack(p, eur(5_000)))
	require.NoError(t, err)
	for range 2 {
		_, err = w.billing(nil).MakeRefund(t.Context(), payStep, payBack(p, eur(5_001)))
		f := finalOf(t, err)
		require.Equal(t, "refund_differs", f.Code)
		require.Contains(t, f.Message, "EUR 50.00, and now EUR 50.01 should go back: nothing more was paid")
		require.NoError(t, w.ForgetKeys(t.Context()))
	}
	asRepaid(t, w)
}

func TestAmountsOfEveryCurrencyGoBackAsStripeCountsThem(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	for currency, c := range map[string]struct{ paid, ours, theirs, left int64 }{
		"USD": {10_000, 1_999, 1_999, 8_001}, "JPY": {10_000, 1_999, 1_999, 8_001}, "KWD": {10_000, 1_990, 1_990, 8_010},
		"ISK": {10_000, 19, 1_900, 81}, "MGA": {10_000, 1_900, 19, 998_100}, "HUF": {10_000, 1_950, 1_950, 8_050},
	} {
		p := w.pays(c.paid, strings.ToLower(currency), client.PaymentCard)
		amount := money.Amount{Minor: c.ours, Currency: currency}
		got, err := w.billing(nil).MakeRefund(t.Context(), effect.Key{ID: returnID + "/" + currency}, payBack(p, amount))
		require.NoError(t, err, currency)
		require.Equal(t, amount, got.Amount)
		left, err := w.billing(nil).ReadPaymentsLeft(t.Context(), effect.Key{}, billing.PaymentRefs{Payments: []string{p.ID}})
		require.NoError(t, err)
		require.Equal(t, money.Amount{Minor: c.left, Currency: currency}, left.Left[p.ID])
		list, err := w.Payments(t.Context())
		require.NoError(t, err)
		require.Equal(t, c.theirs, list[len(list)-1].Refunded, currency)
	}
}

func TestWhatStripeRefusesOfARefundIsClassified(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	p := w.pays(10_000, "eur", client.PaymentCard)
	for kind, class := range map[string]string{
		client.Throttled: fault.ClassThrottled, client.Broken: fault.ClassUnavailable, client.Unauthorized: fault.ClassFinal, client.Timeout: fault.ClassUnavailable,
	} {
		w.order(client.Fault{System: "stripe", Path: "v1/refunds", Match: payStep.ID, Kind: kind, For: "0s"})
		_, err := w.billing(nil).MakeRefund(t.Context(), payStep, payBack(p, eur(5_000)))
		f, ok := fault.From(err)
		require.Truef(t, ok, "%s: %v", kind, err)
		require.Equal(t, class, f.Class, kind)
		require.NoError(t, w.Clear(t.Context(), ""))
	}
	require.Zero(t, w.payment().Refunded)
	for _, payment := range []string{"pi_nothing", "ch_nothing"} {
		_, err := w.billing(nil).ReadPaymentsLeft(t.Context(), effect.Key{}, billing.PaymentRefs{Payments: []string{p.ID, payment}})
		require.Equal(t, "resource_missing", finalOf(t, err).Code)
	}
	_, err := w.billing(nil).ReadRefund(t.Context(), effect.Key{}, billing.RepaymentRef{ID: "re_nothing"})
	require.Equal(t, "resource_missing", finalOf(t, err).Code)
}

func TestStripeRefusesARefundThatMakesNoSense(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	card, voucher := w.pays(10_000, "eur", client.PaymentCard), client.Payment{}
	voucher, err := w.Pay(t.Context(), client.NewPayment{Amount: 10_000, Currency: "EUR", Method: client.PaymentVoucher})
	require.NoError(t, err)
	for wrong, form := range map[string]url.Values{
		"payment_intent or charge":   {"amount": {"1"}},
		"and not both":               {"charge": {card.Charge}, "payment_intent": {card.ID}},
		"No such charge: 'ch_x'":     {"charge": {"ch_x"}},
		"No such payment_intent":     {"payment_intent": {"pi_x"}},
		"Invalid positive integer":   {"charge": {card.Charge}, "amount": {"0"}},
		"Invalid reason":             {"charge": {card.Charge}, "reason": {"whim"}},
		"An email is required":       {"charge": {voucher.Charge}},
		"greater than unrefunded":    {"charge": {card.Charge}, "amount": {"10001"}},
		"unknown parameter: amounts": {"charge": {card.Charge}, "amounts": {"1"}},
	} {
		a := w.stripe(http.MethodPost, "/v1/refunds", "", form)
		require.GreaterOrEqual(t, a.Status, http.StatusBadRequest, wrong)
		require.Contains(t, a.JSON(t)["error"].(object)["message"], wrong)
	}
	a := w.stripe(http.MethodPost, "/v1/refunds", "", url.Values{"charge": {card.Charge}})
	require.EqualValues(t, 10_000, a.JSON(t)["amount"], "without an amount everything goes back")
	for field, p := range map[string]client.NewPayment{
		"method": {Amount: 1, Currency: "eur", Method: "shells"}, "amount": {Currency: "eur"}, "currency": {Amount: 1, Currency: "euro"},
	} {
		_, err := w.Pay(t.Context(), p)
		require.ErrorContains(t, err, field+":")
	}
	_, err = w.EndRefund(t.Context(), "re_nothing", client.PaymentRefundAct{Do: client.RefundSettle})
	require.ErrorContains(t, err, "404")
}
