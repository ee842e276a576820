package proposal

import (
	"fmt"
	"slices"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/step"
)

// round is the approval of one version: each tier is asked, and beside them the strategist may think again.
//
// Nobody approves for two tiers. So tiers that share people are asked one after the other, whatever the policy says, and whoever
// holds a task of one, as a candidate, a cover or a manager, can't come by a task of another meanwhile.
type round struct {
	p     *proposal
	v     *edition
	tiers []policy.Tier // to be asked

	together int                // how many of them are asked at once, to begin with
	lookedUp int                // for how many of them it is known who may approve
	agreed   []bool             // which of them have approved
	holders  []holder           // who holds a task of a tier that is being asked
	amended  *humantask.Outcome // what the strategist did meanwhile
	rejected *Approval
	failed   error
	over     func() // ends what is still open
	why      string // why it is ended
}

// holder is somebody who holds a task of a tier. Whoever comes by tasks of two holds that of the first.
type holder struct{ person, tier string }

func (r *round) hold(p policy.Person, tier policy.Tier) {
	if !slices.ContainsFunc(r.holders, func(h holder) bool { return h.person == p.ID }) {
		r.holders = append(r.holders, holder{p.ID, tier.Name})
	}
}

// ask asks until all have approved, somebody has rejected, or the strategist has replaced or dropped the version.
func (r *round) ask(ctx workflow.Context) error {
	asking, over := workflow.WithCancel(ctx)
	defer over()
	r.over = over
	open := 1 + len(r.tiers)
	r.agreed = make([]bool, len(r.tiers))
	for i := range r.tiers {
		if r.next(i) && r.p.policy.Shape >= 2 {
			r.together++
		}
	}
	workflow.GoNamed(asking, AmendTask, func(ctx workflow.Context) {
		r.amend(ctx)
		open--
	})
	for i := range r.tiers {
		workflow.GoNamed(asking, r.tiers[i].Name, func(ctx workflow.Context) {
			r.approve(ctx, i)
			open--
		})
	}
	rest, cancel := workflow.NewDisconnectedContext(ctx) // the tasks end by themselves when ctx is cancelled
	defer cancel()
	if err := workflow.Await(rest, func() bool { return open == 0 }); err != nil {
		return err
	}
	if r.amended != nil || r.rejected != nil || r.approved() {
		return nil
	}
	return r.failed
}

// end ends what is still open.
func (r *round) end(why string) {
	if r.why == "" {
		r.why = why
	}
	r.over()
}

func (r *round) whyEnded() string { return r.why }

// amend lets the strategist change or drop the version while others look at it.
func (r *round) amend(ctx workflow.Context) {
	n := r.v.Proposal.Version
	change := r.p.changeAction(ctx, false)
	check := change.Check
	change.Check = func(d humantask.Decision) string {
		if wrong := check(d); wrong != "" {
			return wrong
		}
		if c, _ := r.v.change(d, workflow.Now(ctx)); c.Lines != nil && *c.Lines == "" {
			return linesLabel + ": a version that others are to approve needs prices."
		}
		return ""
	}
	outcome, err := r.p.askStrategist(ctx, humantask.Task{
		ID: fmt.Sprintf("%s-%d", AmendTask, n), Version: fmt.Sprint(n), Title: "With others for approval: the " + r.p.name(),
		Text:         "There is nothing you have to do. If you change it after all, the new version is asked about instead of this one.",
		Actions:      []humantask.Action{change, dropAction},
		Optional:     true,
		WhyWithdrawn: r.whyEnded,
	})
	if err != nil {
		r.fail(err)
		return
	}
	r.amended = &outcome
	if outcome.Action == ActionDrop {
		r.end(outcome.By.Name + " has dropped the proposal.")
	} else {
		r.end("there is a newer version.")
	}
}

