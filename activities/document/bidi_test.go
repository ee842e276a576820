package document

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestArabicLettersAreJoined(t *testing.T) {
	for text, want := range map[string]string{
		"سلام":      "ﺳﻼﻡ", // lam and alef are one
		"لا":        "ﻻ",
		"من":        "ﻣﻦ",
		"دار":       "ﺩﺍﺭ",       // letters that don't reach out to their next
		"مَن":       "ﻣَﻦ",       // a vowel between doesn't part them
		"پدر":       "ﭘﺪﺭ",       // Persian
		"می\u200cخ": "ﻣﯽ\u200cﺥ", // a mark that parts them
		"hello":     "hello",
	} {
		assert.Equal(t, want, shaped(text), text)
	}
}

func TestALineIsSetInTheOrderInWhichItIsSeen(t *testing.T) {
	for text, want := range map[string]struct {
		seen string
		rtl  bool
	}{
		"abc":             {"abc", false},
		"שלום":            {"םולש", true},
		"abc שלום def":    {"abc םולש def", false},
		"שלום abc":        {"abc םולש", true},
		"ab שלום 12 שלום": {"ab םולש 12 םולש", false},
		"(שלום)":          {"(םולש)", true},
		"שלום 12":         {"12 םולש", true},
	} {
		runs := []run{{text: text}}
		assert.Equal(t, want.rtl, rightToLeft(runs), text)
		var pieces []piece
		for _, r := range text {
			pieces = append(pieces, piece{face: &face{}, text: string(r)})
		}
		got := ""
		for _, p := range visual(pieces, want.rtl) {
			got += p.text
		}
		assert.Equal(t, want.seen, got, text)
	}
	a := visual([]piece{{face: &face{}, text: "ש"}, {face: &face{}, text: "\u05b8"}, {face: &face{}, text: "ל"}}, true)
	assert.Equal(t, []string{"ל", "ש", "\u05b8"}, []string{a[0].text, a[1].text, a[2].text}, "a vowel stays behind its letter")
}
