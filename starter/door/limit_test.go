package door

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/mocks"

	"github.com/throughline-dev/throughline/config"
)

var proxies = []string{"10.0.0.0/8", "fd00::/8"}

// leadFrom sends a lead from an address.
func leadFrom(d http.Handler, address string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "/leads", strings.NewReader(goodForm.Encode()))
	r.Header.Set("Content-Type", mediaForm)
	r.RemoteAddr = address
	for _, f := range change {
		f(r)
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w
}

func TestAClientThatSendsTooManyLeadsIsToldWhenToSendAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := opened(t, taking(t, 8, nil), ruled(config.Leads{PerMinute: 4}))
		post := func() *httptest.ResponseRecorder { return leadFrom(d, "203.0.113.9:1234") }
		for range 4 {
			require.Equal(t, http.StatusAccepted, post().Code)
		}
		for range 3 { // those that are refused make it no worse
			w := post()
			require.Equal(t, http.StatusTooManyRequests, w.Code)
			assert.Equal(t, "15", w.Header().Get("Retry-After"))
			assert.Contains(t, problemIn(t, w).Detail, "in 15 seconds")
		}
		assert.Equal(t, http.StatusAccepted, leadFrom(d, "203.0.113.10:1234").Code, "somebody else")

		<-time.After(14 * time.Second)
		w := post()
		require.Equal(t, http.StatusTooManyRequests, w.Code)
		assert.Equal(t, "1", w.Header().Get("Retry-After"))
		<-time.After(time.Second)
		assert.Equal(t, http.StatusAccepted, post().Code, "when it was told to")
		assert.Equal(t, http.StatusTooManyRequests, post().Code)

		<-time.After(30 * time.Second)
		assert.Equal(t, http.StatusAccepted, post().Code)
		assert.Equal(t, http.StatusAccepted, post().Code)
		assert.Equal(t, http.StatusTooManyRequests, post().Code)
	})
}

func TestAPersonWhoMustWaitKeepsWhatTheyTyped(t *testing.T) {
	d := opened(t, taking(t, 1, nil), ruled(config.Leads{PerMinute: 1}))
	inBrowser := func(r *http.Request) {
		r.Header.Set("Accept", html)
		r.Header.Set("Origin", "http://"+r.Host)
	}
	require.Equal(t, http.StatusAccepted, leadFrom(d, "203.0.113.9:1234", inBrowser).Code)
	w := leadFrom(d, "203.0.113.9:1234", inBrowser)
	require.Equal(t, http.StatusTooManyRequests, w.Code)
	assert.Equal(t, "60", w.Header().Get("Retry-After"))
	assert.Contains(t, w.Body.String(), `value="Ada Winter"`)
	assert.Contains(t, w.Body.String(), `name="utm_source" value="search"`)
	assert.Contains(t, w.Body.String(), "in 60 seconds")
}

func TestNobodyGetsMoreByPretendingToBeSomebodyElse(t *testing.T) {
	rules := ruled(config.Leads{PerMinute: 2, Proxies: proxies})
	for name, from := range map[string]func(i int) (address, forwarded string){
		"another port":     func(i int) (string, string) { return "203.0.113.9:" + string(rune('1'+i)), "" },
		"a made-up header": func(i int) (string, string) { return "203.0.113.9:1", "198.51.100." + string(rune('1'+i)) },
		"a made-up header, proxy": func(i int) (string, string) {
			return "10.0.0.1:1", "198.51.100." + string(rune('1'+i)) + ", 203.0.113.9"
		},
		"nonsense":                 func(i int) (string, string) { return "10.0.0.1:1", strings.Repeat("?", i+1) },
		"an address of the same64": func(i int) (string, string) { return "[2001:db8::" + string(rune('1'+i)) + "]:1", "" },
		"IPv4 as IPv6":             func(i int) (string, string) { return []string{"203.0.113.9:1", "[::ffff:203.0.113.9]:1"}[i%2], "" },
	} {
		t.Run(name, func(t *testing.T) {
			d := opened(t, taking(t, 2, nil), rules)
			var got []int
			for i := range 4 {
				address, forwarded := from(i)
				got = append(got, leadFrom(d, address, func(r *http.Request) {
					if forwarded != "" {
						r.Header.Set("X-Forwarded-For", forwarded)
					}
				}).Code)
			}
			assert.Equal(t, []int{202, 202, 429, 429}, got)
		})
	}
	d := opened(t, taking(t, 5, nil), rules)
	for _, client := range []string{"203.0.113.1", "203.0.113.1", "203.0.113.2", "203.0.113.2", "2001:db8:0:1::1"} {
		w := leadFrom(d, "10.0.0.1:1", func(r *http.Request) { r.Header.Set("X-Forwarded-For", client) })
		assert.Equal(t, http.StatusAccepted, w.Code, "each behind the proxy counts alone")
	}
}

