package webhook

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"

	"github.com/throughline-dev/throughline/activities/esign"
)

const (
	proposalA      = "proposal-aaaaaaaaaaaaaaaa"
	dropboxSignKey = "e0c85dde-dropbox-sign-api-key"
	received       = "Hello API Event Received"
)

// requestOf is a signature request as Dropbox Sign shows it, with the key of the step that has asked for it.
func requestOf(key, reason string) map[string]any {
	return map[string]any{
		"signature_request_id": "fa5c8a0b0f492d768749333ad6fcc214c111e967", "title": "Contoso: two robot arms",
		"metadata":   map[string]any{"throughline_key": key},
		"signatures": []any{map[string]any{"signer_email_address": "ada@contoso.com", "status_code": "declined", "decline_reason": reason}},
	}
}

// callback is an event as Dropbox Sign's documentation says that it is posted and signed.
func callback(kind string, at time.Time, request map[string]any, key string) (body []byte, contentType string) {
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(stamp + kind))
	event := map[string]any{"event": map[string]any{
		"event_time": stamp, "event_type": kind, "event_hash": hex.EncodeToString(mac.Sum(nil)),
		"event_metadata": map[string]any{"related_signature_id": nil, "reported_for_account_id": "6421d70b9bd45059fa207d03ab8d1b96515b472c"},
	}}
	if request != nil {
		event["signature_request"] = request
	}
	text, err := json.Marshal(event)
	if err != nil {
		panic(err)
	}
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	_ = form.WriteField("json", string(text))
	_ = form.Close()
	return b.Bytes(), form.FormDataContentType()
}

// signature posts a callback, and answers with the status and what was said.
func (w *world) signature(body []byte, contentType string) (int, string) {
	r := httptest.NewRequest("POST", "/dropboxsign/events", bytes.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	got := httptest.NewRecorder()
	w.handler.ServeHTTP(got, r)
	return got.Code, got.Body.String()
}

var signedAt = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestWhatBecomesOfASignatureIsNewsForTheProposalThatAskedForIt(t *testing.T) {
	for kind, want := range map[string]esign.Status{
		"signature_request_viewed":       {State: esign.Viewed},
		"signature_request_all_signed":   {State: esign.Signed},
		"signature_request_declined":     {State: esign.Declined, Reason: "Too dear, sorry."},
		"signature_request_email_bounce": {State: esign.Undeliverable},
		"signature_request_expired":      {State: esign.Expired},
		"signature_request_canceled":     {State: esign.Recalled},
	} {
		w := opened(t, nil)
		for range 2 { // Dropbox Sign may say it twice: that is for the workflow to recognise
			status, text := w.signature(callback(kind, signedAt, requestOf(proposalA+"/request-signature-2", "Too dear,\r\n sorry."), dropboxSignKey))
			assert.Equal(t, http.StatusOK, status)
			assert.Equal(t, received, text, "Dropbox Sign takes any other word for a failure")
		}
		told := w.told()
		require.Len(t, told, 2, kind)
		assert.Equal(t, told[0], told[1])
		got := told[0].Content.(esign.Status)
		if want.State == esign.Undeliverable {
			got.Reason = "" // whatever the request says
		}
		want.ID, want.At = "fa5c8a0b0f492d768749333ad6fcc214c111e967", signedAt
		assert.Equal(t, signal{proposalA, "signature", want}, signal{told[0].Lead, told[0].Name, got})
	}
}

func TestWhatIsNoneOfOursIsTakenAndPassedOver(t *testing.T) {
	for name, c := range map[string]struct {
		kind    string
		request map[string]any
	}{
		"the test of the address":   {"callback_test", nil},
		"an event still to come":    {"signature_request_frobnicated", requestOf(proposalA+"/request-signature-1", "")},
		"one of its files is ready": {"signature_request_downloadable", requestOf(proposalA+"/request-signature-1", "")},
		"somebody else's request":   {"signature_request_all_signed", requestOf("", "")},
		"another program's":         {"signature_request_all_signed", requestOf("lead-aaaaaaaaaaaaaaaa/x", "")},
		"a key that is none":        {"signature_request_all_signed", requestOf("proposal-x", "")},
		"a request without an ID":   {"signature_request_all_signed", map[string]any{"metadata": map[string]any{"throughline_key": proposalA + "/x"}}},
		"metadata of other types":   {"signature_request_all_signed", map[string]any{"signature_request_id": "a", "metadata": []any{}}},
	} {
		t.Run(name, func(t *testing.T) {
			w := opened(t, nil)
			status, text := w.signature(callback(c.kind, signedAt, c.request, dropboxSignKey))
			assert.Equal(t, http.StatusOK, status)
			assert.Equal(t, received, text)
			assert.Empty(t, w.told())
			assert.Equal(t, 1, w.counts()["ignored"])
		})
	}
}

func TestASignatureOfAProposalThatIsOverIsNoTrouble(t *testing.T) {
	w := opened(t, func(string) error { return serviceerror.NewNotFound("workflow execution already completed") })
	status, text := w.signature(callback("signature_request_all_signed", signedAt, requestOf(proposalA+"/x", ""), dropboxSignKey))
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, received, text)
	assert.Equal(t, 1, w.counts()["ended"])
}

