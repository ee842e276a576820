package billing

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v85"
	"pgregory.net/rapid"

	"github.com/throughline-dev/throughline/activities/money"
)

func TestAnAmountIsCountedAsStripeCountsIt(t *testing.T) {
	for _, test := range []struct {
		currency    string
		ours, their int64
	}{
		{"USD", 1999, 1999}, {"EUR", -1, -1}, {"JPY", 500, 500}, {"KRW", -7, -7}, {"HUF", 1050, 1050}, {"TWD", 1050, 1050},
		{"KWD", 1990, 1990}, {"TND", -10, -10}, {"ISK", 5, 500}, {"UGX", -5, -500}, {"MGA", 500, 5}, {"XOF", 12, 12},
	} {
		got, err := minor(money.Amount{Minor: test.ours, Currency: test.currency})
		require.NoError(t, err, test.currency)
		assert.Equal(t, test.their, got, test.currency)
		back, err := amountOf(test.their, stripe.Currency(strings.ToLower(test.currency)))
		require.NoError(t, err, test.currency)
		assert.Equal(t, money.Amount{Minor: test.ours, Currency: test.currency}, back)
	}
}

func TestAnAmountThatStripeCantCountIsRefusedAndNotRounded(t *testing.T) {
	for _, a := range []money.Amount{
		{Minor: 1999, Currency: "KWD"}, {Minor: -1, Currency: "BHD"}, {Minor: 501, Currency: "MGA"}, {Minor: math.MaxInt64, Currency: "ISK"},
		{Minor: math.MinInt64, Currency: "UGX"}, {Minor: 5, Currency: "XXX"}, {Minor: 5, Currency: "usd"}, {Minor: 5},
	} {
		_, err := minor(a)
		assert.Error(t, err, a)
	}
	for currency, n := range map[stripe.Currency]int64{"isk": 550, "ugx": 1, "xxx": 5, "mga": math.MaxInt64} {
		_, err := amountOf(n, currency)
		assert.Error(t, err, currency)
	}
}

// What is counted adds up whenever each part can be counted: the lines to the total.
func TestCountingIsLinear(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		currency := rapid.SampledFrom([]string{"USD", "JPY", "KWD", "ISK", "MGA", "UGX", "CLP"}).Draw(t, "currency")
		draw := rapid.Int64Range(-1e12, 1e12)
		a, b := draw.Draw(t, "a"), draw.Draw(t, "b")
		x, errX := minor(money.Amount{Minor: a, Currency: currency})
		y, errY := minor(money.Amount{Minor: b, Currency: currency})
		if errX != nil || errY != nil {
			t.Skip("can't be counted")
		}
		sum, err := minor(money.Amount{Minor: a + b, Currency: currency})
		if err != nil || sum != x+y {
			t.Fatalf("%d + %d = %d, %v", x, y, sum, err)
		}
	})
}

func TestAStepIsTheSmallestAmountThatStripeCounts(t *testing.T) {
	for currency, want := range map[string]int64{"EUR": 1, "JPY": 1, "ISK": 1, "UGX": 1, "CLP": 1, "KWD": 10, "BHD": 10, "JOD": 10, "OMR": 10, "TND": 10, "MGA": 100} {
		step, err := Step(currency)
		require.NoError(t, err)
		assert.Equal(t, want, step, currency)
		for n := int64(1); n <= 2*step; n++ {
			_, err := minor(money.Amount{Minor: n, Currency: currency})
			assert.Equal(t, n%step == 0, err == nil, "%d %s", n, currency)
		}
	}
	_, err := Step("EURO")
	assert.Error(t, err)
}
