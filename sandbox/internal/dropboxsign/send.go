package dropboxsign

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"mime/multipart"
	"net/http"
	netmail "net/mail"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/throughline-dev/throughline/sandbox/internal/wire"
)

// The limits of metadata.
const (
	maxMeta      = 10
	maxMetaKey   = 40
	maxMetaValue = 1000
)

// send makes a signature request. It takes what the sandbox carries out: one signer, one PDF. Whatever else Dropbox Sign takes
// is refused rather than passed over, so that nobody believes it was done.
func (s *Server) send(r *http.Request) (any, error) {
	r.Body = http.MaxBytesReader(nil, r.Body, wire.MaxBody)
	if err := r.ParseMultipartForm(wire.MaxBody); err != nil {
		return nil, no(http.StatusBadRequest, "", "The form can't be read: %s", err)
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }()
	now := time.Now().UTC()
	made, err := read(r.MultipartForm, now)
	if err != nil {
		return nil, err
	}
	pdf, err := file(r.MultipartForm)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(pdf)
	made.FileName, made.Size, made.Digest = r.MultipartForm.File["files[0]"][0].Filename, len(pdf), hex.EncodeToString(sum[:])

	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.files.Put(made.ID, pdf); err != nil {
		return nil, err
	}
	if err := s.requests.Put(made.ID, made); err != nil {
		return nil, err
	}
	s.byKey.Add(made.Metadata[keyMeta], made)
	s.tell("signature_request_sent", made, "")
	return map[string]any{"signature_request": s.show(made, now)}, nil
}

func read(form *multipart.Form, now time.Time) (*request, error) {
	r := &request{ID: id(), SignatureID: id(), Metadata: map[string]string{}, Created: now}
	for name, values := range form.Value {
		value, err := values[0], error(nil)
		switch name {
		case "title":
			r.Title, err = short(name, value, 255)
		case "subject":
			r.Subject, err = short(name, value, 255)
		case "message":
			r.Message, err = short(name, value, 5000)
		case "signers[0][name]":
			r.Signer.Name = value
		case "signers[0][email_address]":
			r.Signer.Email = value
		case "test_mode":
			r.Test, err = truth(name, value)
		case "allow_decline":
			r.Decline, err = truth(name, value)
		case "expires_at":
			r.Expires, err = expiry(value, now)
		case "client_id":
		default:
			err = r.meta(name, value)
		}
		if err != nil {
			return nil, err
		}
	}
	if len(r.Metadata) > maxMeta {
		return nil, no(http.StatusBadRequest, "metadata", "There can be at most %d metadata keys", maxMeta)
	}
	if r.Signer.Name == "" {
		return nil, no(http.StatusBadRequest, "signers[0][name]", "Missing parameter: name")
	}
	if a, err := netmail.ParseAddress(r.Signer.Email); err != nil || a.Address != r.Signer.Email {
		return nil, no(http.StatusBadRequest, "signers[0][email_address]", "%q is not a valid email address", r.Signer.Email)
	}
	return r, nil
}

// meta reads a field of the metadata, which is the only one with a name of the caller's.
func (r *request) meta(name, value string) error {
	key, ours := strings.CutPrefix(name, "metadata[")
	key, whole := strings.CutSuffix(key, "]")
	if !ours || !whole {
		return no(http.StatusBadRequest, name, "The sandbox doesn't carry out %s", name)
	}
	if len(key) > maxMetaKey || len(value) > maxMetaValue {
		return no(http.StatusBadRequest, name, "Metadata keys have at most %d characters, and values %d", maxMetaKey, maxMetaValue)
	}
	r.Metadata[key] = value
	return nil
}

func file(form *multipart.Form) ([]byte, error) {
	if len(form.File) != 1 || len(form.File["files[0]"]) != 1 {
		return nil, no(http.StatusBadRequest, "files", "Must specify one of files[0]")
	}
	f, err := form.File["files[0]"][0].Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	pdf, err := io.ReadAll(f)
	if err == nil && !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		return nil, no(http.StatusBadRequest, "files[0]", "The sandbox takes only PDF")
	}
	return pdf, err
}

// expiry is a time between 1 and 90 days from now, rounded down to the hour
// (https://developers.hellosign.com/docs/signature-request/expiration).
func expiry(value string, now time.Time) (time.Time, error) {
	seconds, err := strconv.ParseInt(value, 10, 64)
	at := time.Unix(seconds, 0).UTC()
	if left := at.Sub(now); err != nil || left < 24*time.Hour || left > 90*24*time.Hour {
		return time.Time{}, no(http.StatusBadRequest, "expires_at", "expires_at must be an integer epoch timestamp between 1-90 days in the future")
	}
	return at.Truncate(time.Hour), nil
}

func short(name, value string, limit int) (string, error) {
	if utf8.RuneCountInString(value) > limit {
		return "", no(http.StatusBadRequest, name, "%s has a maximum length of %d", name, limit)
	}
	return value, nil
}

func truth(name, value string) (bool, error) {
	b, err := strconv.ParseBool(value)
	if err != nil {
		return false, no(http.StatusBadRequest, name, "%s must be a boolean", name)
	}
	return b, nil
}

func id() string {
	var b [20]byte
	_, _ = rand.Read(b[:]) // it never fails
	return hex.EncodeToString(b[:])
}
