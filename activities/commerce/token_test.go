package commerce_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/fault"
)

// gate is a shop that has no orders, and gives access tokens that last a day. It answers without a network, so that a test can move
// its clock.
type gate struct {
	mu     sync.Mutex
	ends   map[string]time.Time // of the tokens
	given  int
	asked  int // for orders
	secret string
	takes  time.Duration // to give a token
	// grant and answer are said instead of a token and of an order.
	grant, answer func(w http.ResponseWriter)
}

const clientSecret = "shpss_geheim"

func newGate() *gate { return &gate{secret: clientSecret, ends: map[string]time.Time{}} }

func (g *gate) activities() *commerce.Activities {
	return commerce.New(commerce.Options{
		URL: "https://example.myshopify.com", ClientID: "abc123", ClientSecret: clientSecret, Token: "shpat_old", HTTP: &http.Client{Transport: g, Timeout: time.Minute},
	})
}

func (g *gate) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	if r.URL.Path != "/admin/oauth/access_token" {
		g.order(w, r)
		return w.Result(), nil
	}
	select {
	case <-time.After(g.takes):
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	var q struct {
		Grant  string `json:"grant_type"`
		ID     string `json:"client_id"`
		Secret string `json:"client_secret"`
	}
	body, _ := io.ReadAll(r.Body)
	switch {
	case g.grant != nil:
		g.grant(w)
	case json.Unmarshal(body, &q) != nil || q.Grant != "client_credentials" || q.ID != "abc123" || q.Secret != g.secret:
		say(`{"error":"invalid_request","error_description":"Missing or invalid client secret"}`)(w)
	default:
		g.given++
		token := fmt.Sprint("shpat_", g.given)
		g.ends[token] = time.Now().Add(24 * time.Hour)
		fmt.Fprintf(w, `{"access_token":%q,"scope":"read_orders","expires_in":86399}`, token)
	}
	return w.Result(), nil
}

