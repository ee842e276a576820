package document

import (
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
)

// The widths that indentation leaves: however deep a list is, its text doesn't become a column of single letters.
const (
	step     = 6.0
	narrower = 90.0
)

// blocks sets the children of a Markdown node between x and the right margin.
func (d *page) blocks(m parsed, parent ast.Node, x float64, colour rgb) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Heading:
			d.space(2)
			d.keep(14)
			d.text(d.inline(m, n, style{bold: true}, colour), x, 11, 0)
			d.space(1)
		case *ast.Paragraph:
			d.text(d.inline(m, n, style{}, colour), x, body, 0)
			d.space(2.2)
		case *ast.TextBlock:
			d.text(d.inline(m, n, style{}, colour), x, body, 0)
		case *ast.List:
			d.list(m, n, x, colour)
			if _, nested := parent.(*ast.ListItem); !nested {
				d.space(1.6)
			}
		case *ast.Blockquote:
			d.blocks(m, n, in(x), soft)
		case *ast.FencedCodeBlock:
			d.text([]run{{text: strings.TrimRight(string(n.Lines().Value(m.source)), "\n"), colour: soft}}, in(x), 9, 0)
			d.space(2.2)
		case *ast.ThematicBreak:
			d.rule(x)
		case *extast.Table:
			d.grid(m, n, x, colour)
		default:
			d.blocks(m, n, x, colour)
		}
	}
}

// in is one step further in.
func in(x float64) float64 { return min(x+step, left+narrower) }

func (d *page) list(m parsed, list *ast.List, x float64, colour rgb) {
	number := list.Start
	for item := list.FirstChild(); item != nil; item = item.NextSibling() {
		mark := "•"
		if list.IsOrdered() {
			mark = strconv.Itoa(number) + string(list.Marker)
			number++
		}
		d.keep(body * 0.5)
		d.marker(mark, x, colour)
		if item.FirstChild() == nil { // an item of nothing but its mark
			d.text([]run{{text: " ", colour: colour}}, in(x), body, 0)
		}
		d.blocks(m, item, in(x), colour)
		d.space(0.6)
	}
}

// grid sets a table of the notes, with columns of one width.
func (d *page) grid(m parsed, table *extast.Table, x float64, colour rgb) {
	columns := len(table.Alignments)
	if columns == 0 {
		return
	}
	width := (right - x) / float64(columns)
	d.keep(22)
	for row := table.FirstChild(); row != nil; row = row.NextSibling() {
		_, head := row.(*extast.TableHeader)
		var cells []cell
		for c := row.FirstChild(); c != nil; c = c.NextSibling() {
			cells = append(cells, cell{runs: d.inline(m, c, style{bold: head}, colour), width: width})
		}
		d.row(cells, x, 9.5)
	}
	d.space(3)
}

// inline is the text below a node, in runs.
func (d *page) inline(m parsed, parent ast.Node, s style, colour rgb) []run {
	var runs []run
	d.collect(m, parent, run{style: s, colour: colour}, &runs)
	return runs
}

func (d *page) collect(m parsed, parent ast.Node, as run, runs *[]run) {
	add := func(text string) {
		r := as
		r.text = strings.ToValidUTF8(text, "\uFFFD")
		*runs = append(*runs, r)
	}
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Text:
			add(unescape(n.Segment.Value(m.source), n.IsRaw()))
			if n.SoftLineBreak() || n.HardLineBreak() {
				add("\n")
			}
		case *ast.String:
			add(string(n.Value))
		case *ast.Emphasis:
			inner := as
			inner.bold = as.bold || n.Level == 2
			inner.italic = as.italic || n.Level == 1
			d.collect(m, n, inner, runs)
		case *ast.Link:
			inner := as
			inner.href, inner.colour = string(n.Destination), d.accent
			d.collect(m, n, inner, runs)
		case *ast.AutoLink:
			label := as
			as.href, as.colour = string(n.URL(m.source)), d.accent
			if n.AutoLinkType == ast.AutoLinkEmail {
				as.href = "mailto:" + strings.TrimPrefix(as.href, "mailto:")
			}
			add(string(n.Label(m.source)))
			as = label
		default:
			d.collect(m, n, as, runs)
		}
	}
}
