package document

import (
	"slices"
	"strings"
	"unicode"
)

// MaxNotes is how long notes can be, in bytes of UTF-8: 200 KB. They travel in the workflow's history, where a payload has 2 MB,
// and JSON can make six bytes of one.
const MaxNotes = 200 << 10

// maxOwn is how many sections of their own the notes' unknown headings make; further ones are text in the last.
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

// open is a heading under which the current line may stand.
type open struct {
	heading
	part *part
	// paragraph ends the heading at the next empty line.
	paragraph bool
	// inner is how far the lines of an item stand in, so much of which is taken away; -1 before the first one.
	inner int
}

type reader struct {
	kinds     map[string]*part
	notes     *part
	own       []*part
	titles    map[string]*part
	stack     []*open
	languages map[string]int
	headings  []string // what was taken for headings, and doesn't stay in a text as it was
}

func newReader() *reader {
	p := &reader{kinds: map[string]*part{}, notes: &part{}, titles: map[string]*part{}, languages: map[string]int{}}
	for _, k := range kinds {
		p.kinds[k] = &part{kind: k}
	}
	return p
}

func (p *reader) parse(text string) {
	lines := strings.Split(text, "\n")
	fence, blank, skip := "", true, false
	for i, raw := range lines {
		raw = strings.TrimRightFunc(raw, unicode.IsSpace)
		indent, content := columns(raw)
		if skip { // the line that underlines a heading
			skip, blank = false, true
			continue
		}
		if content == "" {
			p.empty(fence)
			blank = true
			continue
		}
		if mark := fenceOf(content); mark != "" && (fence == "" || strings.HasPrefix(mark, fence)) {
			if fence == "" {
				fence = mark
			} else {
				fence = ""
			}
			p.place(raw, indent, blank)
			blank = false
			continue
		}
		l := line{text: content, indent: indent, blankBefore: blank}
		if i+1 < len(lines) {
			l.next = lines[i+1]
			l.nextIndent, _ = columns(l.next)
		}
		h, ok := heading{}, false
		if fence == "" {
			h, ok = l.read()
		}
		if ok && p.take(h, raw, indent, blank) {
			if skip = underline(l.next) > 0 && h.level <= 2 && !strings.HasPrefix(content, "#"); skip {
				p.headings = append(p.headings, l.next)
			}
			blank = h.rest == ""
			continue
		}
		p.place(raw, indent, blank)
		blank = false
	}
}

// fenceOf is the mark of a line that opens or closes fenced code, "" for any other line.
func fenceOf(content string) string {
	for _, mark := range []string{"```", "~~~"} {
		if strings.HasPrefix(content, mark) {
			return mark
		}
	}
	return ""
}

// top is the innermost open heading, nil before the first.
func (p *reader) top() *open {
	if len(p.stack) == 0 {
		return nil
	}
	return p.stack[len(p.stack)-1]
}

// current is the section that a line belongs to.
func (p *reader) current() *part {
	if top := p.top(); top != nil {
		return top.part
	}
	return p.notes
}

func (p *reader) empty(fence string) {
	p.current().add("")
	if top := p.top(); fence == "" && top != nil && top.paragraph {
		p.close()
	}
}

// close closes the innermost heading. What comes next in its section, or in that around it, is a paragraph of its own.
func (p *reader) close() {
	p.current().add("")
	p.stack = p.stack[:len(p.stack)-1]
	p.current().add("")
}

// leave closes the item that a line doesn't belong to: one that stands further out, except for a line that only goes on with
// the item's last paragraph.
func (p *reader) leave(indent int, goesOn bool) {
	for top := p.top(); top != nil && top.level == levelItem && indent <= top.indent && !goesOn; top = p.top() {
		p.close()
	}
}

// place adds a line to the section that it belongs to.
func (p *reader) place(raw string, indent int, blank bool) {
	_, content := columns(raw)
	listed := bullet.MatchString(content) || numbered.MatchString(content)
	p.leave(indent, !blank && !listed)
	top := p.top()
	if top == nil || top.level != levelItem {
		p.current().add(raw)
		return
	}
	if top.inner < 0 {
		top.inner = indent
	}
	p.current().add(dedent(raw, top.inner))
}

