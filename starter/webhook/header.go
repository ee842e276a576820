package webhook

import (
	"mime"
	"net/textproto"
	"slices"
	"strings"
)

// header is a mail's header, by canonical name.
type header map[string][]string

// readHeader reads a mail's header up to its first empty line. It passes over a line that makes no sense, where net/mail would
// give up: what mail programs write is not always what RFC 5322 allows.
func readHeader(text string) header {
	h, last := header{}, ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		switch name, value, ok := strings.Cut(line, ":"); {
		case line == "":
			return h
		case line[0] == ' ' || line[0] == '\t':
			if values := h[last]; len(values) > 0 {
				values[len(values)-1] += " " + strings.TrimSpace(line)
			}
		case ok:
			last = textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(name))
			h[last] = append(h[last], strings.TrimSpace(value))
		}
	}
	return h
}

// get is the first value of that name; "" for none.
func (h header) get(name string) string {
	if values := h[textproto.CanonicalMIMEHeaderKey(name)]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// automatic reports whether a machine has written the mail: an absence note, a receipt, a failed delivery. RFC 3834 names
// Auto-Submitted (section 5) and says what else such mail is known by (section 2); the others are what common mail servers do.
func (m mail) automatic() bool {
	if word := firstWord(m.header.get("Auto-Submitted")); word != "" && word != "no" {
		return true
	}
	for _, name := range []string{"X-Autoreply", "X-Autorespond"} {
		if word := firstWord(m.header.get(name)); word != "" && word != "no" {
			return true
		}
	}
	if slices.Contains([]string{"auto_reply", "bulk", "junk"}, firstWord(m.header.get("Precedence"))) {
		return true
	}
	if m.returnTo != nil && strings.Trim(*m.returnTo, "<> ") == "" {
		return true
	}
	who, _, _ := strings.Cut(strings.ToLower(m.sender), "@")
	if who == "mailer-daemon" || who == "postmaster" {
		return true
	}
	media, _, _ := mime.ParseMediaType(m.header.get("Content-Type"))
	return media == "multipart/report"
}

func firstWord(value string) string {
	word, _, _ := strings.Cut(strings.ToLower(value), ";")
	return strings.TrimSpace(word)
}
