package proposal

import (
	"fmt"
	"strings"

	"github.com/throughline-dev/throughline/activities/document"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/activities/policy"
)

// touches says why a tier has to approve a version; "" where it doesn't have to.
func touches(t policy.Tier, made document.Proposal) string {
	if len(t.Over) == 0 && t.DiscountOver == 0 {
		return "every proposal needs it"
	}
	var because []string
	total := made.Totals.Total
	if limit, known := t.Over[total.Currency]; len(t.Over) > 0 && !known {
		because = append(because, fmt.Sprintf("there is no limit for %s", total.Currency))
	} else if known && total.Minor > limit {
		because = append(because, fmt.Sprintf("the total is above %s", money.Amount{Minor: limit, Currency: total.Currency}))
	}
	if t.DiscountOver > 0 && above(made.Totals, t.DiscountOver) {
		because = append(because, fmt.Sprintf("the discount is above %s %%", t.DiscountOver))
	}
	return strings.Join(because, ", and ")
}

// above is whether the discount is above a share of the subtotal. A discount of exactly that share is rounded as the share is, so
// that it isn't.
func above(t document.Totals, share money.Percent) bool {
	limit, err := t.Subtotal.Share(share)
	return err != nil || t.Discount.Minor > limit.Minor // a subtotal that is too large to be reckoned with is for people
}

// stands is whether what a tier has said about a version holds for the next one, since nothing has changed that it looks at.
func stands(t policy.Tier, before, after document.Proposal) bool {
	if !sameText(before, after) {
		return false
	}
	total := before.Totals.Total != after.Totals.Total
	discount := !sameDiscount(before, after)
	if !total && !discount { // other lines that come to the same
		return false
	}
	looksAtTotal, looksAtDiscount := len(t.Over) > 0, t.DiscountOver > 0
	return (looksAtTotal || looksAtDiscount) && !(looksAtTotal && total) && !(looksAtDiscount && discount)
}

// sameDiscount is whether the discount is the same share of the subtotal. One that was given as a share is, whatever it comes to.
func sameDiscount(a, b document.Proposal) bool {
	if a.Discount.Percent != 0 || b.Discount.Percent != 0 {
		return a.Discount.Percent == b.Discount.Percent
	}
	return a.Totals.Discount == b.Totals.Discount && (a.Totals.Discount.IsZero() || a.Totals.Subtotal == b.Totals.Subtotal)
}

// sameText is whether two versions say the same but for their prices.
func sameText(a, b document.Proposal) bool {
	if a.Title != b.Title || a.Terms != b.Terms || a.ValidUntil != b.ValidUntil || len(a.Sections) != len(b.Sections) {
		return false
	}
	for i, s := range a.Sections {
		if s != b.Sections[i] {
			return false
		}
	}
	return true
}

// rule says in a line who has to approve the version, and why, or that nobody has to.
func (p *proposal) rule(v *edition) string {
	var lines []string
	for _, t := range p.policy.Tiers {
		if because := touches(t, v.Proposal); because != "" {
			lines = append(lines, t.Name+", since "+because)
		}
	}
	if lines == nil {
		return "by rule: it is below everything that needs somebody's approval"
	}
	return strings.Join(lines, "; ")
}
