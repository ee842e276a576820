package esign_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"mime/multipart"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/esign"
)

const apiKey = "09ba585234e1c8af0bb51f5df5b1e1f2"

func eventHash(at, kind string) string {
	mac := hmac.New(sha256.New, []byte(apiKey))
	mac.Write([]byte(at + kind))
	return hex.EncodeToString(mac.Sum(nil))
}

// event is a callback's JSON, signed.
func event(kind, more string) string {
	return fmt.Sprintf(`{"event":{"event_type":%q,"event_time":"1700000000","event_hash":%q,"event_metadata":{"event_message":null}}%s}`,
		kind, eventHash("1700000000", kind), more)
}

const aboutOurs = `,"signature_request":{"signature_request_id":"r1","metadata":{"throughline_key":"proposal-1/sign"},
	"signatures":[{"status_code":"awaiting_signature"}]}`

func form(text string) (contentType string, body []byte) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	_ = w.WriteField("json", text)
	_ = w.Close()
	return w.FormDataContentType(), b.Bytes()
}

func parse(text string) (esign.Event, error) {
	contentType, body := form(text)
	return esign.ParseCallback(contentType, body, apiKey)
}

func TestEachEventSaysWhatMattersOfARequest(t *testing.T) {
	at := time.Unix(1_700_000_000, 0).UTC()
	for kind, want := range map[string]esign.State{
		"signature_request_sent": esign.Waiting, "signature_request_viewed": esign.Viewed, "signature_request_all_signed": esign.Signed,
		"signature_request_declined": esign.Declined, "signature_request_email_bounce": esign.Undeliverable,
		"signature_request_invalid": esign.Undeliverable, "file_error": esign.Undeliverable, "signature_request_expired": esign.Expired,
		"signature_request_canceled": esign.Recalled,
		// One signer of several, a document that can be fetched, and what will be thought of later.
		"signature_request_signed": "", "signature_request_downloadable": "", "signature_request_remind": "", "callback_test": "", "brand_new": "",
	} {
		for range 2 { // a repeat is the same event
			got, err := parse(event(kind, aboutOurs))
			require.NoError(t, err)
			assert.Equal(t, esign.Event{Type: kind, Key: "proposal-1/sign", Status: esign.Status{ID: "r1", State: want, At: at}}, got)
		}
	}
}

func TestAnEventSaysWhy(t *testing.T) {
	got, err := parse(event("signature_request_declined", `,"signature_request":{"signature_request_id":"r1","is_declined":true,
		"signatures":[{"status_code":"declined","decline_reason":"Too dear."}]}`))
	require.NoError(t, err)
	assert.Equal(t, "Too dear.", got.Status.Reason)
	assert.Empty(t, got.Key, "a request that isn't ours")
	text := `{"event":{"event_type":"file_error","event_time":"1700000000","event_hash":"` + eventHash("1700000000", "file_error") +
		`","event_metadata":{"event_message":"The file is damaged."}}` + aboutOurs + `}`
	got, err = parse(text)
	require.NoError(t, err)
	assert.Equal(t, "The file is damaged.", got.Status.Reason)
}

func TestAnEventOfSomethingElseIsTakenAndPassedOver(t *testing.T) {
	for _, more := range []string{"", `,"signature_request":null`, `,"template":{"template_id":"t"}`, `,"signature_request":{"metadata":[]}`} {
		got, err := parse(event("template_created", more))
		require.NoError(t, err)
		assert.Empty(t, got.Status.State)
		assert.Empty(t, got.Key)
	}
}

func TestACallbackThatDropboxSignHasNotSignedIsRefused(t *testing.T) {
	good := event("signature_request_all_signed", aboutOurs)
	contentType, body := form(good)
	for name, key := range map[string]string{"with another key": "another", "with no key": ""} {
		_, err := esign.ParseCallback(contentType, body, key)
		assert.ErrorIs(t, err, esign.ErrForged, name)
	}
	for name, text := range map[string]string{
		"another event": `{"event":{"event_type":"signature_request_all_signed","event_time":"1700000000","event_hash":"` +
			eventHash("1700000000", "signature_request_viewed") + `"}}`,
		"another time": `{"event":{"event_type":"x","event_time":"1700000001","event_hash":"` + eventHash("1700000000", "x") + `"}}`,
		"no hash":      `{"event":{"event_type":"x","event_time":"1700000000"}}`,
		"nothing":      `{}`,
	} {
		_, err := parse(text)
		assert.ErrorIs(t, err, esign.ErrForged, name)
	}
}

func TestACallbackThatIsNoneIsSaidToBeNone(t *testing.T) {
	for name, test := range map[string]struct{ contentType, body, want string }{
		"JSON itself":      {"application/json", event("x", ""), "should be multipart/form-data"},
		"no type":          {"", "x", "can't be read"},
		"no boundary":      {"multipart/form-data", "x", "can't be read"},
		"broken off":       {"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"json\"\r\n\r\n{", "can't be read"},
		"another field":    {"application/x-www-form-urlencoded", "xml=1", `no field "json"`},
		"no event":         {"application/x-www-form-urlencoded", "json=" + url.QueryEscape("<html>"), "event can't be read"},
		"an event of text": {"application/x-www-form-urlencoded", "json=" + url.QueryEscape(`{"event":"x"}`), "event can't be read"},
	} {
		_, err := esign.ParseCallback(test.contentType, []byte(test.body), apiKey)
		require.Error(t, err, name)
		assert.NotErrorIs(t, err, esign.ErrForged)
		assert.ErrorContains(t, err, test.want, name)
	}
	got, err := esign.ParseCallback("application/x-www-form-urlencoded", []byte("json="+url.QueryEscape(event("x", aboutOurs))), apiKey)
	require.NoError(t, err)
	assert.Equal(t, "r1", got.Status.ID)
}

func FuzzParseCallback(f *testing.F) {
	contentType, body := form(event("signature_request_all_signed", aboutOurs))
	f.Add(contentType, body)
	f.Add("application/x-www-form-urlencoded", []byte("json="+url.QueryEscape(event("x", ""))))
	f.Add("multipart/form-data; boundary=b", []byte("--b\r\n\r\n--b--"))
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		e, err := esign.ParseCallback(contentType, body, "a key that nobody knows")
		if err == nil {
			t.Fatalf("a forged event was taken: %+v", e)
		}
	})
}