func TestWhatIsRefusedForAnotherReasonIsNotCounted(t *testing.T) {
	d := opened(t, taking(t, 1, nil), ruled(config.Leads{PerMinute: 1}), secured(leadsSecret))
	own := func(r *http.Request) { r.Header.Set("Origin", "http://"+r.Host) }
	for _, change := range []func(*http.Request){
		func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") },
		func(r *http.Request) { r.Header.Set(signatureHeader, "t=1") },
		func(*http.Request) {}, // not signed, and no page
		func(r *http.Request) {
			own(r)
			r.Method = "OPTIONS"
		},
	} {
		w := leadFrom(d, "203.0.113.9:1234", change)
		assert.NotContains(t, []int{http.StatusAccepted, http.StatusTooManyRequests}, w.Code)
	}
	assert.Equal(t, http.StatusAccepted, leadFrom(d, "203.0.113.9:1234", own).Code)
	assert.Equal(t, http.StatusTooManyRequests, leadFrom(d, "203.0.113.9:1234", own).Code)
}

func TestATurnedAwayLeadLeavesAWordInTheLog(t *testing.T) {
	for want, c := range map[string]struct {
		rules   config.Leads
		secret  []string
		body    string
		headers []string
	}{
		"origin":              {headers: []string{"Origin", "https://evil.example"}},
		"size":                {body: strings.Repeat("x", 5000)},
		"signature-missing":   {secret: []string{leadsSecret}},
		"signature-form":      {secret: []string{leadsSecret}, headers: []string{signatureHeader, "x"}},
		"signature-time":      {secret: []string{leadsSecret}, headers: []string{signatureHeader, signature(time.Unix(1, 0), "", leadsSecret)}},
		"signature-digest":    {secret: []string{leadsSecret}, headers: []string{signatureHeader, signature(time.Now(), "", leadsSecret)}},
		"signature-no-secret": {headers: []string{signatureHeader, "x"}},
		"honeypot":            {rules: config.Leads{Honeypot: "homepage"}, body: strings.Replace(goodJSON, "{", `{"homepage":"https://spam.example",`, 1)},
	} {
		logs := &lockedBuffer{}
		d := opened(t, mocks.NewClient(t), ruled(c.rules), secured(c.secret...), logging(logs))
		if c.body == "" {
			c.body = goodJSON
		}
		w := send(d, "POST", "/leads", mediaJSON, c.body, append(c.headers, "X-Forwarded-For", "203.0.113.77")...)
		assert.GreaterOrEqual(t, w.Code, 400, want)
		assert.Contains(t, logs.String(), `"why":"`+want+`"`)
		for _, private := range []string{"192.0.2.1", "203.0.113.77", "evil.example", "spam.example", "contoso"} {
			assert.NotContains(t, logs.String(), private, want)
		}
	}
	logs := &lockedBuffer{}
	d := opened(t, taking(t, 1, nil), ruled(config.Leads{PerMinute: 1}), logging(logs))
	for range 2 {
		send(d, "POST", "/leads", mediaJSON, goodJSON)
	}
	assert.Contains(t, logs.String(), `"why":"rate"`)
	assert.NotContains(t, logs.String(), "192.0.2.1")
}
