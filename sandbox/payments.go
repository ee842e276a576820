package sandbox

import (
	"net/http"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/sandbox/internal/wire"
)

// paymentDoors serves what people see and do of payments and refunds.
func (s *Sandbox) paymentDoors(mux *http.ServeMux) {
	mux.HandleFunc("GET /_sandbox/payments", func(w http.ResponseWriter, r *http.Request) {
		wire.JSON(w, http.StatusOK, s.billing.Payments(0))
	})
	mux.HandleFunc("POST /_sandbox/payments", func(w http.ResponseWriter, r *http.Request) { take(w, r, s.billing.Pay) })
	mux.HandleFunc("GET /_sandbox/refunds", func(w http.ResponseWriter, r *http.Request) {
		wire.JSON(w, http.StatusOK, s.billing.Refunds(r.FormValue("case")))
	})
	mux.HandleFunc("POST /_sandbox/refunds/{id}", func(w http.ResponseWriter, r *http.Request) {
		take(w, r, func(a client.PaymentRefundAct) (client.PaymentRefund, error) {
			return s.billing.EndRefund(r.PathValue("id"), a)
		})
	})
}
