package webhook

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/mocks"

	"github.com/throughline-dev/throughline/activities/claims"
	"github.com/throughline-dev/throughline/activities/policy"
)

const (
	leadA     = "lead-aaaaaaaaaaaaaaaa"
	leadB     = "lead-bbbbbbbbbbbbbbbb"
	secret    = "ecb0ddf1-0d23-4b1b-9d3c-hubspots"
	publicURL = "https://throughline.northwind.example"
	replyHost = "reply.northwind.example"
)

// private is what vendors post in these tests, none of which may reach a log.
var private = []string{"contoso", "winter", "mailbox full", "lopez", replyHost, "cafe"}

// world is what is around the webhooks: a Temporal that remembers its signals, and SendGrid's keys.
type world struct {
	t                *testing.T
	temporal         *mocks.Client
	logs             *lockedBuffer
	events, replies  *ecdsa.PrivateKey
	mu               sync.Mutex
	signals          []signal
	handler          *Handler
	holders          map[string]string // by subject
	queried, refused int
}

type signal struct {
	Lead, Name string
	Content    any
}

var testKeys = sync.OnceValues(func() (*ecdsa.PrivateKey, *ecdsa.PrivateKey) {
	one, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return one, other
})

func published(t testing.TB, key any) string {
	der, err := x509.MarshalPKIXPublicKey(key)
	require.NoError(t, err)
	return base64.StdEncoding.EncodeToString(der)
}

// opened has a handler in front of a Temporal which answers every signal with what trouble says of the lead; nil is no trouble.
func opened(t *testing.T, trouble func(lead string) error, change ...func(*Options)) *world {
	w := &world{t: t, temporal: mocks.NewClient(t), logs: &lockedBuffer{}, holders: map[string]string{}}
	w.events, w.replies = testKeys()
	w.temporal.On("SignalWorkflow", mock.Anything, mock.Anything, "", mock.Anything, mock.Anything).Maybe().Return(
		func(ctx context.Context, id, _, name string, content any) error {
			_, bounded := ctx.Deadline()
			assert.True(t, bounded, "a vendor doesn't wait for ever")
			w.mu.Lock()
			defer w.mu.Unlock()
			if trouble != nil {
				if err := trouble(id); err != nil {
					w.refused++
					return err
				}
			}
			w.signals = append(w.signals, signal{id, name, content})
			return nil
		})
	w.temporal.On("QueryWorkflow", mock.Anything, mock.Anything, "", claims.QueryHolder, mock.Anything).Maybe().Return(
		func(_ context.Context, id, _, _ string, args ...any) (converter.EncodedValue, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.queried++
			subject := args[0].(string)
			assert.Equal(t, claims.WorkflowID(subject), id)
			holder, kept := w.holders[subject]
			if !kept {
				return nil, serviceerror.NewNotFound("workflow not found for ID: " + id)
			}
			if holder == "down" {
				return nil, serviceerror.NewUnavailable("connection refused")
			}
			return value(holder), nil
		})
	o := Options{
		Client: w.temporal, HubSpotSecret: secret, DropboxSignKey: dropboxSignKey, PublicURL: publicURL, ReplyHost: replyHost,
		EventKey: published(t, w.events.Public()), ReplyKey: published(t, w.replies.Public()), Timeout: time.Second,
		People: func() []policy.Person {
			return []policy.Person{{ID: "nobody"}, {ID: "maria", Name: "Maria Lopez", Email: "maria.lopez@northwind.example"}}
		},
		Logger: slog.New(slog.NewJSONHandler(w.logs, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, f := range change {
		f(&o)
	}
	var err error
	w.handler, err = New(o)
	require.NoError(t, err)
	t.Cleanup(func() {
		for _, p := range private {
			assert.NotContains(t, strings.ToLower(w.logs.String()), p, "a log holds what somebody wrote")
		}
	})
	return w
}

// value is an answer of Temporal's to a query.
type value string

func (v value) HasValue() bool { return true }
func (v value) Get(to any) error {
	*to.(*string) = string(v)
	return nil
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// post sends a body with headers, and answers with the status.
func (w *world) post(path string, header http.Header, body []byte) int {
	w.t.Helper()
	r := httptest.NewRequest("POST", path, bytes.NewReader(body))
	r.Header = header
	got := httptest.NewRecorder()
	w.handler.ServeHTTP(got, r)
	answer, err := io.ReadAll(got.Body)
	require.NoError(w.t, err)
	assert.Empty(w.t, answer, "whoever posts is told no more than the status")
	return got.Code
}

// told are the signals that Temporal has taken, in order of lead and ID.
func (w *world) told() []signal {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := slices.Clone(w.signals)
	slices.SortFunc(all, func(a, b signal) int {
		one, _ := json.Marshal(a)
		other, _ := json.Marshal(b)
		return bytes.Compare(one, other)
	})
	return all
}

// line is the last line of the log.
func (w *world) line() (last map[string]any) {
	lines := strings.Split(strings.TrimSpace(w.logs.String()), "\n")
	require.NoError(w.t, json.Unmarshal([]byte(lines[len(lines)-1]), &last), "the log has no line")
	return last
}

// counts are the numbers of the log's last line.
func (w *world) counts() map[string]int {
	found := map[string]int{}
	for name, v := range w.line() {
		if n, ok := v.(float64); ok {
			found[name] = int(n)
		}
	}
	return found
}

func TestOnlyPostsAreTaken(t *testing.T) {
	w := opened(t, nil)
	for _, path := range []string{"/hubspot/events", "/dropboxsign/events", "/stripe/events", "/sendgrid/events", "/sendgrid/replies"} {
		got := httptest.NewRecorder()
		w.handler.ServeHTTP(got, httptest.NewRequest("GET", path, nil))
		assert.Equal(t, http.StatusMethodNotAllowed, got.Code, path)
		assert.Equal(t, "POST", got.Header().Get("Allow"), path)
	}
}

func TestWithoutItsSecretOrKeyEachKeepsTheVendorTrying(t *testing.T) {
	w := opened(t, nil, func(o *Options) { o.HubSpotSecret, o.DropboxSignKey, o.EventKey, o.ReplyKey = "", "", "", "" })
	for _, path := range []string{"/hubspot/events", "/dropboxsign/events", "/stripe/events", "/sendgrid/events", "/sendgrid/replies"} {
		assert.Equal(t, http.StatusServiceUnavailable, w.post(path, http.Header{}, []byte("[]")), path)
		assert.Contains(t, w.line()["err"], "there is no")
	}
	w = opened(t, nil, func(o *Options) { o.ReplyHost = "" })
	assert.Equal(t, http.StatusServiceUnavailable, w.reply(w.aReply(nil)))
}

func TestAKeyThatIsNoneIsFoundAtTheStart(t *testing.T) {
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	for key, want := range map[string]string{
		"not base64!":                 "it is not base64",
		"aGVsbG8=":                    "asn1",
		published(t, weak.Public()):   "it is not an ECDSA key",
		"MFkwEwYHKoZIzj0CAQYIKoZIzj0": "it is not base64",
	} {
		_, err := New(Options{EventKey: key})
		assert.ErrorContains(t, err, "event webhook")
		assert.ErrorContains(t, err, want)
		_, err = New(Options{ReplyKey: key})
		assert.ErrorContains(t, err, "Inbound Parse")
	}
}
