// Package sso signs people in by an OpenID Connect provider, so that they can open their tasks without the link of an e-mail.
//
// It is the authorization code flow with PKCE, state and nonce (RFC 9700; OpenID Connect Core, section 3.1). Who somebody is comes from
// the ID token's e-mail address, which the provider has to have verified, and which has to be that of somebody in the handbook. They are
// then remembered by a signed cookie, for a working day at most: nothing is kept here, so every starter knows them, and whoever is taken
// out of the handbook is signed out by that.
package sso

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/oauth2"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/starter/requestid"
)

// The addresses, below the door's.
const (
	LoginPath    = "/sso/login"    // begins to sign somebody in
	CallbackPath = "/sso/callback" // where the provider sends them back to
	LogoutPath   = "/sso/logout"   // signs them out, here and not at the provider
)

const (
	// sessionFor is how long somebody stays signed in: a working day.
	sessionFor = 12 * time.Hour
	// loginFor is how long signing in may take.
	loginFor = 10 * time.Minute
)

// Options are what single sign-on needs; all but Logger and HTTP are required.
type Options struct {
	// Issuer is the provider's address. It needn't be there when we start.
	Issuer string
	// ClientID and ClientSecret are what the provider knows us by.
	ClientID, ClientSecret string
	// PublicURL is how the outside reaches the door, without a slash at its end.
	PublicURL string
	// Secrets are what cookies are signed with: the first signs.
	Secrets []string
	// People are those in the handbook as it is now.
	People func() []policy.Person
	// HTTP talks to the provider; nil for a client of its own.
	HTTP *http.Client
	// Logger gets no personal data; nil for slog.Default().
	Logger *slog.Logger
}

// SSO signs people in and out. Make one with [New].
type SSO struct {
	o        Options
	log      *slog.Logger
	provider provider
	keys     [][]byte
	prefix   string // of the cookies' names
	secure   bool
}

// New makes single sign-on. It asks the provider nothing yet.
func New(o Options) *SSO {
	s := &SSO{
		o: o, log: requestid.Logger(cmp.Or(o.Logger, slog.Default())), secure: strings.HasPrefix(o.PublicURL, "https://"),
		provider: provider{issuer: o.Issuer, client: cmp.Or(o.HTTP, &http.Client{Timeout: providerTimeout})},
	}
	if s.secure { // browsers then take such a cookie from this host alone, and by https
		s.prefix = "__Host-"
	}
	for _, secret := range o.Secrets {
		key := sha256.Sum256([]byte("throughline session\x00" + secret))
		s.keys = append(s.keys, key[:])
	}
	return s
}

// Problem is why somebody isn't signed in, for that person to read.
type Problem struct {
	Status      int
	Title, Text string
}

func (p *Problem) Error() string { return p.Title + ": " + p.Text }

// login is what is remembered while somebody is at the provider, by a cookie.
type login struct {
	State    string `json:"s"`
	Nonce    string `json:"n"`
	Verifier string `json:"v"`
	To       string `json:"t"`
}

// Begin begins to sign somebody in, and returns the address at the provider to send them to. Afterwards they get to another one, below the
// door's, if that is one of the pages for people. The error is a [*Problem].
func (s *SSO) Begin(w http.ResponseWriter, r *http.Request, to string) (address string, err error) {
	config, _, err := s.ready(r.Context())
	if err != nil {
		return "", err
	}
	l := login{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), To: Inside(to)}
	if err := s.set(w, loginCookie, l, loginFor); err != nil {
		return "", err
	}
	return config.AuthCodeURL(l.State, oauth2.S256ChallengeOption(l.Verifier), nonce(l.Nonce)), nil
}

