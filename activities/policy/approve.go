package policy

import (
	"context"
	"fmt"
	"slices"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
)

// ProposalPolicy is everything that decides how a proposal is handled. A proposal asks once, at its start, and keeps the answer.
//
// Where the handbook says nothing about proposals, or its pool of strategists has nobody, the error is a final fault with the
// code NO_PROPOSALS or POOL_EMPTY.
func (a *Activities) ProposalPolicy(context.Context, effect.Key, effect.None) (Proposal, error) {
	book := a.Current()
	p := book.Proposal
	switch {
	case p.Strategists == "":
		return Proposal{}, fault.Final("policy", "NO_PROPOSALS",
			"The handbook has no section \"proposal\", which says how proposals are handled. Add it, then try again.").Err()
	case len(book.Pools[p.Strategists].Members) == 0:
		return Proposal{}, fault.Final("policy", "POOL_EMPTY", fmt.Sprintf(
			"There is nobody in the pool %q, whose turn it is to review proposals. Add somebody to it in the handbook, then try again.",
			p.Strategists)).Err()
	}
	return p, nil
}

// FindApprovers says who of a role may approve, as it is today: those who hold it, without those who are excluded. Somebody who is
// away is among them; their task goes to their cover.
//
// Where fewer are left than have to approve, the error is a final fault with the code NOBODY_MAY_APPROVE: nothing is ever
// approved for want of people. Somebody has to put a person into the role, and to have the step done again.
func (a *Activities) FindApprovers(_ context.Context, _ effect.Key, r ApproversRequest) (Approvers, error) {
	role := a.Current().Roles[r.Role]
	var found Approvers
	for _, p := range role.People {
		if !slices.Contains(r.Excluded, p.ID) {
			found.People = append(found.People, p)
		}
	}
	if need := max(r.Need, 1); len(found.People) < need {
		return Approvers{}, fault.Final("policy", "NOBODY_MAY_APPROVE", fmt.Sprintf(
			"%d of the role %q have to approve, and %d may: who asked for the proposal, who has worked on it and who has approved another part can't. "+
				"Add somebody to the role in the handbook, then try again.", need, r.Role, len(found.People))).Err()
	}
	return found, nil
}
