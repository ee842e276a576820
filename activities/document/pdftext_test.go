package document

import (
	"bytes"
	"compress/zlib"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
)

var (
	pdfStream = regexp.MustCompile(`(?s)/Filter /FlateDecode /Length \d+>>\nstream\n(.*?)\nendstream`)
	pdfShown  = regexp.MustCompile(`(?s)BT -?[\d.]+ -?[\d.]+ Td \((.*?[^\\]|)\) Tj ET`)
)

// pdfText is what a PDF shows, in the order in which it is set, a text on a line.
func pdfText(t testing.TB, pdf []byte) string {
	t.Helper()
	var all strings.Builder
	for _, stream := range pdfStream.FindAllSubmatch(pdf, -1) {
		r, err := zlib.NewReader(bytes.NewReader(stream[1]))
		require.NoError(t, err)
		content, err := io.ReadAll(r)
		require.NoError(t, err)
		for _, shown := range pdfShown.FindAllSubmatch(content, -1) {
			raw := pdfUnescape(shown[1])
			var units []uint16
			for i := 0; i+1 < len(raw); i += 2 {
				units = append(units, uint16(raw[i])<<8|uint16(raw[i+1]))
			}
			all.WriteString(string(utf16.Decode(units)) + "\n")
		}
	}
	return all.String()
}

func pdfUnescape(escaped []byte) []byte {
	var raw []byte
	for i := 0; i < len(escaped); i++ {
		if escaped[i] == '\\' {
			i++
			if escaped[i] == 'r' {
				raw = append(raw, '\r')
				continue
			}
		}
		raw = append(raw, escaped[i])
	}
	return raw
}

// letters counts the letters and digits of a text.
func letters(text string) map[rune]int {
	n := map[rune]int{}
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n[r]++
		}
	}
	return n
}
