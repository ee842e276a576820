package door

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/mocks"

	"github.com/throughline-dev/throughline/activities/link"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

// aChange is a click on a button whose dialog has something in it to begin with.
var aChange = strings.Replace(strings.Replace(aClick, `"response_url"`, `"trigger_id":"12.34.abc","response_url"`, 1), `\"t\":`,
	`\"d\":{\"title\":\"Contact Contoso\",\"label\":\"Change it\",\"prefilled\":true},\"t\":`, 1)

// having is a Temporal whose workflow has tasks, once it is asked.
func having(t *testing.T, err error, views ...humantask.View) *mocks.Client {
	c := mocks.NewClient(t)
	answer := &mocks.Value{}
	answer.On("Get", mock.Anything).Run(func(args mock.Arguments) { *args.Get(0).(*[]humantask.View) = views }).Return(nil)
	c.On("QueryWorkflow", mock.Anything, "lead-abcdefghijklmnop", "", humantask.QueryTasks).Return(converter.EncodedValue(answer), err).Once()
	return c
}

// changeable is the task of the click.
func changeable() humantask.View {
	return humantask.View{ID: "contact", Version: "2", Actions: []humantask.Action{{Name: "contacted", Done: "Changed", Fields: []slack.Field{
		{Name: "scope", Label: "Scope", Kind: slack.FieldLong, Value: "forty robots"},
	}}}}
}

// changes clicks, and is the view that the dialog has in the end.
func changes(t *testing.T, c *mocks.Client, change ...func(*Options)) (view string) {
	t.Helper()
	ws, slack := slackAt(`{"ok":true,"view":{"id":"V0001","hash":"1.a"}}`)
	d := opened(t, c, append(change, slack)...)
	w := click(d, payload(aChange))
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Empty(t, w.Body.String())
	first := <-ws.calls
	assert.Equal(t, "http://slack.example/api/views.open", first.url)
	d.talk.Wait()
	last := <-ws.calls
	assert.Equal(t, "http://slack.example/api/views.update", last.url)
	assert.Equal(t, []any{"V0001", "1.a"}, []any{last.body["view_id"], last.body["hash"]})
	assert.True(t, last.deadline)
	text, err := json.Marshal(last.body["view"])
	require.NoError(t, err)
	return string(text)
}

func TestADialogIsFilledInWithWhatTheWorkflowSaysAfterSlackWasAnswered(t *testing.T) {
	asked := make(chan struct{})
	c := mocks.NewClient(t)
	answer := &mocks.Value{}
	answer.On("Get", mock.Anything).Run(func(args mock.Arguments) { *args.Get(0).(*[]humantask.View) = []humantask.View{changeable()} }).Return(nil)
	c.On("QueryWorkflow", mock.Anything, "lead-abcdefghijklmnop", "", humantask.QueryTasks).
		Run(func(mock.Arguments) { <-asked }).Return(converter.EncodedValue(answer), nil).Once()
	ws, slack := slackAt(`{"ok":true,"view":{"id":"V0001","hash":"1.a"}}`)
	d := opened(t, c, slack)
	assert.Equal(t, http.StatusOK, click(d, payload(aChange)).Code, "Slack is answered, and the workflow has not")
	assert.Len(t, ws.calls, 1)
	close(asked)
	d.talk.Wait()
	assert.Len(t, ws.calls, 2)
}

func TestADialogHasTheValuesOfTheMoment(t *testing.T) {
	view := changes(t, having(t, nil, changeable()))
	assert.Contains(t, view, `"initial_value":"forty robots"`)
	assert.Contains(t, view, `"submit"`)
}

func TestADialogThatCanNotShowAllLeadsToThePageOfWhoeverClicked(t *testing.T) {
	links, err := link.NewSigner("https://door.example", strings.Repeat("s", 32))
	require.NoError(t, err)
	long := changeable()
	long.Actions[0].Fields[0].Value = strings.Repeat("x", 3001)
	known := func(o *Options) {
		o.Links = links
		o.People = func() []policy.Person {
			return []policy.Person{{ID: "sam", Slack: "U0SAM"}, {ID: "maria", Slack: "U0MARIA01"}}
		}
	}
	_, rest, found := strings.Cut(changes(t, having(t, nil, long), known), "https://door.example/tasks/")
	require.True(t, found)
	token, _, _ := strings.Cut(rest, "|")
	ref, err := links.OpenTask(token)
	require.NoError(t, err)
	assert.Equal(t, link.Task{Workflow: "lead-abcdefghijklmnop", Task: "contact", Version: "2", Person: "maria"}, ref)
	assert.NotContains(t, changes(t, having(t, nil, long), func(o *Options) { o.Links = links }), "/tasks/", "for a stranger")
	assert.NotContains(t, changes(t, having(t, nil, long)), "/tasks/", "without a signer")
}

func TestADialogThatThereIsNothingForSaysWhy(t *testing.T) {
	decided, withdrawn, newer, other := changeable(), changeable(), changeable(), changeable()
	decided.Outcome = &humantask.Outcome{Action: "contacted", By: policy.Person{Name: "Grace Chen"}}
	withdrawn.Withdrawn = "Withdrawn: there is a newer version."
	newer.Version = "3"
	other.Actions[0].Name = "else"
	for want, c := range map[string]*mocks.Client{
		nothingKnown:                           having(t, context.DeadlineExceeded),
		"Grace Chen decided this on":           having(t, nil, decided),
		"Withdrawn: there is a newer version.": having(t, nil, withdrawn),
		olderVersion:                           having(t, nil, newer),
		notOffered:                             having(t, nil, other),
		nothingOpen:                            having(t, nil),
	} {
		view := changes(t, c)
		assert.Contains(t, view, want)
		assert.NotContains(t, view, `"submit"`)
	}
}

func TestADialogThatWasOpenedAlreadyIsFilledInOnce(t *testing.T) {
	ws, slack := slackAt(`{"ok":false,"error":"exchanged_trigger_id"}`)
	d := opened(t, mocks.NewClient(t), slack)
	assert.Equal(t, http.StatusOK, click(d, payload(aChange)).Code)
	d.talk.Wait()
	assert.Len(t, ws.calls, 1, "by the click's first delivery")
}

func TestARefusalStandsUnderTheFieldThatItIsAbout(t *testing.T) {
	_, wrong := becomes(t, opened(t, judging(t, humantask.Answer{Text: "More is too much.", Field: "more"}, nil)), aForm)
	assert.Equal(t, map[string]string{"more": "More is too much."}, wrong)
	_, wrong = becomes(t, opened(t, judging(t, humantask.Answer{Text: "Nobody asked.", Field: "elsewhere"}, nil)), aForm)
	assert.Equal(t, map[string]string{"comment": "Nobody asked."}, wrong, "a field that the dialog doesn't have would keep it from being shown")
}
