package contract_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-mock/embedded"
	"github.com/stripe/stripe-mock/server"

	"github.com/throughline-dev/throughline/activities/billing"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/sandbox"
	"github.com/throughline-dev/throughline/sandbox/client"
)

// mock is Stripe's own mock: it refuses each request that Stripe's description doesn't allow.
var mock = sync.OnceValues(func() (http.Handler, error) {
	fixtures, err := server.LoadFixtures(embedded.OpenAPIFixtures, "")
	if err != nil {
		return nil, err
	}
	spec, err := server.LoadSpec(embedded.OpenAPISpec, "")
	if err != nil {
		return nil, err
	}
	stub, err := server.NewStubServer(fixtures, spec, false, false)
	return http.HandlerFunc(stub.HandleRequest), err
})

// description has the schemas of Stripe's objects.
var description = sync.OnceValues(func() (*openapi3.T, error) {
	return openapi3.NewLoader().LoadFromData(embedded.OpenAPISpec)
})

// described starts a sandbox whose Stripe takes only what Stripe's mock takes, and whose answers are held against the
// description. Its address is that of the sandbox, and asked are the calls that were made.
func described(t *testing.T) (address string, asked func() []string) {
	t.Helper()
	stripe, err := mock()
	require.NoError(t, err)
	doc, err := description()
	require.NoError(t, err)
	world, err := sandbox.New(sandbox.Options{})
	require.NoError(t, err)
	var mu sync.Mutex
	var calls []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path, ours := strings.CutPrefix(r.URL.Path, "/stripe")
		if !ours {
			world.Handler().ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		mu.Lock()
		calls = append(calls, r.Method+" "+strings.Split(path, "_")[0])
		mu.Unlock()
		again := func(path string) *http.Request {
			c := r.Clone(r.Context())
			c.URL.Path, c.RequestURI, c.Body = path, "", io.NopCloser(bytes.NewReader(body))
			return c
		}
		said, answer := httptest.NewRecorder(), httptest.NewRecorder()
		world.Handler().ServeHTTP(answer, again(r.URL.Path))
		if answer.Code == http.StatusOK {
			stripe.ServeHTTP(said, again(path))
			assert.Equalf(t, http.StatusOK, said.Code, "Stripe doesn't take %s %s: %s", r.Method, path, said.Body)
		}
		var object map[string]any
		if assert.NoError(t, json.Unmarshal(answer.Body.Bytes(), &object)) {
			assert.NoErrorf(t, conforms(doc, object), "the answer to %s %s", r.Method, path)
		}
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	}))
	t.Cleanup(func() {
		require.NoError(t, world.Close())
		srv.Close()
	})
	return srv.URL, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return calls
	}
}

// conforms says in what one of Stripe's objects, or a list of them, is not as described.
func conforms(doc *openapi3.T, object map[string]any) error {
	kind, _ := object["object"].(string)
	switch {
	case object["error"] != nil:
		kind = "error"
	case object["deleted"] == true:
		kind = "deleted_" + kind
	case kind == "list" || kind == "search_result":
		list, ok := object["data"].([]any)
		if _, more := object["has_more"].(bool); !ok || !more || object["url"] == nil {
			return fmt.Errorf("a %s without data, has_more or url", kind)
		}
		for _, o := range list {
			if err := conforms(doc, o.(map[string]any)); err != nil {
				return err
			}
		}
		return nil
	}
	schema := doc.Components.Schemas[kind]
	if schema == nil {
		return fmt.Errorf("nothing is described as %q", kind)
	}
	return schema.Value.VisitJSON(object, openapi3.MultiErrors())
}

func invoice() billing.Invoice {
	eur := func(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: "EUR"} }
	return billing.Invoice{
		Customer: billing.Customer{Email: "Ada@Contoso.example", Name: "Ada Byron", Company: "Contoso GmbH", Country: "DE"},
		Number:   "P-7QX4M2KD", Memo: "Thank you.", DueDays: 30, Total: eur(900),
		Lines: []billing.Line{{Description: "Robot", Amount: eur(1000)}, {Description: "Discount", Amount: eur(-100)}},
	}
}

