package email_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/email"
)

// templatesIn writes an operator's folder.
func templatesIn(t *testing.T, files map[string]string) string {
	dir := t.TempDir()
	for name, source := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(source), 0o600))
	}
	return dir
}

// mailed is the message that a template makes.
func mailed(t *testing.T, dir, template string, data map[string]string) (subject, text, html string) {
	t.Helper()
	p, a := open(t, email.Options{Templates: dir})
	_, err := a.SendEmail(t.Context(), key, email.Message{To: email.Address{Email: "jane@contoso.com"}, Template: template, Data: data})
	require.NoError(t, err)
	m := p.mails[0]
	return m.Subject, m.Content[0].Value, m.Content[1].Value
}

func TestTheOutreachNamesTheLeadTheCompanyAndTheRep(t *testing.T) {
	subject, text, html := mailed(t, "", "lead_outreach", message.Data)
	assert.Equal(t, "Thank you for getting in touch with Northwind Robotics", subject)
	for _, body := range []string{text, html} {
		for _, value := range message.Data {
			assert.Contains(t, body, value)
		}
	}
	assert.True(t, strings.HasPrefix(text, "Hello Jane Roe,\n"), "the subject is no part of the text")
	assert.NotContains(t, html, "<style", "styles stand in line, since mail programs drop others")
}

func TestTheOutreachReadsWellWithoutACompany(t *testing.T) {
	data := map[string]string{"lead_name": "Jane", "lead_company": "", "rep_name": "Maria", "rep_email": "m@n.example", "company": "Northwind"}
	_, text, html := mailed(t, "", "lead_outreach", data)
	for _, body := range []string{text, html} {
		assert.Contains(t, body, "I am your contact at Northwind.")
	}
}

func TestASignedProposalIsThankedFor(t *testing.T) {
	data := map[string]string{
		"client_name": "Ada Winter", "client_company": "Contoso", "title": "Forty robots", "number": "P-7QX4M2KD", "total": "EUR 4,499.00",
		"strategist_name": "Maria Lopez", "strategist_email": "maria@northwind.example", "company": "Northwind Robotics",
	}
	subject, text, html := mailed(t, "", "proposal_signed", data)
	assert.Equal(t, "Thank you: Forty robots is signed", subject)
	for _, body := range []string{text, html} {
		for _, value := range data {
			assert.Contains(t, body, value)
		}
	}
}

func TestTheTaskTellsWhatItIsAboutAndWhatToDo(t *testing.T) {
	data := map[string]string{
		"person_name": "Maria Lopez", "title": "Contact Contoso", "text": "They asked for a call.", "facts": "Name: Jane Roe\nPhone: 123",
		"status": "Due at 14:00", "how": "Answer on the card.",
	}
	subject, text, html := mailed(t, "", "task", data)
	assert.Equal(t, "Contact Contoso", subject)
	for _, body := range []string{text, html} {
		for _, value := range data {
			assert.Contains(t, body, value)
		}
	}
	for k := range data {
		if k != "person_name" {
			data[k] = ""
		}
	}
	subject, text, _ = mailed(t, "", "task", data)
	assert.NotEmpty(t, subject)
	assert.NotContains(t, text, "What you can do")
}

func TestNothingThatSomebodyTypedIsReadAsMarkupOrAsAHeader(t *testing.T) {
	dir := templatesIn(t, map[string]string{"lead_outreach.txt": "Hello {{.lead_name}}\nDear {{.lead_name}}"})
	data := map[string]string{"lead_company": "", "rep_name": "", "rep_email": "", "company": "",
		"lead_name": "Jane\r\nBcc: everybody@example.com\n\n<script>alert(1)</script>"}
	subject, _, html := mailed(t, dir, "lead_outreach", data)
	assert.Equal(t, "Hello Jane Bcc: everybody@example.com <script>alert(1)</script>", subject)
	assert.NotContains(t, html, "<script>")
	assert.Contains(t, html, "&lt;script&gt;")
}

func TestAnOperatorReplacesOneFileAndKeepsTheOthers(t *testing.T) {
	dir := templatesIn(t, map[string]string{
		"lead_outreach.txt": "Hi {{.lead_name}}\r\n\r\nOur own words, {{.rep_name}}\r\n",
		"welcome.txt":       "Welcome\n\nto {{.where}}", "welcome.html": "<p>to {{.where}}</p>",
		"README.md": "{{ not a template", ".draft.txt": "{{",
	})
	subject, text, html := mailed(t, dir, "lead_outreach", message.Data)
	assert.Equal(t, "Hi Jane Roe", subject)
	assert.Equal(t, "Our own words, Maria Lopez\n", text)
	assert.Contains(t, html, "I look forward to talking with you", "the other half is the built-in one")

	subject, text, html = mailed(t, dir, "welcome", map[string]string{"where": "here & there"})
	assert.Equal(t, []string{"Welcome", "to here & there", "<p>to here &amp; there</p>"}, []string{subject, text, html})

	all, err := email.LoadTemplates(dir)
	require.NoError(t, err)
	assert.Subset(t, all.Names(), []string{"lead_outreach", "task", "welcome"})
	assert.NotContains(t, all.Names(), "README")
}

func TestABrokenTemplateIsFoundAtTheStartWithItsFile(t *testing.T) {
	for name, test := range map[string]struct {
		files map[string]string
		wrong []string
	}{
		"syntax":                    {map[string]string{"task.html": "<p>{{.title</p>"}, []string{"task.html", "bad character"}},
		"subject's syntax":          {map[string]string{"task.txt": "{{.title\n}} x"}, []string{"task.txt", "the subject"}},
		"no subject":                {map[string]string{"task.txt": "\nbody"}, []string{"task.txt", "first line is the subject"}},
		"half a pair":               {map[string]string{"welcome.html": "x"}, []string{"welcome.html", "no welcome.txt"}},
		"misspelt data":             {map[string]string{"task.txt": "{{.titel}}\nx"}, []string{"task.txt", `"titel"`, "it can use person_name, title"}},
		"misspelt data in a branch": {map[string]string{"task.txt": "x\n{{if not .text}}{{.txet}}{{end}}"}, []string{`"txet"`}},
		"unsafe markup":             {map[string]string{"a.txt": "{{.x}}\n{{.x}}", "a.html": "<script>{{if .x}}'{{end}}</script>"}, []string{"a.html"}},
		"all at once":               {map[string]string{"task.html": "{{", "lead_outreach.html": "{{end}}"}, []string{"task.html", "lead_outreach.html"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := email.New(email.Options{From: rep, Templates: templatesIn(t, test.files)})
			for _, wrong := range test.wrong {
				require.ErrorContains(t, err, wrong)
			}
		})
	}
	_, err := email.New(email.Options{From: rep, Templates: filepath.Join(t.TempDir(), "nowhere")})
	assert.ErrorContains(t, err, "folder of e-mail templates")
}

func TestATemplateOfOnesOwnChecksItsDataWhenItIsUsed(t *testing.T) {
	dir := templatesIn(t, map[string]string{"a.txt": "s\n{{.x}}", "a.html": "{{.x}}"})
	_, a := open(t, email.Options{Templates: dir})
	_, err := a.SendEmail(t.Context(), key, email.Message{To: rep, Template: "a", Data: map[string]string{"y": "1"}})
	assert.Contains(t, faultOf(t, err).Message, `no entry for key "x"`)
}
