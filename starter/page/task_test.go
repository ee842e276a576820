package page

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/temporal"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

func TestThePageShowsWhatIsToBeDecidedAndHow(t *testing.T) {
	s := open(t)
	w := s.get(ref)
	require.Equal(t, http.StatusOK, w.Code)
	for _, part := range []string{
		"For Anna Berg", "Approve the proposal for Contoso", "Version 2.", "With Anna Berg since Mon 2 Mar 09:00 UTC .", "Due Wed 4 Mar 09:00 UTC .",
		"Forty robots. Delivered by June.", "Total EUR 48,000.00", "It is then sent to the client.",
		"Why required", "Something else Wait for the customer", "What has happened Tue 3 Mar 09:00 UTC reminded Anna Berg",
	} {
		assert.Contains(t, text(w), part)
	}
	body := w.Body.String()
	assert.Contains(t, body, `<a href="https://crm.example/deals/1" rel="noopener noreferrer"`)
	for _, input := range []string{
		`<textarea id="reject.comment" name="field.comment" rows="2" required`,
		"<textarea id=\"change.scope\" name=\"field.scope\" rows=\"3\" required aria-describedby=\"change.scope.hint change.scope.problem\">\n\nForty robots</textarea>",
		`<input id="change.discount" name="field.discount" value="5%"`, `<option value="b" selected>Silver</option>`,
		`<label for="change.scope">Scope<span class="need">required</span></label>`, `id="change.scope.hint">In Markdown</p>`,
	} {
		assert.Contains(t, body, input)
	}
	assert.NotContains(t, body, "<script", "it works without")
	assert.Equal(t, []string{"proposal-7qx4m2kd tasks"}, s.office.queried)
}

func TestThePageIsKeptFramedIndexedAndToldNowhere(t *testing.T) {
	s := open(t)
	for _, w := range []*httptest.ResponseRecorder{s.get(ref), s.post(ref, "approve"), s.send("GET", "/tasks/x", nil)} {
		for name, want := range map[string]string{
			"Cache-Control": "no-store", "Referrer-Policy": "same-origin", "X-Robots-Tag": "noindex, nofollow", "X-Content-Type-Options": "nosniff",
			"Content-Type": "text/html; charset=utf-8",
		} {
			assert.Equal(t, want, w.Header().Get(name))
		}
		policy := w.Header().Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "frame-ancestors 'none'", "form-action 'self'"} {
			assert.Contains(t, policy, part)
		}
		assert.NotContains(t, policy, "script")
		assert.Empty(t, w.Result().Cookies())
	}
}

func TestOnlyAPostDecides(t *testing.T) {
	s := open(t)
	path := s.path(ref, time.Hour)
	for _, method := range []string{"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PROPFIND"} {
		for _, query := range []string{"", "?nonce=N1&action=approve"} {
			w := s.send(method, path+query, url.Values{"nonce": {"N1"}, "action": {"approve"}})
			if method != "GET" && method != "HEAD" {
				assert.Equal(t, http.StatusMethodNotAllowed, w.Code, method)
				assert.Equal(t, "GET, HEAD, POST", w.Header().Get("Allow"))
			}
		}
	}
	w := s.send("POST", path+"?nonce=N1&action=approve", url.Values{})
	assert.Equal(t, http.StatusBadRequest, w.Code, "what stands in the address is no answer")
	s.undecided()
}

func TestAnAnswerIsThePersonsOnTheVersionThatTheLinkIsFor(t *testing.T) {
	s := open(t)
	w := s.post(ref, "change", "scope", "Fifty robots\r\n\r\nby June", "discount", "", "tier", "a")
	require.Equal(t, http.StatusOK, w.Code)
	assert.Contains(t, text(w), "Recorded: Approved.")
	require.Len(t, s.office.judged, 1)
	d := s.office.judged[0]
	assert.NotEmpty(t, d.ID)
	d.ID = ""
	assert.Equal(t, humantask.Decision{
		Task: "approve-2-anna", Version: "2", Action: "change", By: humantask.Actor{Person: "anna"},
		Fields: map[string]string{"scope": "Fifty robots\n\nby June", "discount": "", "tier": "a"},
	}, d)
	assert.Empty(t, s.office.kept)
}