func TestAnInvoiceIsAskedForAndAnsweredAsStripeDescribesIt(t *testing.T) {
	t.Parallel()
	address, asked := described(t)
	a := billing.New(billing.Options{URL: address + "/stripe", Key: sandbox.DefaultStripeKey})
	key := effect.Key{ID: "proposal-4k7q2m9x/invoice"}
	for range 2 { // made, and by keys that are shown again
		_, err := a.MakeInvoice(t.Context(), key, invoice())
		require.NoError(t, err)
	}
	key.Again = true // found by the search
	_, err := a.MakeInvoice(t.Context(), key, invoice())
	require.NoError(t, err)
	for _, call := range []string{
		"GET /v1/customers", "POST /v1/customers", "POST /v1/invoices", "GET /v1/invoices", "GET /v1/invoices/search", "POST /v1/invoices/in",
	} {
		require.Contains(t, asked(), call)
	}

	// A balance from before: the draft is deleted.
	other := invoice()
	other.Customer.Email = "bob@contoso.example"
	post(t, address, "/v1/customers", url.Values{"email": {other.Customer.Email}, "balance": {"5"}})
	_, err = a.MakeInvoice(t.Context(), effect.Key{ID: "proposal-2/invoice"}, other)
	require.ErrorContains(t, err, "total_mismatch")
	require.Contains(t, asked(), "DELETE /v1/invoices/in")
}

func TestWhatHappensToAnInvoiceIsAnsweredAsStripeDescribesIt(t *testing.T) {
	t.Parallel()
	address, _ := described(t)
	a := billing.New(billing.Options{URL: address + "/stripe", Key: sandbox.DefaultStripeKey})
	world := client.New(address)
	for i, do := range []string{client.InvoicePay, client.InvoiceVoid} {
		made, err := a.MakeInvoice(t.Context(), effect.Key{ID: fmt.Sprintf("proposal-%d/invoice", i)}, invoice())
		require.NoError(t, err)
		_, err = world.Settle(t.Context(), made.ID, client.InvoiceAct{Do: do})
		require.NoError(t, err)
		get(t, address, "/v1/invoices/"+made.ID)
		get(t, address, "/v1/customers/"+made.Customer)
	}
	get(t, address, "/v1/events?type=invoice.sent&limit=1")
	get(t, address, "/v1/invoices/in_nothing")
	get(t, address, "/v1/customers?limit=500")
}

func get(t *testing.T, address, path string) {
	t.Helper()
	ask(t, http.MethodGet, address, path, nil)
}

func post(t *testing.T, address, path string, form url.Values) {
	t.Helper()
	ask(t, http.MethodPost, address, path, form)
}

func ask(t *testing.T, method, address, path string, form url.Values) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address+"/stripe"+path, strings.NewReader(form.Encode()))
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+sandbox.DefaultStripeKey)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
}

func TestTheDescriptionTellsGoodFromBad(t *testing.T) {
	t.Parallel()
	doc, err := description()
	require.NoError(t, err)
	for text, wrong := range map[string]string{
		`{"object":"customer","id":"cus_1","created":1,"livemode":false}`:        "",
		`{"object":"customer","id":"cus_1","created":1}`:                         "livemode",
		`{"object":"customer","id":"cus_1","created":"now","livemode":false}`:    "created",
		`{"object":"list","url":"/","has_more":false,"data":[{"object":"fax"}]}`: "fax",
		`{"object":"list","data":[]}`:                                            "has_more",
		`{"error":{"message":"no"}}`:                                             "type",
	} {
		var object map[string]any
		require.NoError(t, json.Unmarshal([]byte(text), &object))
		if err := conforms(doc, object); wrong == "" {
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, wrong)
		}
	}
	stripe, err := mock()
	require.NoError(t, err)
	for form, status := range map[string]int{
		"customer=cus_1&collection_method=send_invoice": http.StatusOK, "customer=cus_1&collectionmethod=x": http.StatusBadRequest,
		"customer=cus_1&days_until_due=soon": http.StatusBadRequest,
	} {
		r := httptest.NewRequest(http.MethodPost, "/v1/invoices", strings.NewReader(form))
		r.Header.Set("Authorization", "Bearer "+sandbox.DefaultStripeKey)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer := httptest.NewRecorder()
		stripe.ServeHTTP(answer, r)
		require.Equal(t, status, answer.Code, answer.Body)
	}
}

