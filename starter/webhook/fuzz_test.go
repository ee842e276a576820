package webhook

import (
	"bytes"
	"encoding/json"
	"io"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"

	"github.com/throughline-dev/throughline/activities/esign"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/workflows/lead"
	"github.com/throughline-dev/throughline/workflows/proposal"
	"github.com/throughline-dev/throughline/workflows/returns"
)

// tellable fails unless every piece of news can be handed to Temporal, is recognised by an ID, and is for somebody.
func tellable(t *testing.T, all []news) {
	for _, one := range all {
		if one.start != nil {
			d, ok := one.start.(deal)
			if !ok {
				one := one.start.(ticket)
				d.ID, d.At = one.id, one.at
			}
			require.Regexp(t, `^[1-9][0-9]{0,18}$`, d.ID)
			require.True(t, d.At.Year() >= 1970 && d.At.Year() < 3000)
			require.Empty(t, one.id+one.subject)
			continue
		}
		require.NotEqual(t, one.id == "", one.subject == "", "it is for a case or for who holds a subject")
		if one.id != "" {
			require.True(t, lead.IsWorkflowID(one.id) || proposal.IsWorkflowID(one.id) || returns.IsWorkflowID(one.id))
		} else {
			require.Regexp(t, `^crm-contact/[0-9]+$`, one.subject)
		}
		var id, text string
		var at time.Time
		switch c := one.content.(type) {
		case lead.Contact:
			id, text, at = c.ID, c.Text, c.At
			require.LessOrEqual(t, utf8.RuneCountInString(c.Text), lead.MaxMessage)
		case lead.Undelivered:
			id, text, at = c.ID, c.Reason, c.At
			require.LessOrEqual(t, utf8.RuneCountInString(c.Reason), maxReason)
		case returns.Reply:
			id, text, at = c.ID, c.Text, c.At
			require.LessOrEqual(t, utf8.RuneCountInString(c.Text), returns.MaxComment)
		case returns.Undelivered:
			id, text, at = c.ID, c.Reason, c.At
			require.LessOrEqual(t, utf8.RuneCountInString(c.Reason), maxReason)
		case lead.Merged:
			id, at = c.ID, time.Now()
			require.NotEmpty(t, c.From)
			require.NotContains(t, c.From, c.To)
		case esign.Status:
			id, text, at = c.ID, c.Reason, time.Now()
			require.NotEmpty(t, c.State)
			require.LessOrEqual(t, utf8.RuneCountInString(c.Reason), maxReason)
		}
		require.NotEmpty(t, id)
		require.False(t, at.IsZero())
		require.True(t, utf8.ValidString(text))
		_, err := converter.GetDefaultDataConverter().ToPayloads(one.content)
		require.NoError(t, err)
	}
}

func counted(t *testing.T, b batch) {
	require.LessOrEqual(t, b.ignored+b.unreadable, b.events)
	if b.ignored+b.unreadable == b.events {
		require.Empty(t, b.news)
	}
	tellable(t, b.news)
}

func FuzzHubSpotEvents(f *testing.F) {
	f.Add([]byte("[" + loggedCall + "]"))
	f.Add([]byte(`[{"subscriptionType":"object.merge","objectTypeId":"0-1","primaryObjectId":10,"mergedObjectIds":[11,"12",null],"newObjectId":99}]`))
	f.Add([]byte(`[{"subscriptionType":"contact.propertyChange","objectId":1,"propertyName":"notes_last_contacted","propertyValue":"2026-01-01T00:00:00.000+14:00"},1,null,[]]`))
	f.Add([]byte("[" + reachedStage + "," + askedFor + "," + ordered + "]"))
	h := &Handler{o: Options{
		Proposals: func() config.Proposal { return fromDeals }, Returns: func() config.Returns { return fromTickets },
	}}
	f.Fuzz(func(t *testing.T, body []byte) {
		if b, err := h.readHubSpot(body); err == nil {
			counted(t, b)
		}
	})
}

