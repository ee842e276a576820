package sso

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/policy"
)

const clientID, clientSecret, publicURL = "throughline", "s3cret", "https://door.example"

// idp is an OpenID Connect provider over HTTP: it knows one client and gives a token for each code, once.
type idp struct {
	*httptest.Server
	key *rsa.PrivateKey
	// says is what its next ID token says, over what is right.
	says jwt.MapClaims
	// signer signs it; nil for the key that it publishes.
	signer *rsa.PrivateKey
	codes  map[string]url.Values // what was asked for, by the code
	down   bool
}

func newProvider(t *testing.T) *idp {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	p := &idp{key: key, says: jwt.MapClaims{}, codes: map[string]url.Values{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		if p.down {
			http.Error(w, "maintenance", http.StatusServiceUnavailable)
			return
		}
		answer(w, http.StatusOK, map[string]any{
			"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"},
		})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]any{"keys": []any{map[string]string{
			"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "k1",
			"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()), "e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes()),
		}}})
	})
	mux.HandleFunc("POST /token", p.exchange)
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// exchange gives a token for a code, by the rules of RFC 6749 and RFC 7636.
func (p *idp) exchange(w http.ResponseWriter, r *http.Request) {
	id, secret, basic := r.BasicAuth()
	if !basic {
		id, secret = r.FormValue("client_id"), r.FormValue("client_secret")
	}
	if id != clientID || secret != clientSecret {
		answer(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client", "error_description": "no such client: " + secret})
		return
	}
	asked, ok := p.codes[r.FormValue("code")]
	delete(p.codes, r.FormValue("code"))
	challenge := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	if !ok || asked.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(challenge[:]) || asked.Get("redirect_uri") != r.FormValue("redirect_uri") {
		answer(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant"})
		return
	}
	says := jwt.MapClaims{
		"iss": p.URL, "aud": clientID, "sub": "1", "exp": time.Now().Add(time.Minute).Unix(), "iat": time.Now().Unix(),
		"nonce": asked.Get("nonce"), "email": "Anna@northwind.example", "email_verified": true,
	}
	maps.Copy(says, p.says)
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, says)
	token.Header["kid"] = "k1"
	signer := p.key
	if p.signer != nil {
		signer = p.signer
	}
	signed, err := token.SignedString(signer)
	if err != nil {
		panic(err)
	}
	answer(w, http.StatusOK, map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": signed})
}

// authorize has the provider sign somebody in, who was sent to an address of it, and returns where it sends them back to.
func (p *idp) authorize(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	require.Equal(t, p.URL+"/authorize", strings.TrimSuffix(u.Scheme+"://"+u.Host+u.Path, "?"))
	asked := u.Query()
	require.Equal(t, "code", asked.Get("response_type"))
	require.Equal(t, clientID, asked.Get("client_id"))
	require.Equal(t, publicURL+CallbackPath, asked.Get("redirect_uri"))
	require.Equal(t, "S256", asked.Get("code_challenge_method"))
	require.Equal(t, "openid email", asked.Get("scope"))
	require.NotEmpty(t, asked.Get("nonce"))
	code := rand.Text()
	p.codes[code] = asked
	return CallbackPath + "?" + url.Values{"code": {code}, "state": {asked.Get("state")}}.Encode()
}

var anna = policy.Person{ID: "anna", Name: "Anna Berg", Email: "anna@northwind.example"}

// office is single sign-on, the handbook's people, and a browser.
type office struct {
	*SSO
	t       *testing.T
	people  []policy.Person
	logs    bytes.Buffer
	cookies map[string]*http.Cookie
}

func newOffice(t *testing.T, issuer string, change ...func(*Options)) *office {
	of := &office{t: t, people: []policy.Person{{ID: "robot"}, anna, {ID: "kim", Email: "kim@northwind.example"}}, cookies: map[string]*http.Cookie{}}
	o := Options{
		Issuer: issuer, ClientID: clientID, ClientSecret: clientSecret, PublicURL: publicURL, Secrets: []string{strings.Repeat("s", 32)},
		People: func() []policy.Person { return of.people }, Logger: slog.New(slog.NewJSONHandler(&of.logs, nil)),
	}
	for _, f := range change {
		f(&o)
	}
	of.SSO = New(o)
	t.Cleanup(func() {
		for _, private := range []string{"anna", "berg", "northwind", clientSecret} {
			assert.NotContains(t, strings.ToLower(of.logs.String()), private)
		}
	})
	return of
}

// request is one of the browser's.
func (o *office) request(target string) *http.Request {
	r := httptest.NewRequest("GET", target, nil)
	for _, c := range o.cookies {
		r.AddCookie(c)
	}
	return r
}

// keep has the browser keep what an answer sets.
func (o *office) keep(w *httptest.ResponseRecorder) {
	for _, c := range w.Result().Cookies() {
		assert.True(o.t, c.HttpOnly && c.Secure && c.SameSite == http.SameSiteLaxMode && c.Path == "/" && strings.HasPrefix(c.Name, "__Host-"), c.String())
		if o.cookies[c.Name] = c; c.MaxAge < 0 {
			delete(o.cookies, c.Name)
		}
	}
}

func (o *office) begin(to string) (string, error) {
	w := httptest.NewRecorder()
	address, err := o.Begin(w, o.request(LoginPath), to)
	o.keep(w)
	return address, err
}

func (o *office) finish(callback string) (string, error) {
	w := httptest.NewRecorder()
	to, err := o.Finish(w, o.request(callback))
	o.keep(w)
	return to, err
}

func (o *office) who() string {
	p, _ := o.Person(o.request("/tasks"))
	return p.ID
}

func TestSomebodySignsInAndOut(t *testing.T) {
	p := newProvider(t)
	o := newOffice(t, p.URL)
	assert.Empty(t, o.who())
	address, err := o.begin("/tasks/a.b.c")
	require.NoError(t, err)
	to, err := o.finish(p.authorize(t, address))
	require.NoError(t, err)
	assert.Equal(t, "/tasks/a.b.c", to)
	assert.Equal(t, "anna", o.who(), "however the address is written")
	assert.Len(t, o.cookies, 1, "what was needed on the way is gone")

	o.people = o.people[:1]
	assert.Empty(t, o.who(), "whoever isn't in the handbook any more is nobody")
	o.people = append(o.people, anna)
	w := httptest.NewRecorder()
	o.End(w)
	o.keep(w)
	assert.Empty(t, o.who())
}

func TestWhatTheProviderSaysIsBelievedOnlyIfAllOfItIsRight(t *testing.T) {
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	for name, c := range map[string]struct {
		says   jwt.MapClaims
		signer *rsa.PrivateKey
		status int
		want   string
	}{
		"another nonce":           {says: jwt.MapClaims{"nonce": "x"}, status: http.StatusBadGateway, want: "can’t be believed"},
		"another audience":        {says: jwt.MapClaims{"aud": "somebody else"}, status: http.StatusBadGateway, want: "can’t be believed"},
		"another issuer":          {says: jwt.MapClaims{"iss": "https://evil.example"}, status: http.StatusBadGateway, want: "can’t be believed"},
		"expired":                 {says: jwt.MapClaims{"exp": time.Now().Add(-time.Hour).Unix()}, status: http.StatusBadGateway, want: "can’t be believed"},
		"another key":             {signer: other, status: http.StatusBadGateway, want: "can’t be believed"},
		"an address unverified":   {says: jwt.MapClaims{"email_verified": false}, status: http.StatusForbidden, want: "verified"},
		"nothing about verifying": {says: jwt.MapClaims{"email_verified": nil}, status: http.StatusForbidden, want: "verified"},
		"no address":              {says: jwt.MapClaims{"email": ""}, status: http.StatusForbidden, want: "verified"},
		"a letter that looks so":  {says: jwt.MapClaims{"email": "\u212aim@northwind.example"}, status: http.StatusForbidden, want: "handbook"},
		"nobody of ours":          {says: jwt.MapClaims{"email": "eve@elsewhere.example"}, status: http.StatusForbidden, want: "handbook"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProvider(t)
			o := newOffice(t, p.URL)
			p.signer = c.signer
			maps.Copy(p.says, c.says)
			address, err := o.begin("")
			require.NoError(t, err)
			_, err = o.finish(p.authorize(t, address))
			var why *Problem
			require.ErrorAs(t, err, &why)
			assert.Equal(t, c.status, why.Status)
			assert.Contains(t, why.Error(), c.want)
			assert.Empty(t, o.who())
		})
	}
}

func TestAProviderThatWritesTruthAsATextIsUnderstood(t *testing.T) {
	p := newProvider(t)
	p.says["email_verified"] = "true"
	o := newOffice(t, p.URL)
	address, err := o.begin("")
	require.NoError(t, err)
	_, err = o.finish(p.authorize(t, address))
	require.NoError(t, err)
	assert.Equal(t, "anna", o.who())
}

func TestOnlyWhoBeganToSignInCanFinish(t *testing.T) {
	p := newProvider(t)
	o, eve := newOffice(t, p.URL), newOffice(t, p.URL)
	address, err := eve.begin("")
	require.NoError(t, err)
	callback := p.authorize(t, address)
	_, err = o.finish(callback) // to which Eve has led Anna's browser
	assert.ErrorContains(t, err, "once more")
	_, err = o.begin("")
	require.NoError(t, err)
	_, err = o.finish(callback)
	assert.ErrorContains(t, err, "once more", "it is another state")
	assert.Empty(t, o.who())

	_, err = eve.finish(callback)
	require.NoError(t, err)
	_, err = eve.finish(callback)
	assert.ErrorContains(t, err, "once more", "a page that is loaded twice")
}

func TestAStolenCodeIsNoUseWithoutTheBrowserThatAskedForIt(t *testing.T) {
	p := newProvider(t)
	o, eve := newOffice(t, p.URL), newOffice(t, p.URL)
	address, err := o.begin("")
	require.NoError(t, err)
	stolen, err := url.Parse(p.authorize(t, address))
	require.NoError(t, err)
	address, err = eve.begin("")
	require.NoError(t, err)
	own, err := url.Parse(address)
	require.NoError(t, err)
	_, err = eve.finish(CallbackPath + "?" + url.Values{"code": {stolen.Query().Get("code")}, "state": {own.Query().Get("state")}}.Encode())
	assert.ErrorContains(t, err, "once more", "by the verifier (PKCE)")
	assert.Empty(t, eve.who())
}

func TestAProviderThatIsAwayIsAskedAgainLater(t *testing.T) {
	p := newProvider(t)
	p.down = true
	o := newOffice(t, p.URL)
	_, err := o.begin("")
	assert.ErrorIs(t, err, away)
	assert.Contains(t, o.logs.String(), "starter.sso.issuer")
	p.down = false
	_, err = o.begin("")
	assert.ErrorIs(t, err, away, "not at once: everybody waits for it")
	o.provider.at = time.Now().Add(-askAgain)
	_, err = o.begin("")
	assert.NoError(t, err)
}

func TestWhatIsWrongWithTheSettingsIsSaidInTheLog(t *testing.T) {
	p := newProvider(t)
	o := newOffice(t, p.URL+"/elsewhere")
	_, err := o.begin("")
	assert.ErrorIs(t, err, away)
	assert.Contains(t, o.logs.String(), "404")

	o = newOffice(t, p.URL, func(o *Options) { o.ClientSecret = "wrong" })
	address, err := o.begin("")
	require.NoError(t, err)
	_, err = o.finish(p.authorize(t, address))
	assert.ErrorContains(t, err, "doesn’t know Throughline")
	assert.Contains(t, o.logs.String(), `"error":"invalid_client"`)
	assert.Contains(t, o.logs.String(), "THROUGHLINE_SSO_CLIENT_SECRET")
}

func TestAProviderThatSaysNoIsQuotedByItsCodeAlone(t *testing.T) {
	p := newProvider(t)
	for given, want := range map[string]string{"access_denied": "(access_denied)", "<b>Anna</b>": "(unknown)"} {
		o := newOffice(t, p.URL)
		address, err := o.begin("")
		require.NoError(t, err)
		u, err := url.Parse(address)
		require.NoError(t, err)
		_, err = o.finish(CallbackPath + "?" + url.Values{"error": {given}, "error_description": {"Anna Berg"}, "state": {u.Query().Get("state")}}.Encode())
		var why *Problem
		require.ErrorAs(t, err, &why)
		assert.Equal(t, http.StatusForbidden, why.Status)
		assert.Contains(t, why.Text, want)
		assert.NotContains(t, why.Text, "Anna")
	}
}

func TestACookieThatWasMadeOrChangedElsewhereIsNone(t *testing.T) {
	o, other := newOffice(t, ""), newOffice(t, "", func(o *Options) { o.Secrets = []string{strings.Repeat("o", 32)} })
	cookie := func(by *office, name string, is any, good time.Duration) string {
		w := httptest.NewRecorder()
		require.NoError(t, by.set(w, name, is, good))
		return w.Result().Cookies()[0].Value
	}
	good := cookie(o, sessionCookie, session{"anna"}, time.Hour)
	unsigned, err := jwt.NewWithClaims(jwt.SigningMethodNone, claims[session]{
		RegisteredClaims: jwt.RegisteredClaims{Audience: jwt.ClaimStrings{sessionCookie}, ExpiresAt: jwt.NewNumericDate(time.Now().Add(time.Hour))}, Is: session{"anna"},
	}).SignedString(jwt.UnsafeAllowNoneSignatureType)
	require.NoError(t, err)
	for value, want := range map[string]string{
		good:               "anna",
		good[:len(good)-3]: "", "": "", unsigned: "",
		cookie(other, sessionCookie, session{"anna"}, time.Hour): "",
		cookie(o, sessionCookie, session{"anna"}, -time.Second):  "",
		cookie(o, loginCookie, session{"anna"}, time.Hour):       "", // one that is for something else
		cookie(o, sessionCookie, session{"nobody"}, time.Hour):   "",
	} {
		o.cookies = map[string]*http.Cookie{"x": {Name: "__Host-" + sessionCookie, Value: value}}
		assert.Equal(t, want, o.who(), value)
	}
	rotated := newOffice(t, "", func(o *Options) { o.Secrets = []string{strings.Repeat("n", 32), strings.Repeat("s", 32)} })
	rotated.cookies = map[string]*http.Cookie{"x": {Name: "__Host-" + sessionCookie, Value: good}}
	assert.Equal(t, "anna", rotated.who(), "by the secret before, while that is kept")
}

func TestSigningInLeadsNowhereElse(t *testing.T) {
	for to, want := range map[string]string{
		"/tasks": "/tasks", "/tasks/a.b-c_d": "/tasks/a.b-c_d", "/documents/x": "/documents/x",
		"": "/tasks", "//evil.example/tasks": "/tasks", "https://evil.example/tasks": "/tasks", "/\\evil.example": "/tasks", "/leads": "/tasks",
		"/tasks/../leads": "/tasks", "/tasks/%2e%2e//evil.example": "/tasks", "/tasksx": "/tasks", "javascript:alert(1)": "/tasks", "/tasks/x?a=b#c": "/tasks/x", "/tasks\\..\\x": "/tasks", "/tasks/\r\nSet-Cookie: a=b": "/tasks",
	} {
		assert.Equal(t, want, Inside(to), to)
	}
	assert.Equal(t, "/sso/login?to=%2Ftasks%2Fx", Address("/tasks/x"))
}

func TestWithoutHTTPSOnThisMachineTheCookieGoesWithoutIt(t *testing.T) {
	s := New(Options{PublicURL: "http://127.0.0.1:8080", Secrets: []string{strings.Repeat("s", 32)}})
	c := s.cookie(sessionCookie, "x", 1)
	assert.False(t, c.Secure)
	assert.Equal(t, sessionCookie, c.Name)
}

func TestNobodyIsSignedInWithoutSingleSignOn(t *testing.T) {
	var s *SSO
	_, ok := s.Person(httptest.NewRequest("GET", "/", nil))
	assert.False(t, ok)
}
