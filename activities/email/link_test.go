package email_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/contract"
	"github.com/throughline-dev/throughline/activities/email"
	"github.com/throughline-dev/throughline/activities/link"
)

const linkSecret = "a secret for links in these tests"

func signer(t *testing.T) *link.Signer {
	s, err := link.NewSigner("https://door.example", linkSecret)
	require.NoError(t, err)
	return s
}

// aboutATask is a message with a task, as a workflow sends it.
func aboutATask() email.Message {
	return email.Message{
		To: email.Address{Email: "maria@northwind.example"}, Template: "task",
		Task: &email.TaskRef{Workflow: "lead-4k7q2m9x", Task: "contact", Version: "2", Person: "maria"},
		Data: map[string]string{
			"person_name": "Maria Lopez", "title": "Contact Contoso", "text": "", "facts": "", "status": "", "how": "starter decide",
		},
	}
}

func TestAMailAboutATaskHasALinkToItsPageForWhoeverItGoesTo(t *testing.T) {
	p, a := open(t, email.Options{Links: signer(t)})
	m := aboutATask()
	_, err := a.SendEmail(t.Context(), key, m)
	require.NoError(t, err)
	text, html := p.mails[0].Content[0].Value, p.mails[0].Content[1].Value
	_, rest, _ := strings.Cut(text, "https://door.example/tasks/")
	token, _, _ := strings.Cut(rest, "\n")
	ref, err := signer(t).OpenTask(token)
	require.NoError(t, err)
	assert.Equal(t, link.Task{Workflow: "lead-4k7q2m9x", Task: "contact", Version: "2", Person: "maria"}, ref)
	assert.Contains(t, html, `<a href="https://door.example/tasks/`+token+`"`)
	until := time.Now().Add(14 * 24 * time.Hour).UTC().Format("Mon 2 January 2006")
	for _, body := range []string{text, html} {
		assert.Contains(t, body, until)
		assert.NotContains(t, body, "starter decide", "there is a better way")
	}
	assert.False(t, p.mails[0].Tracking.Click.Enable == nil || *p.mails[0].Tracking.Click.Enable, "the link goes to nobody else")
	assert.Len(t, m.Data, 6, "the workflow's own data is left alone")
}

func TestWithoutASignerOrATaskTheMailSaysHowToAnswerAsBefore(t *testing.T) {
	none := aboutATask()
	none.Task = nil
	for name, c := range map[string]struct {
		options email.Options
		message email.Message
	}{
		"no signer": {email.Options{}, aboutATask()}, "no task": {email.Options{Links: signer(t)}, none},
	} {
		p, a := open(t, c.options)
		_, err := a.SendEmail(t.Context(), key, c.message)
		require.NoError(t, err, name)
		for _, content := range p.mails[0].Content {
			assert.Contains(t, content.Value, "starter decide", name)
			assert.NotContains(t, content.Value, "/tasks/", name)
		}
	}
}

func TestAMailWithALinkIsWhatSendGridDescribes(t *testing.T) {
	p := &post{t: t}
	a, err := email.New(email.Options{URL: p.url(contract.SendGrid(t).Handler), Key: "SG.test", From: rep, Links: signer(t)})
	require.NoError(t, err)
	_, err = a.SendEmail(t.Context(), key, aboutATask())
	require.NoError(t, err)
	assert.Len(t, p.mails, 1)
}

func TestAnOperatorsOwnTemplateMayUseTheLink(t *testing.T) {
	dir := templatesIn(t, map[string]string{"task.txt": "{{.title}}\n\n{{.link}} until {{.link_until}}", "task.html": "<a href=\"{{.link}}\">go</a>"})
	p, a := open(t, email.Options{Links: signer(t), Templates: dir})
	_, err := a.SendEmail(t.Context(), key, aboutATask())
	require.NoError(t, err)
	assert.Contains(t, p.mails[0].Content[1].Value, `<a href="https://door.example/tasks/ey`)
}
