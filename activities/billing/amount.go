package billing

import (
	"fmt"
	"math"
	"strings"

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

// minor is an amount as Stripe counts it. An amount that Stripe can't count is an error: nothing is rounded here, so that what
// is invoiced is what was signed.
func minor(a money.Amount) (int64, error) {
	ours, err := money.Digits(a.Currency)
	if err != nil {
		return 0, err
	}
	theirs, step := 2, int64(1)
	switch {
	case zeroDecimal[a.Currency]:
		theirs = 0
	case threeDecimal[a.Currency]:
		theirs, step = 3, 10
	case wholeOnly[a.Currency]:
		step = 100
	}
	n := a.Minor
	for ; ours < theirs; ours++ {
		if n > math.MaxInt64/10 || n < math.MinInt64/10 {
			return 0, fmt.Errorf("%d %s is more than can be counted exactly", a.Minor, a.Currency)
		}
		n *= 10
	}
	for ; ours > theirs; ours-- {
		if n%10 != 0 {
			return 0, uncountable(a)
		}
		n /= 10
	}
	if n%step != 0 {
		return 0, uncountable(a)
	}
	return n, nil
}

func uncountable(a money.Amount) error {
	return fmt.Errorf("%s has a fraction that Stripe doesn't count in %s: change the prices so that every line is rounded to it", a, a.Currency)
}
