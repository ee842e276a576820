package shopify

import (
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/throughline-dev/throughline/sandbox/internal/shopify/gql"
)

// The lengths of texts, in characters.
const (
	maxCustomerNote = 300
	maxDeclineNote  = 500
)

// returnRequest keeps a return as requested, all of it or nothing: what was sent, and isn't in another return or refunded.
func (s *Server) returnRequest(c gql.Call) (any, error) {
	var in struct {
		Input struct {
			OrderID         string
			ReturnLineItems []struct {
				FulfillmentLineItemID, CustomerNote, ReturnReason string
				Quantity                                          int
			}
		}
	}
	if err := c.Args(&in); err != nil {
		return nil, err
	}
	made, o, err := func() (ret, order, error) {
		o, ok := s.orders.Get(in.Input.OrderID)
		switch {
		case !ok:
			return ret{}, o, no("NOT_FOUND", "input.orderId", "Order does not exist.")
		case len(in.Input.ReturnLineItems) == 0:
			return ret{}, o, no("BLANK", "input.returnLineItems", "Return line items can't be blank.")
		}
		o = o.clone()
		r := ret{N: o.next(len(o.Returns)), Status: requested, Created: time.Now().UTC()}
		o.Returns = append(o.Returns, r)
		here := &o.Returns[len(o.Returns)-1] // what a line takes, the next one can't have
		for i, l := range in.Input.ReturnLineItems {
			field := fmt.Sprintf("input.returnLineItems.%d.", i)
			f, _ := o.sent(number(l.FulfillmentLineItemID, "FulfillmentLineItem"))
			switch {
			case f == nil:
				return r, o, no("NOT_FOUND", field+"fulfillmentLineItemId", "Fulfillment line item does not exist.")
			case l.Quantity <= 0:
				return r, o, no("GREATER_THAN", field+"quantity", "Quantity must be greater than 0.")
			case l.Quantity > o.returnable(f):
				return r, o, no("INVALID", field+"quantity", "Quantity is more than the quantity that can be returned.")
			case utf8.RuneCountInString(l.CustomerNote) > maxCustomerNote:
				return r, o, no("TOO_LONG", field+"customerNote", fmt.Sprintf("Customer note is too long (maximum is %d characters).", maxCustomerNote))
			case l.ReturnReason == "":
				return r, o, no("BLANK", field+"returnReason", "Return reason can't be blank.")
			}
			here.Lines = append(here.Lines, returned{
				N: r.N*within + int64(i) + 1, Fulfilled: f.N, Line: f.Line, Quantity: l.Quantity, Reason: l.ReturnReason, Note: l.CustomerNote,
			})
		}
		return *here, o, s.put(o)
	}()
	return payload(gql.Object{"return": func() gql.Object { return s.showReturn(o, made) }}, err)
}

// changeReturn changes a return, and answers with what it is then.
func (s *Server) changeReturn(id, field string, change func(*order, *ret) error) (any, error) {
	n := number(id, "Return")
	o, ok := s.orders.Get(gid("Order", n/within))
	err := error(no("NOT_FOUND", field, "Return does not exist."))
	if ok && o.ret(n) != nil {
		o = o.clone()
		if err = change(&o, o.ret(n)); err == nil {
			err = s.put(o)
		}
	}
	return payload(gql.Object{"return": func() gql.Object { return s.showReturn(o, *o.ret(n)) }}, err)
}

// in refuses what a return in another state can't.
func (r *ret) in(state, field string) error {
	if r.Status != state {
		return no("INVALID_STATE", field, fmt.Sprintf("Return is %s, and not %s.", r.Status, state))
	}
	return nil
}

func (s *Server) returnApproveRequest(c gql.Call) (any, error) {
	var in struct{ Input struct{ ID string } }
	if err := c.Args(&in); err != nil {
		return nil, err
	}
	return s.changeReturn(in.Input.ID, "input.id", func(_ *order, r *ret) error {
		if err := r.in(requested, "input.id"); err != nil {
			return err
		}
		r.Status, r.Approved = open, time.Now().UTC()
		return nil
	})
}

