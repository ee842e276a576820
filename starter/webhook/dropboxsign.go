package webhook

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/activities/esign"
	"github.com/throughline-dev/throughline/workflows/proposal"
)

// takeSignatureEvent takes a callback of Dropbox Sign's. Whatever isn't answered with 200 and its own words it posts again, with
// growing pauses, for about three days.
// https://developers.hellosign.com/api/manual-reference-pages/glossary/callbacks-events
//
// Events of other requests and programs in the account, and the one that Dropbox Sign tests the address with, are taken and
// passed over. The event_hash covers an event's time and type and nothing else of it, so that whoever has seen one event could make
// others of its type: what must be certain is to be asked of Dropbox Sign itself (esign.Activities.SignatureStatus).
func (h *Handler) takeSignatureEvent(w http.ResponseWriter, r *http.Request) {
	if h.o.DropboxSignKey == "" {
		h.refuse(w, r, http.StatusServiceUnavailable, errors.New("there is no API key to check Dropbox Sign's event_hash by"))
		return
	}
	body, ok := h.readBody(w, r)
	if !ok {
		return
	}
	event, err := esign.ParseCallback(r.Header.Get("Content-Type"), body, h.o.DropboxSignKey)
	switch {
	case errors.Is(err, esign.ErrForged):
		h.refuse(w, r, http.StatusUnauthorized, err)
		return
	case err != nil: // the error may quote what was sent
		h.refuse(w, r, http.StatusBadRequest, errors.New("the body is no callback of Dropbox Sign's"))
		return
	}
	h.finish(w, r, signatureNews(event))
}

// signatureNews is the news for the proposal that has asked for the signature.
func signatureNews(e esign.Event) batch {
	b := batch{events: 1, answer: esign.Received}
	id, _, _ := strings.Cut(e.Key, "/")
	if e.Status.State == "" || e.Status.ID == "" || len(e.Status.ID) > maxID || !proposal.IsWorkflowID(id) {
		b.ignored = 1
		return b
	}
	status := e.Status
	status.Reason = shorten(oneLine(status.Reason), maxReason)
	at, ok := realTime(status.At)
	if !ok {
		at = time.Time{}
	}
	status.At = at
	b.news = []news{{id: id, signal: proposal.SignalSignature, content: status}}
	return b
}
