package sandbox

import (
	"net/http"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/sandbox/internal/shopify"
	"github.com/throughline-dev/throughline/sandbox/internal/wire"
)

// ShopLocation is the ID of the shop's location that sends to Europe and that returns go to, and ShopPaymentAttribute the name of the
// custom attribute of its orders that has Stripe's ID of the payment.
var (
	ShopLocation         = shopify.DefaultLocation
	ShopPaymentAttribute = shopify.PaymentAttribute
)

// openShop makes the shop. One that is new gets orders, where the Options say so.
func (s *Sandbox) openShop() (err error) {
	s.shop, err = shopify.New(shopify.Options{
		Token: s.o.ShopifyToken, Name: s.o.Company, Lag: s.o.Lag, Journal: s.journal, Pages: s.o.PagesURL, Points: s.o.ShopifyPoints,
		ClientID: s.o.ShopifyClientID, ClientSecret: s.o.ShopifyClientSecret, Pay: s.billing.Pay,
	})
	if err != nil || !s.o.SampleOrders || s.shop.Len() > 0 {
		return err
	}
	for _, e := range exampleOrders {
		if _, err := s.shop.Place(e.ShopOrderForm); err != nil {
			return err
		}
	}
	return nil
}

// shopDoors serves what people see and do in the shop.
func (s *Sandbox) shopDoors(mux *http.ServeMux) {
	mux.HandleFunc("GET /_sandbox/shop/orders", func(w http.ResponseWriter, r *http.Request) {
		wire.JSON(w, http.StatusOK, s.shop.Orders(shopify.Filter{Email: r.FormValue("email")}))
	})
	mux.HandleFunc("POST /_sandbox/shop/orders", func(w http.ResponseWriter, r *http.Request) { take(w, r, s.shop.Place) })
	mux.HandleFunc("GET /_sandbox/shop/orders/{number}", func(w http.ResponseWriter, r *http.Request) {
		found := s.shop.Orders(shopify.Filter{Number: r.PathValue("number")})
		if len(found) == 0 {
			refuse(w, shopify.ErrNoOrder)
			return
		}
		wire.JSON(w, http.StatusOK, found[0])
	})
	mux.HandleFunc("POST /_sandbox/shop/orders/{number}", func(w http.ResponseWriter, r *http.Request) {
		take(w, r, func(a client.ShopAct) (client.ShopOrder, error) { return s.shop.Act(r.PathValue("number"), a) })
	})
	mux.HandleFunc("POST /_sandbox/shop/returns", s.askForReturn)
	mux.HandleFunc("GET /_sandbox/shop/stock", func(w http.ResponseWriter, r *http.Request) {
		wire.JSON(w, http.StatusOK, s.shop.Stock(r.FormValue("sku")))
	})
	mux.HandleFunc("POST /_sandbox/shop/stock", func(w http.ResponseWriter, r *http.Request) { take(w, r, s.shop.Count) })
	mux.HandleFunc("GET /_sandbox/shop/drafts", func(w http.ResponseWriter, r *http.Request) {
		wire.JSON(w, http.StatusOK, s.shop.Drafts())
	})
	mux.HandleFunc("GET /_sandbox/shop/credit", func(w http.ResponseWriter, r *http.Request) {
		wire.JSON(w, http.StatusOK, s.shop.Credit(r.FormValue("email")))
	})
	mux.HandleFunc("DELETE /_sandbox/shop/products/{sku}", func(w http.ResponseWriter, r *http.Request) {
		if err := s.shop.Delete(r.PathValue("sku")); err != nil {
			refuse(w, err)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
}
