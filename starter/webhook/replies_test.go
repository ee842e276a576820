package webhook

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"

	"github.com/throughline-dev/throughline/workflows/lead"
)

// boundary is the one that SendGrid uses.
const boundary = "xYzZY"

var multipartType = http.Header{"Content-Type": {"multipart/form-data; boundary=" + boundary}}

// aReply is a mail as Inbound Parse posts it, with some of its fields changed; one that is changed to "-" is left out.
func (w *world) aReply(changed map[string]string) []byte {
	fields := map[string]string{
		"headers": "Received: by mx0047p1mdw1.sendgrid.net with SMTP id 6WCVv7KAWn Thu, 01 Jan 2026 09:00:00 +0000 (UTC)\n" +
			"Received: from mail.contoso.example (mail.contoso.example [192.0.2.7])\n\tby mx0047p1mdw1.sendgrid.net (Postfix) with ESMTPS\n" +
			"From: Jane Winter <jane@contoso.example>\nDate: Thu, 01 Jan 2026 08:59:58 +0000\nMessage-ID: <CAN_P@mail.contoso.example>\n" +
			"Subject: Re: Thank you\nTo: Maria Lopez <maria.lopez@northwind.example>, lead-aaaaaaaaaaaaaaaa@reply.northwind.example\n" +
			"Content-Type: multipart/alternative; boundary=001a113f8ad03e85160538a4343c\n",
		"dkim":     "{@contoso.example : pass}",
		"to":       "Maria Lopez <maria.lopez@northwind.example>, lead-aaaaaaaaaaaaaaaa@reply.northwind.example",
		"from":     "Jane Winter <jane@contoso.example>",
		"subject":  "Re: Thank you",
		"text":     "Yes, please call me.\r\n\r\nJane\r\n",
		"html":     "<div>Yes, please call me.</div>",
		"envelope": `{"to":["lead-aaaaaaaaaaaaaaaa@reply.northwind.example"],"from":"jane@contoso.example"}`,
		"charsets": `{"to":"UTF-8","html":"UTF-8","subject":"UTF-8","from":"UTF-8","text":"UTF-8"}`,
		"SPF":      "pass", "sender_ip": "192.0.2.7", "attachments": "0",
	}
	for name, value := range changed {
		fields[name] = value
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.SetBoundary(boundary)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if fields[name] != "-" {
			_ = form.WriteField(name, fields[name]) // a buffer takes everything
		}
	}
	_ = form.Close()
	return body.Bytes()
}

func (w *world) reply(body []byte) int {
	w.t.Helper()
	h := sendGridHeader(w.t, w.replies, body, time.Now())
	h.Set("Content-Type", multipartType.Get("Content-Type"))
	return w.post("/sendgrid/replies", h, body)
}

// contact is the one news of a contact that was told, to lead A.
func (w *world) contact() lead.Contact {
	w.t.Helper()
	told := w.told()
	require.Len(w.t, told, 1)
	require.Equal(w.t, leadA, told[0].Lead)
	require.Equal(w.t, "contact", told[0].Name)
	return told[0].Content.(lead.Contact)
}

func TestAReplyIsContact(t *testing.T) {
	w := opened(t, nil)
	require.Equal(t, http.StatusOK, w.reply(w.aReply(nil)))
	got := w.contact()
	assert.WithinDuration(t, time.Now(), got.At, 5*time.Second, "the sender's own clock is not believed")
	got.At = time.Time{}
	assert.Regexp(t, "^mail/[0-9a-f]{32}$", got.ID, "a Message-ID can hold what is private")
	got.ID = ""
	assert.Equal(t, lead.Contact{How: lead.Replied, Text: "Yes, please call me.\n\nJane"}, got)
	assert.Equal(t, map[string]int{"events": 1, "ignored": 0, "unreadable": 0, "told": 1, "nobody": 0, "ended": 0}, w.counts())
}

