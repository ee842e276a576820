package sandbox

import (
	"cmp"
	"html"
	"html/template"
	"regexp"
	"strconv"
	"strings"
)

// Slack's formatting of texts (https://docs.slack.dev/messaging/formatting-message-text), as far as apps use it in messages.
var (
	control = regexp.MustCompile(`<([^<>|]*)(?:\|([^<>]*))?>`)
	styles  = []struct {
		pattern *regexp.Regexp
		with    string
	}{
		{regexp.MustCompile("`([^`\n]+)`"), "<code>$1</code>"},
		{regexp.MustCompile(`(^|[\s(])\*([^\s*](?:[^*\n]*[^\s*])?)\*`), "$1<strong>$2</strong>"},
		{regexp.MustCompile(`(^|[\s(])_([^\s_](?:[^_\n]*[^\s_])?)_`), "$1<em>$2</em>"},
		{regexp.MustCompile(`(^|[\s(])~([^\s~](?:[^~\n]*[^\s~])?)~`), "$1<del>$2</del>"},
	}
	place = regexp.MustCompile(open + `(\d+)` + shut)
)

// open and shut mark where something was taken out of a text. They are of Unicode's private area, so no text needs them.
const open, shut = "\uE000", "\uE001"

// mrkdwn is a text in Slack's markup as HTML. Whatever stands in it, nothing but the tags written here comes out.
func (s *Sandbox) mrkdwn(text string) template.HTML {
	var parts []string // what stands in angle brackets, as HTML: kept apart, so that an address's own signs don't format it
	text = strings.NewReplacer(open, "", shut, "").Replace(text)
	text = control.ReplaceAllStringFunc(text, func(found string) string {
		m := control.FindStringSubmatch(found)
		parts = append(parts, s.reference(m[1], m[2]))
		return open + strconv.Itoa(len(parts)-1) + shut
	})
	text = escaped(text)
	for _, style := range styles {
		text = style.pattern.ReplaceAllString(text, style.with)
	}
	text = place.ReplaceAllStringFunc(text, func(found string) string {
		n, _ := strconv.Atoi(strings.Trim(found, open+shut))
		return parts[n]
	})
	return template.HTML(text)
}

// plainText is a plain_text object's text as HTML. Slack reads the three escapes there, too.
func plainText(text string) template.HTML { return template.HTML(escaped(text)) }

// escaped is HTML of a text as Slack has it.
func escaped(text string) string { return template.HTMLEscapeString(unescaped(text)) }

// unescaped is a text without the three escapes that Slack wants.
func unescaped(text string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}

// reference is what stands in angle brackets, as HTML: a person, a channel, a date or a link.
func (s *Sandbox) reference(to, label string) string {
	switch {
	case strings.HasPrefix(to, "@"):
		for _, p := range s.o.People {
			if p.Slack == to[1:] {
				label = p.Name
			}
		}
		return `<span class="mention">@` + escaped(cmp.Or(label, to[1:])) + `</span>`
	case strings.HasPrefix(to, "#"):
		for _, c := range s.o.Channels {
			if c.ID == to[1:] {
				label = c.Name
			}
		}
		return `<span class="mention">#` + escaped(cmp.Or(label, to[1:])) + `</span>`
	case strings.HasPrefix(to, "!"):
		return escaped(cmp.Or(label, to[1:])) // a date's label is its form for clients that can't show dates
	}
	for _, scheme := range []string{"https://", "http://", "mailto:", "tel:"} {
		if strings.HasPrefix(to, scheme) {
			return `<a href="` + template.HTMLEscapeString(html.UnescapeString(to)) + `" target="_blank" rel="noopener noreferrer">` +
				escaped(cmp.Or(label, strings.TrimPrefix(strings.TrimPrefix(to, "mailto:"), "tel:"))) + `</a>`
		}
	}
	return escaped(cmp.Or(label, to))
}