func TestAnAnswerThatIsSentTwiceIsOneAndAnotherIsAnother(t *testing.T) {
	s := open(t)
	nonces := regexp.MustCompile(`name="nonce" value="(\w+)"`)
	first, second := nonces.FindStringSubmatch(s.get(ref).Body.String())[1], nonces.FindStringSubmatch(s.get(ref).Body.String())[1]
	assert.NotEqual(t, first, second, "each page is one of its own")
	path := s.path(ref, time.Hour)
	send := func(nonce, action, comment string) {
		s.send("POST", path, url.Values{"nonce": {nonce}, "action": {action}, "field.comment": {comment}})
	}
	send(first, "reject", "too dear")
	send(first, "reject", "too dear")
	send(first, "reject", "too late")
	send(first, "approve", "too dear")
	send(second, "reject", "too dear")
	var ids []string
	for _, d := range s.office.judged {
		ids = append(ids, d.ID)
	}
	require.Len(t, ids, 5)
	assert.Equal(t, ids[0], ids[1])
	seen := map[string]bool{}
	for _, id := range ids[1:] {
		assert.False(t, seen[id])
		seen[id] = true
	}
}

func TestARefusalStandsBesideItsFieldWithWhatWasTyped(t *testing.T) {
	s := open(t)
	for name, judge := range map[string]func(humantask.Decision) (humantask.Answer, error){
		"by the handler": func(humantask.Decision) (humantask.Answer, error) {
			return humantask.Answer{Text: "Discount is above the limit.", Field: "discount"}, nil
		},
		"by the validator": func(humantask.Decision) (humantask.Answer, error) {
			text := "Discount is above the limit."
			return humantask.Answer{}, temporal.NewApplicationError(text, "Refused", humantask.Answer{Text: text, Field: "discount"})
		},
	} {
		s.office.judge = judge
		w := s.post(ref, "change", "scope", "Fifty <robots>", "discount", "95%", "tier", "a")
		require.Equal(t, http.StatusUnprocessableEntity, w.Code, name)
		assert.Contains(t, text(w), "Nothing was recorded yet. Discount is above the limit.")
		body := w.Body.String()
		assert.Contains(t, body, `<p class="wrong" id="change.discount.problem">Discount is above the limit.</p>`)
		assert.Contains(t, body, `value="95%" autocomplete="off" aria-invalid="true" autofocus`)
		assert.Contains(t, body, "Fifty &lt;robots&gt;</textarea>")
		assert.Contains(t, body, `<option value="a" selected>`)
		assert.Equal(t, 1, strings.Count(body, "<details open"), "the other answers are closed")
	}
	s.office.judge = func(humantask.Decision) (humantask.Answer, error) {
		return humantask.Answer{Text: "Say what has changed."}, nil
	}
	assert.Contains(t, s.post(ref, "change", "scope", "x").Body.String(), `<p class="wrong">Say what has changed.</p>`)
}

// decidedBy is the approval once somebody has decided it.
func decidedBy(p policy.Person) humantask.View {
	v := approval()
	v.Outcome = &humantask.Outcome{Action: "reject", By: p, At: opened.Add(5 * time.Hour), Comment: "Too <dear>", Version: "2"}
	return v
}

func TestAUsedLinkSaysWhoDecidedWhatAndWhen(t *testing.T) {
	s := open(t)
	s.office.views = []humantask.View{decidedBy(anna)}
	w := s.get(ref)
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Contains(t, text(w), "You decided this on Mon 2 Mar 14:00 UTC: Rejected. “Too <dear>”")
	assert.NotContains(t, w.Body.String(), "<form")
	s.office.views = []humantask.View{decidedBy(victor)}
	assert.Contains(t, text(s.get(ref)), "Victor Hale decided this on Mon 2 Mar 14:00 UTC: Rejected.")

	s.office.judge = func(humantask.Decision) (humantask.Answer, error) {
		return humantask.Answer{Text: "Victor Hale decided this."}, nil
	}
	w = s.post(ref, "reject", "comment", "far too dear")
	assert.Equal(t, http.StatusConflict, w.Code)
	assert.Contains(t, text(w), "Victor Hale decided this on")
	assert.Contains(t, text(w), "What you wrote Why far too dear")
}

func TestAnExpiredLinkSaysSoWhomToAskAndNothingElse(t *testing.T) {
	s := open(t)
	expired := s.path(ref, -time.Minute)
	for _, w := range []*httptest.ResponseRecorder{s.send("GET", expired, nil), s.send("POST", expired, url.Values{"nonce": {"N1"}, "action": {"reject"}, "field.comment": {"too dear"}})} {
		assert.Equal(t, http.StatusGone, w.Code)
		assert.Contains(t, text(w), "This link has expired")
		assert.Contains(t, text(w), "ask Omar Haddad (operations)")
		assert.NotContains(t, text(w), "Contoso")
	}
	assert.Contains(t, text(s.send("POST", expired, url.Values{"nonce": {"N1"}, "action": {"reject"}, "field.comment": {"too dear"}})), "too dear", "it isn't lost")
	assert.Empty(t, s.office.queried)
	s.undecided()
}

