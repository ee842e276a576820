package policy

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/activities/effect"
)

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
	for id, p := range book.People { // no two have the same address
		if r.Email != "" && strings.EqualFold(p.Email, r.Email) && !slices.Contains(r.People, id) {
			found.People = append(found.People, p)
		}
	}
	return found, nil
}

// Without is the role that was asked for without whoever has an e-mail address, and the IDs of those who have it. Nobody has "".
func (p People) Without(email string) (Role, []string) {
	theirs := func(one Person) bool { return email != "" && strings.EqualFold(one.Email, email) }
	var ids []string
	for _, one := range slices.Concat(p.People, p.Role.People) {
		if theirs(one) && !slices.Contains(ids, one.ID) {
			ids = append(ids, one.ID)
		}
	}
	p.Role.People = slices.DeleteFunc(slices.Clone(p.Role.People), theirs)
	return p.Role, ids
}

// maxCover is how far a chain of cover is followed: from somebody who is away to their cover, who may be away too.
const maxCover = 5

// FindStandIns says who acts now for each of the people asked for: themselves where they are there, else the first of their
// chain of cover who is. A chain ends with nobody after five people, where it would come back to somebody, and at somebody
// who is excluded: their cover would act on their behalf.
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
	next := id
	for range 1 + maxCover {
		p, known := b.People[next]
		if !known || slices.Contains(excluded, next) {
			break
		}
		absence, away := p.AbsentAt(now)
		if !away {
			found.Person = p
			break
		}
		if next != id {
			found.Via = append(found.Via, next)
		}
		if next = absence.Cover; next == id || slices.Contains(found.Via, next) {
			break
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
