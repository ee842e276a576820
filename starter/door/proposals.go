package door

import (
	"net/http"

	"github.com/throughline-dev/throughline/starter/intake"
	"github.com/throughline-dev/throughline/workflows/proposal"
)

// proposalsMethods are the methods of /proposals.
const proposalsMethods = "OPTIONS, POST"

// takeProposal takes a proposal by the rules for leads, but as JSON alone, and up to [intake.MaxProposal] bytes of it.
func (d *Door) takeProposal(w http.ResponseWriter, r *http.Request) {
	in, p := d.admit(w, r, intake.MaxProposal)
	if p != nil {
		d.turnAway(w, r, "proposal", p, nil, nil)
		return
	}
	if _, _, p := mediaType(r.Header, mediaJSON); p != nil {
		w.Header().Set("Accept-Post", mediaJSON)
		d.countTrigger("proposal", refused, p.reason())
		d.refuse(w, r, *p, nil)
		return
	}
	brought, err := intake.ReadProposal(in.body)
	if err != nil {
		d.notTaken(w, r, "proposal", err, nil)
		return
	}
	brought.Signed = in.signed
	brought.Key = in.named(r, brought.Key, &brought.Mistakes)
	ctx, cancel := d.bounded(r)
	defer cancel()
	receipt, err := intake.TakeProposal(ctx, d.o.Client, brought, d.o.People())
	if err != nil {
		d.notTaken(w, r, "proposal", err, nil)
		return
	}
	status := d.taken(w, r, "proposal", "/proposals/", receipt)
	writeJSON(w, http.StatusAccepted, mediaJSON, accepted{receipt, status})
}

func (d *Door) proposalStatus(w http.ResponseWriter, r *http.Request) {
	d.caseStatus(w, r, "proposal", proposal.IsWorkflowID)
}
