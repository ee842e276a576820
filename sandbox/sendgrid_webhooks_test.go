package sandbox_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/sendgrid/sendgrid-go/helpers/eventwebhook"
	"github.com/sendgrid/sendgrid-go/helpers/inbound"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/sandbox"
	"github.com/throughline-dev/throughline/sandbox/client"
)

// signed says whether a key that SendGrid shows has signed a request, as sendgrid-go checks it.
func signed(t *testing.T, key string, p posted) bool {
	t.Helper()
	public, err := eventwebhook.ConvertPublicKeyBase64ToECDSA(key)
	require.NoError(t, err)
	ok, err := eventwebhook.VerifySignature(public, p.Body,
		p.Header.Get(eventwebhook.VerificationHTTPHeader), p.Header.Get(eventwebhook.TimestampHTTPHeader))
	require.NoError(t, err)
	return ok
}

// mailEvents are those of a request, as "event": what there is besides. They must be of one e-mail.
func mailEvents(t *testing.T, p posted) (names []string, last object) {
	t.Helper()
	require.True(t, signed(t, sandbox.Keys("").Events, p))
	var events []object
	require.NoError(t, json.Unmarshal(p.Body, &events))
	ids := map[any]bool{}
	for _, e := range events {
		names = append(names, e["event"].(string))
		ids[e["sg_event_id"]] = true
		last = e
	}
	require.Len(t, ids, len(events), "each event has an ID of its own")
	return names, last
}

func TestTheKeysFollowFromTheAPIKey(t *testing.T) {
	t.Parallel()
	keys := sandbox.Keys("")
	require.Equal(t, keys, sandbox.Keys(sandbox.DefaultSendGridKey))
	require.Equal(t, sandbox.PublicKeys{ // a configuration that names them must stay right
		Events:  "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAET1rrEi1JBieA+4PMd4b8dbA8C6mvRT7ByboeSbya2gocUNbkflT15vMAiaBQmkB5djnU8nWLk+NjuwwoS8kuig==",
		Replies: "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEeQezLFQQGVc31O8tV+8ovSVWDr89Gjtga1yhbKcpZnJ2HVIw7fSFGcwChUsUR0bNezy70Ux6QnQ8F3C7Nm9dpQ==",
	}, keys)
	require.NotEqual(t, keys, sandbox.Keys("SG.other"))
	for _, key := range []string{keys.Events, keys.Replies} {
		_, err := eventwebhook.ConvertPublicKeyBase64ToECDSA(key)
		require.NoError(t, err)
	}
}

func TestTheAppIsToldWhatBecomesOfEmails(t *testing.T) {
	t.Parallel()
	app := hear(t, 0)
	o := options()
	o.EventsURL, o.Dir = app.URL+"/sendgrid/events", t.TempDir()
	w := start(t, o)
	send := func() (names []string, last object) {
		t.Helper()
		require.Equal(t, http.StatusAccepted, w.mail(letter("Ada@contoso.example", "lead-1/outreach")).Status)
		return mailEvents(t, app.next(t))
	}
	names, e := send()
	require.Equal(t, []string{"processed", "delivered"}, names)
	require.Equal(t, "lead-1/outreach", e["throughline_key"])
	require.Equal(t, "Ada@contoso.example", e["email"])
	require.Equal(t, "<abc@northwind-robotics.example>", e["smtp-id"])
	require.InDelta(t, float64(time.Now().Unix()), e["timestamp"], 60)

	require.NoError(t, w.Bounce(t.Context(), "ada@Contoso.example", client.Bounced, ""))
	names, e = send()
	require.Equal(t, []string{"processed", "bounce"}, names)
	require.Equal(t, []any{"5.1.1", "bounce"}, []any{e["status"], e["type"]})
	require.Contains(t, e["reason"], "does not exist")
	require.Equal(t, "lead-1/outreach", e["throughline_key"])
	sgID := e["sg_message_id"]

	o.Dir = copied(t, o.Dir) // the order survives a kill
	w = start(t, o)
	require.NoError(t, w.Bounce(t.Context(), "bob@contoso.example", client.Bounced, ""))
	names, _ = send()
	require.Equal(t, []string{"processed", "bounce"}, names)
	require.NoError(t, w.Bounce(t.Context(), "ada@contoso.example", client.Dropped, "Unsubscribed Address"))
	names, e = send()
	require.Equal(t, []string{"dropped"}, names)
	require.Equal(t, "Unsubscribed Address", e["reason"])
	require.NoError(t, w.Bounce(t.Context(), "ada@contoso.example", client.ReportedSpam, ""))
	names, _ = send()
	require.Equal(t, []string{"processed", "delivered", "spamreport"}, names)
	require.NoError(t, w.Bounce(t.Context(), "ada@contoso.example", "", ""))
	names, _ = send()
	require.Equal(t, []string{"processed", "delivered"}, names)

	emails, err := w.Emails(t.Context(), "ada@contoso.example", "")
	require.NoError(t, err)
	require.Equal(t, []string{"", "bounce", "bounce", "dropped", "spamreport", ""}, []string{
		emails[0].Event, emails[1].Event, emails[2].Event, emails[3].Event, emails[4].Event, emails[5].Event,
	})
	require.Equal(t, sgID, emails[1].ID)
	require.Len(t, w.activity(`status="not_delivered"`).JSON(t)["messages"], 3)
	effects, err := w.Effects(t.Context(), "lead-1")
	require.NoError(t, err)
	require.Equal(t, 6, effects[0].Count, "each was sent, whatever became of it")
}

