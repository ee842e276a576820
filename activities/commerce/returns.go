package commerce

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"regexp"
	"strings"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
)

// states are Shopify's names of the states.
var states = map[string]State{"REQUESTED": Requested, "OPEN": Open, "DECLINED": Declined, "CANCELED": Cancelled, "CLOSED": Closed}

// reasons are Shopify's names of the reasons. It knows none for what broke on its way but "damaged or defective".
var reasons = map[Reason]string{
	Unwanted: "UNWANTED", TooSmall: "SIZE_TOO_SMALL", TooLarge: "SIZE_TOO_LARGE", Defective: "DEFECTIVE", Damaged: "DEFECTIVE",
	WrongItem: "WRONG_ITEM", NotAsDescribed: "NOT_AS_DESCRIBED", Other: "OTHER",
}

// found is a return with what the contract doesn't tell of its lines.
type found struct {
	Return
	lines []returnLine // as Return.Lines
}

type returnLine struct {
	ID        string `json:"id"`
	Quantity  int    `json:"quantity"`
	Processed int    `json:"processedQuantity"`
	Refunded  int    `json:"refundedQuantity"`
	Note      string `json:"customerNote"`
	// Sent is nil for a line that isn't tied to anything that was sent.
	Sent *struct {
		ID   string `json:"id"`
		Line node   `json:"lineItem"`
	} `json:"fulfillmentLineItem"`
}

// ours is how our number stands before a return line's note.
var ours = regexp.MustCompile(`^(R-[0-9A-Z]+)(?::|$)`)

// returned reads a return; ok is false where the shop has none by that ID.
func (a *Activities) returned(ctx context.Context, id string) (r found, ok bool, err error) {
	type answer struct {
		Return *struct {
			ID     string                  `json:"id"`
			Name   string                  `json:"name"`
			Status string                  `json:"status"`
			Lines  *connection[returnLine] `json:"returnLineItems"`
		} `json:"return"`
	}
	r.lines, ok, err = pages(ctx, a, readReturn, map[string]any{"id": id}, func(got answer) *connection[returnLine] {
		if got.Return == nil {
			return nil
		}
		r.ID, r.Name, r.State = got.Return.ID, got.Return.Name, states[got.Return.Status]
		return got.Return.Lines
	})
	if err != nil || !ok {
		return found{}, false, err
	}
	if r.State == "" {
		return found{}, false, fault.Final(system, "unknown_state", "return "+id+" is in a state that is not known here").Err()
	}
	for _, l := range r.lines {
		if m := ours.FindStringSubmatch(l.Note); m != nil {
			r.Number = m[1]
		}
		line := ReturnedLine{ID: l.ID, Line: l.line(), Quantity: l.Quantity, Processed: l.Processed, Refunded: l.Refunded}
		if l.Sent != nil {
			line.Parcel = l.Sent.ID
		}
		r.Lines = append(r.Lines, line)
	}
	return r, true, nil
}

// line is the order's line; "" where there is none.
func (l returnLine) line() string {
	if l.Sent == nil {
		return ""
	}
	return l.Sent.Line.ID
}

// present is the return that has to be there.
func (a *Activities) present(ctx context.Context, id string) (found, error) {
	if id == "" {
		return found{}, invalid("return: no return is named")
	}
	r, ok, err := a.returned(ctx, id)
	return r, whole(err, ok, "return", id)
}

// returns are all returns of an order.
func (a *Activities) returns(ctx context.Context, order string) (all []Return, err error) {
	type answer struct {
		Order *struct {
			Returns *connection[node] `json:"returns"`
		} `json:"order"`
	}
	nodes, ok, err := pages(ctx, a, readOrderReturns, map[string]any{"id": order}, func(got answer) *connection[node] {
		if got.Order == nil {
			return nil
		}
		return got.Order.Returns
	})
	if err := whole(err, ok, "order", order); err != nil {
		return nil, err
	}
	for _, n := range nodes {
		r, ok, err := a.returned(ctx, n.ID)
		if err != nil {
			return nil, err
		}
		if ok {
			all = append(all, r.Return)
		}
	}
	return all, nil
}

