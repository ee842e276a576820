package process

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

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
	"github.com/throughline-dev/throughline/telemetry"
)

// live is the built-in configuration with Slack somewhere else.
func live(t *testing.T, slackURL string) *config.Live {
	c, err := config.Load()
	require.NoError(t, err)
	if slackURL != "" {
		c.Systems.Slack.URL = slackURL + "/"
	}
	c.Documents.Dir = t.TempDir()
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
	assert.Equal(t, []string{"lead", "proposal", "return", "rotation"}, Queues())
	o := Options{Live: live(t, ""), Logger: slog.New(slog.DiscardHandler)}
	made := newAdapters(o, newRates(o))
	registered := func(queue string) register {
		var r register
		require.NoError(t, queues[queue](&r, made))
		return r
	}
	rotation := registered("rotation")
	assert.Equal(t, []string{"rotation", "claims"}, rotation.workflows)
	assert.Empty(t, rotation.activities)

	common := []string{"FindPeople", "TakeTurn", "SendEmail", "PostCard", "UpdateCard", "ReplyInThread", "AnswerPrivately"}
	lead := registered("lead")
	assert.Equal(t, []string{"lead"}, lead.workflows)
	calls := steps(t, lead)
	assert.Subset(t, calls, common)
	assert.Subset(t, calls, []string{
		"LeadPolicy", "RouteLead", "EnrichCompany", "RecordLead", "RecordOutcome", "Claim", "ReleaseClaims", "JoinCase",
	})
	assert.NotContains(t, calls, "MakeInvoice")

	proposal := registered("proposal")
	assert.Equal(t, []string{"proposal"}, proposal.workflows)
	calls = steps(t, proposal)
	assert.Subset(t, calls, common)
	assert.Subset(t, calls, []string{
		"ProposalPolicy", "FindApprovers", "CountWorkingDays", "DraftProposal", "RenderProposal", "LinkDocument", "RequestSignature",
		"RemindSigner", "RecallSignature", "MakeProject", "MakeInvoice", "WinDeal",
	})
	assert.NotContains(t, calls, "EnrichCompany")
	assert.Contains(t, proposal.activities, lead.activities[0], "what both need is made once")

	returns := registered("return")
	assert.Equal(t, []string{"return"}, returns.workflows)
	calls = steps(t, returns)
	assert.Subset(t, calls, common)
	assert.Subset(t, calls, []string{
		"ReturnPolicy", "ReadTicket", "OpenTicket", "UpdateTicket", "ReadOrder", "FindVariants", "AssessReturn", "RequestReturn", "AcceptReturn",
		"DeclineReturn", "CancelReturn", "CloseReturn", "RestockReturn", "RecordRefund", "ReserveExchange", "CompleteExchange", "ReleaseExchange",
		"ReckonRefund", "MakeRefund", "ReadRefund", "ReadPaymentsLeft", "Claim", "ReleaseClaims", "LookUpCase",
	})
	assert.NotContains(t, calls, "MakeProject")
}

// steps are the names of what is registered, each of which has the shape of a step.
func steps(t *testing.T, r register) []string {
	var names []string
	for _, a := range r.activities {
		for i := range reflect.TypeOf(a).NumMethod() {
			m := reflect.TypeOf(a).Method(i)
			assert.NotContains(t, names, m.Name, "two activities have one name")
			names = append(names, m.Name)
			assert.Equal(t, 4, m.Type.NumIn(), "%s: a step calls it with a context, a key and a request", m.Name)
			assert.Equal(t, reflect.TypeFor[effect.Key](), m.Type.In(2), m.Name)
			assert.Equal(t, 2, m.Type.NumOut(), m.Name)
		}
	}
	return names
}

func TestDocumentsThatCannotBeKeptStopTheProcessBeforeItBegins(t *testing.T) {
	c, err := client.NewLazyClient(client.Options{})
	require.NoError(t, err)
	l := live(t, "")
	l.Config().Documents.Dir = filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(l.Config().Documents.Dir, nil, 0o600))
	o := Options{Client: c, Live: l, Queues: []string{"lead", "rotation"}, Logger: slog.New(slog.DiscardHandler)}
	_, err = New(o)
	require.NoError(t, err, "leads have none")
	o.Queues = []string{"proposal"}
	_, err = New(o)
	assert.ErrorContains(t, err, "documents.dir: the documents' directory")
	assert.ErrorContains(t, err, "leave proposal out of workers.queues")
}

func TestADraftHasTheDateOfTheHouse(t *testing.T) {
	l := live(t, "")
	a := newAdapters(Options{Live: l}, newRates(Options{Live: l}))
	l.Book().Proposal.Calendar = ""
	assert.Equal(t, time.UTC, a.now().Location())
	l.Book().Proposal.Calendar = "berlin"
	assert.Equal(t, "Europe/Berlin", a.now().Location().String())
}

func TestAnUnknownQueueIsNamed(t *testing.T) {
	c, err := client.NewLazyClient(client.Options{})
	require.NoError(t, err)
	_, err = New(Options{Client: c, Live: live(t, ""), Queues: []string{"lead", "leads"}, Logger: slog.New(slog.DiscardHandler)})
	assert.EqualError(t, err, `there is no task queue "leads": choose from lead, proposal, return, rotation`)
}

func TestAMissingSecretIsWarnedOfByName(t *testing.T) {
	c, err := client.NewLazyClient(client.Options{})
	require.NoError(t, err)
	t.Setenv(string(config.HubSpotToken), "pat-na1-0")
	t.Setenv(string(config.SlackToken), "")
	var logs bytes.Buffer
	_, err = New(Options{Client: c, Live: live(t, ""), Logger: NewLogger(&logs, slog.LevelInfo)})
	require.NoError(t, err)
	for _, name := range []config.SecretName{config.SlackToken, config.LinkSecret, config.PeopleDataLabsKey, config.DropboxSignKey, config.AsanaToken, config.StripeKey} {
		assert.Equal(t, 1, strings.Count(logs.String(), string(name)), "%s is warned of once, whoever needs it", name)
	}
	assert.NotContains(t, logs.String(), string(config.HubSpotToken))
	assert.Contains(t, logs.String(), "systems.asana.workspace")
	assert.Contains(t, logs.String(), "systems.shopify.client_id and THROUGHLINE_SHOPIFY_CLIENT_SECRET")
}

func TestAStopTimeoutThatCutsActivitiesOffIsWarnedOf(t *testing.T) {
	c, err := client.NewLazyClient(client.Options{})
	require.NoError(t, err)
	byDefault, err := config.Load()
	require.NoError(t, err)
	for stop, warned := range map[time.Duration]bool{time.Second: true, longestActivity(): true, byDefault.Workers.StopTimeout.Duration: false} {
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
	logs := &syncBuffer{}
	logger := NewLogger(logs, slog.LevelInfo)
	seen, err := telemetry.Start(t.Context(), "workers", logger)
	require.NoError(t, err)
	c := f.dial(t, seen.Observe(client.Options{Logger: log.NewStructuredLogger(logger)}))
	p, err := New(Options{Client: c, Live: live(t, vendor.URL), Logger: logger})
	require.NoError(t, err)
	handler := seen.Handler(p.Ready)
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
