package sandbox_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/contract"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/sandbox"
	"github.com/throughline-dev/throughline/sandbox/client"
)

// shop starts a sandbox. Where Shopify's schema is at hand, each request to its shop and each answer is held against it.
func shop(t *testing.T, o sandbox.Options) world {
	t.Helper()
	if os.Getenv(contract.ShopifyEnv) == "" {
		return start(t, o)
	}
	s, err := sandbox.New(o)
	require.NoError(t, err)
	held := contract.Shopify(t).Handler(s.Handler())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/shopify/") {
			held.ServeHTTP(w, r)
			return
		}
		s.Handler().ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		require.NoError(t, s.Close())
		server.Close()
	})
	return world{client.New(server.URL), t, server.URL, s}
}

// commerce is the adapter, pointed at the sandbox.
func (w world) commerce(h *http.Client) *commerce.Activities {
	return commerce.New(commerce.Options{
		URL: w.URL + "/shopify", Token: sandbox.DefaultShopifyToken, PaymentAttribute: sandbox.ShopPaymentAttribute, HTTP: h,
	})
}

// graph asks the shop something, and returns the whole answer.
func (w world) graph(query string, variables object) object {
	w.t.Helper()
	return w.graphAs(sandbox.DefaultShopifyToken, query, variables).JSON(w.t)
}

func (w world) graphAs(token, query string, variables object) answer {
	w.t.Helper()
	body, err := json.Marshal(object{"query": query, "variables": variables})
	require.NoError(w.t, err)
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.URL+"/shopify/admin/api/2026-10/graphql.json", bytes.NewReader(body))
	require.NoError(w.t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Shopify-Access-Token", token)
	return w.send(r)
}

// did asks for a mutation, and returns what it answers: the payload of the one that there is.
func (w world) did(query string, variables object) object {
	w.t.Helper()
	got := w.graph(query, variables)
	require.NotContains(w.t, got, "errors")
	for _, payload := range got["data"].(object) {
		return payload.(object)
	}
	w.t.Fatal("there is no payload")
	return nil
}

// bought places an order.
func (w world) bought(f client.ShopOrderForm) client.ShopOrder {
	w.t.Helper()
	o, err := w.PlaceOrder(w.t.Context(), f)
	require.NoError(w.t, err)
	return o
}

// level is how much there is of something where returns go to.
func (w world) level(sku, state string) int {
	w.t.Helper()
	list, err := w.Stock(w.t.Context(), sku)
	require.NoError(w.t, err)
	for _, s := range list {
		if s.LocationID == sandbox.ShopLocation {
			return s.Levels[state]
		}
	}
	w.t.Fatalf("there is no stock of %s", sku)
	return 0
}

// lamps are two lamps and three pads for Germany, with the tax in their prices and a discount of every kind.
func lamps() client.ShopOrderForm {
	return client.ShopOrderForm{
		Email: "ada@contoso.example", Name: "Ada Byron", Country: "DE", City: "Berlin",
		Lines:    []client.ShopFormLine{{SKU: "LAMP-ARC-BLK", Quantity: "2", Discount: "10.00"}, {SKU: "PADS-M", Quantity: "3"}},
		Discount: "20.01", Shipping: "4.90", Tax: "19", TaxIncluded: true, Delivered: "5",
	}
}

func TestTheAdapterReadsAnOrderAsItWasPlaced(t *testing.T) {
	t.Parallel()
	w := shop(t, options())
	placed := w.bought(lamps())
	got, err := w.commerce(nil).ReadOrder(t.Context(), key("order"), commerce.OrderQuery{Number: "1001"})
	require.NoError(t, err)
	require.Equal(t, placed.ID, got.ID)
	require.Equal(t, "#1001", got.Name)
	require.Equal(t, commerce.Customer{ID: placed.Account, Name: "Ada Byron", Email: "ada@contoso.example", Orders: 1}, got.Customer)
	require.Equal(t, "DE", got.Country)
	require.True(t, got.TaxIncluded)
	// Two at 84.90 less 10, and three at 11.90: 195.50 in all, of which 20.01 is taken off, in proportion.
	require.Equal(t, eur(14344), got.Lines[0].Price)
	require.Equal(t, eur(3205), got.Lines[1].Price)
	require.Equal(t, eur(2290), got.Lines[0].Tax)
	require.Equal(t, eur(490), got.Shipping.Paid)
	require.Equal(t, []commerce.Payment{{
		ID: placed.Payments[0].ID, Gateway: "stripe", Reference: placed.Payments[0].Reference, Amount: eur(18039), Refunded: eur(0),
	}}, got.Payments)
	require.Equal(t, "Lamps", got.Lines[0].Category)
	parcel := got.Lines[0].Parcels[0]
	require.Equal(t, sandbox.ShopLocation, parcel.Location)
	require.Equal(t, 2, parcel.Quantity)
	require.WithinDuration(t, time.Now().AddDate(0, 0, -5), parcel.Delivered, time.Hour)
	payments, err := w.Payments(t.Context())
	require.NoError(t, err)
	require.Len(t, payments, 1)
	require.EqualValues(t, 18039, payments[0].Amount)

	none, err := w.commerce(nil).ReadOrder(t.Context(), key("order"), commerce.OrderQuery{Number: "1002"})
	require.NoError(t, err)
	require.Empty(t, none.ID)
}

