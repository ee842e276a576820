package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"golang.org/x/sync/errgroup"

	"github.com/throughline-dev/throughline/activities/claims"
	"github.com/throughline-dev/throughline/starter/spool"
)

// atOnce is how many pieces of a post's news are handed on at a time: enough for a hundred within the time that a vendor
// waits, and few enough to leave the workers room.
const atOnce = 16

// news is a signal for one case, or what starts one.
type news struct {
	// id is that of the case's workflow; "" where subject finds it.
	id string
	// subject is what the case has claimed: "crm-contact/<ID>".
	subject string
	signal  string
	content any
	// start starts a case; nil for a signal.
	start start
}

// start is what starts a case, once however often it is told.
type start interface {
	take(context.Context, client.Client) error
	workflow() string // the type of what it starts
}

// tally is what became of a post's news.
type tally struct {
	told   int // signals, and cases that were started, that Temporal or the spool has
	nobody int // no case is about this
	ended  int // the case was over
}

// deliver hands news to the cases. The error is nil once Temporal has all that there is somebody for; the rest is tried
// whatever happens to one piece, so that a repeat has less to do.
func (h *Handler) deliver(r *http.Request, all []news) (tally, error) {
	// Whoever hangs up after they have sent a whole post has sent it.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), h.o.Timeout)
	defer cancel()
	var (
		mu    sync.Mutex
		count tally
		group errgroup.Group
	)
	group.SetLimit(atOnce)
	for _, one := range all {
		group.Go(func() error {
			became, err := h.hand(ctx, one)
			mu.Lock()
			defer mu.Unlock()
			count.told += became.told
			count.nobody += became.nobody
			count.ended += became.ended
			return err
		})
	}
	err := group.Wait()
	return count, err
}

// hand gives one piece of news to its case.
func (h *Handler) hand(ctx context.Context, one news) (tally, error) {
	if one.start != nil {
		err := one.start.take(ctx, h.o.Client)
		h.countTrigger(one.start.workflow(), err)
		if err != nil {
			return tally{}, err
		}
		return tally{told: 1}, nil
	}
	if one.id == "" {
		return h.find(ctx, one)
	}
	return tell(ctx, h.o.Client, one)
}

// find gives news to the case that holds its subject. Where nobody can say which that is, the news is kept, if the client has a spool.
func (h *Handler) find(ctx context.Context, one news) (tally, error) {
	kept := spool.Of(h.o.Client)
	var err error
	if !kept.Waiting(one.subject) {
		one.id, err = claims.Holder(ctx, h.o.Client, one.subject)
		switch {
		case err == nil && one.id == "":
			return tally{nobody: 1}, nil
		case err == nil:
			return tell(ctx, h.o.Client, one)
		case !spool.Away(err):
			return tally{}, err
		}
	}
	content, wrong := json.Marshal(one.content)
	if wrong != nil {
		return tally{}, wrong
	}
	if err := kept.KeepAs(spool.Entry{Line: one.subject, Kind: KindNews}, keptNews{one.signal, content}, err); err != nil {
		return tally{}, err
	}
	return tally{told: 1}, nil
}

// KindNews is the kind of news that is kept since nobody could say which case holds its subject, which is its line.
const KindNews = "news"

// keptNews is a signal for whichever case holds the subject.
type keptNews struct {
	Signal  string          `json:"signal"`
	Content json.RawMessage `json:"content"`
}

// Deliver hands over news that was kept, by a client with a spool: where something of the case is kept, the news goes behind it. Nobody may
// be interested in it any more.
func Deliver(ctx context.Context, c client.Client, e spool.Entry) error {
	var k keptNews
	if err := json.Unmarshal(e.Content, &k); err != nil {
		return &spool.RefusedError{Why: "it can't be read"}
	}
	holder, err := claims.Holder(ctx, c, e.Line)
	if err != nil || holder == "" {
		return err
	}
	_, err = tell(ctx, c, news{id: holder, signal: k.Signal, content: k.Content})
	return spool.Final(err)
}

// tell signals a case.
func tell(ctx context.Context, c client.Client, one news) (tally, error) {
	err := c.SignalWorkflow(ctx, one.id, "", one.signal, one.content)
	var ended *serviceerror.NotFound
	switch {
	case errors.As(err, &ended):
		return tally{ended: 1}, nil
	case err != nil:
		return tally{}, err
	}
	return tally{told: 1}, nil
}

// finish delivers what a post holds, answers it, and returns what became of its news.
func (h *Handler) finish(w http.ResponseWriter, r *http.Request, b batch) tally {
	became, err := h.deliver(r, b.news)
	h.measure(r, b, became, err)
	line := []any{
		"route", r.Pattern, "events", b.events, "ignored", b.ignored, "unreadable", b.unreadable,
		"told", became.told, "nobody", became.nobody, "ended", became.ended,
	}
	switch {
	case err != nil:
		h.log.ErrorContext(r.Context(), "A post's news could not be handed to Temporal; its vendor was asked to send it again.", append(line, "err", err)...)
		answer(w, http.StatusServiceUnavailable, "")
		return became
	case b.unreadable > 0:
		h.log.WarnContext(r.Context(), "A post was taken, but some of it is not as its vendor describes it.", line...)
	default:
		h.log.InfoContext(r.Context(), "A post was taken.", line...)
	}
	answer(w, http.StatusOK, b.answer)
	return became
}
