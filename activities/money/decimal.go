package money

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// The digits of quantities and of percentages.
const (
	quantityDigits = 3
	percentDigits  = 2
)

// Parse reads a plain decimal number of a currency: "1999.50", "2000", "-5". It has no separators of thousands, since people
// write 1,999 and 1.999 for the same and for different amounts, and no more digits than the currency has.
func Parse(text, currency string) (Amount, error) {
	digits, err := Digits(currency)
	if err != nil {
		return Amount{}, err
	}
	minor, err := parse(text, digits, currency+" has")
	if err != nil {
		return Amount{}, err
	}
	return Amount{minor, currency}, nil
}

// ParseQuantity reads a plain decimal number with up to three digits after the point: "2", "2.5", "0.125".
func ParseQuantity(text string) (Quantity, error) {
	n, err := parse(text, quantityDigits, "a quantity has")
	return Quantity(n), err
}

// ParsePercent reads a plain decimal number with up to two digits after the point, without a percent sign: "10", "12.5".
func ParsePercent(text string) (Percent, error) {
	n, err := parse(text, percentDigits, "a percentage has")
	return Percent(n), err
}

var plain = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

// parse reads a plain decimal number as an integer of so many digits after the point. The owner begins the sentence about
// those that are too many.
func parse(text string, digits int, owner string) (int64, error) {
	if !plain.MatchString(text) {
		if digits == 0 {
			return 0, fmt.Errorf("%q is no plain number: write it like 2000, without a point or separators of thousands", text)
		}
		return 0, fmt.Errorf("%q is no plain decimal number: write it like 1999.50, without separators of thousands", text)
	}
	whole, fraction, _ := strings.Cut(text, ".")
	if len(fraction) > digits {
		if strings.Trim(fraction[digits:], "0") != "" {
			return 0, fmt.Errorf("%q has too many digits after the point: %s %d", text, owner, digits)
		}
		fraction = fraction[:digits]
	}
	n, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", digits-len(fraction)), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is more than can be counted exactly", text)
	}
	return n, nil
}

// decimal writes n/10^digits in full: 5 with two digits is "0.05".
func decimal(n int64, digits int) string {
	s := strconv.FormatUint(magnitude(n), 10)
	if missing := digits + 1 - len(s); missing > 0 {
		s = strings.Repeat("0", missing) + s
	}
	if point := len(s) - digits; digits > 0 {
		s = s[:point] + "." + s[point:]
	}
	if n < 0 {
		s = "-" + s
	}
	return s
}

// short is a decimal without the zeros at its end: "2.5", "2".
func short(n int64, digits int) string {
	return strings.TrimSuffix(strings.TrimRight(decimal(n, digits), "0"), ".")
}

// Decimal writes the amount's number as [Parse] reads it, with all of the currency's digits: "1999.50". Of a currency that
// isn't known it writes the minor units.
func (a Amount) Decimal() string {
	digits, err := Digits(a.Currency)
	if err != nil {
		digits = 0
	}
	return decimal(a.Minor, digits)
}

// String writes the amount for people, in one form that reads the same everywhere: "EUR 1,999.50", "JPY 2,000",
// "KWD -1.250". The zero value is "0".
func (a Amount) String() string {
	number := a.Decimal()
	whole, fraction, point := strings.Cut(number, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	number = sign + whole
	if point {
		number += "." + fraction
	}
	if a.Currency == "" {
		return number
	}
	return a.Currency + " " + number
}

// String writes the quantity without needless zeros: "2.5", "2".
func (q Quantity) String() string { return short(int64(q), quantityDigits) }

// String writes the share without needless zeros and without a sign: "12.5".
func (p Percent) String() string { return short(int64(p), percentDigits) }

// MarshalText writes the quantity as [Quantity.String] does.
func (q Quantity) MarshalText() ([]byte, error) { return []byte(q.String()), nil }

// MarshalText writes the share as [Percent.String] does.
func (p Percent) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads what [ParseQuantity] reads.
func (q *Quantity) UnmarshalText(text []byte) (err error) {
	*q, err = ParseQuantity(string(text))
	return err
}

// UnmarshalText reads what [ParsePercent] reads.
func (p *Percent) UnmarshalText(text []byte) (err error) {
	*p, err = ParsePercent(string(text))
	return err
}

// UnmarshalJSON reads a decimal number, in quotes or without: people write both. The number's own digits are read, and no
// floating-point number comes between.
func (q *Quantity) UnmarshalJSON(data []byte) error { return unmarshal(data, q.UnmarshalText) }

// UnmarshalJSON reads as [Quantity.UnmarshalJSON] does.
func (p *Percent) UnmarshalJSON(data []byte) error { return unmarshal(data, p.UnmarshalText) }

func unmarshal(data []byte, read func([]byte) error) error {
	if string(data) == "null" {
		return nil
	}
	if len(data) > 0 && data[0] == '"' {
		var text string
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
		data = []byte(text)
	}
	return read(data)
}
