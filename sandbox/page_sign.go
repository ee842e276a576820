package sandbox

import (
	"bytes"
	"net/http"
	"slices"
	"time"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/sandbox/internal/dropboxsign"
)

// shownSignatures is how many signature requests are listed.
const shownSignatures = 100

type signPage struct {
	Requests []client.Signature // the youngest first
	More     int
	Open     *client.Signature // the one that is looked at; nil for none
	Awaits   bool              // whether it can still be signed
}

// signPage is Dropbox Sign as signers see it: what there is to sign, or one of it.
func (s *Sandbox) signPage(r *http.Request) (string, any) {
	if id := r.PathValue("id"); id != "" {
		found := s.sign.Signatures(dropboxsign.Filter{ID: id})
		if len(found) == 0 {
			return "", nil
		}
		open := found[0]
		awaits := slices.Contains([]string{client.SignatureWaiting, client.SignatureViewed, client.SignatureBounced}, open.State)
		return open.Title, signPage{Open: &open, Awaits: awaits}
	}
	p := signPage{Requests: s.sign.Signatures(dropboxsign.Filter{Last: shownSignatures}), More: max(s.sign.Len()-shownSignatures, 0)}
	slices.Reverse(p.Requests)
	return "Signatures", p
}

// document serves what is to be signed.
func (s *Sandbox) document(w http.ResponseWriter, r *http.Request) {
	pdf, ok := s.sign.File(r.PathValue("id"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Security-Policy", "frame-ancestors 'self'")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(pdf))
}
