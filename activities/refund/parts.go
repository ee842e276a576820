package refund

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/money"
)

func item(list string, i int) string { return fmt.Sprintf("%s[%d]", list, i) }

// left is what each of the payments has left to give back, and what all of them have. The latter is less where the shop gave
// something back of which no payment knows, such as store credit, or wrote down that something was paid in another way: all that is
// given back is never more than what was paid.
//
// The word of who took a payment goes before the shop's, which may not have heard of a refund; a payment in several parts (captures)
// has one reference, whose rest is for all of them.
func (r *reader) left(o commerce.Order, paid map[string]money.Amount) (each []int64, all int64) {
	said := maps.Clone(paid)
	var sum, known int64 // what was paid, and what the payments have given back as the shop knows
	for i, p := range o.Payments {
		field := item("order.payments", i)
		amount, refunded := r.minor(field+".amount", p.Amount), r.minor(field+".refunded", p.Refunded)
		rest := max(amount-refunded, 0)
		if a, ok := said[p.Reference]; ok && p.Reference != "" {
			there := r.minor("paid."+p.Reference, a)
			rest = min(there, amount)
			said[p.Reference] = r.amount(there - rest)
		}
		rest = r.payable(rest)
		sum, known, all = sum+amount, known+refunded, all+rest
		each = append(each, rest)
	}
	given := r.minor("order.refunded", o.Refunded)
	otherwise := max(given-known, 0)
	return each, r.payable(max(min(all-otherwise, sum-given), 0))
}

func (r *reckoning) left() (each []int64, all int64) { return r.reader.left(r.bill.Order, r.bill.Paid) }

// parts give a total back to the payments, in their order, each as far as it goes.
func (r *reckoning) parts(left []int64, total int64) []Part {
	var parts []Part
	for i, p := range r.bill.Order.Payments {
		if part := min(left[i], total); part > 0 {
			parts = append(parts, Part{Payment: p.ID, Gateway: p.Gateway, Reference: p.Reference, Amount: r.amount(part)})
			total -= part
		}
	}
	return parts
}

// digest is 16 hexadecimal digits of a SHA-256 over all that somebody agrees to: what is paid for what, how, and to which payment.
// The order's titles, and what stays in its payments, are not.
func (r Reckoned) digest(b Bill) string {
	lines := make([]ReckonedLine, len(r.Lines))
	for i, l := range r.Lines {
		l.Title = ""
		lines[i] = l
	}
	r.Lines, r.Left = lines, money.Amount{}
	data, err := json.Marshal(struct {
		Order string
		Wish  Wish
		Reckoned
	}{b.Order.ID, b.Wish, r})
	if err != nil {
		panic(err) // texts and numbers always marshal
	}
	return fmt.Sprintf("%x", sha256.Sum256(data))[:16]
}
