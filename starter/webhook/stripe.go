package webhook

import (
	"errors"
	"net/http"

	"github.com/stripe/stripe-go/v85"

	"github.com/throughline-dev/throughline/activities/billing"
	"github.com/throughline-dev/throughline/workflows/returns"
)

// takeRefundEvent takes an event of Stripe's. Whatever isn't answered with 2xx Stripe posts again, with growing pauses, for up to three
// days (https://docs.stripe.com/webhooks#behaviors).
//
// It is news for the return whose refund it is about, which asks Stripe itself how that stands now: events come in any order, and
// Stripe may have several for one change. Events about anything else are taken and passed over.
func (h *Handler) takeRefundEvent(w http.ResponseWriter, r *http.Request) {
	if len(h.o.StripeSecrets) == 0 {
		h.refuse(w, r, http.StatusServiceUnavailable, errors.New("there is no secret to check Stripe's signature by"))
		return
	}
	body, ok := h.readBody(w, r)
	if !ok {
		return
	}
	event, err := billing.ReadEvent(body, r.Header.Get("Stripe-Signature"), h.o.StripeSecrets)
	switch {
	case errors.Is(err, billing.ErrForged):
		h.refuse(w, r, http.StatusUnauthorized, err)
		return
	case err != nil:
		h.refuse(w, r, http.StatusBadRequest, err)
		return
	}
	became := h.finish(w, r, refundNews(event))
	if became.ended > 0 && event.Type == string(stripe.EventTypeRefundFailed) {
		// The bank may send a refund back weeks later. Nobody else would say so.
		h.log.ErrorContext(r.Context(), "A refund has failed whose return is over: the customer hasn't got their money.", "refund", event.Refund, "workflow", event.Case)
	}
}

// refundNews is the news for the return that has made the refund.
func refundNews(e billing.Event) batch {
	b := batch{events: 1}
	if e.Refund == "" || len(e.Refund) > maxID || len(e.ID) > maxID || !returns.IsWorkflowID(e.Case) {
		b.ignored = 1
		return b
	}
	b.news = []news{{id: e.Case, signal: returns.SignalRefund, content: returns.RefundNews{ID: e.ID, Refund: e.Refund}}}
	return b
}