func TestDropboxSignPostsAgainWhatTemporalHasNot(t *testing.T) {
	w := opened(t, func(string) error { return errors.New("connection refused") })
	status, text := w.signature(callback("signature_request_all_signed", signedAt, requestOf(proposalA+"/x", ""), dropboxSignKey))
	assert.Equal(t, http.StatusServiceUnavailable, status)
	assert.Empty(t, text)
}

func TestACallbackThatIsForgedOrUnreadableIsRefused(t *testing.T) {
	body, contentType := callback("signature_request_all_signed", signedAt, requestOf(proposalA+"/x", ""), dropboxSignKey)
	otherKey, otherType := callback("signature_request_all_signed", signedAt, requestOf(proposalA+"/x", ""), "another")
	for name, c := range map[string]struct {
		body        []byte
		contentType string
		want        int
	}{
		"another key":       {otherKey, otherType, http.StatusUnauthorized},
		"another time":      {bytes.Replace(body, []byte(strconv.FormatInt(signedAt.Unix(), 10)), []byte("1"), 1), contentType, http.StatusUnauthorized},
		"another type":      {bytes.Replace(body, []byte("all_signed"), []byte("declined"), 1), contentType, http.StatusUnauthorized},
		"no hash":           {[]byte("json=%7B%7D"), "application/x-www-form-urlencoded", http.StatusUnauthorized},
		"no JSON":           {[]byte("json=contoso"), "application/x-www-form-urlencoded", http.StatusBadRequest},
		"no field":          {[]byte("a=b"), "application/x-www-form-urlencoded", http.StatusBadRequest},
		"another mediatype": {body, "application/json", http.StatusBadRequest},
		"no media type":     {body, "", http.StatusBadRequest},
		"broken off":        {body[:len(body)/2], contentType, http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			w := opened(t, nil)
			status, text := w.signature(c.body, c.contentType)
			assert.Equal(t, c.want, status)
			assert.Empty(t, text)
			assert.Empty(t, w.told())
		})
	}
	w := opened(t, nil, func(o *Options) { o.MaxBody = 100 })
	status, _ := w.signature(body, contentType)
	assert.Equal(t, http.StatusRequestEntityTooLarge, status)
}

func TestAReasonIsALineOfBoundedLength(t *testing.T) {
	w := opened(t, nil)
	status, _ := w.signature(callback("signature_request_declined", signedAt, requestOf(proposalA+"/x", strings.Repeat("é\n", 5_000)), dropboxSignKey))
	require.Equal(t, http.StatusOK, status)
	reason := w.told()[0].Content.(esign.Status).Reason
	assert.Len(t, []rune(reason), maxReason)
	assert.NotContains(t, reason, "\n")
}
