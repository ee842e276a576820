package policy

import (
	"context"
	"fmt"
	"time"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
)

// Activities answer workflows' questions from the handbook in force. They read only, so a repeat does no harm. Make one by
// its exported field; it is then safe for concurrent use and must not be copied.
type Activities struct {
	// Current is the handbook in force. Each question asks for it anew, so that a change takes effect at once.
	Current func() *Book
	// Now is the time by which people are there or away; nil for time.Now.
	Now func() time.Time

	conditions conditions
}

// LeadPolicy is everything that decides how a lead is handled. A lead asks once, at its start, and keeps the answer.
func (a *Activities) LeadPolicy(context.Context, effect.Key, effect.None) (Lead, error) {
	return a.Current().Lead, nil
}

// RouteLead says which pool takes a lead: that of the first territory in the request whose condition is true, else the
// default pool. The rules are the request's; who is in the pool is looked up today. A condition that fails counts as not
// true, and a territory whose pool has nobody is passed over; both are said among those considered.
//
// Where even the default pool has nobody, the error is a final fault with the code POOL_EMPTY: somebody has to put a person
// into it, and to have the step done again.
func (a *Activities) RouteLead(_ context.Context, _ effect.Key, r RouteRequest) (Route, error) {
	book := a.Current()
	var considered []Considered
	for _, t := range r.Territories {
		matched, because := a.decide(t.When, facts{Lead: r.Lead, Company: r.Company})
		pool := book.Pools[t.Pool]
		if matched && len(pool.Members) == 0 {
			matched, because = false, fmt.Sprintf("%s; passed over, since there is nobody in its pool %q", because, t.Pool)
		}
		considered = append(considered, Considered{Territory: t.Name, Matched: matched, Because: because})
		if matched {
			return Route{Territory: t.Name, Pool: pool, Considered: considered}, nil
		}
	}
	pool := book.Pools[r.DefaultPool]
	if len(pool.Members) == 0 {
		return Route{}, fault.Final("policy", "POOL_EMPTY", fmt.Sprintf(
			"No territory takes this lead, and there is nobody in the default pool %q. Add somebody to the pool of that name in the handbook, then try again.",
			r.DefaultPool)).Err()
	}
	return Route{Pool: pool, Considered: considered}, nil
}

func (a *Activities) decide(when string, f facts) (matched bool, because string) {
	c, err := a.conditions.get(when)
	if err != nil {
		return false, undecided(err)
	}
	return c.decide(f)
}
