package document

import (
	"errors"
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/activities/money"
)

// View is what the template proposal.html can use, as {{.Number}}. All texts are ready to be shown; html/template escapes
// them where they stand.
type View struct {
	Number  string
	Version int
	// Draft is a version for our own people; see [Proposal].
	Draft            bool
	Title            string
	Client, Provider Party
	// Issued and ValidUntil are dates as the words' date layout writes them.
	Issued, ValidUntil string
	Sections           []SectionView
	Items              []ItemView
	// Currency is the code that all amounts of the table are in; the amounts themselves are without it.
	Currency string
	// Subtotal and Discount are empty where there is no discount. DiscountNote is its share, "(12.5 %)", or empty.
	Subtotal, Discount, DiscountNote string
	// Total has the currency: "EUR 1,999.50".
	Total string
	Terms template.HTML
	// Logo is a data: address of the operator's logo, empty without one.
	Logo template.URL
	// Accent is a colour, "#2f5d8a".
	Accent template.CSS
	Words  Words
	// Signers are the companies that sign, the client first.
	Signers []string

	terms parsed
}

// SectionView is a section of the document.
type SectionView struct {
	Title string
	// HTML is the section's Markdown, rendered and safe. It is empty where Missing.
	HTML template.HTML
	// Missing is a section that the notes had nothing for, and Own one that is the notes' own, of no kind that a proposal has, and
	// that the client doesn't get; only drafts show them, and say so.
	Missing, Own bool

	text parsed
}

// ItemView is a line item.
type ItemView struct{ Description, Quantity, Price, Amount string }

// view makes what both renderers show.
func (t *Templates) view(p Proposal) (View, error) {
	v := View{
		Number: p.Number, Version: p.Version, Draft: p.Draft, Title: p.Title, Client: p.Client, Provider: p.Provider,
		Currency: p.Totals.Total.Currency, Total: p.Totals.Total.String(),
		Logo: t.logo.url(), Accent: template.CSS(t.settings.Accent), Words: t.settings.Words,
		Signers: []string{p.Client.Company, p.Provider.Company},
	}
	var err1, err2 error
	v.Issued, err1 = t.date(p.Issued)
	v.ValidUntil, err2 = t.date(p.ValidUntil)
	v.terms = parseMarkdown(p.Terms)
	var err3 error
	v.Terms, err3 = v.terms.html()
	if err := errors.Join(err1, err2, err3); err != nil {
		return View{}, err
	}
	for _, s := range p.Sections {
		missing := strings.TrimSpace(s.Text) == ""
		own := s.Kind == "" && !s.Shown
		if (missing || own) && !p.Draft {
			continue
		}
		section := SectionView{Title: s.Title, Missing: missing, Own: own, text: parseMarkdown(s.Text)}
		var err error
		if section.HTML, err = section.text.html(); err != nil {
			return View{}, err
		}
		v.Sections = append(v.Sections, section)
	}
	for i, l := range p.Lines {
		v.Items = append(v.Items, ItemView{
			Description: l.Description, Quantity: l.Quantity.String(), Price: plainNumber(l.Price), Amount: plainNumber(p.Totals.Lines[i]),
		})
	}
	if !p.Totals.Discount.IsZero() {
		off, err := p.Totals.Discount.Neg()
		if err != nil {
			return View{}, err
		}
		v.Subtotal, v.Discount = plainNumber(p.Totals.Subtotal), plainNumber(off)
		if p.Discount.Percent != 0 {
			v.DiscountNote = fmt.Sprintf("(%s %%)", p.Discount.Percent)
		}
	}
	return v, nil
}

// plainNumber is an amount without its currency.
func plainNumber(a money.Amount) string { return strings.TrimPrefix(a.String(), a.Currency+" ") }

func (t *Templates) date(date string) (string, error) {
	d, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return "", err
	}
	return d.Format(t.settings.Words.Date), nil
}
