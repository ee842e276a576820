package sandbox_test

import (
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/sandbox/client"
)

const number = "R-7QX4M2KD"

// coming is the return of so many lamps and pads of an order as it was read.
func coming(o commerce.Order, lampCount, padCount int) commerce.RequestedReturn {
	q := commerce.RequestedReturn{Order: o.ID, Number: number}
	for i, n := range []int{lampCount, padCount} {
		if n > 0 {
			q.Lines = append(q.Lines, commerce.RequestedLine{
				Line: o.Lines[i].ID, Parcel: o.Lines[i].Parcels[0].ID, Quantity: n, Reason: commerce.Defective,
			})
		}
	}
	return q
}

// readOrder is the order with that number, as the adapter reads it.
func (w world) readOrder(name string) commerce.Order {
	w.t.Helper()
	o, err := w.commerce(nil).ReadOrder(w.t.Context(), key("order"), commerce.OrderQuery{Number: name})
	require.NoError(w.t, err)
	return o
}

// shopOrder is the only order, as people see it.
func (w world) shopOrder() client.ShopOrder {
	w.t.Helper()
	o, err := w.ShopOrder(w.t.Context(), "1001")
	require.NoError(w.t, err)
	return o
}

func TestAReturnGoesThroughTheShopOnceWhateverBreaksOff(t *testing.T) {
	t.Parallel()
	// Each attempt does all of it from the beginning, as a workflow does that knows of nothing that came back.
	brokenAnywhere(t, func() world {
		w := shop(t, options())
		w.bought(lamps())
		return w
	}, func(w world, h *http.Client, again bool) error {
		ctx, a := t.Context(), w.commerce(h)
		o, err := a.ReadOrder(ctx, key("order"), commerce.OrderQuery{Number: "1001"})
		if err != nil {
			return err
		}
		lamp, pads := o.Lines[0], o.Lines[1]
		r, err := a.RequestReturn(ctx, key("request"), coming(o, 2, 3))
		if err != nil {
			return err
		}
		if r.State == commerce.Requested || r.State == commerce.Open {
			accepted := commerce.AcceptedReturn{Order: o.ID, Return: r.ID, Lines: map[string]int{lamp.ID: 1, pads.ID: 3}}
			if r, err = a.AcceptReturn(ctx, key("accept"), accepted); err != nil {
				return err
			}
		}
		stock := commerce.Restocking{Order: o.ID, Return: r.ID, Number: number, Location: lamp.Parcels[0].Location, Lines: []commerce.RestockedLine{
			{Line: lamp.ID, Item: lamp.Item, Quantity: 1, Stock: commerce.Quarantine},
			{Line: pads.ID, Item: pads.Item, Quantity: 2, Stock: commerce.Restock},
			{Line: pads.ID, Item: pads.Item, Quantity: 1, Stock: commerce.WriteOff},
		}}
		k := key("restock")
		k.Again = again
		if _, err := a.RestockReturn(ctx, k, stock); err != nil {
			return err
		}
		k = key("refund")
		k.Again = again
		_, err = a.RecordRefund(ctx, k, commerce.RefundRecord{
			Order: o.ID, Return: r.ID, Number: number, Total: eur(8000), Reference: "re_1",
			Lines: []commerce.RefundedLine{{Line: lamp.ID, Quantity: 1, Amount: eur(7000)}, {Line: pads.ID, Quantity: 3, Amount: eur(1000)}},
		})
		if err != nil {
			return err
		}
		_, err = a.CloseReturn(ctx, key("close"), commerce.ReturnRef{Order: o.ID, Return: r.ID})
		return err
	}, func(t *testing.T, w world) {
		o := w.shopOrder()
		require.Len(t, o.Returns, 1)
		require.Equal(t, "CLOSED", o.Returns[0].Status)
		require.Equal(t, number, o.Returns[0].Number)
		require.Equal(t, []client.ShopReturnedLine{
			{SKU: "LAMP-ARC-BLK", Title: o.Returns[0].Lines[0].Title, Quantity: 1, Processed: 1, Refunded: 1, Reason: "DEFECTIVE", Became: map[string]int{"PROCESSING_REQUIRED": 1}},
			{SKU: "PADS-M", Title: o.Returns[0].Lines[1].Title, Quantity: 3, Processed: 3, Refunded: 3, Reason: "DEFECTIVE", Became: map[string]int{"RESTOCKED": 2, "NOT_RESTOCKED": 1}},
		}, o.Returns[0].Lines)
		require.Len(t, o.Refunds, 1)
		require.Equal(t, "lead-1/refund", o.Refunds[0].Key)
		require.Equal(t, map[string]int{"LAMP-ARC-BLK": 1, "PADS-M": 3}, o.Refunds[0].Items)
		require.EqualValues(t, 7172+3205, o.Refunds[0].Worth)
		require.Zero(t, o.Refunds[0].Given, "the shop moves no money that Stripe has moved")
		require.Equal(t, []int{1, 0}, []int{o.Lines[0].Returnable, o.Lines[1].Returnable})
		require.Equal(t, 22, w.level("LAMP-ARC-BLK", "available"))
		require.Equal(t, 1, w.level("LAMP-ARC-BLK", "quality_control"))
		require.Equal(t, 139, w.level("PADS-M", "available"))
		require.Equal(t, 1, w.level("PADS-M", "damaged"))
		require.Equal(t, 140, w.level("PADS-M", "on_hand"))
		require.Equal(t, 1, w.counts()["shopify refund lead-1/refund"])
		effects, err := w.Effects(t.Context(), number)
		require.NoError(t, err)
		require.Len(t, effects, 3, "a return, and two changes of stock")
		for _, e := range effects {
			require.Equal(t, 1, e.Count)
		}
		read := w.readOrder("1001")
		require.Equal(t, eur(7172), read.Lines[0].Refunded)
		require.Equal(t, 1, read.Lines[0].Returning)
		require.Equal(t, 1, read.Customer.Returned)
	})
}

