package dropboxsign

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/sandbox/internal/wire"
)

// ErrNoRequest is the error of a signature request that isn't there.
var ErrNoRequest = errors.New("there is no such signature request")

// reminderPause is how long after a reminder no other is sent.
const reminderPause = time.Hour

// remind reminds the signer. Which error Dropbox Sign gives in which case is not documented: these are of the kinds that are.
func (s *Server) remind(r *http.Request) (any, error) {
	var in struct {
		Email string `json:"email_address"`
		Name  string `json:"name"`
	}
	if err := wire.Read(r, &in, true); err != nil {
		return nil, no(http.StatusBadRequest, "", "%s", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found, err := s.find(r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	now := time.Now().UTC()
	switch {
	case !strings.EqualFold(in.Email, found.Signer.Email):
		return nil, no(http.StatusBadRequest, "email_address", "There is no signer with this email address")
	case found.over(now):
		return nil, no(http.StatusBadRequest, "", "This signature request is no longer awaiting a signature")
	case !found.Reminded.IsZero() && now.Sub(found.Reminded) < reminderPause:
		return nil, no(http.StatusBadRequest, "", "You can't send a reminder within 1 hour of the last reminder that was sent")
	}
	changed := *found
	changed.Reminded, changed.Reminders = now, found.Reminders+1
	if err := s.put(found, changed); err != nil {
		return nil, err
	}
	s.tell("signature_request_remind", found, "")
	return map[string]any{"signature_request": s.show(found, now)}, nil
}

// cancel cancels a request that is not complete.
func (s *Server) cancel(r *http.Request) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, err := s.find(r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	now := time.Now().UTC()
	if found.over(now) {
		return nil, no(http.StatusConflict, "", "This signature request is %s and can't be canceled", found.statusCode(now))
	}
	changed := *found
	changed.Canceled = now
	if err := s.put(found, changed); err != nil {
		return nil, err
	}
	s.tell("signature_request_canceled", found, "")
	return nil, nil
}

// put changes a request. When it fails, the request is as it was before.
func (s *Server) put(r *request, to request) error {
	before := *r
	*r = to
	err := s.requests.Put(r.ID, r)
	if err != nil {
		*r = before
	}
	return err
}

// Act has the signer, or the world, do something with a request that is open, and tells the app: see client.SignatureAct.
func (s *Server) Act(id string, a client.SignatureAct) (client.Signature, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.requests.Get(id)
	if !ok {
		return client.Signature{}, ErrNoRequest
	}
	now := time.Now().UTC()
	if a.Do == client.SignatureRepeat {
		s.repeat(id)
		return view(r, now), nil
	}
	if r.over(now) {
		return client.Signature{}, fmt.Errorf("it is %s: nothing can be done with it any more", r.state(now))
	}
	changed := *r
	var events []string
	if a.Do == client.SignatureView || (a.Do == client.SignatureSign || a.Do == client.SignatureDecline) && r.Viewed.IsZero() {
		changed.Viewed = now // who signs or declines has opened it
		events = append(events, "signature_request_viewed")
	}
	switch a.Do {
	case client.SignatureView:
	case client.SignatureSign:
		changed.Signed = now
		events = append(events, "signature_request_signed", "signature_request_all_signed", "signature_request_downloadable")
	case client.SignatureDecline:
		if !r.Decline {
			return client.Signature{}, errors.New("it was sent without the choice to decline")
		}
		changed.Declined, changed.Reason = now, a.Reason
		events = append(events, "signature_request_declined")
	case client.SignatureBounce:
		changed.Bounced = now
		events = append(events, "signature_request_email_bounce")
	case client.SignatureExpire:
		changed.Expired = now
		events = append(events, "signature_request_expired")
	default:
		return client.Signature{}, fmt.Errorf("do: %q is none of view, sign, decline, bounce, expire, repeat", a.Do)
	}
	if err := s.put(r, changed); err != nil {
		return client.Signature{}, err
	}
	for _, kind := range events {
		s.tell(kind, r, a.Reason)
	}
	return view(r, now), nil
}
