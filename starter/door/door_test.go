package door

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/mocks"

	"github.com/throughline-dev/throughline/workflows/lead"
)

// private is what people send in these tests, none of which may reach a log. None is so short that an opaque ID could hold it.
var private = []string{"winter", "ada@", "contoso", "+4930123", "u0maria01", "lopez", "hooks.slack"}

// opened is a door in front of a Temporal, with what it logs.
func opened(t *testing.T, c client.Client, change ...func(*Options)) *Door {
	logs := &lockedBuffer{}
	o := Options{
		Client: c, SlackSigningSecret: signingSecret, Company: "Northwind", MaxBody: 4096, Timeout: time.Second,
		Logger: slog.New(slog.NewJSONHandler(logs, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, f := range change {
		f(&o)
	}
	t.Cleanup(func() {
		for _, p := range private {
			assert.NotContains(t, strings.ToLower(logs.String()), p, "a log holds what somebody sent")
		}
	})
	return New(o)
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

func send(d http.Handler, method, path, contentType, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w
}

// problemIn reads a problem, which must be one in form and in media type.
func problemIn(t *testing.T, w *httptest.ResponseRecorder) problem {
	t.Helper()
	assert.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
	var p problem
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &p), w.Body.String())
	assert.Equal(t, w.Code, p.Status)
	assert.Equal(t, http.StatusText(w.Code), p.Title)
	assert.NotEmpty(t, p.Detail)
	return p
}

// taking is a Temporal that answers n starts with err.
func taking(t *testing.T, n int, err error) *mocks.Client {
	c := mocks.NewClient(t)
	c.On("ExecuteWorkflow", mock.Anything, mock.Anything, lead.WorkflowName, mock.Anything).Return(nil, err).Times(n)
	return c
}

func TestTheDoorIsReadyWhileTemporalIsAndSaysSoToOperationsAlone(t *testing.T) {
	c := mocks.NewClient(t)
	c.On("CheckHealth", mock.Anything, mock.Anything).Return(nil, errors.New("connection refused")).Once()
	c.On("CheckHealth", mock.Anything, mock.Anything).Return(&client.CheckHealthResponse{}, nil).Once()
	d := opened(t, c)
	assert.ErrorContains(t, d.Ready(t.Context()), "connection refused")
	assert.NoError(t, d.Ready(t.Context()))
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		assert.Equal(t, http.StatusNotFound, send(d, "GET", path, "", "").Code, path)
	}
}

func TestAWrongMethodIsToldTheRightOnes(t *testing.T) {
	d := opened(t, mocks.NewClient(t))
	for path, allow := range map[string]string{
		"/leads": "GET, OPTIONS, POST", "/leads/lead-aaaaaaaaaaaaaaaa": "GET", "/slack/interactions": "POST",
	} {
		w := send(d, "DELETE", path, "", "")
		assert.Equal(t, http.StatusMethodNotAllowed, w.Code, path)
		assert.Equal(t, allow, w.Header().Get("Allow"), path)
		problemIn(t, w)
	}
	w := send(d, "GET", "/ada@contoso.com", "", "")
	assert.Equal(t, http.StatusNotFound, w.Code)
	problemIn(t, w)
}

func TestAPanicIsAnsweredAndDoesNotQuoteItsCause(t *testing.T) {
	c := mocks.NewClient(t)
	c.On("ExecuteWorkflow", mock.Anything, mock.Anything, mock.Anything, mock.Anything).Panic("could not handle ada@contoso.com").Once()
	w := send(opened(t, c), "POST", "/leads", mediaJSON, goodJSON)
	assert.Equal(t, http.StatusInternalServerError, w.Code)
	problemIn(t, w)
}

func TestServeFinishesWhatIsUnderWayBeforeItStops(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	c := mocks.NewClient(t)
	c.On("ExecuteWorkflow", mock.Anything, mock.Anything, mock.Anything, mock.Anything).Run(func(mock.Arguments) {
		close(arrived)
		<-release
	}).Return(nil, nil).Once()
	ctx, stop := context.WithCancel(t.Context())
	l := listen(t)
	served := make(chan error, 1)
	go func() { served <- opened(t, c).Serve(ctx, l) }()

	answered := make(chan int, 1)
	go func() {
		resp, err := http.Post("http://"+l.Addr().String()+"/leads", mediaJSON, strings.NewReader(goodJSON))
		if err != nil {
			answered <- 0
			return
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		answered <- resp.StatusCode
	}()
	<-arrived
	stop()
	select {
	case err := <-served:
		t.Fatalf("stopped with a request under way: %v", err)
	case code := <-answered:
		t.Fatalf("answered %d too early", code)
	case <-time.After(20 * time.Millisecond):
	}
	close(release)
	assert.Equal(t, http.StatusAccepted, <-answered)
	assert.NoError(t, <-served)
}

func TestServeSaysThatItsListenerBroke(t *testing.T) {
	l := listen(t)
	require.NoError(t, l.Close())
	assert.Error(t, opened(t, mocks.NewClient(t)).Serve(t.Context(), l))
}

var quiet = slog.New(slog.DiscardHandler)
