package shopify

import (
	"fmt"
	"slices"
)

func (o *order) line(n int64) *line {
	for i := range o.Lines {
		if o.Lines[i].N == n {
			return &o.Lines[i]
		}
	}
	return nil
}

func (o *order) ret(n int64) *ret {
	for i := range o.Returns {
		if o.Returns[i].N == n {
			return &o.Returns[i]
		}
	}
	return nil
}

func (o *order) transaction(n int64) *transaction {
	for i := range o.Transactions {
		if o.Transactions[i].N == n {
			return &o.Transactions[i]
		}
	}
	return nil
}

// sent is a part of a fulfillment, and the fulfillment.
func (o *order) sent(n int64) (*fulfilled, *fulfillment) {
	for i := range o.Fulfillments {
		f := &o.Fulfillments[i]
		for j := range f.Lines {
			if f.Lines[j].N == n {
				return &f.Lines[j], f
			}
		}
	}
	return nil, nil
}

// clone is a copy that can be changed while others look at the order.
func (o order) clone() order {
	o.Lines, o.Fulfillments = slices.Clone(o.Lines), slices.Clone(o.Fulfillments)
	o.Transactions, o.Refunds = slices.Clone(o.Transactions), slices.Clone(o.Refunds)
	o.Returns = slices.Clone(o.Returns)
	for i := range o.Returns {
		r := &o.Returns[i]
		r.Lines = slices.Clone(r.Lines)
		for j := range r.Lines {
			r.Lines[j].Dispositions = slices.Clone(r.Lines[j].Dispositions)
		}
	}
	return o
}

// refunded is how many of a line were refunded.
func (o *order) refunded(line int64) (n int) {
	for _, r := range o.Refunds {
		for _, l := range r.Lines {
			if l.Line == line {
				n += l.Quantity
			}
		}
	}
	return n
}

// returnable is how many of a part of a fulfillment can still be asked to come back: what is in a return or was refunded without one
// can't.
func (o *order) returnable(f *fulfilled) int {
	free, elsewhere := f.Quantity, 0
	for _, r := range o.Returns {
		for _, l := range r.Lines {
			if !r.holds() || l.Line != f.Line {
				continue
			}
			elsewhere += l.Quantity
			if l.Fulfilled == f.N {
				free -= l.Quantity
			}
		}
	}
	l := o.line(f.Line)
	return min(free, l.Quantity-l.Unfulfilled-elsewhere-l.Outside)
}

// total is what the order has cost, and received what was paid of it.
func (o *order) total() int64 {
	sum := o.Shipping.Price
	for _, l := range o.Lines {
		sum += l.paid()
	}
	if !o.TaxIncluded {
		sum += o.tax()
	}
	return sum
}

func (o *order) tax() int64 {
	sum := o.Shipping.Tax
	for _, l := range o.Lines {
		sum += l.Tax
	}
	return sum
}

func (o *order) sum(kind string) (sum int64) {
	for _, t := range o.Transactions {
		if t.Kind == kind {
			sum += t.Amount
		}
	}
	return sum
}

func (o *order) received() int64   { return o.sum("SALE") }
func (o *order) givenBack() int64  { return o.sum("REFUND") }
func (o *order) name() string      { return fmt.Sprintf("#%d", o.N) }
func (o *order) next(n int) int64  { return o.N*within + int64(n) + 1 }
func (r ret) name(of order) string { return fmt.Sprintf("%s-R%d", of.name(), r.N%within) }

func (o *order) subtotal() (sum int64) {
	for _, l := range o.Lines {
		sum += l.paid()
	}
	return sum
}

func (o *order) discounts() (sum int64) {
	for _, l := range o.Lines {
		sum += l.Discount + l.OrderShare
	}
	return sum
}

// worth is what was refunded is worth: the lines' prices and the shipping, with the tax.
func (r refund) worth(taxIncluded bool) int64 {
	sum, tax := r.Shipping, r.ShippingTax
	for _, l := range r.Lines {
		sum, tax = sum+l.Subtotal, tax+l.Tax
	}
	if taxIncluded {
		return sum
	}
	return sum + tax
}

func (o *order) worthRefunded() (sum int64) {
	for _, r := range o.Refunds {
		sum += r.worth(o.TaxIncluded)
	}
	return sum
}

func (o *order) shippingRefunded() (sum int64) {
	for _, r := range o.Refunds {
		sum += r.Shipping
	}
	return sum
}

func (o *order) financial() string {
	received, back := o.received(), o.givenBack()
	switch {
	case back > 0 && back >= received:
		return "REFUNDED"
	case back > 0:
		return "PARTIALLY_REFUNDED"
	case received >= o.total():
		return "PAID"
	case received > 0:
		return "PARTIALLY_PAID"
	}
	return "PENDING"
}

func (o *order) fulfilment() string {
	all, waiting := 0, 0
	for _, l := range o.Lines {
		all, waiting = all+l.Quantity, waiting+l.Unfulfilled
	}
	switch waiting {
	case 0:
		return "FULFILLED"
	case all:
		return "UNFULFILLED"
	}
	return "PARTIALLY_FULFILLED"
}

// returning is how the order's returns stand, all in all.
func (o *order) returning() string {
	state := "NO_RETURN"
	for _, r := range o.Returns {
		switch {
		case r.Status == requested:
			return "RETURN_REQUESTED"
		case r.Status == open && r.processed():
			state = "INSPECTION_COMPLETE"
		case r.Status == open:
			return "IN_PROGRESS"
		case r.Status == closed && state == "NO_RETURN":
			state = "RETURNED"
		}
	}
	return state
}

// processed reports whether the shop knows of all of a return what became of it.
func (r ret) processed() bool {
	for _, l := range r.Lines {
		if l.Processed < l.Quantity {
			return false
		}
	}
	return true
}
