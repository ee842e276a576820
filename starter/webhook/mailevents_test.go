package webhook

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sendgrid/sendgrid-go/helpers/eventwebhook"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"

	"github.com/throughline-dev/throughline/workflows/lead"
)

// sendGridHeader signs a post as SendGrid does. What it makes is held against SendGrid's own library.
func sendGridHeader(t *testing.T, key *ecdsa.PrivateKey, body []byte, at time.Time) http.Header {
	stamp := strconv.FormatInt(at.Unix(), 10)
	sum := sha256.Sum256(append([]byte(stamp), body...))
	raw, err := ecdsa.SignASN1(rand.Reader, key, sum[:])
	require.NoError(t, err)
	signature := base64.StdEncoding.EncodeToString(raw)
	good, err := eventwebhook.VerifySignature(&key.PublicKey, body, signature, stamp)
	require.NoError(t, err)
	require.True(t, good)
	h := http.Header{}
	h.Set("X-Twilio-Email-Event-Webhook-Timestamp", stamp)
	h.Set("X-Twilio-Email-Event-Webhook-Signature", signature)
	return h
}

func (w *world) mailEvents(body string) int {
	w.t.Helper()
	return w.post("/sendgrid/events", sendGridHeader(w.t, w.events, []byte(body), time.Now()), []byte(body))
}

// bounced is an event as SendGrid's documentation shows one, of an e-mail of ours.
const bounced = `{"email":"jane@contoso.example","timestamp":1767225600,"smtp-id":"<14c5d75ce93.dfd.64b469@ismtpd-555>","event":"bounce",
	"category":["cat facts"],"sg_event_id":"6g4ZI7SA-xmRDv57GoPIPw==","sg_message_id":"14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0",
	"reason":"552 5.2.2  Mailbox\r\n full","status":"5.2.2","type":"bounce","throughline_key":"lead-aaaaaaaaaaaaaaaa/outreach"}`

func TestAnEMailThatDidNotArriveIsNewsForItsLead(t *testing.T) {
	w := opened(t, nil)
	blocked := strings.NewReplacer(`"type":"bounce"`, `"type":"blocked"`, "6g4ZI7SA", "2").Replace(bounced)
	dropped := strings.NewReplacer(`"event":"bounce"`, `"event":"dropped"`, "6g4ZI7SA", "3", "/outreach", "/outreach-2").Replace(bounced)
	spam := strings.NewReplacer(`"event":"bounce"`, `"event":"spamreport"`, "6g4ZI7SA", "4", `"reason":"552 5.2.2  Mailbox\r\n full",`, "").Replace(bounced)
	require.Equal(t, http.StatusOK, w.mailEvents("["+bounced+","+blocked+",\r\n"+dropped+","+spam+"]"))
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	assert.Equal(t, []signal{
		{leadA, "undelivered", lead.Undelivered{ID: "sendgrid/2-xmRDv57GoPIPw==", Step: "outreach", What: "bounce", Reason: "552 5.2.2 Mailbox full", At: at}},
		{leadA, "undelivered", lead.Undelivered{ID: "sendgrid/3-xmRDv57GoPIPw==", Step: "outreach-2", What: "dropped", Reason: "552 5.2.2 Mailbox full", At: at}},
		{leadA, "undelivered", lead.Undelivered{ID: "sendgrid/4-xmRDv57GoPIPw==", Step: "outreach", What: "spamreport", At: at}},
		{leadA, "undelivered", lead.Undelivered{ID: "sendgrid/6g4ZI7SA-xmRDv57GoPIPw==", Step: "outreach", What: "bounce", Reason: "552 5.2.2 Mailbox full", At: at}},
	}, w.told())
}

func TestEventsOfNoConsequenceAreIgnored(t *testing.T) {
	w := opened(t, nil)
	var events []string
	for _, kind := range []string{"processed", "deferred", "delivered", "open", "click", "unsubscribe", "group_unsubscribe", "group_resubscribe", "account_status_change", ""} {
		events = append(events, strings.Replace(bounced, `"event":"bounce"`, `"event":"`+kind+`"`, 1))
	}
	for _, key := range []string{"", "lead-aaaaaaaaaaaaaaaa", "lead-aaaaaaaaaaaaaaaa/", "/outreach", "proposal-1/mail", "lead-AAAAAAAAAAAAAAAA/outreach", "lead-aaaaaaaaaaaaaaaa/" + strings.Repeat("x", 101)} {
		events = append(events, strings.Replace(bounced, "lead-aaaaaaaaaaaaaaaa/outreach", key, 1))
	}
	events = append(events, strings.Replace(bounced, `,"throughline_key":"lead-aaaaaaaaaaaaaaaa/outreach"`, "", 1),
		`{"event":"open","timestamp":"not even a number","sg_event_id":7}`)
	require.Equal(t, http.StatusOK, w.mailEvents("["+strings.Join(events, ",")+"]"))
	assert.Empty(t, w.told())
	assert.Equal(t, len(events), w.counts()["ignored"])
}

