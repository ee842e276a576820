package crm

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// noteText makes Markdown of a note as HubSpot keeps it: headings, lists, what is bold, and links keep what they mean; of
// everything else the text is left. What has no tags is plain text, as other programs write it through the API.
//
// It never fails: HTML that makes no sense is text that looks odd.
func noteText(body string) string {
	if !strings.Contains(body, "<") {
		return strings.TrimSpace(html.UnescapeString(body))
	}
	w := &noteWriter{}
	tokens := html.NewTokenizer(strings.NewReader(body))
	for {
		switch tokens.Next() {
		case html.ErrorToken: // the end, of the note or of what can be read of it
			w.endLine()
			return strings.TrimSpace(w.out.String())
		case html.TextToken:
			if !w.hidden {
				w.text(tokens.Token().Data)
			}
			w.hidden = false
		case html.StartTagToken:
			w.start(tokens.Token())
		case html.EndTagToken:
			w.end(tokens.Token().DataAtom)
		case html.SelfClosingTagToken:
			if tokens.Token().DataAtom == atom.Br {
				w.endLine()
			}
		}
	}
}

// noteWriter writes a note line by line.
type noteWriter struct {
	out    strings.Builder
	prefix string // what the line begins with: "## ", "- "
	line   string
	strong int // how many elements that make it bold are open
	bold   int // where in the line the bold part begins
	link   string
	linked int // where in the line its text begins
	lists  []int
	hidden bool // the next text is nothing to read
}

// heading are the elements that are headings.
var heading = map[atom.Atom]string{
	atom.H1: "# ", atom.H2: "## ", atom.H3: "### ", atom.H4: "#### ", atom.H5: "##### ", atom.H6: "###### ",
}

// block are the elements that stand on lines of their own, and true where an empty line is around them.
var block = map[atom.Atom]bool{
	atom.P: true, atom.Ul: true, atom.Ol: true, atom.Table: true, atom.Blockquote: true,
	atom.Div: false, atom.Tr: false, atom.Li: false, atom.Hr: false, atom.Section: false, atom.Pre: false,
}

func (w *noteWriter) start(t html.Token) {
	if sign, ok := heading[t.DataAtom]; ok {
		w.gap()
		w.prefix = sign
		return
	}
	if apart, ok := block[t.DataAtom]; ok {
		w.endLine()
		if apart && len(w.lists) == 0 {
			w.gap()
		}
	}
	switch t.DataAtom {
	case atom.Script, atom.Style, atom.Title, atom.Textarea, atom.Noscript: // what is in one is a single token
		w.hidden = true
	case atom.Br:
		w.endLine()
	case atom.Ul:
		w.lists = append(w.lists, -1)
	case atom.Ol:
		w.lists = append(w.lists, 0)
	case atom.Li:
		w.item()
	case atom.B, atom.Strong:
		if w.strong++; w.strong == 1 {
			w.bold = len(w.line)
		}
	case atom.A:
		w.link, w.linked = "", len(w.line)
		for _, a := range t.Attr {
			if a.Key == "href" && (strings.HasPrefix(a.Val, "https://") || strings.HasPrefix(a.Val, "http://")) {
				w.link = a.Val
			}
		}
	case atom.Td, atom.Th:
		w.text(" ")
	}
}

func (w *noteWriter) end(element atom.Atom) {
	if _, ok := heading[element]; ok {
		w.gap()
		return
	}
	switch element {
	case atom.B, atom.Strong:
		if w.strong == 1 {
			w.endBold()
		}
		w.strong = max(w.strong-1, 0)
	case atom.A:
		w.endLink()
	case atom.Ul, atom.Ol:
		w.lists = w.lists[:max(len(w.lists)-1, 0)]
	}
	if apart, ok := block[element]; ok {
		w.endLine()
		if apart && len(w.lists) == 0 {
			w.gap()
		}
	}
}

// maxIndent is how deep lists are shown within each other.
const maxIndent = 5

// item begins an item of the innermost list.
func (w *noteWriter) item() {
	indent := strings.Repeat("  ", min(max(len(w.lists)-1, 0), maxIndent))
	if n := len(w.lists) - 1; n >= 0 && w.lists[n] >= 0 {
		w.lists[n]++
		w.prefix = indent + strconv.Itoa(w.lists[n]) + ". "
		return
	}
	w.prefix = indent + "- "
}

// text adds text, in which any white space is a single space.
func (w *noteWriter) text(s string) {
	words := strings.Fields(s)
	if len(words) == 0 || strings.TrimLeft(s, " \t\r\n\f\u00a0") != s {
		w.space()
	}
	if len(words) == 0 {
		return
	}
	w.line += strings.Join(words, " ")
	if strings.TrimRight(s, " \t\r\n\f\u00a0") != s {
		w.space()
	}
}

func (w *noteWriter) space() {
	if w.line != "" && !strings.HasSuffix(w.line, " ") {
		w.line += " "
	}
}

// endBold puts asterisks around the bold part of the line, inside of the spaces around it.
func (w *noteWriter) endBold() {
	begin := min(w.bold, len(w.line))
	part := w.line[begin:]
	if words := strings.TrimSpace(part); words != "" {
		before, after, _ := strings.Cut(part, words)
		w.line = w.line[:begin] + before + "**" + words + "**" + after
	}
	w.bold = len(w.line)
}

// endLink adds where a link leads, unless that is what it says.
func (w *noteWriter) endLink() {
	if said := strings.TrimSpace(w.line[min(w.linked, len(w.line)):]); w.link != "" && said != w.link {
		w.space()
		w.line += "(" + w.link + ")"
	}
	w.link = ""
}

// endLine writes the line, unless there is nothing on it.
func (w *noteWriter) endLine() {
	if w.strong > 0 {
		w.endBold()
	}
	if line := strings.TrimSpace(w.line); line != "" {
		w.out.WriteString(w.prefix + line + "\n")
		w.prefix = ""
	}
	w.line, w.bold, w.linked = "", 0, 0
}

// gap ends the line, and puts an empty one after it.
func (w *noteWriter) gap() {
	w.endLine()
	w.prefix = ""
	if text := w.out.String(); text != "" && !strings.HasSuffix(text, "\n\n") {
		w.out.WriteString("\n")
	}
}
