package spool

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"golang.org/x/sync/errgroup"

	"github.com/throughline-dev/throughline/workflows/field"
)

const (
	// atOnce is how many cases are handed over side by side.
	atOnce = 8
	// patience is how long Temporal may take for one entry.
	patience = 10 * time.Second
	// The pauses between two tries grow from the one to the other.
	shortPause, longPause = 250 * time.Millisecond, 5 * time.Second
)

// Deliver hands an entry to Temporal. The error is a [RefusedError] where Temporal will never take it; after any other the entry stays
// the first of its line, and is tried again.
type Deliver func(context.Context, client.Client, Entry) error

// RefusedError is the error for what Temporal will never take: the case has ended, or there is something wrong with it. Why has nothing of
// its content in it.
type RefusedError struct{ Why string }

func (e *RefusedError) Error() string { return "refused for good: " + e.Why }

// Final makes a [RefusedError] of what Temporal, or who asks it, says of an entry that it will never take, and leaves other errors as they
// are. Whether there still is a case is for who hands over to say.
func Final(err error) error {
	_, invalid := errors.AsType[*serviceerror.InvalidArgument](err)
	_, mistakes := errors.AsType[field.Mistakes](err)
	switch {
	case invalid:
		return &RefusedError{"Temporal says that there is something wrong with it"}
	case mistakes:
		return &RefusedError{"something else was sent before under the same name"}
	}
	return err
}

// Run hands over what is kept, by a client without the spool, until the context ends. How is what hands over the kinds other than
// [KindSignal], by their names. What is under way then is handed over again by the next Run.
func (s *Spool) Run(ctx context.Context, c client.Client, how map[string]Deliver) {
	if s == nil {
		return
	}
	kinds := maps.Clone(how)
	if kinds == nil {
		kinds = map[string]Deliver{}
	}
	kinds[KindSignal] = deliverSignal
	h := &handover{Spool: s, client: c, kinds: kinds}
	pause, away := shortPause, false
	for ctx.Err() == nil {
		if now := s.Stats(); now.Entries == 0 {
			if away {
				s.log.Info("All that was kept has been handed over.", "handed_over", now.HandedOver, "refused", now.Refused)
			}
			pause, away = shortPause, false
			select {
			case <-ctx.Done():
			case <-s.more:
			}
			continue
		}
		moved := false
		if err := h.ready(ctx); err == nil {
			moved = h.round(ctx)
		} else if ctx.Err() == nil && !away {
			s.log.Warn("Temporal can't be reached. What comes in is kept, and handed over once it can.", "err", err)
			away = true
		}
		if pause = min(2*pause, longPause); moved {
			pause = shortPause
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// handover is how what is kept gets to Temporal.
type handover struct {
	*Spool
	client client.Client
	kinds  map[string]Deliver
	// said is what was logged last of what can't be handed over, and saidAt when.
	said   string
	saidAt time.Time
}

func (h *handover) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_, err := h.client.CheckHealth(ctx, &client.CheckHealthRequest{})
	return err
}

// round goes through all lines once, the one that has waited longest first, and reports whether anything was handed over. A line that
// can't go on holds up no other.
func (h *handover) round(ctx context.Context) bool {
	h.mu.Lock()
	lines := slices.SortedFunc(maps.Keys(h.lines), func(a, b string) int {
		return cmp.Compare(h.lines[a][0].number, h.lines[b][0].number)
	})
	h.mu.Unlock()
	var moved, failed atomic.Int64
	var first atomic.Value
	var group errgroup.Group
	group.SetLimit(atOnce)
	for _, line := range lines {
		group.Go(func() error {
			n, err := h.drain(ctx, line)
			moved.Add(n)
			if err != nil && ctx.Err() == nil {
				failed.Add(1)
				first.CompareAndSwap(nil, err.Error())
			}
			return nil
		})
	}
	_ = group.Wait()
	if why, _ := first.Load().(string); why != "" && (why != h.said || time.Since(h.saidAt) > time.Minute) {
		h.said, h.saidAt = why, time.Now()
		h.log.Warn("Some of what is kept could not be handed over; it is tried again.", "cases", failed.Load(), "err", why)
	}
	return moved.Load() > 0
}

// drain hands over a line, one entry after the other, and says how many it was rid of.
func (h *handover) drain(ctx context.Context, line string) (n int64, err error) {
	for ctx.Err() == nil {
		h.mu.Lock()
		if len(h.lines[line]) == 0 {
			h.mu.Unlock()
			return n, nil
		}
		first := h.lines[line][0]
		h.mu.Unlock()
		if err := h.hand(ctx, first); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// hand hands over a line's first entry, and forgets it.
func (h *handover) hand(ctx context.Context, at spot) error {
	e, err := h.read(at.number)
	if err != nil {
		return err
	}
	deliver := h.kinds[e.Kind]
	if deliver == nil {
		return fmt.Errorf("nothing here knows what to do with the kind %q: was it kept by a newer version?", e.Kind)
	}
	within, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err = deliver(within, h.client, e)
	refusal, refused := errors.AsType[*RefusedError](err)
	if err != nil && !refused {
		return err
	}
	why := ""
	if refused {
		why = refusal.Why
	}
	if err := h.remove(at.number, why); err != nil {
		return err
	}
	h.mu.Lock()
	h.leave(e.Line, at)
	h.mu.Unlock()
	if refused {
		h.refused.Add(1)
		h.log.Error("Something that was kept can't be handed over, and was put aside.", "case", e.Line, "kind", e.Kind, "kept_at", e.At, "why", why)
	} else {
		h.handed.Add(1)
		h.log.Info("What was kept was handed over.", "case", e.Line, "kind", e.Kind, "kept_at", e.At)
	}
	return nil
}
