package dropboxsign

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"strconv"
	"time"

	"github.com/throughline-dev/throughline/sandbox/internal/webhook"
)

// received is what the app has to answer an event with: anything else counts as a failure, and the event comes again
// (https://developers.hellosign.com/docs/events/walkthrough).
const received = "Hello API Event Received"

// account is the account's ID.
const account = "5a11d80c0ffee0000000000000000000sandbox0"

// tell posts an event about a request, with a message or, with "", none. What it says of the request is how that is now. The caller
// holds the lock.
func (s *Server) tell(kind string, r *request, message string) {
	if s.EventsURL == "" {
		return
	}
	now := time.Now()
	at := strconv.FormatInt(now.Unix(), 10)
	about := map[string]any{"related_signature_id": nil, "reported_for_account_id": account, "reported_for_app_id": nil, "event_message": text(message)}
	if kind == "signature_request_signed" || kind == "signature_request_viewed" {
		about["related_signature_id"] = r.SignatureID
	}
	body, err := json.Marshal(map[string]any{
		"event":             map[string]any{"event_type": kind, "event_time": at, "event_hash": Hash(s.Key, at, kind), "event_metadata": about},
		"account_guid":      account,
		"client_id":         nil,
		"signature_request": s.show(r, now),
	})
	if err != nil {
		panic(err) // there is nothing in it that can't be written
	}
	s.told[r.ID] = append(s.told[r.ID], body)
	s.Outbox.Send(s.EventsURL, func(int) webhook.Request { return form(body) })
}

// repeat posts every event about a request once more, as it was. The caller holds the lock.
func (s *Server) repeat(id string) {
	for _, body := range s.told[id] {
		s.Outbox.Send(s.EventsURL, func(int) webhook.Request { return form(body) })
	}
}

// form is an event as it is posted: in the field "json" of a form.
func form(event []byte) webhook.Request {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	_ = w.WriteField("json", string(event)) // nothing fails in writing to memory
	_ = w.Close()
	return webhook.Request{
		Body: b.Bytes(), Answer: received,
		Header: http.Header{"Content-Type": {w.FormDataContentType()}, "User-Agent": {"HelloSign API"}},
	}
}

// Hash is the event_hash of an event.
func Hash(apiKey, at, kind string) string {
	mac := hmac.New(sha256.New, []byte(apiKey))
	mac.Write([]byte(at + kind))
	return hex.EncodeToString(mac.Sum(nil))
}
