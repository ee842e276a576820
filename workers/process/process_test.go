package process

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/workers/metrics"
)

// live is the built-in configuration with Slack somewhere else.
func live(t *testing.T, slackURL string) *config.Live {
	c, err := config.Load()
	require.NoError(t, err)
	if slackURL != "" {
		c.Systems.Slack.URL = slackURL + "/"
	}
	c.Workers.StopTimeout = policy.Duration{Duration: 20 * time.Second}
	return config.NewLive(c)
}

// register notes what is registered.
type register struct {
	worker.Registry
	workflows  []string
	activities []any
}

func (r *register) RegisterWorkflowWithOptions(_ any, o workflow.RegisterOptions) {
	r.workflows = append(r.workflows, o.Name)
}
func (r *register) RegisterActivity(a any) { r.activities = append(r.activities, a) }
func (r *register) RegisterActivityWithOptions(any, activity.RegisterOptions) {
	panic("activities keep their methods' names")
}

func TestEachQueueRegistersWhatItNeedsAndNothingElse(t *testing.T) {
	assert.Equal(t, []string{"lead", "rotation"}, Queues())
	o := Options{Live: live(t, ""), Logger: slog.New(slog.DiscardHandler)}

	var rotation register
	require.NoError(t, queues["rotation"](&rotation, o))
	assert.Equal(t, []string{"rotation", "claims"}, rotation.workflows)
	assert.Empty(t, rotation.activities)

	var lead register
	require.NoError(t, queues["lead"](&lead, o))
	assert.Equal(t, []string{"lead"}, lead.workflows)
	seen := map[string]bool{}
	for _, a := range lead.activities {
		for i := range reflect.TypeOf(a).NumMethod() {
			m := reflect.TypeOf(a).Method(i)
			assert.False(t, seen[m.Name], "two activities are called %s", m.Name)
			seen[m.Name] = true
			assert.Equal(t, 4, m.Type.NumIn(), "%s: a step calls it with a context, a key and a request", m.Name)
			assert.Equal(t, reflect.TypeFor[effect.Key](), m.Type.In(2), m.Name)
			assert.Equal(t, 2, m.Type.NumOut(), m.Name)
		}
	}
	for _, name := range []string{
		"LeadPolicy", "RouteLead", "FindPeople", "TakeTurn", "EnrichCompany", "RecordLead", "RecordOutcome", "SendEmail",
		"Claim", "ReleaseClaims", "JoinCase", "PostCard", "UpdateCard", "ReplyInThread", "AnswerPrivately",
	} {
		assert.True(t, seen[name], "the lead calls %s", name)
	}
}

func TestAnUnknownQueueIsNamed(t *testing.T) {
	c, err := client.NewLazyClient(client.Options{})
	require.NoError(t, err)
	_, err = New(Options{Client: c, Live: live(t, ""), Queues: []string{"lead", "leads"}, Logger: slog.New(slog.DiscardHandler)})
	assert.EqualError(t, err, `there is no task queue "leads": choose from lead, rotation`)
}

func TestAMissingSecretIsWarnedOfByName(t *testing.T) {
	c, err := client.NewLazyClient(client.Options{})
	require.NoError(t, err)
	t.Setenv(string(config.HubSpotToken), "pat-na1-0")
	t.Setenv(string(config.SlackToken), "")
	var logs bytes.Buffer
	_, err = New(Options{Client: c, Live: live(t, ""), Logger: NewLogger(&logs, slog.LevelInfo)})
	require.NoError(t, err)
	assert.Contains(t, logs.String(), string(config.SlackToken))
	assert.NotContains(t, logs.String(), string(config.HubSpotToken))
}

func TestAStopTimeoutThatCutsActivitiesOffIsWarnedOf(t *testing.T) {
	c, err := client.NewLazyClient(client.Options{})
	require.NoError(t, err)
	for stop, warned := range map[time.Duration]bool{time.Second: true, longestActivity(): false} {
		l, logs := live(t, ""), &bytes.Buffer{}
		l.Config().Workers.StopTimeout.Duration = stop
		_, err := New(Options{Client: c, Live: l, Logger: NewLogger(logs, slog.LevelInfo)})
		require.NoError(t, err)
		assert.Equal(t, warned, bytes.Contains(logs.Bytes(), []byte("workers.stop_timeout")), logs.String())
	}
}

