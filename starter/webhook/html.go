package webhook

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// ends are the elements that stand on lines of their own, and apart those with an empty line around them.
var (
	ends = map[atom.Atom]bool{
		atom.Br: true, atom.Div: true, atom.Tr: true, atom.Li: true, atom.Table: true, atom.Pre: true, atom.Hr: true,
		atom.Section: true, atom.Article: true, atom.Header: true, atom.Footer: true, atom.Address: true, atom.Dt: true, atom.Dd: true,
	}
	apart = map[atom.Atom]bool{
		atom.P: true, atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true,
		atom.Ul: true, atom.Ol: true, atom.Blockquote: true,
	}
	// hidden are the elements whose text nobody reads. What is in one is a single token.
	hidden = map[atom.Atom]bool{atom.Script: true, atom.Style: true, atom.Title: true, atom.Textarea: true, atom.Noscript: true}
)

// htmlText is the text of a page, for a mail that has no other: a line for each that a reader would see, and ">" before those
// of a quote. It needs no well-formed page.
func htmlText(page string) string {
	var out, line strings.Builder
	quotes, skip := 0, false
	flush := func() {
		if words := strings.Fields(line.String()); len(words) > 0 {
			if quotes > 0 {
				out.WriteString("> ")
			}
			out.WriteString(strings.Join(words, " ") + "\n")
		}
		line.Reset()
	}
	tokens := html.NewTokenizer(strings.NewReader(page))
	for {
		kind := tokens.Next()
		if kind == html.ErrorToken { // the end, of the page or of what can be read of it
			flush()
			return out.String()
		}
		if kind == html.TextToken {
			if !skip {
				line.WriteString(tokens.Token().Data)
			}
			skip = false
			continue
		}
		element := tokens.Token().DataAtom
		skip = kind == html.StartTagToken && hidden[element]
		switch {
		case apart[element]:
			flush()
			if element == atom.Blockquote && kind == html.EndTagToken {
				quotes = max(quotes-1, 0)
			}
			if quotes == 0 {
				out.WriteByte('\n')
			}
			if element == atom.Blockquote && kind == html.StartTagToken {
				quotes++
			}
		case ends[element]:
			flush()
		case element == atom.Td || element == atom.Th:
			line.WriteByte(' ')
		}
	}
}
