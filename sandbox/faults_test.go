package sandbox_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/sandbox"
	"github.com/throughline-dev/throughline/sandbox/client"
)

func (w world) order(f client.Fault) client.Fault {
	w.t.Helper()
	f, err := w.Order(w.t.Context(), f)
	require.NoError(w.t, err)
	return f
}

// sent is how many e-mails have arrived.
func (w world) sent() int {
	w.t.Helper()
	emails, err := w.Emails(w.t.Context(), "", "")
	require.NoError(w.t, err)
	return len(emails)
}

func TestARefusalIsTheVendorsOwnAndNothingHappens(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	post := func() error { _, _, err := w.slack().PostMessageContext(t.Context(), opsDesk, text("x")); return err }

	w.order(client.Fault{System: "slack", Kind: client.Throttled, RetryAfter: 7, Count: 1})
	var limited *slackgo.RateLimitedError
	require.ErrorAs(t, post(), &limited)
	require.Equal(t, 7*time.Second, limited.RetryAfter)
	w.order(client.Fault{System: "slack", Kind: client.Broken, Count: 1})
	var status slackgo.StatusCodeError
	require.ErrorAs(t, post(), &status)
	require.Equal(t, 500, status.Code)
	w.order(client.Fault{System: "slack", Kind: client.Unauthorized, Count: 1})
	require.EqualError(t, post(), "invalid_auth")
	messages, err := w.Messages(t.Context(), client.MessageFilter{})
	require.NoError(t, err)
	require.Empty(t, messages)
	require.NoError(t, post(), "each was for one request")

	w.order(client.Fault{Kind: client.Throttled, Count: 3})
	a := w.mail(letter("ada@contoso.example", "k"))
	require.Equal(t, http.StatusTooManyRequests, a.Status)
	require.Equal(t, "1", a.Header.Get("Retry-After"))
	require.Contains(t, a.JSON(t), "errors")
	require.Equal(t, "RATE_LIMITS", w.crm(http.MethodGet, "v3/owners", nil).JSON(t)["category"])
	require.Equal(t, "rate_limit_error", w.enrich(url.Values{"name": {"x"}}, sandbox.DefaultPDLKey).JSON(t)["error"].(object)["type"])
	require.Equal(t, http.StatusOK, w.crm(http.MethodGet, "v3/owners", nil).Status)
	require.Zero(t, w.sent())
}

func TestATimeoutHasNoEffectAndALostReplyHasOne(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	lose := func() error {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.URL+"/sendgrid/v3/mail/send",
			strings.NewReader(`{"personalizations":[{"to":[{"email":"a@b.example"}]}],"from":{"email":"c@d.example"},"subject":"s","content":[{"type":"text/plain","value":"v"}]}`))
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer "+sandbox.DefaultSendGridKey)
		res, err := http.DefaultClient.Do(r)
		if err == nil {
			res.Body.Close()
		}
		return err
	}
	w.order(client.Fault{System: "sendgrid", Kind: client.Timeout, For: "0s", Count: 1})
	require.ErrorIs(t, lose(), io.EOF)
	require.Zero(t, w.sent())
	w.order(client.Fault{System: "sendgrid", Kind: client.LostReply, For: "0s", Count: 1})
	require.ErrorIs(t, lose(), io.EOF)
	require.Equal(t, 1, w.sent())
}

func TestACallerWhoGivesUpIsNotHeldAndTheEffectOfALostReplyStays(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	w.order(client.Fault{System: "slack", Path: "chat.postMessage", Kind: client.LostReply}) // 30 seconds
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, _, err := w.slack().PostMessageContext(ctx, opsDesk, text("x"))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	messages, err := w.Messages(t.Context(), client.MessageFilter{Channel: opsDesk})
	require.NoError(t, err)
	require.Len(t, messages, 1)
}

func TestClosingTheSandboxLetsGoOfCallersThatAreHeld(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	w.order(client.Fault{System: "pdl", Kind: client.Timeout, For: "1h"})
	ended := make(chan error, 1)
	go func() {
		res, err := http.Get(w.URL + "/pdl/v5/company/enrich")
		if err == nil {
			res.Body.Close()
		}
		ended <- err
	}()
	require.Eventually(t, func() bool {
		faults, err := w.Faults(t.Context())
		return err == nil && len(faults) == 1 && faults[0].Hits == 1
	}, patience, time.Millisecond)
	require.NoError(t, w.Sandbox.Close())
	select {
	case err := <-ended:
		require.Error(t, err)
	case <-time.After(patience):
		t.Fatal("the caller is still held")
	}
}

