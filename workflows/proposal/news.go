package proposal

import (
	"slices"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/esign"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/signals"
	"github.com/throughline-dev/throughline/workflows/step"
)

// maxNews bounds how much news one proposal listens to, so that nothing outside makes its history grow without end.
const maxNews = 200

// hearNews listens to what happens outside. What comes before the proposal gets there is kept; what makes no sense is passed over.
func (p *proposal) hearNews(ctx workflow.Context) {
	signals.Listen(ctx, SignalSignature, "Dropbox Sign has news of the signature.", func(_ workflow.Context, s esign.Status) {
		heard := slices.ContainsFunc(p.heard, func(o esign.Status) bool { return o.ID == s.ID && o.State == s.State })
		if s.ID != "" && rank(s.State) > 0 && len(p.heard) < maxNews && !heard {
			p.heard = append(p.heard, s)
		}
	})
	signals.Listen(ctx, SignalRecall, "The proposal is taken back.", p.hearRecall)
}

// rank is in what order the states of a signature come. Events come in any order: the one that is furthest says where a request
// stands. A signature goes before everything, since it is binding, whatever else was on its way.
func rank(s esign.State) int {
	return 1 + slices.Index([]esign.State{
		esign.Waiting, esign.Undeliverable, esign.Viewed, esign.Expired, esign.Recalled, esign.Declined, esign.Signed,
	}, s)
}

// final is whether a state is one in which a request stays.
func final(s esign.State) bool { return rank(s) >= rank(esign.Expired) }

// standing is where a request stands, by what was heard of it. Of what was heard before it was known by its ID, nothing is lost.
func (p *proposal) standing(request string) esign.Status {
	best := esign.Status{ID: request}
	for _, s := range p.heard {
		if s.ID == request && rank(s.State) > rank(best.State) {
			best = s
		}
	}
	return best
}

// hearRecall takes a recall while the client has the proposal, from the strategist, from who asked for the proposal and from
// operations.
func (p *proposal) hearRecall(ctx workflow.Context, r Recall) {
	if slices.Contains(p.recalls, r.ID) || len(p.recalls) >= maxNews {
		return
	}
	p.recalls = append(p.recalls, r.ID)
	if p.stage == StageSignature && p.recall == nil && p.mayRecall(ctx, r.By) && p.stage == StageSignature {
		p.recall = &r
		return
	}
	workflow.GetLogger(ctx).Info("A recall was passed over.", "stage", p.stage, "by", r.By)
}

func (p *proposal) mayRecall(ctx workflow.Context, id string) bool {
	if id == "" {
		return false
	}
	if id == p.result.Strategist.ID || id == p.in.RequestedBy {
		return true
	}
	found, err := step.Repeatable(ctx, p.steps, step.Spec{
		Name: "who-recalls", System: "policy", Summary: "See whether who recalls it may", Policy: step.Inside, BestEffort: true,
	}, policyActivities.FindPeople, policy.PeopleRequest{Role: humantask.RoleOperations})
	return err == nil && slices.ContainsFunc(found.Role.People, func(o policy.Person) bool { return o.ID == id })
}
