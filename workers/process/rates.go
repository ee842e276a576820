package process

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"

	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/pace"
	"github.com/throughline-dev/throughline/config"
)

// How the processes come to their shares of a rate.
const (
	// lookEvery is the pause between two looks at who else is there.
	lookEvery = 20 * time.Second
	// settlesAfter is how long a process is new: until all others have seen it, and have made room.
	settlesAfter = 30 * time.Second
	// firstLookAfter is how long a process that starts waits for others that start at the same moment.
	firstLookAfter = 2 * time.Second
	// forNewcomers is the part of each rate that is kept for processes that are new, so that one can begin before the others have made
	// room for it.
	forNewcomers = 0.1
)

// rates keep the requests of all processes together below the systems' rates. Each process takes its share: of the processes that
// Temporal knows to ask for activities, each an equal one.
type rates struct {
	live   *config.Live
	pacers map[string]*pace.Pacer // by the rate's key in the handbook
	others *others
	log    *slog.Logger

	began   time.Time // when the workers did
	looked  bool
	settled bool
	share   float64
}

func newRates(o Options) *rates {
	r := &rates{live: o.Live, pacers: map[string]*pace.Pacer{}, others: newOthers(o.Client, o.Namespace), log: o.Logger}
	for key := range o.Live.Config().Systems.Rates() {
		r.pacers[key] = &pace.Pacer{}
	}
	r.set(forNewcomers) // as if it were the only new one
	return r
}

// client is one whose requests keep the rate of the system.
func (r *rates) client(system string, c *http.Client) *http.Client {
	c = r.pacers[system+".rate"].Client(c)
	if system == "hubspot" { // a search waits for both of its turns: for the rarer one first, so that those that get none cost the others nothing
		c = r.pacers[config.HubSpotSearchRate].Some(c, crm.IsSearch)
	}
	return c
}

// keep follows the number of processes, and the handbook, until the context ends.
func (r *rates) keep(ctx context.Context) {
	r.began = time.Now()
	for next := firstLookAfter; ; next = lookEvery {
		select {
		case <-ctx.Done():
			return
		case <-time.After(next):
			r.look(ctx, time.Now())
		}
	}
}

// look takes the share that the process has now. Where Temporal can't be asked, it keeps to what was.
func (r *rates) look(ctx context.Context, now time.Time) {
	if r.none() {
		r.set(r.share) // there may have been one
		return
	}
	ctx, cancel := context.WithTimeout(ctx, lookEvery/2)
	defer cancel()
	processes, err := r.others.count(ctx, now)
	if err != nil {
		r.log.Warn("Temporal can't be asked how many worker processes there are, so this one keeps its share of the systems' rates.", "err", err)
		r.set(r.share)
		return
	}
	r.settled = r.settled || !r.looked && processes == 1 || now.Sub(r.began) >= settlesAfter
	r.looked = true
	part := forNewcomers
	if r.settled {
		part = 1 - forNewcomers
	}
	r.set(part / float64(processes))
}

// none reports whether no system has a rate.
func (r *rates) none() bool {
	for _, rate := range r.live.Config().Systems.Rates() {
		if rate.Requests > 0 {
			return false
		}
	}
	return true
}

func (r *rates) set(share float64) {
	r.share = share
	for key, rate := range r.live.Config().Systems.Rates() {
		r.pacers[key].Set(pace.Rate{Requests: rate.Requests, Per: rate.Per.Duration}, share)
	}
}

// tryMarks marks each try of an activity, so that its requests wait for their turn as long as such a try may.
type tryMarks struct {
	interceptor.WorkerInterceptorBase
}

// InterceptActivity is called for each try.
func (*tryMarks) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	return &tryMark{interceptor.ActivityInboundInterceptorBase{Next: next}}
}

type tryMark struct {
	interceptor.ActivityInboundInterceptorBase
}

// ExecuteActivity runs the activity.
func (t *tryMark) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	return t.Next.ExecuteActivity(pace.Try(ctx, activity.GetInfo(ctx).IsLocalActivity), in)
}