// Neither a body that makes no sense nor an event that does, whatever it says, makes news that can't be told.
func FuzzSignatureEvent(f *testing.F) {
	body, contentType := callback("signature_request_declined", time.Unix(1_772_366_400, 0), requestOf(proposalA+"/sign-1", "no"), dropboxSignKey)
	f.Add(contentType, body, "signature_request_declined", int64(1_772_366_400), "abc", proposalA+"/sign-1", "no\x00 thanks")
	f.Add("application/x-www-form-urlencoded", []byte("json=%7B%7D"), "x", int64(1<<62), "", "/", "\xff")
	f.Fuzz(func(t *testing.T, contentType string, body []byte, kind string, at int64, id, key, reason string) {
		if e, err := esign.ParseCallback(contentType, body, dropboxSignKey); err == nil {
			counted(t, signatureNews(e))
		}
		request := map[string]any{"signature_request_id": id, "metadata": map[string]any{"throughline_key": key},
			"signatures": []any{map[string]any{"status_code": "declined", "decline_reason": reason}}}
		body, contentType = callback(kind, time.Unix(at, 0), request, dropboxSignKey)
		if e, err := esign.ParseCallback(contentType, body, dropboxSignKey); err == nil {
			counted(t, signatureNews(e))
		} else if utf8.ValidString(kind) {
			t.Fatalf("a callback that is signed is refused: %v", err)
		}
	})
}

func FuzzMailEvents(f *testing.F) {
	f.Add([]byte("[" + bounced + "]\r\n"))
	f.Add([]byte(`[{"event":"dropped","sg_event_id":"1","timestamp":"1767225600","throughline_key":"lead-aaaaaaaaaaaaaaaa/a/b","reason":"\u0000\ud800"}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if b, err := readMailEvents(body); err == nil {
			counted(t, b)
		}
	})
}

func FuzzMail(f *testing.F) {
	w := &world{}
	f.Add(w.aReply(nil))
	f.Add(w.aReply(map[string]string{"text": "-", "html": "<p>a<blockquote>b", "charsets": `{"html":"utf-16"}`}))
	f.Add(w.aReply(map[string]string{"envelope": `{"to":null,"from":7}`, "from": "=?utf-7?q?=00?= <", "headers": "a\n b: c\n:\n\td"}))
	f.Add(w.aReply(map[string]string{"email": "Auto-Submitted: x\n\n", "headers": "-"}))
	h := &Handler{o: Options{ReplyHost: replyHost, People: func() []policy.Person { return []policy.Person{{ID: "m", Email: "m@x.example"}} }}}
	f.Fuzz(func(t *testing.T, body []byte) {
		form, err := readMail(multipartType.Get("Content-Type"), bytes.NewReader(body))
		if err != nil {
			require.Nil(t, form)
			return
		}
		counted(t, h.replies(mailOf(form), time.Now()))
	})
}

// FuzzText gives the fields themselves, past the form around them.
func FuzzText(f *testing.F) {
	f.Add("Yes.\n\nOn 1 Jan wrote:\n> a\n", "<p>a<br>b", "utf-8", "Jane <jane@contoso.example>, lead-aaaaaaaaaaaaaaaa@"+replyHost)
	f.Add("", "<blockquote><script>", "iso-2022-jp", "\"")
	f.Fuzz(func(t *testing.T, text, html, charset, addresses string) {
		charsets, err := json.Marshal(map[string]string{"text": charset, "html": charset})
		require.NoError(t, err)
		m := mailOf(map[string]string{"text": text, "html": html, "charsets": string(charsets), "from": addresses, "to": addresses, "headers": text})
		got := m.text()
		require.True(t, utf8.ValidString(got))
		require.Equal(t, clean(got), got)
		require.LessOrEqual(t, utf8.RuneCountInString(shorten(got, 10)), 10)
		for _, id := range m.cases(replyHost) {
			require.Regexp(t, `^[a-z0-9-]{1,64}$`, id)
		}
		m.automatic()
	})
}

func FuzzPublicKey(f *testing.F) {
	f.Add("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE", "1767225600", "MEUCIQ==")
	f.Fuzz(func(t *testing.T, text, stamp, signature string) {
		key, err := readKey(text)
		if err != nil || key == nil {
			return
		}
		h := with(with(multipartType.Clone(), "X-Twilio-Email-Event-Webhook-Timestamp", stamp), "X-Twilio-Email-Event-Webhook-Signature", signature)
		c, err := key.check(h, time.Hour, time.Now())
		if err == nil {
			_, _ = io.WriteString(c, text)
			require.Error(t, c.passed(), "nobody signed this")
		}
	})
}
