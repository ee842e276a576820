package document

import (
	"bytes"
	"slices"
	"strings"
	"unicode"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/sfnt"
)

// rgb is a colour.
type rgb struct{ r, g, b int }

// run is text in one style. A line feed in it breaks the line.
type run struct {
	text string
	style
	colour rgb
	href   string
}

// piece is what is set at once: text in one font.
type piece struct {
	face   *face
	text   string
	width  float64 // in thousandths of the size
	colour rgb
	href   string
}

// textLine is a line of text, as wide as its pieces.
type textLine struct {
	pieces []piece
	width  float64
	rtl    bool // the paragraph reads from right to left, and ends its lines on the left
}

// typesetter breaks text into lines and sets them, with the font that has each character.
//
// fpdf's own layout knows one font at a time, measures a character that the font lacks as some other, and breaks Chinese and
// Japanese only at spaces.
type typesetter struct {
	pdf     *fpdf.Fpdf
	fonts   *fonts
	buffer  sfnt.Buffer
	glyphs  map[glyphKey]glyph
	added   map[*face]bool
	unshown map[rune]bool
	// font and size are those that the PDF has selected.
	font *face
	size float64
}

type glyphKey struct {
	rune
	style
}

type glyph struct {
	face  *face
	text  string
	width float64
}

// box is shown for a letter that no font has.
const box = '□'

// glyph finds how to show a character. One that no font has is remembered, and shown as a box; of emoji and other pictograms,
// which stand beside the words, nothing is shown, and marks that are invisible anyway are left out.
func (t *typesetter) glyph(r rune, s style) glyph {
	key := glyphKey{r, s}
	if g, ok := t.glyphs[key]; ok {
		return g
	}
	var g glyph
	if !invisible(r) { // some fonts draw these
		g = t.find(r, s)
	}
	if g.face == nil && !invisible(r) {
		t.unshown[r] = true
		if !pictogram(r) {
			g = t.find(box, s)
		}
	}
	t.glyphs[key] = g
	return g
}

func (t *typesetter) find(r rune, s style) glyph {
	for _, family := range t.fonts.families {
		for _, face := range []*face{family.face(s), family.face(style{})} {
			if width, ok := face.width(&t.buffer, r); ok {
				return glyph{face, string(r), width}
			}
		}
	}
	return glyph{}
}

// invisible are marks that only say how their neighbours are shown: joiners, directions, variants.
func invisible(r rune) bool {
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) || unicode.IsControl(r)
}

func pictogram(r rune) bool { return unicode.Is(unicode.So, r) || unicode.Is(unicode.Sk, r) }

// lines breaks runs into lines of at most a width, in millimetres, at a size, in points.
func (t *typesetter) lines(runs []run, size, width float64) []textLine {
	limit := width / unit(size)
	rtl := rightToLeft(runs)
	var lines []textLine
	var current unbroken
	var pending unbroken
	end := func() {
		lines = append(lines, newLine(visual(current.pieces, rtl), rtl))
		current = unbroken{}
	}
	flush := func() {
		if len(pending.pieces) == 0 {
			return
		}
		if current.width > 0 && current.width+pending.space+pending.width > limit {
			end()
		}
		if current.width > 0 {
			for _, p := range pending.spaces {
				current.add(p)
			}
		}
		for _, p := range pending.pieces { // a word that is wider than a line is broken where the line ends
			if current.width+p.width > limit && current.width > 0 {
				end()
			}
			current.add(p)
		}
		pending = unbroken{}
	}
	for _, run := range runs {
		for _, r := range shaped(run.text) {
			if r == '\n' {
				flush()
				end()
				pending = unbroken{}
				continue
			}
			if unicode.IsSpace(r) && r != '\u00a0' && r != '\u202f' {
				flush()
				g := t.glyph(' ', run.style)
				pending.addSpace(piece{g.face, g.text, g.width, run.colour, run.href})
				continue
			}
			if ideograph(r) {
				flush()
			}
			if g := t.glyph(r, run.style); g.face != nil {
				pending.add(piece{g.face, g.text, g.width, run.colour, run.href})
			}
			if ideograph(r) {
				flush()
			}
		}
	}
	flush()
	end()
	return lines
}

// unit is a thousandth of a size in points, in millimetres.
func unit(points float64) float64 { return points / 1000 * 25.4 / 72 }

// unbroken is text that stays on one line where it can, with the space before it.
type unbroken struct {
	spaces, pieces []piece
	space, width   float64
}

func (u *unbroken) add(p piece) {
	u.pieces = append(u.pieces, p)
	u.width += p.width
}

func (u *unbroken) addSpace(p piece) {
	u.spaces = append(u.spaces, p)
	u.space += p.width
}

// newLine joins the pieces of a line that are set alike.
func newLine(pieces []piece, rtl bool) textLine {
	l := textLine{rtl: rtl}
	for _, p := range pieces {
		l.width += p.width
		if n := len(l.pieces); n > 0 {
			last := &l.pieces[n-1]
			if last.face == p.face && last.colour == p.colour && last.href == p.href {
				last.text += p.text
				last.width += p.width
				continue
			}
		}
		l.pieces = append(l.pieces, p)
	}
	return l
}

// ideograph reports whether a line may end before and after a character: scripts without spaces.
func ideograph(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// set sets a line with its base line at y.
func (t *typesetter) set(l textLine, x, y, size float64) {
	for _, p := range l.pieces {
		t.use(p.face, size)
		t.pdf.SetTextColor(p.colour.r, p.colour.g, p.colour.b)
		t.pdf.Text(x, y, p.text)
		width := p.width * unit(size)
		if p.href != "" {
			t.pdf.SetDrawColor(p.colour.r, p.colour.g, p.colour.b)
			t.pdf.SetLineWidth(0.15)
			t.pdf.Line(x, y+0.5, x+width, y+0.5)
			t.pdf.LinkString(x, y-size*0.3, width, size*0.4, p.href)
		}
		x += width
	}
}

// use selects a font, which the document has in it from then on. fpdf writes into the bytes that it is given.
func (t *typesetter) use(f *face, size float64) {
	if t.font == f && t.size == size {
		return
	}
	if !t.added[f] {
		t.pdf.AddUTF8FontFromBytes(f.name, "", bytes.Clone(f.data))
		t.added[f] = true
	}
	t.pdf.SetFont(f.name, "", size)
	t.font, t.size = f, size
}

// forget is called where a page begins, since a page doesn't know the font of the one before it.
func (t *typesetter) forget() { t.font = nil }

// missing are the characters that no font has, in order.
func (t *typesetter) missing() string {
	var runes []rune
	for r := range t.unshown {
		runes = append(runes, r)
	}
	slices.Sort(runes)
	return string(runes)
}

// plain is text for one line in a table or at the head.
func plain(text string, s style, colour rgb) []run {
	return []run{{text: strings.ToValidUTF8(text, "\uFFFD"), style: s, colour: colour}}
}
