package esign

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"strconv"
)

// Received is what a callback has to be answered with, as text, and with status 200: Dropbox Sign takes any other answer for a
// failure, and posts the event again.
const Received = "Hello API Event Received"

// ErrForged is the error of a callback that isn't signed with the account's API key.
var ErrForged = errors.New("the callback's event_hash is not one of this account's API key")

// states are what events say of a request. Every other type says nothing that matters here
// (https://developers.hellosign.com/docs/events/overview).
var states = map[string]State{
	"signature_request_sent":         Waiting,
	"signature_request_viewed":       Viewed,
	"signature_request_all_signed":   Signed,
	"signature_request_declined":     Declined,
	"signature_request_email_bounce": Undeliverable,
	"signature_request_invalid":      Undeliverable,
	"file_error":                     Undeliverable,
	"unknown_error":                  Undeliverable,
	"signature_request_expired":      Expired,
	"signature_request_canceled":     Recalled,
}

// ParseCallback reads a callback: a form with the event as JSON in its field "json", as Dropbox Sign posts it. The event_hash,
// which is the hexadecimal HMAC-SHA256 of the event's time and type with the account's primary API key, is checked in constant
// time. It covers nothing else of the event: whoever gets to see one event can make others of the same type and time. So what
// much depends on, that a request is signed above all, should be asked of Dropbox Sign once more: see
// [Activities.SignatureStatus].
//
// It returns [ErrForged] where that doesn't match, and another error where the body is no callback at all. Of a type that
// isn't known, and of other accounts' or people's requests, the event says so by what it lacks; see [Event].
func ParseCallback(contentType string, body []byte, apiKey string) (Event, error) {
	text, err := field(contentType, body, "json")
	if err != nil {
		return Event{}, fmt.Errorf("the callback can't be read: %w", err)
	}
	var said struct {
		Event struct {
			Time     string `json:"event_time"`
			Type     string `json:"event_type"`
			Hash     string `json:"event_hash"`
			Metadata struct {
				Message string `json:"event_message"`
			} `json:"event_metadata"`
		} `json:"event"`
		Request request `json:"signature_request"`
	}
	if err := json.Unmarshal(text, &said); err != nil {
		return Event{}, fmt.Errorf("the callback's event can't be read: %w", err)
	}
	if apiKey == "" || !hmac.Equal([]byte(said.Event.Hash), []byte(hash(apiKey, said.Event.Time, said.Event.Type))) {
		return Event{}, ErrForged
	}
	e := Event{Type: said.Event.Type, Key: said.Request.meta(metaKey)}
	e.Status = Status{ID: said.Request.ID, State: states[said.Event.Type]}
	if seconds, err := strconv.ParseInt(said.Event.Time, 10, 64); err == nil {
		e.Status.At = moment(seconds)
	}
	if e.Status.State == Declined || e.Status.State == Undeliverable {
		e.Status.Reason = cmp.Or(said.Event.Metadata.Message, said.Request.status().Reason)
	}
	return e, nil
}

func hash(apiKey, at, kind string) string {
	mac := hmac.New(sha256.New, []byte(apiKey))
	mac.Write([]byte(at + kind))
	return hex.EncodeToString(mac.Sum(nil))
}

// field is a field of a form.
func field(contentType string, body []byte, name string) ([]byte, error) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return nil, err
	}
	switch kind {
	case "multipart/form-data":
		parts := multipart.NewReader(bytes.NewReader(body), params["boundary"])
		for {
			part, err := parts.NextPart()
			if err == io.EOF {
				return nil, fmt.Errorf("it has no field %q", name)
			}
			if err != nil {
				return nil, err
			}
			if part.FormName() == name {
				return io.ReadAll(part)
			}
		}
	case "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, err
		}
		if !form.Has(name) {
			return nil, fmt.Errorf("it has no field %q", name)
		}
		return []byte(form.Get(name)), nil
	}
	return nil, fmt.Errorf("it is %s, and should be multipart/form-data", kind)
}
