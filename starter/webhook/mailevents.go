package webhook

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/workflows/lead"
	"github.com/throughline-dev/throughline/workflows/returns"
)

// eventsRepeated is how long SendGrid goes on posting events that weren't answered with 2xx.
// https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook
const eventsRepeated = 24 * time.Hour

// takeMailEvents takes what SendGrid's event webhook posts: what became of e-mails.
func (h *Handler) takeMailEvents(w http.ResponseWriter, r *http.Request) {
	if h.eventKey == nil {
		h.refuse(w, r, http.StatusServiceUnavailable, errors.New("there is no public key to check SendGrid's signature by"))
		return
	}
	check, err := h.eventKey.check(r.Header, eventsRepeated, time.Now())
	if err != nil {
		h.refuse(w, r, http.StatusUnauthorized, err)
		return
	}
	body, ok := h.readBody(w, r)
	if !ok {
		return
	}
	check.Write(body)
	if err := check.passed(); err != nil {
		h.refuse(w, r, http.StatusUnauthorized, err)
		return
	}
	batch, err := readMailEvents(body)
	if err != nil {
		h.refuse(w, r, http.StatusBadRequest, err)
		return
	}
	h.finish(w, r, batch)
}

// mailEvent is an event as far as it matters here. The custom arguments of the e-mail stand beside its own fields.
// https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
type mailEvent struct {
	Event     string      `json:"event"`
	ID        string      `json:"sg_event_id"`
	Timestamp json.Number `json:"timestamp"` // seconds since 1970
	Reason    string      `json:"reason"`
	Key       string      `json:"throughline_key"` // the effect.Key that sent it: activities/email
}

// undelivered are the events that mean that an e-mail was for nothing. A deferred one is still being tried; a bounce is also
// one of the type "blocked", which is for this e-mail and not for the address.
var undelivered = map[string]bool{"bounce": true, "dropped": true, "spamreport": true}

const (
	maxReason = 1000 // characters; a receiving server may say a lot
	maxStep   = 100
	maxID     = 200
)

func readMailEvents(body []byte) (batch, error) { return readBatch(body, readMailEvent) }

func readMailEvent(event []byte) ([]news, error) {
	var kind struct {
		Event string `json:"event"`
	}
	if err := json.Unmarshal(event, &kind); err != nil {
		return nil, err
	}
	if !undelivered[kind.Event] {
		return nil, nil
	}
	var e mailEvent
	if err := json.Unmarshal(event, &e); err != nil {
		return nil, err
	}
	id, step, _ := strings.Cut(e.Key, "/")
	if !lead.IsWorkflowID(id) && !returns.IsWorkflowID(id) || step == "" || len(step) > maxStep {
		return nil, nil // some other e-mail of the account
	}
	seconds, err := e.Timestamp.Int64()
	at, ok := realTime(time.Unix(seconds, 0))
	if err != nil || !ok || e.ID == "" || len(e.ID) > maxID {
		return nil, errors.New("an event about an e-mail of ours has no ID or no time")
	}
	what := lead.Undelivered{
		ID: "sendgrid/" + e.ID, Step: step, What: e.Event, Reason: shorten(oneLine(e.Reason), maxReason), At: at,
	}
	if returns.IsWorkflowID(id) {
		return []news{{id: id, signal: returns.SignalUndelivered, content: returns.Undelivered(what)}}, nil
	}
	return []news{{id: id, signal: lead.SignalUndelivered, content: what}}, nil
}

func oneLine(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }
