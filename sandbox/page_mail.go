package sandbox

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/sandbox/internal/sendgrid"
)

// shownEmails is how many e-mails the mailbox lists.
const shownEmails = 100

type mailPage struct {
	To     string // whose mailbox; "" is everybody's
	Emails []client.Email
	More   int
	Open   *client.Email // the one that is read; nil for none
	Text   bool          // whether its text is shown rather than its HTML
	Query  string        // of addresses within this mailbox: "" or "?to=…"
	People []Person      // who could answer it
	Fates  []mailFate
}

// mailFate is what may become of an e-mail.
type mailFate struct{ Event, Does, Done string }

var mailFates = []mailFate{
	{client.Bounced, "It bounces", "bounced"},
	{client.Dropped, "SendGrid drops it", "dropped"},
	{client.ReportedSpam, "It is reported as spam", "reported as spam"},
}

// fate is what has become of an e-mail, in words; "" where it simply arrived.
func fate(event string) string {
	for _, f := range mailFates {
		if f.Event == event {
			return f.Done
		}
	}
	return event
}

// mailPage is everybody's mailbox, and the e-mail that is read.
func (s *Sandbox) mailPage(r *http.Request) (string, any) {
	p := mailPage{To: r.FormValue("to"), People: s.o.People, Fates: mailFates}
	if p.To != "" {
		p.Query = "?" + url.Values{"to": {p.To}}.Encode()
	}
	p.Emails = s.mail.Emails(sendgrid.Filter{To: p.To})
	slices.Reverse(p.Emails)
	if id := r.PathValue("id"); id != "" {
		i := slices.IndexFunc(p.Emails, func(e client.Email) bool { return e.ID == id })
		if i < 0 {
			return "", nil
		}
		open := p.Emails[i]
		p.Open = &open
		p.Text = r.FormValue("view") == "text" || p.Open.HTML == ""
	}
	if p.More = max(len(p.Emails)-shownEmails, 0); p.More > 0 {
		p.Emails = p.Emails[:shownEmails]
	}
	return "Mail", p
}

// mailHTML is an e-mail's HTML, to be framed by the page: it can run nothing, load nothing, and send nothing.
func (s *Sandbox) mailHTML(w http.ResponseWriter, r *http.Request) {
	emails := s.mail.Emails(sendgrid.Filter{ID: r.PathValue("id")})
	if len(emails) == 0 {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "+
		"style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	_, _ = io.WriteString(w, head.ReplaceAllString(emails[0].HTML, "$0<base target=\"_blank\">"))
}

// head is where a document's head begins: there, links are told to open outside of the frame.
var head = regexp.MustCompile(`(?i)<head(\s[^>]*)?>`)
