package document

import (
	"bytes"
	"fmt"
	"html/template"
	"net/url"
	"slices"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// markdown reads the Markdown of notes: CommonMark with tables, but for what would make text disappear or hide something.
//
//   - HTML is text like any other, shown as it was written.
//   - Links go to web pages and mail addresses only; of any other the address is shown as text. Pictures are links: nothing
//     is loaded from elsewhere.
//   - "[x]: y" is text and no definition, and what stands far in is no code: people indent with tabs.
//   - Line breaks are kept.
var markdown = goldmark.New(
	goldmark.WithParser(parser.NewParser(
		parser.WithBlockParsers(
			util.Prioritized(parser.NewSetextHeadingParser(), 100),
			util.Prioritized(parser.NewThematicBreakParser(), 200),
			util.Prioritized(shallow{parser.NewListParser()}, 300),
			util.Prioritized(parser.NewListItemParser(), 400),
			util.Prioritized(parser.NewATXHeadingParser(), 600),
			util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
			util.Prioritized(shallow{parser.NewBlockquoteParser()}, 800),
			util.Prioritized(indented{parser.NewParagraphParser()}, 1000),
		),
		parser.WithParagraphTransformers(util.Prioritized(table{extension.NewTableParagraphTransformer()}, 200)),
		parser.WithInlineParsers(
			util.Prioritized(parser.NewCodeSpanParser(), 100),
			util.Prioritized(parser.NewLinkParser(), 200),
			util.Prioritized(parser.NewAutoLinkParser(), 300),
			util.Prioritized(parser.NewEmphasisParser(), 500),
		),
		parser.WithASTTransformers(util.Prioritized(extension.NewTableASTTransformer(), 0), util.Prioritized(tamed{}, 1000)),
	)),
	goldmark.WithRendererOptions(html.WithHardWraps(), renderer.WithNodeRenderers(util.Prioritized(extension.NewTableHTMLRenderer(), 500))),
)

// indented is a paragraph that may stand as far in as it likes. goldmark leaves such lines to indented code, and without that
// drops them.
type indented struct{ parser.BlockParser }

// CanAcceptIndentedLine implements goldmark's parser.BlockParser.
func (indented) CanAcceptIndentedLine() bool { return true }

// shallow is what may hold others of its kind, but not a hundred thousand of them: further in, its marks are text.
type shallow struct{ parser.BlockParser }

const deepest = 24

// Open implements goldmark's parser.BlockParser.
func (s shallow) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	depth := 0
	for n := parent; n != nil; n = n.Parent() {
		depth++
	}
	if depth > deepest {
		return nil, parser.NoChildren
	}
	return s.BlockParser.Open(parent, reader, pc)
}

// table makes tables, unless a row has more cells than the head: those would be dropped, and so the rows stay text.
type table struct{ parser.ParagraphTransformer }

// Transform implements goldmark's parser.ParagraphTransformer.
func (t table) Transform(node *ast.Paragraph, reader text.Reader, pc parser.Context) {
	lines := node.Lines()
	columns := 0
	for i := range lines.Len() {
		at := lines.At(i)
		pipes := bytes.Count(bytes.Trim(bytes.TrimSpace(at.Value(reader.Source())), "|"), []byte("|"))
		if i == 0 {
			columns = pipes
		}
		if pipes > columns {
			return
		}
	}
	t.ParagraphTransformer.Transform(node, reader, pc)
}

// parsed is Markdown as both the HTML and the PDF show it.
type parsed struct {
	root   ast.Node
	source []byte
}

func parseMarkdown(source string) parsed {
	b := []byte(source)
	return parsed{markdown.Parser().Parse(text.NewReader(b)), b}
}

// html renders the Markdown as safe HTML.
func (p parsed) html() (template.HTML, error) {
	var b bytes.Buffer
	if err := markdown.Renderer().Render(&b, p.source, p.root); err != nil {
		return "", fmt.Errorf("the Markdown can't be rendered: %w", err)
	}
	return template.HTML(b.String()), nil // goldmark escapes all text, and raw HTML is not parsed
}

// subHeading is the level in HTML of every heading in a section's text: below the title of the document and of the section.
const subHeading = 3

// tamed brings the tree in order before anybody renders it.
type tamed struct{}

// Transform implements goldmark's parser.ASTTransformer.
func (tamed) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	source := reader.Source()
	var nodes []ast.Node
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			nodes = append(nodes, n)
		}
		return ast.WalkContinue, nil
	})
	// From the inside out: what a link holds is in order when the link itself is replaced.
	for _, n := range slices.Backward(nodes) {
		switch n := n.(type) {
		case *ast.Heading:
			n.Level = subHeading
		case *ast.Link:
			tame(n, string(n.Destination))
		case *ast.Image:
			link := ast.NewLink()
			link.Destination = n.Destination
			n.Parent().ReplaceChild(n.Parent(), n, link)
			move(n, link)
			if link.ChildCount() == 0 {
				link.AppendChild(link, ast.NewString(n.Destination))
			}
			tame(link, string(n.Destination))
		case *ast.AutoLink:
			if n.AutoLinkType == ast.AutoLinkURL && !allowed(string(n.URL(source))) {
				n.Parent().ReplaceChild(n.Parent(), n, ast.NewString(n.Label(source)))
			} else {
				n.SetAttributeString("rel", []byte(rel))
			}
		}
	}
}

// rel keeps who follows a link from telling where they came from.
const rel = "noopener noreferrer"

// tame marks a link, or takes one apart that leads elsewhere than to a page or an address.
func tame(link *ast.Link, destination string) {
	if allowed(destination) {
		link.SetAttributeString("rel", []byte(rel))
		return
	}
	parent := link.Parent()
	for child := link.FirstChild(); child != nil; {
		next := child.NextSibling()
		parent.InsertBefore(parent, link, child)
		child = next
	}
	parent.ReplaceChild(parent, link, ast.NewString([]byte(" ("+destination+")")))
}

func move(from, to ast.Node) {
	for child := from.FirstChild(); child != nil; {
		next := child.NextSibling()
		to.AppendChild(to, child)
		child = next
	}
}

// allowed reports whether a link may lead there. A path without a scheme leads nowhere in a document.
func allowed(destination string) bool {
	u, err := url.Parse(destination)
	if err != nil {
		return false
	}
	return u.Scheme == "mailto" && u.Opaque != "" || (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
