package sandbox_test

import (
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/sandbox/client"
)

const createRefund = `mutation($input: RefundInput!, $key: String!) {
  refundCreate(input: $input) @idempotent(key: $key) {
    refund {
      id note return { id } totalRefundedSet { presentmentMoney { amount } }
      refundLineItems(first: 5) { nodes { quantity subtotalSet { presentmentMoney { amount } } totalTaxSet { presentmentMoney { amount } } } }
      refundShippingLines(first: 5) { nodes { subtotalAmountSet { presentmentMoney { amount } } taxAmountSet { presentmentMoney { amount } } } }
      orderAdjustments(first: 5) { nodes { amountSet { presentmentMoney { amount } } reason } }
      transactions(first: 5) { nodes { gateway kind amountSet { presentmentMoney { amount } } } }
    }
    userErrors { field message }
  }
}`

// refunding is a refund of so many of a line.
func refunding(o commerce.Order, line, quantity int, more object) object {
	in := object{"orderId": o.ID, "currency": o.Currency, "refundLineItems": []object{
		{"lineItemId": o.Lines[line].ID, "quantity": quantity, "restockType": "NO_RESTOCK"},
	}}
	maps.Copy(in, more)
	return in
}

func TestTheSameKeyRefundsOnceAndNothingElse(t *testing.T) {
	t.Parallel()
	w := shop(t, options())
	w.bought(lamps())
	o := w.readOrder("1001")
	var wg sync.WaitGroup
	ids := make([]any, 8)
	for i := range ids {
		wg.Go(func() {
			ids[i] = w.did(createRefund, object{"input": refunding(o, 0, 1, nil), "key": "k-1"})["refund"].(object)["id"]
		})
	}
	wg.Wait()
	for _, id := range ids {
		require.Equal(t, ids[0], id)
	}
	require.Len(t, w.shopOrder().Refunds, 1)
	other := w.did(createRefund, object{"input": refunding(o, 0, 2, nil), "key": "k-1"})
	require.Nil(t, other["refund"])
	require.Contains(t, other["userErrors"].([]any)[0].(object)["message"], "same idempotency key")
	require.NotNil(t, w.did(createRefund, object{"input": refunding(o, 0, 1, nil), "key": "k-2"})["refund"], "another key is another refund")

	without := w.graph(`mutation($input: RefundInput!) { refundCreate(input: $input) { refund { id } userErrors { message } } }`,
		object{"input": refunding(o, 1, 1, nil)})
	require.Equal(t, object{"refundCreate": nil}, without["data"])
	require.Equal(t, "BAD_REQUEST", without["errors"].([]any)[0].(object)["extensions"].(object)["code"])
	require.Contains(t, w.graph(createRefund, object{"input": refunding(o, 1, 1, nil), "key": " "}), "errors")
	require.Len(t, w.shopOrder().Refunds, 2)
}

func TestNoMoreIsRefundedThanIsLeft(t *testing.T) {
	t.Parallel()
	w := shop(t, options())
	w.bought(lamps())
	o := w.readOrder("1001")
	refused := func(key string, in object, field string) {
		t.Helper()
		got := w.did(createRefund, object{"input": in, "key": key})
		require.Nil(t, got["refund"])
		e := got["userErrors"].([]any)[0].(object)
		require.Contains(t, fmt.Sprint(e["field"]), field, e["message"])
	}
	refused("1", refunding(o, 0, 3, nil), "quantity")
	twice := refunding(o, 0, 2, nil)
	twice["refundLineItems"] = append(twice["refundLineItems"].([]object), refunding(o, 0, 1, nil)["refundLineItems"].([]object)...)
	refused("2", twice, "refundLineItems 1 quantity")
	refused("3", refunding(o, 0, 1, object{"shipping": object{"amount": "4.91"}}), "shipping amount")
	refused("4", refunding(o, 0, 1, object{"currency": "USD"}), "currency")
	credit := func(amount, currency string) object {
		return object{"refundMethods": []object{{"storeCreditRefund": object{"amount": object{"amount": amount, "currencyCode": currency}}}}}
	}
	refused("5", refunding(o, 0, 1, credit("180.40", "EUR")), "transactions")
	refused("6", refunding(o, 0, 1, credit("10.00", "USD")), "currencyCode")
	refused("7", refunding(o, 0, 1, object{"transactions": []object{
		{"orderId": o.ID, "parentId": o.Payments[0].ID, "gateway": "stripe", "kind": "REFUND", "amount": "10.00"},
	}}), "gateway")
	refused("8", object{"orderId": o.ID, "currency": "EUR"}, "")
	refused("9", object{"orderId": "gid://shopify/Order/7", "currency": "EUR"}, "orderId")
	require.Empty(t, w.shopOrder().Refunds)
	require.NotNil(t, w.did(createRefund, object{"input": refunding(o, 0, 2, credit("180.39", "EUR")), "key": "9"})["refund"])
	refused("10", refunding(o, 0, 1, nil), "quantity")
	refused("11", refunding(o, 1, 1, credit("0.01", "EUR")), "transactions")
	got := w.did(createRefund, object{"key": "12", "input": refunding(o, 1, 1, object{
		"allowOverRefunding": true, "refundMethods": credit("0.01", "EUR")["refundMethods"],
	})})
	require.NotNil(t, got["refund"])
}

