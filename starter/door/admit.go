package door

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/starter/clients"
	"github.com/throughline-dev/throughline/starter/intake"
	"github.com/throughline-dev/throughline/workflows/field"
)

// sent is what somebody has sent who was let in.
type sent struct {
	body []byte
	// signed is when it was signed; the zero time where it wasn't.
	signed time.Time
}

// admit says whether a case, of so many bytes at most, may come in at all, before anybody reads what is in it; the
// cheapest refusal comes first. The body is there beside a problem if it was got so far.
func (d *Door) admit(w http.ResponseWriter, r *http.Request, limit int) (s sent, p *problem) {
	if !d.welcome(r) {
		return s, unwelcome(r)
	}
	if s.body, p = readBody(w, r, limit); p != nil {
		return s, p
	}
	if signature := r.Header.Values(signatureHeader); signature != nil {
		s.signed, p = checkSignature(strings.Join(signature, ","), s.body, d.o.LeadsSecrets, time.Now())
		return s, p
	}
	if _, browser := r.Header["Origin"]; !browser && len(d.o.LeadsSecrets) > 0 {
		return s, unsigned("signature-missing", signatureMissing)
	}
	rules := d.o.Leads()
	if rules.PerMinute == 0 {
		return s, nil
	}
	wait := d.senders.Take(clients.Of(r, rules.Proxies), rules.PerMinute, time.Now())
	if wait == 0 {
		return s, nil
	}
	return s, &problem{Status: http.StatusTooManyRequests, why: "rate", wait: wait, Detail: fmt.Sprintf(
		"Too much has come from your address, and this wasn't taken. Send it again in %d seconds.", seconds(wait))}
}

// turnAway refuses what wasn't admitted. A person in a browser gets back what they typed into the form, nil for none, if it was got
// so far.
func (d *Door) turnAway(w http.ResponseWriter, r *http.Request, what string, p *problem, body []byte, into *form) {
	d.log.InfoContext(r.Context(), "A "+what+" was turned away.", "why", p.why)
	d.countTrigger(what, refused, p.reason())
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", signatureHeader) // RFC 9110, section 15.5.2: a 401 names what it asks for
	}
	var typed *filled
	if into != nil && body != nil && wantsPage(r) {
		if media, params, p := mediaType(r.Header, mediaForm, mediaMultipart); p == nil {
			values, _, _ := readForm(media, params["boundary"], body)
			typed = into.with(values)
		}
	}
	d.refuse(w, r, *p, typed)
}

// named is the key of what was sent: the one in its body, else the header's.
func (s sent) named(r *http.Request, key string, wrong *field.Mistakes) string {
	header := strings.TrimSpace(r.Header.Get(keyHeader))
	if key != "" || header == "" {
		return key
	}
	if !s.signed.IsZero() { // whoever has overheard it could make many of it, by another key each
		wrong.Add(intake.KeyField, signatureKey)
	}
	return header
}
