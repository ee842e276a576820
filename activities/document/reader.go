package document

import (
	"slices"
	"strings"
	"unicode"
)

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
	if h.word.kind == "" && len(p.own) == maxOwn {
		return false
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
	case top != nil && (top.part.kind != "" || top.level > 1):
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
