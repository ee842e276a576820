package webhook

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/workflows/lead"
	"github.com/throughline-dev/throughline/workflows/returns"
)

const (
	// repliesRepeated is how long SendGrid goes on posting a mail that was answered with 5xx.
	repliesRepeated = 72 * time.Hour
	// maxMail is above what SendGrid posts: 30 MB of mail, and what it says of it.
	maxMail = 40 << 20
	// mailWithin is how long a mail may take to come in. The door's own limits are for what is small.
	mailWithin = 2 * time.Minute
)

// takeReply takes a mail to a lead's or a return's own address, as SendGrid's Inbound Parse posts it.
//
// A mail that is answered with 4xx is gone for good, and nobody hears of it, its sender neither; so what could be our own
// mistake, such as a wrong key, is answered with 5xx, after which SendGrid tries for three days.
// https://support.sendgrid.com/hc/en-us/articles/46513815674395-Understanding-Inbound-Parse-Webhook-Retry-Logic
func (h *Handler) takeReply(w http.ResponseWriter, r *http.Request) {
	if h.replyKey == nil || h.o.ReplyHost == "" {
		h.refuse(w, r, http.StatusServiceUnavailable, errors.New("there is no public key to check SendGrid's signature by, or no reply host"))
		return
	}
	now := time.Now()
	check, err := h.replyKey.check(r.Header, repliesRepeated, now)
	if err != nil {
		h.refuse(w, r, http.StatusServiceUnavailable, err)
		return
	}
	// Where the server can't be asked (in a test), its limits hold.
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(now.Add(mailWithin))
	_ = control.SetWriteDeadline(now.Add(mailWithin + h.o.Timeout + 5*time.Second))

	// All of it is read, and none of it but a few fields is kept, before the signature can be checked.
	body := io.TeeReader(http.MaxBytesReader(w, r.Body, maxMail), check)
	form, malformed := readMail(r.Header.Get("Content-Type"), body)
	if _, err := io.Copy(io.Discard, body); err != nil {
		h.unreadable(w, r, http.StatusServiceUnavailable, err)
		return
	}
	if err := check.passed(); err != nil {
		h.refuse(w, r, http.StatusServiceUnavailable, err)
		return
	}
	if malformed != nil {
		h.refuse(w, r, http.StatusBadRequest, malformed)
		return
	}
	if form["email"] != "" {
		h.log.WarnContext(r.Context(), "A mail came raw, so its text is left out: clear \"POST the raw, full MIME message\" in SendGrid's Inbound Parse.")
	}
	h.finish(w, r, h.replies(mailOf(form), check.at))
}

// replies are the news in a mail, for each lead and return that it was written to.
func (h *Handler) replies(m mail, at time.Time) batch {
	b := batch{events: 1}
	text := m.text()
	contact := lead.Contact{ID: m.id(), How: lead.Replied, At: at, Text: strings.TrimSpace(shorten(text, lead.MaxMessage))}
	for _, p := range h.o.People() {
		if m.sender != "" && strings.EqualFold(p.Email, m.sender) {
			contact.How, contact.Person = lead.Wrote, p.ID
		}
	}
	automatic, ours := m.automatic(), contact.Person != ""
	if automatic && ours { // ours are away: that is no news to ours, nor a contact
		b.ignored = 1
		return b
	}
	if automatic {
		contact.How = lead.AutoReplied
	}
	reply := returns.Reply{
		ID: m.id(), At: at, From: m.sender, Ours: ours, Text: strings.TrimSpace(shorten(text, returns.MaxComment)), Automatic: automatic,
	}
	for _, id := range m.cases(h.o.ReplyHost) {
		switch {
		case lead.IsWorkflowID(id):
			b.news = append(b.news, news{id: id, signal: lead.SignalContact, content: contact})
		case returns.IsWorkflowID(id):
			b.news = append(b.news, news{id: id, signal: returns.SignalReply, content: reply})
		}
	}
	if len(b.news) == 0 {
		b.ignored = 1
	}
	return b
}

// id tells a mail from every other, and is the same whenever it is posted. It is a digest, since a Message-ID may have its
// sender's address or computer in it.
func (m mail) id() string {
	parts := []string{"message-id", m.header.get("Message-ID")}
	if parts[1] == "" {
		parts = []string{"mail", m.header.get("Date"), m.sender, m.form["subject"], m.form["text"], m.form["html"]}
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return "mail/" + hex.EncodeToString(sum[:16])
}