func TestAnEmailThatIsThereCanComeBack(t *testing.T) {
	t.Parallel()
	app := hear(t, 0)
	o := options()
	o.EventsURL, o.Dir = app.URL, t.TempDir()
	w := start(t, o)
	require.Equal(t, http.StatusAccepted, w.mail(letter("ada@contoso.example", "lead-1/outreach")).Status)
	app.next(t)
	emails, err := w.Emails(t.Context(), "", "")
	require.NoError(t, err)
	require.NoError(t, w.BounceEmail(t.Context(), emails[0].ID, client.Bounced, "552 5.2.2 Mailbox full"))
	names, e := mailEvents(t, app.next(t))
	require.Equal(t, []string{"bounce"}, names)
	require.Equal(t, []any{"5.2.2", "552 5.2.2 Mailbox full", "lead-1/outreach"}, []any{e["status"], e["reason"], e["throughline_key"]})
	require.ErrorContains(t, w.BounceEmail(t.Context(), "nothing", client.Bounced, ""), "404")
	require.ErrorContains(t, w.BounceEmail(t.Context(), emails[0].ID, "lost", ""), `event: "lost" is none of bounce, dropped, spamreport`)
	require.ErrorContains(t, w.Bounce(t.Context(), "ada", client.Bounced, ""), "not an e-mail address")
	o.Dir = copied(t, o.Dir)
	emails, err = start(t, o).Emails(t.Context(), "", "")
	require.NoError(t, err)
	require.Equal(t, []string{"bounce", "552 5.2.2 Mailbox full"}, []string{emails[0].Event, emails[0].Reason})
}

// forTwo is an e-mail whose answers go to a person and to a case.
func forTwo() object {
	l := letter("ada@contoso.example", "lead-1/outreach")
	delete(l, "reply_to")
	l["reply_to_list"] = list{
		object{"email": "maria.lopez@northwind-robotics.example", "name": `Maria "Mia" Lopez`}, object{"email": "case-1@" + sandbox.ReplyHost},
	}
	return l
}

