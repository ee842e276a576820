package policy_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/activities/policy"
)

func TestALimitIsNeitherAboveNorBelowItself(t *testing.T) {
	limits := policy.Limits{"EUR": 100_00, "JPY": 0}
	for _, c := range []struct {
		amount       money.Amount
		below, above bool
	}{
		{money.Amount{Minor: 99_99, Currency: "EUR"}, true, false},
		{money.Amount{Minor: 100_00, Currency: "EUR"}, false, false},
		{money.Amount{Minor: 100_01, Currency: "EUR"}, false, true},
		{money.Amount{Minor: 0, Currency: "JPY"}, false, false},
		{money.Amount{Minor: 1, Currency: "USD"}, false, true},
		{money.Amount{Minor: 0, Currency: "USD"}, false, true},
	} {
		assert.Equal(t, c.below, limits.Below(c.amount), c.amount)
		assert.Equal(t, c.above, limits.Above(c.amount), c.amount)
	}
	var none policy.Limits
	assert.False(t, none.Below(money.Amount{Currency: "EUR"}))
	assert.True(t, none.Above(money.Amount{Currency: "EUR"}), "without limits, everything is above")
}

func TestAReturnGetsItsPolicy(t *testing.T) {
	somebody := []policy.Person{{ID: "anna"}}
	book := &policy.Book{
		Roles: map[string]policy.Role{
			"support": {Name: "support", People: somebody}, "warehouse": {Name: "warehouse", People: somebody}, "finance": {Name: "finance", People: somebody},
		},
		Return: policy.Return{Handbook: "h1", Support: "support", Warehouse: "warehouse", Finance: "finance"},
	}
	got, err := asking(book).ReturnPolicy(t.Context(), effect.Key{ID: "return-1/policy"}, effect.None{})
	require.NoError(t, err)
	assert.Equal(t, book.Return, got)

	for _, role := range []string{"support", "warehouse", "finance"} {
		kept := book.Roles[role]
		delete(book.Roles, role)
		_, err = asking(book).ReturnPolicy(t.Context(), effect.Key{}, effect.None{})
		assert.Equal(t, "ROLE_EMPTY", code(t, err), role)
		book.Roles[role] = kept
	}
	book.Return = policy.Return{}
	_, err = asking(book).ReturnPolicy(t.Context(), effect.Key{}, effect.None{})
	assert.Equal(t, "NO_RETURNS", code(t, err))
}

// reasons are some of those that a return can have.
var reasons = []string{"unwanted", "defective"}

func TestCheckTermsTakesWhatTermsNeed(t *testing.T) {
	for _, when := range []string{
		`reason == "unwanted"`, `reason in ["unwanted", "defective"]`, `"final-sale" in line.tags`, `line.category == "Rugs" and order.country in ["DE", "AT"]`,
		`order.currency == "EUR"`, `line.sku startsWith "CUSTOM-"`, `len(line.tags) == 0`, `order.country == ""`, `"unwanted" == reason`, `lower(line.category) == "rugs"`, `true`,
	} {
		assert.NoError(t, policy.CheckTerms(when, reasons), when)
	}
}

func TestCheckTermsNamesThePositionAndTheFix(t *testing.T) {
	for when, want := range map[string]string{
		`reason == "unwantd"`:               `column 11: reason is one of unwanted, defective, never "unwantd"; did you mean "unwanted"?`,
		`reason in ["defective", "late"]`:   `column 25: reason is one of unwanted, defective, never "late"`,
		`order.country == "Germany"`:        `column 18: order.country is two capital letters such as "DE" (ISO 3166-1), never "Germany"`,
		`order.currency == "euro"`:          `column 19: order.currency is three capital letters such as "EUR" (ISO 4217), never "euro"`,
		`line.tag == "x"`:                   `column 6: line has no "tag"; did you mean "tags"?`,
		`line == "x"`:                       `column 1: line is no value by itself: name one of its fields, such as line.sku`,
		`reason.text == "x"`:                `column 8: reason has no fields`,
		`lead.country == "DE"`:              `column 1: "lead" is nothing that a condition knows; it knows line, order and reason, and a text stands in quotes`,
		`lien.sku == "x"`:                   `column 1: "lien" is nothing that a condition knows; did you mean "line"?`,
		`customer.rate > 5`:                 `column 1: "customer" is nothing that a condition knows; it knows line, order and reason, and a text stands in quotes`,
		`line.tags == "final-sale"`:         `column 11: invalid operation: == (mismatched types []string and string)`,
		`reason`:                            `must be true or false: expected bool, but got string`,
		`any(line.tags, # == "final-sale")`: `column 1: any() is not for conditions; they have upper, lower, trim, len`,
	} {
		assert.EqualError(t, policy.CheckTerms(when, reasons), want, when)
	}
}

func TestTheFirstTermsThatAreTrueCountAndSayWhy(t *testing.T) {
	find := policy.FindTerms([]policy.Terms{
		{Name: "From another release", When: `line.weight > 5`},
		{Name: "Fails", When: `1 % len(line.tags) == 0 and false`},
		{Name: "Sale", When: `"final-sale" in line.tags and reason == "unwanted"`},
		{Name: "Germany", When: `order.country == "DE"`},
		{Name: "Rest"},
		{Name: "Never"},
	})
	var facts policy.ReturnFacts
	name := func() (string, string) {
		terms, because, ok := find.First(facts)
		assert.True(t, ok)
		return terms.Name, because
	}
	got, because := name()
	assert.Equal(t, "Rest", got)
	assert.Equal(t, "they are for everything else", because)

	facts.Order.Country = "DE"
	got, because = name()
	assert.Equal(t, "Germany", got)
	assert.Equal(t, `order.country == "DE" is true: order.country is "DE"`, because)

	facts.Line.Tags, facts.Reason = []string{"new", "final-sale"}, "unwanted"
	got, because = name()
	assert.Equal(t, "Sale", got)
	assert.Equal(t, `"final-sale" in line.tags and reason == "unwanted" is true: line.tags is ["new", "final-sale"], reason is "unwanted"`, because)

	_, _, ok := policy.FindTerms([]policy.Terms{{Name: "Sale", When: `"x" in line.tags`}}).First(facts)
	assert.False(t, ok)
}
