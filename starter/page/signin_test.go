package page

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/starter/sso"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

// signing has single sign-on by a provider that nobody is at.
func signing(o *Options) {
	o.SSO = sso.New(sso.Options{
		Issuer: "http://127.0.0.1:1", ClientID: "throughline", ClientSecret: "s", PublicURL: "https://door.example",
		Secrets: []string{strings.Repeat("s", 32)}, People: o.People, Logger: o.Logger,
	})
}

// as is the cookie of who has signed in, as a header.
func (s site) as(person policy.Person) []string {
	s.t.Helper()
	w := httptest.NewRecorder()
	require.NoError(s.t, s.o.SSO.Remember(w, person.ID))
	c := w.Result().Cookies()[0]
	return []string{"Cookie", c.Name + "=" + c.Value}
}

// waits has Temporal say which cases wait for somebody.
func (s site) waits(person string, err error, ids ...string) {
	found := &workflowservice.ListWorkflowExecutionsResponse{}
	for _, id := range ids {
		found.Executions = append(found.Executions, &workflowpb.WorkflowExecutionInfo{Execution: &commonpb.WorkflowExecution{WorkflowId: id}})
	}
	s.office.On("ListWorkflow", mock.Anything, mock.MatchedBy(func(r *workflowservice.ListWorkflowExecutionsRequest) bool {
		return strings.HasSuffix(r.Query, "= '"+person+"'")
	})).Return(found, err)
}

func TestWhoeverHasSignedInSeesAllThatWaitsForThemAndAnswersIt(t *testing.T) {
	s := open(t, signing, shelf)
	doc, err := s.links.Document(document, time.Now().Add(time.Hour))
	require.NoError(t, err)
	s.office.views[0].Facts = []slack.Fact{{Label: "Document", Value: "PDF", Link: doc}}
	s.waits("anna", nil, ref.Workflow)
	w := s.send("GET", "/tasks", nil, s.as(anna)...)
	require.Equal(t, http.StatusOK, w.Code)
	assert.Contains(t, text(w), "Anna Berg, signed in")
	assert.Contains(t, text(w), "Approve the proposal for Contoso")
	address := regexp.MustCompile(`href="(/tasks/[^"]+)"`).FindStringSubmatch(w.Body.String())[1]

	w = s.send("GET", address, nil)
	assert.Equal(t, http.StatusForbidden, w.Code, "the address is good for nothing by itself")
	assert.NotContains(t, w.Body.String(), "Contoso")
	assert.Contains(t, w.Body.String(), sso.Address(address)[:len("/sso/login?to=%2Ftasks%2F")])
	w = s.send("GET", address, nil, s.as(victor)...)
	assert.Equal(t, http.StatusForbidden, w.Code)
	assert.Contains(t, text(w), "made for somebody else")

	w = s.send("GET", address, nil, s.as(anna)...)
	require.Equal(t, http.StatusOK, w.Code)
	assert.Contains(t, text(w), "All that waits for you")
	assert.NotContains(t, text(w), "whoever has its address can answer", "that isn't so here")
	shown := regexp.MustCompile(`data="(/documents/[^#"]+)`).FindStringSubmatch(w.Body.String())[1]
	assert.Equal(t, http.StatusForbidden, s.send("GET", shown, nil).Code)
	pdf := s.send("GET", shown, nil, s.as(anna)...)
	assert.Equal(t, http.StatusOK, pdf.Code)
	assert.Equal(t, "no-store", pdf.Header().Get("Cache-Control"), "it is gone when she has signed out")

	answer := map[string][]string{"nonce": {"N1"}, "action": {"approve"}}
	for _, from := range []string{"cross-site", "same-site"} {
		w = s.send("POST", address, answer, append(s.as(anna), "Sec-Fetch-Site", from)...)
		assert.Equal(t, http.StatusForbidden, w.Code, "another web site's form")
	}
	w = s.send("POST", address, answer, append(s.as(anna), "Origin", "https://evil.example")...)
	assert.Equal(t, http.StatusForbidden, w.Code)
	s.undecided()
	w = s.send("POST", address, answer, append(s.as(anna), "Sec-Fetch-Site", "same-origin")...)
	assert.Equal(t, http.StatusOK, w.Code)
	require.Len(t, s.office.judged, 1)
	assert.Equal(t, humantask.Actor{Person: "anna"}, s.office.judged[0].By)
}

