package sendgrid

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	netmail "net/mail"
	"slices"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/sandbox/internal/wire"
)

// maxArgs is SendGrid's limit for all custom arguments of a message together, in bytes.
const maxArgs = 10_000

// maxReplyTo is how many addresses answers may go to.
const maxReplyTo = 1000

// reserved are the headers that SendGrid writes itself.
var reserved = []string{
	"x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "content-transfer-encoding", "to", "from", "subject",
	"reply-to", "cc", "bcc",
}

// request is the body of mail send, as far as the sandbox delivers it. What SendGrid takes besides (templates, attachments,
// copies, scheduling) is refused here rather than passed over, so that nobody believes it was done.
type request struct {
	Personalizations []personalization `json:"personalizations"`
	From             *client.Address   `json:"from"`
	ReplyTo          *client.Address   `json:"reply_to"`
	ReplyToList      []client.Address  `json:"reply_to_list"`
	Subject          string            `json:"subject"`
	Content          []content         `json:"content"`
	Headers          map[string]string `json:"headers"`
	CustomArgs       map[string]string `json:"custom_args"`
	// These change nothing about what arrives in a mailbox here.
	Categories       []string        `json:"categories"`
	MailSettings     json.RawMessage `json:"mail_settings"`
	TrackingSettings json.RawMessage `json:"tracking_settings"`
}

type personalization struct {
	To         []client.Address  `json:"to"`
	From       *client.Address   `json:"from"`
	Subject    string            `json:"subject"`
	Headers    map[string]string `json:"headers"`
	CustomArgs map[string]string `json:"custom_args"`
}

type content struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

func (s *Server) mailSend(w http.ResponseWriter, r *http.Request) {
	var req request
	if err := wire.Read(r, &req, true); err != nil {
		wire.JSON(w, http.StatusBadRequest, failed("Bad Request: "+err.Error()))
		return
	}
	if f := req.check(); len(f.Errors) > 0 {
		wire.JSON(w, http.StatusBadRequest, f)
		return
	}
	id := rand.Text()[:22]
	emails := req.emails(id, time.Now().UTC())
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range emails {
		b, _ := s.bounces.Get(strings.ToLower(emails[i].To.Email))
		emails[i].Event, emails[i].Reason = b.Event, b.Reason
	}
	if err := s.sent.Put(id, emails); err != nil {
		Refuse(w, http.StatusInternalServerError)
		return
	}
	s.enter(emails)
	s.tellOf(emails)
	w.Header().Set("X-Message-Id", id)
	w.WriteHeader(http.StatusAccepted)
}

// check is what SendGrid finds wrong, in its words.
func (r *request) check() (f failure) {
	no := func(field, message string) { f.Errors = append(f.Errors, problem{message, &field}) }
	if len(r.Personalizations) == 0 {
		no("personalizations", "The personalizations field is required and must have at least one personalization.")
	}
	subjects, addressees := len(r.Personalizations) > 0, map[string]bool{}
	for i, p := range r.Personalizations {
		at := fmt.Sprintf("personalizations.%d", i)
		subjects = subjects && p.Subject != ""
		if len(p.To) == 0 {
			no(at+".to", "The to array is required for all personalization objects, and must have at least one email object with a valid email address.")
		}
		for j, to := range p.To {
			if !valid(to.Email) {
				no(fmt.Sprintf("%s.to.%d.email", at, j), "Does not contain a valid address.")
			}
			if addressees[strings.ToLower(to.Email)] {
				no("personalizations", "Each unique email address in the personalizations array should only be included once.")
			}
			addressees[strings.ToLower(to.Email)] = true
		}
		if p.From != nil && !valid(p.From.Email) {
			no(at+".from.email", "Does not contain a valid address.")
		}
		checkHeaders(p.Headers, at+".headers", no)
	}
	switch {
	case r.From == nil || r.From.Email == "":
		no("from.email", "The from object must be provided for every email send. It is an object that requires the email parameter, but may also contain a name parameter.")
	case !valid(r.From.Email):
		no("from.email", "Does not contain a valid address.")
	}
	r.checkReplyTo(no)
	if r.Subject == "" && !subjects {
		no("subject", "The subject is required. You can get around this requirement if you use a template with a subject defined or if every personalization has a subject defined.")
	}
	r.checkContent(no)
	checkHeaders(r.Headers, "headers", no)
	if size(r.CustomArgs) > maxArgs {
		no("custom_args", "The custom args must be less than 10000 bytes.")
	}
	return f
}