func (s *Server) returnDeclineRequest(c gql.Call) (any, error) {
	var in struct {
		Input struct{ ID, DeclineReason, DeclineNote string }
	}
	if err := c.Args(&in); err != nil {
		return nil, err
	}
	return s.changeReturn(in.Input.ID, "input.id", func(_ *order, r *ret) error {
		if utf8.RuneCountInString(in.Input.DeclineNote) > maxDeclineNote {
			return no("TOO_LONG", "input.declineNote", fmt.Sprintf("Decline note is too long (maximum is %d characters).", maxDeclineNote))
		}
		if err := r.in(requested, "input.id"); err != nil {
			return err
		}
		r.Status, r.Reason, r.DeclineNote = declined, in.Input.DeclineReason, in.Input.DeclineNote
		return nil
	})
}

// returnCancel cancels an open return that nothing was done about yet.
func (s *Server) returnCancel(c gql.Call) (any, error) {
	return s.endReturn(c, func(r *ret) error {
		if err := r.in(open, "id"); err != nil {
			return err
		}
		for _, l := range r.Lines {
			if l.Processed > 0 || l.Refunded > 0 {
				return no("INVALID_STATE", "id", "Return can't be canceled: some of it was processed or refunded.")
			}
		}
		r.Status = canceled
		return nil
	})
}

func (s *Server) returnClose(c gql.Call) (any, error) {
	return s.endReturn(c, func(r *ret) error {
		if err := r.in(open, "id"); err != nil {
			return err
		}
		r.Status, r.Closed = closed, time.Now().UTC()
		return nil
	})
}

func (s *Server) returnReopen(c gql.Call) (any, error) {
	return s.endReturn(c, func(r *ret) error {
		if err := r.in(closed, "id"); err != nil {
			return err
		}
		r.Status, r.Closed = open, time.Time{}
		return nil
	})
}

func (s *Server) endReturn(c gql.Call, end func(*ret) error) (any, error) {
	var in struct{ ID string }
	if err := c.Args(&in); err != nil {
		return nil, err
	}
	return s.changeReturn(in.ID, "id", func(_ *order, r *ret) error { return end(r) })
}

// removeFromReturn takes something out of an open return that nothing became of yet. A return can't lose all that it has: it is
// canceled instead.
func (s *Server) removeFromReturn(c gql.Call) (any, error) {
	var in struct {
		ReturnID        string
		ReturnLineItems []struct {
			ReturnLineItemID string
			Quantity         int
		}
	}
	if err := c.Args(&in); err != nil {
		return nil, err
	}
	return s.changeReturn(in.ReturnID, "returnId", func(_ *order, r *ret) error {
		if err := r.in(open, "returnId"); err != nil {
			return err
		}
		for i, out := range in.ReturnLineItems {
			field := fmt.Sprintf("returnLineItems.%d.", i)
			l := r.line(number(out.ReturnLineItemID, "ReturnLineItem"))
			switch {
			case l == nil:
				return no("NOT_FOUND", field+"returnLineItemId", "Return line item does not exist.")
			case out.Quantity <= 0:
				return no("GREATER_THAN", field+"quantity", "Quantity must be greater than 0.")
			case out.Quantity > l.Quantity-max(l.Processed, l.Refunded):
				return no("INVALID", field+"quantity", "Quantity is more than the quantity that can be removed.")
			}
			l.Quantity -= out.Quantity
		}
		kept := r.Lines[:0]
		for _, l := range r.Lines {
			if l.Quantity > 0 {
				kept = append(kept, l)
			}
		}
		if r.Lines = kept; len(kept) == 0 {
			return no("INVALID", "returnLineItems", "A return can't be without line items: cancel it instead.")
		}
		r.closeIfDone()
		return nil
	})
}

func (r *ret) line(n int64) *returned {
	for i := range r.Lines {
		if r.Lines[i].N == n {
			return &r.Lines[i]
		}
	}
	return nil
}

// closeIfDone closes a return of which all was processed, as Shopify does.
func (r *ret) closeIfDone() {
	if r.Status == open && r.processed() {
		r.Status, r.Closed = closed, time.Now().UTC()
	}
}