func TestAnEventOfOursThatMakesNoSenseIsCountedAndPassedOver(t *testing.T) {
	w := opened(t, nil)
	bad := []string{
		strings.Replace(bounced, "1767225600", `"soon"`, 1),
		strings.Replace(bounced, "1767225600", "1e400", 1),
		strings.Replace(bounced, "1767225600", "99999999999999", 1),
		strings.Replace(bounced, `"timestamp":1767225600,`, "", 1),
		strings.Replace(bounced, "6g4ZI7SA-xmRDv57GoPIPw==", "", 1),
		strings.Replace(bounced, "6g4ZI7SA-xmRDv57GoPIPw==", strings.Repeat("x", 201), 1),
		strings.Replace(bounced, `"552 5.2.2  Mailbox\r\n full"`, `{"winter":1}`, 1),
		"null", "1",
	}
	require.Equal(t, http.StatusOK, w.mailEvents("["+strings.Join(bad, ",")+","+bounced+"]"))
	assert.Len(t, w.told(), 1)
	// null is an event without a kind
	assert.Equal(t, map[string]int{"events": 10, "ignored": 1, "unreadable": 8, "told": 1, "nobody": 0, "ended": 0}, w.counts())
}

func TestALongReasonIsCutOff(t *testing.T) {
	w := opened(t, nil)
	require.Equal(t, http.StatusOK, w.mailEvents("["+strings.Replace(bounced, "552 5.2.2", strings.Repeat("ä", 5000), 1)+"]"))
	assert.Len(t, []rune(w.told()[0].Content.(lead.Undelivered).Reason), 1000)
}

func TestSendGridSendsAgainWhatTemporalHasNot(t *testing.T) {
	var trouble error = errors.New("connection refused")
	w := opened(t, func(string) error { return trouble })
	assert.Equal(t, http.StatusServiceUnavailable, w.mailEvents("["+bounced+"]"))
	trouble = nil
	assert.Equal(t, http.StatusOK, w.mailEvents("["+bounced+"]"))
	assert.Equal(t, http.StatusOK, w.mailEvents("["+bounced+"]"))
	told := w.told()
	require.Len(t, told, 2)
	assert.Equal(t, told[0], told[1], "a repeat is for the workflow to recognise")
	trouble = serviceerror.NewNotFound("workflow execution already completed")
	assert.Equal(t, http.StatusOK, w.mailEvents("["+bounced+"]"))
	assert.Equal(t, 1, w.counts()["ended"])
}

func TestPostsOfEventsThatSendGridHasNotSignedAreRefused(t *testing.T) {
	body := []byte("[" + bounced + "]")
	_, another := testKeys()
	w := opened(t, nil)
	for name, header := range map[string]http.Header{
		"no signature":       {},
		"another key":        sendGridHeader(t, another, body, time.Now()),
		"another body":       sendGridHeader(t, w.events, append(body, '\n'), time.Now()),
		"another time":       with(sendGridHeader(t, w.events, body, time.Now()), eventwebhook.TimestampHTTPHeader, strconv.FormatInt(time.Now().Unix()-7, 10)),
		"no time":            with(sendGridHeader(t, w.events, body, time.Now()), eventwebhook.TimestampHTTPHeader, ""),
		"time in words":      with(sendGridHeader(t, w.events, body, time.Now()), eventwebhook.TimestampHTTPHeader, "now"),
		"two days old":       sendGridHeader(t, w.events, body, time.Now().Add(-48*time.Hour)),
		"an hour early":      sendGridHeader(t, w.events, body, time.Now().Add(time.Hour)),
		"not base64":         with(sendGridHeader(t, w.events, body, time.Now()), eventwebhook.VerificationHTTPHeader, "%%%"),
		"no ASN.1":           with(sendGridHeader(t, w.events, body, time.Now()), eventwebhook.VerificationHTTPHeader, "aGVsbG8="),
		"an empty signature": with(sendGridHeader(t, w.events, body, time.Now()), eventwebhook.VerificationHTTPHeader, ""),
	} {
		assert.Equal(t, http.StatusUnauthorized, w.post("/sendgrid/events", header, body), name)
	}
	assert.Empty(t, w.told())
}

func TestARepeatOfYesterdayIsTaken(t *testing.T) {
	w := opened(t, nil)
	body := []byte("[" + bounced + "]\r\n")
	assert.Equal(t, http.StatusOK, w.post("/sendgrid/events", sendGridHeader(t, w.events, body, time.Now().Add(-24*time.Hour)), body))
	assert.Len(t, w.told(), 1)
}
