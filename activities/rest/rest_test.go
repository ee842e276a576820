package rest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/rest"
)

type answer struct {
	Name string `json:"name"`
}

// serve starts a vendor and a client of it.
func serve(t *testing.T, h http.HandlerFunc) *rest.Client {
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	client := rest.NewHTTPClient()
	t.Cleanup(client.CloseIdleConnections)
	return &rest.Client{System: "vendor", URL: srv.URL, HTTP: client}
}

func get(c *rest.Client) (answer, error) {
	return rest.Do[answer](context.Background(), c, rest.Request{Method: http.MethodGet, Path: "/thing"})
}

func faultOf(t *testing.T, err error) fault.Fault {
	t.Helper()
	f, ok := fault.From(err)
	require.Truef(t, ok, "no fault: %v", err)
	assert.Equal(t, "vendor", f.System)
	return f
}

func TestARequestCarriesWhatItWasGiven(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, http.MethodPost, r.Method)
		assert.Equal(t, "/base/things/a%2Fb", r.URL.EscapedPath())
		assert.Equal(t, "x y", r.URL.Query().Get("q"))
		assert.Equal(t, "Bearer secret", r.Header.Get("Authorization"))
		assert.Equal(t, "application/json", r.Header.Get("Content-Type"))
		var body answer
		assert.NoError(t, json.NewDecoder(r.Body).Decode(&body))
		assert.Equal(t, "sent", body.Name)
		fmt.Fprint(w, `{"name":"received"}`)
	})
	c.URL += "/base/"
	c.Authorise = rest.Bearer("secret")
	got, err := rest.Do[answer](t.Context(), c, rest.Request{
		Method: http.MethodPost, Path: "/things/" + url.PathEscape("a/b"), Query: url.Values{"q": {"x y"}}, Body: answer{Name: "sent"},
	})
	require.NoError(t, err)
	assert.Equal(t, "received", got.Name)
}

func TestAFormIsSentWithItsFilesAndWithoutEmptyFields(t *testing.T) {
	pdf := []byte("%PDF-1.7\n\x00\xff\r\n--")
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if !assert.NoError(t, r.ParseMultipartForm(1<<20)) {
			return
		}
		assert.Equal(t, map[string][]string{"title": {"Größe & \"Zitat\""}}, r.MultipartForm.Value)
		file, header, err := r.FormFile("files[0]")
		if assert.NoError(t, err) {
			got, err := io.ReadAll(file)
			assert.NoError(t, err)
			assert.Equal(t, pdf, got)
			assert.Equal(t, "proposal.pdf", header.Filename)
		}
		fmt.Fprint(w, `{"name":"received"}`)
	})
	form := &rest.Form{Files: []rest.File{{Field: "files[0]", Name: "proposal.pdf", Bytes: pdf}}}
	form.Add("title", `Größe & "Zitat"`)
	form.Add("message", "")
	got, err := rest.Do[answer](t.Context(), c, rest.Request{Method: http.MethodPost, Path: "/send", Body: form})
	require.NoError(t, err)
	assert.Equal(t, "received", got.Name)
}

func TestAVendorMaySayInAHeaderOfItsOwnHowLongToWait(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Wait", "1")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	c.RetryAfter = func(status int, h http.Header, _ time.Time) time.Duration {
		assert.Equal(t, http.StatusTooManyRequests, status)
		assert.Equal(t, "1", h.Get("X-Wait"))
		return time.Minute
	}
	_, err := get(c)
	assert.Equal(t, time.Minute, faultOf(t, err).RetryAfter)
}

func TestAnAnswerThatNobodyReadsMayBeAnything(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	_, err := rest.Do[struct{}](t.Context(), c, rest.Request{Method: http.MethodDelete, Path: "/thing"})
	require.NoError(t, err)
}

func TestAnErrorIsClassifiedAndDescribed(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "12")
		w.WriteHeader(http.StatusTooManyRequests)
		fmt.Fprint(w, `{"name":"RATE_LIMITS"}`)
	})
	c.Describe = func(body []byte) (string, string) {
		var a answer
		_ = json.Unmarshal(body, &a)
		return a.Name, "slow down"
	}
	_, err := get(c)
	assert.Equal(t, fault.Fault{
		Class: fault.ClassThrottled, System: "vendor", Status: 429, Code: "RATE_LIMITS", Message: "slow down", RetryAfter: 12 * time.Second,
	}, faultOf(t, err))
}

