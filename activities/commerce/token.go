package commerce

import (
	"context"
	"encoding/json"
	"html"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/rest"
)

// tokens has the access token that requests show. Where the app has a client ID, the shop gives one for a day at a time (the client
// credentials grant, https://shopify.dev/docs/apps/build/authentication-authorization/client-credentials-grant), which all requests
// share until it is nearly over or the shop refuses it.
//
// The token source of golang.org/x/oauth2 isn't used: whoever waits there for a token can't give up by their context, a token that
// was refused can't be taken out of it, and its errors quote all that came back.
type tokens struct {
	api   *rest.Client
	o     Options
	asked singleflight.Group

	mu    sync.Mutex
	token string
	until time.Time // when it is time for another one
}

func newTokens(o Options) *tokens {
	t := &tokens{o: o, api: client(o)}
	t.api.Describe = t.describe
	return t
}

// admitted sends a request with an access token, and says which. With a token that the shop doesn't know any more nothing was done:
// the request is sent once again, with a new one.
func admitted[Res any](ctx context.Context, a *Activities, req rest.Request) (res Res, token string, err error) {
	for again := false; ; again = true {
		if token, err = a.tokens.get(ctx); err != nil {
			return res, "", err
		}
		api := *a.api
		api.Authorise = func(r *http.Request) { r.Header.Set("X-Shopify-Access-Token", token) }
		res, err = rest.Do[Res](ctx, &api, req)
		if f, _ := fault.From(err); f.Status != http.StatusUnauthorized || again || !a.tokens.forget(token) {
			return res, token, err
		}
	}
}

// get is a token that lasts for now. However many need a new one at once, one request asks for it, which goes on for the others when
// the caller who began it gives up.
func (t *tokens) get(ctx context.Context) (string, error) {
	if t.o.ClientID == "" {
		return t.o.Token, nil
	}
	if token := t.current(); token != "" {
		return token, nil
	}
	asked := t.asked.DoChan("", func() (any, error) {
		if token := t.current(); token != "" { // somebody was quicker
			return token, nil
		}
		return t.ask(context.WithoutCancel(ctx))
	})
	select {
	case got := <-asked:
		token, _ := got.Val.(string)
		return token, got.Err
	case <-ctx.Done():
		return "", fault.Unreachable(system, "gave no access token in time").Err()
	}
}

func (t *tokens) current() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if time.Now().Before(t.until) {
		return t.token
	}
	return ""
}

// forget has the next request ask for a new token, unless there is one already. It reports whether there can be one.
func (t *tokens) forget(token string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.token == token {
		t.token, t.until = "", time.Time{}
	}
	return t.o.ClientID != ""
}

// early is how long before its end a token is renewed; of one that doesn't last long, it is a tenth.
const early = 5 * time.Minute

// ask has the shop give a token.
func (t *tokens) ask(ctx context.Context) (string, error) {
	type answer struct {
		Token   string `json:"access_token"`
		Seconds int64  `json:"expires_in"`
	}
	begun := time.Now()
	got, err := rest.Do[answer](ctx, t.api, rest.Request{
		Method: http.MethodPost, Path: "/admin/oauth/access_token",
		// Shopify's own library sends it as JSON too (client-credentials.ts of @shopify/shopify-api).
		Body: map[string]string{"grant_type": "client_credentials", "client_id": t.o.ClientID, "client_secret": t.o.ClientSecret},
	})
	if err != nil {
		return "", err
	}
	if got.Token == "" || got.Seconds <= 0 {
		return "", fault.Unreachable(system, "was asked for an access token, and answered without one, or without how long it lasts").Err()
	}
	life := time.Duration(got.Seconds) * time.Second
	t.mu.Lock()
	defer t.mu.Unlock()
	t.token, t.until = got.Token, begun.Add(life-min(early, life/10))
	return got.Token, nil
}

// remedies say what to do about why the shop gives no token.
var remedies = map[string]string{
	"invalid_client":              checkSecret,
	"invalid_request":             checkSecret, // "Missing or invalid client secret"
	"application_cannot_be_found": "Set systems.shopify.client_id to the client ID in the app's settings in the Dev Dashboard.",
	"app_not_installed":           "Install the app in the shop, from its page in the Dev Dashboard.",
	"shop_not_permitted":          "The app and the shop have to belong to the same organisation: make the app in the Dev Dashboard of the shop's, and set systems.shopify.client_id and THROUGHLINE_SHOPIFY_CLIENT_SECRET to its credentials.",
}

const checkSecret = "Set THROUGHLINE_SHOPIFY_CLIENT_SECRET to the secret of the app that systems.shopify.client_id names, and start the program again."

// grantError is how the shop says it on a page, with which it answers whatever the caller accepts: in the title, and then in full.
var grantError = regexp.MustCompile(`Oauth error (\w+)(?::\s*([^<\n]*))?`)

// describe reads why the shop gives no token, and says what to do about it. The secret was sent, so it is taken out of whatever came
// back.
func (t *tokens) describe(body []byte) (code, message string) {
	var said struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	if json.Unmarshal(body, &said) == nil && said.Error != "" {
		code, message = said.Error, said.Description
	} else if found := grantError.FindAllStringSubmatch(string(body), -1); found != nil {
		last := found[len(found)-1]
		code, message = last[1], html.UnescapeString(last[2])
	} else if code, message = describe(body); code == "" && message == "" {
		message = string(body)
	}
	message = strings.TrimSpace(discreet(message) + " " + remedies[code])
	if t.o.ClientSecret != "" {
		message = strings.ReplaceAll(message, t.o.ClientSecret, "…")
	}
	return code, message
}
