package billing_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/billing"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/money"
)

// The whole way of a refund is tried out in package sandbox, as that of an invoice is.

var payKey = effect.Key{ID: "return-4k7q2m9xaaaaaaaa/pay-1"}

func back() billing.Repayment {
	return billing.Repayment{Payment: "pi_1", Amount: usd(500), Number: "R-7QX4M2KD", Case: "return-4k7q2m9xaaaaaaaa"}
}

func TestARepaymentThatMakesNoSenseNamesTheFieldAndStripeHearsNothingOfIt(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("was asked") }))
	defer srv.Close()
	a := billing.New(billing.Options{URL: srv.URL})
	for field, change := range map[string]func(*billing.Repayment){
		"payment: \"\"":     func(r *billing.Repayment) { r.Payment = "" },
		"payment: \"in_1\"": func(r *billing.Repayment) { r.Payment = "in_1" },
		"payment: \"ch_1/":  func(r *billing.Repayment) { r.Payment = "ch_1/refund" },
		"amount: there is":  func(r *billing.Repayment) { r.Amount = usd(0) },
		"amount: there":     func(r *billing.Repayment) { r.Amount = usd(-1) },
		"amount: \"usd\"":   func(r *billing.Repayment) { r.Amount.Currency = "usd" },
		"amount: KWD 0.501": func(r *billing.Repayment) { r.Amount = money.Amount{Minor: 501, Currency: "KWD"} },
		"case: is missing":  func(r *billing.Repayment) { r.Case = "" },
	} {
		r := back()
		change(&r)
		_, err := a.MakeRefund(t.Context(), payKey, r)
		f := faultOf(t, err)
		assert.Equal(t, fault.ClassFinal, f.Class, field)
		assert.Contains(t, f.Message, field)
	}
	for _, id := range []string{"", "pi_1", "re_1/cancel"} {
		_, err := a.ReadRefund(t.Context(), payKey, billing.RepaymentRef{ID: id})
		assert.Contains(t, faultOf(t, err).Message, "id: ")
	}
}

// paidWith is a Stripe with a payment of 10.00, with whose charge it answers, and which answers posts as it is told.
func paidWith(t *testing.T, charge string, post http.HandlerFunc) *billing.Activities {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPost:
			post(w, r)
		case r.URL.Path == "/v1/payment_intents/pi_1":
			assert.Equal(t, "latest_charge", r.FormValue("expand[0]"))
			fmt.Fprintf(w, `{"id":"pi_1","object":"payment_intent","status":"requires_payment_method","latest_charge":%s}`, charge)
		default:
			fmt.Fprint(w, `{"object":"list","data":[],"has_more":false}`)
		}
	}))
	t.Cleanup(srv.Close)
	return billing.New(billing.Options{URL: srv.URL, Key: "sk_test"})
}

func chargeOf(status string, amount, captured, refunded int64) string {
	return fmt.Sprintf(`{"id":"ch_1","object":"charge","status":%q,"currency":"usd","amount":%d,"amount_captured":%d,"amount_refunded":%d}`,
		status, amount, captured, refunded)
}

func TestWhatIsLeftIsWhatWasPaidAndHasNotGoneBack(t *testing.T) {
	for name, c := range map[string]struct {
		charge string
		left   int64
	}{
		"nothing has gone back": {chargeOf("succeeded", 1_000, 1_000, 0), 1_000},
		"some has":              {chargeOf("succeeded", 1_000, 1_000, 999), 1},
		"all has":               {chargeOf("succeeded", 1_000, 1_000, 1_000), 0},
		"it was only reserved":  {chargeOf("succeeded", 1_000, 0, 0), 0},
		"less was captured, and the rest is released":    {chargeOf("succeeded", 1_000, 600, 400), 600},
		"less was captured, and the rest isn't released": {chargeOf("succeeded", 1_000, 600, 0), 600},
		"the bank refused it":                            {chargeOf("failed", 1_000, 1_000, 0), 0},
		"the bank hasn't said yet":                       {chargeOf("pending", 1_000, 1_000, 0), 1_000},
	} {
		read, err := paidWith(t, c.charge, nil).ReadPaymentsLeft(t.Context(), effect.Key{}, billing.PaymentRefs{Payments: []string{"pi_1"}})
		require.NoError(t, err, name)
		assert.Equal(t, map[string]money.Amount{"pi_1": usd(c.left)}, read.Left, name)
	}
	_, err := paidWith(t, "null", nil).ReadPaymentsLeft(t.Context(), effect.Key{}, billing.PaymentRefs{Payments: []string{"pi_1"}})
	f := faultOf(t, err)
	assert.Equal(t, "payment_not_made", f.Code)
	assert.Contains(t, f.Message, "pi_1 is requires_payment_method")
}

