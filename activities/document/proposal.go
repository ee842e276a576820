package document

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"
)

// maxText is how long all text of a proposal can be together, in bytes: the longest notes and as much again. A proposal has to
// fit into a payload of 2 MB, where JSON can make six bytes of one.
const maxText = MaxNotes + 100<<10

// DraftRequest is what the first version of a proposal is made from.
type DraftRequest struct {
	Number string `json:"number"`
	// Title is the document's; "" for "Proposal for" the client's company.
	Title    string   `json:"title,omitempty"`
	Client   Party    `json:"client"`
	Provider Party    `json:"provider"`
	Notes    Notes    `json:"notes"`
	Currency string   `json:"currency"`
	Lines    []Line   `json:"lines"` // may be empty: the draft then says that prices are missing
	Discount Discount `json:"discount,omitzero"`
	Terms    string   `json:"terms,omitempty"`
	// Issued is the version's date; "" for today's.
	Issued     string `json:"issued,omitempty"`
	ValidUntil string `json:"valid_until"`
}

// Draft makes the first version of a proposal. Its sections are found in the notes by [ParseNotes].
//
// The error names every mistake by its field; notes longer than [MaxNotes] are one, since nothing is cut off.
func (r DraftRequest) Draft() (Proposal, error) {
	if len(r.Notes.Text) > MaxNotes {
		return Proposal{}, fmt.Errorf("notes: they have %d bytes, and can have at most %d; leave out what the proposal doesn't need",
			len(r.Notes.Text), MaxNotes)
	}
	p := Proposal{
		Number: r.Number, Version: 1, Draft: true, Title: r.Title, Client: r.Client, Provider: r.Provider,
		Sections: ParseNotes(r.Notes.Text), Discount: r.Discount, Terms: r.Terms, Issued: r.Issued, ValidUntil: r.ValidUntil,
	}
	if p.Title == "" {
		p.Title = "Proposal for " + r.Client.Company
	}
	p.Lines = make([]Line, len(r.Lines))
	for i, l := range r.Lines {
		l.Description = strings.Join(strings.Fields(l.Description), " ") // a CRM's products have line breaks in theirs
		p.Lines[i] = l
	}
	var err error
	p.Totals, err = Compute(p.Lines, p.Discount, r.Currency)
	if err = errors.Join(p.check(), err); err != nil {
		return Proposal{}, err
	}
	return p, nil
}

// Change is what a person changed in a dialog. Fields that are nil or empty stay as they are.
type Change struct {
	Title *string `json:"title,omitempty"`
	// Sections each take the place of the section of their kind or, with kind "", of their title, and are added where there is
	// none. Without text, a section of a kind is missing again, and one without a kind is taken out.
	Sections []Section `json:"sections,omitempty"`
	// Lines are all lines anew, as [FormatLines] writes them, and Discount is as [FormatDiscount] writes it.
	Lines    *string `json:"lines,omitempty"`
	Discount *string `json:"discount,omitempty"`
	Terms    *string `json:"terms,omitempty"`
	// Issued is the new version's date, and ValidUntil its last day.
	Issued     string `json:"issued,omitempty"`
	ValidUntil string `json:"valid_until,omitempty"`
}

// Revise makes the next version of a proposal; the one that it is called on stays as it is. It needs nothing but its arguments,
// so that a workflow can call it.
//
// The error names every mistake by its field, and lines of prices by their number.
func (p Proposal) Revise(c Change) (Proposal, error) {
	currency := p.Totals.Total.Currency
	p.Version++
	p.Sections = slices.Clone(p.Sections)
	set(&p.Title, c.Title)
	set(&p.Terms, c.Terms)
	if c.Issued != "" {
		p.Issued = c.Issued
	}
	if c.ValidUntil != "" {
		p.ValidUntil = c.ValidUntil
	}
	for _, s := range c.Sections {
		p.replace(s)
	}
	var mistakes []error
	if c.Lines != nil {
		lines, err := ParseLines(*c.Lines, currency)
		if err != nil {
			mistakes = append(mistakes, fmt.Errorf("lines: %w", err))
		}
		p.Lines = lines
	}
	if c.Discount != nil {
		discount, err := ParseDiscount(*c.Discount, currency)
		if err != nil {
			mistakes = append(mistakes, fmt.Errorf("discount: %w", err))
		}
		p.Discount = discount
	}
	if len(mistakes) == 0 {
		var err error
		p.Totals, err = Compute(p.Lines, p.Discount, currency)
		mistakes = append(mistakes, err)
	}
	if err := errors.Join(append(mistakes, p.check())...); err != nil {
		return Proposal{}, err
	}
	return p, nil
}