func (r *request) checkReplyTo(no func(field, message string)) {
	if r.ReplyTo != nil && !valid(r.ReplyTo.Email) {
		no("reply_to.email", "Does not contain a valid address.")
	}
	if r.ReplyTo != nil && len(r.ReplyToList) > 0 {
		no("reply_to_list", "You can use either the reply_to property or the reply_to_list property, but not both.")
	}
	if len(r.ReplyToList) > maxReplyTo {
		no("reply_to_list", "The reply_to_list array must not have more than 1000 email objects.")
	}
	seen := map[string]bool{}
	for i, a := range r.ReplyToList {
		if !valid(a.Email) {
			no(fmt.Sprintf("reply_to_list.%d.email", i), "Does not contain a valid address.")
		}
		if seen[strings.ToLower(a.Email)] {
			no("reply_to_list", "Each email address in the reply_to_list array must be unique.")
		}
		seen[strings.ToLower(a.Email)] = true
	}
}

func (r *request) checkContent(no func(field, message string)) {
	if len(r.Content) == 0 {
		no("content", "Unless a valid template_id is provided, the content parameter is required. There must be at least one defined content block.")
	}
	order := []string{"text/plain", "text/html"}
	last := -1
	for i, c := range r.Content {
		if c.Type == "" {
			no(fmt.Sprintf("content.%d.type", i), "The content type must be a string at least one character in length.")
		}
		if c.Value == "" {
			no(fmt.Sprintf("content.%d.value", i), "The content value must be a string at least one character in length.")
		}
		rank := slices.Index(order, c.Type)
		if rank < 0 {
			rank = len(order)
		}
		if rank < last || rank == last && rank < len(order) {
			no("content", "If present, text/plain and text/html may only be provided once, and must be in that order, before any other content.")
		}
		last = rank
	}
}

func checkHeaders(headers map[string]string, at string, no func(field, message string)) {
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		if slices.Contains(reserved, strings.ToLower(name)) {
			no(at+"."+name, "The headers field contains a reserved header: "+name+".")
		}
	}
}

func valid(address string) bool {
	a, err := netmail.ParseAddress(address)
	return err == nil && a.Address == address
}

func size(args map[string]string) (n int) {
	for k, v := range args {
		n += len(k) + len(v)
	}
	return n
}

// emails are what arrives in the mailboxes. Where a personalization says something that the request says too, it wins.
func (r *request) emails(id string, now time.Time) (list []client.Email) {
	for _, p := range r.Personalizations {
		e := client.Email{From: *r.From, Subject: r.Subject, Sent: now}
		if p.From != nil {
			e.From = *p.From
		}
		if p.Subject != "" {
			e.Subject = p.Subject
		}
		if r.ReplyTo != nil {
			e.ReplyTo = *r.ReplyTo
		}
		e.ReplyToList = r.ReplyToList
		e.Headers, e.Args = merged(r.Headers, p.Headers), merged(r.CustomArgs, p.CustomArgs)
		e.Key = e.Args[keyArg]
		e.MessageID = id + "@sandbox"
		for name, value := range e.Headers {
			if strings.EqualFold(name, "Message-ID") {
				e.MessageID = strings.Trim(value, "<>")
			}
		}
		for _, c := range r.Content {
			switch c.Type {
			case "text/plain":
				e.Text = c.Value
			case "text/html":
				e.HTML = c.Value
			}
		}
		for _, to := range p.To {
			e.To = to
			e.ID = fmt.Sprintf("%s.recvd-sandbox-%d", id, len(list))
			list = append(list, e)
		}
	}
	return list
}

func merged(general, special map[string]string) map[string]string {
	if len(general)+len(special) == 0 {
		return nil
	}
	m := maps.Clone(general)
	if m == nil {
		m = map[string]string{}
	}
	maps.Copy(m, special)
	return m
}
