package codecserver

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"

	"github.com/throughline-dev/throughline/config"
)

const (
	web   = "https://temporal.test"
	token = "a-token-that-is-long-enough-to-be-one"
	older = "an-older-token-which-is-still-good-now"
)

var keys = "2026-11=" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{1}, 32))

// configured is the built-in handbook in an environment.
func configured(t *testing.T, env map[string]string) *config.Config {
	for name, value := range env {
		t.Setenv(name, value)
	}
	c, err := config.Load()
	require.NoError(t, err)
	c.Starter.Codec.Origins = []string{web}
	return c
}

// serve serves what a configuration asks for, with keys and an address.
func serve(t *testing.T, env map[string]string) (*httptest.Server, *config.Config, *bytes.Buffer) {
	env["THROUGHLINE_STARTER_CODEC_LISTEN"] = "127.0.0.1:0"
	env["THROUGHLINE_CODEC_KEYS"] = keys
	c := configured(t, env)
	var logs bytes.Buffer
	s, err := New(c, slog.New(slog.NewTextHandler(&logs, nil)))
	require.NoError(t, err)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return server, c, &logs
}

// ask sends payloads, and returns the status and what was answered.
func ask(t *testing.T, url, body string, header map[string]string) (*http.Response, string) {
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	require.NoError(t, err)
	for name, value := range header {
		r.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer res.Body.Close()
	var answer bytes.Buffer
	_, err = answer.ReadFrom(res.Body)
	require.NoError(t, err)
	return res, answer.String()
}

func bearer(token string) map[string]string {
	return map[string]string{"Authorization": "Bearer " + token}
}

func TestPayloadsAreDecryptedForWhoeverHasTheToken(t *testing.T) {
	server, c, logs := serve(t, map[string]string{"THROUGHLINE_CODEC_TOKEN": token + "," + older})
	payloads, err := c.Codec()
	require.NoError(t, err)
	p, err := converter.GetDefaultDataConverter().ToPayload("Amelia Hartmann")
	require.NoError(t, err)
	sealed, err := payloads.Encode([]*commonpb.Payload{p})
	require.NoError(t, err)
	body, err := json.Marshal(commonpb.Payloads{Payloads: sealed})
	require.NoError(t, err)

	for _, good := range []string{token, older} {
		// As Temporal's own tools ask: by the SDK's client of a codec server.
		remote := converter.NewRemotePayloadCodec(converter.RemotePayloadCodecOptions{
			Endpoint:      server.URL,
			ModifyRequest: func(r *http.Request) error { r.Header.Set("Authorization", "Bearer "+good); return nil },
		})
		opened, err := remote.Decode(sealed)
		require.NoError(t, err)
		assert.Equal(t, `"Amelia Hartmann"`, string(opened[0].Data))
		again, err := remote.Encode(opened)
		require.NoError(t, err)
		assert.NotContains(t, string(again[0].Data), "Amelia")
	}

	for problem, header := range map[string]map[string]string{
		"a token is missing":  {},
		"a token is missing:": {"Authorization": "Basic " + token},
		"the token isn't the one in THROUGHLINE_CODEC_TOKEN": bearer(token + "x"),
		"the token isn't the one":                            bearer(token + "," + older),
	} {
		res, answer := ask(t, server.URL+"/decode", string(body), header)
		assert.Equal(t, http.StatusUnauthorized, res.StatusCode)
		assert.Contains(t, answer, problem)
		assert.Equal(t, `Bearer realm="codec"`, res.Header.Get("WWW-Authenticate"))
	}
	assert.Contains(t, logs.String(), "A request to decrypt payloads was refused.")
	assert.NotContains(t, logs.String(), token)

	res, _ := ask(t, server.URL+"/decode", string(body), bearer(token))
	assert.Equal(t, http.StatusOK, res.StatusCode)
	assert.Equal(t, "no-store", res.Header.Get("Cache-Control"))
	res, answer := ask(t, server.URL+"/decode", `{"payloads":[{"metadata":{"encoding":"`+base64.StdEncoding.EncodeToString([]byte("binary/throughline-v1"))+`"}}]}`, bearer(token))
	assert.Equal(t, http.StatusBadRequest, res.StatusCode)
	assert.Contains(t, answer, "there are only 2026-11 in THROUGHLINE_CODEC_KEYS")
	res, _ = ask(t, server.URL+"/decode", strings.Repeat(" ", maxBody+1), bearer(token))
	assert.Equal(t, http.StatusBadRequest, res.StatusCode)
}

func TestNothingThatAStrangerSendsIsLogged(t *testing.T) {
	server, _, logs := serve(t, map[string]string{"THROUGHLINE_CODEC_TOKEN": token})
	for _, at := range []string{"/decode", "/ada@contoso.test", "/ada@contoso.test/decode"} {
		res, _ := ask(t, server.URL+at, `{"payloads":[{"data":"YWRh"}]}`, bearer("ada-guesses"))
		assert.Equal(t, http.StatusUnauthorized, res.StatusCode)
	}
	assert.Contains(t, logs.String(), "asked=decode")
	assert.Contains(t, logs.String(), "asked=other")
	assert.NotContains(t, logs.String(), "ada")
	assert.NotContains(t, logs.String(), "YWRh")
}

func TestOnlyTemporalWebsPagesMayAsk(t *testing.T) {
	server, _, _ := serve(t, map[string]string{"THROUGHLINE_CODEC_TOKEN": token})
	preflight := func(origin string) *http.Response {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, server.URL+"/decode", nil)
		require.NoError(t, err)
		r.Header.Set("Origin", origin)
		r.Header.Set("Access-Control-Request-Method", http.MethodPost)
		res, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		res.Body.Close()
		return res
	}
	allowed := preflight(web)
	assert.Equal(t, http.StatusNoContent, allowed.StatusCode)
	assert.Equal(t, web, allowed.Header.Get("Access-Control-Allow-Origin"))
	assert.Equal(t, "Authorization, Content-Type, X-Namespace", allowed.Header.Get("Access-Control-Allow-Headers"))
	assert.Equal(t, "Origin", allowed.Header.Get("Vary"))
	for _, origin := range []string{"https://evil.test", "null"} {
		refused := preflight(origin)
		assert.Equal(t, http.StatusForbidden, refused.StatusCode)
		assert.Empty(t, refused.Header.Get("Access-Control-Allow-Origin"))
		res, _ := ask(t, server.URL+"/decode", `{}`, map[string]string{"Origin": origin, "Authorization": "Bearer " + token})
		assert.Equal(t, http.StatusForbidden, res.StatusCode, "even with the token")
	}
	res, _ := ask(t, server.URL+"/decode", `{}`, map[string]string{"Origin": web})
	assert.Equal(t, http.StatusUnauthorized, res.StatusCode)
	assert.Equal(t, web, res.Header.Get("Access-Control-Allow-Origin"), "so that the page can show why")
}

