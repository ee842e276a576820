package sandbox_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/billing"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/sandbox"
	"github.com/throughline-dev/throughline/sandbox/client"
)

func (w world) billing(h *http.Client) *billing.Activities {
	return billing.New(billing.Options{URL: w.URL + "/stripe", Key: sandbox.DefaultStripeKey, HTTP: h})
}

func eur(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: "EUR"} }

func anInvoice() billing.Invoice {
	return billing.Invoice{
		Customer: billing.Customer{Email: "Ada@Contoso.example", Name: "Ada Byron", Company: "Contoso GmbH", Country: "DE"},
		Number:   "P-7QX4M2KD", Memo: "Thank you.", DueDays: 30, Total: eur(108_001),
		Lines: []billing.Line{{Description: "Two robots", Amount: eur(120_001)}, {Description: "Discount 10 %", Amount: eur(-12_000)}},
	}
}

// invoice is the case's one.
func (w world) invoice(t *testing.T) client.Invoice {
	t.Helper()
	list, err := w.Invoices(t.Context(), "lead-1")
	require.NoError(t, err)
	require.Len(t, list, 1)
	return list[0]
}

// stripe posts a form to Stripe's API, as somebody else would.
func (w world) stripe(method, path, idempotencyKey string, form url.Values) answer {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.URL+"/stripe"+path, strings.NewReader(form.Encode()))
	require.NoError(w.t, err)
	r.Header.Set("Authorization", "Bearer "+sandbox.DefaultStripeKey)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if idempotencyKey != "" {
		r.Header.Set("Idempotency-Key", idempotencyKey)
	}
	return w.send(r)
}

// asInvoiced is what anInvoice becomes.
func asInvoiced(t *testing.T, w world) {
	t.Helper()
	i := w.invoice(t)
	require.Equal(t, "open", i.Status)
	require.Equal(t, "eur", i.Currency)
	require.EqualValues(t, 108_001, i.Total)
	require.EqualValues(t, 108_001, i.Due)
	require.Equal(t, []client.InvoiceLine{{Description: "Two robots", Amount: 120_001}, {Description: "Discount 10 %", Amount: -12_000}}, i.Lines)
	require.Equal(t, []client.InvoiceField{{Name: "Proposal", Value: "P-7QX4M2KD"}}, i.Fields)
	require.Equal(t, "Thank you.", i.Memo)
	require.Equal(t, "ada@contoso.example", i.Email)
	require.Equal(t, "Contoso GmbH", i.Name)
	require.WithinDuration(t, time.Now().AddDate(0, 0, 30), i.DueDate, time.Hour)
	counts := w.counts()
	require.Equal(t, map[string]int{
		"stripe customer ada@contoso.example": 1, "stripe invoice lead-1/invoice": 1, "stripe invoice_email lead-1/invoice": 1,
	}, counts)
}

func TestAnInvoiceIsMadeMadeFinalAndSent(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	got, err := w.billing(nil).MakeInvoice(t.Context(), key("invoice"), anInvoice())
	require.NoError(t, err)
	asInvoiced(t, w)
	i := w.invoice(t)
	require.Equal(t, billing.Invoiced{
		ID: i.ID, Customer: i.Customer, Number: "SANDBOX-0001", URL: "/billing/" + i.ID, Due: i.DueDate, Sent: true,
	}, got)
}

func TestAnInvoiceThatBrokeOffAnywhereIsCompletedByTheNextAttempt(t *testing.T) {
	t.Parallel()
	for name, may := range map[string]bool{"which knows that": true, "which doesn't know that": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			brokenAnywhere(t, func() world { return start(t, options()) }, func(w world, h *http.Client, again bool) error {
				k := key("invoice")
				k.Again = again && may
				_, err := w.billing(h).MakeInvoice(t.Context(), k, anInvoice())
				return err
			}, asInvoiced)
		})
	}
}

func TestAnInvoiceThatBrokeOffIsCompletedDaysLaterWhenStripeHasForgottenTheKeys(t *testing.T) {
	t.Parallel()
	o := options()
	o.Lag = time.Hour // the search is of no help either
	brokenAnywhere(t, func() world { return start(t, o) }, func(w world, h *http.Client, again bool) error {
		k := key("invoice")
		if k.Again = again; again {
			if err := w.ForgetKeys(t.Context()); err != nil {
				return err
			}
		}
		_, err := w.billing(h).MakeInvoice(t.Context(), k, anInvoice())
		return err
	}, func(t *testing.T, w world) {
		i := w.invoice(t)
		require.EqualValues(t, 108_001, i.Total)
		require.Positive(t, i.Sent)
		require.Equal(t, 1, w.counts()["stripe customer ada@contoso.example"])
	})
}

