package door

import (
	"net/http"
	"net/url"

	"github.com/throughline-dev/throughline/starter/intake"
	"github.com/throughline-dev/throughline/workflows/lead"
)

// leadsMethods are the methods of /leads.
const leadsMethods = "GET, OPTIONS, POST"

func (d *Door) takeLead(w http.ResponseWriter, r *http.Request) {
	in, p := d.admit(w, r, d.o.MaxBody)
	if p != nil {
		d.turnAway(w, r, "lead", p, in.body, leadForm)
		return
	}
	entry, form, p := readLead(r.Header, in.body)
	if p != nil {
		if p.Status == http.StatusUnsupportedMediaType {
			w.Header().Set("Accept-Post", mediaJSON+", "+mediaForm+", "+mediaMultipart)
		}
		d.countTrigger("lead", refused, p.reason())
		d.refuse(w, r, *p, leadForm.with(form))
		return
	}
	if entry.Trap(d.o.Leads().Honeypot) {
		d.log.InfoContext(r.Context(), "A lead was turned away.", "why", "honeypot")
	}
	entry.Signed = in.signed
	entry.Key = in.named(r, entry.Key, &entry.Mistakes)
	ctx, cancel := d.bounded(r)
	defer cancel()
	receipt, err := intake.Take(ctx, d.o.Client, entry)
	if err != nil {
		d.notTaken(w, r, "lead", err, leadForm.with(form))
		return
	}
	status := d.taken(w, r, "lead", "/leads/", receipt)
	if form != nil && wantsPage(r) {
		d.page(w, http.StatusAccepted, page{Receipt: &receipt, Form: leadForm.with(form)})
		return
	}
	writeJSON(w, http.StatusAccepted, mediaJSON, accepted{receipt, status})
}

func (d *Door) showForm(w http.ResponseWriter, _ *http.Request) {
	d.page(w, http.StatusOK, page{Form: leadForm.with(url.Values{})})
}

func (d *Door) leadStatus(w http.ResponseWriter, r *http.Request) {
	d.caseStatus(w, r, "lead", lead.IsWorkflowID)
}