func TestGarbageComesAfterTheEffectAndSlowIsAnsweredInFull(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	w.order(client.Fault{System: "sendgrid", Kind: client.Garbage, Count: 1})
	a := w.mail(letter("ada@contoso.example", "k"))
	require.Equal(t, http.StatusOK, a.Status)
	require.NotContains(t, a.Body, "{")
	require.Equal(t, 1, w.sent())

	w.order(client.Fault{System: "sendgrid", Kind: client.Slow, For: "30ms", Count: 1})
	began := time.Now()
	a = w.mail(letter("ada@contoso.example", "k"))
	require.Equal(t, http.StatusAccepted, a.Status)
	require.NotEmpty(t, a.Header.Get("X-Message-Id"))
	require.GreaterOrEqual(t, time.Since(began), 30*time.Millisecond)
}

func TestAnOrderIsForRequestsOfItsPathAndContent(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	f := w.order(client.Fault{System: "hubspot", Path: "crm/v3/objects/*/batch/upsert", Match: "ada@contoso.example", Kind: client.Broken})
	upsert := func(kind, email string) int {
		return w.crm(http.MethodPost, "v3/objects/"+kind+"/batch/upsert", object{"inputs": list{object{"idProperty": "email", "id": email, "properties": object{}}}}).Status
	}
	require.Equal(t, http.StatusOK, upsert("contacts", "bob@contoso.example"))
	require.Equal(t, http.StatusInternalServerError, upsert("contacts", "ada@contoso.example"))
	require.Equal(t, http.StatusInternalServerError, upsert("companies", "ada@contoso.example"))
	require.Equal(t, http.StatusNotFound, w.crm(http.MethodGet, "v3/objects/contacts/ada@contoso.example", nil).Status)
	orders, err := w.Faults(t.Context())
	require.NoError(t, err)
	require.Len(t, orders, 1)
	require.Equal(t, 2, orders[0].Hits)
	require.NoError(t, w.Clear(t.Context(), f.ID))
	require.Equal(t, http.StatusOK, upsert("contacts", "ada@contoso.example"))

	w.order(client.Fault{System: "slack", Path: "chat.*", Match: "case-1/card", Kind: client.Broken}) // in a form's JSON
	_, _, err = w.slack().PostMessageContext(t.Context(), opsDesk, text("x"), mark("case-1/card"))
	require.Error(t, err)
	_, _, err = w.slack().PostMessageContext(t.Context(), opsDesk, text("x"), mark("case-2/card"))
	require.NoError(t, err)
	w.order(client.Fault{System: "sendgrid", Kind: client.Broken})
	require.NoError(t, w.Clear(t.Context(), ""))
	orders, err = w.Faults(t.Context())
	require.NoError(t, err)
	require.Empty(t, orders)
}

func TestAnOrderThatMakesNoSenseNamesTheField(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	for field, f := range map[string]client.Fault{
		"system": {System: "fax", Kind: client.Broken}, "kind": {Kind: "sulking"}, "for": {Kind: client.Timeout, For: "long"},
		"say how slow": {Kind: client.Slow}, "count": {Kind: client.Broken, Count: -1},
	} {
		_, err := w.Order(t.Context(), f)
		require.ErrorContains(t, err, field)
	}
	a := w.call(http.MethodPost, "/_sandbox/faults", "", `{"kind":"broken","sistem":"slack"}`)
	require.Equal(t, http.StatusBadRequest, a.Status)
	require.Contains(t, a.Body, "sistem")
}

func TestAnotherSitesPagesCantOrderOrClick(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.URL+"/_sandbox/faults", strings.NewReader(`{"kind":"broken"}`))
	require.NoError(t, err)
	r.Header.Set("Origin", "https://evil.example")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	require.Equal(t, http.StatusForbidden, w.send(r).Status)
}

func TestFaultsCanBeCountedWhileManyAsk(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	w.order(client.Fault{System: "pdl", Kind: client.Broken, Count: 5})
	failures := make(chan bool, 20)
	for range 20 {
		go func() {
			res, err := http.Get(w.URL + "/pdl/v5/company/enrich?name=x&api_key=" + sandbox.DefaultPDLKey)
			failures <- err == nil && res.StatusCode == http.StatusInternalServerError
			if err == nil {
				res.Body.Close()
			}
		}()
	}
	n := 0
	for range 20 {
		if <-failures {
			n++
		}
	}
	require.Equal(t, 5, n)
}
