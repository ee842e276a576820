package e2e

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"mime/multipart"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/local/stack"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/lead"
)

// outreach waits for the e-mail to a lead.
func (s system) outreach(t *testing.T, id string) (mail sandbox.Email) {
	t.Helper()
	eventually(t, "the mail to the lead", func() bool {
		mails, err := s.world.Emails(t.Context(), "", id)
		require.NoError(t, err)
		if len(mails) > 0 {
			mail = mails[0]
		}
		return len(mails) > 0
	})
	return mail
}

// reply has somebody answer the e-mail to a lead; "" is the lead.
func (s system) reply(t *testing.T, id, from, text string) {
	t.Helper()
	_, err := s.world.Reply(t.Context(), sandbox.Reply{Email: s.outreach(t, id).ID, From: from, Text: text})
	require.NoError(t, err)
}

// signalled are the signals in a lead's history, by their names.
func (s system) signalled(t *testing.T, id string) (names []string) {
	t.Helper()
	for _, e := range s.history(t, id, "").GetEvents() {
		if e.GetEventType() == enums.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED {
			names = append(names, e.GetWorkflowExecutionSignaledEventAttributes().GetSignalName())
		}
	}
	return names
}

// The rep's task waits some seconds for the CRM, which is down. By then the lead has read our e-mail, and answered.
func TestAReplyThatComesBeforeTheRepIsAskedIsKept(t *testing.T) {
	t.Parallel()
	s := shared(t)
	down := s.order(t, sandbox.Fault{
		System: "hubspot", Path: "crm/v3/objects/contacts/batch/upsert", Match: "ada@eager", Kind: sandbox.Broken,
	})
	var id string
	for n := 0; ; n++ { // where this machine is slower than the lead's patience, another one is tried
		require.Less(t, n, 5, "the rep is always asked before the reply is there")
		id = s.send(t, ada(fmt.Sprintf("eager%d", n)))
		s.reply(t, id, "", "That was quick. Yes, please.")
		eventually(t, "the reply to be handed on", func() bool { return len(s.signalled(t, id)) > 0 })
		if len(s.tasks(t, id)) == 0 {
			break
		}
	}
	task := s.task(t, id, lead.ContactTask)
	eventually(t, "the task to be answered", func() bool {
		task = s.task(t, id, lead.ContactTask)
		return task.Outcome != nil
	})
	require.Equal(t, "customer", task.Outcome.By.ID)
	require.Equal(t, lead.ActionContacted, task.Outcome.Action)
	require.NoError(t, s.world.Clear(t.Context(), down.ID))

	result := s.result(t, id)
	require.Equal(t, lead.Contacted, result.Ending)
	require.Equal(t, []string{lead.SignalContact}, s.signalled(t, id))
	cards := s.messages(t, id)
	require.Len(t, cards, 1)
	require.Empty(t, cards[0].Buttons)
	require.Contains(t, string(cards[0].Blocks), "That was quick. Yes, please.")
	s.requireOnce(t, id)
	requireReplay(t, s.history(t, id, ""), "")
}

func TestAColleaguesEMailToTheLeadIsContact(t *testing.T) {
	t.Parallel()
	s := shared(t)
	id := s.send(t, ada("colleague"))
	s.card(t, id)
	manager := s.person(t, "henrik")
	s.reply(t, id, manager.Email, "Ada, good to meet you at the fair. Shall we say Thursday?")
	result := s.result(t, id)
	require.Equal(t, lead.Contacted, result.Ending)
	require.Equal(t, manager.ID, result.Contact.By.ID)
	require.Equal(t, "wrote an e-mail", result.Contact.Comment)
	s.requireOnce(t, id)
}

// The card is still as it was, since Slack doesn't let it be redrawn; and a dialog is open that was opened before.
func TestWhoeverAnswersAfterTheLeadHasRepliedIsToldSo(t *testing.T) {
	t.Parallel()
	s := shared(t)
	id := s.send(t, ada("overtaken"))
	card := s.card(t, id)
	rep := s.rep(t, card)
	dialog := s.ask(t, card, rep.Slack, lead.ActionDisqualified)
	stuck := s.order(t, sandbox.Fault{System: "slack", Path: "chat.update", Match: "ada@overtaken.example", Kind: sandbox.Broken})
	s.reply(t, id, "", "Thursday, then.")
	eventually(t, "the task to be answered", func() bool { return s.task(t, id, lead.ContactTask).Outcome != nil })

	require.NoError(t, s.click(within(t, patience), rep, card))
	var told string
	eventually(t, "a private answer", func() bool {
		seen, err := s.world.Messages(t.Context(), sandbox.MessageFilter{User: rep.Slack, Channel: card.Channel})
		require.NoError(t, err)
		for _, m := range seen {
			if m.Only == rep.Slack && m.Posted.After(card.Posted) {
				told = m.Text
			}
		}
		return told != ""
	})
	require.Regexp(t, `^Ada Brandt decided this .* ago \(.* UTC\): Contact made$`, told)
	require.NoError(t, s.world.Clear(t.Context(), stuck.ID))

	result := s.result(t, id)
	require.Equal(t, "customer", result.Contact.By.ID)
	done := s.tell(t, rep.Slack, dialog, map[string]string{humantask.FieldComment: "a student"})
	require.Contains(t, done.Errors[humantask.FieldComment], "Ada Brandt decided this on ")
	s.requireOnce(t, id)
}

