package main

import (
	"context"
	"fmt"
	"time"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/workflows/proposal"
)

var proposals = &journey{
	name: "proposal", clicks: "proposal.click",
	form: proposalForm, id: proposal.Request{}.WorkflowID,
	action: proposal.ActionApprove, then: sign,
	ending: string(proposal.Signed), messages: 2, events: 90,
}

// measureProposal compares the proposal with workflows that do the same steps and nothing else.
func measureProposal(ctx context.Context, n size, p progress) ([]Figure, error) {
	return proposals.measure(ctx, n, n.proposals, p)
}

// sign has the client sign what they are asked to.
func sign(ctx context.Context, s *system, on *followed) error {
	request, err := next(ctx, on.request, "request for a signature")
	if err != nil {
		return err
	}
	_, err = s.world.Act(ctx, request, client.SignatureAct{Do: client.SignatureSign})
	return err
}

// proposalForm has everything that a proposal needs, and is too small to need anybody's approval.
func proposalForm(_ context.Context, _ *system, n int64) (map[string]any, error) {
	from := prospects[n%int64(len(prospects))]
	return map[string]any{
		"title": "A picking cell for line 2",
		"client": map[string]any{
			"company": from.company, "name": "Ada Brandt", "email": fmt.Sprintf("ada@branch-%d-%s", n, from.domain), "country": from.country,
		},
		"notes": notes, "currency": "EUR",
		"lines": []map[string]any{
			{"description": "Robot arm", "quantity": "2", "price": "4999.50"},
			{"description": "Gripper with camera", "quantity": "2", "price": "890"},
			{"description": "Installation, per day", "quantity": "2.5", "price": "1200"},
		},
		"discount":    map[string]any{"percent": "5"},
		"valid_until": time.Now().AddDate(0, 2, 0).Format(time.DateOnly),
	}, nil
}

const notes = `# Goals
- Pick 600 parts an hour on line 2, in two shifts
- No more than two stops a week

# Scope
Two arms with grippers and cameras, the cell around them, and the training of four operators. The conveyor stays as it is.

# Timeline
Start in March; the first parts by the end of May.

# Budget
About 15,000 for this year, with an option on a second cell next year.

# Stakeholders
- Ada Brandt, head of production, decides
- The works council wants to see the cell before it runs

# Risks
- The floor may have to be levelled
- Parts from the old tool vary by 2 mm

# Next steps
Site visit in the second week, then the layout.
`
