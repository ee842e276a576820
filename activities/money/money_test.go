package money_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/throughline-dev/throughline/activities/money"
)

func eur(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: "EUR"} }

func TestNothingInNoCurrencyAddsToAnyAmount(t *testing.T) {
	for _, pair := range [][2]money.Amount{{{}, eur(5)}, {eur(5), {}}} {
		sum, err := pair[0].Add(pair[1])
		require.NoError(t, err)
		assert.Equal(t, eur(5), sum)
	}
}

func TestTwoCurrenciesAreNeverPutTogether(t *testing.T) {
	usd := money.Amount{Minor: 5, Currency: "USD"}
	_, err := eur(5).Add(usd)
	assert.ErrorContains(t, err, "EUR and USD are two currencies")
	_, err = eur(5).Sub(usd)
	assert.Error(t, err)
	_, err = eur(5).Cmp(usd)
	assert.Error(t, err)
	_, err = eur(5).Add(money.Amount{Minor: 5})
	assert.ErrorContains(t, err, "EUR and no currency")
}

func TestAnAmountTimesAQuantityIsRoundedHalfAwayFromZero(t *testing.T) {
	for _, c := range []struct {
		price    int64
		quantity money.Quantity
		want     int64
	}{
		{199950, 2000, 399900},
		{1, 500, 1}, {-1, 500, -1}, {1, -500, -1}, {-1, -500, 1},
		{1, 499, 0}, {3, 500, 2}, {333, 333, 111}, {335, 100, 34}, {-335, 100, -34},
	} {
		got, err := eur(c.price).Times(c.quantity)
		require.NoError(t, err)
		assert.Equal(t, eur(c.want), got, "%d × %d/1000", c.price, c.quantity)
	}
}

func TestAnOverflowIsAnErrorAndNeverWraps(t *testing.T) {
	most, least := eur(math.MaxInt64), eur(math.MinInt64)
	for name, of := range map[string]func() (money.Amount, error){
		"add":        func() (money.Amount, error) { return most.Add(eur(1)) },
		"add, below": func() (money.Amount, error) { return least.Add(eur(-1)) },
		"sub":        func() (money.Amount, error) { return least.Sub(eur(1)) },
		"sub, least": func() (money.Amount, error) { return eur(1).Sub(least) },
		"neg":        least.Neg,
		"times":      func() (money.Amount, error) { return most.Times(1001) },
		"times most": func() (money.Amount, error) { return most.Times(math.MaxInt64) },
		"least":      func() (money.Amount, error) { return least.Times(math.MinInt64) },
		"share":      func() (money.Amount, error) { return most.Share(money.Whole + 1) },
	} {
		got, err := of()
		assert.ErrorContains(t, err, "more than can be counted", name)
		assert.Zero(t, got, name)
	}
}

// exact is what a·n/d is, rounded half away from zero, by arbitrary precision.
func exact(a, n, d int64) *big.Int {
	product := new(big.Int).Mul(big.NewInt(a), big.NewInt(n))
	sign := int64(product.Sign())
	product.Abs(product).Mul(product, big.NewInt(2)).Add(product, big.NewInt(d))
	return product.Quo(product, big.NewInt(2*d)).Mul(product, big.NewInt(sign))
}

func TestProductsAndSharesAreThoseOfArbitraryPrecision(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, n := rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "n")
		check := func(got money.Amount, err error, want *big.Int) {
			if !want.IsInt64() {
				require.Error(t, err)
				return
			}
			// The least int64 is given up, so that every result has a negative.
			if want.Int64() == math.MinInt64 {
				return
			}
			require.NoError(t, err)
			require.Equal(t, eur(want.Int64()), got)
		}
		got, err := eur(a).Times(money.Quantity(n))
		check(got, err, exact(a, n, 1_000))
		got, err = eur(a).Share(money.Percent(n))
		check(got, err, exact(a, n, 10_000))
	})
}

func TestSumsAreThoseOfArbitraryPrecision(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64().Draw(t, "a"), rapid.Int64Min(-math.MaxInt64).Draw(t, "b")
		for sign, of := range map[int64]func(money.Amount) (money.Amount, error){1: eur(a).Add, -1: eur(a).Sub} {
			want := new(big.Int).Add(big.NewInt(a), big.NewInt(sign*b))
			got, err := of(eur(b))
			require.Equal(t, want.IsInt64(), err == nil)
			if err == nil {
				require.Equal(t, want.Int64(), got.Minor)
			}
		}
	})
}

func TestAShareUpToTheWholeIsNeverNegativeNorMoreThanTheAmount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := eur(rapid.Int64Min(0).Draw(t, "amount"))
		share, err := a.Share(money.Percent(rapid.Int64Range(0, int64(money.Whole)).Draw(t, "share")))
		require.NoError(t, err)
		require.GreaterOrEqual(t, share.Minor, int64(0))
		require.LessOrEqual(t, share.Minor, a.Minor)
		rest, err := a.Sub(share)
		require.NoError(t, err)
		again, err := rest.Add(share)
		require.NoError(t, err)
		require.Equal(t, a, again)
	})
}

func TestACurrencyHasISOsDigits(t *testing.T) {
	for code, want := range map[string]int{
		"EUR": 2, "USD": 2, "CHF": 2, "JPY": 0, "KRW": 0, "ISK": 0, "XAF": 0, "KWD": 3, "TND": 3, "CLF": 4,
		// Those for which Unicode's list, unlike ISO's, has no digits.
		"AFN": 2, "COP": 2, "IDR": 2, "RSD": 2, "LBP": 2,
		// Those that golang.org/x/text doesn't know yet.
		"VES": 2, "SLE": 2, "XCG": 2, "ZWG": 2,
	} {
		got, err := money.Digits(code)
		require.NoError(t, err, code)
		assert.Equal(t, want, got, code)
	}
}

func TestACodeThatIsNoCurrencyIsRefused(t *testing.T) {
	for _, code := range []string{"", "eur", "EURO", "€", "ABC", "XXX", "XTS", "XAU", "E R"} {
		_, err := money.Digits(code)
		assert.ErrorContains(t, err, "is no currency: write its ISO 4217 code in capitals", code)
		assert.Error(t, money.Amount{Minor: 1, Currency: code}.Check(), code)
	}
	assert.NoError(t, money.Amount{}.Check())
}
