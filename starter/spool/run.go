package spool

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
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
	// oneRound is for how long a round begins with something: what has come meanwhile gets its turn in the next.
	oneRound = 5 * time.Second
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
	case lacksAttributes(err):
	case invalid:
		return &RefusedError{"Temporal says that there is something wrong with it"}
	case mistakes:
		return &RefusedError{"something else was sent before under the same name"}
	}
	return err
}

// lacksAttributes reports whether Temporal says that it has no such search attribute, as it says of everything where its namespace was made
// anew: they are Temporal's to have, and nothing is wrong with what was sent.
func lacksAttributes(err error) bool {
	invalid, is := errors.AsType[*serviceerror.InvalidArgument](err)
	return is && strings.Contains(strings.ToLower(invalid.Message), "search attribute")
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
	h := newHandover(s, c, kinds)
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
	// patience and roundFor are the constants, except in tests.
	patience, roundFor time.Duration
	// newest is whether the next round goes through the lines from the newest on: after one in which some failed, so that neither those that
	// have waited longest nor those that have just come have to wait until all others have failed.
	newest bool
	// failed is how often in a row a line couldn't go on, and over what became of entries that are still in the file, since they couldn't be
	// taken out of it: why they were refused, or "". Both are guarded by the spool's mu.
	failed map[string]int
	over   map[uint64]string
	// said is what was logged last of what can't be handed over, and saidAt when.
	said   string
	saidAt time.Time
}

func newHandover(s *Spool, c client.Client, kinds map[string]Deliver) *handover {
	return &handover{Spool: s, client: c, kinds: kinds, patience: patience, roundFor: oneRound, failed: map[string]int{}, over: map[uint64]string{}}
}

func (h *handover) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, h.patience)
	defer cancel()
	_, err := h.client.CheckHealth(ctx, &client.CheckHealthRequest{})
	return err
}

// round goes through the lines: first those that haven't failed, or least often, and of these as a rule the one that has waited longest. It
// reports whether anything was handed over. A line that can't go on holds up no other: with an end to the round, not even those that have come
// since it began.
func (h *handover) round(ctx context.Context) bool {
	end := time.Now().Add(h.roundFor)
	var moved, failed atomic.Int64
	var first atomic.Value
	var group errgroup.Group
	group.SetLimit(atOnce)
	for i, line := range h.inTurn() {
		if i >= atOnce && time.Now().After(end) {
			break
		}
		group.Go(func() error {
			n, err := h.drain(ctx, line, end)
			moved.Add(n)
			if err != nil && ctx.Err() == nil {
				failed.Add(1)
				first.CompareAndSwap(nil, err.Error())
			}
			return nil
		})
	}
	_ = group.Wait()
	h.newest = failed.Load() > 0 && !h.newest
	if why, _ := first.Load().(string); why != "" && (why != h.said || time.Since(h.saidAt) > time.Minute) {
		h.said, h.saidAt = why, time.Now()
		h.log.Warn("Some of what is kept could not be handed over; it is tried again.", "cases", failed.Load(), "err", why)
	}
	return moved.Load() > 0
}

// inTurn are the lines in the order in which they are gone through.
func (h *handover) inTurn() []string {
	type turn struct {
		line   string
		failed int
		number uint64
	}
	h.mu.Lock()
	turns := make([]turn, 0, len(h.lines))
	for line, entries := range h.lines {
		turns = append(turns, turn{line, h.failed[line], entries[0].number})
	}
	h.mu.Unlock()
	slices.SortFunc(turns, func(a, b turn) int {
		first := cmp.Compare(a.number, b.number)
		if h.newest {
			first = -first
		}
		return cmp.Or(cmp.Compare(a.failed, b.failed), first)
	})
	lines := make([]string, len(turns))
	for i, t := range turns {
		lines[i] = t.line
	}
	return lines
}

// drain hands over a line, one entry after the other, until the round ends, and says how many it was rid of.
func (h *handover) drain(ctx context.Context, line string, end time.Time) (n int64, err error) {
	for n == 0 || time.Now().Before(end) {
		h.mu.Lock()
		if ctx.Err() != nil || len(h.lines[line]) == 0 {
			h.mu.Unlock()
			return n, nil
		}
		first := h.lines[line][0]
		h.mu.Unlock()
		if err := h.hand(ctx, line, first); err != nil {
			h.mu.Lock()
			h.failed[line]++
			h.mu.Unlock()
			return n, err
		}
		n++
	}
	return n, nil
}

// hand hands over a line's first entry, and forgets it. One that can't be taken out of the file then, as on a full disk, isn't handed
// over again: only taking it out is tried again.
func (h *handover) hand(ctx context.Context, line string, at spot) error {
	h.mu.Lock()
	why, over := h.over[at.number]
	h.mu.Unlock()
	if !over {
		var err error
		if why, err = h.deliver(ctx, at); err != nil {
			return err
		}
		h.mu.Lock()
		h.over[at.number] = why
		h.mu.Unlock()
	}
	if err := h.remove(at.number, why); err != nil {
		return fmt.Errorf("what was handed over can't be taken out of the spool: %w", cause(err))
	}
	h.mu.Lock()
	h.leave(line, at)
	delete(h.over, at.number)
	delete(h.failed, line)
	h.mu.Unlock()
	if why != "" {
		h.refused.Add(1)
		h.log.Error("Something that was kept can't be handed over, and was put aside.", "case", line, "kind", at.kind, "kept_at", at.at, "why", why)
	} else {
		h.handed.Add(1)
		h.log.Info("What was kept was handed over.", "case", line, "kind", at.kind, "kept_at", at.at)
	}
	return nil
}

// deliver gives an entry to Temporal. Why says why that will never take it; "" where it has it.
func (h *handover) deliver(ctx context.Context, at spot) (why string, err error) {
	e, err := h.read(at.number)
	if err == nil {
		deliver := h.kinds[e.Kind]
		if deliver == nil {
			return "", fmt.Errorf("nothing here knows what to do with the kind %q: was it kept by a newer version?", e.Kind)
		}
		within, cancel := context.WithTimeout(ctx, h.patience)
		defer cancel()
		err = deliver(within, h.client, e)
	}
	if refusal, refused := errors.AsType[*RefusedError](err); refused {
		return refusal.Why, nil
	}
	return "", err
}
