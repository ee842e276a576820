package billing

import (
	"fmt"
	"math"
	"strings"

	"github.com/stripe/stripe-go/v85"

	"github.com/throughline-dev/throughline/activities/money"
)

// How Stripe counts an amount of a currency, where that isn't by two decimals
// (https://docs.stripe.com/currencies#minor-units).
var (
	// zeroDecimal are counted in whole units. For MGA that is one digit less than ISO 4217 has it.
	zeroDecimal = list("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF")
	// threeDecimal are counted in thousandths, the last digit of which has to be 0.
	threeDecimal = list("BHD JOD KWD OMR TND")
	// wholeOnly are counted in hundredths, which for all that have to be whole units: they had hundredths once.
	wholeOnly = list("ISK UGX")
)

func list(codes string) map[string]bool {
	all := map[string]bool{}
	for code := range strings.FieldsSeq(codes) {
		all[code] = true
	}
	return all
}

// places are how many digits after the decimal point an amount has for us and for Stripe, and the step in which Stripe counts it.
func places(currency string) (ours, theirs int, step int64, err error) {
	ours, err = money.Digits(currency)
	theirs, step = 2, 1
	switch {
	case zeroDecimal[currency]:
		theirs = 0
	case threeDecimal[currency]:
		theirs, step = 3, 10
	case wholeOnly[currency]:
		step = 100
	}
	return ours, theirs, step, err
}

// Step is the smallest amount of a currency that Stripe counts, in our minor units: what is paid by Stripe, or back, is a multiple of
// it. For most currencies that is 1.
func Step(currency string) (int64, error) {
	ours, theirs, step, err := places(currency)
	if err != nil {
		return 0, err
	}
	for ; theirs < ours; theirs++ {
		step *= 10
	}
	for ; theirs > ours && step > 1; theirs-- {
		step /= 10
	}
	return step, nil
}

// minor is an amount as Stripe counts it. An amount that Stripe can't count is an error: nothing is rounded here, so that what
// is invoiced is what was signed.
func minor(a money.Amount) (int64, error) {
	ours, theirs, step, err := places(a.Currency)
	if err != nil {
		return 0, err
	}
	n, ok := shift(a.Minor, theirs-ours)
	if !ok && theirs > ours {
		return 0, fmt.Errorf("%d %s is more than can be counted exactly", a.Minor, a.Currency)
	}
	if !ok || n%step != 0 {
		return 0, uncountable(a)
	}
	return n, nil
}

// amountOf is the amount that Stripe counts so. One that we can't count, since it has a fraction too small, is an error.
func amountOf(n int64, currency stripe.Currency) (money.Amount, error) {
	code := strings.ToUpper(string(currency))
	ours, theirs, _, err := places(code)
	if err != nil {
		return money.Amount{}, err
	}
	counted, ok := shift(n, ours-theirs)
	if !ok {
		return money.Amount{}, fmt.Errorf("%d %s, as Stripe counts it, can't be counted exactly", n, code)
	}
	return money.Amount{Minor: counted, Currency: code}, nil
}

// shift is n times a power of ten; not ok where that is no whole number, or too large a one.
func shift(n int64, places int) (_ int64, ok bool) {
	for ; places > 0; places-- {
		if n > math.MaxInt64/10 || n < math.MinInt64/10 {
			return 0, false
		}
		n *= 10
	}
	for ; places < 0; places++ {
		if n%10 != 0 {
			return 0, false
		}
		n /= 10
	}
	return n, true
}

func uncountable(a money.Amount) error {
	return fmt.Errorf("%s has a fraction that Stripe doesn't count in %s: change the prices so that every amount is rounded to it", a, a.Currency)
}