func TestAnAnswerIsHandedToTheAppAndToThePerson(t *testing.T) {
	t.Parallel()
	app := hear(t, 1)
	o := options()
	o.RepliesURL = app.URL + "/sendgrid/replies"
	w := start(t, o)
	require.Equal(t, http.StatusAccepted, w.mail(forTwo()).Status)
	emails, err := w.Emails(t.Context(), "ada@contoso.example", "")
	require.NoError(t, err)
	require.Len(t, emails[0].ReplyToList, 2)
	answer := func(r client.Reply) (posted, *inbound.ParsedEmail, []client.Email) {
		t.Helper()
		r.Email = emails[0].ID
		kept, err := w.Reply(t.Context(), r)
		require.NoError(t, err)
		p := app.next(t)
		require.True(t, signed(t, sandbox.Keys("").Replies, p))
		require.False(t, signed(t, sandbox.Keys("").Events, p))
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", bytes.NewReader(p.Body))
		req.Header = p.Header
		mail, err := inbound.Parse(req)
		require.NoError(t, err)
		require.NoError(t, mail.Validate())
		return p, mail, kept
	}
	p, mail, kept := answer(client.Reply{Text: "Yes, please.\nAda – in Zürich"})
	require.Equal(t, "/sendgrid/replies", p.Path)
	require.Equal(t, p.Body, app.next(t).Body, "it was refused once, and is posted again")
	require.Equal(t, "Yes, please.\nAda – in Zürich", mail.TextBody)
	require.Equal(t, []string{"case-1@" + sandbox.ReplyHost}, mail.Envelope.To)
	require.Equal(t, "ada@contoso.example", mail.Envelope.From)
	for field, want := range map[string]string{
		"from": `"Ada" <ada@contoso.example>`, "subject": "Re: Hello", "SPF": "pass", "dkim": "{@contoso.example : pass}",
		"to": `"Maria \"Mia\" Lopez" <maria.lopez@northwind-robotics.example>, case-1@` + sandbox.ReplyHost,
	} {
		require.Equal(t, want, mail.ParsedValues[field], field)
	}
	require.Equal(t, "<abc@northwind-robotics.example>", mail.Headers["In-Reply-To"])
	require.NotContains(t, mail.Headers, "Auto-Submitted")
	require.Len(t, kept, 1)

	_, mail, _ = answer(client.Reply{Text: "I'm on holiday.", Automatic: true})
	require.Equal(t, "auto-replied", mail.Headers["Auto-Submitted"])
	require.Equal(t, "Automatic reply: Hello", mail.ParsedValues["subject"])
	require.Empty(t, mail.Envelope.From)
	_, mail, _ = answer(client.Reply{Text: "I'll take this.", From: "grace.chen@northwind-robotics.example"})
	require.Equal(t, "grace.chen@northwind-robotics.example", mail.ParsedValues["from"])

	inbox, err := w.Emails(t.Context(), "maria.lopez@northwind-robotics.example", "")
	require.NoError(t, err)
	require.Len(t, inbox, 3)
	require.Equal(t, kept[0], inbox[0])
	require.Equal(t, "abc@northwind-robotics.example", inbox[0].InReplyTo)
	require.Empty(t, w.activity(`subject="Re: Hello"`).JSON(t)["messages"], "SendGrid hasn't sent it")
	effects, err := w.Effects(t.Context(), "")
	require.NoError(t, err)
	require.Len(t, effects, 1, "an answer is no effect of ours: %v", effects)
	require.Equal(t, 1, effects[0].Count)

	for want, r := range map[string]client.Reply{
		"404: there is no such e-mail": {Email: "nothing", Text: "x"}, "text: say something": {Email: emails[0].ID, Text: " "},
		`from: "ada" is not an e-mail`: {Email: emails[0].ID, Text: "x", From: "ada"},
	} {
		_, err := w.Reply(t.Context(), r)
		require.ErrorContains(t, err, want)
	}
	require.ErrorContains(t, w.BounceEmail(t.Context(), kept[0].ID, client.Bounced, ""), "404", "an answer doesn't come back through SendGrid")
}

func TestAnAnswerGoesToTheSenderWhereNothingElseIsSaid(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	l := letter("ada@contoso.example", "lead-1/outreach")
	delete(l, "reply_to")
	l["subject"] = "RE: Hello"
	require.Equal(t, http.StatusAccepted, w.mail(l).Status)
	emails, err := w.Emails(t.Context(), "", "")
	require.NoError(t, err)
	kept, err := w.Reply(t.Context(), client.Reply{Email: emails[0].ID, Text: "x"})
	require.NoError(t, err)
	require.Equal(t, "maria.lopez@northwind-robotics.example", kept[0].To.Email)
	require.Equal(t, "RE: Hello", kept[0].Subject)
}

func TestAnswersGoToOneOrToAList(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	both, twice, wrong := forTwo(), forTwo(), forTwo()
	both["reply_to"] = object{"email": "maria@replies.example"}
	twice["reply_to_list"] = list{object{"email": "a@b.example"}, object{"email": "A@b.example"}}
	wrong["reply_to_list"] = list{object{"email": "maria"}}
	for want, l := range map[string]object{"but not both": both, "must be unique": twice, "Does not contain a valid address": wrong} {
		a := w.mail(l)
		require.Equal(t, http.StatusBadRequest, a.Status, want)
		first := a.JSON(t)["errors"].([]any)[0].(object)
		require.True(t, strings.HasPrefix(first["field"].(string), "reply_to_list"))
		require.Contains(t, first["message"], want)
	}
}
