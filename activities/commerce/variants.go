package commerce

import (
	"context"
	"math"
	"slices"
	"strings"

	"github.com/throughline-dev/throughline/activities/effect"
)

// Unlimited is how many there are of a variant that the shop doesn't count, or sells when it has none.
const Unlimited = math.MaxInt32

// FindVariants finds what the shop sells by its SKUs, with its price for a country. It only reads.
//
// A product that isn't on sale isn't found, and neither is one that isn't sold in the currency there: its price in another one would
// be no price. Of one SKU there can be several variants; all are in the answer.
func (a *Activities) FindVariants(ctx context.Context, _ effect.Key, q VariantQuery) (Variants, error) {
	type variant struct {
		ID     string `json:"id"`
		SKU    string `json:"sku"`
		Title  string `json:"displayName"`
		Left   int    `json:"sellableOnlineQuantity"`
		Policy string `json:"inventoryPolicy"`
		Item   struct {
			Tracked bool `json:"tracked"`
		} `json:"inventoryItem"`
		Product struct {
			Status string `json:"status"`
		} `json:"product"`
		Pricing struct {
			Price amount `json:"price"`
		} `json:"contextualPricing"`
	}
	type answer struct {
		Variants *connection[variant] `json:"productVariants"`
	}
	var terms []string
	for i, sku := range q.SKUs {
		if strings.TrimSpace(sku) == "" {
			return Variants{}, invalid("skus[%d]: is empty", i)
		}
		terms = append(terms, "sku:"+quoted(sku))
	}
	got := Variants{Found: []Variant{}}
	if len(terms) == 0 {
		return got, nil
	}
	ask := map[string]any{"query": strings.Join(terms, " OR "), "country": nil}
	if q.Country != "" {
		ask["country"] = q.Country
	}
	nodes, _, err := pages(ctx, a, findVariants, ask, func(got answer) *connection[variant] { return got.Variants })
	if err != nil {
		return Variants{}, err
	}
	var s sums
	for _, v := range nodes {
		onSale := v.Product.Status == "ACTIVE" || v.Product.Status == "UNLISTED"
		// The search finds more than was asked for: it splits a SKU at its hyphens.
		if !slices.Contains(q.SKUs, v.SKU) || !onSale || v.Pricing.Price.Currency != q.Currency {
			continue
		}
		left := max(v.Left, 0)
		if !v.Item.Tracked || v.Policy == "CONTINUE" {
			left = Unlimited
		}
		got.Found = append(got.Found, Variant{
			ID: v.ID, SKU: v.SKU, Title: v.Title, Price: s.read("contextualPricing", bag{v.Pricing.Price}), Available: left,
		})
	}
	if s.err != nil {
		return Variants{}, s.err
	}
	return got, nil
}
