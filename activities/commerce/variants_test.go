package commerce_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/money"
)

func sells(n int, sku, status, price, currency string, left int, policy string, tracked bool) object {
	return object{
		"id": gid("ProductVariant", n), "sku": sku, "displayName": "Lamp - " + sku, "sellableOnlineQuantity": left, "inventoryPolicy": policy,
		"inventoryItem": object{"tracked": tracked}, "product": object{"status": status},
		"contextualPricing": object{"price": object{"amount": price, "currencyCode": currency}},
	}
}

func TestVariantsAreFoundByTheirExactSKUWithThePriceAndStockOfNow(t *testing.T) {
	s, a := open(t)
	s.page = 2
	all := []object{
		sells(1, "LAMP-1", "ACTIVE", "25.5", "EUR", 3, "DENY", true), sells(2, "LAMP-1-XL", "ACTIVE", "30.0", "EUR", 3, "DENY", true),
		sells(3, "LAMP-2", "UNLISTED", "20.0", "EUR", -4, "DENY", true), sells(4, "LAMP-2", "ARCHIVED", "20.0", "EUR", 1, "DENY", true),
		sells(5, "SHADE-1", "ACTIVE", "20.0", "EUR", 0, "CONTINUE", true), sells(6, "SHADE-2", "ACTIVE", "20.0", "EUR", 0, "DENY", false),
		sells(7, "SHADE-2", "ACTIVE", "22.0", "USD", 9, "DENY", true),
	}
	s.answers["FindVariants"] = func(v object) object { return object{"productVariants": s.list(all, v)} }
	got, err := a.FindVariants(t.Context(), key, commerce.VariantQuery{SKUs: []string{"LAMP-1", "LAMP-2", "SHADE-1", "SHADE-2", `A"B`}, Currency: "EUR", Country: "DE"})
	require.NoError(t, err)
	variant := func(n int, sku string, price int64, available int) commerce.Variant {
		return commerce.Variant{
			ID: gid("ProductVariant", n), SKU: sku, Title: "Lamp - " + sku, Price: money.Amount{Minor: price, Currency: "EUR"}, Available: available,
		}
	}
	assert.Equal(t, []commerce.Variant{
		variant(1, "LAMP-1", 2550, 3), variant(3, "LAMP-2", 2000, 0), variant(5, "SHADE-1", 2000, commerce.Unlimited),
		variant(6, "SHADE-2", 2000, commerce.Unlimited),
	}, got.Found)
	asked := s.of("FindVariants")
	assert.Len(t, asked, 4)
	assert.Equal(t, object{
		"query": `sku:"LAMP-1" OR sku:"LAMP-2" OR sku:"SHADE-1" OR sku:"SHADE-2" OR sku:"A\"B"`, "country": "DE", "after": nil,
	}, asked[0])
}

func TestNothingIsAskedForNoSKUAndAnEmptyOneIsAFault(t *testing.T) {
	s, a := open(t)
	got, err := a.FindVariants(t.Context(), key, commerce.VariantQuery{Currency: "EUR"})
	require.NoError(t, err)
	assert.Equal(t, commerce.Variants{Found: []commerce.Variant{}}, got)
	_, err = a.FindVariants(t.Context(), key, commerce.VariantQuery{SKUs: []string{"A", " "}, Currency: "EUR"})
	assert.Contains(t, faultOf(t, err).Message, "skus[1]:")
	assert.Empty(t, s.asked)
}
