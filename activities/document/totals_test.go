package document

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/throughline-dev/throughline/activities/money"
)

func TestWhatADocumentShowsAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		currency := rapid.SampledFrom([]string{"EUR", "JPY", "KWD"}).Draw(t, "currency")
		var lines []Line
		for range rapid.IntRange(0, 20).Draw(t, "lines") {
			lines = append(lines, Line{
				Description: "a", Quantity: money.Quantity(rapid.Int64Range(1, 1e9).Draw(t, "quantity")),
				Price: money.Amount{Minor: rapid.Int64Range(0, 1e9).Draw(t, "price"), Currency: currency},
			})
		}
		var discount Discount
		if rapid.Bool().Draw(t, "share") {
			discount.Percent = money.Percent(rapid.Int64Range(0, 10_000).Draw(t, "percent"))
		}
		got, err := Compute(lines, discount, currency)
		require.NoError(t, err)
		var sum int64
		for i, a := range got.Lines {
			require.Equal(t, currency, a.Currency)
			twice := lines[i].Price.Minor * int64(lines[i].Quantity) / 500 // half a minor unit makes it odd
			require.Equal(t, (twice+1)/2, a.Minor)
			sum += a.Minor
		}
		require.Equal(t, money.Amount{Minor: sum, Currency: currency}, got.Subtotal)
		require.Equal(t, got.Subtotal.Minor, got.Discount.Minor+got.Total.Minor)
		require.GreaterOrEqual(t, got.Discount.Minor, int64(0))
		require.LessOrEqual(t, got.Discount.Minor, got.Subtotal.Minor)
	})
}

func TestADiscountIsRoundedOnce(t *testing.T) {
	got, err := Compute([]Line{{"a", 1000, eur(333)}, {"b", 1000, eur(333)}, {"c", 333, eur(1000)}}, Discount{Percent: 3333}, "EUR")
	require.NoError(t, err)
	assert.Equal(t, Totals{
		Lines: []money.Amount{eur(333), eur(333), eur(333)}, Subtotal: eur(999), Discount: eur(333), Total: eur(666),
	}, got)
	yen, err := Compute([]Line{{"a", 500, money.Amount{Minor: 3, Currency: "JPY"}}}, Discount{Percent: 5000}, "JPY")
	require.NoError(t, err)
	assert.Equal(t, int64(2), yen.Subtotal.Minor)
	assert.Equal(t, int64(1), yen.Total.Minor)
}

func TestLinesThatCannotBeCountedAreNamedByTheirField(t *testing.T) {
	ok := Line{"a", money.One, eur(100)}
	for want, of := range map[string]struct {
		lines    []Line
		discount Discount
		currency string
	}{
		`currency: "EURO" is no currency`:                                 {[]Line{ok}, Discount{}, "EURO"},
		`lines[1].price: it is in "USD", but the proposal is in EUR`:      {[]Line{ok, {"a", money.One, money.Amount{Minor: 1, Currency: "USD"}}}, Discount{}, "EUR"},
		`lines[0].price: it is in "", but the proposal is in EUR`:         {[]Line{{"a", money.One, money.Amount{}}}, Discount{}, "EUR"},
		"lines[0].price: EUR -1.00 is less than zero":                     {[]Line{{"a", money.One, eur(-100)}}, Discount{}, "EUR"},
		"lines[1].quantity: -2 is not more than zero":                     {[]Line{ok, {"a", -2000, eur(1)}}, Discount{}, "EUR"},
		"lines[0].quantity: 0 is not more than zero":                      {[]Line{{"a", 0, eur(1)}}, Discount{}, "EUR"},
		"lines[0].description: it is missing":                             {[]Line{{" ", money.One, eur(1)}}, Discount{}, "EUR"},
		"lines[0].description: write it on one line":                      {[]Line{{"a\nb", money.One, eur(1)}}, Discount{}, "EUR"},
		"lines[0].description: it has more than 500 characters":           {[]Line{{strings.Repeat("é", 501), money.One, eur(1)}}, Discount{}, "EUR"},
		"lines[1]: the result is more than can be counted":                {[]Line{ok, {"a", 2000, eur(math.MaxInt64)}}, Discount{}, "EUR"},
		"lines: there are 501, and a proposal has at most 500":            {make([]Line, 501), Discount{}, "EUR"},
		"discount.percent: 100.01 is not between 0 and 100":               {[]Line{ok}, Discount{Percent: 10_001}, "EUR"},
		"discount.percent: -1 is not between 0 and 100":                   {[]Line{ok}, Discount{Percent: -100}, "EUR"},
		"discount.amount: EUR 1.01 is more than the subtotal of EUR 1.00": {[]Line{ok}, Discount{Amount: eur(101)}, "EUR"},
		"discount.amount: EUR -1.00 is less than zero":                    {[]Line{ok}, Discount{Amount: eur(-100)}, "EUR"},
		`discount.amount: it is in "USD", but the proposal is in EUR`:     {[]Line{ok}, Discount{Amount: money.Amount{Minor: 1, Currency: "USD"}}, "EUR"},
		"discount: it is a percentage or an amount, not both":             {[]Line{ok}, Discount{Percent: 1, Amount: eur(1)}, "EUR"},
	} {
		got, err := Compute(of.lines, of.discount, of.currency)
		assert.ErrorContains(t, err, want)
		assert.Zero(t, got, want)
	}
	_, err := Compute([]Line{{"", 0, eur(-1)}, {"a", 0, eur(1)}}, Discount{}, "EUR")
	for _, field := range []string{"lines[0].description", "lines[0].quantity", "lines[0].price", "lines[1].quantity"} {
		assert.ErrorContains(t, err, field, "all mistakes are named at once")
	}
}

func TestADiscountOfEverythingLeavesNothing(t *testing.T) {
	for _, d := range []Discount{{Percent: money.Whole}, {Amount: eur(100)}} {
		got, err := Compute([]Line{{"a", money.One, eur(100)}}, d, "EUR")
		require.NoError(t, err)
		assert.Equal(t, eur(0), got.Total)
	}
}
