package outside

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/refund"
)

// Returns are what the outside world has received of returns, and what it answers; a part of [World].
type Returns struct {
	// Order is the only order that the shop has, with the returns that were made of it.
	Order commerce.Order
	// Variants are what the shop sells.
	Variants []commerce.Variant
	// Ticket is what the help desk has, and TicketGone whether it is deleted when it is to be taken further.
	Ticket     crm.Ticket
	TicketGone bool

	Requested []Sent[commerce.RequestedReturn]
	Accepted  []Sent[commerce.AcceptedReturn]
	Declined  []Sent[commerce.DeclinedReturn]
	Cancelled []Sent[commerce.ReturnRef]
	Closed    []Sent[commerce.ReturnRef]
	Opened    []Sent[crm.NewTicket]
	Ticketed  []Sent[crm.TicketUpdate]
}

// ReturnPolicy stands in for policy.Activities.
func (w *World) ReturnPolicy(ctx context.Context, key effect.Key, req effect.None) (policy.Return, error) {
	if err := receive(w, "ReturnPolicy", key, nil, req); err != nil {
		return policy.Return{}, err
	}
	return w.policy().ReturnPolicy(ctx, key, req)
}

// AssessReturn stands in for refund.Activities, whose assessing it is.
func (w *World) AssessReturn(ctx context.Context, key effect.Key, q refund.Question) (refund.Assessment, error) {
	if err := receive(w, "AssessReturn", key, nil, q); err != nil {
		return refund.Assessment{}, err
	}
	return new(refund.Activities).AssessReturn(ctx, key, q)
}

// ReadOrder stands in for commerce.Activities.
func (w *World) ReadOrder(_ context.Context, key effect.Key, q commerce.OrderQuery) (commerce.Order, error) {
	if err := receive(w, "ReadOrder", key, nil, q); err != nil {
		return commerce.Order{}, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if asked := cmp.Or(q.ID, strings.TrimPrefix(q.Number, "#")); asked == "" || asked != w.Order.ID && asked != strings.TrimPrefix(w.Order.Name, "#") {
		return commerce.Order{}, nil
	}
	o := w.Order
	o.Lines, o.Returns = nil, append([]commerce.Return{}, w.Order.Returns...)
	for _, l := range w.Order.Lines {
		for _, r := range o.Returns {
			for _, back := range r.Lines {
				if back.Line == l.ID && r.State != commerce.Declined && r.State != commerce.Cancelled {
					l.Returning += back.Quantity
				}
			}
		}
		o.Lines = append(o.Lines, l)
	}
	return o, nil
}

// FindVariants stands in for commerce.Activities.
func (w *World) FindVariants(_ context.Context, key effect.Key, q commerce.VariantQuery) (commerce.Variants, error) {
	var found commerce.Variants
	for _, v := range w.Variants {
		for _, sku := range q.SKUs {
			if v.SKU == sku {
				found.Found = append(found.Found, v)
			}
		}
	}
	return found, receive(w, "FindVariants", key, nil, q)
}

// RequestReturn stands in for commerce.Activities.
func (w *World) RequestReturn(_ context.Context, key effect.Key, q commerce.RequestedReturn) (commerce.Return, error) {
	if err := receive(w, "RequestReturn", key, &w.Requested, q); err != nil {
		return commerce.Return{}, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.Order.Returns {
		if r.Number == q.Number && r.State != commerce.Declined && r.State != commerce.Cancelled {
			return r, nil
		}
	}
	n := len(w.Order.Returns) + 1
	r := commerce.Return{
		ID: fmt.Sprintf("gid://shopify/Return/%d", n), Name: fmt.Sprintf("%s-R%d", w.Order.Name, n), State: commerce.Requested, Number: q.Number,
	}
	for i, l := range q.Lines {
		r.Lines = append(r.Lines, commerce.ReturnedLine{ID: fmt.Sprintf("%s/%d", r.ID, i), Line: l.Line, Quantity: l.Quantity})
	}
	w.Order.Returns = append(w.Order.Returns, r)
	return r, nil
}

// AcceptReturn stands in for commerce.Activities.
func (w *World) AcceptReturn(_ context.Context, key effect.Key, q commerce.AcceptedReturn) (commerce.Return, error) {
	if err := receive(w, "AcceptReturn", key, &w.Accepted, q); err != nil {
		return commerce.Return{}, err
	}
	return w.inShop(q.Return, commerce.Open, q.Lines)
}

// DeclineReturn stands in for commerce.Activities.
func (w *World) DeclineReturn(_ context.Context, key effect.Key, q commerce.DeclinedReturn) (none effect.None, err error) {
	if err = receive(w, "DeclineReturn", key, &w.Declined, q); err == nil {
		_, err = w.inShop(q.Return, commerce.Declined, nil, commerce.Requested, commerce.Declined, commerce.Cancelled)
	}
	return none, err
}

// CancelReturn stands in for commerce.Activities.
func (w *World) CancelReturn(_ context.Context, key effect.Key, q commerce.ReturnRef) (none effect.None, err error) {
	if err = receive(w, "CancelReturn", key, &w.Cancelled, q); err == nil {
		_, err = w.inShop(q.Return, commerce.Cancelled, nil)
	}
	return none, err
}

// CloseReturn stands in for commerce.Activities.
func (w *World) CloseReturn(_ context.Context, key effect.Key, q commerce.ReturnRef) (none effect.None, err error) {
	if err = receive(w, "CloseReturn", key, &w.Closed, q); err == nil {
		_, err = w.inShop(q.Return, commerce.Closed, nil)
	}
	return none, err
}

// inShop brings a return to a state, with no more of each line than is accepted; nil leaves them as they are. The shop refuses it for
// one that is in none of the states from which it can, where some are given.
func (w *World) inShop(id string, state commerce.State, accepted map[string]int, from ...commerce.State) (commerce.Return, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range w.Order.Returns {
		r := &w.Order.Returns[i]
		if r.ID != id {
			continue
		}
		if len(from) > 0 && !slices.Contains(from, r.State) {
			return commerce.Return{}, fault.Final("shopify", "INVALID_STATE", "the return is "+string(r.State)).Err()
		}
		if state == commerce.Cancelled && r.State == commerce.Requested { // as commerce.Activities has it
			state = commerce.Declined
		}
		r.State = state
		left := map[string]int{}
		for line, n := range accepted {
			left[line] = n
		}
		for n := range r.Lines {
			if l := &r.Lines[n]; accepted != nil {
				l.Quantity = min(l.Quantity, left[l.Line])
				left[l.Line] -= l.Quantity
			}
		}
		return *r, nil
	}
	return commerce.Return{}, fmt.Errorf("the shop has no return %q", id)
}

// ReadTicket stands in for crm.Activities.
func (w *World) ReadTicket(_ context.Context, key effect.Key, q crm.TicketQuery) (crm.Ticket, error) {
	return w.Ticket, receive(w, "ReadTicket", key, nil, q)
}

// OpenTicket stands in for crm.Activities.
func (w *World) OpenTicket(_ context.Context, key effect.Key, t crm.NewTicket) (crm.TicketUpdated, error) {
	return crm.TicketUpdated{Ticket: "901"}, receive(w, "OpenTicket", key, &w.Opened, t)
}

// UpdateTicket stands in for crm.Activities.
func (w *World) UpdateTicket(_ context.Context, key effect.Key, u crm.TicketUpdate) (crm.TicketUpdated, error) {
	return crm.TicketUpdated{Ticket: u.Ticket, Gone: w.TicketGone}, receive(w, "UpdateTicket", key, &w.Ticketed, u)
}