// HubSpot's news goes to whoever holds the contact, which only a worker can say. It is asked to come again meanwhile.
func TestACallThatIsLoggedWhileNoWorkerRunsIsHeardOfLater(t *testing.T) {
	t.Parallel()
	s := start(t, stack.Options{NoWorkers: true})
	stop := s.work(t)
	id := s.send(t, ada("called"))
	s.card(t, id)
	contact := s.contactOf(t, "ada@called.example")
	stop()
	_, err := s.world.Log(t.Context(), sandbox.Activity{Contact: contact.ID, Kind: "call", Text: "Spoke for ten minutes."})
	require.NoError(t, err)
	require.Empty(t, s.signalled(t, id))

	stop = s.work(t)
	result := s.result(t, id)
	require.Equal(t, lead.Contacted, result.Ending)
	require.Equal(t, "crm", result.Contact.By.ID)
	require.Equal(t, []string{lead.SignalContact}, s.signalled(t, id))
	s.requireOnce(t, id)
	stop()
	require.NoError(t, s.Stop())
}

func TestWhatAVendorHasNotSignedChangesNothing(t *testing.T) {
	t.Parallel()
	s := shared(t)
	id := s.send(t, ada("forged"))
	s.card(t, id)
	contact := s.contactOf(t, "ada@forged.example")
	mail := s.outreach(t, id)
	require.Len(t, mail.ReplyToList, 2, "the rep's address, and the lead's own")

	now := time.Now()
	call := fmt.Appendf(nil, `[{"subscriptionType":"contact.propertyChange","objectId":%s,"propertyName":"notes_last_contacted","propertyValue":"%d"}]`,
		contact.ID, now.UnixMilli())
	secret := s.Config.Secret(config.HubSpotSecret).Reveal()
	hubspot := func(secret string, at time.Time) int {
		stamp := strconv.FormatInt(at.UnixMilli(), 10)
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte("POST" + s.Door + "/hubspot/events" + string(call) + stamp))
		return s.deliver(t, "/hubspot/events", call, http.Header{
			"Content-Type":                {"application/json"},
			"X-Hubspot-Request-Timestamp": {stamp},
			"X-Hubspot-Signature-V3":      {base64.StdEncoding.EncodeToString(mac.Sum(nil))},
		})
	}
	forger, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	sendgrid := func(path, media string, body []byte) int {
		stamp := strconv.FormatInt(now.Unix(), 10)
		digest := sha256.Sum256(append([]byte(stamp), body...))
		signature, err := ecdsa.SignASN1(rand.Reader, forger, digest[:])
		require.NoError(t, err)
		return s.deliver(t, path, body, http.Header{
			"Content-Type":                           {media},
			"X-Twilio-Email-Event-Webhook-Timestamp": {stamp},
			"X-Twilio-Email-Event-Webhook-Signature": {base64.StdEncoding.EncodeToString(signature)},
		})
	}
	bounce := fmt.Appendf(nil, `[{"event":"bounce","sg_event_id":"forged","timestamp":%d,"throughline_key":%q}]`, now.Unix(), mail.Key)
	var letter bytes.Buffer
	form := multipart.NewWriter(&letter)
	for name, value := range map[string]string{
		"headers": "Message-ID: <forged@forged.example>\n", "from": "ada@forged.example", "to": mail.ReplyToList[1].Email,
		"envelope": fmt.Sprintf(`{"to":[%q],"from":"ada@forged.example"}`, mail.ReplyToList[1].Email), "text": "We are in touch.",
	} {
		require.NoError(t, form.WriteField(name, value))
	}
	require.NoError(t, form.Close())

	require.Equal(t, http.StatusUnauthorized, hubspot("another app's secret", now))
	require.Equal(t, http.StatusUnauthorized, hubspot(secret, now.Add(-6*time.Minute)))
	require.Equal(t, http.StatusUnauthorized, s.deliver(t, "/hubspot/events", call, http.Header{}))
	require.Equal(t, http.StatusUnauthorized, sendgrid("/sendgrid/events", "application/json", bounce))
	require.Equal(t, http.StatusServiceUnavailable, sendgrid("/sendgrid/replies", form.FormDataContentType(), letter.Bytes()),
		"SendGrid drops for good what is refused otherwise")
	require.Empty(t, s.signalled(t, id))
	require.Nil(t, s.task(t, id, lead.ContactTask).Outcome)

	require.Equal(t, http.StatusOK, hubspot(secret, now), "it was the signature that was wrong")
	result := s.result(t, id)
	require.Equal(t, lead.Contacted, result.Ending)
	require.Equal(t, "crm", result.Contact.By.ID)
	require.Empty(t, result.Undelivered)
	s.requireOnce(t, id)
}

// deliver posts something to the door as a vendor does, and returns the status.
func (s system) deliver(t *testing.T, path string, body []byte, header http.Header) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.Door+path, bytes.NewReader(body))
	require.NoError(t, err)
	req.Header = header
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	return res.StatusCode
}
