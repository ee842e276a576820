package sso

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/throughline-dev/throughline/activities/policy"
)

const (
	// providerTimeout is for one request to the provider.
	providerTimeout = 5 * time.Second
	// askAgain is how long a provider that didn't answer isn't asked again: everybody who wants to sign in waits for it.
	askAgain = 3 * time.Second
)

// provider is an OpenID Connect provider, which is asked for its addresses and keys when somebody first signs in.
type provider struct {
	issuer string
	client *http.Client

	mu     sync.Mutex
	found  *oidc.Provider // nil until it has answered
	failed error          // why it hasn't, and when that was
	at     time.Time
}

func (p *provider) find() (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil || p.failed != nil && time.Since(p.at) < askAgain {
		return p.found, p.failed
	}
	// It keeps this context for when it asks for keys again, so it may not be that of a request.
	p.found, p.failed = oidc.NewProvider(oidc.ClientContext(context.Background(), p.client), p.issuer)
	p.at = time.Now()
	return p.found, p.failed
}

func nonce(value string) oauth2.AuthCodeOption { return oidc.Nonce(value) }

// away is what somebody is told while the provider can't be asked.
var away = &Problem{http.StatusServiceUnavailable, "Nobody can sign in just now",
	"Your company’s sign-in doesn’t answer. Links in e-mails work without it; or try again in a minute."}

// ready is how to talk to the provider. The error is a [*Problem].
func (s *SSO) ready(ctx context.Context) (*oauth2.Config, *oidc.IDTokenVerifier, error) {
	p, err := s.provider.find()
	if err != nil {
		s.log.ErrorContext(ctx, "The provider of single sign-on can't be asked. Links in e-mails work without it.",
			"issuer", s.o.Issuer, "err", err, "check", "starter.sso.issuer")
		return nil, nil, away
	}
	return &oauth2.Config{
		ClientID: s.o.ClientID, ClientSecret: s.o.ClientSecret, Endpoint: p.Endpoint(), RedirectURL: s.o.PublicURL + CallbackPath,
		Scopes: []string{oidc.ScopeOpenID, "email"},
	}, p.Verifier(&oidc.Config{ClientID: s.o.ClientID}), nil
}

// truth is a boolean, which some providers write as a text.
type truth bool

func (t *truth) UnmarshalJSON(b []byte) error {
	*t = truth(strings.Trim(string(b), `"`) == "true")
	return nil
}

// identify finds out whom the provider has signed in. The error is a [*Problem].
func (s *SSO) identify(ctx context.Context, code string, l login) (who policy.Person, err error) {
	config, verifier, err := s.ready(ctx)
	if err != nil {
		return who, err
	}
	token, err := config.Exchange(oidc.ClientContext(ctx, s.provider.client), code, oauth2.VerifierOption(l.Verifier))
	if err != nil {
		return who, s.refused(ctx, err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := verifier.Verify(ctx, raw)
	var is struct {
		Email    string `json:"email"`
		Verified truth  `json:"email_verified"`
	}
	if err == nil {
		err = id.Claims(&is)
	}
	if err == nil && id.Nonce != l.Nonce {
		err = errors.New("its nonce is another one")
	}
	if err != nil {
		s.log.ErrorContext(ctx, "What the provider of single sign-on says of somebody can't be believed.", "issuer", s.o.Issuer, "err", err)
		return who, &Problem{http.StatusBadGateway, "You aren’t signed in", "What your company’s sign-in says can’t be believed. Please tell whoever looks after Throughline."}
	}
	if is.Email == "" || !is.Verified {
		s.log.WarnContext(ctx, "Somebody couldn't sign in, since the provider has told no e-mail address that it has verified.", "email", is.Email != "", "verified", bool(is.Verified))
		return who, &Problem{http.StatusForbidden, "You aren’t signed in", "Your company’s sign-in doesn’t say that your e-mail address is verified. Please tell whoever looks after it."}
	}
	people := s.o.People()
	i := slices.IndexFunc(people, func(p policy.Person) bool { return p.Email != "" && same(p.Email, is.Email) })
	if i < 0 {
		s.log.WarnContext(ctx, "Somebody couldn't sign in who isn't in the handbook.")
		return who, &Problem{http.StatusForbidden, "You aren’t in the handbook", "Nobody in Throughline’s handbook has the e-mail address by which you signed in, so nothing can wait for you."}
	}
	return people[i], nil
}

// same reports whether two addresses are one, but for how their letters are written. Only ASCII's count as the same: strings.EqualFold
// takes others for them too (the sign for kelvins for a k), and an address with those is somebody else's.
func same(a, b string) bool {
	small := func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}
	return strings.Map(small, a) == strings.Map(small, b)
}

// refused says why the provider didn't take a code.
func (s *SSO) refused(ctx context.Context, err error) *Problem {
	said, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok || said.Response.StatusCode >= 500 {
		s.log.ErrorContext(ctx, "The provider of single sign-on can't be asked.", "issuer", s.o.Issuer, "status", statusOf(said))
		return away
	}
	// Its description may quote what was sent.
	s.log.ErrorContext(ctx, "The provider of single sign-on has refused us.", "issuer", s.o.Issuer, "error", shorten(said.ErrorCode), "status", statusOf(said),
		"check", "starter.sso.client_id and THROUGHLINE_SSO_CLIENT_SECRET (for invalid_client), or that "+s.o.PublicURL+CallbackPath+" is a redirect URI there")
	if said.ErrorCode == "invalid_grant" {
		return &Problem{http.StatusBadRequest, "Please sign in once more", "It took too long, or this page was loaded twice."}
	}
	return &Problem{http.StatusBadGateway, "You aren’t signed in", "Your company’s sign-in doesn’t know Throughline. Please tell whoever looks after it."}
}

func statusOf(e *oauth2.RetrieveError) int {
	if e == nil || e.Response == nil {
		return 0
	}
	return e.Response.StatusCode
}

// errorForm is what an error is called by OAuth (RFC 6749, section 4.1.2.1), as far as it can be shown.
var errorForm = regexp.MustCompile(`^[a-z_]{1,40}$`)

func shorten(said string) string {
	if !errorForm.MatchString(said) {
		return "unknown"
	}
	return said
}