func TestAMailHasOneIDHoweverOftenItIsPosted(t *testing.T) {
	id := func(changed map[string]string) string {
		w := opened(t, nil)
		require.Equal(t, http.StatusOK, w.reply(w.aReply(changed)))
		return w.contact().ID
	}
	assert.Equal(t, id(nil), id(map[string]string{"spam_score": "1.2", "text": "converted anew"}))
	assert.NotEqual(t, id(nil), id(map[string]string{"headers": "Message-ID: <another@contoso.example>\n"}))
	without := map[string]string{"headers": "Date: Thu, 01 Jan 2026 08:59:58 +0000\n"}
	assert.Equal(t, id(without), id(without))
	assert.NotEqual(t, id(without), id(map[string]string{"headers": without["headers"], "text": "Something else."}))
}

func TestAMailOfOursSaysWhoWroteIt(t *testing.T) {
	for _, from := range []string{"Maria Lopez <Maria.Lopez@Northwind.example>", "maria.lopez@northwind.example", "=?x-unknown?q?Mar=EDa?= <maria.lopez@northwind.example>"} {
		w := opened(t, nil)
		require.Equal(t, http.StatusOK, w.reply(w.aReply(map[string]string{"from": from})))
		got := w.contact()
		assert.Equal(t, lead.Wrote, got.How, from)
		assert.Equal(t, "maria", got.Person)
	}
	w := opened(t, nil)
	require.Equal(t, http.StatusOK, w.reply(w.aReply(map[string]string{"from": "-", "headers": "Message-ID: <1@x>\n"})))
	assert.Equal(t, lead.Replied, w.contact().How, "nobody of ours has no address")
}

func TestAMachinesAnswerIsNoContact(t *testing.T) {
	const id = "Message-ID: <1@contoso.example>\n"
	for name, changed := range map[string]map[string]string{
		"Auto-Submitted":              {"headers": id + "Auto-Submitted: auto-replied; owner-email=\"jane@contoso.example\"\n"},
		"auto-generated":              {"headers": id + "AUTO-SUBMITTED: Auto-Generated (failure)\n"},
		"X-Autoreply":                 {"headers": id + "X-Autoreply: yes\n"},
		"X-Autorespond":               {"headers": id + "X-Autorespond: Out of office\n"},
		"Precedence":                  {"headers": id + "Precedence: auto_reply\n"},
		"Precedence: bulk":            {"headers": id + "precedence: Bulk\n"},
		"a report":                    {"headers": id + "Content-Type: multipart/report;\n report-type=delivery-status; boundary=x\n"},
		"nobody to return it to":      {"envelope": `{"to":["lead-aaaaaaaaaaaaaaaa@reply.northwind.example"],"from":""}`},
		"nobody, in angle brackets":   {"envelope": `{"to":["lead-aaaaaaaaaaaaaaaa@reply.northwind.example"],"from":"<>"}`},
		"a mail server":               {"from": "Mail Delivery Subsystem <MAILER-DAEMON@contoso.example>"},
		"a postmaster":                {"from": "postmaster@contoso.example"},
		"after a line without a name": {"headers": "this is no header\n: nor this\n" + id + "Auto-Submitted: auto-replied\n"},
	} {
		t.Run(name, func(t *testing.T) {
			w := opened(t, nil)
			require.Equal(t, http.StatusOK, w.reply(w.aReply(changed)))
			got := w.contact()
			assert.Equal(t, lead.AutoReplied, got.How)
			assert.NotEmpty(t, got.Text)
		})
	}
}

func TestAPersonsAnswerIsNotTakenForAMachines(t *testing.T) {
	const id = "Message-ID: <1@contoso.example>\n"
	for name, changed := range map[string]map[string]string{
		"Auto-Submitted: no":     {"headers": id + "Auto-Submitted: no\n"},
		"a list":                 {"headers": id + "Precedence: list\n"},
		"quoted in the body":     {"headers": id + "\nAuto-Submitted: auto-replied\n", "text": "Auto-Submitted: auto-replied"},
		"an unknown return path": {"envelope": `{"to":["lead-aaaaaaaaaaaaaaaa@reply.northwind.example"]}`},
		"no envelope":            {"envelope": "-"},
	} {
		t.Run(name, func(t *testing.T) {
			w := opened(t, nil)
			require.Equal(t, http.StatusOK, w.reply(w.aReply(changed)))
			assert.Equal(t, lead.Replied, w.contact().How)
		})
	}
}