func TestALinkThatIsNoneOfOursOpensNothing(t *testing.T) {
	s := open(t)
	good := s.path(ref, time.Hour)
	document, err := s.links.Document(document, time.Now().Add(time.Hour))
	require.NoError(t, err)
	for name, path := range map[string]string{
		"cut short": good[:len(good)-5], "made up": "/tasks/abc", "a document's": "/tasks/" + strings.TrimPrefix(document, "https://door.example/documents/"),
		"nothing": "/tasks/",
	} {
		for _, method := range []string{"GET", "POST"} {
			w := s.send(method, path, url.Values{"nonce": {"N1"}, "action": {"approve"}})
			assert.Equal(t, http.StatusNotFound, w.Code, name)
			assert.Contains(t, text(w), "This link is not valid", name)
		}
	}
	assert.Empty(t, s.office.queried)
	s.undecided()
}

func TestWhoTriesManyLinksIsNotAnsweredAnyMoreAndGoodLinksAre(t *testing.T) {
	s := open(t)
	for range badLinks {
		require.Equal(t, http.StatusNotFound, s.send("GET", "/tasks/abc", nil).Code)
	}
	w := s.send("GET", "/tasks/abc", nil)
	assert.Equal(t, http.StatusTooManyRequests, w.Code)
	assert.NotEmpty(t, w.Header().Get("Retry-After"))
	assert.Less(t, w.Body.Len(), 100)
	assert.Equal(t, http.StatusOK, s.get(ref).Code)
}

func TestASupersededLinkLeadsToWhatWaitsForThePersonNow(t *testing.T) {
	s := open(t)
	old, now := approval(), approval()
	old.Withdrawn = "Withdrawn: there is a newer version."
	now.ID, now.Version, now.Title = "approve-3-anna", "3", "Approve the new proposal"
	other := approval()
	other.ID, other.Candidates = "approve-3-victor", []policy.Person{victor}
	s.office.views = []humantask.View{now, other, old}
	w := s.get(ref)
	assert.Contains(t, text(w), "Withdrawn: there is a newer version. There is nothing left to decide here. This waits for you now Approve the new proposal, version 3")
	links := regexp.MustCompile(`href="(/tasks/[^"]+)"`).FindAllStringSubmatch(w.Body.String(), -1)
	require.Len(t, links, 1, "what waits for others is not theirs to open")
	assert.Contains(t, text(s.send("GET", links[0][1], nil)), "Approve the new proposal Version 3.")

	now.ID = "approve-2-anna" // the same task, of another version
	s.office.views = []humantask.View{now}
	w = s.get(ref)
	assert.Contains(t, text(w), "This link is for an older version, which can’t be answered any more.")
	assert.NotContains(t, w.Body.String(), "<form")
	assert.NotContains(t, text(w), "EUR 48,000.00", "what the older version's page shows is the older version")
	assert.Contains(t, text(w), "This waits for you now")
}

func TestAnAnswerOnASupersededVersionIsRefusedAndLeadsOn(t *testing.T) {
	s := open(t)
	now := approval()
	now.Version = "3"
	s.office.views = []humantask.View{now}
	s.office.judge = func(d humantask.Decision) (humantask.Answer, error) {
		assert.Equal(t, "2", d.Version)
		return humantask.Answer{Text: "You answered an older version of this."}, nil
	}
	w := s.post(ref, "reject", "comment", "too dear")
	assert.Equal(t, http.StatusConflict, w.Code)
	assert.Contains(t, text(w), "There is a newer one. This waits for you now")
	assert.Contains(t, text(w), "too dear")
}

func TestALinkOfSomebodyElseOpensTheirsAndNoOther(t *testing.T) {
	s := open(t)
	wrong := ref
	wrong.Person = "victor"
	w := s.get(wrong)
	assert.Contains(t, text(w), "This isn’t yours to decide any more. It is with Anna Berg.")
	assert.NotContains(t, w.Body.String(), "<form")
	assert.NotContains(t, text(w), "EUR 48,000.00")
	s.office.judge = func(d humantask.Decision) (humantask.Answer, error) {
		assert.Equal(t, humantask.Actor{Person: "victor"}, d.By)
		return humantask.Answer{Text: "This isn't yours to decide."}, nil
	}
	assert.Equal(t, http.StatusConflict, s.post(wrong, "approve").Code)

	wrong.Person = "gone"
	s.office.judged = nil
	for _, w := range []*httptest.ResponseRecorder{s.get(wrong), s.post(wrong, "reject", "comment", "too dear")} {
		assert.Equal(t, http.StatusForbidden, w.Code)
		assert.Contains(t, text(w), "isn't in the handbook any more")
	}
	s.undecided()
}

