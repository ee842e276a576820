package door

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"

	"github.com/throughline-dev/throughline/starter/intake"
	"github.com/throughline-dev/throughline/workflows/lead"
)

// keyHeader names a submission for senders who would rather not put a field into it.
const keyHeader = "Idempotency-Key"

// accepted answers a lead that was taken.
type accepted struct {
	intake.Receipt
	// Status is the address where it can be asked what has become of the lead.
	Status string `json:"status_url"`
}

// leadsMethods are the methods of /leads.
const leadsMethods = "GET, OPTIONS, POST"

func (d *Door) takeLead(w http.ResponseWriter, r *http.Request) {
	in, p := d.admit(w, r)
	if p != nil {
		d.turnAway(w, r, p, in.body)
		return
	}
	entry, form, p := readLead(r.Header, in.body)
	if p != nil {
		if p.Status == http.StatusUnsupportedMediaType {
			w.Header().Set("Accept-Post", mediaJSON+", "+mediaForm+", "+mediaMultipart)
		}
		d.refuse(w, r, *p, form)
		return
	}
	if entry.Trap(d.o.Leads().Honeypot) {
		d.log.Info("A lead was turned away.", "why", "honeypot")
	}
	entry.Signed = in.signed
	if key := strings.TrimSpace(r.Header.Get(keyHeader)); entry.Key == "" && key != "" {
		entry.Key = key
		if !in.signed.IsZero() { // whoever has overheard it could make many leads of it, by another key each
			entry.Mistakes = append(entry.Mistakes, lead.Mistake{Field: intake.KeyField, Problem: signatureKey})
		}
	}
	ctx, cancel := d.bounded(r)
	defer cancel()
	receipt, err := intake.Take(ctx, d.o.Client, entry)
	if err != nil {
		var unavailable *intake.Unavailable
		if errors.As(err, &unavailable) {
			d.log.Error("A lead could not be handed to Temporal; its sender was told to send it again.", "id", unavailable.ID, "err", unavailable.Err)
		}
		d.refuse(w, r, problemOf(err), form)
		return
	}
	d.log.Info("A lead was taken.", "id", receipt.ID, "duplicate", receipt.Duplicate)
	status := "/leads/" + receipt.ID
	w.Header().Set("Location", status)
	if form != nil && wantsPage(r) {
		d.page(w, http.StatusAccepted, page{Receipt: &receipt})
		return
	}
	writeJSON(w, http.StatusAccepted, mediaJSON, accepted{receipt, status})
}

func (d *Door) showForm(w http.ResponseWriter, _ *http.Request) {
	d.page(w, http.StatusOK, page{Form: url.Values{}})
}

// status is what the sender of a lead may know of it: nothing that they didn't send, and nobody's name.
type status struct {
	ID       string    `json:"id"`
	State    string    `json:"state"` // "open" while somebody or something is at work on it, then "closed"
	Received time.Time `json:"received"`
}

func (d *Door) leadStatus(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := d.bounded(r)
	defer cancel()
	id := r.PathValue("id")
	unknown := problem{Status: http.StatusNotFound, Detail: "There is no lead with this ID, or it ended long ago."}
	if !lead.IsWorkflowID(id) { // other workflows are nobody's business here
		d.refuse(w, r, unknown, nil)
		return
	}
	found, err := d.o.Client.DescribeWorkflowExecution(ctx, id, "")
	var notFound *serviceerror.NotFound
	switch {
	case errors.As(err, &notFound):
		d.refuse(w, r, unknown, nil)
		return
	case err != nil:
		d.log.Warn("A lead's status could not be looked up.", "id", id, "err", err)
		d.refuse(w, r, problem{Status: http.StatusServiceUnavailable, Detail: "The lead can't be looked up now. Ask again."}, nil)
		return
	}
	info := found.GetWorkflowExecutionInfo()
	s := status{ID: id, State: "closed", Received: info.GetStartTime().AsTime()}
	if info.GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING {
		s.State = "open"
	}
	writeJSON(w, http.StatusOK, mediaJSON, s)
}
