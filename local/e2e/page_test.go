package e2e

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/local/stack"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/lead"
)

// link waits for the mail about a task to somebody, and is the link in it.
func (s system) link(t *testing.T, id string, to policy.Person) (address string) {
	t.Helper()
	eventually(t, "a mail with a link to "+to.ID, func() bool {
		mails, err := s.world.Emails(t.Context(), to.Email, id)
		require.NoError(t, err)
		for _, m := range mails {
			address = regexp.MustCompile(regexp.QuoteMeta(s.Door) + `/tasks/\S+`).FindString(m.Text)
		}
		return address != ""
	})
	return address
}

// unslacked sends a lead while Slack refuses everything, and is its rep and the link that they get.
func (s system) unslacked(t *testing.T, f fields) (id string, rep policy.Person, link string) {
	t.Helper()
	id = s.send(t, f)
	rep = s.task(t, id, lead.ContactTask).Holder
	return id, rep, s.link(t, id, rep)
}

// answer posts a form as a page has it, and is what the answer was.
func answer(t *testing.T, address, nonce, action string, values map[string]string) (status int, body string) {
	t.Helper()
	form := url.Values{"nonce": {nonce}, "action": {action}}
	for name, value := range values {
		form.Set("field."+name, value)
	}
	res, err := http.PostForm(address, form)
	require.NoError(t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(text)
}

func TestWithoutSlackATaskIsAnsweredOnItsPage(t *testing.T) {
	t.Parallel()
	s := start(t, stack.Options{NoWorkers: true})
	stop := s.work(t)
	s.order(t, sandbox.Fault{System: "slack", Kind: sandbox.Unauthorized})
	id, rep, link := s.unslacked(t, fields{"name": "Ada Brandt", "email": "ada@paged.example", "company": "Paged", "country": "DE"})

	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodOptions} { // what looks for bad links in mails
		r, err := http.NewRequest(method, link+"?action="+lead.ActionContacted, nil)
		require.NoError(t, err)
		res, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
	}
	require.True(t, s.task(t, id, lead.ContactTask).Open())

	status, body := answer(t, link, "one", lead.ActionDisqualified, map[string]string{humantask.FieldComment: " "})
	require.Equal(t, http.StatusUnprocessableEntity, status)
	require.Contains(t, body, "is needed with the answer")
	var together sync.WaitGroup
	for range 8 { // an impatient finger
		together.Go(func() {
			status, body := answer(t, link, "two", lead.ActionDisqualified, map[string]string{humantask.FieldComment: "a student"})
			assert.Equal(t, http.StatusOK, status, body)
			assert.Contains(t, body, "notice good")
		})
	}
	together.Wait()
	result := s.result(t, id)
	require.Equal(t, lead.Disqualified, result.Ending)
	require.Equal(t, rep.ID, result.Contact.By.ID)
	require.Equal(t, "a student", result.Contact.Comment)
	s.requireOnce(t, id)
	res, err := http.Get(link)
	require.NoError(t, err)
	text, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Contains(t, string(text), "You decided this on ")
	require.NotContains(t, string(text), "<form")

	late, _, link := s.unslacked(t, fields{"name": "Ben Cole", "email": "ben@paged.example", "company": "Paged Too", "country": "GB"})
	stop()
	status, body = answer(t, link, "three", lead.ActionContacted, nil)
	require.Equal(t, http.StatusAccepted, status, body)
	stop = s.work(t)
	require.Equal(t, lead.Contacted, s.result(t, late).Ending)
	requireReplay(t, s.history(t, late, ""), "")
	stop()
	require.NoError(t, s.Stop())
}

func TestATasksPageWorksOnAPhoneWithoutScripts(t *testing.T) {
	t.Parallel()
	w := window{browser(t), t}
	s := start(t, stack.Options{})
	s.order(t, sandbox.Fault{System: "slack", Kind: sandbox.Unauthorized})
	id, rep, link := s.unslacked(t, fields{"name": "Ada Brandt", "email": "ada@phone.example", "company": "Phone & <b>Sons</b>", "country": "DE"})
	w.do(
		chromedp.EmulateViewport(390, 844),
		chromedp.Navigate(link),
		chromedp.Click(`//summary[contains(., "Not a lead")]`),
		chromedp.SendKeys(`[id="`+lead.ActionDisqualified+`.`+humantask.FieldComment+`"]`, "a student"),
		chromedp.Click(`//details[@open]//button`),
	)
	require.Contains(t, w.read(`//p[contains(@class, "good")]`), "Recorded")
	require.Contains(t, w.read(`//dl`), "Phone & <b>Sons</b>")
	require.Contains(t, strings.Join(strings.Fields(w.read(`//header`)), " "), "For "+rep.Name)
	require.Equal(t, "a student", s.result(t, id).Contact.Comment)
	require.NoError(t, s.Stop())
}
