package money_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/throughline-dev/throughline/activities/money"
)

func TestAnAmountIsReadExactly(t *testing.T) {
	for text, want := range map[string]money.Amount{
		"1999.50": eur(199950), "2000": eur(200000), "0.05": eur(5), "0.5": eur(50), "-1.99": eur(-199), "-0.01": eur(-1),
		"007": eur(700), "1.500": eur(150), "92233720368547758.07": eur(math.MaxInt64),
	} {
		got, err := money.Parse(text, "EUR")
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	yen, err := money.Parse("2000", "JPY")
	require.NoError(t, err)
	assert.Equal(t, money.Amount{Minor: 2000, Currency: "JPY"}, yen)
	dinar, err := money.Parse("1.25", "KWD")
	require.NoError(t, err)
	assert.Equal(t, money.Amount{Minor: 1250, Currency: "KWD"}, dinar)
}

func TestWhatIsNoPlainDecimalIsRefusedWithTheFix(t *testing.T) {
	for text, want := range map[string]string{
		"1,999.00":             "write it like 1999.50, without separators of thousands",
		"1.999,00":             "is no plain decimal number",
		"":                     "is no plain decimal number",
		" 5":                   "is no plain decimal number",
		".5":                   "is no plain decimal number",
		"5.":                   "is no plain decimal number",
		"1e3":                  "is no plain decimal number",
		"+5":                   "is no plain decimal number",
		"٣":                    "is no plain decimal number",
		"0.005":                `"0.005" has too many digits after the point: EUR has 2`,
		"92233720368547758.08": "is more than can be counted exactly",
	} {
		_, err := money.Parse(text, "EUR")
		assert.ErrorContains(t, err, want, text)
	}
	_, err := money.Parse("5.5", "JPY")
	assert.ErrorContains(t, err, "too many digits after the point: JPY has 0")
	_, err = money.Parse("5,5", "JPY")
	assert.ErrorContains(t, err, "write it like 2000, without a point")
	_, err = money.Parse("5", "GOLD")
	assert.ErrorContains(t, err, `"GOLD" is no currency`)
	_, err = money.ParseQuantity("0.0001")
	assert.ErrorContains(t, err, "a quantity has 3")
	_, err = money.ParsePercent("0.001")
	assert.ErrorContains(t, err, "a percentage has 2")
}

func TestAnAmountIsWrittenInOneFormForPeople(t *testing.T) {
	for want, a := range map[string]money.Amount{
		"EUR 1,999.50":                   eur(199950),
		"EUR 0.05":                       eur(5),
		"EUR -1,234,567.89":              eur(-123456789),
		"EUR 100.00":                     eur(10000),
		"EUR -100.00":                    eur(-10000),
		"JPY 2,000":                      {Minor: 2000, Currency: "JPY"},
		"KWD 1.250":                      {Minor: 1250, Currency: "KWD"},
		"EUR -92,233,720,368,547,758.08": eur(math.MinInt64),
		"0":                              {},
	} {
		assert.Equal(t, want, a.String())
	}
}

func TestQuantitiesAndSharesAreDecimalsInQuotesInJSON(t *testing.T) {
	type both struct {
		Quantity money.Quantity `json:"quantity"`
		Percent  money.Percent  `json:"percent,omitempty"`
	}
	out, err := json.Marshal(both{2500, 1250})
	require.NoError(t, err)
	assert.JSONEq(t, `{"quantity":"2.5","percent":"12.5"}`, string(out))
	for _, in := range []string{`{"quantity":"2.5","percent":"12.50"}`, `{"quantity":2.5,"percent":12.5}`} {
		var got both
		require.NoError(t, json.Unmarshal([]byte(in), &got), in)
		assert.Equal(t, both{2500, 1250}, got)
	}
	for _, in := range []string{`{"quantity":"two"}`, `{"quantity":2e0}`, `{"quantity":true}`, `{"quantity":[2]}`, `{"percent":"10 %"}`} {
		var got both
		assert.Error(t, json.Unmarshal([]byte(in), &got), in)
	}
}

func TestWhateverIsWrittenIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := money.Amount{Minor: rapid.Int64().Draw(t, "minor"), Currency: rapid.SampledFrom([]string{"EUR", "JPY", "KWD", "CLF"}).Draw(t, "currency")}
		got, err := money.Parse(a.Decimal(), a.Currency)
		require.NoError(t, err)
		require.Equal(t, a, got)
		q, p := money.Quantity(a.Minor), money.Percent(a.Minor)
		gotQ, err := money.ParseQuantity(q.String())
		require.NoError(t, err)
		require.Equal(t, q, gotQ)
		gotP, err := money.ParsePercent(p.String())
		require.NoError(t, err)
		require.Equal(t, p, gotP)
	})
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"1999.50", "-0", "1,999", "92233720368547758.08", "0.0050", "٣"} {
		f.Add(text, "EUR")
	}
	f.Add("5", "JPY")
	f.Fuzz(func(t *testing.T, text, currency string) {
		if a, err := money.Parse(text, currency); err == nil {
			again, err := money.Parse(a.Decimal(), currency)
			require.NoError(t, err)
			require.Equal(t, a, again)
		}
	})
}

func FuzzQuantity(f *testing.F) {
	f.Add([]byte(`"2.5"`))
	f.Add([]byte(`2.5`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var q money.Quantity
		if json.Unmarshal(data, &q) == nil {
			out, err := json.Marshal(q)
			require.NoError(t, err)
			var again money.Quantity
			require.NoError(t, json.Unmarshal(out, &again))
			require.Equal(t, q, again)
		}
	})
}
