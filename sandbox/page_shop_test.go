package sandbox_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/sandbox/client"
)

// returnsDoor is the app's door for returns. It answers with a status and a body, and keeps what it got.
func returnsDoor(t *testing.T, status int, answer string) (url string, got func() string) {
	t.Helper()
	bodies := make(chan string, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s: %v", r.Method, r.Header.Get("Content-Type"), err)
		}
		bodies <- string(body)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/returns", func() string {
		t.Helper()
		select {
		case b := <-bodies:
			return b
		case <-t.Context().Done():
			return ""
		}
	}
}

func TestTheReturnPageAsksAsTheDoorWantsToBeAsked(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	f := client.ReturnForm{
		Order: "#1001", Email: "ada@contoso.example", Name: "Ada Byron", Wish: "exchange", Comment: "Please hurry.",
		Photos: "https://pictures.example/1.jpg\nhttps://pictures.example/2.jpg",
		Items: []client.ReturnFormItem{
			{Line: "gid://shopify/LineItem/1001001", Quantity: "2", Reason: "too_small", Note: "By far.", Instead: "GLOVE-L"},
			{Line: "gid://shopify/LineItem/1001002", Quantity: "", Reason: "unwanted"},
			{SKU: "PADS-M", Quantity: "1", Reason: "other"},
		},
	}
	_, err := w.AskForReturn(t.Context(), f)
	require.ErrorContains(t, err, "503")
	url, got := returnsDoor(t, http.StatusAccepted, `{"number":"R-7QX4M2KD"}`)
	w.Sandbox.SetReturnsURL(url)
	answer, err := w.AskForReturn(t.Context(), f)
	require.NoError(t, err)
	require.Equal(t, object{"number": "R-7QX4M2KD"}, answer)
	require.JSONEq(t, `{
		"order": "#1001", "email": "ada@contoso.example", "name": "Ada Byron", "wish": "exchange", "comment": "Please hurry.",
		"photos": ["https://pictures.example/1.jpg", "https://pictures.example/2.jpg"],
		"items": [
			{"line": "gid://shopify/LineItem/1001001", "quantity": 2, "reason": "too_small", "note": "By far.", "instead": "GLOVE-L"},
			{"sku": "PADS-M", "quantity": 1, "reason": "other"}
		]}`, got())

	f.Items = f.Items[1:2]
	_, err = w.AskForReturn(t.Context(), f)
	require.ErrorContains(t, err, "say how many")
	f.Items[0].Quantity = "some"
	_, err = w.AskForReturn(t.Context(), f)
	require.ErrorContains(t, err, "items[0].quantity")
	f.Items[0].Quantity = "1"
	url, _ = returnsDoor(t, http.StatusUnprocessableEntity, `{"title":"Not a return","detail":"wish: isn't one."}`)
	w.Sandbox.SetReturnsURL(url)
	_, err = w.AskForReturn(t.Context(), f)
	require.ErrorContains(t, err, "422: Not a return: wish: isn't one.")
	w.Sandbox.SetReturnsURL("http://127.0.0.1:1/returns")
	_, err = w.AskForReturn(t.Context(), f)
	require.ErrorContains(t, err, "502")
}

func TestTheShopsPagesShowWhatThereIs(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	full(t, w)
	for path, texts := range map[string][]string{
		"/shop":             {"#1001", "ada@contoso.example", "180.39 EUR", "delivered", "declined"},
		"/shop/orders/1001": {"Arc desk lamp with gripper base, Black", "LAMP-ARC-BLK", number, "restocked", "Store credit", "Warehouse Hamburg", "/billing/pi_"},
		"/shop/stock":       {"LAMP-ARC-BLK", "Warehouse Reno", "Quarantine"},
		"/shop/credit":      {"#D1", "2 × SENS-TORQUE", number, "50.00 EUR"},
		"/shop/new":         {"Place the order", "A used arm, which is a final sale"},
	} {
		page := w.call(http.MethodGet, path, "", nil)
		require.Equal(t, http.StatusOK, page.Status, path)
		for _, text := range texts {
			require.Contains(t, page.Body, text, path)
		}
	}
	require.NotContains(t, w.call(http.MethodGet, "/shop/orders/1001", "", nil).Body, "Ask for the return", "nobody has said where")
	for _, path := range []string{"/shop/orders/7", "/shop/nothing"} {
		require.Equal(t, http.StatusNotFound, w.call(http.MethodGet, path, "", nil).Status)
	}
	// The adapter's link to the order leads to its page.
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.readOrder("1001").URL, nil)
	require.NoError(t, err)
	page := w.send(r)
	require.Equal(t, http.StatusOK, page.Status)
	require.Contains(t, page.Body, "Order #1001")
}

func aReturnIsAskedForInTheShop(t *testing.T, b browser) {
	w := start(t, options())
	url, got := returnsDoor(t, http.StatusAccepted, `{"number":"R-7QX4M2KD"}`)
	w.Sandbox.SetReturnsURL(url)
	page := b.open(t, w.URL+"/shop/new?example=gloves")
	page.click("#neworder > p .primary")
	page.until(`document.querySelector("#record h1")?.textContent === "Order #1001"`)
	page.until(`document.readyState === "complete" && document.querySelector("#return button") !== null`)
	_, err := page.eval(`{
		const first = document.querySelector('[data-row="items"]');
		first.querySelector('[data-name="quantity"]').value = "2";
		first.querySelector('[data-name="reason"]').value = "too_small";
		document.querySelector('#return [name="wish"]').value = "store_credit";
	}`)
	require.NoError(t, err)
	page.click("#return .primary")
	page.until(`document.querySelector("#return .saying").textContent.includes("We have your request")`)
	require.JSONEq(t, `{"order": "#1001", "email": "amelie.fournier@verdanarenewables.example", "name": "Amélie Fournier", "wish": "store_credit",
		"items": [{"line": "gid://shopify/LineItem/1001001", "quantity": 2, "reason": "too_small"}]}`, got())
	page.until(`document.querySelector('#return [name="email"]').value === "amelie.fournier@verdanarenewables.example"`) // for the next one
}