// dedent takes so many columns of white space away.
func dedent(raw string, columns int) string {
	for i, r := range raw {
		if columns <= 0 || !unicode.IsSpace(r) {
			return raw[i:]
		}
		columns--
		if r == '\t' {
			columns -= 3
		}
	}
	return ""
}

// take opens the section of a heading, and reports whether the line was one where it stands.
func (p *reader) take(h heading, raw string, indent int, blank bool) bool {
	if h.level >= levelLabel {
		p.leave(indent, false)
	}
	top := p.top()
	if h.mark != 0 && !p.counts(h, top) || h.word.kind == "" && h.mark == 0 && h.level == levelLabel && !alike(h, top) {
		return false
	}
	if top != nil && h.word.kind != "" && h.word.kind == top.part.kind && h.level > top.level {
		top.part.labelled = true
		return false // "Deadline: …" under "Timeline" is where it belongs
	}
	for top != nil && top.level >= h.level {
		p.close()
		top = p.top()
	}
	within := top != nil && top.part.kind != "" && top.level <= levelBold
	o := &open{heading: h, inner: -1, paragraph: within && h.level == levelLabel && h.rest != ""}
	switch {
	case h.word.kind != "":
		o.part = p.kinds[h.word.kind]
		p.languages[h.word.language]++
	case top != nil && (top.part.kind != "" || top.level > 1), len(p.own) == maxOwn:
		return false // a sub-heading
	default:
		o.part = p.section(h.title)
	}
	p.stack = append(p.stack, o)
	p.current().add("")
	p.begin(h, raw)
	return true
}

// begin adds what stays in the text of a heading's own line: what stands behind it, and a heading that says more than the
// section's title, in one form for all.
func (p *reader) begin(h heading, raw string) {
	p.headings = append(p.headings, strings.TrimSuffix(raw, h.rest))
	part := p.current()
	stays := h.word.kind != "" && (!h.word.same || part.labelled)
	part.labelled = part.labelled || stays
	switch {
	case stays && h.rest != "":
		part.add("**" + h.title + ":** " + h.rest)
	case stays:
		part.add("### " + h.title)
		part.add("")
	case h.rest != "":
		part.add(h.rest)
	}
}

// counts reports whether an item of a list, or a numbered line, is a heading below the one that is open: under a heading of
// known words it is an item, unless that heading is one of the same list. Unknown words have to go on with its count.
func (p *reader) counts(h heading, top *open) bool {
	if h.word.kind == "" {
		return top != nil && top.mark == '1' && top.level == levelLabel && follows(top.number, h.number)
	}
	return top == nil || top.part.kind == "" || top.mark == h.mark && h.indent <= top.indent
}

// alike reports whether a label of unknown words is of the form of the heading that is open, or stands before any.
func alike(h heading, top *open) bool {
	return top == nil || top.level == levelLabel && top.mark == h.mark
}

// follows reports whether a count goes on: "2" after "1".
func follows(before, number string) bool {
	return len(before) == 1 && len(number) == 1 && number[0] == before[0]+1
}

// section is the section of its own with that title.
func (p *reader) section(title string) *part {
	if s, ok := p.titles[title]; ok {
		return s
	}
	s := &part{title: title}
	p.titles[title], p.own = s, append(p.own, s)
	return s
}

// sections are all kinds in the document's order, then what the notes say beside them. Of a heading of unknown words with
// nothing below it (the title of the notes) the words are kept among the notes.
func (p *reader) sections() []Section {
	language := slices.MaxFunc(vocabularies, func(a, b vocabulary) int { return p.languages[a.code] - p.languages[b.code] })
	var all []Section
	for _, k := range kinds {
		all = append(all, Section{Kind: k, Title: language.titles[k], Text: p.kinds[k].outdented()})
	}
	var empty, own []Section
	for _, s := range p.own {
		if s.text.Len() == 0 {
			empty = append(empty, Section{Title: s.title})
			continue
		}
		own = append(own, Section{Title: s.title, Text: s.outdented()})
	}
	notes := p.notes.outdented()
	for _, s := range slices.Backward(empty) {
		notes = strings.TrimSuffix(s.Title+"\n\n"+notes, "\n\n")
	}
	if notes != "" {
		all = append(all, Section{Title: language.titles[""], Text: notes})
	}
	return append(all, own...)
}
