package sandbox

import (
	"net/http"
	"slices"
	"strings"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/sandbox/internal/hubspot"
	"github.com/throughline-dev/throughline/sandbox/internal/wire"
)

// crmDoors serves what people see and do in the CRM.
func (s *Sandbox) crmDoors(mux *http.ServeMux) {
	mux.HandleFunc("GET /_sandbox/crm/{type}", func(w http.ResponseWriter, r *http.Request) {
		if !slices.Contains(hubspot.Kinds, r.PathValue("type")) {
			wire.Error(w, http.StatusNotFound, "the CRM has no %q, only %s", r.PathValue("type"), strings.Join(hubspot.Kinds, ", "))
			return
		}
		wire.JSON(w, http.StatusOK, s.crm.Records(r.PathValue("type"), hubspot.Filter{
			ID: r.FormValue("id"), Email: r.FormValue("email"), Domain: r.FormValue("domain"), Case: r.FormValue("case"),
		}))
	})
	mux.HandleFunc("POST /_sandbox/crm/deals", func(w http.ResponseWriter, r *http.Request) { take(w, r, s.crm.MakeDeal) })
	mux.HandleFunc("POST /_sandbox/crm/tickets", func(w http.ResponseWriter, r *http.Request) { take(w, r, s.crm.MakeTicket) })
	mux.HandleFunc("PATCH /_sandbox/crm/{type}/{id}", func(w http.ResponseWriter, r *http.Request) {
		take(w, r, func(properties map[string]string) (client.Record, error) {
			return s.crm.Edit(r.PathValue("type"), r.PathValue("id"), properties)
		})
	})
	mux.HandleFunc("POST /_sandbox/crm/activities", func(w http.ResponseWriter, r *http.Request) { take(w, r, s.crm.Log) })
	mux.HandleFunc("POST /_sandbox/crm/{type}/{id}/merge", func(w http.ResponseWriter, r *http.Request) {
		take(w, r, func(in struct{ Into string }) (client.Record, error) {
			return s.crm.Merge(r.PathValue("type"), r.PathValue("id"), in.Into)
		})
	})
	mux.HandleFunc("DELETE /_sandbox/crm/{type}/{id}", func(w http.ResponseWriter, r *http.Request) {
		if err := s.crm.Delete(r.PathValue("type"), r.PathValue("id")); err != nil {
			refuse(w, err)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
}
