// Package wire has what the sandbox's HTTP handlers share.
package wire

import (
	"bytes"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// MaxBody is the largest request body that the sandbox reads. SendGrid's limit, 30 MB with attachments, is the largest of
// the vendors'; nothing that is sent here comes near this.
const MaxBody = 8 << 20

// JSON answers with a value.
func JSON(w http.ResponseWriter, status int, v any) {
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(v); err != nil { // a mistake of the sandbox's own
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

// Error answers a caller of the sandbox's own doors.
func Error(w http.ResponseWriter, status int, format string, args ...any) {
	JSON(w, status, map[string]string{"error": fmt.Sprintf(format, args...)})
}

// Read reads a JSON body into v. It refuses what comes after the value, and, where strict, fields that v doesn't have.
func Read(r *http.Request, v any, strict bool) error {
	d := json.NewDecoder(http.MaxBytesReader(nil, r.Body, MaxBody))
	if strict {
		d.DisallowUnknownFields()
	}
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("the body is not the JSON that is expected here: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("the body has more than one JSON value")
	}
	return nil
}

// Bearer is the token in the request's Authorization header, "" where there is none.
func Bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// Same compares secrets without telling by the time it takes how much of them is alike.
func Same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