// provider is an OpenID Connect provider with one key.
type provider struct {
	*httptest.Server
	key  *rsa.PrivateKey
	away bool
}

func newProvider(t *testing.T) *provider {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	p := &provider{key: key}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var answer any
		switch {
		case p.away:
			http.Error(w, "away", http.StatusBadGateway)
			return
		case r.URL.Path == "/.well-known/openid-configuration":
			answer = map[string]any{"issuer": p.URL, "jwks_uri": p.URL + "/keys", "id_token_signing_alg_values_supported": []string{"RS256"}}
		case r.URL.Path == "/keys":
			answer = map[string]any{"keys": []any{map[string]string{
				"kty": "RSA", "kid": "1", "use": "sig", "alg": "RS256",
				"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()), "e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes()),
			}}}
		}
		_ = json.NewEncoder(w).Encode(answer)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *provider) issue(t *testing.T, key *rsa.PrivateKey, claims jwt.MapClaims) string {
	one := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	one.Header["kid"] = "1"
	text, err := one.SignedString(key)
	require.NoError(t, err)
	return text
}

func TestWhoeverSignedInByTheProviderMayAsk(t *testing.T) {
	p := newProvider(t)
	server, _, _ := serve(t, map[string]string{"THROUGHLINE_STARTER_CODEC_ISSUER": p.URL, "THROUGHLINE_STARTER_CODEC_AUDIENCE": "temporal-web"})
	soon := time.Now().Add(time.Hour).Unix()
	claims := func(issuer, audience string, expires int64) jwt.MapClaims {
		return jwt.MapClaims{"iss": issuer, "aud": audience, "sub": "1234", "exp": expires}
	}
	good := p.issue(t, p.key, claims(p.URL, "temporal-web", soon))

	p.away = true
	res, answer := ask(t, server.URL+"/decode", `{}`, bearer(good))
	assert.Equal(t, http.StatusServiceUnavailable, res.StatusCode)
	assert.Contains(t, answer, "the token can't be checked, since starter.codec.issuer doesn't answer as an OpenID Connect provider")
	p.away = false
	res, answer = ask(t, server.URL+"/decode", `{}`, bearer(good))
	assert.Equal(t, http.StatusOK, res.StatusCode, answer)

	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	unsigned, err := jwt.NewWithClaims(jwt.SigningMethodNone, claims(p.URL, "temporal-web", soon)).SignedString(jwt.UnsafeAllowNoneSignatureType)
	require.NoError(t, err)
	for name, one := range map[string]struct{ token, problem string }{
		"expired":          {p.issue(t, p.key, claims(p.URL, "temporal-web", time.Now().Add(-time.Minute).Unix())), "the token expired at "},
		"another audience": {p.issue(t, p.key, claims(p.URL, "somebody else", soon)), `the token is none that ` + p.URL + ` has issued for "temporal-web"`},
		"another issuer":   {p.issue(t, p.key, claims("https://other.test", "temporal-web", soon)), "the token is none that"},
		"another key":      {p.issue(t, stranger, claims(p.URL, "temporal-web", soon)), "the token is none that"},
		"no signature":     {unsigned, "the token is none that"},
		"no token at all":  {"abc", "the token is none that"},
	} {
		res, answer := ask(t, server.URL+"/decode", `{}`, bearer(one.token))
		assert.Equal(t, http.StatusUnauthorized, res.StatusCode, name)
		assert.Contains(t, answer, one.problem, name)
	}
}

func TestWhatIsMissingForItIsSaidAtTheStart(t *testing.T) {
	for problem, env := range map[string]map[string]string{
		"there is nothing to decrypt by: set THROUGHLINE_CODEC_KEYS":                                                    {"THROUGHLINE_CODEC_TOKEN": token},
		"nobody could prove that they may ask there: set THROUGHLINE_CODEC_TOKEN, or starter.codec.issuer and audience": {"THROUGHLINE_CODEC_KEYS": keys},
	} {
		t.Run(problem, func(t *testing.T) {
			env["THROUGHLINE_STARTER_CODEC_LISTEN"] = "127.0.0.1:0"
			_, err := New(configured(t, env), slog.Default())
			assert.ErrorContains(t, err, problem)
		})
	}
	t.Run("nothing is asked for", func(t *testing.T) {
		s, err := New(configured(t, map[string]string{"THROUGHLINE_CODEC_KEYS": keys, "THROUGHLINE_CODEC_TOKEN": token}), slog.Default())
		assert.NoError(t, err)
		assert.Nil(t, s)
	})
}