// amountAt is the amount at a path of an answer.
func amountAt(t *testing.T, o object, field string) int64 {
	t.Helper()
	a, err := money.Parse(o[field].(object)["presentmentMoney"].(object)["amount"].(string), "EUR")
	require.NoError(t, err)
	return a.Minor
}

func TestPartialRefundsOfALineAddUpToWhatWasPaidForIt(t *testing.T) {
	t.Parallel()
	for _, included := range []bool{true, false} {
		t.Run(strconv.FormatBool(included), func(t *testing.T) {
			t.Parallel()
			w := shop(t, options())
			w.bought(client.ShopOrderForm{
				Email: "ada@contoso.example", Country: "DE", Tax: "7.7", TaxIncluded: included, Shipping: "4.99", Discount: "13.37",
				Lines: []client.ShopFormLine{{SKU: "PADS-S", Quantity: "7", Discount: "0.03"}, {SKU: "BEACON-1"}},
			})
			o := w.readOrder("1001")
			var price, tax, adjusted int64
			for i, n := range []int{1, 2, 1, 3} {
				got := w.did(createRefund, object{"input": refunding(o, 0, n, nil), "key": fmt.Sprint(i)})["refund"].(object)
				line := got["refundLineItems"].(object)["nodes"].([]any)[0].(object)
				price += amountAt(t, line, "subtotalSet")
				tax += amountAt(t, line, "totalTaxSet")
				off := got["orderAdjustments"].(object)["nodes"].([]any)[0].(object)
				adjusted += amountAt(t, off, "amountSet")
				require.Equal(t, "PENDING_REFUND_DISCREPANCY", off["reason"])
			}
			require.Equal(t, o.Lines[0].Price.Minor, price)
			require.Equal(t, o.Lines[0].Tax.Minor, tax)
			worth := price
			if !included {
				worth += tax
			}
			require.Equal(t, worth, adjusted, "nothing was given back by the shop")

			var shipping, shippingTax int64
			for i, amount := range []string{"1.00", "1.11", "2.88"} {
				got := w.did(createRefund, object{"key": "s" + fmt.Sprint(i), "input": object{
					"orderId": o.ID, "currency": "EUR", "shipping": object{"amount": amount},
				}})["refund"].(object)["refundShippingLines"].(object)["nodes"].([]any)[0].(object)
				shipping += amountAt(t, got, "subtotalAmountSet")
				shippingTax += amountAt(t, got, "taxAmountSet")
			}
			require.EqualValues(t, 499, shipping)
			require.Equal(t, o.Shipping.Paid.Minor, shipping+map[bool]int64{false: shippingTax}[included])
			read := w.readOrder("1001")
			require.Equal(t, worth, read.Lines[0].Refunded.Minor)
			require.Equal(t, read.Shipping.Paid, read.Shipping.Refunded)
		})
	}
}

