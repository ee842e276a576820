package money

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/currency"
)

// Which codes there are is known to golang.org/x/text/currency, but not how many digits they have: its numbers are the
// Unicode consortium's, who leave out the minor units that people no longer use (none for AFN, COP, IDR or RSD). Stripe, banks
// and everybody else who exchanges money goes by ISO 4217, whose exceptions from two digits are these.
var digits = map[string]int{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0, "UYI": 0,
	"VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
	"CLF": 4, "UYW": 4,
}

// younger are codes that ISO 4217 has assigned since golang.org/x/text took its list.
var younger = []string{"MRU", "SLE", "UYW", "VED", "VES", "XCG", "ZWG"}

// shared are the currencies of several countries. Any other code that begins with X stands for no money: gold, tests, none.
var shared = []string{"XAF", "XCD", "XCG", "XOF", "XPF"}

// Digits is how many digits after the decimal point amounts of a currency have, by ISO 4217: 2 for EUR, 0 for JPY, 3 for KWD.
// A code that ISO doesn't know, or that isn't in upper case, is an error.
func Digits(code string) (int, error) {
	if !known(code) {
		return 0, fmt.Errorf("%q is no currency: write its ISO 4217 code in capitals, like EUR or USD", code)
	}
	if d, ok := digits[code]; ok {
		return d, nil
	}
	return 2, nil
}

func known(code string) bool {
	if strings.HasPrefix(code, "X") {
		return slices.Contains(shared, code)
	}
	if slices.Contains(younger, code) {
		return true
	}
	unit, err := currency.ParseISO(code)
	return err == nil && unit.String() == code
}