func TestAnExpiredLinkOpensForWhomItWasMadeOnceTheyHaveSignedIn(t *testing.T) {
	s := open(t, signing)
	old := s.path(ref, -time.Hour)
	w := s.send("GET", old, nil)
	assert.Contains(t, text(w), "Please sign in")
	assert.Contains(t, w.Body.String(), `href="/sso/login?to=%2Ftasks%2F`)
	assert.Equal(t, http.StatusOK, s.send("GET", old, nil, s.as(anna)...).Code)

	typed := s.send("POST", old, map[string][]string{"nonce": {"N1"}, "action": {"reject"}, "field.comment": {"too dear"}})
	assert.Equal(t, http.StatusForbidden, typed.Code)
	assert.Contains(t, text(typed), "too dear", "what was typed isn't lost")
	s.undecided()
	assert.Equal(t, http.StatusNotFound, s.send("GET", "/tasks/forged", nil, s.as(anna)...).Code, "a session opens nothing that isn't signed")
}

func TestALinkIsGoodByItselfWhereThereIsSingleSignOn(t *testing.T) {
	s := open(t, signing)
	assert.Equal(t, http.StatusOK, s.get(ref).Code)
	w := s.send("GET", s.path(ref, time.Hour), nil, s.as(victor)...)
	assert.Contains(t, text(w), "For Anna Berg", "whoever has it is taken for whom it names")
}

func TestWhoeverHasNotSignedInIsSentToDoSoAndSeesWhyTheyCannot(t *testing.T) {
	s := open(t, signing)
	w := s.send("GET", "/tasks", nil)
	assert.Equal(t, http.StatusSeeOther, w.Code)
	assert.Equal(t, "/sso/login?to=%2Ftasks", w.Header().Get("Location"))
	w = s.send("GET", "/sso/login?to=%2Ftasks", nil)
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.Contains(t, text(w), "Links in e-mails work without it")
	w = s.send("GET", "/sso/callback?state=x&code=y", nil)
	assert.Equal(t, http.StatusBadRequest, w.Code)
	assert.Contains(t, text(w), "Please sign in once more")
	w = s.send("GET", "/sso/login?to=https%3A%2F%2Fevil.example", nil, s.as(anna)...)
	assert.Equal(t, "/tasks", w.Header().Get("Location"), "nobody is led elsewhere")
	for path, methods := range map[string]string{"/tasks": "GET, HEAD", "/sso/logout": "POST"} {
		w = s.send("DELETE", path, nil)
		assert.Equal(t, http.StatusMethodNotAllowed, w.Code)
		assert.Equal(t, methods, w.Header().Get("Allow"))
	}
}

func TestSigningOutIsForOurOwnPagesAlone(t *testing.T) {
	s := open(t, signing)
	w := s.send("POST", "/sso/logout", map[string][]string{}, append(s.as(anna), "Sec-Fetch-Site", "cross-site")...)
	assert.Equal(t, http.StatusForbidden, w.Code)
	assert.Empty(t, w.Result().Cookies())
	w = s.send("POST", "/sso/logout", map[string][]string{}, append(s.as(anna), "Sec-Fetch-Site", "same-origin")...)
	assert.Equal(t, http.StatusOK, w.Code)
	require.Len(t, w.Result().Cookies(), 1)
	assert.Negative(t, w.Result().Cookies()[0].MaxAge)
}

func TestAListThatCannotBeMadeTriesAgainByItself(t *testing.T) {
	s := open(t, signing)
	s.waits("anna", serviceerror.NewUnavailable("down"))
	w := s.send("GET", "/tasks", nil, s.as(anna)...)
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.Contains(t, w.Body.String(), `http-equiv="refresh"`)

	s = open(t, signing)
	s.waits("anna", nil)
	assert.Contains(t, text(s.send("GET", "/tasks", nil, s.as(anna)...)), "Nothing waits for you.")
}

func TestATaskThatNobodyCanBeAskedAboutIsListedWithoutALink(t *testing.T) {
	s := open(t, signing)
	s.office.asleep = serviceerror.NewDeadlineExceeded("no worker")
	s.waits("anna", nil, ref.Workflow)
	w := s.send("GET", "/tasks", nil, s.as(anna)...)
	assert.Equal(t, http.StatusOK, w.Code)
	assert.NotContains(t, w.Body.String(), `href="/tasks/`)
}

func TestWithoutSingleSignOnThereIsNoList(t *testing.T) {
	s := open(t)
	for _, path := range []string{"/tasks", "/sso/login", "/sso/callback"} {
		assert.Equal(t, http.StatusNotFound, s.send("GET", path, nil).Code, path)
	}
	assert.Equal(t, http.StatusGone, s.send("GET", s.path(ref, -time.Hour), nil).Code)
}
