package shopify

// What follows from an order's parts.

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