func TestStoreCreditIsGivenOnceAndCountsWithWhatWasThere(t *testing.T) {
	t.Parallel()
	give := func(w world, h *http.Client, again bool, step string, amount int64) error {
		a := w.commerce(h)
		o, err := a.ReadOrder(t.Context(), key("order"), commerce.OrderQuery{Number: "1001"})
		if err != nil {
			return err
		}
		k := key(step)
		k.Again = again
		got, err := a.RecordRefund(t.Context(), k, commerce.RefundRecord{
			Order: o.ID, Number: number, Total: eur(amount), Credit: true, Customer: o.Customer.ID,
			Lines: []commerce.RefundedLine{{Line: o.Lines[1].ID, Quantity: 1, Amount: eur(amount)}},
		})
		if err == nil {
			require.Equal(t, eur(amount), got.Credited)
		}
		return err
	}
	brokenAnywhere(t, func() world {
		w := shop(t, options())
		w.bought(lamps())
		return w
	}, func(w world, h *http.Client, again bool) error {
		return give(w, h, again, "credit", 1000)
	}, func(t *testing.T, w world) {
		credit, err := w.StoreCredit(t.Context(), "ada@contoso.example")
		require.NoError(t, err)
		require.Equal(t, []client.ShopCredit{{Customer: w.shopOrder().Account, Email: "ada@contoso.example", Currency: "EUR", Balance: 1000}}, credit)
	})
	w := shop(t, options())
	w.bought(lamps())
	require.NoError(t, give(w, nil, false, "credit", 1000))
	require.NoError(t, give(w, nil, false, "credit-2", 250))
	got := w.graph(`query($id: ID!) { customer(id: $id) { storeCreditAccounts(first: 5) { nodes {
		balance { amount currencyCode } owner { ... on Customer { displayName } }
		transactions(first: 5, reverse: true) { nodes { amount { amount } balanceAfterTransaction { amount } event origin { ... on OrderTransaction { gateway } } } }
	} } } }`, object{"id": w.shopOrder().Account})["data"].(object)["customer"].(object)["storeCreditAccounts"].(object)["nodes"].([]any)
	require.Equal(t, []any{object{
		"balance": object{"amount": "12.5", "currencyCode": "EUR"}, "owner": object{"displayName": "Ada Byron"},
		"transactions": object{"nodes": []any{
			object{"amount": object{"amount": "2.5"}, "balanceAfterTransaction": object{"amount": "12.5"}, "event": "ORDER_REFUND", "origin": object{"gateway": "shopify_store_credit"}},
			object{"amount": object{"amount": "10.0"}, "balanceAfterTransaction": object{"amount": "10.0"}, "event": "ORDER_REFUND", "origin": object{"gateway": "shopify_store_credit"}},
		}},
	}}, got)
}

func TestWhatIsRefundedWithoutComingBackCantBeReturnedAnyMore(t *testing.T) {
	t.Parallel()
	w := shop(t, options())
	w.bought(lamps())
	o := w.readOrder("1001")
	w.did(requestReturn, returning(o, 0, 1))
	// A return that is only asked for isn't paid for by a refund: that one is for the other lamp.
	require.NotNil(t, w.did(createRefund, object{"input": refunding(o, 0, 1, nil), "key": "1"})["refund"])
	require.Zero(t, w.shopOrder().Lines[0].Returnable)
	require.Equal(t, 0, w.shopOrder().Returns[0].Lines[0].Refunded)
	_, err := w.commerce(nil).RequestReturn(t.Context(), key("request"), coming(o, 1, 0))
	f, ok := fault.From(err)
	require.True(t, ok)
	require.Equal(t, "INVALID", f.Code)
}

func TestARefundCanPutWhatCameBackIntoStock(t *testing.T) {
	t.Parallel()
	w := shop(t, options())
	w.bought(lamps())
	o := w.readOrder("1001")
	in := refunding(o, 0, 2, nil)
	line := in["refundLineItems"].([]object)[0]
	line["restockType"] = "RETURN"
	nowhere := w.did(createRefund, object{"input": in, "key": "1"})
	require.Contains(t, fmt.Sprint(nowhere["userErrors"]), "locationId")
	require.Equal(t, 22, w.level("LAMP-ARC-BLK", "available"))
	line["locationId"] = o.Lines[0].Parcels[0].Location
	require.NotNil(t, w.did(createRefund, object{"input": in, "key": "2"})["refund"], "a refund that was refused can be asked for better")
	require.Equal(t, 24, w.level("LAMP-ARC-BLK", "available"))
}
