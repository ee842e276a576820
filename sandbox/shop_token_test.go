package sandbox_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/sandbox"
)

// direct asks a handler without a network, so that a test can move the clock.
type direct struct{ http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	if r.Body == nil {
		r.Body = http.NoBody
	}
	d.ServeHTTP(w, r)
	return w.Result(), nil
}

// admitted is the adapter of an app with a client ID and secret.
func admitted(s *sandbox.Sandbox, id, secret string) *commerce.Activities {
	return commerce.New(commerce.Options{
		URL: "http://sandbox/shopify", ClientID: id, ClientSecret: secret, HTTP: &http.Client{Transport: direct{s.Handler()}},
	})
}

func TestAnAppIsLetIntoTheShopForADayAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := sandbox.New(sandbox.Options{})
		require.NoError(t, err)
		h := &http.Client{Transport: direct{s.Handler()}}
		post := func(path, token, kind, body string) (int, string) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://sandbox/shopify/admin/"+path, strings.NewReader(body))
			require.NoError(t, err)
			r.Header.Set("Content-Type", kind)
			r.Header.Set("X-Shopify-Access-Token", token)
			resp, err := h.Do(r)
			require.NoError(t, err)
			text, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			return resp.StatusCode, string(text)
		}
		form := url.Values{"grant_type": {"client_credentials"}, "client_id": {sandbox.DefaultShopifyClientID}, "client_secret": {sandbox.DefaultShopifySecret}}
		status, text := post("oauth/access_token", "", "application/x-www-form-urlencoded", form.Encode())
		require.Equal(t, http.StatusOK, status)
		token, _, _ := strings.Cut(strings.SplitAfter(text, `"access_token":"`)[1], `"`)
		require.Contains(t, text, `"expires_in":86399`)

		a := admitted(s, sandbox.DefaultShopifyClientID, sandbox.DefaultShopifySecret)
		ask := func() int {
			status, _ := post("api/2026-10/graphql.json", token, "application/json", `{"query":"{ shop { name } }"}`)
			return status
		}
		require.Equal(t, http.StatusOK, ask())
		for range 3 {
			_, err := a.ReadOrder(t.Context(), key("order"), commerce.OrderQuery{Number: "1"})
			require.NoError(t, err)
			time.Sleep(23*time.Hour + 30*time.Minute)
		}
		require.Equal(t, http.StatusUnauthorized, ask(), "the token was over long ago, and the adapter has another one")
		require.NoError(t, s.Close())
	})
}

func TestAWrongIDAndAWrongSecretGetNoToken(t *testing.T) {
	t.Parallel()
	s, err := sandbox.New(sandbox.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	for code, a := range map[string]*commerce.Activities{
		"invalid_request":             admitted(s, sandbox.DefaultShopifyClientID, "shpss_other"),
		"application_cannot_be_found": admitted(s, "other", sandbox.DefaultShopifySecret),
	} {
		_, err := a.ReadOrder(t.Context(), key("order"), commerce.OrderQuery{Number: "1"})
		f, ok := fault.From(err)
		require.True(t, ok)
		require.Equal(t, []any{fault.ClassFinal, code}, []any{f.Class, f.Code})
		require.Contains(t, f.Message, " Set ")
	}
}
