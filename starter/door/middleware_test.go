package door

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/mocks"

	"github.com/throughline-dev/throughline/config"
)

func TestARequestsNameIsInItsAnswerItsProblemAndEveryLineAboutIt(t *testing.T) {
	const given = "7b3bf470-9456-11e8-9eb6-529269fb1459"
	logs := &lockedBuffer{}
	d := opened(t, taking(t, 1, serviceerror.NewUnavailable("down")), logging(logs))
	w := send(d, "POST", "/leads", mediaJSON, goodJSON, "X-Request-Id", given)
	assert.Equal(t, given, w.Header().Get("X-Request-Id"))
	assert.Equal(t, given, problemIn(t, w).Request)
	lines := bytes.Split(bytes.TrimSpace([]byte(logs.String())), []byte("\n"))
	require.Len(t, lines, 2, "why, and the request")
	for _, line := range lines {
		var said struct {
			Request string `json:"request_id"`
		}
		require.NoError(t, json.Unmarshal(line, &said))
		assert.Equal(t, given, said.Request)
	}

	w = send(opened(t, taking(t, 1, serviceerror.NewUnavailable("down"))), "POST", "/leads", mediaJSON, goodJSON, "Accept", "text/html")
	assert.Contains(t, w.Body.String(), w.Header().Get("X-Request-Id"), "a person can tell us")
	w = send(opened(t, mocks.NewClient(t)), "GET", "/leads", "", "")
	assert.NotEmpty(t, w.Header().Get("X-Request-Id"))
	assert.NotContains(t, w.Body.String(), w.Header().Get("X-Request-Id"), "it is no use where nothing went wrong")
}

func TestEveryAnswerSaysWhatBrowsersMayDoWithIt(t *testing.T) {
	d := opened(t, mocks.NewClient(t), func(o *Options) { o.PublicURL = "https://door.example" }, ruled(config.Leads{Origins: []string{"https://www.example.com"}}))
	for path, policy := range map[string]string{
		"/nothing": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
		"/leads":   "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'self' https://www.example.com",
	} {
		h := send(d, "GET", path, "", "").Header()
		assert.Equal(t, policy, h.Get("Content-Security-Policy"), path)
		assert.Equal(t, "nosniff", h.Get("X-Content-Type-Options"))
		assert.Equal(t, "same-origin", h.Get("Cross-Origin-Opener-Policy"))
		assert.Equal(t, "max-age=31536000", h.Get("Strict-Transport-Security"))
		assert.NotEmpty(t, h.Get("Referrer-Policy"))
		assert.Equal(t, "no-store", h.Get("Cache-Control"))
	}
	assert.Empty(t, send(opened(t, mocks.NewClient(t)), "GET", "/leads", "", "").Header().Get("Strict-Transport-Security"), "without https there is none to stay with")
}

func TestAMethodThatNobodyUsesIsNotQuotedInTheLog(t *testing.T) {
	logs := &lockedBuffer{}
	assert.Equal(t, http.StatusMethodNotAllowed, send(opened(t, mocks.NewClient(t), logging(logs)), "ADA-WINTER", "/leads", "", "").Code)
	assert.Contains(t, logs.String(), `"method":"other"`)
	assert.NotContains(t, logs.String(), "WINTER")
}