func TestARefundIsAskedForAndAnsweredAsStripeDescribesIt(t *testing.T) {
	t.Parallel()
	address, asked := described(t)
	a := billing.New(billing.Options{URL: address + "/stripe", Key: sandbox.DefaultStripeKey})
	world := client.New(address)
	for method, act := range map[string]string{
		client.PaymentCard: client.RefundFail, client.PaymentBank: client.RefundSettle, client.PaymentVoucher: client.RefundCancel,
	} {
		paid, err := world.Pay(t.Context(), client.NewPayment{Amount: 900, Currency: "EUR", Method: method, Email: "ada@contoso.example"})
		require.NoError(t, err)
		key := effect.Key{ID: "return-4k7q2m9xaaaaaaaa/" + method}
		var made billing.Repaid
		for range 2 { // made, and found
			made, err = a.MakeRefund(t.Context(), key, billing.Repayment{
				Payment: paid.ID, Amount: money.Amount{Minor: 500, Currency: "EUR"}, Number: "R-7QX4M2KD", Case: "return-4k7q2m9xaaaaaaaa",
			})
			require.NoError(t, err)
		}
		_, err = world.EndRefund(t.Context(), made.ID, client.PaymentRefundAct{Do: act})
		require.NoError(t, err)
		_, err = a.ReadRefund(t.Context(), effect.Key{}, billing.RepaymentRef{ID: made.ID})
		require.NoError(t, err)
		_, err = a.ReadPaymentsLeft(t.Context(), effect.Key{}, billing.PaymentRefs{Payments: []string{paid.ID, paid.Charge}})
		require.NoError(t, err)
		post(t, address, "/v1/refunds", url.Values{"payment_intent": {paid.ID}, "amount": {"901"}}) // too much
		get(t, address, "/v1/refunds?payment_intent="+paid.ID)
		get(t, address, "/v1/payment_intents/"+paid.ID) // without its charge in full
	}
	get(t, address, "/v1/refunds/re_nothing")
	for _, call := range []string{
		"GET /v1/payment", "GET /v1/charges/ch", "GET /v1/refunds", "POST /v1/refunds", "GET /v1/refunds/re",
	} {
		require.Contains(t, asked(), call)
	}
}

func TestWhatStripePostsOfARefundIsAsStripeDescribesIt(t *testing.T) {
	t.Parallel()
	doc, err := description()
	require.NoError(t, err)
	posted := make(chan map[string]any, 10)
	app := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var event map[string]any
		assert.NoError(t, json.NewDecoder(r.Body).Decode(&event))
		posted <- event
	}))
	t.Cleanup(app.Close)
	world, err := sandbox.New(sandbox.Options{StripeEventsURL: app.URL})
	require.NoError(t, err)
	srv := httptest.NewServer(world.Handler())
	t.Cleanup(func() {
		require.NoError(t, world.Close())
		srv.Close()
	})
	people := client.New(srv.URL)
	paid, err := people.Pay(t.Context(), client.NewPayment{Amount: 900, Currency: "EUR", Method: client.PaymentBank})
	require.NoError(t, err)
	made, err := billing.New(billing.Options{URL: srv.URL + "/stripe", Key: sandbox.DefaultStripeKey}).MakeRefund(t.Context(),
		effect.Key{ID: "return-1/pay-1"}, billing.Repayment{Payment: paid.ID, Amount: money.Amount{Minor: 500, Currency: "EUR"}, Case: "return-1"})
	require.NoError(t, err)
	_, err = people.EndRefund(t.Context(), made.ID, client.PaymentRefundAct{Do: client.RefundFail})
	require.NoError(t, err)
	for range 5 { // two when it was made, three when it failed
		event := <-posted
		require.NoError(t, conforms(doc, event), event["type"])
		require.NoError(t, conforms(doc, event["data"].(map[string]any)["object"].(map[string]any)), event["type"])
	}
}
