package proposal

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/throughline-dev/throughline/activities/document"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/workflows/field"
)

// How much a request may hold, in characters where nothing else is said. A title has to fit into the subject of the e-mail
// that asks for the signature, and is there on every card.
const (
	MaxTitle       = 200
	MaxName        = 200 // also the company's
	MaxPerson      = 100 // a person's ID
	MaxNotes       = document.MaxNotes
	MaxLines       = 100
	MaxDescription = 500
)

// Mistake is one thing that is wrong with a request.
type Mistake = field.Mistake

// Mistakes are all that is wrong with a request.
type Mistakes = field.Mistakes

// Normalize gives what means the same the same shape: letters are composed (Unicode NFC); spaces around a value go, and in
// fields of one line any white space is a single space; the e-mail's domain, the country and the currency are written as
// other systems expect them. What can't be brought into shape stays as it was, for [Request.Validate] to name.
//
// The notes keep every line as it was written. Only what can't be read goes: the mark at the beginning of a file that Windows
// writes, control characters, and empty lines around all. The line ends of all systems and of word processors become "\n".
func (r *Request) Normalize() {
	for _, line := range []*string{&r.Title, &r.Deal, &r.Client.Company, &r.Client.Name, &r.ValidUntil, &r.RequestedBy} {
		*line = field.OneLine(*line)
	}
	r.Client.Email = field.Email(r.Client.Email)
	r.Client.Country = field.Country(r.Client.Country)
	r.Currency = strings.ToUpper(strings.TrimSpace(r.Currency))
	r.Notes = notes(r.Notes)
	r.Lines = slices.Clone(r.Lines) // the caller's stay as they are
	for i := range r.Lines {
		r.Lines[i].Description = field.OneLine(r.Lines[i].Description)
	}
	if r.Discount.Amount.IsZero() {
		r.Discount.Amount = money.Amount{}
	}
}

func notes(text string) string {
	if !utf8.ValidString(text) { // strings.Map would put "�" for what it can't read, and nobody would notice
		return text
	}
	text = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) && c != '\n' && c != '\t' || c == '\uFEFF' {
			return -1
		}
		return c
	}, noteEnds.Replace(text))
	lines := strings.Split(norm.NFC.String(text), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRightFunc(line, unicode.IsSpace)
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// noteEnds are the line ends of Windows and of the first Macs, those that a word processor writes within a paragraph and
// between pages, and Unicode's own.
var noteEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n\n")

// Validate returns all that is wrong with a normalised request as [Mistakes], or nil. Of one that is still to be read from its
// deal, only the deal is looked at.
func (r *Request) Validate() error {
	var m Mistakes
	if r.FromDeal && r.Deal == "" {
		m.Add("deal", "is missing: give the deal's ID in the CRM")
	}
	if r.Deal != "" && !field.IsRecord(r.Deal) {
		m.Add("deal", "must be the deal's ID in the CRM, in digits, such as 9812345678")
	}
	if r.FromDeal {
		return m.Err()
	}
	m.Add("title", field.WrongLine(r.Title, MaxTitle))
	m.Add("client.company", required(r.Client.Company, MaxName, "is missing: say which company the proposal is for"))
	m.Add("client.name", required(r.Client.Name, MaxName, "is missing: say who is to sign"))
	m.Add("client.email", field.WrongEmail(r.Client.Email))
	m.Add("client.country", field.WrongCountry(r.Client.Country))
	m.Add("notes", wrongNotes(r.Notes))
	m.Add("requested_by", field.WrongLine(r.RequestedBy, MaxPerson))
	m.Add("valid_until", r.wrongValidUntil())
	if _, err := money.Digits(r.Currency); err != nil {
		m.Add("currency", wrongCurrency(r.Currency))
	} else {
		r.checkPrices(&m)
	}
	return m.Err()
}

func required(value string, limit int, missing string) string {
	if value == "" {
		return missing
	}
	return field.WrongLine(value, limit)
}

func wrongNotes(text string) string {
	if len(text) > MaxNotes {
		return fmt.Sprintf("are too long: at most %d bytes in UTF-8; leave out what the proposal doesn't need", MaxNotes)
	}
	return field.WrongText(text, MaxNotes)
}

func wrongCurrency(code string) string {
	if code == "" {
		return "is missing: give the ISO 4217 code of all amounts, such as EUR or USD"
	}
	return "is no currency: give an ISO 4217 code, such as EUR or USD"
}

// wrongValidUntil takes a day that is over nowhere on Earth yet for one that is to come.
func (r *Request) wrongValidUntil() string {
	if r.ValidUntil == "" {
		return "is missing: give the last day on which the proposal can be accepted, such as 2026-11-30"
	}
	day, err := time.Parse(time.DateOnly, r.ValidUntil)
	if err != nil {
		return "is no date: write it like 2026-11-30"
	}
	if !r.Received.IsZero() && day.AddDate(0, 0, 1).Add(12*time.Hour).Before(r.Received) {
		return "is over: give a day that is still to come"
	}
	return ""
}

// checkPrices checks the lines and the discount, in a currency that is one.
func (r *Request) checkPrices(m *Mistakes) {
	before := len(*m)
	if len(r.Lines) > MaxLines {
		m.Add("lines", fmt.Sprintf("are too many: at most %d", MaxLines))
	}
	for i, l := range r.Lines[:min(len(r.Lines), MaxLines)] {
		at := fmt.Sprintf("lines[%d].", i)
		m.Add(at+"description", required(l.Description, MaxDescription, "is missing: say what it is"))
		if l.Quantity <= 0 {
			m.Add(at+"quantity", "must be more than zero, such as 1 or 2.5")
		}
		m.Add(at+"price", r.wrongAmount(l.Price, "must not be less than zero: what is taken off is the discount"))
	}
	d := r.Discount
	if d.Percent != 0 && !d.Amount.IsZero() {
		m.Add("discount", "must be a percentage or an amount, not both")
	}
	if d.Percent < 0 || d.Percent > money.Whole {
		m.Add("discount.percent", "must be from 0 to 100")
	}
	m.Add("discount.amount", r.wrongAmount(d.Amount, "must not be less than zero"))
	if len(*m) > before {
		return // what follows would only say it again
	}
	subtotal := money.Amount{Currency: r.Currency}
	for i, l := range r.Lines {
		amount, err := l.Price.Times(l.Quantity)
		if err == nil {
			subtotal, err = subtotal.Add(amount)
		}
		if err != nil {
			m.Add(fmt.Sprintf("lines[%d]", i), "makes more than can be counted exactly: check the quantity and the price")
			return
		}
	}
	if more, _ := d.Amount.Cmp(subtotal); more > 0 { // of one currency, as it was just seen
		m.Add("discount.amount", "is more than the lines add up to")
	}
}

func (r *Request) wrongAmount(a money.Amount, negative string) string {
	switch {
	case a.Currency != r.Currency && a != money.Amount{}:
		return "must be in the proposal's currency"
	case a.Minor < 0:
		return negative
	}
	return ""
}