const requestReturn = `mutation($input: ReturnRequestInput!) {
  returnRequest(input: $input) { return { id status totalQuantity } userErrors { code field message } } }`

func returning(o commerce.Order, line, quantity int) object {
	return object{"input": object{"orderId": o.ID, "returnLineItems": []object{
		{"fulfillmentLineItemId": o.Lines[line].Parcels[0].ID, "quantity": quantity, "returnReason": "UNWANTED"},
	}}}
}

func TestOfTwoReturnsForTheLastUnitAtOnceTheShopKeepsOne(t *testing.T) {
	t.Parallel()
	w := shop(t, options())
	w.bought(lamps())
	o := w.readOrder("1001")
	w.did(requestReturn, returning(o, 0, 1)) // one of two
	var kept, refused atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			got := w.did(requestReturn, returning(o, 0, 1))
			if got["return"] != nil {
				kept.Add(1)
				return
			}
			e := got["userErrors"].([]any)[0].(object)
			if e["code"] == "INVALID" && e["field"].([]any)[2] == "0" {
				refused.Add(1)
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 1, kept.Load())
	require.EqualValues(t, 7, refused.Load())
	require.Zero(t, w.shopOrder().Lines[0].Returnable)
	_, err := w.commerce(nil).RequestReturn(t.Context(), key("request"), coming(o, 1, 0))
	f, ok := fault.From(err)
	require.True(t, ok)
	require.Equal(t, fault.ClassFinal, f.Class)
}

func TestAReturnIsKeptAsAWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	w := shop(t, options())
	w.bought(lamps())
	o := w.readOrder("1001")
	lampsOf := func(n int) []object {
		return returning(o, 0, n)["input"].(object)["returnLineItems"].([]object)
	}
	for _, second := range [][]object{
		lampsOf(1), // what one line takes, the next can't have
		returning(o, 1, 4)["input"].(object)["returnLineItems"].([]object),
		returning(o, 1, 0)["input"].(object)["returnLineItems"].([]object),
	} {
		got := w.did(requestReturn, object{"input": object{"orderId": o.ID, "returnLineItems": append(lampsOf(2), second...)}})
		require.Nil(t, got["return"])
		require.Equal(t, []any{"input", "returnLineItems", "1", "quantity"}, got["userErrors"].([]any)[0].(object)["field"])
		require.Empty(t, w.shopOrder().Returns)
	}
}

func TestWhatIsDeclinedOrCancelledCanBeAskedForAgain(t *testing.T) {
	t.Parallel()
	w := shop(t, options())
	w.bought(lamps())
	o, a, ctx := w.readOrder("1001"), w.commerce(nil), t.Context()
	r, err := a.RequestReturn(ctx, key("request"), coming(o, 2, 3))
	require.NoError(t, err)
	_, err = a.DeclineReturn(ctx, key("decline"), commerce.DeclinedReturn{Return: r.ID, Note: "Too late."})
	require.NoError(t, err)
	require.Equal(t, "DECLINED", w.shopOrder().Returns[0].Status)
	require.Equal(t, "Too late.", w.shopOrder().Returns[0].Note)

	again, err := a.RequestReturn(ctx, key("request-2"), coming(o, 2, 3))
	require.NoError(t, err)
	require.NotEqual(t, r.ID, again.ID)
	_, err = a.AcceptReturn(ctx, key("accept"), commerce.AcceptedReturn{Order: o.ID, Return: again.ID, Lines: map[string]int{o.Lines[0].ID: 2}})
	require.NoError(t, err)
	require.Equal(t, 3, w.shopOrder().Lines[1].Returnable, "what wasn't accepted is free again")
	_, err = a.CancelReturn(ctx, key("cancel"), commerce.ReturnRef{Order: o.ID, Return: again.ID})
	require.NoError(t, err)
	require.Equal(t, "CANCELED", w.shopOrder().Returns[1].Status)
	require.Equal(t, 2, w.shopOrder().Lines[0].Returnable)
}