func TestOursBeingAwayIsNoNews(t *testing.T) {
	w := opened(t, nil)
	require.Equal(t, http.StatusOK, w.reply(w.aReply(map[string]string{
		"from": "maria.lopez@northwind.example", "headers": "Auto-Submitted: auto-replied\n",
	})))
	assert.Empty(t, w.told())
	assert.Equal(t, 1, w.counts()["ignored"])
}

func TestALeadIsFoundByTheEnvelopeElseByTheHeader(t *testing.T) {
	const own = "lead-aaaaaaaaaaaaaaaa@reply.northwind.example"
	for name, changed := range map[string]map[string]string{
		"the envelope alone": {"to": "maria.lopez@northwind.example"},
		"in capitals":        {"envelope": `{"to":["LEAD-AAAAAAAAAAAAAAAA@Reply.Northwind.Example"],"from":"jane@contoso.example"}`},
		"twice":              {"envelope": `{"to":["` + own + `","` + own + `"],"from":"jane@contoso.example"}`},
		"To":                 {"envelope": "-"},
		"To, malformed":      {"envelope": "{", "to": `Lopez, Maria <maria.lopez@northwind.example>; "lead" <` + own + ">"},
		"Cc":                 {"envelope": `{"to":["somebody@reply.example"],"from":"jane@contoso.example"}`, "to": "maria.lopez@northwind.example", "cc": "<" + own + ">"},
		"the header's Cc":    {"envelope": "-", "to": "-", "headers": "cc: maria.lopez@northwind.example,\n " + own + "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			w := opened(t, nil)
			require.Equal(t, http.StatusOK, w.reply(w.aReply(changed)))
			assert.Equal(t, lead.Replied, w.contact().How)
		})
	}
}

func TestAMailToTwoLeadsIsNewsForBoth(t *testing.T) {
	w := opened(t, nil)
	require.Equal(t, http.StatusOK, w.reply(w.aReply(map[string]string{"envelope": "-", "cc": "lead-bbbbbbbbbbbbbbbb@reply.northwind.example"})))
	told := w.told()
	require.Len(t, told, 2)
	assert.Equal(t, []string{leadA, leadB}, []string{told[0].Lead, told[1].Lead})
}

func TestAMailToNoLeadIsIgnored(t *testing.T) {
	for _, to := range []string{"info@reply.northwind.example", "lead-aaaaaaaaaaaaaaaa@northwind.example", "claims-01@reply.northwind.example", "", "lead-aaaaaaaaaaaaaaaa"} {
		w := opened(t, nil)
		require.Equal(t, http.StatusOK, w.reply(w.aReply(map[string]string{
			"envelope": `{"to":["` + to + `"],"from":"jane@contoso.example"}`, "to": to, "headers": "Message-ID: <1@x>\n",
		})), to)
		assert.Empty(t, w.told())
		assert.Equal(t, 1, w.counts()["ignored"])
	}
}

func TestAMailIsPostedAgainUntilTemporalHasIt(t *testing.T) {
	var trouble error = errors.New("connection refused")
	w := opened(t, func(string) error { return trouble })
	body := w.aReply(nil)
	assert.Equal(t, http.StatusServiceUnavailable, w.reply(body))
	trouble = serviceerror.NewNotFound("workflow execution already completed")
	assert.Equal(t, http.StatusOK, w.reply(body))
	assert.Equal(t, 1, w.counts()["ended"])
}

