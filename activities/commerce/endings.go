package commerce

import (
	"context"

	"github.com/throughline-dev/throughline/activities/effect"
)

// maxNote is how many characters the note of a declined return may have.
const maxNote = 500

// DeclineReturn declines a return that was requested; the shop doesn't tell the customer. One that was declined or cancelled before
// is fine.
func (a *Activities) DeclineReturn(ctx context.Context, _ effect.Key, q DeclinedReturn) (effect.None, error) {
	r, err := a.present(ctx, q.Return)
	if err != nil || r.State == Declined || r.State == Cancelled {
		return effect.None{}, err
	}
	return effect.None{}, a.decline(ctx, q)
}

func (a *Activities) decline(ctx context.Context, q DeclinedReturn) error {
	input := map[string]any{"id": q.Return, "declineReason": "OTHER", "notifyCustomer": false}
	if note := []rune(q.Note); len(note) > 0 {
		input["declineNote"] = string(note[:min(len(note), maxNote)])
	}
	_, err := a.change(ctx, declineReturn, map[string]any{"input": input})
	return err
}

// CancelReturn takes a return back: one that is open is cancelled, one that is still requested declined. Whichever was over before
// stays as it is. The shop refuses to cancel one of which something was processed or refunded; that one can be closed.
func (a *Activities) CancelReturn(ctx context.Context, _ effect.Key, q ReturnRef) (effect.None, error) {
	r, err := a.present(ctx, q.Return)
	if err != nil {
		return effect.None{}, err
	}
	switch r.State {
	case Requested:
		err = a.decline(ctx, DeclinedReturn{Return: q.Return})
	case Open:
		_, err = a.change(ctx, cancelReturn, map[string]any{"id": q.Return})
	}
	return effect.None{}, err
}

// CloseReturn ends a return. What of it was neither processed nor refunded is taken out first: the customer still has it, and may
// return it another time. One of which nothing was is cancelled. Whichever was over before stays as it is; the shop itself closes a
// return once all of it was processed.
func (a *Activities) CloseReturn(ctx context.Context, key effect.Key, q ReturnRef) (effect.None, error) {
	r, err := a.present(ctx, q.Return)
	if err != nil {
		return effect.None{}, err
	}
	settled := 0
	for _, l := range r.lines {
		settled += l.settled()
	}
	if settled == 0 {
		return a.CancelReturn(ctx, key, q)
	}
	if r.State != Open {
		return effect.None{}, nil
	}
	now, err := a.takeOut(ctx, r, func(l returnLine) int { return l.Quantity - l.settled() })
	if err != nil || now.State != Open {
		return effect.None{}, err
	}
	_, err = a.change(ctx, closeReturn, map[string]any{"id": q.Return})
	return effect.None{}, err
}

// settled is how many of the line something became of.
func (l returnLine) settled() int { return max(l.Processed, l.Refunded) }
