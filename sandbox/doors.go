package sandbox

import (
	"errors"
	"net/http"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/sandbox/internal/dropboxsign"
	"github.com/throughline-dev/throughline/sandbox/internal/hubspot"
	"github.com/throughline-dev/throughline/sandbox/internal/sendgrid"
	"github.com/throughline-dev/throughline/sandbox/internal/shopify"
	"github.com/throughline-dev/throughline/sandbox/internal/slack"
	"github.com/throughline-dev/throughline/sandbox/internal/stripe"
	"github.com/throughline-dev/throughline/sandbox/internal/wire"
)

// doors serves the people's side as JSON, for tests and for the unattended demo.
func (s *Sandbox) doors(mux *http.ServeMux) {
	mux.HandleFunc("GET /_sandbox/healthz", func(w http.ResponseWriter, r *http.Request) {
		wire.JSON(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	mux.HandleFunc("GET /_sandbox/effects", func(w http.ResponseWriter, r *http.Request) {
		wire.JSON(w, http.StatusOK, s.effects(r.FormValue("case")))
	})
	mux.HandleFunc("GET /_sandbox/slack/messages", func(w http.ResponseWriter, r *http.Request) {
		wire.JSON(w, http.StatusOK, s.slack.Messages(slack.Filter{
			User: r.FormValue("user"), Channel: r.FormValue("channel"), Case: r.FormValue("case"),
		}))
	})
	mux.HandleFunc("POST /_sandbox/slack/click", s.click)
	mux.HandleFunc("GET /_sandbox/slack/dialogs/{id}", s.openDialog)
	mux.HandleFunc("POST /_sandbox/slack/submit", s.submit)
	mux.HandleFunc("GET /_sandbox/mail", func(w http.ResponseWriter, r *http.Request) {
		wire.JSON(w, http.StatusOK, s.mail.Emails(sendgrid.Filter{To: r.FormValue("to"), Case: r.FormValue("case")}))
	})
	mux.HandleFunc("POST /_sandbox/mail/replies", func(w http.ResponseWriter, r *http.Request) { take(w, r, s.mail.Reply) })
	mux.HandleFunc("POST /_sandbox/mail/bounces", func(w http.ResponseWriter, r *http.Request) { take(w, r, s.mail.Order) })
	mux.HandleFunc("POST /_sandbox/mail/{id}/bounce", func(w http.ResponseWriter, r *http.Request) {
		take(w, r, func(b client.Bounce) (client.Email, error) { return s.mail.Bounce(r.PathValue("id"), b) })
	})
	s.crmDoors(mux)
	s.proposalDoors(mux)
	s.paymentDoors(mux)
	s.shopDoors(mux)
	mux.HandleFunc("GET /_sandbox/faults", func(w http.ResponseWriter, r *http.Request) {
		wire.JSON(w, http.StatusOK, s.faults.List())
	})
	mux.HandleFunc("POST /_sandbox/faults", s.orderFault)
	mux.HandleFunc("DELETE /_sandbox/faults", s.clearFaults)
	mux.HandleFunc("DELETE /_sandbox/faults/{id}", s.clearFaults)
}

// effects are what has happened in the outside world; of one case, or with "" all of it.
func (s *Sandbox) effects(caseID string) []client.Effect {
	list := append([]client.Effect{}, s.slack.Effects(caseID)...)
	list = append(list, s.mail.Effects(caseID)...)
	list = append(list, s.crm.Effects(caseID)...)
	list = append(list, s.sign.Effects(caseID)...)
	list = append(list, s.work.Effects(caseID)...)
	list = append(list, s.billing.Effects(caseID)...)
	return append(list, s.shop.Effects(caseID)...)
}

func (s *Sandbox) click(w http.ResponseWriter, r *http.Request) {
	var c client.Click
	if err := wire.Read(r, &c, true); err != nil {
		wire.Error(w, http.StatusBadRequest, "%s", err)
		return
	}
	base := s.o.PublicURL
	if base == "" {
		base = "http://" + r.Host
	}
	clicked, err := s.slack.Click(r.Context(), base, c)
	switch {
	case errors.Is(err, slack.ErrUnseen), errors.Is(err, slack.ErrNoButton):
		wire.Error(w, http.StatusNotFound, "%s", err)
	case err != nil:
		wire.Error(w, http.StatusInternalServerError, "%s", err)
	default:
		wire.JSON(w, http.StatusOK, clicked)
	}
}

func (s *Sandbox) openDialog(w http.ResponseWriter, r *http.Request) {
	v, ok := s.slack.Dialog(r.FormValue("user"), r.PathValue("id"))
	if !ok {
		wire.Error(w, http.StatusNotFound, "%s", slack.ErrNoDialog)
		return
	}
	wire.JSON(w, http.StatusOK, v.Seen())
}

func (s *Sandbox) submit(w http.ResponseWriter, r *http.Request) {
	var in client.Submission
	if err := wire.Read(r, &in, true); err != nil {
		wire.Error(w, http.StatusBadRequest, "%s", err)
		return
	}
	submitted, err := s.slack.Submit(r.Context(), in)
	switch {
	case errors.Is(err, slack.ErrNoDialog):
		wire.Error(w, http.StatusNotFound, "%s", err)
	case errors.Is(err, slack.ErrNoField):
		wire.Error(w, http.StatusBadRequest, "%s", err)
	case err != nil:
		wire.Error(w, http.StatusInternalServerError, "%s", err)
	default:
		wire.JSON(w, http.StatusOK, submitted)
	}
}

func (s *Sandbox) orderFault(w http.ResponseWriter, r *http.Request) {
	var f client.Fault
	if err := wire.Read(r, &f, true); err != nil {
		wire.Error(w, http.StatusBadRequest, "%s", err)
		return
	}
	ordered, err := s.faults.Order(f)
	if err != nil {
		wire.Error(w, http.StatusBadRequest, "%s", err)
		return
	}
	wire.JSON(w, http.StatusCreated, ordered)
}

func (s *Sandbox) clearFaults(w http.ResponseWriter, r *http.Request) {
	if err := s.faults.Clear(r.PathValue("id")); err != nil {
		wire.Error(w, http.StatusInternalServerError, "%s", err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// take has somebody do what the body says, and answers with what came of it.
func take[In, Out any](w http.ResponseWriter, r *http.Request, do func(In) (Out, error)) {
	var in In
	if err := wire.Read(r, &in, true); err != nil {
		wire.Error(w, http.StatusBadRequest, "%s", err)
		return
	}
	out, err := do(in)
	if err != nil {
		refuse(w, err)
		return
	}
	wire.JSON(w, http.StatusOK, out)
}

// refuse says why something can't be done.
func refuse(w http.ResponseWriter, err error) {
	status := http.StatusBadRequest
	if errors.Is(err, hubspot.ErrNoRecord) || errors.Is(err, sendgrid.ErrNoEmail) ||
		errors.Is(err, dropboxsign.ErrNoRequest) || errors.Is(err, stripe.ErrNoInvoice) ||
		errors.Is(err, shopify.ErrNoOrder) || errors.Is(err, shopify.ErrNoProduct) || errors.Is(err, stripe.ErrNoRefund) {
		status = http.StatusNotFound
	}
	wire.Error(w, status, "%s", err)
}
