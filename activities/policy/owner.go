package policy

import (
	"context"
	"maps"
	"slices"

	"github.com/throughline-dev/throughline/activities/effect"
)

// FindOwner says who in the handbook has an owner ID of the CRM, and who acts for them now: themselves, else the first of their
// chain of cover who is there (see [Activities.FindStandIns]). Of several people with the same owner ID it is the first by
// their own IDs. Without an owner ID it is nobody.
func (a *Activities) FindOwner(_ context.Context, _ effect.Key, r OwnerRequest) (Owner, error) {
	book := a.Current()
	if r.CRMOwner == "" {
		return Owner{}, nil
	}
	for _, id := range slices.Sorted(maps.Keys(book.People)) {
		if p := book.People[id]; p.CRMOwner == r.CRMOwner {
			return Owner{Of: p, Person: book.standIn(id, nil, a.now()).Person}, nil
		}
	}
	return Owner{}, nil
}