// Finish signs somebody in whom the provider has sent back, and returns where they wanted to go. The error is a [*Problem].
func (s *SSO) Finish(w http.ResponseWriter, r *http.Request) (to string, err error) {
	l, ok := read[login](s, r, loginCookie)
	s.clear(w, loginCookie)
	given := r.URL.Query()
	if !ok || subtle.ConstantTimeCompare([]byte(given.Get("state")), []byte(l.State)) != 1 {
		return "", &Problem{http.StatusBadRequest, "Please sign in once more", "It took too long, or was begun in another window, or your browser keeps no cookies."}
	}
	if code := given.Get("error"); code != "" {
		s.log.WarnContext(r.Context(), "The provider of single sign-on has sent somebody back with an error.", "error", shorten(code))
		return l.To, &Problem{http.StatusForbidden, "You aren’t signed in", "Your company’s sign-in has refused (" + shorten(code) + ")."}
	}
	person, err := s.identify(r.Context(), given.Get("code"), l)
	if err != nil {
		return l.To, err
	}
	if err := s.Remember(w, person.ID); err != nil {
		return l.To, err
	}
	s.log.InfoContext(r.Context(), "Somebody has signed in.")
	return l.To, nil
}

// Remember has a browser remember somebody, by their handbook ID, who has proved who they are.
func (s *SSO) Remember(w http.ResponseWriter, person string) error {
	return s.set(w, sessionCookie, session{person}, sessionFor)
}

// Person is who has signed in, as the handbook has them now; ok is false for nobody.
func (s *SSO) Person(r *http.Request) (who policy.Person, ok bool) {
	if s == nil {
		return who, false
	}
	is, ok := read[session](s, r, sessionCookie)
	if !ok {
		return who, false
	}
	people := s.o.People()
	i := slices.IndexFunc(people, func(p policy.Person) bool { return p.ID == is.Person })
	if i < 0 {
		return who, false
	}
	return people[i], true
}

// End signs somebody out.
func (s *SSO) End(w http.ResponseWriter) { s.clear(w, sessionCookie) }

// Address is where to begin to sign in, and to get from there to a page.
func Address(to string) string { return LoginPath + "?" + url.Values{"to": {to}}.Encode() }

// home is the list of tasks.
const home = "/tasks"

// Inside is a path of a page for people; the list of tasks for anything else, so that nobody is sent elsewhere by a link to us.
func Inside(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.IsAbs() || u.Host != "" || strings.ContainsAny(to, "\\\r\n\t") || path.Clean(u.Path) != u.Path ||
		u.Path != home && !strings.HasPrefix(u.Path, home+"/") && !strings.HasPrefix(u.Path, "/documents/") {
		return home
	}
	return u.EscapedPath()
}

// The cookies' names, without the prefix.
const (
	loginCookie   = "throughline-login"
	sessionCookie = "throughline-session"
)

// session is who has signed in.
type session struct {
	Person string `json:"p"`
}

// claims are what a cookie holds. Its name is its audience, so that none can stand for another.
type claims[T any] struct {
	jwt.RegisteredClaims
	Is T `json:"is"`
}

func (s *SSO) set(w http.ResponseWriter, name string, is any, good time.Duration) error {
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims[any]{
		RegisteredClaims: jwt.RegisteredClaims{Audience: jwt.ClaimStrings{name}, ExpiresAt: jwt.NewNumericDate(time.Now().Add(good))}, Is: is,
	}).SignedString(s.keys[0])
	if err == nil {
		http.SetCookie(w, s.cookie(name, token, int(good.Seconds())))
	}
	return err
}

func (s *SSO) clear(w http.ResponseWriter, name string) { http.SetCookie(w, s.cookie(name, "", -1)) }

// cookie is one that no script sees, that goes by https where we do, and that other web sites' forms don't bring along.
func (s *SSO) cookie(name, value string, seconds int) *http.Cookie {
	return &http.Cookie{
		Name: s.prefix + name, Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode,
	}
}

func read[T any](s *SSO, r *http.Request, name string) (is T, ok bool) {
	cookie, err := r.Cookie(s.prefix + name)
	if err != nil {
		return is, false
	}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithAudience(name), jwt.WithExpirationRequired())
	for _, key := range s.keys {
		var c claims[T]
		if _, err := parser.ParseWithClaims(cookie.Value, &c, func(*jwt.Token) (any, error) { return key, nil }); err == nil {
			return c.Is, true
		}
	}
	return is, false
}
