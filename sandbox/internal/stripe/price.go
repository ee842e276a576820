package stripe

import (
	"fmt"
	"slices"
	"strings"
)

// How Stripe counts amounts, where that isn't by two decimals (https://docs.stripe.com/currencies#minor-units).
var (
	zeroDecimal  = strings.Fields("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf")
	threeDecimal = strings.Fields("bhd jod kwd omr tnd")
)

// Price is an amount as people read it: "1080.01 EUR".
func Price(amount int64, currency string) string {
	places := 2
	if slices.Contains(zeroDecimal, currency) {
		places = 0
	} else if slices.Contains(threeDecimal, currency) {
		places = 3
	}
	sign := ""
	if amount < 0 {
		sign, amount = "-", -amount
	}
	digits := fmt.Sprintf("%0*d", places+1, amount)
	whole, part := digits[:len(digits)-places], digits[len(digits)-places:]
	if part != "" {
		part = "." + part
	}
	return sign + whole + part + " " + strings.ToUpper(currency)
}