func TestAStopLetsAnActivityFinishAndReportWhatItDid(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(arrived)
		<-release
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"ok":true,"message_ts":"1700000000.000100"}`))
	}))
	answer := sync.OnceFunc(func() { close(release) })
	t.Cleanup(vendor.Close)
	t.Cleanup(answer)
	f := newFrontend(t, "lead", "AnswerPrivately", effect.Key{ID: "x"}, slack.PrivateAnswer{Channel: "C1", User: "U1", Text: "hello"})
	measured, logs := metrics.New(), &syncBuffer{}
	registry := prometheus.NewRegistry()
	registry.MustRegister(measured)
	logger := NewLogger(logs, slog.LevelInfo)
	c := f.dial(t, client.Options{MetricsHandler: measured, Logger: log.NewStructuredLogger(logger)})
	p, err := New(Options{Client: c, Live: live(t, vendor.URL), Logger: logger})
	require.NoError(t, err)
	handler := p.Handler(registry)
	assert.Equal(t, http.StatusServiceUnavailable, get(handler, "/readyz").Code, "not started")

	ctx, stop := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- p.Run(ctx) }()
	<-arrived
	becomes := func(code int) {
		require.Eventually(t, func() bool { return get(handler, "/readyz").Code == code }, 5*time.Second, time.Millisecond)
	}
	becomes(http.StatusOK)
	assert.Equal(t, http.StatusOK, get(handler, "/healthz").Code)
	stop()
	becomes(http.StatusServiceUnavailable)
	select {
	case err := <-ran:
		t.Fatalf("stopped with an activity under way: %v", err)
	case <-f.completed:
		t.Fatal("reported before it was done")
	case <-time.After(100 * time.Millisecond): // a stop that doesn't wait takes a few
	}
	answer()
	<-f.completed
	require.NoError(t, <-ran)

	assert.Contains(t, get(handler, "/metrics").Body.String(), `temporal_activity_execution_latency_seconds_count{activity_type="AnswerPrivately"`)
	for line := range bytes.Lines(logs.Bytes()) {
		assert.True(t, json.Valid(line), "%s", line)
	}
}

func TestAWorkerThatCannotGoOnEndsTheProcess(t *testing.T) {
	f := newFrontend(t, "", "")
	c := f.dial(t, client.Options{Logger: log.NewStructuredLogger(slog.New(slog.DiscardHandler))})
	p, err := New(Options{Client: c, Live: live(t, ""), Queues: []string{"rotation"}, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	ran := make(chan error, 1)
	go func() { ran <- p.Run(t.Context()) }()
	require.Eventually(t, func() bool { return p.Ready(t.Context()) == nil }, 10*time.Second, time.Millisecond)
	gone := errors.New("namespace not found")
	p.fatal <- gone // as the SDK says it, which gives a poller minutes before it takes such an answer for final
	assert.ErrorIs(t, <-ran, gone)
	assert.Error(t, p.Ready(t.Context()))
}

func TestWorkersThatCannotStartSayWhy(t *testing.T) {
	f := newFrontend(t, "", "")
	c := f.dial(t, client.Options{Logger: log.NewStructuredLogger(slog.New(slog.DiscardHandler))})
	f.deleteNamespace()
	p, err := New(Options{Client: c, Live: live(t, ""), Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	assert.ErrorContains(t, p.Run(t.Context()), "task queue")
}

func TestLogsLeaveOutWhatAnActivityReturned(t *testing.T) {
	var logs bytes.Buffer
	log.NewStructuredLogger(NewLogger(&logs, slog.LevelInfo)).
		Info("Activity complete after timeout.", "Result", "ada@contoso.com", "WorkflowID", "lead-x")
	assert.NotContains(t, logs.String(), "ada@contoso.com")
	assert.Contains(t, logs.String(), "lead-x")
}

func get(h http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w
}