func set(field, value *string) {
	if value != nil {
		*field = strings.TrimSpace(*value)
	}
}

// replace puts a section in the place of the one that it stands for.
func (p *Proposal) replace(s Section) {
	s.Text = strings.TrimSpace(s.Text)
	at := slices.IndexFunc(p.Sections, func(o Section) bool { return o.Kind == s.Kind && (s.Kind != "" || o.Title == s.Title) })
	switch {
	case at < 0 && s.Text != "":
		p.Sections = append(p.Sections, s)
	case at >= 0 && s.Text == "" && s.Kind == "":
		p.Sections = slices.Delete(p.Sections, at, at+1)
	case at >= 0:
		if s.Title == "" {
			s.Title = p.Sections[at].Title
		}
		p.Sections[at] = s
	}
}

var number = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,39}$`)

// check says what is wrong with a proposal besides its sums, naming every field.
func (p Proposal) check() error {
	var mistakes []error
	say := func(format string, args ...any) { mistakes = append(mistakes, fmt.Errorf(format, args...)) }
	if !number.MatchString(p.Number) {
		say("number: %q isn't one: it has up to 40 letters, digits and hyphens", p.Number)
	}
	if p.Version < 1 {
		say("version: %d isn't one: versions count from 1", p.Version)
	}
	short := func(field, value string, needed bool) {
		switch {
		case needed && strings.TrimSpace(value) == "":
			say("%s: it is missing", field)
		case len(value) > 1000 || strings.ContainsAny(value, "\r\n"):
			say("%s: it has to be one line of at most 1000 bytes", field)
		}
	}
	short("title", p.Title, true)
	for _, side := range []struct {
		name string
		Party
	}{{"client", p.Client}, {"provider", p.Provider}} {
		short(side.name+".company", side.Company, true)
		short(side.name+".name", side.Name, false)
		short(side.name+".email", side.Email, false)
		short(side.name+".country", side.Country, false)
	}
	issued, err := time.Parse(time.DateOnly, p.Issued)
	if err != nil {
		say("issued: %q is no date: write it like 2026-11-30", p.Issued)
	}
	validUntil, err2 := time.Parse(time.DateOnly, p.ValidUntil)
	switch {
	case err2 != nil:
		say("valid_until: %q is no date: write it like 2026-11-30", p.ValidUntil)
	case err == nil && validUntil.Before(issued):
		say("valid_until: %s is before the date of issue, %s", p.ValidUntil, p.Issued)
	}
	text := len(p.Terms)
	for _, l := range p.Lines {
		text += len(l.Description)
	}
	for i, s := range p.Sections {
		if s.Kind != "" && !slices.Contains(kinds, s.Kind) {
			say("sections[%d].kind: %q is none; there are %s", i, s.Kind, strings.Join(kinds, ", "))
		}
		short(fmt.Sprintf("sections[%d].title", i), s.Title, true)
		text += len(s.Title) + len(s.Text)
	}
	if text > maxText {
		say("sections: all text together has %d bytes, and can have at most %d", text, maxText)
	}
	slices.SortFunc(mistakes, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(mistakes...)
}

// checkSums says whether the totals are those of the lines and the discount: what is rendered is what adds up. A version that
// leaves the house has prices.
func (p Proposal) checkSums() error {
	totals, err := Compute(p.Lines, p.Discount, p.Totals.Total.Currency)
	switch {
	case err != nil:
		return err
	case !reflect.DeepEqual(totals.shown(), p.Totals.shown()):
		return errors.New("totals: they are not the sums of the lines and the discount")
	case !p.Draft && len(p.Lines) == 0:
		return errors.New("lines: there are none; only a draft can go without prices")
	}
	return nil
}

// shown are the totals as texts.
func (t Totals) shown() []string {
	all := []string{t.Subtotal.String(), t.Discount.String(), t.Total.String()}
	for _, a := range t.Lines {
		all = append(all, a.String())
	}
	return all
}
