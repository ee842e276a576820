package shopify

import (
	"crypto/rand"
	"fmt"
	"html"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/throughline-dev/throughline/sandbox/internal/wire"
)

// scopes are what the app may do in the shop.
const scopes = "read_orders,read_all_orders,write_orders,read_customers,read_products,read_fulfillments,read_returns,write_returns," +
	"read_inventory,write_inventory,read_locations,read_draft_orders,write_draft_orders,write_store_credit_account_transactions"

// tokenLife is how long an access token lasts.
const tokenLife = 24 * time.Hour

// tokens are those that the shop gave to the app for its ID and secret, with their ends. They are in memory alone: after a start the
// app has to ask for another one, as it has to at the vendor whenever one is revoked.
type tokens struct {
	mu   sync.Mutex
	ends map[string]time.Time
}

// issue makes a token, and forgets those that are over.
func (t *tokens) issue(now time.Time) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ends == nil {
		t.ends = map[string]time.Time{}
	}
	for token, end := range t.ends {
		if !now.Before(end) {
			delete(t.ends, token)
		}
	}
	token := "shpat_" + strings.ToLower(rand.Text())
	t.ends[token] = now.Add(tokenLife)
	return token
}

func (t *tokens) lasts(token string, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return now.Before(t.ends[token])
}

// admits reports whether who shows the token may come in: with that of an older app, which lasts, or one that was given for a day.
func (s *Server) admits(token string) bool {
	return wire.Same(token, s.Token) || s.tokens.lasts(token, time.Now())
}

// grant gives an access token for the app's ID and secret, sent as a form or as JSON.
// https://shopify.dev/docs/apps/build/authentication-authorization/client-credentials-grant
func (s *Server) grant(w http.ResponseWriter, r *http.Request) {
	var q struct {
		Grant  string `json:"grant_type"`
		ID     string `json:"client_id"`
		Secret string `json:"client_secret"`
	}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "application/json" {
		if err := wire.Read(r, &q, false); err != nil {
			refuseGrant(w, "invalid_request", "The body is no JSON")
			return
		}
	} else {
		r.Body = http.MaxBytesReader(w, r.Body, wire.MaxBody)
		q.Grant, q.ID, q.Secret = r.PostFormValue("grant_type"), r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	}
	switch {
	case q.Grant != "client_credentials":
		refuseGrant(w, "invalid_request", "The sandbox knows no other grant_type than client_credentials")
	case q.ID != s.ClientID:
		refuseGrant(w, "application_cannot_be_found", "Could not find Shopify API application with api_key "+q.ID)
	case !wire.Same(q.Secret, s.ClientSecret):
		wire.JSON(w, http.StatusBadRequest, map[string]string{"error": "invalid_request", "error_description": "Missing or invalid client secret"})
	default:
		wire.JSON(w, http.StatusOK, map[string]any{
			"access_token": s.tokens.issue(time.Now()), "scope": scopes, "expires_in": int(tokenLife/time.Second) - 1,
		})
	}
}

// refuseGrant answers with a page, as Shopify does whatever the caller accepts.
func refuseGrant(w http.ResponseWriter, code, text string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusBadRequest)
	_, _ = io.WriteString(w, fmt.Sprintf("<!DOCTYPE html>\n<title>400 - Oauth error %[1]s</title>\n<h1>Oauth error %[1]s: %[2]s</h1>\n", code, html.EscapeString(text)))
}
