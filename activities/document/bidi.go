package document

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/bidi"
	"golang.org/x/text/unicode/norm"
)

// rightToLeft reports whether runs are a paragraph that reads from right to left: whether the first letter does.
func rightToLeft(runs []run) bool {
	for _, run := range runs {
		for _, r := range run.text {
			switch class(r) {
			case bidi.R, bidi.AL:
				return true
			case bidi.L:
				return false
			}
		}
	}
	return false
}

func class(r rune) bidi.Class {
	properties, _ := bidi.LookupRune(r)
	return properties.Class()
}

// visual puts the pieces of a line, one a character, from the order in which they are read into that in which they are set.
func visual(pieces []piece, rtl bool) []piece {
	// The line has its paragraph's direction, whatever it begins with itself: a mark in front says so, and is taken out again.
	mark := piece{text: "\u200e"}
	if rtl {
		mark.text = "\u200f"
	}
	pieces = slices.Concat([]piece{mark}, pieces)
	text := ""
	mixed := false
	for i, p := range pieces {
		text += p.text
		if i == 0 {
			continue
		}
		r, _ := utf8.DecodeRuneInString(p.text)
		c := class(r)
		mixed = mixed || c == bidi.R || c == bidi.AL
	}
	if !mixed {
		return pieces[1:]
	}
	var p bidi.Paragraph
	if _, err := p.SetString(text); err != nil {
		return pieces[1:]
	}
	order, err := p.Order()
	if err != nil {
		return pieces[1:]
	}
	var runs []directed
	for i := range order.NumRuns() {
		run := order.Run(i)
		n := utf8.RuneCountInString(run.String())
		d := directed{pieces: pieces[:n], rtl: run.Direction() == bidi.RightToLeft}
		if d.rtl {
			d.pieces = mirrored(d.pieces)
		}
		runs, pieces = append(runs, d), pieces[n:]
	}
	return slices.DeleteFunc(arranged(runs, rtl), func(p piece) bool { return p.face == nil })
}

// directed are pieces that read in one direction.
type directed struct {
	pieces []piece
	rtl    bool
}

// words reports whether there is anything in it that has a direction of its own; a number has none.
func (d directed) words() bool {
	return slices.ContainsFunc(d.pieces, func(p piece) bool {
		r, _ := utf8.DecodeRuneInString(p.text)
		return class(r) == bidi.L
	})
}

// arranged puts runs side by side. In a line from left to right, those from right to left stand in turn with the numbers
// between them.
func arranged(runs []directed, rtl bool) []piece {
	if rtl {
		slices.Reverse(runs)
	} else {
		for i := 0; i < len(runs); i++ {
			end := i + 1
			for runs[i].rtl && end+1 < len(runs) && !runs[end].words() && runs[end+1].rtl {
				end += 2
			}
			slices.Reverse(runs[i:end])
			i = end - 1
		}
	}
	var all []piece
	for _, run := range runs {
		all = append(all, run.pieces...)
	}
	return all
}

// mirrored turns pieces round. Marks stay behind the letter that they belong to, and brackets are turned as well.
func mirrored(pieces []piece) []piece {
	turned := make([]piece, 0, len(pieces))
	for end := len(pieces); end > 0; {
		begin := end - 1
		for begin > 0 && isMark(pieces[begin].text) {
			begin--
		}
		for _, p := range pieces[begin:end] {
			p.text = bidi.ReverseString(p.text)
			turned = append(turned, p)
		}
		end = begin
	}
	return turned
}

func isMark(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return unicode.Is(unicode.Mn, r)
}

// forms are the shapes of Arabic letters, in Unicode's order: alone, at a word's end, and for those that join their next, at
// its beginning and in its middle. Ligatures of lam and alef are under both letters.
var forms = func() map[string][]rune {
	all := map[string][]rune{}
	for _, block := range [][2]rune{{0xFE80, 0xFEFC}, {0xFB50, 0xFBFF}} {
		for r := block[0]; r <= block[1]; r++ {
			letters := norm.NFKC.String(string(r))
			if n := utf8.RuneCountInString(letters); letters != string(r) && (n == 1 || n == 2 && r >= 0xFEF5 && r <= 0xFEFC) {
				all[letters] = append(all[letters], r)
			}
		}
	}
	return all
}()

const (
	tatweel = '\u0640' // a stroke that joins both sides
	joiner  = '\u200d'
)

// shaped gives Arabic letters the shapes that they have in their word.
func shaped(text string) string {
	if !containsArabic(text) {
		return text
	}
	runes := []rune(text)
	joins := func(i, by int) bool { // whether the letter next to i, on that side, reaches out to it
		for i += by; i >= 0 && i < len(runes) && unicode.Is(unicode.Mn, runes[i]); i += by {
		}
		if i < 0 || i >= len(runes) {
			return false
		}
		n := len(forms[string(runes[i])])
		return n >= 4 || n >= 2 && by > 0 || runes[i] == tatweel || runes[i] == joiner
	}
	var out []rune
	for i := 0; i < len(runes); i++ {
		letter := string(runes[i])
		shapes := forms[letter]
		if i+1 < len(runes) && len(forms[letter+string(runes[i+1])]) == 2 {
			shapes = forms[letter+string(runes[i+1])]
			before := joins(i, -1)
			i++
			out = append(out, shapes[index(before, false)])
			continue
		}
		form := index(len(shapes) >= 2 && joins(i, -1), len(shapes) >= 4 && joins(i, 1))
		if len(shapes) == 0 {
			out = append(out, runes[i])
			continue
		}
		out = append(out, shapes[form])
	}
	return string(out)
}

// index is where a letter's form stands among its forms.
func index(before, after bool) int {
	switch {
	case before && after:
		return 3
	case after:
		return 2
	case before:
		return 1
	}
	return 0
}

func containsArabic(text string) bool {
	for _, r := range text {
		if unicode.Is(unicode.Arabic, r) {
			return true
		}
	}
	return false
}
