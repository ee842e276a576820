package document

import (
	"strings"
	"unicode"
)

// MaxNotes is how long notes can be, in bytes of UTF-8: 200 KB. They travel in the workflow's history, where a payload has 2 MB,
// and JSON can make six bytes of one.
const MaxNotes = 200 << 10

// maxOwn is how many sections of their own the notes' unknown headings make; further ones are text where they stand.
const maxOwn = 100

// ParseNotes finds a proposal's sections in the notes of a call, in time linear to their length. It returns one section of each
// kind, in the document's order, with an empty text where the notes have nothing of that kind; then what the notes say
// beside them. Nothing is made up, and nothing but headings leaves the text.
//
// A section is opened by a heading:
//
//   - a Markdown heading (#, or underlined by === or ---), a line in bold, or words alone on a line: "## Goals", "**Goals**",
//     "GOALS", "Goals:", "1. Goals", with or without emoji and a remark in brackets;
//   - a label with text behind it: "Goals: more leads", "**Goals:** more leads", "Goals – more leads";
//   - an item of a list that begins with a label, "- Goals: more leads". What stands further in belongs to it, and the
//     section ends where the item does.
//
// The words are those that people use in English, German, French and Spanish (see vocabularies), in any case, with or
// without accents. The section's title is in the language of most of them. Words that say more than the title
// ("out of scope", "deadline") stay in the text, as a sub-heading or in bold.
//
//   - Several blocks of one kind are joined, in their order.
//   - Below a heading, an item of a list is an item of that section, whatever it begins with: "- Budget: may be cut" stays
//     under Risks.
//   - A label with text in a section that a heading opened takes its own paragraph only.
//   - A heading of unknown words below one of a higher level is a sub-heading of that section. Any other opens a section of
//     its own, of kind "", and what stands before the first heading is one of the title "Notes".
//   - In fenced code nothing is a heading.
//
// White space at the ends of lines, control characters and invisible marks (byte-order marks, zero-width spaces) are taken out.
func ParseNotes(text string) []Section {
	p := newReader()
	p.parse(clean(text))
	return p.sections()
}

// clean brings line ends and invisible characters in order. Joiners stay: Persian and emoji need them.
func clean(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n", "\f", "\n", "\v", "\n").Replace(text)
	return strings.Map(func(r rune) rune {
		switch r {
		case '\n', '\t':
			return r
		case '\u200b', '\u2060', '\ufeff', '\u202a', '\u202b', '\u202c', '\u202d', '\u202e': // invisible; marks that turn text round
			return -1
		case '\u00a0', '\u202f':
			return ' '
		}
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, text)
}

// part is a section as it grows.
type part struct {
	kind, title string
	text        strings.Builder
	blank       bool // an empty line is due before the next one
	labelled    bool // a heading stays in the text, under which the next block must not seem to stand
}

func (p *part) add(line string) {
	if strings.TrimSpace(line) == "" {
		p.blank = p.text.Len() > 0
		return
	}
	if p.blank {
		p.text.WriteByte('\n')
	}
	if p.text.Len() > 0 {
		p.text.WriteByte('\n')
	}
	p.blank = false
	p.text.WriteString(line)
}

// outdented is the part's text without the white space with which all of its lines begin: people set off what stands below a
// heading, and a list that stands far in is none in Markdown.
func (p *part) outdented() string {
	text := p.text.String()
	least := len(text)
	for l := range strings.Lines(text) {
		if indent, content := columns(l); content != "" {
			least = min(least, indent)
		}
	}
	if least == 0 {
		return text
	}
	var b strings.Builder
	for l := range strings.Lines(text) {
		if _, content := columns(l); content != "" {
			b.WriteString(dedent(l, least))
		} else {
			b.WriteByte('\n')
		}
	}
	return b.String()
}
