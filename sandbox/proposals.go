package sandbox

import (
	"net/http"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/sandbox/internal/asana"
	"github.com/throughline-dev/throughline/sandbox/internal/dropboxsign"
	"github.com/throughline-dev/throughline/sandbox/internal/stripe"
	"github.com/throughline-dev/throughline/sandbox/internal/wire"
)

// openProposals makes the systems that a proposal ends in: signature, project, invoice.
func (s *Sandbox) openProposals() (err error) {
	s.sign, err = dropboxsign.New(dropboxsign.Options{
		Key: s.o.DropboxSignKey, Lag: s.o.Lag, Journal: s.journal, Pages: s.o.PagesURL, EventsURL: s.o.SignEventsURL, Outbox: s.outbox,
	})
	if err != nil {
		return err
	}
	workspace := asana.Options{Token: s.o.AsanaToken, Journal: s.journal, Pages: s.o.PagesURL}
	for _, p := range s.o.People {
		workspace.Users = append(workspace.Users, asana.User{Name: p.Name, Email: p.Email})
	}
	if s.work, err = asana.New(workspace); err != nil {
		return err
	}
	s.billing, err = stripe.New(stripe.Options{
		Key: s.o.StripeKey, Lag: s.o.Lag, Journal: s.journal, Pages: s.o.PagesURL,
		EventsURL: s.o.StripeEventsURL, Secret: s.o.StripeWebhookSecret, Outbox: s.outbox,
	})
	return err
}

// proposalDoors serves what people see and do of signature requests, projects and invoices.
func (s *Sandbox) proposalDoors(mux *http.ServeMux) {
	mux.HandleFunc("GET /_sandbox/signatures", func(w http.ResponseWriter, r *http.Request) {
		wire.JSON(w, http.StatusOK, s.sign.Signatures(dropboxsign.Filter{Case: r.FormValue("case")}))
	})
	mux.HandleFunc("POST /_sandbox/signatures/{id}", func(w http.ResponseWriter, r *http.Request) {
		take(w, r, func(a client.SignatureAct) (client.Signature, error) { return s.sign.Act(r.PathValue("id"), a) })
	})
	mux.HandleFunc("GET /_sandbox/projects", func(w http.ResponseWriter, r *http.Request) {
		wire.JSON(w, http.StatusOK, s.work.Projects(asana.Filter{Case: r.FormValue("case")}))
	})
	mux.HandleFunc("GET /_sandbox/invoices", func(w http.ResponseWriter, r *http.Request) {
		wire.JSON(w, http.StatusOK, s.billing.Invoices(stripe.Filter{Case: r.FormValue("case")}))
	})
	mux.HandleFunc("POST /_sandbox/invoices/{id}", func(w http.ResponseWriter, r *http.Request) {
		take(w, r, func(a client.InvoiceAct) (client.Invoice, error) { return s.billing.Act(r.PathValue("id"), a) })
	})
	mux.HandleFunc("DELETE /_sandbox/invoices/keys", func(w http.ResponseWriter, r *http.Request) {
		if err := s.billing.Forget(); err != nil {
			refuse(w, err)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
}