// approve asks one tier.
func (r *round) approve(ctx workflow.Context, i int) {
	tier := r.tiers[i]
	people, err := r.turn(ctx, i)
	if err != nil {
		r.fail(err)
		return
	}
	n := r.v.Proposal.Version
	outcome, err := r.p.desk.AskQuorum(ctx, humantask.Quorum{
		Yes: ActionApprove, Need: tier.Need, Veto: tier.Veto, InTurn: tier.InTurn,
		Task: humantask.Task{
			ID: fmt.Sprintf("%s-%d-%s", ApproveTask, n, tier.Name), Version: fmt.Sprint(n), Title: "Approve the " + r.p.name(),
			Text:       fmt.Sprintf("You are asked for %q, since %s.", tier.Name, touches(tier, r.v.Proposal)),
			Candidates: people, Excluded: r.p.barred(), ExcludedNow: func() []string { return r.elsewhere(tier) },
			WhyWithdrawn: r.whyEnded,
			Moved:        func(_ workflow.Context, h humantask.Happening) { r.hold(h.To, tier) },
			Actions: []humantask.Action{
				{
					Name: ActionApprove, Label: "Approve", Style: "primary", Done: "Approved",
					Confirm: fmt.Sprintf("This approves version %d for %s.", n, r.v.Proposal.Totals.Total),
				},
				{
					Name: ActionReject, Label: "Reject", Style: "danger", Done: "Rejected",
					Fields: []slack.Field{humantask.Comment("What has to be different", true)},
				},
			},
			Ladder: r.p.policy.Approval, Calendars: r.p.policy.Calendars,
			Facts: func() []slack.Fact { return r.p.approverFacts(r.v) },
		},
	})
	r.holders = slices.DeleteFunc(r.holders, func(h holder) bool { return h.tier == tier.Name })
	said := Approval{Tier: tier.Name, Version: n, Agreed: outcome.Agreed, Answers: outcome.Answers}
	if len(said.Answers) > 0 {
		r.p.result.Approvals = append(r.p.result.Approvals, said)
		for _, o := range said.Answers {
			r.p.spent.Add(StageApproval, o.By.ID, o.Opened, o.At)
		}
	}
	switch {
	case err != nil:
		r.fail(err)
	case !said.Agreed:
		r.rejected = &said
		r.end("it has been rejected.")
	default:
		if r.agreed[i] = true; r.approved() {
			r.end("it has been approved.")
		}
	}
}

// fail notes an error, which ends the round; one that comes of its end is none.
func (r *round) fail(err error) {
	if r.why == "" && r.failed == nil {
		r.failed = err
	}
	r.over()
}

// turn waits until a tier may be asked, and says whom: whoever holds the role, as it is then. Where fewer are left than have to
// approve, operations are asked.
func (r *round) turn(ctx workflow.Context, i int) (people []policy.Person, err error) {
	tier := r.tiers[i]
	for again := false; ; again = true {
		if err := workflow.Await(ctx, func() bool { return r.next(i) }); err != nil {
			return nil, err
		}
		found, err := step.Repeatable(ctx, r.p.steps, step.Spec{
			Name: fmt.Sprintf("approvers-%d-%s", r.v.Proposal.Version, tier.Name), System: "policy",
			Summary: "See who may approve for " + tier.Name, Policy: step.Inside,
		}, policyActivities.FindApprovers, policy.ApproversRequest{
			Role: tier.Role, Need: tier.Need, Excluded: append(r.p.barred(), r.approvedElsewhere(tier)...),
		})
		if err != nil {
			return nil, err
		}
		free := !r.busy(found.People)
		if free {
			for _, p := range found.People {
				r.hold(p, tier)
			}
		}
		if !again {
			r.lookedUp++
		}
		// Nobody is asked before it is known whom the others ask, however quick the look-ups are: somebody's cover would else come by
		// the task of another tier, and be missing in their own. What operations are asked about is not waited for.
		err = workflow.Await(ctx, func() bool {
			return (r.lookedUp >= r.together || r.p.rescuing > 0) && (free || !r.busy(found.People))
		})
		if free || err != nil {
			return found.People, err
		}
	}
}

// next is whether none of the tiers before has to answer first: each of them where the policy says so, else one of the same role.
func (r *round) next(i int) bool {
	for j, before := range r.tiers[:i] {
		if !r.agreed[j] && (r.p.policy.InTurn || before.Role == r.tiers[i].Role) {
			return false
		}
	}
	return true
}

func (r *round) approved() bool { return !slices.Contains(r.agreed, false) }

// barred are those who may not approve at all: who asked for the proposal, and who has worked on it.
func (p *proposal) barred() []string {
	barred := append(slices.Clone(p.reviewers), p.result.Strategist.ID)
	if p.in.RequestedBy != "" {
		barred = append(barred, p.in.RequestedBy)
	}
	return barred
}

// busy is whether any of the people holds a task of a tier that is being asked.
func (r *round) busy(people []policy.Person) bool {
	return slices.ContainsFunc(r.holders, func(h holder) bool {
		return slices.ContainsFunc(people, func(p policy.Person) bool { return p.ID == h.person })
	})
}

// approvedElsewhere are the IDs of those who have approved this version for another tier.
func (r *round) approvedElsewhere(tier policy.Tier) []string {
	var ids []string
	for _, a := range r.p.result.Approvals {
		if a.Version != r.v.Proposal.Version || a.Tier == tier.Name {
			continue
		}
		for _, o := range a.Answers {
			if o.Action == ActionApprove {
				ids = append(ids, o.By.ID)
			}
		}
	}
	return ids
}

// elsewhere are the IDs of those who can't answer for a tier, since they have answered for another one, or are asked to.
func (r *round) elsewhere(tier policy.Tier) []string {
	ids := r.approvedElsewhere(tier)
	for _, h := range r.holders {
		if h.tier != tier.Name {
			ids = append(ids, h.person)
		}
	}
	return ids
}
