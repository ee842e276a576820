package proposal

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/document"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/activities/policy"
)

// priced is a proposal of one line with a discount.
func priced(t *testing.T, price money.Amount, discount document.Discount) document.Proposal {
	t.Helper()
	lines := []document.Line{{Description: "Robots", Quantity: money.One, Price: price}}
	totals, err := document.Compute(lines, discount, price.Currency)
	require.NoError(t, err)
	return document.Proposal{Lines: lines, Discount: discount, Totals: totals, Sections: []document.Section{{Kind: document.Goals, Text: "a"}}}
}

func TestWhenATierIsTouched(t *testing.T) {
	amount := policy.Tier{Over: map[string]int64{"EUR": 1000_00}}
	share := policy.Tier{DiscountOver: 10_00}
	both := policy.Tier{Over: amount.Over, DiscountOver: share.DiscountOver}
	percent := func(p money.Percent) document.Discount { return document.Discount{Percent: p} }
	for name, c := range map[string]struct {
		tier  policy.Tier
		price money.Amount
		off   document.Discount
		want  string
	}{
		"exactly the limit":                {amount, euro(1000_00), document.Discount{}, ""},
		"a cent above":                     {amount, euro(1000_01), document.Discount{}, "the total is above EUR 1,000.00"},
		"above before the discount only":   {amount, euro(1001_00), percent(1_00), ""},
		"another currency":                 {amount, money.Amount{Minor: 1, Currency: "USD"}, document.Discount{}, "there is no limit for USD"},
		"exactly the share":                {share, euro(333_33), percent(10_00), ""},
		"a little more than the share":     {share, euro(333_33), percent(10_01), "the discount is above 10 %"},
		"an amount of more than it":        {share, euro(100_00), document.Discount{Amount: euro(10_01)}, "the discount is above 10 %"},
		"no discount":                      {share, euro(9999_00), document.Discount{}, ""},
		"both":                             {both, euro(2000_00), percent(20_00), "the total is above EUR 1,000.00, and the discount is above 10 %"},
		"one of both":                      {both, euro(500_00), percent(20_00), "the discount is above 10 %"},
		"a tier that looks at nothing":     {policy.Tier{}, euro(1), document.Discount{}, "every proposal needs it"},
		"the discount in another currency": {share, money.Amount{Minor: 100, Currency: "JPY"}, percent(11_00), "the discount is above 10 %"},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.want, touches(c.tier, priced(t, c.price, c.off))) })
	}
}

func TestWhenAnApprovalStands(t *testing.T) {
	amount := policy.Tier{Over: map[string]int64{"EUR": 1}}
	share := policy.Tier{DiscountOver: 1}
	both := policy.Tier{Over: amount.Over, DiscountOver: 1}
	tenth, fifth := document.Discount{Percent: 10_00}, document.Discount{Percent: 20_00}
	before := priced(t, euro(1000_00), tenth)
	text := priced(t, euro(900_00), tenth)
	text.Sections = []document.Section{{Kind: document.Goals, Text: "b"}}
	lines := priced(t, euro(1000_00), tenth)
	lines.Lines = []document.Line{{Description: "Arms", Quantity: money.One, Price: euro(1000_00)}}
	day := priced(t, euro(900_00), tenth)
	day.ValidUntil = "2026-12-31"
	for name, c := range map[string]struct {
		tier  policy.Tier
		after document.Proposal
		want  bool
	}{
		"the total, for who looks at the discount":   {share, priced(t, euro(900_00), tenth), true},
		"the total, for who looks at it":             {amount, priced(t, euro(900_00), tenth), false},
		"the total, for who looks at both":           {both, priced(t, euro(900_00), tenth), false},
		"the discount, for who looks at it":          {share, priced(t, euro(1000_00), fifth), false},
		"the discount, for who looks at the total":   {amount, priced(t, euro(1125_00), fifth), true},
		"anything, for who looks at everything":      {policy.Tier{}, priced(t, euro(900_00), tenth), false},
		"a share that becomes the same as an amount": {share, priced(t, euro(1000_00), document.Discount{Amount: euro(100_00)}), false},
		"the text":                {share, text, false},
		"the last day":            {share, day, false},
		"what the lines are only": {share, lines, false},
		"nothing at all":          {amount, before, false},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.want, stands(c.tier, before, c.after)) })
	}
	flat := func(price, off int64) document.Proposal {
		return priced(t, euro(price), document.Discount{Amount: euro(off)})
	}
	assert.False(t, stands(share, flat(1000_00, 100_00), flat(500_00, 100_00)), "the same amount is another share now")
	assert.True(t, stands(share, flat(1000_00, 0), flat(500_00, 0)), "there was no discount, and there is none")
}
