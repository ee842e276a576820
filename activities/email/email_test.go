package email_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/contract"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/email"
	"github.com/throughline-dev/throughline/activities/fault"
)

type sentMail struct {
	Personalizations []struct {
		To         []email.Address   `json:"to"`
		Headers    map[string]string `json:"headers"`
		CustomArgs map[string]string `json:"custom_args"`
	} `json:"personalizations"`
	From        email.Address   `json:"from"`
	ReplyTo     *email.Address  `json:"reply_to"`
	ReplyToList []email.Address `json:"reply_to_list"`
	Subject     string          `json:"subject"`
	Content     []struct{ Type, Value string }
	Tracking    struct {
		Click struct{ Enable *bool } `json:"click_tracking"`
	} `json:"tracking_settings"`
}

// post is SendGrid: it takes mail, and knows what it took.
type post struct {
	t       *testing.T
	mu      sync.Mutex
	mails   []sentMail
	lookups int
	// before answers instead of SendGrid when it returns true; after runs once the mail is taken.
	before, after func(w http.ResponseWriter, r *http.Request) bool
}

func (p *post) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	assert.Equal(p.t, "Bearer SG.test", r.Header.Get("Authorization"))
	if r.URL.Path == "/v3/messages" {
		p.lookups++
	}
	if p.before != nil && p.before(w, r) {
		return
	}
	switch r.Method + " " + r.URL.Path {
	case "POST /v3/mail/send":
		var m sentMail
		body, err := io.ReadAll(r.Body)
		assert.NoError(p.t, err)
		assert.NoError(p.t, json.Unmarshal(body, &m))
		p.mails = append(p.mails, m)
		if p.after != nil && p.after(w, r) {
			return
		}
		w.WriteHeader(http.StatusAccepted)
	case "GET /v3/messages":
		found := []any{}
		for _, m := range p.mails {
			if r.URL.Query().Get("query") == `(unique_args['throughline_key']="`+m.Personalizations[0].CustomArgs["throughline_key"]+`")` {
				found = append(found, map[string]any{
					"from_email": m.From.Email, "msg_id": "x", "subject": m.Subject, "to_email": "y", "status": "processed",
					"opens_count": 0, "clicks_count": 0, "last_event_time": "2026-01-02T03:04:05Z",
				})
			}
		}
		w.Header().Set("Content-Type", "application/json")
		assert.NoError(p.t, json.NewEncoder(w).Encode(map[string]any{"messages": found}))
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (p *post) url(check func(http.Handler) http.Handler) string {
	var h http.Handler = p
	if check != nil {
		h = check(h)
	}
	srv := httptest.NewServer(h)
	p.t.Cleanup(srv.Close)
	return srv.URL
}

func open(t *testing.T, o email.Options) (*post, *email.Activities) {
	p := &post{t: t}
	o.URL, o.Key, o.From = p.url(nil), "SG.test", email.Address{Name: "Northwind", Email: "hello@northwind.example"}
	a, err := email.New(o)
	require.NoError(t, err)
	return p, a
}

var (
	key     = effect.Key{ID: "lead-4k7q2m9x/outreach"}
	again   = effect.Key{ID: "lead-4k7q2m9x/outreach", Again: true}
	rep     = email.Address{Name: "Maria Lopez", Email: "maria@northwind.example"}
	message = email.Message{
		To: email.Address{Name: "Jane Roe", Email: "jane@contoso.com"}, From: rep, ReplyTo: rep, Template: "lead_outreach",
		Data: map[string]string{
			"lead_name": "Jane Roe", "lead_company": "Contoso", "rep_name": "Maria Lopez", "rep_email": "maria@northwind.example",
			"company": "Northwind Robotics",
		},
	}
)

func faultOf(t *testing.T, err error) fault.Fault {
	t.Helper()
	require.Error(t, err)
	f, ok := fault.From(err)
	require.Truef(t, ok, "no fault: %v", err)
	assert.Equal(t, "sendgrid", f.System)
	return f
}

func TestWhatIsSentAndAnsweredIsWhatSendGridDescribes(t *testing.T) {
	v := contract.SendGrid(t)
	p := &post{t: t}
	a, err := email.New(email.Options{URL: p.url(v.Handler), Key: "SG.test", From: rep})
	require.NoError(t, err)
	_, err = a.SendEmail(t.Context(), key, message)
	require.NoError(t, err)
	sent, err := a.SendEmail(t.Context(), again, message)
	require.NoError(t, err)
	assert.True(t, sent.Before)
	plain := message
	plain.From, plain.ReplyTo, plain.To.Name = email.Address{}, email.Address{}, ""
	_, err = a.SendEmail(t.Context(), effect.Key{ID: "lead-2/outreach", Again: true}, plain)
	require.NoError(t, err)
	assert.Len(t, p.mails, 2)
}

func TestAMessageSaysWhoItIsFromAndCarriesItsMark(t *testing.T) {
	p, a := open(t, email.Options{})
	sent, err := a.SendEmail(t.Context(), key, message)
	require.NoError(t, err)
	require.Len(t, p.mails, 1)
	m := p.mails[0]
	assert.Equal(t, rep, m.From)
	assert.Equal(t, &rep, m.ReplyTo)
	assert.Equal(t, []email.Address{message.To}, m.Personalizations[0].To)
	assert.Equal(t, "Thank you for getting in touch with Northwind Robotics", m.Subject)
	assert.Equal(t, map[string]string{"throughline_key": key.ID}, m.Personalizations[0].CustomArgs)
	assert.Equal(t, "<"+sent.MessageID+">", m.Personalizations[0].Headers["Message-ID"])
	assert.Regexp(t, `^[0-9a-f]{32}@northwind\.example$`, sent.MessageID)
	assert.Equal(t, "text/plain", m.Content[0].Type, "SendGrid wants the plain text first")
	assert.Equal(t, "text/html", m.Content[1].Type)
	assert.Zero(t, p.lookups, "nothing is looked up where nothing can have happened")

	other, err := a.SendEmail(t.Context(), effect.Key{ID: "lead-2/outreach"}, message)
	require.NoError(t, err)
	assert.NotEqual(t, sent.MessageID, other.MessageID)
}

func TestAMessageWithoutASenderIsFromTheConfiguredOne(t *testing.T) {
	p, a := open(t, email.Options{})
	m := message
	m.From, m.ReplyTo = email.Address{}, email.Address{}
	_, err := a.SendEmail(t.Context(), key, m)
	require.NoError(t, err)
	assert.Equal(t, email.Address{Name: "Northwind", Email: "hello@northwind.example"}, p.mails[0].From)
	assert.Nil(t, p.mails[0].ReplyTo)
}

func TestAMessageThatMayHaveBeenSentIsLookedUpFirst(t *testing.T) {
	p, a := open(t, email.Options{})
	first, err := a.SendEmail(t.Context(), again, message)
	require.NoError(t, err)
	assert.False(t, first.Before, "what isn't there is sent")

	second, err := a.SendEmail(t.Context(), again, message)
	require.NoError(t, err)
	assert.True(t, second.Before)
	assert.Equal(t, first.MessageID, second.MessageID)
	assert.Len(t, p.mails, 1)
}

func TestWithoutTheLookUpAMessageIsSentAgain(t *testing.T) {
	p, a := open(t, email.Options{NoLookup: true})
	for range 2 {
		_, err := a.SendEmail(t.Context(), again, message)
		require.NoError(t, err)
	}
	assert.Len(t, p.mails, 2)
	assert.Zero(t, p.lookups)
}

func TestALookUpThatIsRefusedSendsNothing(t *testing.T) {
	p, a := open(t, email.Options{})
	p.before = func(w http.ResponseWriter, r *http.Request) bool {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"errors":[{"message":"access forbidden"}]}`)
		return r.URL.Path == "/v3/messages"
	}
	_, err := a.SendEmail(t.Context(), again, message)
	f := faultOf(t, err)
	assert.Equal(t, fault.ClassFinal, f.Class)
	assert.Contains(t, f.Message, "add-on")
	assert.Contains(t, f.Message, "access forbidden")
	assert.Empty(t, p.mails)

	p.before = func(w http.ResponseWriter, _ *http.Request) bool { fmt.Fprint(w, `{}`); return true }
	_, err = a.SendEmail(t.Context(), again, message)
	assert.Equal(t, fault.ClassUnavailable, faultOf(t, err).Class, "an answer without a list is no answer")
}

func hangUp(t *testing.T, w http.ResponseWriter) {
	conn, _, err := w.(http.Hijacker).Hijack()
	assert.NoError(t, err)
	assert.NoError(t, conn.Close())
}

func TestALostReplyLeavesOneMessage(t *testing.T) {
	p, a := open(t, email.Options{})
	lost := false
	p.after = func(w http.ResponseWriter, _ *http.Request) bool {
		if !lost {
			lost = true
			hangUp(t, w)
			return true
		}
		return false
	}
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	env.RegisterActivity(a)
	start := env.Now()
	env.ExecuteWorkflow(func(ctx workflow.Context) (sent email.Sent, err error) {
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
			StartToCloseTimeout: 10 * time.Second, RetryPolicy: &temporal.RetryPolicy{MaximumAttempts: 3},
		})
		err = workflow.ExecuteActivity(ctx, a.SendEmail, key, message).Get(ctx, &sent)
		return sent, err
	})
	require.NoError(t, env.GetWorkflowError())
	var sent email.Sent
	require.NoError(t, env.GetWorkflowResult(&sent))
	assert.True(t, sent.Before)
	assert.Len(t, p.mails, 1)
	assert.GreaterOrEqual(t, env.Now().Sub(start), time.Minute, "SendGrid gets the time to show what it took")
}

func TestASendingThatWasCutOffWaitsForSendGridToShowIt(t *testing.T) {
	for name, test := range map[string]struct {
		options email.Options
		cut     func(w http.ResponseWriter)
		want    time.Duration
	}{
		"cut off":                     {email.Options{}, func(w http.ResponseWriter) { hangUp(t, w) }, time.Minute},
		"server error":                {email.Options{}, func(w http.ResponseWriter) { w.WriteHeader(500) }, time.Minute},
		"as configured":               {email.Options{Settle: time.Second}, func(w http.ResponseWriter) { w.WriteHeader(500) }, time.Second},
		"nothing would be looked up":  {email.Options{NoLookup: true}, func(w http.ResponseWriter) { w.WriteHeader(500) }, 0},
		"refused, so it was not sent": {email.Options{}, func(w http.ResponseWriter) { w.WriteHeader(429) }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			p, a := open(t, test.options)
			p.before = func(w http.ResponseWriter, _ *http.Request) bool { test.cut(w); return true }
			_, err := a.SendEmail(t.Context(), key, message)
			assert.Equal(t, test.want, faultOf(t, err).RetryAfter)
		})
	}
}

func TestASendGridThatCantBeReachedIsTriedAgainAsUsual(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	a, err := email.New(email.Options{URL: "http://" + l.Addr().String(), From: rep})
	require.NoError(t, err)
	_, err = a.SendEmail(t.Context(), key, message)
	f := faultOf(t, err)
	assert.Equal(t, fault.ClassUnavailable, f.Class)
	assert.Zero(t, f.RetryAfter, "nothing can have been sent")
}

func TestWhatSendGridRefusesIsClassified(t *testing.T) {
	reset := fmt.Sprint(time.Now().Add(20 * time.Second).Unix())
	for _, test := range []struct {
		status int
		header http.Header
		class  string
		wait   bool
	}{
		{400, nil, fault.ClassFinal, false},
		{401, nil, fault.ClassFinal, false},
		{413, nil, fault.ClassFinal, false},
		{500, nil, fault.ClassUnavailable, true},
		{429, http.Header{"Retry-After": {"9"}}, fault.ClassThrottled, true},
		{429, http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {reset}}, fault.ClassThrottled, true},
		{429, http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {"soon"}}, fault.ClassThrottled, false},
	} {
		p, a := open(t, email.Options{})
		p.before = func(w http.ResponseWriter, _ *http.Request) bool {
			for k, v := range test.header {
				w.Header()[k] = v
			}
			w.WriteHeader(test.status)
			fmt.Fprint(w, `{"errors":[{"message":"no","field":"from.email"},{"message":"nor this","field":null}]}`)
			return true
		}
		_, err := a.SendEmail(t.Context(), key, message)
		f := faultOf(t, err)
		assert.Equal(t, test.class, f.Class, test.status)
		assert.Equal(t, test.status, f.Status)
		assert.Equal(t, "from.email: no; nor this", f.Message)
		assert.Equal(t, test.wait, f.RetryAfter > 0)
		assert.LessOrEqual(t, f.RetryAfter, time.Minute)
	}
}

func TestAMessageThatCantBeMadeIsFinalAndSendsNothing(t *testing.T) {
	p, a := open(t, email.Options{})
	for name, change := range map[string]func(m *email.Message){
		"to nobody":    func(m *email.Message) { m.To = email.Address{} },
		"no template":  func(m *email.Message) { m.Template = "lead_outrage" },
		"missing data": func(m *email.Message) { m.Data = map[string]string{"lead_name": "Jane"} },
		"no data":      func(m *email.Message) { m.Data = nil },
	} {
		m := message
		change(&m)
		_, err := a.SendEmail(t.Context(), key, m)
		assert.Equal(t, fault.ClassFinal, faultOf(t, err).Class, name)
	}
	assert.Empty(t, p.mails)
}

func TestMessagesSentAtOnceDontMixUp(t *testing.T) {
	p, a := open(t, email.Options{})
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			m := message
			m.To.Email = fmt.Sprintf("lead%d@contoso.com", i)
			_, err := a.SendEmail(t.Context(), effect.Key{ID: fmt.Sprintf("lead-%d/outreach", i)}, m)
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	require.Len(t, p.mails, 20)
	for _, m := range p.mails {
		to := m.Personalizations[0]
		number := strings.TrimSuffix(strings.TrimPrefix(to.To[0].Email, "lead"), "@contoso.com")
		assert.Equal(t, "lead-"+number+"/outreach", to.CustomArgs["throughline_key"])
	}
}

func TestASenderThatIsNoAddressIsFoundAtTheStart(t *testing.T) {
	for _, from := range []string{"", "hello", "Northwind <hello@northwind.example>"} {
		_, err := email.New(email.Options{From: email.Address{Email: from}})
		assert.ErrorContains(t, err, "is no e-mail address")
	}
}
