package sandbox_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/sandbox"
	"github.com/throughline-dev/throughline/sandbox/client"
)

// commerce is the adapter, pointed at the sandbox.
func (w world) commerce() *commerce.Activities {
	return commerce.New(commerce.Options{
		URL: w.URL + "/shopify", Token: sandbox.DefaultShopifyToken, PaymentAttribute: sandbox.ShopPaymentAttribute,
	})
}

func lamps() client.ShopOrderForm {
	return client.ShopOrderForm{
		Email: "ada@contoso.example", Name: "Ada Byron", Country: "DE", City: "Berlin",
		Lines:    []client.ShopFormLine{{SKU: "LAMP-ARC-BLK", Quantity: "2", Discount: "10.00"}, {SKU: "PADS-M", Quantity: "3"}},
		Discount: "20.01", Shipping: "4.90", Tax: "19", TaxIncluded: true, Delivered: "5",
	}
}

func TestTheAdapterReadsAnOrderAsItWasPlaced(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	placed, err := w.PlaceOrder(t.Context(), lamps())
	require.NoError(t, err)
	o, err := w.commerce().ReadOrder(t.Context(), key("order"), commerce.OrderQuery{Number: placed.Name})
	require.NoError(t, err)
	require.Equal(t, placed.ID, o.ID)
	require.Equal(t, "EUR", o.Currency)
	require.Equal(t, eur(placed.Total), o.Payments[0].Amount)
	require.Equal(t, placed.Payments[0].Reference, o.Payments[0].Reference)
	require.WithinDuration(t, time.Now().AddDate(0, 0, -5), o.Lines[0].Parcels[0].Delivered, time.Minute)
	t.Logf("%+v", o)
}
