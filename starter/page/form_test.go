package page

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

func TestAFormFromAnotherWebSiteDecidesNothing(t *testing.T) {
	s := open(t)
	path, body := s.path(ref, time.Hour), url.Values{"nonce": {"N1"}, "action": {"approve"}}
	for _, headers := range [][]string{
		{"Origin", "https://evil.example"}, {"Origin", "null"}, {"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site", "Origin", "https://evil.door.example"},
	} {
		assert.Equal(t, http.StatusForbidden, s.send("POST", path, body, headers...).Code, headers)
	}
	s.undecided()
	for _, headers := range [][]string{{}, {"Origin", "https://door.example"}, {"Sec-Fetch-Site", "same-origin", "Origin", "https://door.example"}} {
		assert.Equal(t, http.StatusOK, s.send("POST", path, body, headers...).Code, headers)
	}
}

func TestAnAnswerThatIsNoneIsSaid(t *testing.T) {
	s := open(t)
	path := s.path(ref, time.Hour)
	for _, body := range []url.Values{{}, {"action": {"approve"}}, {"nonce": {"N1"}}} {
		assert.Equal(t, http.StatusBadRequest, s.send("POST", path, body).Code)
	}
	w := s.send("POST", path, url.Values{"nonce": {"N1"}, "action": {"reject"}, "field.comment": {strings.Repeat("x", maxBody)}})
	assert.Equal(t, http.StatusRequestEntityTooLarge, w.Code)
	s.undecided()
}

func TestNothingThatSomebodyWroteIsMarkup(t *testing.T) {
	const attack = `"><script>alert(1)</script><img src=x onerror=alert(1)>'</textarea></title>`
	s := open(t)
	v := approval()
	v.Title, v.Text, v.Version = attack, attack, "2"
	v.Holder.Name, v.Candidates[0].Name = attack, attack
	v.Facts = []slack.Fact{{Label: attack, Value: attack, Link: "javascript:alert(1)"}, {Label: "x", Value: "y", Link: "https://x.example/" + attack}}
	v.Story = []humantask.Happening{{What: humantask.Noted, Note: attack, At: opened}}
	for i := range v.Actions[2].Fields {
		f := &v.Actions[2].Fields[i]
		f.Name, f.Label, f.Hint, f.Value = f.Name+attack, attack, attack, attack
	}
	v.Actions[2].Fields[2].Choices[0] = slack.Choice{Value: attack, Label: attack}
	v.Actions[0].Label, v.Actions[0].Confirm, v.Actions[0].Name, v.Actions[0].Style = attack, attack, attack, attack
	s.office.views = []humantask.View{v}
	s.office.judge = func(humantask.Decision) (humantask.Answer, error) { return humantask.Answer{Text: attack}, nil }
	pages := []*httptest.ResponseRecorder{s.get(ref), s.post(ref, "change", "scope"+attack, attack), s.post(ref, attack)}
	s.office.asleep, s.office.down = context.DeadlineExceeded, errors.New(attack)
	pages = append(pages, s.post(ref, "change", attack, attack))
	decided := decidedBy(policy.Person{Name: attack})
	decided.Outcome.Comment = attack
	s.office.asleep, s.office.views = nil, []humantask.View{decided}
	pages = append(pages, s.get(ref), s.post(ref, "change", attack, attack))
	for i, w := range pages {
		body := w.Body.String()
		assert.NotContains(t, body, "<script", i)
		assert.NotContains(t, body, "<img", i)
		assert.NotContains(t, body, "javascript:", i)
		assert.Equal(t, strings.Count(body, "<textarea"), strings.Count(body, "</textarea>"), i)
	}
}
