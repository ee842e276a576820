package shopify

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/throughline-dev/throughline/sandbox/internal/shopify/gql"
)

// places is how many digits after the point a currency of the schema's has.
func places(currency string) int {
	switch currency {
	case "JPY":
		return 0
	case "KWD":
		return 3
	}
	return 2
}

// decimal writes minor units as Shopify writes amounts: with at least one digit after the point, and no more than are needed.
// So 10 euros are "10.0", and 10 yen are too.
func decimal(minor int64, currency string) string {
	sign, p := "", places(currency)
	if minor < 0 {
		sign, minor = "-", -minor
	}
	digits := fmt.Sprintf("%0*d", p+1, minor)
	whole, part := digits[:len(digits)-p], strings.TrimRight(digits[len(digits)-p:], "0")
	if part == "" {
		part = "0"
	}
	return sign + whole + "." + part
}

// minor reads an amount that somebody sends.
func minor(text, currency string) (int64, error) {
	whole, part, _ := strings.Cut(text, ".")
	p := places(currency)
	part = strings.TrimRight(part, "0")
	if len(part) > p {
		return 0, fmt.Errorf("%s is no amount of %s", text, currency)
	}
	n, err := strconv.ParseInt(whole+part+strings.Repeat("0", p-len(part)), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s is no amount", text)
	}
	return n, nil
}

// share is the part of an amount that belongs to some of its units, after those before: so that all parts add up to the amount.
func share(amount int64, before, n, of int) int64 {
	return portion(amount, before+n, of) - portion(amount, before, of)
}

// portion rounds half away from zero.
func portion(amount int64, n, of int) int64 {
	if of == 0 {
		return 0
	}
	if amount < 0 {
		return -portion(-amount, n, of)
	}
	return (2*amount*int64(n) + int64(of)) / (2 * int64(of))
}

func money(minor int64, currency string) gql.Object {
	return gql.Object{"amount": decimal(minor, currency), "currencyCode": currency}
}

// shopCurrency is the currency that the shop counts in. rates are what a unit of what customers pay in is worth in it, in
// ten-thousandths.
const shopCurrency = "USD"

var rates = map[string]int64{"USD": 10_000, "EUR": 10_850, "GBP": 12_700}

// bag is an amount as the customer has paid it, and as the shop counts it.
func bag(minor int64, currency string) gql.Object {
	return gql.Object{
		"presentmentMoney": func() gql.Object { return money(minor, currency) },
		"shopMoney":        func() gql.Object { return money(portion(minor, int(rates[currency]), 10_000), shopCurrency) },
	}
}
