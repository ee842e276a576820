package billing_test

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/billing"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/money"
)

// The whole way of an invoice is tried out in package sandbox, against the sandbox's Stripe; its requests are held against
// Stripe's own description in local/contract.

var key = effect.Key{ID: "proposal-4k7q2m9x/invoice"}

func usd(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: "USD"} }

func good() billing.Invoice {
	return billing.Invoice{
		Customer: billing.Customer{Email: "ada@contoso.example", Name: "Ada"}, Number: "P-1", DueDays: 14, Total: usd(900),
		Lines: []billing.Line{{Description: "Robot", Amount: usd(1000)}, {Description: "Discount", Amount: usd(-100)}},
	}
}

func faultOf(t *testing.T, err error) fault.Fault {
	t.Helper()
	f, ok := fault.From(err)
	require.Truef(t, ok, "no fault: %v", err)
	assert.Equal(t, "stripe", f.System)
	return f
}

func TestAnInvoiceThatMakesNoSenseNamesTheFieldAndStripeHearsNothingOfIt(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("was asked") }))
	defer srv.Close()
	a := billing.New(billing.Options{URL: srv.URL})
	for field, change := range map[string]func(*billing.Invoice){
		"customer.email: ":      func(i *billing.Invoice) { i.Customer.Email = "ada" },
		"customer.name: ":       func(i *billing.Invoice) { i.Customer.Name = " " },
		"due_days: ":            func(i *billing.Invoice) { i.DueDays = -1 },
		"lines: there is none":  func(i *billing.Invoice) { i.Lines = nil },
		"lines: there are 251":  func(i *billing.Invoice) { i.Lines = make([]billing.Line, 251) },
		"total: there is":       func(i *billing.Invoice) { i.Total = usd(0) },
		"total: the lines add":  func(i *billing.Invoice) { i.Total = usd(901) },
		"total: \"XXX\"":        func(i *billing.Invoice) { i.Total.Currency = "XXX" },
		"lines[1].amount: ":     func(i *billing.Invoice) { i.Lines[1].Amount.Currency = "EUR" },
		"lines[1].description:": func(i *billing.Invoice) { i.Lines[1].Description = "\n" },
		"lines[1].amount: more": func(i *billing.Invoice) {
			i.Lines[0].Amount = usd(math.MaxInt64)
			i.Lines[1].Amount = usd(math.MaxInt64)
		},
		"lines[0].amount: KWD": func(i *billing.Invoice) {
			i.Total = money.Amount{Minor: 1000, Currency: "KWD"}
			i.Lines = []billing.Line{{Description: "a", Amount: money.Amount{Minor: 999, Currency: "KWD"}}, {Description: "b", Amount: money.Amount{Minor: 1, Currency: "KWD"}}}
		},
	} {
		i := good()
		change(&i)
		_, err := a.MakeInvoice(t.Context(), key, i)
		f := faultOf(t, err)
		assert.Equal(t, fault.ClassFinal, f.Class, field)
		name, _, _ := strings.Cut(field, ":")
		assert.Contains(t, f.Message, name+":", field)
	}
}

// account is a Stripe that knows the customer, and answers posts as it is told.
func account(t *testing.T, post func(w http.ResponseWriter, r *http.Request, keys []string)) *billing.Activities {
	var keys []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "Bearer sk_test", r.Header.Get("Authorization"))
		switch {
		case r.Method == http.MethodGet && r.URL.Path == "/base/v1/customers":
			fmt.Fprint(w, `{"object":"list","data":[{"id":"cus_1","object":"customer","name":"Ada","created":5}],"has_more":false}`)
		case r.Method == http.MethodGet:
			fmt.Fprint(w, `{"object":"list","data":[],"has_more":false}`)
		default:
			keys = append(keys, r.Header.Get("Idempotency-Key"))
			post(w, r, keys)
		}
	}))
	t.Cleanup(srv.Close)
	return billing.New(billing.Options{URL: srv.URL + "/base/", Key: "sk_test"})
}

func TestAFailureThatStripeHasStoredIsPassedByUnderTheNextKey(t *testing.T) {
	a := account(t, func(w http.ResponseWriter, _ *http.Request, keys []string) {
		w.Header().Set("Request-Id", "req_1")
		if len(keys) < 3 {
			w.Header().Set("Idempotent-Replayed", "true")
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprint(w, `{"error":{"type":"api_error","message":"stored"}}`)
			return
		}
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"error":{"type":"invalid_request_error","code":"parameter_missing","param":"x","message":"enough"}}`)
		assert.Len(t, keys, 3)
		assert.NotEqual(t, keys[0], keys[1])
		assert.NotEqual(t, keys[1], keys[2])
		assert.NotContains(t, strings.Join(keys, " "), "proposal", "an ID of ours says nothing to Stripe")
	})
	_, err := a.MakeInvoice(t.Context(), key, good())
	assert.Equal(t, fault.Fault{
		Class: fault.ClassFinal, System: "stripe", Status: 400, Code: "parameter_missing", Message: "x: enough (request req_1)",
	}, faultOf(t, err))
}

func TestEachAttemptShowsTheSameKeysAndFailuresThatArentStoredAreForTemporalToRetry(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		body   string
		class  string
	}{
		"500":            {500, `{"error":{"type":"api_error","message":"broken"}}`, fault.ClassUnavailable},
		"another client": {409, `{"error":{"type":"invalid_request_error","code":"idempotency_key_in_use","message":"busy"}}`, fault.ClassUnavailable},
		"other request":  {400, `{"error":{"type":"idempotency_error","message":"same parameters"}}`, fault.ClassFinal},
		"a lock":         {429, `{"error":{"type":"invalid_request_error","code":"lock_timeout","message":"busy"}}`, fault.ClassThrottled},
		"a proxy":        {502, `<html>`, fault.ClassUnavailable},
		"garbage":        {200, `<html>`, fault.ClassUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			var seen []string
			a := account(t, func(w http.ResponseWriter, _ *http.Request, keys []string) {
				seen = keys
				w.WriteHeader(test.status)
				fmt.Fprint(w, test.body)
			})
			for range 2 {
				_, err := a.MakeInvoice(t.Context(), key, good())
				assert.Equal(t, test.class, faultOf(t, err).Class)
			}
			require.Len(t, seen, 2, "one call an attempt: nothing is tried again here")
			assert.Equal(t, seen[0], seen[1])
		})
	}
}

func TestStripesSDKPrintsNothing(t *testing.T) {
	r, w, err := os.Pipe()
	require.NoError(t, err)
	stdout, stderr := os.Stdout, os.Stderr
	os.Stdout, os.Stderr = w, w
	a := account(t, func(w http.ResponseWriter, _ *http.Request, _ []string) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"error":{"type":"invalid_request_error","message":"ada@contoso.example is wrong"}}`)
	})
	_, err = a.MakeInvoice(t.Context(), key, good())
	os.Stdout, os.Stderr = stdout, stderr
	require.NoError(t, w.Close())
	assert.NotContains(t, err.Error(), "contoso", "nor does the error's message, which is logged")
	buffer := make([]byte, 1)
	n, _ := r.Read(buffer)
	assert.Zero(t, n)
}
