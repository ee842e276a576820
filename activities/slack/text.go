package slack

import (
	"net/url"
	"strings"
	"unicode/utf16"
)

// escape makes a text safe to send, by Slack's three escapes, and at most so many characters long. A text that is cut ends in an
// ellipsis, and never within a character or an escape. Characters are counted as UTF-16 units, the strictest way in which Slack
// may count them.
func escape(text string, most int) string {
	return cut(text, most, func(r rune) string {
		switch r {
		case '&':
			return "&amp;"
		case '<':
			return "&lt;"
		case '>':
			return "&gt;"
		}
		return string(r)
	})
}

// shorten cuts a text that isn't sent yet in the same way.
func shorten(text string, most int) string {
	return cut(text, most, func(r rune) string { return string(r) })
}

func cut(text string, most int, write func(rune) string) string {
	var b strings.Builder
	used, fits := 0, 0 // fits is the length of what fits beside an ellipsis
	for _, r := range text {
		s := write(r)
		used += length(s)
		if used > most {
			return b.String()[:fits] + "…"
		}
		b.WriteString(s)
		if used <= most-1 {
			fits = b.Len()
		}
	}
	return b.String()
}

// length counts UTF-16 units.
func length(s string) int {
	n := 0
	for _, r := range s {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}

// line is a text on one line, as a title or a label has to be.
func line(text string) string { return strings.Join(strings.Fields(text), " ") }

// linkEscape is for an address in Slack's own link syntax, <address|text>.
var linkEscape = strings.NewReplacer("&", "&amp;", "<", "%3C", ">", "%3E", "|", "%7C", " ", "%20")

// linked is a value that leads to an address; without one that can be followed, or room for it, the value alone.
func linked(value, address string, most int) string {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "mailto" && u.Scheme != "tel") {
		return escape(value, most)
	}
	open := "<" + linkEscape.Replace(u.String()) + "|"
	room := most - length(open) - len(">")
	if room < maxLabel {
		return escape(value, most)
	}
	return open + escape(line(value), room) + ">"
}
