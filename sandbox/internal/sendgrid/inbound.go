package sendgrid

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/sandbox/internal/webhook"
)

// Reply has somebody answer an e-mail: to where it says that answers go, else to its sender. What goes to the reply host is
// handed to the app, and everybody else has it in their mailbox: these are returned. It fails with ErrNoEmail.
func (s *Server) Reply(r client.Reply) ([]client.Email, error) {
	if strings.TrimSpace(r.Text) == "" {
		return nil, errors.New("text: say something")
	}
	if r.From != "" && !valid(r.From) {
		return nil, fmt.Errorf("from: %q is not an e-mail address", r.From)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.emails, func(e *client.Email) bool { return e.ID == r.Email })
	if i < 0 {
		return nil, ErrNoEmail
	}
	first := s.emails[i]
	answer := answerTo(first, r)
	id := rand.Text()[:22]
	kept := []client.Email{}
	for _, to := range recipients(first) {
		answer.To = to
		answer.ID = fmt.Sprintf("%s.reply-%d", id, len(kept))
		if _, host, _ := strings.Cut(to.Email, "@"); strings.EqualFold(host, s.ReplyHost) {
			s.handOver(answer, recipients(first), r.Automatic)
			continue
		}
		kept = append(kept, answer)
	}
	if len(kept) > 0 {
		if err := s.sent.Put(id, kept); err != nil {
			return nil, err
		}
		s.enter(kept)
	}
	return slices.Clone(kept), nil
}

// recipients are who gets an answer to an e-mail.
func recipients(e *client.Email) []client.Address {
	switch {
	case len(e.ReplyToList) > 0:
		return e.ReplyToList
	case e.ReplyTo.Email != "":
		return []client.Address{e.ReplyTo}
	default:
		return []client.Address{e.From}
	}
}

func answerTo(e *client.Email, r client.Reply) client.Email {
	from := e.To
	if r.From != "" && !strings.EqualFold(r.From, from.Email) {
		from = client.Address{Email: r.From}
	}
	_, host, _ := strings.Cut(from.Email, "@")
	a := client.Email{
		From: from, Subject: e.Subject, Text: r.Text, Sent: time.Now().UTC(),
		MessageID: rand.Text() + "@" + host, InReplyTo: e.MessageID,
		Headers: map[string]string{"In-Reply-To": "<" + e.MessageID + ">", "References": "<" + e.MessageID + ">"},
	}
	switch {
	case r.Automatic: // as RFC 3834 has it, and as Gmail marks them besides
		a.Subject = "Automatic reply: " + a.Subject
		a.Headers["Auto-Submitted"], a.Headers["X-Autoreply"] = "auto-replied", "yes"
	case !strings.HasPrefix(strings.ToLower(a.Subject), "re:"):
		a.Subject = "Re: " + a.Subject
	}
	return a
}

// handOver posts an e-mail to the app as Inbound Parse does
// (https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook#default-parameters).
func (s *Server) handOver(e client.Email, to []client.Address, automatic bool) {
	if s.RepliesURL == "" {
		return
	}
	var all []string
	for _, a := range to {
		all = append(all, a.String())
	}
	envelope := struct {
		To   []string `json:"to"`
		From string   `json:"from"`
	}{[]string{e.To.Email}, e.From.Email}
	if automatic {
		envelope.From = "" // so that nobody's program answers a program
	}
	_, host, _ := strings.Cut(e.From.Email, "@")
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for _, f := range [][2]string{
		{"headers", headers(e, strings.Join(all, ", "))},
		{"dkim", "{@" + host + " : pass}"},
		{"to", strings.Join(all, ", ")},
		{"from", e.From.String()},
		{"text", e.Text},
		{"sender_ip", "192.0.2.25"},
		{"envelope", text(envelope)},
		{"attachments", "0"},
		{"subject", e.Subject},
		{"charsets", `{"to":"UTF-8","from":"UTF-8","subject":"UTF-8","text":"utf-8"}`},
		{"SPF", "pass"},
	} {
		_ = form.WriteField(f[0], f[1]) // into memory
	}
	_ = form.Close()
	s.Outbox.Send(s.RepliesURL, func(int) webhook.Request {
		h := http.Header{"Content-Type": {form.FormDataContentType()}, "User-Agent": {"Sendlib/1.0 server.sendgrid.net"}}
		sign(s.replyKey, h, body.Bytes(), time.Now())
		// https://support.sendgrid.com/hc/en-us/articles/46513815674395-Understanding-Inbound-Parse-Webhook-Retry-Logic
		return webhook.Request{Header: h, Body: body.Bytes(), Refusable: true}
	})
}

// headers are an e-mail's, as they stand before its text.
func headers(e client.Email, to string) string {
	var b strings.Builder
	line := func(name, value string) {
		fmt.Fprintf(&b, "%s: %s\n", name, strings.NewReplacer("\r", "", "\n", " ").Replace(value))
	}
	line("MIME-Version", "1.0")
	line("Date", e.Sent.Format(time.RFC1123Z))
	line("Message-ID", "<"+e.MessageID+">")
	for _, name := range []string{"In-Reply-To", "References", "Auto-Submitted", "X-Autoreply"} {
		if v := e.Headers[name]; v != "" {
			line(name, v)
		}
	}
	line("Subject", e.Subject)
	line("From", e.From.String())
	line("To", to)
	line("Content-Type", `text/plain; charset="UTF-8"`)
	return b.String()
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // there is nothing in it that can't be written
	}
	return string(b)
}