func TestAMailThatSendGridHasNotSignedIsKeptThere(t *testing.T) {
	w := opened(t, nil)
	body := w.aReply(nil)
	for name, header := range map[string]http.Header{
		"no signature":         {},
		"the other key":        sendGridHeader(t, w.events, body, time.Now()),
		"another body":         sendGridHeader(t, w.replies, append(body, '\n'), time.Now()),
		"four days old":        sendGridHeader(t, w.replies, body, time.Now().Add(-96*time.Hour)),
		"unsigned and no mail": {"Content-Type": {"text/plain"}},
	} {
		if header.Get("Content-Type") == "" {
			header.Set("Content-Type", multipartType.Get("Content-Type"))
		}
		assert.Equal(t, http.StatusServiceUnavailable, w.post("/sendgrid/replies", header, body), name)
	}
	assert.Empty(t, w.told())
	h := with(sendGridHeader(t, w.replies, body, time.Now().Add(-71*time.Hour)), "Content-Type", multipartType.Get("Content-Type"))
	assert.Equal(t, http.StatusOK, w.post("/sendgrid/replies", h, body), "SendGrid tries for three days")
}

func TestWhatIsSignedAndNoMailIsRefused(t *testing.T) {
	w := opened(t, nil)
	for _, body := range []string{"", "winter", "--" + boundary + "\r\n", "--" + boundary + "\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nbroken off"} {
		assert.Equal(t, http.StatusBadRequest, w.reply([]byte(body)), body)
	}
	body := []byte("a=b")
	for _, media := range []string{"application/x-www-form-urlencoded", "multipart/form-data", "", ";"} {
		h := with(sendGridHeader(t, w.replies, body, time.Now()), "Content-Type", media)
		assert.Equal(t, http.StatusBadRequest, w.post("/sendgrid/replies", h, body), media)
	}
}

func TestARawMailIsContactWithoutItsText(t *testing.T) {
	w := opened(t, nil)
	raw := func(more string) map[string]string {
		return map[string]string{"headers": "-", "text": "-", "html": "-",
			"email": "Message-ID: <1@contoso.example>\r\n" + more + "Subject: Re: Thank you\r\n\r\nAuto-Submitted: auto-replied\r\nYes, please call me."}
	}
	require.Equal(t, http.StatusOK, w.reply(w.aReply(raw(""))))
	got := w.contact()
	assert.Equal(t, lead.Replied, got.How)
	assert.Empty(t, got.Text)
	assert.Contains(t, w.logs.String(), "raw")

	w = opened(t, nil)
	require.Equal(t, http.StatusOK, w.reply(w.aReply(raw("Auto-Submitted: auto-replied\r\n"))))
	assert.Equal(t, lead.AutoReplied, w.contact().How)
}

// withAttachment is a mail with so many bytes attached, which is never in memory as a whole.
func (w *world) withAttachment(n int64) io.Reader {
	end := "--" + boundary + "--\r\n"
	head := strings.TrimSuffix(string(w.aReply(nil)), end) + "--" + boundary +
		"\r\nContent-Disposition: form-data; name=\"attachment1\"; filename=\"text\"\r\nContent-Type: image/jpeg\r\n\r\n"
	return io.MultiReader(strings.NewReader(head), io.LimitReader(zeros{}, n), strings.NewReader("\r\n"+end))
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestWhatIsAttachedIsNotKept(t *testing.T) {
	const size = 30 << 20
	w := opened(t, nil)
	body, err := io.ReadAll(w.withAttachment(size))
	require.NoError(t, err)
	r := httptest.NewRequest("POST", "/sendgrid/replies", w.withAttachment(size))
	r.Header = with(sendGridHeader(t, w.replies, body, time.Now()), "Content-Type", multipartType.Get("Content-Type"))
	got := httptest.NewRecorder()

	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	w.handler.ServeHTTP(got, r)
	runtime.ReadMemStats(&after)
	assert.Equal(t, http.StatusOK, got.Code)
	assert.Equal(t, "Yes, please call me.\n\nJane", w.contact().Text)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(4<<20), "a mail of 30 MB was read into memory")
}

func TestAMailThatIsLargerThanAnyIsRefused(t *testing.T) {
	w := opened(t, nil)
	r := httptest.NewRequest("POST", "/sendgrid/replies", w.withAttachment(maxMail))
	r.Header = with(sendGridHeader(t, w.replies, nil, time.Now()), "Content-Type", multipartType.Get("Content-Type"))
	got := httptest.NewRecorder()
	w.handler.ServeHTTP(got, r)
	assert.Equal(t, http.StatusRequestEntityTooLarge, got.Code)
	assert.Empty(t, w.told())
}
