package door

import (
	"errors"
	"net/http"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"

	"github.com/throughline-dev/throughline/starter/intake"
)

// keyHeader names a submission for senders who would rather not put a field into it.
const keyHeader = "Idempotency-Key"

// accepted answers a lead, a proposal or a return that was taken.
type accepted struct {
	intake.Receipt
	// Status is the address where it can be asked what has become of it.
	Status string `json:"status_url"`
}

// taken logs that Temporal or the spool has a case, and returns the address of its status, which it puts into the answer.
func (d *Door) taken(w http.ResponseWriter, r *http.Request, what, path string, receipt intake.Receipt) (status string) {
	d.log.InfoContext(r.Context(), "A "+what+" was taken.", "id", receipt.ID, "duplicate", receipt.Duplicate, "kept", receipt.Kept)
	d.countTaken(what, receipt)
	status = path + receipt.ID
	w.Header().Set("Location", status)
	return status
}

// notTaken answers an error of intake.
func (d *Door) notTaken(w http.ResponseWriter, r *http.Request, what string, err error, form *filled) {
	var unavailable *intake.Unavailable
	if errors.As(err, &unavailable) {
		d.log.ErrorContext(r.Context(), "A "+what+" could not be handed to Temporal, nor kept; its sender was told to send it again.", "id", unavailable.ID, "err", unavailable.Err)
	}
	p := problemOf(err)
	d.countTrigger(what, refused, p.reason())
	d.refuse(w, r, p, form)
}

// status is what the sender of a case may know of it: nothing that they didn't send, and nobody's name.
type status struct {
	ID       string    `json:"id"`
	State    string    `json:"state"` // "open" while somebody or something is at work on it, then "closed"
	Received time.Time `json:"received"`
}

// caseStatus answers what has become of a case whose ID has the right form: other workflows are nobody's business here.
func (d *Door) caseStatus(w http.ResponseWriter, r *http.Request, what string, isID func(string) bool) {
	ctx, cancel := d.bounded(r)
	defer cancel()
	id := r.PathValue("id")
	unknown := problem{Status: http.StatusNotFound, Detail: "There is no " + what + " with this ID, or it ended long ago."}
	if !isID(id) {
		d.refuse(w, r, unknown, nil)
		return
	}
	if _, at, ok := d.kept().Kept(id, intake.KindStart); ok {
		writeJSON(w, http.StatusOK, mediaJSON, status{ID: id, State: "open", Received: at})
		return
	}
	found, err := d.o.Client.DescribeWorkflowExecution(ctx, id, "")
	var notFound *serviceerror.NotFound
	switch {
	case errors.As(err, &notFound):
		d.refuse(w, r, unknown, nil)
		return
	case err != nil:
		d.log.WarnContext(r.Context(), "A "+what+"'s status could not be looked up.", "id", id, "err", err)
		d.refuse(w, r, problem{Status: http.StatusServiceUnavailable, Detail: "The " + what + " can't be looked up now. Ask again."}, nil)
		return
	}
	info := found.GetWorkflowExecutionInfo()
	s := status{ID: id, State: "closed", Received: info.GetStartTime().AsTime()}
	if info.GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING {
		s.State = "open"
	}
	writeJSON(w, http.StatusOK, mediaJSON, s)
}
