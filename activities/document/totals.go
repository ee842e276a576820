package document

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/throughline-dev/throughline/activities/money"
)

// What a proposal can have at most. A document with more than that is a mistake, not an offer.
const (
	MaxLines       = 500
	maxDescription = 500 // characters
)

// Compute adds up lines and takes off the discount, in one currency. Each line's amount is rounded by itself and the discount
// once, so that what a document shows adds up to the cent: the lines to the subtotal, and the subtotal less the discount to
// the total. No lines add up to nothing.
//
// The error names every mistake by its field ("lines[2].quantity"): a description that is missing, a quantity of zero or less,
// a price below zero or in another currency, a discount that is both a share and an amount, below zero, over 100 % or more
// than the subtotal, and sums that an int64 can't count.
func Compute(lines []Line, discount Discount, currency string) (Totals, error) {
	if _, err := money.Digits(currency); err != nil {
		return Totals{}, fmt.Errorf("currency: %w", err)
	}
	if len(lines) > MaxLines {
		return Totals{}, fmt.Errorf("lines: there are %d, and a proposal has at most %d", len(lines), MaxLines)
	}
	none := money.Amount{Currency: currency}
	t := Totals{Lines: []money.Amount{}, Subtotal: none}
	var mistakes []error
	for i, l := range lines {
		mistakes = append(mistakes, l.check(fmt.Sprintf("lines[%d]", i), currency))
	}
	if err := errors.Join(append(mistakes, discount.check(currency))...); err != nil {
		return Totals{}, err
	}
	for i, l := range lines {
		amount, err := l.Price.Times(l.Quantity)
		if err == nil {
			t.Subtotal, err = t.Subtotal.Add(amount)
		}
		if err != nil {
			return Totals{}, fmt.Errorf("lines[%d]: %w", i, err)
		}
		t.Lines = append(t.Lines, amount)
	}
	var err error
	if t.Discount, err = discount.of(t.Subtotal); err != nil {
		return Totals{}, err
	}
	t.Total, err = t.Subtotal.Sub(t.Discount)
	return t, err
}

func (l Line) check(field, currency string) error {
	var mistakes []error
	say := func(part, format string, args ...any) {
		mistakes = append(mistakes, fmt.Errorf(field+"."+part+": "+format, args...))
	}
	switch {
	case strings.TrimSpace(l.Description) == "":
		say("description", "it is missing")
	case strings.TrimSpace(l.Description) != l.Description || strings.ContainsAny(l.Description, "\r\n"):
		say("description", "write it on one line, without spaces around it")
	case utf8.RuneCountInString(l.Description) > maxDescription:
		say("description", "it has more than %d characters", maxDescription)
	}
	if l.Quantity <= 0 {
		say("quantity", "%s is not more than zero", l.Quantity)
	}
	switch {
	case l.Price.Currency != currency:
		say("price", "it is in %q, but the proposal is in %s", l.Price.Currency, currency)
	case l.Price.Minor < 0:
		say("price", "%s is less than zero; to take something off, use the discount", l.Price)
	}
	return errors.Join(mistakes...)
}

func (d Discount) check(currency string) error {
	switch {
	case d.Percent != 0 && d.Amount.Minor != 0:
		return errors.New("discount: it is a percentage or an amount, not both")
	case d.Percent < 0 || d.Percent > money.Whole:
		return fmt.Errorf("discount.percent: %s is not between 0 and 100", d.Percent)
	case d.Amount != money.Amount{} && d.Amount.Currency != currency:
		return fmt.Errorf("discount.amount: it is in %q, but the proposal is in %s", d.Amount.Currency, currency)
	case d.Amount.Minor < 0:
		return fmt.Errorf("discount.amount: %s is less than zero", d.Amount)
	}
	return nil
}

// of is what the discount takes off a subtotal.
func (d Discount) of(subtotal money.Amount) (money.Amount, error) {
	if d.Amount.IsZero() {
		return subtotal.Share(d.Percent)
	}
	if more, err := d.Amount.Cmp(subtotal); err != nil || more > 0 {
		return money.Amount{}, errors.Join(err, fmt.Errorf("discount.amount: %s is more than the subtotal of %s", d.Amount, subtotal))
	}
	return d.Amount, nil
}
