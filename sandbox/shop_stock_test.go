package sandbox_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/sandbox"
	"github.com/throughline-dev/throughline/sandbox/client"
)

const adjustStock = `mutation($input: InventoryAdjustQuantitiesInput!, $key: String!) {
  inventoryAdjustQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id reason referenceDocumentUri changes { name delta quantityAfterChange item { sku } location { name } } }
    userErrors { code field message }
  }
}`

// adjusting changes how many lamps are damaged.
func adjusting(delta int, from any) object {
	return object{
		"name": "damaged", "reason": "damaged", "referenceDocumentUri": "gid://throughline/Return/" + number,
		"changes": []object{{
			"inventoryItemId": "gid://shopify/InventoryItem/71001", "locationId": sandbox.ShopLocation, "delta": delta, "changeFromQuantity": from,
			"ledgerDocumentUri": "gid://throughline/Return/" + number,
		}},
	}
}

func TestStockIsAdjustedOnceByAKey(t *testing.T) {
	t.Parallel()
	w := shop(t, options())
	first := w.did(adjustStock, object{"input": adjusting(2, nil), "key": "k-1"})
	require.Equal(t, []any{object{
		"name": "damaged", "delta": 2.0, "quantityAfterChange": 2.0, "item": object{"sku": "LAMP-ARC-BLK"}, "location": object{"name": "Warehouse Hamburg"},
	}}, first["inventoryAdjustmentGroup"].(object)["changes"])
	require.Equal(t, first, w.did(adjustStock, object{"input": adjusting(2, nil), "key": "k-1"}))
	require.Equal(t, 2, w.level("LAMP-ARC-BLK", "damaged"))
	code := func(in object, key string) any {
		t.Helper()
		got := w.did(adjustStock, object{"input": in, "key": key})
		require.Nil(t, got["inventoryAdjustmentGroup"])
		return got["userErrors"].([]any)[0].(object)["code"]
	}
	require.Equal(t, "IDEMPOTENCY_KEY_PARAMETER_MISMATCH", code(adjusting(3, nil), "k-1"))
	require.Equal(t, "CHANGE_FROM_QUANTITY_STALE", code(adjusting(1, 7), "k-2"))
	require.Equal(t, "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", code(adjusting(1, 7), "k-2"))
	require.Empty(t, w.did(adjustStock, object{"input": adjusting(1, 2), "key": "k-3"})["userErrors"])
	require.Equal(t, 3, w.level("LAMP-ARC-BLK", "damaged"))
}

func TestStockIsAdjustedOnlyAsShopifyAllows(t *testing.T) {
	t.Parallel()
	w := shop(t, options())
	for want, change := range map[string]func(in, first object){
		"INVALID_QUANTITY_NAME":      func(in, _ object) { in["name"] = "on_hand" },
		"INVALID_REASON":             func(in, _ object) { in["reason"] = "because" },
		"INVALID_REFERENCE_DOCUMENT": func(in, _ object) { in["referenceDocumentUri"] = "R-1" },
		"INVALID_INVENTORY_ITEM":     func(_, c object) { c["inventoryItemId"] = "gid://shopify/InventoryItem/1" },
		"INVALID_LOCATION":           func(_, c object) { c["locationId"] = "gid://shopify/Location/1" },
		"INVALID_QUANTITY_DOCUMENT":  func(_, c object) { delete(c, "ledgerDocumentUri") },
		"INTERNAL_LEDGER_DOCUMENT":   func(_, c object) { c["ledgerDocumentUri"] = "gid://shopify/Return/1" },
		"INVALID_LEDGER_DOCUMENT":    func(_, c object) { c["ledgerDocumentUri"] = "R-1" },
		"INVALID_AVAILABLE_DOCUMENT": func(in, _ object) { in["name"] = "available" },
		"INVALID_QUANTITY_TOO_HIGH":  func(_, c object) { c["delta"] = 2_000_000_001 },
		"INVALID_QUANTITY_TOO_LOW":   func(_, c object) { c["delta"] = -2_000_000_001 },
		"MAX_ONE_LEDGER_DOCUMENT": func(in, c object) {
			second := object{}
			for k, v := range c {
				second[k] = v
			}
			second["ledgerDocumentUri"] = "gid://throughline/Return/R-2"
			in["changes"] = []object{c, second}
		},
	} {
		in := adjusting(1, nil)
		change(in, in["changes"].([]object)[0])
		got := w.did(adjustStock, object{"input": in, "key": want})
		require.Nil(t, got["inventoryAdjustmentGroup"])
		require.Equal(t, want, got["userErrors"].([]any)[0].(object)["code"])
	}
	require.Zero(t, w.level("LAMP-ARC-BLK", "damaged"))

	unsaid := adjusting(1, nil)
	delete(unsaid["changes"].([]object)[0], "changeFromQuantity")
	require.Contains(t, w.graph(adjustStock, object{"input": unsaid, "key": "k"}), "errors", "null has to be said")
	require.Contains(t, w.graph(`mutation($input: InventoryAdjustQuantitiesInput!) { inventoryAdjustQuantities(input: $input) { userErrors { code } } }`,
		object{"input": adjusting(1, nil)}), "errors", "and so does a key")
}

