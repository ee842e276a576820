package document

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The levels of headings. Markdown's own are 1 to 6.
const (
	levelBold  = 7 // a line in bold
	levelLabel = 8 // "Goals:", "GOALS", "1. Goals"
	levelItem  = 9 // "- Goals: …": what belongs to it is the item of the list
)

// heading is a line that opens a section.
type heading struct {
	level int
	word  word // its kind is "" where the words aren't known
	title string
	rest  string // what stands on the line after the label
	// mark is '-' for an item of a list, '1' for a numbered line, and 0 for others; indent is how far it stands in, and number
	// what it is counted as.
	mark   byte
	indent int
	number string
}

// line is a line of the notes with what decides whether it is a heading.
type line struct {
	text        string // without white space at its end
	indent      int    // in columns
	blankBefore bool
	next        string // the line below
	nextIndent  int
}

var (
	hashes   = regexp.MustCompile(`^(#{1,6})\s*(.*?)\s*#*$`)
	bold     = regexp.MustCompile(`^(?:\*\*\*?([^*]+)\*\*\*?|__([^_]+)__)\s*[:：]?$`)
	bullet   = regexp.MustCompile(`^[-*+•–—·▪◦‣]\s+`)
	numbered = regexp.MustCompile(`^([0-9]{1,2}(?:\.[0-9]{1,2})*|[a-zA-Z]|[ivxIVX]{1,4})[.)]\s+|^([0-9]{1,2}(?:\.[0-9]{1,2})+)\s+`)
)

// read tells whether a line is a heading by its form or by its words. A heading of unknown words is one by its form alone: a
// Markdown heading, a line in bold, or a short label that stands alone below a blank line.
func (l line) read() (heading, bool) {
	text := strings.TrimSpace(l.text)
	if text == "" {
		return heading{}, false
	}
	if m := hashes.FindStringSubmatch(text); m != nil && m[2] != "" {
		h, ok := titled(m[2], len(m[1]))
		return h, ok || strings.HasPrefix(text[len(m[1]):], " ") || strings.HasPrefix(text[len(m[1]):], "\t")
	}
	if level := underline(l.next); level > 0 && l.blankBefore && !bullet.MatchString(text) && len(text) <= longest {
		h, _ := titled(text, level)
		return h, true
	}
	if m := bold.FindStringSubmatch(text); m != nil && len(text) <= longest {
		h, _ := titled(m[1]+m[2], levelBold)
		return h, true
	}
	return l.label(text)
}

// label reads a heading of known words without a form of its own, perhaps as an item of a list.
func (l line) label(text string) (heading, bool) {
	h := heading{level: levelLabel, indent: l.indent}
	if m := bullet.FindString(text); m != "" {
		h.mark, text = '-', text[len(m):]
	} else if m := numbered.FindStringSubmatch(text); m != nil {
		h.mark, h.number, text = '1', m[1]+m[2], text[len(m[0]):]
	}
	label, rest, colon := cut(text)
	var ok bool
	if h.word, ok = meaning(label, false); ok && (colon || rest != "" || l.heads(label, h.mark)) {
		h.title, h.rest = bare(label), rest
		if rest != "" && h.mark != 0 || h.mark == '-' && l.nextIndent > l.indent {
			h.level = levelItem
		}
		return h, true
	}
	// Of unknown words: a label alone, or a numbered line of a few words, which the caller takes if it goes on with a count.
	h.title, h.word = bare(label), word{}
	short := l.blankBefore && len(label) <= longest && capital(h.title) && rest == ""
	switch fields := len(strings.Fields(h.title)); {
	case short && h.mark == 0 && colon && fields <= 3:
		return h, true
	case short && h.mark == '1' && fields <= 5 && !strings.HasSuffix(text, "."):
		return h, true
	}
	return heading{}, false
}

// heads reports whether words that stand alone on a line, without a colon, are meant as a heading. "- Team" in a list is not,
// unless something stands below it; nor is the last word of a sentence that was broken over two lines.
func (l line) heads(words string, mark byte) bool {
	switch mark {
	case '-':
		return l.nextIndent > l.indent || strings.HasPrefix(words, "**") || strings.HasPrefix(words, "__")
	case '1':
		return true
	}
	return l.blankBefore || capital(bare(words))
}

// titled reads a heading that is one by its form: all of its text is its title, or it is a label with text behind it.
func titled(text string, level int) (heading, bool) {
	h := heading{level: level}
	title := text
	if m := numbered.FindString(title); m != "" {
		title = title[len(m):]
	}
	var ok bool
	if h.word, ok = meaning(title, true); ok {
		h.title = bare(title)
		return h, true
	}
	if label, rest, _ := cut(title); rest != "" {
		if h.word, ok = meaning(label, false); ok {
			h.title, h.rest = bare(label), rest
			return h, true
		}
	}
	if h.title = strings.Trim(bare(text), "*_"); h.title == "" {
		h.title = text
	}
	return h, false
}

// cut parts a label from what stands behind it: "Goals: more leads", "**Goals:** more leads", "Goals – more leads". A dash
// stands between all sorts of words: it parts only a label that begins with a capital, or is a section's own name.
func cut(text string) (label, rest string, colon bool) {
	head := text[:min(len(text), longest+4)]
	if at := strings.IndexAny(head, ":："); at > 0 && utf8.RuneStart(text[at]) {
		_, size := utf8.DecodeRuneInString(text[at:])
		label, rest = text[:at], text[at+size:]
		if strings.HasPrefix(rest, "//") {
			return text, "", false
		}
		if strings.HasPrefix(label, "*") || strings.HasPrefix(label, "_") {
			rest = strings.TrimLeft(rest, "*_")
		}
		return label, strings.TrimSpace(rest), true
	}
	for _, dash := range []string{" – ", " — ", " - "} {
		if at := strings.Index(head, dash); at > 0 {
			if w, ok := known(head[:at]); capital(bare(head)) || ok && w.same {
				return text[:at], strings.TrimSpace(text[at+len(dash):]), false
			}
		}
	}
	return text, "", false
}

// underline is the level of the heading above a line that only underlines it, 0 for any other line.
func underline(text string) int {
	text = strings.TrimSpace(text)
	switch {
	case len(text) >= 2 && strings.Trim(text, "=") == "":
		return 1
	case len(text) >= 3 && strings.Trim(text, "-") == "": // "--" stands above the signature of an e-mail
		return 2
	}
	return 0
}

// columns is how far a line stands in, with tabs of four, and what stands there.
func columns(text string) (int, string) {
	n := 0
	for i, r := range text {
		switch {
		case r == '\t':
			n += 4 - n%4
		case unicode.IsSpace(r):
			n++
		default:
			return n, text[i:]
		}
	}
	return n, ""
}
