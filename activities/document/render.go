package document

import (
	"bytes"
	"fmt"
	"time"

	"github.com/throughline-dev/throughline/activities/money"
)

// Rendered is a version as HTML and as PDF.
type Rendered struct {
	HTML, PDF []byte
	// Pages is how many the PDF has, and Unshown are the characters that none of its fonts has, each once, in order.
	Pages   int
	Unshown string
}

// ContentSecurityPolicy is the header under which the HTML is to be served: it loads nothing, runs nothing and sends nothing.
// The built-in template says the same of itself, for whoever opens it as a file.
const ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

// Render makes a version's HTML and PDF, with the same content, and the same bytes for the same version and templates. A
// proposal whose totals aren't the sums of its lines is refused, as is one that isn't a draft and has no lines.
//
// The HTML holds no script and nothing from elsewhere. Arabic and Hebrew read from right to left in both, and Arabic letters
// are joined. What the PDF can't do, and the HTML can: characters beyond Unicode's first plane (emoji, above all), and scripts
// whose letters change places or shapes in company, like Devanagari, which it sets letter by letter.
func (t *Templates) Render(p Proposal) (Rendered, error) {
	if err := p.check(); err != nil {
		return Rendered{}, err
	}
	if err := p.checkSums(); err != nil {
		return Rendered{}, err
	}
	v, err := t.view(p)
	if err != nil {
		return Rendered{}, err
	}
	var html bytes.Buffer
	if err := t.html.Execute(&html, v); err != nil {
		return Rendered{}, fmt.Errorf("the template can't be used: %w", err)
	}
	issued, err := time.Parse(time.DateOnly, p.Issued)
	if err != nil {
		return Rendered{}, err
	}
	r := Rendered{HTML: html.Bytes()}
	r.PDF, r.Pages, r.Unshown, err = t.pdf(v, issued)
	return r, err
}

// samples are the versions by which templates are tried when they are loaded: one with everything, one with nothing.
var samples = []Proposal{
	{
		Number: "P-1", Version: 2, Draft: true, Title: "T", Client: Party{"C", "N", "c@example.com", "DE"}, Provider: Party{"P", "N", "p@example.com", "DE"},
		Sections: []Section{{Kind: Goals, Title: "Goals", Text: "# T\n\n1. *a*\n\n<https://example.com>"}, {Kind: Risks, Title: "Risks"}, {Title: "Notes", Text: "n"}},
		Lines:    []Line{{"L", money.One, money.Amount{Minor: 100, Currency: "EUR"}}}, Discount: Discount{Percent: 1000},
		Totals: Totals{
			Lines: []money.Amount{{Minor: 100, Currency: "EUR"}}, Subtotal: money.Amount{Minor: 100, Currency: "EUR"},
			Discount: money.Amount{Minor: 10, Currency: "EUR"}, Total: money.Amount{Minor: 90, Currency: "EUR"},
		},
		Terms: "t", Issued: "2026-01-02", ValidUntil: "2026-01-03",
	},
	{
		Number: "P-1", Version: 1, Draft: true, Title: "T", Client: Party{Company: "C"}, Provider: Party{Company: "P"}, Issued: "2026-01-02", ValidUntil: "2026-01-02",
		Totals: Totals{Subtotal: money.Amount{Currency: "EUR"}, Discount: money.Amount{Currency: "EUR"}, Total: money.Amount{Currency: "EUR"}},
	},
}
