package webhook

import (
	"encoding/json"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/encoding/htmlindex"
)

// text is what was written, as plain text and without what it answers. A raw mail has none here.
func (m mail) text() string {
	text := clean(m.decoded("text"))
	if text == "" {
		text = clean(htmlText(m.decoded("html")))
	}
	return strings.TrimSpace(withoutQuote(text))
}

// decoded is a field in UTF-8. What isn't valid in the charset that SendGrid names becomes U+FFFD.
func (m mail) decoded(field string) string {
	var charsets map[string]string
	_ = json.Unmarshal([]byte(m.form["charsets"]), &charsets) // without one it is UTF-8, or was once
	value := m.form[field]
	if encoding, err := htmlindex.Get(charsets[field]); err == nil {
		if utf8, err := encoding.NewDecoder().String(value); err == nil {
			return utf8
		}
	}
	return value
}

// clean makes a text one that can be kept and shown: valid UTF-8, "\n" between lines, no spaces at their ends, at most one empty
// line together, no control characters.
func clean(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n").Replace(text)
	var out strings.Builder
	empty := true
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimRightFunc(strings.Map(shown, line), unicode.IsSpace)
		if line == "" && empty {
			continue
		}
		empty = line == ""
		out.WriteString(line)
		out.WriteByte('\n')
	}
	return strings.TrimSpace(out.String())
}

// shown drops a character that isn't for reading.
func shown(r rune) rune {
	if unicode.IsControl(r) && r != '\t' || r == '\uFEFF' {
		return -1
	}
	return r
}

// shorten cuts a text off after so many characters.
func shorten(text string, limit int) string {
	n := 0
	for i := range text {
		if n == limit {
			return text[:i]
		}
		n++
	}
	return text
}

var (
	// divider is what Outlook puts above the mail that is answered, in any language.
	divider = regexp.MustCompile(`^(-{2,} ?\pL[\pL ]* ?-{2,}|_{10,})$`)
	// divided is the line below it.
	divided = regexp.MustCompile(`^\*?\pL[\pL ]{0,30}: ?\*? ?\S`)
	digit   = regexp.MustCompile(`[0-9]`)
)

// withoutQuote drops the mail that is answered from the end of an answer, where it is plain that it is that: below Outlook's
// divider, or lines that all begin with ">" and the line above them, which says who wrote that when. Where nothing would be
// left, everything is.
func withoutQuote(text string) string {
	lines := strings.Split(text, "\n")
	end := len(lines)
	for i, line := range lines {
		if divider.MatchString(strings.TrimSpace(line)) && i+1 < len(lines) && divided.MatchString(strings.TrimSpace(lines[i+1])) {
			end = i
			break
		}
	}
	quote := end
	for i := end; i > 0 && (lines[i-1] == "" || strings.HasPrefix(lines[i-1], ">")); i-- {
		if lines[i-1] != "" {
			quote = i - 1
		}
	}
	if quote < end {
		end = aboveAttribution(lines, quote)
	}
	if rest := strings.TrimSpace(strings.Join(lines[:end], "\n")); rest != "" {
		return rest
	}
	return text
}

// aboveAttribution is where the lines end that say who wrote the quote which begins at a line: "On … wrote:", in any language.
// It ends in a colon, has the date's digits, and mail programs break it into at most three lines.
func aboveAttribution(lines []string, quote int) int {
	last := quote
	for last > 0 && lines[last-1] == "" {
		last--
	}
	if last == 0 || !strings.HasSuffix(lines[last-1], ":") {
		return quote
	}
	for i := last - 1; i >= 0 && i >= last-3 && lines[i] != ""; i-- {
		if digit.MatchString(lines[i]) {
			return i
		}
	}
	return quote
}
