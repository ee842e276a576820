package document

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/throughline-dev/throughline/activities/money"
)

var lineForm = regexp.MustCompile(`^([^\s\p{Zs}×xX*]+)[\s\p{Zs}]*[×xX*](.*)@([^@]*)$`)

// FormatLines writes lines as text for a dialog, one on a line, which [ParseLines] reads back exactly:
//
//	2 × Robot arm @ 1999.50
//	2.5 × Consulting, hours @ 140.00
func FormatLines(lines []Line) string {
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "%s × %s @ %s\n", l.Quantity, l.Description, l.Price.Decimal())
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// ParseLines reads lines as [FormatLines] writes them: the quantity, "×" (or x, or *), what it is, "@" and the price of one,
// which may name the proposal's currency before or behind it. The last @ of a line is the price's. Empty lines are skipped.
//
// The quantity always has to be there: whether the 3 of "3 robots @ 5" is one nobody can know. The error names every line that
// can't be read, by its number, with the fix.
func ParseLines(text, currency string) ([]Line, error) {
	lines := []Line{}
	var mistakes []error
	n := 0
	for raw := range strings.Lines(text) {
		n++
		if raw = strings.TrimSpace(raw); raw == "" {
			continue
		}
		l, err := parseLine(raw, currency)
		if err != nil {
			mistakes = append(mistakes, fmt.Errorf("line %d: %w", n, err))
		}
		lines = append(lines, l)
	}
	if err := errors.Join(mistakes...); err != nil {
		return nil, err
	}
	return lines, nil
}

func parseLine(text, currency string) (Line, error) {
	m := lineForm.FindStringSubmatch(text)
	if m == nil || strings.TrimSpace(m[2]) == "" {
		return Line{}, fmt.Errorf("%q isn't of the form: 2 × Robot arm @ 1999.50", text)
	}
	quantity, err := money.ParseQuantity(m[1])
	if err != nil {
		return Line{}, fmt.Errorf("the quantity before ×: %w", err)
	}
	price, err := parsePrice(m[3], currency)
	if err != nil {
		return Line{}, fmt.Errorf("the price behind @: %w", err)
	}
	return Line{Description: strings.TrimSpace(m[2]), Quantity: quantity, Price: price}, nil
}

// currencyCode finds a currency's code before or behind a number.
var currencyCode = regexp.MustCompile(`^(?:([A-Za-z]{3})[\s\p{Zs}]*)?(.*?)(?:[\s\p{Zs}]*([A-Za-z]{3}))?$`)

// parsePrice reads an amount with or without the code of the currency that it has to be in.
func parsePrice(text, currency string) (money.Amount, error) {
	text = strings.TrimSpace(text)
	m := currencyCode.FindStringSubmatch(text)
	if m == nil {
		return money.Parse(text, currency)
	}
	for _, code := range []string{m[1], m[3]} {
		if code != "" && strings.ToUpper(code) != currency {
			return money.Amount{}, fmt.Errorf("%q is in %s, but the proposal is in %s", text, code, currency)
		}
	}
	return money.Parse(m[2], currency)
}

// FormatDiscount writes a discount as text for a dialog, which [ParseDiscount] reads back exactly: "12.5 %", "500.00", or ""
// for none.
func FormatDiscount(d Discount) string {
	switch {
	case d.Percent != 0:
		return d.Percent.String() + " %"
	case !d.Amount.IsZero():
		return d.Amount.Decimal()
	}
	return ""
}

// ParseDiscount reads a share with a percent sign, or an amount of the proposal's currency; nothing, or zero, is no discount.
func ParseDiscount(text, currency string) (Discount, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return Discount{}, nil
	}
	if share, ok := strings.CutSuffix(text, "%"); ok {
		percent, err := money.ParsePercent(strings.TrimSpace(share))
		return Discount{Percent: percent}, err
	}
	amount, err := parsePrice(text, currency)
	if err != nil {
		return Discount{}, fmt.Errorf("%w; or write a percentage like 12.5 %%", err)
	}
	if amount.IsZero() {
		return Discount{}, nil
	}
	return Discount{Amount: amount}, nil
}