func TestAttemptsAtTheSameTimeMakeOneInvoice(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			k := key("invoice")
			k.Again = i%2 == 0
			if _, err := w.billing(nil).MakeInvoice(t.Context(), k, anInvoice()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	asInvoiced(t, w)
}

func TestInvoicesOfOneNewCustomerAtTheSameTimeMakeOneCustomer(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	var wg sync.WaitGroup
	for _, who := range []string{"Ada Byron", "A. Byron", "Ada"} {
		wg.Go(func() {
			i := anInvoice()
			i.Customer.Name, i.Customer.Company = who, ""
			if _, err := w.billing(nil).MakeInvoice(t.Context(), effect.Key{ID: "lead-1/" + who}, i); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	require.Equal(t, 1, w.counts()["stripe customer ada@contoso.example"])
	list, err := w.Invoices(t.Context(), "lead-1")
	require.NoError(t, err)
	require.Len(t, list, 3)
}

func TestACustomerThatIsThereKeepsWhatPeopleEntered(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	for _, form := range []url.Values{
		{"email": {"Ada@Contoso.example"}, "name": {"Contoso, Ltd."}}, {"email": {"Ada@Contoso.example"}, "name": {"A duplicate"}},
	} {
		require.Equal(t, http.StatusOK, w.stripe(http.MethodPost, "/v1/customers", "", form).Status)
	}
	_, err := w.billing(nil).MakeInvoice(t.Context(), key("invoice"), anInvoice())
	require.NoError(t, err)
	i := w.invoice(t)
	require.Equal(t, "Contoso, Ltd.", i.Name)
	c := w.stripe(http.MethodGet, "/v1/customers/"+i.Customer, "", nil).JSON(t)
	require.Equal(t, "DE", c["address"].(object)["country"], "and gets what it lacks")
	require.Nil(t, c["description"])
}

func TestNoInvoiceIsSentThatAsksForAnotherSum(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	a := w.stripe(http.MethodPost, "/v1/customers", "", url.Values{"email": {"ada@contoso.example"}, "balance": {"500"}})
	customer := a.JSON(t)["id"].(string)
	for range 2 {
		_, err := w.billing(nil).MakeInvoice(t.Context(), again(key("invoice")), anInvoice())
		f, _ := fault.From(err)
		require.Equal(t, fault.ClassFinal, f.Class)
		require.Equal(t, "total_mismatch", f.Code)
		list, err := w.Invoices(t.Context(), "lead-1")
		require.NoError(t, err)
		require.Empty(t, list, "the draft is gone")
	}
	require.Equal(t, http.StatusOK, w.stripe(http.MethodPost, "/v1/customers/"+customer, "", url.Values{"balance": {"0"}}).Status)
	_, err := w.billing(nil).MakeInvoice(t.Context(), again(key("invoice")), anInvoice())
	require.NoError(t, err, "once it is put right, the step can be run again")
	require.EqualValues(t, 108_001, w.invoice(t).Due)
	require.Equal(t, 1, w.invoice(t).Sent)
}

func TestADraftThatSomebodyAddsToIsNotSent(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	b := &breaking{at: 7} // before it is made final
	_, err := w.billing(&http.Client{Transport: b}).MakeInvoice(t.Context(), key("invoice"), anInvoice())
	require.Error(t, err)
	i := w.invoice(t)
	require.Equal(t, "draft", i.Status)
	require.Len(t, i.Lines, 2)
	a := w.stripe(http.MethodPost, "/v1/invoices/"+i.ID+"/add_lines", "", url.Values{"lines[0][amount]": {"1"}, "lines[0][description]": {"x"}})
	require.Equal(t, http.StatusOK, a.Status)
	_, err = w.billing(nil).MakeInvoice(t.Context(), again(key("invoice")), anInvoice())
	f, _ := fault.From(err)
	require.Equal(t, "total_mismatch", f.Code)
	require.Zero(t, w.counts()["stripe invoice_email lead-1/invoice"])
}

func TestAnInvoiceThatPeopleHaveDealtWithIsLeftAlone(t *testing.T) {
	t.Parallel()
	for _, do := range []string{client.InvoicePay, client.InvoiceVoid} {
		t.Run(do, func(t *testing.T) {
			t.Parallel()
			w := start(t, options())
			first, err := w.billing(nil).MakeInvoice(t.Context(), key("invoice"), anInvoice())
			require.NoError(t, err)
			settled, err := w.Settle(t.Context(), first.ID, client.InvoiceAct{Do: do})
			require.NoError(t, err)
			got, err := w.billing(nil).MakeInvoice(t.Context(), again(key("invoice")), anInvoice())
			if do == client.InvoicePay {
				require.NoError(t, err)
				require.Equal(t, first, got)
			} else {
				f, _ := fault.From(err)
				require.Equal(t, "invoice_void", f.Code)
			}
			require.Equal(t, settled, w.invoice(t))
			_, err = w.Settle(t.Context(), first.ID, client.InvoiceAct{Do: do})
			require.ErrorContains(t, err, "only an open one")
		})
	}
}

func TestTheInvoiceIsFoundWhereTheCustomersAddressWasCorrectedSince(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	first, err := w.billing(nil).MakeInvoice(t.Context(), key("invoice"), anInvoice())
	require.NoError(t, err)
	a := w.stripe(http.MethodPost, "/v1/customers/"+first.Customer, "", url.Values{"email": {"ada.byron@contoso.example"}})
	require.Equal(t, http.StatusOK, a.Status)
	require.NoError(t, w.ForgetKeys(t.Context()))
	got, err := w.billing(nil).MakeInvoice(t.Context(), again(key("invoice")), anInvoice())
	require.NoError(t, err)
	require.Equal(t, first.ID, got.ID)
	w.invoice(t)
}

func TestWhatStripeRefusesIsClassified(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	for kind, class := range map[string]string{
		client.Throttled: fault.ClassThrottled, client.Broken: fault.ClassUnavailable, client.Unauthorized: fault.ClassFinal,
		client.Garbage: fault.ClassUnavailable, client.Timeout: fault.ClassUnavailable,
	} {
		// net/http itself sends a request with an idempotency key once more where a connection that was in use breaks.
		w.order(client.Fault{System: "stripe", Path: "v1/invoices", Kind: kind, For: "0s", RetryAfter: 9})
		_, err := w.billing(nil).MakeInvoice(t.Context(), key("invoice"), anInvoice())
		f, ok := fault.From(err)
		require.Truef(t, ok, "%s: %v", kind, err)
		require.Equal(t, class, f.Class, kind)
		require.Equal(t, "stripe", f.System)
		require.NotContains(t, err.Error(), "contoso")
		if kind == client.Throttled {
			require.EqualValues(t, 9, f.RetryAfter.Seconds())
			require.Equal(t, "rate_limit", f.Code)
		}
		require.NoError(t, w.Clear(t.Context(), ""))
	}
	_, err := w.billing(nil).MakeInvoice(t.Context(), key("invoice"), anInvoice())
	require.NoError(t, err)
	asInvoiced(t, w)
}

func TestStripesIdempotencyKeysAreHonoured(t *testing.T) {
	t.Parallel()
	o := options()
	o.Dir = t.TempDir()
	w := start(t, o)
	form := url.Values{"email": {"ada@contoso.example"}}
	first := w.stripe(http.MethodPost, "/v1/customers", "k1", form)
	require.Equal(t, http.StatusOK, first.Status)
	require.Empty(t, first.Header.Get("Idempotent-Replayed"))
	for range 2 {
		same := w.stripe(http.MethodPost, "/v1/customers", "k1", form)
		require.Equal(t, "true", same.Header.Get("Idempotent-Replayed"))
		require.Equal(t, first.Header.Get("Request-Id"), same.Header.Get("Original-Request"))
		require.JSONEq(t, first.Body, same.Body)
		w = start(t, o) // a kill doesn't make it forget
	}
	for path, f := range map[string]url.Values{"/v1/customers": {"email": {"bob@contoso.example"}}, "/v1/invoices": form} {
		other := w.stripe(http.MethodPost, path, "k1", f)
		require.Equal(t, http.StatusBadRequest, other.Status)
		require.Equal(t, "idempotency_error", other.JSON(t)["error"].(object)["type"])
	}
	wrong := w.stripe(http.MethodPost, "/v1/customers", "k2", url.Values{"email": {"nobody"}})
	require.Equal(t, http.StatusBadRequest, wrong.Status)
	require.Equal(t, http.StatusOK, w.stripe(http.MethodPost, "/v1/customers", "k2", form).Status, "a refusal isn't stored")
	require.NoError(t, w.ForgetKeys(t.Context()))
	fresh := w.stripe(http.MethodPost, "/v1/customers", "k1", form)
	require.NotEqual(t, first.JSON(t)["id"], fresh.JSON(t)["id"])
}