func TestARefundThatIsRefusedForAnotherReasonKeepsStripesWords(t *testing.T) {
	for name, c := range map[string]struct {
		charge, code, want string
		status             int
	}{
		"a dispute, with everything gone":         {chargeOf("succeeded", 1_000, 1_000, 1_000), "charge_disputed", "charge_disputed", 400},
		"enough is left":                          {chargeOf("succeeded", 1_000, 1_000, 0), "", "invalid_request_error", 400},
		"the payment was refused":                 {chargeOf("failed", 1_000, 0, 0), "", "invalid_request_error", 400},
		"the key isn't allowed to":                {chargeOf("succeeded", 1_000, 1_000, 1_000), "more_permissions_required", "more_permissions_required", 403},
		"too little, as Stripe has it today":      {chargeOf("succeeded", 1_000, 1_000, 600), "", "amount_too_large", 400},
		"too little, with the code in its list":   {chargeOf("succeeded", 1_000, 1_000, 600), "amount_too_large", "amount_too_large", 400},
		"nothing, with the code for that":         {chargeOf("succeeded", 1_000, 1_000, 1_000), "charge_already_refunded", "charge_already_refunded", 400},
		"nothing, without a code":                 {chargeOf("succeeded", 1_000, 1_000, 1_000), "", "charge_already_refunded", 400},
		"another request was made under that key": {chargeOf("succeeded", 1_000, 1_000, 1_000), "idempotency_error", "idempotency_error", 400},
	} {
		a := paidWith(t, c.charge, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(c.status)
			fmt.Fprintf(w, `{"error":{"type":"invalid_request_error","code":%q,"message":"no"}}`, c.code)
		})
		_, err := a.MakeRefund(t.Context(), payKey, back())
		f := faultOf(t, err)
		assert.Equal(t, fault.ClassFinal, f.Class, name)
		assert.Equal(t, c.want, f.Code, name)
		assert.Equal(t, c.want == "amount_too_large" || c.want == "charge_already_refunded", strings.Contains(f.Message, "nothing was paid"), name)
	}
}

func TestARefundIsReadAsStripeShowsIt(t *testing.T) {
	for name, c := range map[string]struct{ more, reason, trace string }{
		"a card's reference":           {`"status":"succeeded","destination_details":{"type":"card","card":{"type":"refund","reference":"74110008","reference_status":"available"}}`, "", "74110008"},
		"a card's that is to come":     {`"status":"succeeded","destination_details":{"type":"card","card":{"type":"refund","reference_status":"pending"}}`, "", ""},
		"a bank transfer's":            {`"status":"pending","pending_reason":"insufficient_funds","destination_details":{"type":"eu_bank_transfer","eu_bank_transfer":{"reference":"R1"}}`, "insufficient_funds", "R1"},
		"a way that has none":          {`"status":"succeeded","destination_details":{"type":"klarna","klarna":{}}`, "", ""},
		"a way that isn't known yet":   {`"status":"succeeded","destination_details":{"type":"pigeon","pigeon":{"reference":"R1"}}`, "", ""},
		"no way at all":                {`"status":"failed","failure_reason":"lost_or_stolen_card"`, "lost_or_stolen_card", ""},
		"a reason that is over by now": {`"status":"succeeded","pending_reason":"processing"`, "", ""},
	} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			assert.Equal(t, "/v1/refunds/re_1", r.URL.Path)
			fmt.Fprintf(w, `{"id":"re_1","object":"refund","amount":500,"currency":"usd","created":1700000000,%s}`, c.more)
		}))
		defer srv.Close()
		got, err := billing.New(billing.Options{URL: srv.URL}).ReadRefund(t.Context(), effect.Key{}, billing.RepaymentRef{ID: "re_1"})
		require.NoError(t, err, name)
		assert.Equal(t, usd(500), got.Amount, name)
		assert.Equal(t, c.reason, got.Reason, name)
		assert.Equal(t, c.trace, got.Trace, name)
		assert.EqualValues(t, 1_700_000_000, got.At.Unix())
	}
}
