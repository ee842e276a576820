package sendgrid

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/sandbox/internal/webhook"
)

// batchAfter is how long events are collected before they are posted together.
const batchAfter = 50 * time.Millisecond

// What may become of an e-mail, and the reason where nobody gives one.
var reasons = map[string]string{
	client.Bounced:      "550 5.1.1 The email account that you tried to reach does not exist.",
	client.Dropped:      "Bounced Address",
	client.ReportedSpam: "",
}

// ErrNoEmail is something done to an e-mail that isn't there.
var ErrNoEmail = errors.New("there is no such e-mail")

// Order says what is to become of the next e-mails to an address; without an event, they arrive again.
func (s *Server) Order(b client.Bounce) (client.Bounce, error) {
	b.Address = strings.ToLower(strings.TrimSpace(b.Address))
	if !valid(b.Address) {
		return b, fmt.Errorf("address: %q is not an e-mail address", b.Address)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if b.Event == "" {
		return b, s.bounces.Delete(b.Address)
	}
	if err := complete(&b); err != nil {
		return b, err
	}
	return b, s.bounces.Put(b.Address, b)
}

// Bounces are the orders.
func (s *Server) Bounces() []client.Bounce {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := []client.Bounce{}
	for _, b := range s.bounces.All() {
		list = append(list, b)
	}
	return list
}

// Bounce has an e-mail that SendGrid has sent come back after all. It fails with ErrNoEmail.
func (s *Server) Bounce(id string, b client.Bounce) (client.Email, error) {
	if err := complete(&b); err != nil {
		return client.Email{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	request, _, _ := strings.Cut(id, ".")
	emails, _ := s.sent.Get(request)
	i := slices.IndexFunc(emails, func(e client.Email) bool { return e.ID == id && e.InReplyTo == "" })
	if i < 0 {
		return client.Email{}, ErrNoEmail
	}
	e := &emails[i] // which the indexes point to, too
	before := *e
	e.Event, e.Reason = b.Event, b.Reason
	if err := s.sent.Put(request, emails); err != nil {
		*e = before
		return client.Email{}, err
	}
	s.tell(s.event(e, b.Event))
	return *e, nil
}

// complete checks an event and its reason.
func complete(b *client.Bounce) error {
	usual, known := reasons[b.Event]
	if !known {
		return fmt.Errorf("event: %q is none of %s", b.Event, strings.Join(slices.Sorted(maps.Keys(reasons)), ", "))
	}
	if b.Reason == "" {
		b.Reason = usual
	}
	return nil
}

// tellOf tells what became of e-mails that were sent.
func (s *Server) tellOf(emails []client.Email) {
	var events []map[string]any
	for i := range emails {
		e := &emails[i]
		switch e.Event {
		case client.Dropped: // SendGrid doesn't even try
		case client.Bounced:
			events = append(events, s.event(e, "processed"))
		default:
			events = append(events, s.event(e, "processed"), s.event(e, "delivered"))
		}
		if e.Event != "" {
			events = append(events, s.event(e, e.Event))
		}
	}
	s.tell(events...)
}

var enhancedStatus = regexp.MustCompile(`\b[45]\.\d{1,3}\.\d{1,3}\b`)

// event is one that the app is told (https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event). The message's
// custom arguments stand beside the rest.
func (s *Server) event(e *client.Email, name string) map[string]any {
	v := map[string]any{}
	for arg, value := range e.Args {
		v[arg] = value
	}
	maps.Copy(v, map[string]any{
		"email": e.To.Email, "timestamp": time.Now().Unix(), "smtp-id": "<" + e.MessageID + ">", "event": name,
		"sg_event_id": rand.Text()[:22], "sg_message_id": e.ID,
	})
	switch name {
	case "delivered":
		v["response"] = "250 2.0.0 OK"
	case client.Bounced:
		v["reason"], v["type"], v["bounce_classification"] = e.Reason, "bounce", "Invalid Address"
		if v["status"] = enhancedStatus.FindString(e.Reason); v["status"] == "" {
			v["status"] = "5.0.0"
		}
	case client.Dropped:
		v["reason"] = e.Reason
	}
	return v
}

// tell posts events to the app, soon and together with others. The caller holds the lock.
func (s *Server) tell(events ...map[string]any) {
	if s.EventsURL == "" || len(events) == 0 {
		return
	}
	if len(s.untold) == 0 {
		time.AfterFunc(batchAfter, s.post)
	}
	s.untold = append(s.untold, events...)
}

// post posts the events that were collected.
func (s *Server) post() {
	s.mu.Lock()
	events := s.untold
	s.untold = nil
	s.mu.Unlock()
	body, err := json.Marshal(events)
	if err != nil {
		panic(err) // there is nothing in them that can't be written
	}
	s.Outbox.Send(s.EventsURL, func(int) webhook.Request {
		h := http.Header{"Content-Type": {"application/json"}, "User-Agent": {"SendGrid Event API"}}
		sign(s.eventKey, h, body, time.Now())
		return webhook.Request{Header: h, Body: body}
	})
}
