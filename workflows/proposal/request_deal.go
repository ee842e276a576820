package proposal

import (
	"fmt"
	"slices"

	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/document"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/workflows/field"
)

// FillFromDeal makes a request whole that was started by a deal, with what the deal says. What the deal doesn't say stays as it
// was, and Received and Number do in any case. It returns all that is still wrong, by field: a deal with mistakes is to be put
// right in the CRM and read again.
//
// The discounts of the lines become one discount in all, so that the lines show their full prices, and it adds up to the cent.
// A country that isn't a code is left out, since the CRM has names, in any language.
func FillFromDeal(in Request, d crm.Deal) (Request, Mistakes) {
	r := in
	r.FromDeal, r.Deal = false, d.Deal
	r.Title = shortened(field.OneLine(d.Name), MaxTitle)
	r.Client = document.Party{Company: d.Company.Name, Name: d.Client.Name, Email: d.Client.Email}
	for _, country := range []string{d.Company.Country, d.Client.Country} {
		if code := field.Country(country); r.Client.Country == "" && field.WrongCountry(code) == "" {
			r.Client.Country = code
		}
	}
	r.Notes = d.Notes
	if d.Currency != "" {
		r.Currency = d.Currency
	}
	var wrong Mistakes
	r.Lines = nil
	var off money.Amount
	for i, l := range d.Lines {
		r.Lines = append(r.Lines, document.Line{
			Description: shortened(field.OneLine(l.Description), MaxDescription), Quantity: l.Quantity, Price: l.Price,
		})
		sum, err := off.Add(l.Off)
		if err != nil {
			wrong.Add(fmt.Sprintf("lines[%d].discount", i), "can't be added up: "+err.Error())
			break
		}
		off = sum
	}
	r.Discount = document.Discount{Amount: off}
	r.Normalize()
	if found, ok := r.Validate().(Mistakes); ok {
		wrong = slices.Concat(wrong, found)
	}
	return r, wrong
}

// shortened is a line of at most so many characters, whose last is an ellipsis where there was more.
func shortened(line string, limit int) string {
	if runes := []rune(line); len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	return line
}