func TestPeopleCountStock(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	counted, err := w.CountStock(t.Context(), client.ShopCount{SKU: "ARM-A4-DEMO", Quantity: 7})
	require.NoError(t, err)
	require.Equal(t, 7, counted.Levels["available"])
	require.Equal(t, 7, w.level("ARM-A4-DEMO", "on_hand"))
	for want, c := range map[string]client.ShopCount{
		"404": {SKU: "X"}, "location": {SKU: "BEACON-1", Location: "nowhere"}, "state": {SKU: "BEACON-1", State: "on_hand"},
	} {
		_, err := w.CountStock(t.Context(), c)
		require.ErrorContains(t, err, want)
	}
	require.ErrorContains(t, w.DeleteProduct(t.Context(), "X"), "404")
}

// exchange is a pair of large gloves, which are few.
func exchange(w world, until time.Time) commerce.Exchange {
	o := w.readOrder("1001")
	return commerce.Exchange{
		Order: o.ID, Number: number, N: 1, Customer: o.Customer, Currency: "EUR", Until: until,
		Lines: []commerce.ExchangedLine{{Variant: "gid://shopify/ProductVariant/71005", Quantity: 2}},
	}
}

func TestAnExchangeIsKeptAndBecomesAnOrderOnceWhateverBreaksOff(t *testing.T) {
	t.Parallel()
	brokenAnywhere(t, func() world {
		w := shop(t, options())
		w.bought(lamps())
		return w
	}, func(w world, h *http.Client, again bool) error {
		e := exchange(w, time.Now().Add(time.Hour))
		kept, err := w.commerce(h).ReserveExchange(t.Context(), key("reserve"), e)
		if err != nil {
			return err
		}
		_, err = w.commerce(h).CompleteExchange(t.Context(), key("complete"), commerce.ExchangeRef{ID: kept.ID})
		return err
	}, func(t *testing.T, w world) {
		drafts, err := w.ShopDrafts(t.Context())
		require.NoError(t, err)
		require.Len(t, drafts, 1)
		require.Equal(t, "COMPLETED", drafts[0].Status)
		require.Equal(t, "#1002", drafts[0].Order)
		require.Zero(t, drafts[0].Total)
		orders, err := w.ShopOrders(t.Context(), "ada@contoso.example")
		require.NoError(t, err)
		require.Len(t, orders, 2)
		require.Zero(t, orders[1].Total)
		require.Equal(t, "PAID", orders[1].Paid)
		require.Equal(t, "DE", orders[1].Country)
		require.Equal(t, []int{4, 2, 0}, []int{w.level("SENS-TORQUE", "available"), w.level("SENS-TORQUE", "committed"), w.level("SENS-TORQUE", "reserved")})
		effects, err := w.Effects(t.Context(), number)
		require.NoError(t, err)
		require.Len(t, effects, 1)
		require.Equal(t, number+"/exchange", effects[0].Key)
		require.Equal(t, 1, effects[0].Count)
	})
}

func TestAnExchangeThatIsReleasedOrRunsOutGivesItsStockBack(t *testing.T) {
	t.Parallel()
	w := shop(t, options())
	w.bought(lamps())
	a, ctx := w.commerce(nil), t.Context()
	kept, err := a.ReserveExchange(ctx, key("reserve"), exchange(w, time.Now().Add(time.Hour)))
	require.NoError(t, err)
	found, err := a.FindVariants(ctx, key("find"), commerce.VariantQuery{SKUs: []string{"SENS-TORQUE", "NOTHING"}, Currency: "EUR", Country: "DE"})
	require.NoError(t, err)
	require.Len(t, found.Found, 1)
	require.Equal(t, 4+8, found.Found[0].Available)
	require.Equal(t, eur(23900), found.Found[0].Price)
	require.Equal(t, 2, w.level("SENS-TORQUE", "reserved"))
	for range 2 {
		_, err = a.ReleaseExchange(ctx, key("release"), commerce.ExchangeRef{ID: kept.ID})
		require.NoError(t, err)
	}
	require.Equal(t, 6, w.level("SENS-TORQUE", "available"))
	require.Zero(t, w.level("SENS-TORQUE", "reserved"))
	drafts, err := w.ShopDrafts(ctx)
	require.NoError(t, err)
	require.Empty(t, drafts)

	_, err = a.ReserveExchange(ctx, key("reserve-2"), exchange(w, time.Now().Add(2*time.Second)))
	require.NoError(t, err)
	require.Equal(t, 4, w.level("SENS-TORQUE", "available"))
	require.Eventually(t, func() bool {
		w.graph("{ shop { name } }", nil) // the shop notices when it is asked something
		return w.level("SENS-TORQUE", "available") == 6
	}, patience, 20*time.Millisecond)
}

func TestAReservationTakesWhatIsntThere(t *testing.T) {
	t.Parallel()
	w := shop(t, options())
	w.bought(lamps())
	_, err := w.CountStock(t.Context(), client.ShopCount{SKU: "SENS-TORQUE", Quantity: 1})
	require.NoError(t, err)
	_, err = w.commerce(nil).ReserveExchange(t.Context(), key("reserve"), exchange(w, time.Now().Add(time.Hour)))
	require.NoError(t, err)
	require.Equal(t, -1, w.level("SENS-TORQUE", "available"), "as Shopify does")
}
