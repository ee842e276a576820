package sandbox_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/email"
	"github.com/throughline-dev/throughline/activities/enrich"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/sandbox"
	"github.com/throughline-dev/throughline/sandbox/client"
)

// adapters are the real ones, pointed at the sandbox.
type adapters struct {
	slack  *slack.Activities
	email  *email.Activities
	crm    *crm.Activities
	enrich *enrich.Activities
}

func (w world) adapters() adapters {
	w.t.Helper()
	templates := w.t.TempDir()
	for name, text := range map[string]string{"hello.txt": "Subject\n\nHello {{.name}}\n", "hello.html": "<p>Hello {{.name}}</p>\n"} {
		require.NoError(w.t, os.WriteFile(filepath.Join(templates, name), []byte(text), 0o600))
	}
	mail, err := email.New(email.Options{
		URL: w.URL + "/sendgrid", Key: sandbox.DefaultSendGridKey, Templates: templates,
		From: email.Address{Email: "hello@northwind-robotics.example"},
	})
	require.NoError(w.t, err)
	hubspot := crm.Options{
		URL: w.URL + "/hubspot", Token: sandbox.DefaultHubSpotToken, Portal: sandbox.HubSpotPortal, Pages: w.URL,
	}
	for range 2 { // to set up twice does no harm
		_, err = crm.Setup(w.t.Context(), hubspot)
		require.NoError(w.t, err)
	}
	return adapters{
		slack:  slack.New(slack.Options{URL: w.URL + "/slack/api/", Token: sandbox.DefaultSlackToken}),
		email:  mail,
		crm:    crm.New(hubspot),
		enrich: enrich.New(enrich.Options{URL: w.URL + "/pdl", Key: sandbox.DefaultPDLKey}),
	}
}

func key(step string) effect.Key { return effect.Key{ID: "lead-1/" + step} }

var aLead = crm.Lead{
	Contact: crm.Contact{Email: "ada@bergwerk-automation.example", Name: "Ada Byron", Phone: "+49 711 1", Country: "DE"},
	Company: crm.Company{Name: "Bergwerk", Domain: "bergwerk-automation.example", Industry: "industrial automation", Employees: 220},
	Owner:   "1011", Note: "We need <robots> & soon.",
}

var aLetter = email.Message{
	To: email.Address{Name: "Ada Byron", Email: "ada@bergwerk-automation.example"}, Template: "hello", Data: map[string]string{"name": "Ada"},
}

func aCard() slack.Card {
	return slack.Card{
		To: maria, Title: "Make contact: Ada Byron & Co", Text: "We need <robots>.", Status: "With Maria until Friday",
		Facts:   []slack.Fact{{Label: "E-mail", Value: "ada@bergwerk-automation.example", Link: "mailto:ada@bergwerk-automation.example"}},
		Buttons: []slack.Button{{Action: "contacted", Label: "I've made contact", Style: "primary", Confirm: "Really?"}},
		Task:    slack.TaskRef{Workflow: "lead-1", Task: "contact"},
	}
}

// counts are the effects of the test's case, as "system operation": count.
func (w world) counts() map[string]int {
	w.t.Helper()
	effects, err := w.Effects(w.t.Context(), "lead-1")
	require.NoError(w.t, err)
	counts := map[string]int{}
	for _, e := range effects {
		counts[e.System+" "+e.Operation+" "+e.Key] = e.Count
	}
	return counts
}