func TestAnErrorThatNobodyCanDescribeIsQuotedInShort(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadGateway)
		fmt.Fprint(w, "<html>", strings.Repeat("ü", 5000))
	})
	_, err := get(c)
	f := faultOf(t, err)
	assert.Equal(t, fault.ClassUnavailable, f.Class)
	assert.Equal(t, 1000, utf8.RuneCountInString(f.Message))
	assert.True(t, strings.HasPrefix(f.Message, "<html>ü"))
	assert.True(t, strings.HasSuffix(f.Message, "ü…"))
}

func TestAnAnswerThatCantBeReadIsTriedAgain(t *testing.T) {
	tests := map[string]http.HandlerFunc{
		"garbage":     func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>ok</html>") },
		"empty":       func(http.ResponseWriter, *http.Request) {},
		"wrong shape": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"name":{}}`) },
		"broken off": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, `{"name":`)
		},
		"without end": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.CopyN(w, strings.NewReader(strings.Repeat(" ", rest.MaxAnswer+1)), rest.MaxAnswer+1)
		},
	}
	for name, h := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := get(serve(t, h))
			assert.Equal(t, fault.ClassUnavailable, faultOf(t, err).Class)
			assert.Zero(t, got)
		})
	}
}

func TestAVendorThatCantBeReachedIsTriedAgain(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	c := &rest.Client{System: "vendor", URL: "http://" + l.Addr().String(), HTTP: rest.NewHTTPClient()}
	_, err = rest.Do[answer](t.Context(), c, rest.Request{Method: http.MethodGet, Path: "/thing", Query: url.Values{"who": {"jane"}}})
	f := faultOf(t, err)
	assert.Equal(t, fault.ClassUnavailable, f.Class)
	assert.Contains(t, f.Message, "refused")
	assert.NotContains(t, f.Message, "jane", "the query can hold personal data")
}

func TestACallEndsByItsTimeout(t *testing.T) {
	release := make(chan struct{})
	c := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-release })
	defer close(release)
	c.HTTP.Timeout = 20 * time.Millisecond
	_, err := get(c)
	assert.Equal(t, fault.ClassUnavailable, faultOf(t, err).Class)
}

func TestABodyThatIsNoJSONIsFinal(t *testing.T) {
	c := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("was sent") })
	_, err := rest.Do[answer](t.Context(), c, rest.Request{Method: http.MethodPost, Path: "/thing", Body: func() {}})
	assert.Equal(t, fault.ClassFinal, faultOf(t, err).Class)
}

func TestNoRedirectIsFollowed(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/thing" {
			t.Error("the key was carried elsewhere")
		}
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	})
	_, err := get(c)
	f := faultOf(t, err)
	assert.Equal(t, fault.ClassFinal, f.Class)
	assert.Equal(t, http.StatusTemporaryRedirect, f.Status)
}

func TestConnectionsAreUsedAgainAfterGoodAndBadAnswers(t *testing.T) {
	var connections, calls atomic.Int32
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if calls.Add(1)%2 == 0 {
			w.WriteHeader(http.StatusInternalServerError)
		}
		fmt.Fprint(w, `{"name":"x"}`)
	}))
	srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			connections.Add(1)
		}
	}
	srv.Start()
	defer srv.Close()
	c := &rest.Client{System: "vendor", URL: srv.URL, HTTP: rest.NewHTTPClient()}
	defer c.HTTP.CloseIdleConnections()
	for range 6 {
		_, _ = get(c)
	}
	assert.EqualValues(t, 6, calls.Load())
	assert.EqualValues(t, 1, connections.Load())
}

func TestTheSharedClientBoundsAnswersForTheVendorsSDKsToo(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, strings.Repeat(" ", rest.MaxAnswer+1))
	})
	resp, err := c.HTTP.Get(c.URL)
	require.NoError(t, err)
	defer resp.Body.Close()
	_, err = io.ReadAll(resp.Body)
	require.ErrorContains(t, err, "too large")
}
