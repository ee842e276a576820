package policy

import (
	"context"
	"fmt"
	"slices"
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

// FindPeople looks people and a role up as they are today. Who is no longer in the handbook is left out, and so is a role
// that it doesn't have.
func (a *Activities) FindPeople(_ context.Context, _ effect.Key, r PeopleRequest) (People, error) {
	book := a.Current()
	found := People{Role: book.Roles[r.Role]}
	for _, id := range r.People {
		if p, ok := book.People[id]; ok {
			found.People = append(found.People, p)
		}
	}
	return found, nil
}

// maxCover is how far a chain of cover is followed: from somebody who is away to their cover, who may be away too.
const maxCover = 5

// FindStandIns says who acts now for each of the people asked for: themselves, or the first of their chain of cover who is
// there and not excluded. A chain ends after five people and where it would come back to somebody.
func (a *Activities) FindStandIns(_ context.Context, _ effect.Key, r StandInRequest) (StandIns, error) {
	book, now := a.Current(), a.now()
	var found StandIns
	for _, id := range r.For {
		found.StandIns = append(found.StandIns, book.standIn(id, r.Excluded, now))
	}
	return found, nil
}

func (b *Book) standIn(id string, excluded []string, now time.Time) StandIn {
	_, known := b.People[id]
	found := StandIn{For: id, Gone: !known}
	for next := id; next != "" && len(found.Via) < maxCover && !slices.Contains(found.Via, next); {
		p := b.People[next]
		absence, away := p.AbsentAt(now)
		if p.ID != "" && !away && !slices.Contains(excluded, p.ID) {
			found.Person = p
			return found
		}
		if next != id {
			found.Via = append(found.Via, next)
		}
		next = absence.Cover
		if next == id {
			return found
		}
	}
	return found
}

func (a *Activities) now() time.Time {
	if a.Now != nil {
		return a.Now()
	}
	return time.Now()
}

// maxLevels bounds the way up, whatever a handbook says.
const maxLevels = 20

// FindManager says whom a task escalates to: the manager, or who stands in for them; where neither can act, their manager,
// and so on up. At the top it is the zero Person.
func (a *Activities) FindManager(_ context.Context, _ effect.Key, r ManagerRequest) (Manager, error) {
	book, now := a.Current(), a.now()
	next := r.Manager
	if p, ok := book.People[r.Of]; ok {
		next = p.Manager
	}
	excluded := append(slices.Clone(r.Excluded), r.Of)
	for range maxLevels {
		if next == "" {
			break
		}
		if s := book.standIn(next, excluded, now); s.Person.ID != "" {
			return Manager{Person: s.Person}, nil
		}
		next = book.People[next].Manager
	}
	return Manager{}, nil
}
