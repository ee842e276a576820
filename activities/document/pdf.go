package document

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/yuin/goldmark/util"
	"golang.org/x/image/font/sfnt"
)

// The page, in millimetres: A4.
const (
	left   = 22.0
	right  = 188.0
	top    = 20.0
	bottom = 272.0
	body   = 10.0 // the size of text, in points
)

var (
	ink      = rgb{31, 41, 51}
	soft     = rgb{90, 104, 117}
	hairline = rgb{217, 222, 228}
	warn     = rgb{138, 90, 0}
	warnBack = rgb{255, 246, 224}
)

// page sets a document from the top down, on as many pages as it needs.
type page struct {
	typesetter
	accent rgb
	y      float64
	// again sets what a table repeats at the head of a page; nil outside of tables.
	again func()
	fresh bool // nothing stands on the page yet
}

// pdf renders a view as a PDF. Its bytes depend on nothing but the view and the templates: its dates are the version's, its
// objects are in order, and nothing in it is random.
func (t *Templates) pdf(v View, issued time.Time) (content []byte, pages int, unshown string, err error) {
	f := fpdf.New("P", "mm", "A4", "")
	f.SetCatalogSort(true)
	f.SetCreationDate(issued)
	f.SetModificationDate(issued)
	f.SetProducer("Throughline", true)
	f.SetTitle(v.Number+" · "+v.Title, true)
	f.SetAuthor(v.Provider.Company, true)
	f.SetSubject(fmt.Sprintf("%s %s, %s %d", v.Words.Proposal, v.Number, v.Words.Version, v.Version), true)
	f.SetAutoPageBreak(false, 0)
	d := &page{accent: parseColour(string(v.Accent)), typesetter: typesetter{
		pdf: f, fonts: t.fonts, buffer: sfnt.Buffer{}, glyphs: map[glyphKey]glyph{}, added: map[*face]bool{}, unshown: map[rune]bool{},
	}}
	d.next()
	d.head(v, t.logo)
	for _, s := range v.Sections {
		d.section(v, s)
	}
	d.prices(v)
	if v.Terms != "" {
		d.title(v.Words.Terms)
		d.blocks(v.terms, v.terms.root, left, ink)
	}
	d.acceptance(v)
	pages = f.PageCount()
	for n := 1; n <= pages; n++ {
		d.frame(v, n, pages)
	}
	var out bytes.Buffer
	if err := f.Output(&out); err != nil {
		return nil, 0, "", fmt.Errorf("the PDF can't be written: %w", err)
	}
	return out.Bytes(), pages, d.missing(), nil
}

// next begins a page.
func (d *page) next() {
	d.pdf.AddPage()
	d.forget()
	d.y, d.fresh = top, true
	if d.again != nil {
		d.again()
	}
}

// keep begins a page where less than a height is left on this one.
func (d *page) keep(height float64) {
	if d.y+height > bottom && !d.fresh {
		d.next()
	}
}

// space leaves some room, but none at the head of a page.
func (d *page) space(height float64) {
	if !d.fresh {
		d.y += height
	}
}

// leading is how far apart the lines of a size in points are, in millimetres.
func leading(size float64) float64 { return size * 0.5 }

// text sets runs between x and the right margin less an indent, over as many lines and pages as they need.
func (d *page) text(runs []run, x, size, indent float64) {
	for _, l := range d.lines(runs, size, right-x-indent) {
		d.keep(leading(size))
		begin := x
		if l.rtl {
			begin = right - indent - l.width*unit(size)
		}
		d.set(l, begin, d.y+leading(size)*0.72, size)
		d.y += leading(size)
		d.fresh = false
	}
}

// marker sets what stands before an item of a list, without moving on.
func (d *page) marker(mark string, x float64, colour rgb) {
	for _, l := range d.lines(plain(mark, style{}, colour), body, step) {
		d.set(l, x, d.y+leading(body)*0.72, body)
	}
}

// rule draws a line across.
func (d *page) rule(x float64) {
	d.keep(6)
	d.space(2)
	d.line(x, right, d.y, hairline, 0.2)
	d.y += 3
}

func (d *page) line(from, to, y float64, c rgb, width float64) {
	d.pdf.SetDrawColor(c.r, c.g, c.b)
	d.pdf.SetLineWidth(width)
	d.pdf.Line(from, y, to, y)
}

// title sets the heading of a section, never as the last thing on a page.
func (d *page) title(title string) {
	d.space(6)
	d.keep(24)
	d.text(plain(title, style{bold: true}, d.accent), left, 13, 0)
	d.line(left, right, d.y+0.8, hairline, 0.2)
	d.y += 4
}

// note sets a remark for our own people.
func (d *page) note(text string, s style) {
	lines := d.lines(plain(text, s, warn), 9.5, right-left-6)
	height := float64(len(lines))*leading(9.5) + 3
	d.keep(height)
	d.pdf.SetFillColor(warnBack.r, warnBack.g, warnBack.b)
	d.pdf.Rect(left, d.y, right-left, height, "F")
	d.y += 1.5
	for _, l := range lines {
		d.set(l, left+3, d.y+leading(9.5)*0.72, 9.5)
		d.y += leading(9.5)
	}
	d.y += 4
	d.fresh = false
}

func (d *page) section(v View, s SectionView) {
	d.title(s.Title)
	if s.Missing {
		d.note(v.Words.Missing, style{})
		return
	}
	if s.Own {
		d.note(v.Words.Own, style{})
	}
	d.blocks(s.text, s.text.root, left, ink)
}

// frame sets the foot of a page, and the head of all but the first.
func (d *page) frame(v View, n, pages int) {
	d.pdf.SetPage(n)
	d.forget()
	name := fmt.Sprintf("%s %s · %s %d", v.Words.Proposal, v.Number, v.Words.Version, v.Version)
	if v.Draft {
		name += " · " + v.Words.Draft
	}
	d.line(left, right, 281, hairline, 0.2)
	d.aside(name, left, 285, false)
	d.aside(strings.NewReplacer("{page}", strconv.Itoa(n), "{pages}", strconv.Itoa(pages)).Replace(v.Words.Page), right, 285, true)
	if n > 1 {
		d.aside(v.Title, left, 13, false)
		d.line(left, right, 15, hairline, 0.2)
	}
}

// aside sets one small line, cut at its end where it is too long; it begins at x, or ends there.
func (d *page) aside(text string, x, y float64, ends bool) {
	lines := d.lines(plain(text, style{}, soft), 8, right-left-30)
	if ends {
		x -= lines[0].width * unit(8)
	}
	d.set(lines[0], x, y, 8)
}

func parseColour(c string) rgb {
	var r rgb
	_, _ = fmt.Sscanf(c, "#%02x%02x%02x", &r.r, &r.g, &r.b) // it was checked when the templates were loaded
	return r
}

// unescape is Markdown's text without its backslashes and with its entities, as the HTML has it.
func unescape(text []byte, raw bool) string {
	if raw {
		return string(text)
	}
	return string(util.UnescapePunctuations(util.ResolveEntityNames(util.ResolveNumericReferences(text))))
}