func TestTheAdaptersRunAgainstTheSandboxUnchanged(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	a, ctx := w.adapters(), t.Context()

	company, err := a.enrich.EnrichCompany(ctx, key("enrich"), enrich.Query{Domain: "bergwerk-automation.example"})
	require.NoError(t, err)
	require.Equal(t, enrich.Company{
		Found: true, Name: "Bergwerk Automation GmbH", Domain: "bergwerk-automation.example", Country: "DE",
		Industry: "industrial automation", Employees: 220,
	}, company)
	company, err = a.enrich.EnrichCompany(ctx, key("enrich"), enrich.Query{Name: "Bergwerk Automation", Country: "DE"})
	require.NoError(t, err)
	require.True(t, company.Found)
	company, err = a.enrich.EnrichCompany(ctx, key("enrich"), enrich.Query{Domain: "nobody.example"})
	require.NoError(t, err)
	require.False(t, company.Found)

	recorded, err := a.crm.RecordLead(ctx, key("record"), aLead)
	require.NoError(t, err)
	_, err = a.crm.RecordOutcome(ctx, key("outcome"), crm.Outcome{Contact: recorded.Contact, Status: crm.StatusConnected, Note: "Called."})
	require.NoError(t, err)
	companies, err := w.Records(ctx, "companies", client.RecordFilter{Case: "lead-1"})
	require.NoError(t, err)
	require.Equal(t, "INDUSTRIAL_AUTOMATION", companies[0].Properties["industry"])

	_, err = a.email.SendEmail(ctx, key("outreach"), aLetter)
	require.NoError(t, err)
	posted, err := a.slack.PostCard(ctx, key("card"), aCard())
	require.NoError(t, err)
	_, err = a.slack.ReplyInThread(ctx, key("remind"), slack.Reply{At: posted, Text: "Reminder", Broadcast: true})
	require.NoError(t, err)
	card := aCard()
	card.Buttons, card.Status = nil, "Contact made"
	_, err = a.slack.UpdateCard(ctx, key("redraw"), slack.CardUpdate{At: posted, Card: card})
	require.NoError(t, err)
	_, err = a.slack.AnswerPrivately(ctx, key("answer"), slack.PrivateAnswer{Channel: posted.Channel, User: maria, Text: "Recorded."})
	require.NoError(t, err)

	counts := w.counts()
	for effect, want := range map[string]int{
		"hubspot contact ada@bergwerk-automation.example": 1, "hubspot company bergwerk-automation.example": 1,
		"hubspot note lead-1/record": 1, "hubspot note lead-1/outcome": 1, "sendgrid email lead-1/outreach": 1,
		"slack message lead-1/card": 1, "slack message lead-1/remind": 1,
	} {
		require.Equal(t, want, counts[effect], "%s in %v", effect, counts)
	}
}

func TestAReplyThatWasLostLeavesOneEffectAndIsSeenAsTwoWhereNobodyLooks(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	a, ctx := w.adapters(), t.Context()
	attempts := map[string]func(effect.Key) error{
		"slack":    func(k effect.Key) error { _, err := a.slack.PostCard(ctx, k, aCard()); return err },
		"sendgrid": func(k effect.Key) error { _, err := a.email.SendEmail(ctx, k, aLetter); return err },
		"hubspot":  func(k effect.Key) error { _, err := a.crm.RecordLead(ctx, k, aLead); return err },
	}
	for system, attempt := range attempts {
		path := map[string]string{"slack": "chat.postMessage", "sendgrid": "v3/mail/send", "hubspot": "crm/v3/objects/notes/batch/upsert"}[system]
		w.order(client.Fault{System: system, Path: path, Kind: client.LostReply, For: "0s", Count: 1})
		require.Error(t, attempt(key(system)), system)
		again := key(system)
		again.Again = true
		require.NoError(t, attempt(again), system)
	}
	for effect, n := range w.counts() {
		require.Equal(t, 1, n, effect)
	}
	// The same without a look-up, to show that the count would tell.
	require.NoError(t, attempts["slack"](key("slack")))
	require.NoError(t, attempts["sendgrid"](key("sendgrid")))
	require.Equal(t, 2, w.counts()["slack message lead-1/slack"])
	require.Equal(t, 2, w.counts()["sendgrid email lead-1/sendgrid"])
}

func TestAClickOnARealCardIsOneThatTheAppCanRead(t *testing.T) {
	t.Parallel()
	w, app := start(t, options()), startApp(t, 200)
	w.Sandbox.SetInteractionsURL(app.URL)
	_, err := w.adapters().slack.PostCard(t.Context(), key("card"), aCard())
	require.NoError(t, err)
	messages, err := w.Messages(t.Context(), client.MessageFilter{User: maria, Case: "lead-1"})
	require.NoError(t, err)
	b := messages[0].Buttons[0]
	require.Equal(t, "I've made contact", b.Text)
	require.Equal(t, "Really?", b.Confirm.Text)
	clicked, err := w.Click(t.Context(), client.Click{User: maria, Channel: messages[0].Channel, TS: messages[0].TS, ActionID: b.ActionID})
	require.NoError(t, err)
	require.True(t, clicked.OK)
	require.Equal(t, fmt.Sprintf(`{"w":%q,"t":%q}`, "lead-1", "contact"), app.next(t).ActionCallback.BlockActions[0].Value)
	require.WithinDuration(t, time.Now(), messages[0].Posted, time.Minute)
}