func TestAnAnswerIsKeptWhenNoWorkerIsThere(t *testing.T) {
	s := open(t)
	s.office.asleep = context.DeadlineExceeded
	w := s.get(ref)
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.Contains(t, w.Body.String(), `http-equiv="refresh"`)
	w = s.post(ref, "reject", "comment", "too dear")
	assert.Equal(t, http.StatusAccepted, w.Code)
	assert.Contains(t, text(w), "It is kept, and counts as soon as Throughline is back at work")
	assert.Contains(t, text(w), "too dear")
	require.Len(t, s.office.kept, 1)
	assert.Equal(t, "reject", s.office.kept[0].Action)
	assert.Equal(t, map[string]string{"comment": "too dear"}, s.office.kept[0].Fields)
}

func TestAnAnswerThatCannotBeHandedOnIsSentOnceMoreAsItWas(t *testing.T) {
	s := open(t)
	s.office.asleep, s.office.down = context.DeadlineExceeded, errors.New("no route to host")
	w := s.post(ref, "reject", "comment", "too dear\n\"<b>\"")
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.NotContains(t, w.Body.String(), `http-equiv="refresh"`, "it would lose what was written")
	again := url.Values{}
	for _, m := range regexp.MustCompile(`(?s)<textarea name="([^"]+)" hidden>\n(.*?)</textarea>`).FindAllStringSubmatch(w.Body.String(), -1) {
		again.Set(m[1], unescape(m[2]))
	}
	s.office.asleep, s.office.down = nil, nil
	s.post(ref, "reject", "comment", "too dear\n\"<b>\"")
	assert.Equal(t, http.StatusOK, s.send("POST", s.path(ref, time.Hour), again).Code)
	require.Len(t, s.office.judged, 2)
	assert.Equal(t, s.office.judged[0], s.office.judged[1], "the same answer, so that it counts once")
}

func TestATaskWhoseWorkflowHasEndedSaysHowAsFarAsIsKnown(t *testing.T) {
	s := open(t)
	s.office.judge = func(humantask.Decision) (humantask.Answer, error) {
		return humantask.Answer{}, serviceerror.NewNotFound("workflow execution already completed")
	}
	s.office.views = []humantask.View{decidedBy(victor)}
	assert.Contains(t, text(s.post(ref, "approve")), "Victor Hale decided this on Mon 2 Mar 14:00 UTC: Rejected.")

	mine := decidedBy(anna)
	mine.Outcome.Fields = map[string]string{"comment": "Too <dear>"}
	s.office.views = []humantask.View{mine}
	w := s.post(ref, "reject", "comment", "Too <dear>")
	assert.Equal(t, http.StatusOK, w.Code, "it was sent twice, and the first has ended the workflow")
	assert.Contains(t, w.Body.String(), `<p class="notice good" role="status">You decided this`)
	for _, w := range []*httptest.ResponseRecorder{s.post(ref, "reject", "comment", "far too dear"), s.post(ref, "approve")} {
		assert.Equal(t, http.StatusConflict, w.Code, "that is another answer")
	}

	s.office.asleep = serviceerror.NewNotFound("no such workflow")
	w = s.get(ref)
	assert.Equal(t, http.StatusGone, w.Code)
	assert.Contains(t, text(w), "This ended long ago")
	w = s.post(ref, "reject", "comment", "too dear")
	assert.Equal(t, http.StatusConflict, w.Code)
	assert.Contains(t, text(w), "This has ended, so your answer changed nothing.")
	assert.Contains(t, text(w), "too dear")

	s.office.asleep, s.office.views = nil, nil
	assert.Equal(t, http.StatusNotFound, s.get(ref).Code)
}

func TestAPausedTaskAndALateOneSaySo(t *testing.T) {
	s := open(t)
	v := approval()
	v.Breached = true
	s.office.views = []humantask.View{v}
	assert.Contains(t, text(s.get(ref)), "Late: it was due Wed 4 Mar 09:00 UTC .")
	v.Due, v.PausedSince = time.Time{}, opened.Add(time.Hour)
	s.office.views = []humantask.View{v}
	assert.Contains(t, text(s.get(ref)), "Paused since Mon 2 Mar 10:00 UTC .")
	v.Holder, v.Candidates = policy.Person{}, []policy.Person{anna, victor}
	s.office.views = []humantask.View{v}
	assert.Contains(t, text(s.get(ref)), "With Anna Berg or Victor Hale since")
}
