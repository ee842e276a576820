package proposal

import (
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/policy"
)

// approve asks everybody who has to approve the latest version. The strategist may replace it meanwhile, and then the new one is
// asked about. It returns why the version comes back to the strategist; "" where it is approved.
func (p *proposal) approve(ctx workflow.Context) (back string, err error) {
	for {
		p.enter(ctx, StageApproval)
		v := p.current()
		due := p.touched(v)
		p.result.ByRule = len(due) == 0
		r := &round{p: p, v: v, tiers: p.unanswered(v, due)}
		if len(r.tiers) == 0 {
			return "", nil
		}
		if err := r.ask(ctx); err != nil {
			return "", err
		}
		switch {
		case r.amended != nil && r.amended.Action == ActionDrop:
			return "", ended(Dropped)
		case r.amended != nil:
			if err := p.revise(ctx, *r.amended); err != nil {
				return "", err
			}
		case r.rejected != nil:
			if p.result.Rounds++; p.result.Rounds > p.policy.MaxRounds {
				p.tell(ctx, "The "+p.name()+" was rejected", r.whyRejected()+"\n\nIt has come back as often as the policy lets it, so this is its end.")
				return "", ended(Rejected)
			}
			return r.whyRejected(), nil
		default:
			return "", nil
		}
	}
}

// touched are the tiers that have to approve a version.
func (p *proposal) touched(v *edition) []policy.Tier {
	var due []policy.Tier
	for _, t := range p.policy.Tiers {
		if touches(t, v.Proposal) != "" {
			due = append(due, t)
		}
	}
	return due
}

// unanswered are those of the tiers that are to be asked about a version. Those whose approval of the version before still stands
// aren't, where the policy says so.
func (p *proposal) unanswered(v *edition, due []policy.Tier) []policy.Tier {
	n := v.Proposal.Version
	if p.policy.AskAgain != policy.AskTouched || n == 1 {
		return due
	}
	before := p.versions[n-2].Proposal
	return slices.DeleteFunc(slices.Clone(due), func(t policy.Tier) bool {
		said, ok := p.approval(t.Name, n-1)
		if !ok || !said.Agreed || !stands(t, before, v.Proposal) {
			return false
		}
		said.Version, said.Stands = n, true
		p.result.Approvals = append(p.result.Approvals, said)
		return true
	})
}

// approval is what a tier has said about a version.
func (p *proposal) approval(tier string, version int) (Approval, bool) {
	i := slices.IndexFunc(p.result.Approvals, func(a Approval) bool { return a.Tier == tier && a.Version == version })
	if i < 0 {
		return Approval{}, false
	}
	return p.result.Approvals[i], true
}

// whyRejected says who has rejected the version, and why.
func (r *round) whyRejected() string {
	var lines []string
	for _, o := range r.rejected.Answers {
		if o.Action == ActionReject {
			lines = append(lines, strings.TrimSuffix(fmt.Sprintf("%s rejected version %s: %s", o.By.Name, o.Version, o.Comment), ": "))
		}
	}
	return strings.Join(lines, "\n")
}