// RequestReturn has the shop keep a return as requested, so that nobody can ask for the same again. The shop itself refuses more than
// is left of a parcel, which is a final fault.
//
// Run again, it finds the return by our number. One with that number which was declined or cancelled doesn't count: somebody has
// thought again, and the return is requested anew. Shopify takes no idempotency key for it, and an attempt that was given up may get
// through later, so it looks afterwards, too: of two that were made at once the older one stays, and whoever made the other declines
// it; where the shop refuses it since nothing is left, what an earlier attempt has taken is the answer.
func (a *Activities) RequestReturn(ctx context.Context, _ effect.Key, q RequestedReturn) (Return, error) {
	if err := q.check(); err != nil {
		return Return{}, err
	}
	if r, err := a.keptFor(ctx, q); err != nil || r.ID != "" {
		return r, err
	}
	type line struct {
		Parcel   string `json:"fulfillmentLineItemId"`
		Quantity int    `json:"quantity"`
		Reason   string `json:"returnReason"`
		Note     string `json:"customerNote"`
	}
	lines := make([]line, len(q.Lines))
	for i, l := range q.Lines {
		lines[i] = line{l.Parcel, l.Quantity, reasons[l.Reason], q.Number + ": " + strings.ReplaceAll(string(l.Reason), "_", " ")}
	}
	got, err := a.change(ctx, requestReturn, map[string]any{"input": map[string]any{"orderId": q.Order, "returnLineItems": lines}})
	if f, ok := fault.From(err); ok && f.Class != fault.ClassFinal {
		return Return{}, err
	}
	kept, lookErr := a.keptFor(ctx, q)
	switch {
	case err != nil && kept.ID == "":
		return Return{}, err
	case err != nil:
		return kept, nil
	case got.Return == nil:
		return Return{}, fault.Unreachable(system, "a return was requested, and answered without an ID").Err()
	case lookErr != nil:
		return Return{}, lookErr
	case kept.ID == "" || kept.ID == got.Return.ID:
		r, err := a.present(ctx, got.Return.ID)
		return r.Return, err
	}
	return kept, a.decline(ctx, DeclinedReturn{Return: got.Return.ID, Note: "It was requested twice."})
}

// keptFor is the oldest return that the shop keeps with our number; the zero Return where there is none.
func (a *Activities) keptFor(ctx context.Context, q RequestedReturn) (kept Return, err error) {
	there, err := a.returns(ctx, q.Order)
	for _, r := range there {
		older := kept.ID == "" || cmp.Or(cmp.Compare(len(r.ID), len(kept.ID)), cmp.Compare(r.ID, kept.ID)) < 0
		if r.Number == q.Number && r.State != Declined && r.State != Cancelled && older {
			kept = r
		}
	}
	return kept, err
}

func (q RequestedReturn) check() error {
	switch {
	case q.Order == "":
		return invalid("order: no order is named")
	case !ours.MatchString(q.Number) || strings.Contains(q.Number, ":"):
		return invalid("number: a return's number looks like R-7QX4M2KD")
	case len(q.Lines) == 0:
		return invalid("lines: nothing is returned")
	}
	for i, l := range q.Lines {
		switch {
		case l.Parcel == "":
			return invalid("lines[%d].parcel: it isn't said which of what was sent comes back", i)
		case l.Quantity < 1:
			return invalid("lines[%d].quantity: %d is no quantity", i, l.Quantity)
		case reasons[l.Reason] == "":
			return invalid("lines[%d].reason: %q is none of the reasons", i, l.Reason)
		}
	}
	return nil
}

// AcceptReturn opens a return that was requested, and takes out of it what isn't accepted. Run again, it does what is missing of that:
// whether the return is open, and how many of each line are in it, is looked up first. To accept more than is in it is a final fault:
// somebody has changed the return in the shop's own pages.
func (a *Activities) AcceptReturn(ctx context.Context, _ effect.Key, q AcceptedReturn) (Return, error) {
	accepted := 0
	for line, n := range q.Lines {
		if n < 0 {
			return Return{}, invalid("lines[%s]: %d is no quantity", line, n)
		}
		accepted += n
	}
	if accepted == 0 {
		return Return{}, invalid("lines: nothing of the return is accepted; decline it instead")
	}
	r, err := a.present(ctx, q.Return)
	if err != nil {
		return Return{}, err
	}
	asked := map[string]int{}
	for _, l := range r.lines {
		asked[l.line()] += l.Quantity
	}
	for line, n := range q.Lines {
		if n > asked[line] {
			return Return{}, fault.Final(system, "too_many", fmt.Sprintf("lines: %d of %s are accepted, and the return has %d", n, line, asked[line])).Err()
		}
	}
	if r.State != Open {
		// What isn't requested any more is refused by the shop.
		input := map[string]any{"id": q.Return, "notifyCustomer": false}
		if _, err := a.change(ctx, approveReturn, map[string]any{"input": input}); err != nil {
			return Return{}, err
		}
	}
	left := maps.Clone(q.Lines)
	return a.takeOut(ctx, r, func(l returnLine) int {
		keep := min(left[l.line()], l.Quantity)
		left[l.line()] -= keep
		return l.Quantity - keep
	})
}

// takeOut takes so many of each line out of an open return, and returns it as it is then.
func (a *Activities) takeOut(ctx context.Context, r found, of func(returnLine) int) (Return, error) {
	type removal struct {
		Line     string `json:"returnLineItemId"`
		Quantity int    `json:"quantity"`
	}
	var out []removal
	for _, l := range r.lines {
		if n := of(l); n > 0 {
			out = append(out, removal{l.ID, n})
		}
	}
	if len(out) > 0 {
		if _, err := a.change(ctx, removeFromReturn, map[string]any{"return": r.ID, "lines": out}); err != nil {
			return Return{}, err
		}
	}
	now, err := a.present(ctx, r.ID)
	return now.Return, err
}