func TestTaxOnTopGiftCardsGuestsAndDeletedProductsAreReadAsTheyAre(t *testing.T) {
	t.Parallel()
	w := shop(t, options())
	w.bought(client.ShopOrderForm{
		Email: "mei@pacificcrest.example", Name: "Mei Tanaka", Guest: true, Country: "US", Tax: "8.75", Shipping: "18.00", GiftCard: "50.00",
		Lines: []client.ShopFormLine{{SKU: "SERVO-S7", Quantity: "3"}}, Method: client.PaymentBank,
	})
	require.NoError(t, w.DeleteProduct(t.Context(), "SERVO-S7"))
	got, err := w.commerce(nil).ReadOrder(t.Context(), key("order"), commerce.OrderQuery{Number: "#1001"})
	require.NoError(t, err)
	require.Equal(t, commerce.Customer{Email: "mei@pacificcrest.example"}, got.Customer)
	require.Equal(t, "USD", got.Currency)
	require.EqualValues(t, 56700, got.Lines[0].Price.Minor)
	require.EqualValues(t, 4961, got.Lines[0].Tax.Minor)
	require.EqualValues(t, 1800+158, got.Shipping.Paid.Minor)
	require.Empty(t, got.Lines[0].Item)
	require.Empty(t, got.Lines[0].Parcels)
	require.Len(t, got.Payments, 2)
	require.Equal(t, "gift_card", got.Payments[0].Gateway)
	require.EqualValues(t, 5000, got.Payments[0].Amount.Minor)
	require.EqualValues(t, 56700+4961+1958-5000, got.Payments[1].Amount.Minor)
	require.NotEmpty(t, got.Payments[1].Reference)

	sent, err := w.ActOnOrder(t.Context(), "1001", client.ShopAct{Do: client.ShopShip, Days: "3"})
	require.NoError(t, err)
	require.Equal(t, "FULFILLED", sent.Sent)
	_, err = w.ActOnOrder(t.Context(), "1001", client.ShopAct{Do: client.ShopCancel})
	require.ErrorContains(t, err, "some of it was sent")
	sent, err = w.ActOnOrder(t.Context(), "1001", client.ShopAct{Do: client.ShopDeliver, Days: "1"})
	require.NoError(t, err)
	require.WithinDuration(t, time.Now().AddDate(0, 0, -1), sent.Parcels[0].Delivered, time.Hour)
}

func TestWhatIsWrongWithAnOrderOfTheSandboxIsSaidByItsField(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	for want, change := range map[string]func(*client.ShopOrderForm){
		"email":                 func(f *client.ShopOrderForm) { f.Email = "ada" },
		"country":               func(f *client.ShopOrderForm) { f.Country = "XX" },
		"currency":              func(f *client.ShopOrderForm) { f.Currency = "JPY" },
		"lines: nothing":        func(f *client.ShopOrderForm) { f.Lines = nil },
		"lines[1].sku":          func(f *client.ShopOrderForm) { f.Lines[1].SKU = "X" },
		"lines[0].quantity":     func(f *client.ShopOrderForm) { f.Lines[0].Quantity = "none" },
		"there are only 24":     func(f *client.ShopOrderForm) { f.Lines[0].Quantity = "25" },
		"lines[0].discount":     func(f *client.ShopOrderForm) { f.Lines[0].Discount = "1000" },
		"discount: it is more":  func(f *client.ShopOrderForm) { f.Discount = "1000" },
		"tax":                   func(f *client.ShopOrderForm) { f.Tax = "much" },
		"delivered: \"soon\"":   func(f *client.ShopOrderForm) { f.Delivered = "soon" },
		"before it was sent":    func(f *client.ShopOrderForm) { f.Sent = "1" },
		"method":                func(f *client.ShopOrderForm) { f.Method = "shells" },
		"shipping: it is less":  func(f *client.ShopOrderForm) { f.Shipping = "-1" },
		"gift_card: 1.001 is n": func(f *client.ShopOrderForm) { f.GiftCard = "1.001" },
	} {
		f := lamps()
		change(&f)
		_, err := w.PlaceOrder(t.Context(), f)
		require.ErrorContains(t, err, want)
	}
	orders, err := w.ShopOrders(t.Context(), "")
	require.NoError(t, err)
	require.Empty(t, orders)
	require.Equal(t, 24, w.level("LAMP-ARC-BLK", "available"), "nothing was taken out of stock")
	_, err = w.ShopOrder(t.Context(), "1001")
	require.ErrorContains(t, err, "404")
}

func TestAWrongTokenAWrongPathAndNonsenseAreRefusedAsShopifyDoes(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	require.Equal(t, http.StatusUnauthorized, w.graphAs("shpat_other", "{ shop { name } }", nil).Status)
	_, err := commerce.New(commerce.Options{URL: w.URL + "/shopify", Token: "x"}).ReadOrder(t.Context(), key("order"), commerce.OrderQuery{Number: "1"})
	f, ok := fault.From(err)
	require.True(t, ok)
	require.Equal(t, fault.ClassFinal, f.Class)
	_, err = commerce.New(commerce.Options{URL: w.URL + "/shopify", Token: sandbox.DefaultShopifyToken, Version: "2020-01"}).
		ReadOrder(t.Context(), key("order"), commerce.OrderQuery{Number: "1"})
	require.Error(t, err)
	for _, query := range []string{"{ shop { shoeSize } }", "{ shop", "{ order(id: 7) { id } }", "{ orders { nodes { id } } }", `{ order(id: "gid://shopify/Customer/1") { id } }`,
		`{ orders(first: 1, query: "shoe_size:4") { nodes { id } } }`, `{ orders(first: 251) { nodes { id } } }`, `{ orders(first: 1, after: "x") { nodes { id } } }`} {
		require.Contains(t, w.graph(query, nil), "errors", query)
	}
	require.Equal(t, object{"order": nil}, w.graph(`{ order(id: "gid://shopify/Order/7") { id } }`, nil)["data"])
}
