package document

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/throughline-dev/throughline/activities/money"
)

func TestLinesAreReadInTheFormsThatPeopleType(t *testing.T) {
	got, err := ParseLines("2 × Robot arm @ 1999.50\n\n  2.5x Consulting @ hours @ EUR 140 \r\n1 * x-ray × 2@5 eur\n3X Sun\u00a0hat @ 0.5", "EUR")
	require.NoError(t, err)
	assert.Equal(t, []Line{
		{"Robot arm", 2000, eur(199950)}, {"Consulting @ hours", 2500, eur(14000)}, {"x-ray × 2", 1000, eur(500)}, {"Sun\u00a0hat", 3000, eur(50)},
	}, got)
	none, err := ParseLines(" \n", "EUR")
	require.NoError(t, err)
	assert.Empty(t, none)
}

func TestALineThatCannotBeReadIsNamedByItsNumber(t *testing.T) {
	_, err := ParseLines("1 × a @ 5\nRobot arm @ 5\n\n3 robots @ 5\n2 × a @ 1,999.00\n2 × a\n1/2 × a @ 5\n1 × a @ 5 USD\n1 × @ 5", "EUR")
	for _, want := range []string{
		`line 2: "Robot arm @ 5" isn't of the form: 2 × Robot arm @ 1999.50`, "line 4: ", `line 5: the price behind @: "1,999.00" is no plain decimal`,
		"line 6: ", `line 7: the quantity before ×: "1/2" is no plain decimal`, `line 8: the price behind @: "5 USD" is in USD, but the proposal is in EUR`, "line 9: ",
	} {
		assert.ErrorContains(t, err, want)
	}
	assert.NotContains(t, err.Error(), "line 1:")
}

func TestLinesComeBackExactlyAsTheyWereWritten(t *testing.T) {
	description := rapid.StringOfN(rapid.Rune(), 1, 40, -1)
	rapid.Check(t, func(t *rapid.T) {
		currency := rapid.SampledFrom([]string{"EUR", "JPY", "KWD"}).Draw(t, "currency")
		lines := []Line{}
		for range rapid.IntRange(0, 5).Draw(t, "lines") {
			l := Line{
				strings.TrimSpace(description.Draw(t, "description")), money.Quantity(rapid.Int64Min(1).Draw(t, "quantity")),
				money.Amount{Minor: rapid.Int64Min(0).Draw(t, "price"), Currency: currency},
			}
			if l.check("", currency) == nil {
				lines = append(lines, l)
			}
		}
		got, err := ParseLines(FormatLines(lines), currency)
		require.NoError(t, err)
		require.Equal(t, lines, got)
	})
}

func TestADiscountIsReadAsAShareOrAnAmountAndComesBack(t *testing.T) {
	for text, want := range map[string]Discount{
		"": {}, " ": {}, "0": {}, "0 %": {}, "12.5 %": {Percent: 1250}, "10%": {Percent: 1000}, "500": {Amount: eur(50000)}, "EUR 500.50": {Amount: eur(50050)},
	} {
		got, err := ParseDiscount(text, "EUR")
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
		again, err := ParseDiscount(FormatDiscount(got), "EUR")
		require.NoError(t, err)
		assert.Equal(t, got, again, text)
	}
	for text, want := range map[string]string{
		"ten": "or write a percentage like 12.5 %", "10.001 %": "too many digits", "5 USD": "the proposal is in EUR", "%": "is no plain decimal",
	} {
		_, err := ParseDiscount(text, "EUR")
		assert.ErrorContains(t, err, want, text)
	}
}

func FuzzParseLines(f *testing.F) {
	f.Add("2 × Robot arm @ 1999.50\n1x a@b @ EUR 5", "EUR")
	f.Add("1 * \u00a0 @ @ 5", "JPY")
	f.Fuzz(func(t *testing.T, text, currency string) {
		lines, err := ParseLines(text, currency)
		if err != nil {
			return
		}
		again, err := ParseLines(FormatLines(lines), currency)
		require.NoError(t, err)
		require.Equal(t, lines, again)
	})
}
