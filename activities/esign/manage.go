package esign

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/rest"
)

// reminderPause is how long after a reminder, by hand or by itself, Dropbox Sign refuses to send another, with some time for
// clocks that differ.
const reminderPause = time.Hour + 5*time.Minute

// SignatureStatus looks up where a request stands. It only reads.
func (a *Activities) SignatureStatus(ctx context.Context, _ effect.Key, r Reference) (Status, error) {
	if r.ID == "" {
		return Status{}, noID()
	}
	s, err := a.status(ctx, r.ID)
	return s.Status, err
}

// RemindSigner has Dropbox Sign remind the signer by e-mail. That it refuses, because it has reminded the signer within the
// last hour or because there is nothing left to sign, is no fault. So a reminder whose reply was lost isn't sent again.
func (a *Activities) RemindSigner(ctx context.Context, _ effect.Key, r Reference) (Reminded, error) {
	switch {
	case r.ID == "":
		return Reminded{}, noID()
	case r.Email == "":
		return Reminded{}, fault.Final(system, "invalid_request", "email: the reminder names no signer").Err()
	}
	_, err := rest.Do[struct{}](ctx, a.api, rest.Request{
		Method: http.MethodPost, Path: "/signature_request/remind/" + url.PathEscape(r.ID),
		Body: map[string]string{"email_address": r.Email},
	})
	if err == nil {
		return Reminded{Sent: true}, nil
	}
	if !refused(err) {
		return Reminded{}, err
	}
	// Why it was refused stands in a text for people. What the request looks like is said in fields.
	now, stateErr := a.status(ctx, r.ID)
	if stateErr != nil {
		return Reminded{}, stateErr
	}
	open := now.State == Waiting || now.State == Viewed
	if open && time.Since(now.reminded) > reminderPause {
		return Reminded{}, err
	}
	return Reminded{State: now.State}, nil
}

// RecallSignature takes a request back, so that it can't be signed any more. What it returns is where the request stands:
// Recalled or, where it was too late for that, Signed, Declined or Expired, none of which is a fault. Run again it changes
// nothing more.
//
// Dropbox Sign recalls in the background, and confirms it by the event signature_request_canceled. Until then the signer may
// still be quicker, in which case signature_request_all_signed comes.
func (a *Activities) RecallSignature(ctx context.Context, key effect.Key, r Reference) (Status, error) {
	if r.ID == "" {
		return Status{}, noID()
	}
	_, err := rest.Do[struct{}](ctx, a.api, rest.Request{
		Method: http.MethodPost, Path: "/signature_request/cancel/" + url.PathEscape(r.ID),
	})
	if err == nil {
		return Status{ID: r.ID, State: Recalled, At: time.Now().UTC().Truncate(time.Second)}, nil
	}
	if !refused(err) {
		return Status{}, err
	}
	now, stateErr := a.status(ctx, r.ID)
	switch {
	case missing(stateErr) && key.MayHaveHappened(ctx):
		return Status{ID: r.ID, State: Recalled}, nil // an earlier attempt has done it
	case stateErr != nil:
		return Status{}, stateErr
	case now.State != Waiting && now.State != Viewed && now.State != Undeliverable:
		return now.Status, nil
	}
	if f, _ := fault.From(err); f.Status == http.StatusConflict {
		return Status{}, passing(f) // it is still being made ready
	}
	return Status{}, err
}

// standing is a status, and when the signer was last reminded.
type standing struct {
	Status
	reminded time.Time
}

func (a *Activities) status(ctx context.Context, id string) (standing, error) {
	r, err := a.get(ctx, id)
	if f, ok := fault.From(err); ok && f.Status == http.StatusGone {
		return standing{Status: Status{ID: id, State: Recalled}}, nil // who opens a cancelled request is told 410
	}
	if err != nil {
		return standing{}, err
	}
	s := standing{Status: r.status()}
	for _, sig := range r.Signatures {
		if at := moment(sig.Reminded); at.After(s.reminded) {
			s.reminded = at
		}
	}
	return s, nil
}

// status reads where a request stands out of its fields.
func (r request) status() Status {
	s := Status{ID: r.ID, State: Waiting}
	for _, sig := range r.Signatures {
		switch {
		case sig.Status == "declined":
			return Status{ID: r.ID, State: Declined, Reason: sig.Reason}
		case strings.HasPrefix(sig.Status, "error") || sig.Error != "":
			return Status{ID: r.ID, State: Undeliverable, Reason: strings.TrimSpace(sig.Status + " " + sig.Error)}
		case sig.Status == "expired":
			return Status{ID: r.ID, State: Expired, At: moment(r.Expires)}
		}
		if at := moment(max(sig.Signed, sig.Viewed)); at.After(s.At) {
			s.At = at
		}
		if sig.Viewed > 0 {
			s.State = Viewed
		}
	}
	switch {
	case r.Complete:
		s.State = Signed
	case r.Declined:
		s = Status{ID: r.ID, State: Declined}
	case r.HasError:
		s = Status{ID: r.ID, State: Undeliverable, Reason: "Dropbox Sign could not make a signature request of it"}
	}
	return s
}

// SignatureStatus, RemindSigner and RecallSignature name a request by its ID.
func noID() error {
	return fault.Final(system, "invalid_request", "id: no signature request is named").Err()
}

// refused is whether Dropbox Sign has understood a call and doesn't do it, for a reason that lies in the request's state.
func refused(err error) bool {
	f, ok := fault.From(err)
	return ok && f.Class == fault.ClassFinal && f.Status != http.StatusUnauthorized && f.Status != http.StatusPaymentRequired
}

// missing is whether Dropbox Sign itself says that there is no such request.
func missing(err error) bool {
	f, ok := fault.From(err)
	return ok && f.Status == http.StatusNotFound && f.Code != ""
}

// passing makes a fault that is worth another try of one that is final by its status.
func passing(f fault.Fault) error {
	p := fault.Unreachable(system, f.Message)
	p.Status, p.Code = f.Status, f.Code
	return p.Err()
}

// moment is a time of Dropbox Sign's; zero for none.
func moment(unix int64) time.Time {
	if unix <= 0 {
		return time.Time{}
	}
	return time.Unix(unix, 0).UTC()
}