func TestAReturnGoesOnlyFromOneStateToTheNext(t *testing.T) {
	t.Parallel()
	w := shop(t, options())
	w.bought(lamps())
	o := w.readOrder("1001")
	id := w.did(requestReturn, returning(o, 0, 2))["return"].(object)["id"]
	const (
		approve = `mutation($id: ID!) { returnApproveRequest(input: {id: $id}) { return { status } userErrors { code } } }`
		decline = `mutation($id: ID!) { returnDeclineRequest(input: {id: $id, declineReason: OTHER}) { return { status } userErrors { code } } }`
		cancel  = `mutation($id: ID!) { returnCancel(id: $id) { return { status } userErrors { code } } }`
		shut    = `mutation($id: ID!) { returnClose(id: $id) { return { status } userErrors { code } } }`
		reopen  = `mutation($id: ID!) { returnReopen(id: $id) { return { status } userErrors { code } } }`
	)
	refused := func(query string) {
		t.Helper()
		got := w.did(query, object{"id": id})
		require.Nil(t, got["return"])
		require.Equal(t, []any{object{"code": "INVALID_STATE"}}, got["userErrors"])
	}
	becomes := func(query, state string) {
		t.Helper()
		require.Equal(t, object{"return": object{"status": state}, "userErrors": []any{}}, w.did(query, object{"id": id}))
	}
	refused(cancel)
	refused(shut)
	refused(reopen)
	becomes(approve, "OPEN")
	refused(approve)
	refused(decline)
	becomes(shut, "CLOSED")
	refused(shut)
	refused(cancel)
	becomes(reopen, "OPEN")
	becomes(cancel, "CANCELED")
	refused(reopen)
	require.Equal(t, []any{object{"code": "NOT_FOUND"}}, w.did(approve, object{"id": "gid://shopify/Return/1001009"})["userErrors"])
}

func TestTheWarehousesOwnSystemCanDisposeOfWhatIsProcessedLater(t *testing.T) {
	t.Parallel()
	w := shop(t, options())
	w.bought(lamps())
	o, a, ctx := w.readOrder("1001"), w.commerce(nil), t.Context()
	r, err := a.RequestReturn(ctx, key("request"), coming(o, 2, 0))
	require.NoError(t, err)
	_, err = a.AcceptReturn(ctx, key("accept"), commerce.AcceptedReturn{Order: o.ID, Return: r.ID, Lines: map[string]int{o.Lines[0].ID: 2}})
	require.NoError(t, err)
	lines := w.graph(`query($id: ID!) { return(id: $id) { reverseFulfillmentOrders(first: 1) { nodes { status lineItems(first: 5) { nodes { id totalQuantity } } } } } }`,
		object{"id": r.ID})["data"].(object)["return"].(object)["reverseFulfillmentOrders"].(object)["nodes"].([]any)[0].(object)["lineItems"].(object)["nodes"].([]any)
	dispose := func(n int, location any) object {
		return w.did(`mutation($d: [ReverseFulfillmentOrderDisposeInput!]!) { reverseFulfillmentOrderDispose(dispositionInputs: $d) {
			reverseFulfillmentOrderLineItems { dispositions { quantity type } } userErrors { code field } } }`, object{"d": []object{{
			"reverseFulfillmentOrderLineItemId": lines[0].(object)["id"], "quantity": n, "dispositionType": "RESTOCKED", "locationId": location,
		}}})
	}
	require.Equal(t, "BLANK", dispose(1, nil)["userErrors"].([]any)[0].(object)["code"])
	require.Equal(t, "INVALID", dispose(3, o.Lines[0].Parcels[0].Location)["userErrors"].([]any)[0].(object)["code"])
	require.Empty(t, dispose(1, o.Lines[0].Parcels[0].Location)["userErrors"])
	require.Equal(t, 23, w.level("LAMP-ARC-BLK", "available"))

	// The adapter processes what is left, and counts nothing twice.
	_, err = a.RestockReturn(ctx, key("restock"), commerce.Restocking{
		Order: o.ID, Return: r.ID, Number: number, Location: o.Lines[0].Parcels[0].Location,
		Lines: []commerce.RestockedLine{{Line: o.Lines[0].ID, Item: o.Lines[0].Item, Quantity: 2, Stock: commerce.Restock}},
	})
	require.NoError(t, err)
	require.Equal(t, 24, w.level("LAMP-ARC-BLK", "available"))
	require.Equal(t, "CLOSED", w.shopOrder().Returns[0].Status, "the shop closes what was processed")
}
