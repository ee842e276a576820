package page

import (
	"bytes"
	"context"
	"html"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/mocks"

	"github.com/throughline-dev/throughline/activities/link"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

var (
	anna   = policy.Person{ID: "anna", Name: "Anna Berg", Email: "anna@northwind.example"}
	victor = policy.Person{ID: "victor", Name: "Victor Hale"}
	omar   = policy.Person{ID: "omar", Name: "Omar Haddad"}
	opened = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	ref    = link.Task{Workflow: "proposal-7qx4m2kd", Task: "approve-2-anna", Version: "2", Person: "anna"}
)

// private is what no log may hold.
var private = []string{"berg", "contoso", "robots", "anna@", "ey"}

// approval is the task that most of these tests are about.
func approval() humantask.View {
	return humantask.View{
		ID: "approve-2-anna", Title: "Approve the proposal for Contoso", Text: "Forty robots.\nDelivered by June.", Version: "2",
		Facts: []slack.Fact{{Label: "Total", Value: "EUR 48,000.00"}, {Label: "CRM", Value: "Open the record", Link: "https://crm.example/deals/1"}},
		Actions: []humantask.Action{
			{Name: "approve", Label: "Approve", Style: "primary", Done: "Approved", Confirm: "It is then sent to the client."},
			{Name: "reject", Label: "Reject", Style: "danger", Done: "Rejected", Fields: []slack.Field{humantask.Comment("Why", true)}},
			{Name: "change", Label: "Change it", Done: "Changed", Fields: []slack.Field{
				{Name: "scope", Label: "Scope", Kind: slack.FieldLong, Required: true, Value: "\nForty robots", Hint: "In Markdown"},
				{Name: "discount", Label: "Discount", Kind: slack.FieldText, Value: "5%"},
				{Name: "tier", Label: "Tier", Kind: slack.FieldChoice, Value: "b", Choices: []slack.Choice{{Value: "a", Label: "Gold"}, {Value: "b", Label: "Silver"}}},
			}},
			{Name: "note", Label: "Seen", Done: "Seen"},
			{Name: humantask.ActionPause, Label: "Wait for the customer", Done: "Paused", Fields: []slack.Field{humantask.Comment("What for", true)}},
		},
		Holder: anna, Candidates: []policy.Person{anna}, Opened: opened, Since: opened, Due: opened.Add(48 * time.Hour),
		Story: []humantask.Happening{{What: humantask.Reminded, At: opened.Add(24 * time.Hour), To: anna}},
	}
}

// office is a Temporal with one workflow: it has tasks, and judges answers.
type office struct {
	*mocks.Client // fails for any other call

	mu      sync.Mutex
	views   []humantask.View
	asleep  error // what asking the workflow comes to, where nobody answers
	down    error // what sending it a signal comes to
	judge   func(humantask.Decision) (humantask.Answer, error)
	judged  []humantask.Decision // by the update
	kept    []humantask.Decision // by the signal
	queried []string
}

func (o *office) QueryWorkflow(_ context.Context, workflow, _, query string, _ ...any) (converter.EncodedValue, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.queried = append(o.queried, workflow+" "+query)
	return listed(o.views), o.asleep
}

type listed []humantask.View

func (l listed) HasValue() bool { return true }
func (l listed) Get(to any) error {
	*to.(*[]humantask.View) = l
	return nil
}

func (o *office) UpdateWorkflow(_ context.Context, u client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	d := u.Args[0].(humantask.Decision)
	if o.asleep != nil {
		return nil, o.asleep
	}
	o.judged = append(o.judged, d)
	answer, err := humantask.Answer{Accepted: true, Text: "Recorded: Approved."}, error(nil)
	if o.judge != nil {
		answer, err = o.judge(d)
	}
	return answered{answer: answer, err: err}, nil
}

// GetWorkflowUpdateHandle is of an update that hasn't got through.
func (o *office) GetWorkflowUpdateHandle(client.GetWorkflowUpdateHandleOptions) client.WorkflowUpdateHandle {
	return answered{err: serviceerror.NewNotFound("no such update")}
}

type answered struct {
	client.WorkflowUpdateHandle
	answer humantask.Answer
	err    error
}

func (a answered) Get(_ context.Context, to any) error {
	*to.(*humantask.Answer) = a.answer
	return a.err
}

func (o *office) SignalWorkflow(_ context.Context, workflow, _, signal string, arg any) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.down == nil {
		o.kept = append(o.kept, arg.(humantask.Decision))
	}
	return o.down
}

// site is the pages in front of an office.
type site struct {
	*Handler
	t      *testing.T
	office *office
	links  *link.Signer
}

func open(t *testing.T, change ...func(*Options)) site {
	links, err := link.NewSigner("https://door.example", strings.Repeat("s", 32))
	require.NoError(t, err)
	of := &office{Client: mocks.NewClient(t), views: []humantask.View{approval()}}
	logs := &lockedBuffer{}
	o := Options{
		Client: of, Links: links, Company: "Northwind", PublicURL: "https://door.example", Timeout: time.Second,
		People:     func() []policy.Person { return []policy.Person{anna, victor, omar} },
		Operations: func() []policy.Person { return []policy.Person{omar} },
		Logger:     slog.New(slog.NewJSONHandler(logs, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, f := range change {
		f(&o)
	}
	t.Cleanup(func() {
		for _, p := range private {
			assert.NotContains(t, strings.ToLower(logs.String()), p, "a log holds what is private")
		}
	})
	return site{New(o), t, of, links}
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

// path is where a link leads, good for an hour or expired since then.
func (s site) path(ref link.Task, good time.Duration) string {
	address, err := s.links.Task(ref, time.Now().Add(good))
	require.NoError(s.t, err)
	return strings.TrimPrefix(address, "https://door.example")
}

func (s site) send(method, path string, body url.Values, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "https://door.example"+path, strings.NewReader(body.Encode()))
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func (s site) get(ref link.Task) *httptest.ResponseRecorder {
	return s.send("GET", s.path(ref, time.Hour), nil)
}

func (s site) post(ref link.Task, action string, values ...string) *httptest.ResponseRecorder {
	body := url.Values{"nonce": {"N1"}, "action": {action}}
	for i := 0; i < len(values); i += 2 {
		body.Set("field."+values[i], values[i+1])
	}
	return s.send("POST", s.path(ref, time.Hour), body)
}

// undecided checks that nothing reached the workflow that could decide.
func (s site) undecided() {
	s.t.Helper()
	assert.Empty(s.t, s.office.judged)
	assert.Empty(s.t, s.office.kept)
}

// text is a page without its markup and style.
func text(w *httptest.ResponseRecorder) string {
	_, body, _ := strings.Cut(w.Body.String(), "</head>")
	plain := html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(body, " "))
	return strings.Join(strings.Fields(plain), " ")
}

var unescape = html.UnescapeString
