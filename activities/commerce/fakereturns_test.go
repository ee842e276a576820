package commerce_test

import "fmt"

// comingBack is a return in the shop.
type comingBack struct {
	id, status string
	lines      []*backLine
}

type backLine struct {
	id, note, reason              string
	parcel, line                  int
	quantity, processed, refunded int
	disposed                      []object
}

// back is a line of a return, as tests put it there.
type back struct{ parcel, line, quantity, processed int }

// back puts a return into the shop, and has the shop answer what concerns returns.
func (s *shop) back(n int, status string, lines ...back) *comingBack {
	r := &comingBack{id: gid("Return", n), status: status}
	for i, l := range lines {
		r.lines = append(r.lines, &backLine{
			id: gid("ReturnLineItem", n*10+i), note: number + ": unwanted", parcel: l.parcel, line: l.line, quantity: l.quantity, processed: l.processed,
		})
	}
	s.returning(r)
	return r
}

// returning has the shop keep one return.
func (s *shop) returning(r *comingBack) {
	with := func(root string, allowed string, do func(v object)) func(object) object {
		return func(v object) object {
			if r.status != allowed {
				return wrong(root, "return", "INVALID_STATE", "id")
			}
			do(v)
			return object{root: object{"return": object{"id": r.id}, "userErrors": []object{}}}
		}
	}
	s.answers["ReadReturn"] = func(v object) object {
		if v["id"] != r.id {
			return object{"return": nil}
		}
		return object{"return": object{"id": r.id, "name": "#1042-R1", "status": r.status, "returnLineItems": s.list(r.nodes(), v)}}
	}
	s.answers["ApproveReturn"] = with("returnApproveRequest", "REQUESTED", func(object) { r.status = "OPEN" })
	s.answers["DeclineReturn"] = with("returnDeclineRequest", "REQUESTED", func(object) { r.status = "DECLINED" })
	s.answers["CancelReturn"] = with("returnCancel", "OPEN", func(object) { r.status = "CANCELED" })
	s.answers["CloseReturn"] = with("returnClose", "OPEN", func(object) { r.status = "CLOSED" })
	s.answers["RemoveFromReturn"] = with("removeFromReturn", "OPEN", func(v object) {
		for _, out := range v["lines"].([]any) {
			l := r.line(out.(object)["returnLineItemId"])
			l.quantity -= int(out.(object)["quantity"].(float64))
			if l.quantity < max(l.processed, l.refunded) {
				s.t.Errorf("%s: more was taken out than could be", l.id)
			}
		}
	})
	s.answers["ReadReverseOrders"] = func(v object) object {
		return object{"return": object{"reverseFulfillmentOrders": s.list([]object{id("ReverseFulfillmentOrder", 1)}, v)}}
	}
	s.answers["ReadReverseLines"] = func(v object) object {
		return object{"reverseFulfillmentOrder": object{"lineItems": s.list(r.expected(), v)}}
	}
	s.answers["ProcessReturn"] = with("returnProcess", "OPEN", func(v object) { r.process(s, v["input"].(object)) })
}

func (r *comingBack) line(id any) *backLine {
	for _, l := range r.lines {
		if l.id == id {
			return l
		}
	}
	panic(fmt.Sprint("no line ", id))
}

func (r *comingBack) nodes() (all []object) {
	for _, l := range r.lines {
		if l.quantity == 0 {
			continue
		}
		all = append(all, object{
			"id": l.id, "quantity": l.quantity, "processedQuantity": l.processed, "refundedQuantity": l.refunded, "customerNote": l.note,
			"fulfillmentLineItem": object{"id": gid("FulfillmentLineItem", l.parcel), "lineItem": id("LineItem", l.line)},
		})
	}
	return all
}

func (r *comingBack) expected() (all []object) {
	for _, l := range r.lines {
		all = append(all, object{
			"id": "gid://shopify/ReverseFulfillmentOrderLineItem/" + l.id[len("gid://shopify/ReturnLineItem/"):], "totalQuantity": l.quantity,
			"dispositions": quantities(l.disposed), "fulfillmentLineItem": id("FulfillmentLineItem", l.parcel),
		})
	}
	return all
}

func quantities(disposed []object) []object {
	all := []object{}
	for _, d := range disposed {
		all = append(all, object{"quantity": d["quantity"]})
	}
	return all
}

// process does what Shopify does: it closes the return once all of it was processed.
func (r *comingBack) process(s *shop, input object) {
	open := false
	for _, in := range input["returnLineItems"].([]any) {
		in := in.(object)
		l := r.line(in["id"])
		l.processed += int(in["quantity"].(float64))
		if l.processed > l.quantity {
			s.t.Errorf("%s: more was processed than came back", l.id)
		}
		for _, d := range in["dispositions"].([]any) {
			l.disposed = append(l.disposed, d.(object))
		}
	}
	for _, l := range r.lines {
		open = open || l.processed < l.quantity
	}
	if !open {
		r.status = "CLOSED"
	}
}

// became is how many of a return's units got which disposition, and where.
func (r *comingBack) became() map[string]int {
	all := map[string]int{}
	for _, l := range r.lines {
		for _, d := range l.disposed {
			name := d["dispositionType"].(string)
			if at, ok := d["locationId"].(string); ok {
				name += " " + at
			}
			all[name] += int(d["quantity"].(float64))
		}
	}
	return all
}
