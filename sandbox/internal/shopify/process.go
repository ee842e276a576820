package shopify

import (
	"fmt"
	"time"

	"github.com/throughline-dev/throughline/sandbox/internal/shopify/gql"
)

// disposal is what is said to have become of so many of a line.
type disposal struct {
	ReverseFulfillmentOrderLineItemID string
	DispositionType, LocationID       string
	Quantity                          int
}

// returnProcess has the shop know what came back, and what became of it.
func (s *Server) returnProcess(c gql.Call) (any, error) {
	var in struct {
		Input struct {
			ReturnID        string
			ReturnLineItems []struct {
				ID           string
				Quantity     int
				Dispositions []disposal
			}
		}
	}
	if err := c.Args(&in); err != nil {
		return nil, err
	}
	var stock []change
	answer, err := s.changeReturn(in.Input.ReturnID, "input.returnId", func(o *order, r *ret) error {
		if err := r.in(open, "input.returnId"); err != nil {
			return err
		}
		for i, item := range in.Input.ReturnLineItems {
			field := fmt.Sprintf("input.returnLineItems.%d.", i)
			l := r.line(number(item.ID, "ReturnLineItem"))
			switch {
			case l == nil:
				return no("NOT_FOUND", field+"id", "Return line item does not exist.")
			case item.Quantity <= 0:
				return no("GREATER_THAN", field+"quantity", "Quantity must be greater than 0.")
			case item.Quantity > l.Quantity-l.Processed:
				return no("INVALID", field+"quantity", "Quantity is more than the quantity that can be processed.")
			}
			disposed := 0
			for j, d := range item.Dispositions {
				at := fmt.Sprintf("%sdispositions.%d.", field, j)
				if number(d.ReverseFulfillmentOrderLineItemID, reverseLine) != l.N {
					return no("INVALID", at+"reverseFulfillmentOrderLineItemId", "Reverse fulfillment order line item isn't that of the return line item.")
				}
				more, err := s.disposeOf(o, l, d, at)
				if err != nil {
					return err
				}
				stock, disposed = append(stock, more...), disposed+d.Quantity
			}
			if disposed > item.Quantity {
				return no("INVALID", field+"dispositions", "More is disposed of than is processed.")
			}
			l.Processed += item.Quantity
		}
		r.closeIfDone()
		return nil
	})
	if err == nil && !failed(answer) && len(stock) > 0 {
		_, err = s.move(movement{Reason: "restock", Changes: stock})
	}
	return answer, err
}

// failed reports whether a mutation's answer says no.
func failed(answer any) bool {
	o, ok := answer.(gql.Object)
	if !ok {
		return true
	}
	errs, _ := o["userErrors"].([]gql.Object)
	return len(errs) > 0
}

// disposeOf says what became of so many of a line, and what that changes in stock. Only what is restocked is counted.
func (s *Server) disposeOf(o *order, l *returned, d disposal, field string) ([]change, error) {
	done := 0
	for _, before := range l.Dispositions {
		done += before.Quantity
	}
	where, known := locationOf(number(d.LocationID, "Location"))
	switch {
	case d.Quantity <= 0:
		return nil, no("GREATER_THAN", field+"quantity", "Quantity must be greater than 0.")
	case d.Quantity > l.Quantity-done:
		return nil, no("INVALID", field+"quantity", "Quantity is more than the quantity that can be disposed of.")
	case d.LocationID != "" && !known:
		return nil, no("NOT_FOUND", field+"locationId", "Location does not exist.")
	case d.DispositionType == "RESTOCKED" && !known:
		return nil, no("BLANK", field+"locationId", "Location can't be blank where items are restocked.")
	}
	l.Dispositions = append(l.Dispositions, disposition{
		N: l.N*within + int64(len(l.Dispositions)) + 1, Type: d.DispositionType, Quantity: d.Quantity, Location: where.N, At: time.Now().UTC(),
	})
	if _, _, sold := s.sold(o.line(l.Line).Variant); d.DispositionType != "RESTOCKED" || !sold {
		return nil, nil
	}
	return shift(o.line(l.Line).Variant, where.N, d.Quantity, "", available), nil
}

// dispose says what became of something before it is processed, as a warehouse's own system does.
func (s *Server) dispose(c gql.Call) (any, error) {
	var in struct{ DispositionInputs []disposal }
	if err := c.Args(&in); err != nil {
		return nil, err
	}
	var stock []change
	orders := map[int64]*order{}
	var lines []func() gql.Object
	err := func() error {
		for i, d := range in.DispositionInputs {
			field := fmt.Sprintf("dispositionInputs.%d.", i)
			n := number(d.ReverseFulfillmentOrderLineItemID, reverseLine)
			id := n / within / within
			if orders[id] == nil {
				found, _ := s.orders.Get(gid("Order", id))
				found = found.clone()
				orders[id] = &found
			}
			o := orders[id]
			r := o.ret(n / within)
			if r == nil || r.line(n) == nil || r.Approved.IsZero() {
				return no("NOT_FOUND", field+"reverseFulfillmentOrderLineItemId", "Reverse fulfillment order line item does not exist.")
			}
			if err := r.in(open, field+"reverseFulfillmentOrderLineItemId"); err != nil {
				return err
			}
			more, err := s.disposeOf(o, r.line(n), d, field)
			if err != nil {
				return err
			}
			stock = append(stock, more...)
			lines = append(lines, func() gql.Object { return s.showReverseLine(*o, *r.line(n)) })
		}
		for _, o := range orders {
			if err := s.put(*o); err != nil {
				return err
			}
		}
		if len(stock) == 0 {
			return nil
		}
		_, err := s.move(movement{Reason: "restock", Changes: stock})
		return err
	}()
	var out []gql.Object
	if err == nil {
		out = shown(lines, func(show func() gql.Object) gql.Object { return show() })
	}
	return payload(gql.Object{"reverseFulfillmentOrderLineItems": out}, err)
}
