package returns

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/refund"
	"github.com/throughline-dev/throughline/workflows/field"
)

func TestItemsAreReadAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string][]refund.Item{
		"":                            nil,
		" \r\n ; \n":                  nil,
		"2 x LAMP-1, too_small":       {{SKU: "LAMP-1", Quantity: 2, Reason: commerce.TooSmall}},
		"2x LAMP-1,Too small":         {{SKU: "LAMP-1", Quantity: 2, Reason: commerce.TooSmall}},
		"10 × 2XL-SHIRT , unwanted ;": {{SKU: "2XL-SHIRT", Quantity: 10, Reason: commerce.Unwanted}},
		"1 * Blue lamp, other":        {{SKU: "Blue lamp", Quantity: 1, Reason: commerce.Other}},
		"0 x LAMP-1, ugly":            {{SKU: "LAMP-1", Quantity: 0, Reason: "ugly"}}, // for Check to refuse
		"1 x gid://shopify/LineItem/4711, damaged": {
			{Line: "gid://shopify/LineItem/4711", Quantity: 1, Reason: commerce.Damaged},
		},
		"1 x A, defective\r\n\r\n3 X B, wrong item; 1 x C, Not as described, FOR D 2": {
			{SKU: "A", Quantity: 1, Reason: commerce.Defective},
			{SKU: "B", Quantity: 3, Reason: commerce.WrongItem},
			{SKU: "C", Quantity: 1, Reason: commerce.NotAsDescribed, Instead: "D 2"},
		},
	} {
		items, err := ParseItems(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, items, text)
	}
}

func TestALineThatCannotBeReadIsNamed(t *testing.T) {
	for text, want := range map[string]string{
		"LAMP-1, damaged":                      "line 1, which doesn't begin with how many",
		"two x LAMP-1, damaged":                "line 1, which doesn't begin with how many",
		"-2 x LAMP-1, damaged":                 "line 1, which doesn't begin with how many",
		"2.5 x LAMP-1, damaged":                "line 1, which doesn't begin with how many",
		"9999999 x LAMP-1, damaged":            "line 1, which doesn't begin with how many",
		"2xLAMP-1, damaged":                    "line 1, which doesn't begin with how many",
		"1 x A, damaged\n\n2 x , damaged":      "line 2, which doesn't say of what",
		"1 x A, damaged; 2 x LAMP-1":           "line 2, which doesn't say why",
		"2 x LAMP-1,":                          "line 1, which doesn't say why",
		"2 x LAMP-1, , for B":                  "line 1, which doesn't say why",
		"2 x LAMP-1, damaged, B":               "line 1, which doesn't say by \"for\"",
		"2 x LAMP-1, damaged, for":             "line 1, which doesn't say by \"for\"",
		"2 x LAMP-1, damaged, for B, please":   "line 1, which has too many commas",
		strings.Repeat("1 x A, damaged\n", 26): "at most 25",
	} {
		items, err := ParseItems(text)
		var m field.Mistakes
		require.ErrorAs(t, err, &m, text)
		assert.Nil(t, items)
		assert.Equal(t, "items", m[0].Field)
		assert.Contains(t, m[0].Problem, want)
		assert.NotContains(t, strings.ReplaceAll(m.Error(), ItemsForm, ""), "LAMP", "a mistake quotes nothing")
	}
}

func TestEveryLineThatCannotBeReadIsNamedAtOnce(t *testing.T) {
	_, err := ParseItems("x\n1 x A, damaged\ny")
	var m field.Mistakes
	require.ErrorAs(t, err, &m)
	require.Len(t, m, 2)
	assert.Contains(t, m[0].Problem, "line 1")
	assert.Contains(t, m[1].Problem, "line 3")
}

// What was read is read again as the same, and either Check finds fault with it or every item is one.
func FuzzParseItems(f *testing.F) {
	f.Add("2 x LAMP-1, too_small")
	f.Add("1 x A, damaged, for B; 3 × C , Too large\r\n\n1*gid://shopify/LineItem/1, other")
	f.Add("999999 x \u212a, İ, foR ſ")
	f.Fuzz(func(t *testing.T, text string) {
		items, err := ParseItems(text)
		if m := (field.Mistakes)(nil); err != nil && (!errors.As(err, &m) || len(m) == 0) {
			t.Fatalf("%v", err)
		}
		if len(items) > MaxItems {
			t.Fatalf("%d items", len(items))
		}
		var lines []string
		for _, i := range items {
			line := fmt.Sprintf("%d x %s%s, %s", i.Quantity, i.SKU, i.Line, i.Reason)
			if i.Instead != "" {
				line += ", for " + i.Instead
			}
			lines = append(lines, line)
		}
		again, err := ParseItems(strings.Join(lines, "\n"))
		if err != nil {
			t.Fatalf("%q was read, and %q isn't: %v", text, lines, err)
		}
		assert.Equal(t, items, again)
	})
}
