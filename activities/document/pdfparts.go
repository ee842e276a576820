package document

import (
	"bytes"
	"strconv"

	"codeberg.org/go-pdf/fpdf"
)

// head sets the first page's head: who offers, the version's facts, the title, and the two sides.
func (d *page) head(v View, l logo) {
	begin := d.y
	if l.data != nil {
		width, height := fit(l, 58, 17)
		d.pdf.RegisterImageOptionsReader("logo", fpdf.ImageOptions{ImageType: l.kind}, bytes.NewReader(l.data))
		d.pdf.ImageOptions("logo", left, d.y, width, height, false, fpdf.ImageOptions{ImageType: l.kind}, 0, "")
		d.y, d.fresh = d.y+height, false
	} else {
		d.text(plain(v.Provider.Company, style{bold: true}, d.accent), left, 14, 70)
	}
	after := d.y
	d.y = begin
	for _, fact := range [][2]string{
		{v.Words.Proposal, v.Number}, {v.Words.Version, strconv.Itoa(v.Version)},
		{v.Words.Issued, v.Issued}, {v.Words.ValidUntil, v.ValidUntil},
	} {
		y := d.y
		d.text(plain(fact[0], style{}, soft), 130, 9, 36)
		label := d.y
		d.y = y
		d.text(plain(fact[1], style{}, ink), 152, 9, 0)
		d.y = max(d.y, label)
	}
	d.y = max(d.y, after) + 8
	if v.Draft {
		d.note(v.Words.Draft, style{bold: true})
	}
	d.y += 4
	d.text(plain(v.Title, style{bold: true}, ink), left, 22, 0)
	d.y += 5
	middle := (left+right)/2 + 4
	y := d.y
	d.party(v.Words.PreparedFor, v.Client, left, middle)
	end := d.y
	d.y = y
	d.party(v.Words.PreparedBy, v.Provider, middle, right)
	d.y = max(d.y, end) + 2
}

func (d *page) party(label string, p Party, x, until float64) {
	indent := right - until + 4
	d.text(plain(label, style{}, soft), x, 8.5, indent)
	d.text(plain(p.Company, style{bold: true}, ink), x, body, indent)
	for _, text := range []string{p.Name, p.Email} {
		if text != "" {
			d.text(plain(text, style{}, ink), x, body, indent)
		}
	}
}

// fit is the size of a logo in a frame, in millimetres, at 96 pixels an inch unless that is too large.
func fit(l logo, width, height float64) (w, h float64) {
	const pixel = 25.4 / 96
	w, h = float64(l.width)*pixel, float64(l.height)*pixel
	scale := min(1, width/w, height/h)
	return w * scale, h * scale
}

// cell is a part of a row, which ends at the right of its width where it holds a number.
type cell struct {
	runs   []run
	width  float64
	number bool
}

// row sets cells side by side, on one page, with a line below.
func (d *page) row(cells []cell, x, size float64) {
	const gap = 4
	lines := make([][]textLine, len(cells))
	height := 0.0
	for i, c := range cells {
		lines[i] = d.lines(c.runs, size, c.width-gap)
		height = max(height, float64(len(lines[i]))*leading(size))
	}
	d.keep(min(height+3, bottom-top-20))
	d.y += 1.5
	for n := 0; float64(n)*leading(size) < height; n++ {
		d.keep(leading(size)) // only a row that is longer than a page is broken
		for i, at := 0, x; i < len(cells); i++ {
			if n < len(lines[i]) {
				begin := at
				if cells[i].number {
					begin += cells[i].width - lines[i][n].width*unit(size)
				}
				d.set(lines[i][n], begin, d.y+leading(size)*0.72, size)
			}
			at += cells[i].width
		}
		d.y += leading(size)
		d.fresh = false
	}
	d.y += 1.5
	d.line(x, right, d.y, hairline, 0.2)
}

// prices sets the table of line items, whose head is repeated on each page, and the totals, which stay together.
func (d *page) prices(v View) {
	d.title(v.Words.Prices)
	if len(v.Items) == 0 {
		d.note(v.Words.NoPrices, style{})
		return
	}
	row := func(s style, colour rgb, texts ...string) {
		var cells []cell
		for i, width := range []float64{80, 22, 31, 33} {
			cells = append(cells, cell{runs: plain(texts[i], s, colour), width: width, number: i > 0})
		}
		d.row(cells, left, 9.5)
	}
	unit := " (" + v.Currency + ")"
	d.again = func() {
		row(style{bold: true}, soft, v.Words.Description, v.Words.Quantity, v.Words.Price+unit, v.Words.Amount+unit)
	}
	d.keep(30)
	d.again()
	for _, i := range v.Items {
		row(style{}, ink, i.Description, i.Quantity, i.Price, i.Amount)
	}
	d.again = nil
	d.keep(30)
	if v.Discount != "" {
		d.sum(v.Words.Subtotal, v.Subtotal, style{}, body)
		d.sum(v.Words.Discount+" "+v.DiscountNote, v.Discount, style{}, body)
	}
	d.y += 2
	d.line(100, right, d.y, ink, 0.5)
	d.sum(v.Words.Total, v.Total, style{bold: true}, 13)
}

func (d *page) sum(label, amount string, s style, size float64) {
	d.y += 1.5
	y := d.y + leading(size)*0.72
	d.set(d.lines(plain(label, s, ink), size, 50)[0], 100, y, size)
	number := d.lines(plain(amount, s, ink), size, right-left)[0]
	d.set(number, right-number.width*unit(size), y, size)
	d.y += leading(size)
	d.fresh = false
}

// acceptance sets where both sides sign, on one page.
func (d *page) acceptance(v View) {
	d.space(6)
	d.keep(70)
	d.title(v.Words.Acceptance)
	y, end := d.y, d.y
	width := (right-left)/2 - 6
	for i, company := range v.Signers {
		x := left + float64(i)*(width+12)
		d.y = y
		d.text(plain(v.Words.AcceptedFor+" "+company, style{bold: true}, ink), x, body, right-x-width)
		for _, label := range []string{v.Words.Name, v.Words.PlaceDate, v.Words.Signature} {
			d.y += 11
			d.line(x, x+width, d.y, soft, 0.25)
			d.text(plain(label, style{}, soft), x, 8, right-x-width)
		}
		end = max(end, d.y)
	}
	d.y = end
}