func (g *gate) order(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.asked++
	switch end, known := g.ends[r.Header.Get("X-Shopify-Access-Token")]; {
	case !known || !time.Now().Before(end):
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"errors":"[API] Invalid API key or access token (unrecognized login or wrong password)"}`)
	case g.answer != nil:
		g.answer(w)
	default:
		_, _ = io.WriteString(w, `{"data":{"order":null}}`)
	}
}

// revoke ends all tokens.
func (g *gate) revoke() {
	g.mu.Lock()
	defer g.mu.Unlock()
	clear(g.ends)
}

// say answers with status 400.
func say(body string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, body)
	}
}

func asked(ctx context.Context, a *commerce.Activities) error {
	_, err := a.ReadOrder(ctx, key, commerce.OrderQuery{ID: gid("Order", 1)})
	return err
}

func TestATokenIsAskedForOnceAndRenewedBeforeItEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		a := g.activities()
		require.NoError(t, asked(t.Context(), a))
		time.Sleep(23*time.Hour + 50*time.Minute)
		require.NoError(t, asked(t.Context(), a))
		require.Equal(t, 1, g.given)
		time.Sleep(6 * time.Minute) // four minutes are left
		require.NoError(t, asked(t.Context(), a))
		require.Equal(t, 2, g.given)
		time.Sleep(48 * time.Hour) // nothing happens for two days
		require.NoError(t, asked(t.Context(), a))
		require.Equal(t, 3, g.given)
		require.Equal(t, 4, g.asked, "no request was refused")
	})
}

func TestATokenThatTheShopRefusesIsRenewedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		a := g.activities()
		require.NoError(t, asked(t.Context(), a))
		g.revoke()
		require.NoError(t, asked(t.Context(), a))
		require.Equal(t, []int{2, 3}, []int{g.given, g.asked})

		g.answer = func(w http.ResponseWriter) { w.WriteHeader(http.StatusUnauthorized) }
		f := faultOf(t, asked(t.Context(), a))
		require.Equal(t, fault.ClassFinal, f.Class)
		require.Equal(t, []int{3, 5}, []int{g.given, g.asked}, "once")
	})
}

func TestTwoHundredAtOnceAskForOneToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		g.takes = time.Second
		a := g.activities()
		all := func() {
			var wait sync.WaitGroup
			for range 200 {
				wait.Go(func() { assert.NoError(t, asked(t.Context(), a)) })
			}
			wait.Wait()
		}
		all()
		require.Equal(t, []int{1, 200}, []int{g.given, g.asked})
		time.Sleep(25 * time.Hour)
		all()
		require.Equal(t, 2, g.given)
		g.revoke()
		all()
		require.Equal(t, 3, g.given, "however many were refused")
	})
}

func TestWhoGivesUpWaitingForATokenTakesItFromNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		g.takes = 10 * time.Second
		a := g.activities()
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var wait sync.WaitGroup
		wait.Go(func() { assert.Equal(t, fault.ClassUnavailable, faultOf(t, asked(short, a)).Class) })
		synctest.Wait()
		began := time.Now()
		wait.Go(func() { assert.NoError(t, asked(t.Context(), a)) })
		wait.Wait()
		require.Equal(t, 10*time.Second, time.Since(began))
		require.Equal(t, 1, g.given)
	})
}

func TestAScopeThatIsGivenLaterIsInTheNextToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		a := g.activities()
		g.answer = func(w http.ResponseWriter) { _, _ = io.WriteString(w, coded("ACCESS_DENIED")) }
		require.Equal(t, "ACCESS_DENIED", faultOf(t, asked(t.Context(), a)).Code)
		g.answer = nil
		require.NoError(t, asked(t.Context(), a))
		require.Equal(t, 2, g.given)
	})
}

func TestWhyThereIsNoTokenSaysWhatToDoAndNeverTheSecret(t *testing.T) {
	page := func(code, text string) string {
		return "<!DOCTYPE html><html><head><title>400 - Oauth error " + code + "</title></head><body><h1>Oauth error " + code + ": " + text + "</h1></body></html>"
	}
	for name, c := range map[string]struct {
		grant func(http.ResponseWriter)
		class string
		code  string
		says  []string
	}{
		"a wrong secret": {nil, fault.ClassFinal, "invalid_request", []string{"Missing or invalid client secret", "Set THROUGHLINE_SHOPIFY_CLIENT_SECRET", "systems.shopify.client_id"}},
		"another client": {say(`{"error":"invalid_client"}`), fault.ClassFinal, "invalid_client", []string{"Set THROUGHLINE_SHOPIFY_CLIENT_SECRET"}},
		"an unknown app": {say(page("application_cannot_be_found", "Could not find Shopify API application with api_key abc123")), fault.ClassFinal, "application_cannot_be_found",
			[]string{"api_key abc123", "Set systems.shopify.client_id"}},
		"not installed":   {say(page("app_not_installed", "The application isn&#39;t installed on this shop.")), fault.ClassFinal, "app_not_installed", []string{"isn't installed", "Install the app"}},
		"another's shop":  {say(page("shop_not_permitted", "Client credentials cannot be performed on this shop.")), fault.ClassFinal, "shop_not_permitted", []string{"cannot be performed", "the same organisation"}},
		"only a title":    {say("<title>400 - Oauth error app_not_installed</title>"), fault.ClassFinal, "app_not_installed", []string{"Install the app"}},
		"what we sent":    {say("you sent " + clientSecret), fault.ClassFinal, "", []string{"you sent …"}},
		"it in an error":  {say(`{"error":"invalid_request","error_description":"` + clientSecret + `?"}`), fault.ClassFinal, "invalid_request", []string{"…?"}},
		"no token":        {func(w http.ResponseWriter) { _, _ = io.WriteString(w, `{"scope":""}`) }, fault.ClassUnavailable, "", []string{"without one"}},
		"without an end":  {func(w http.ResponseWriter) { _, _ = io.WriteString(w, `{"access_token":"shpat_x"}`) }, fault.ClassUnavailable, "", []string{"how long it lasts"}},
		"out of order":    {func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadGateway) }, fault.ClassUnavailable, "", nil},
		"too many of us":  {func(w http.ResponseWriter) { w.WriteHeader(http.StatusTooManyRequests) }, fault.ClassThrottled, "", nil},
		"no shop by that": {func(w http.ResponseWriter) { w.WriteHeader(http.StatusNotFound) }, fault.ClassFinal, "", nil},
	} {
		g := newGate()
		if g.grant = c.grant; c.grant == nil {
			g.secret = "another"
		}
		err := asked(t.Context(), g.activities())
		f := faultOf(t, err)
		assert.Equal(t, c.class, f.Class, name)
		assert.Equal(t, c.code, f.Code, name)
		for _, text := range c.says {
			assert.Contains(t, f.Message, text, name)
		}
		assert.NotContains(t, err.Error()+f.Message, "geheim", name)
		assert.NotContains(t, f.Message, "<", name)
		assert.Zero(t, g.asked, name)
	}
}

func TestAnOlderAppsTokenIsShownAsItIs(t *testing.T) {
	g := newGate()
	g.ends["shpat_old"] = time.Now().Add(time.Hour)
	a := commerce.New(commerce.Options{URL: "https://example.myshopify.com", Token: "shpat_old", HTTP: &http.Client{Transport: g}})
	require.NoError(t, asked(t.Context(), a))
	g.revoke()
	require.Equal(t, http.StatusUnauthorized, faultOf(t, asked(t.Context(), a)).Status)
	require.Equal(t, []int{0, 2}, []int{g.given, g.asked}, "there is nothing to renew")
}
