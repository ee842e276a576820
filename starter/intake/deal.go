package intake

import (
	"context"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/throughline-dev/throughline/workflows/proposal"
)

// Deal is a deal that has reached its stage in the CRM.
type Deal struct {
	ID string
	// At is when it did, by the CRM's clock.
	At time.Time
	// Currency is that of a deal which names none; "" for none.
	Currency string
	// ValidDays is for how many days the proposal can be accepted, counted from At.
	ValidDays int
}

// TakeDeal starts the proposal of a deal, which its workflow then reads from the CRM. The error is [field.Mistakes] where the
// deal has no ID that can be one, else [*Unavailable].
//
// A deal starts one proposal a day at most, see [proposal.DealWorkflowID], and none while one that it has started earlier is
// open. The first is certain, however often the CRM tells it. The second is as Temporal's list of workflows has it, some
// moments old, which is enough to tell one day from another.
func TakeDeal(ctx context.Context, c client.Client, d Deal) (Receipt, error) {
	now := time.Now().UTC()
	r := proposal.Request{
		FromDeal: true, Deal: d.ID, Currency: d.Currency, ValidUntil: d.At.UTC().AddDate(0, 0, d.ValidDays).Format(time.DateOnly),
		Received: d.At.UTC(),
	}
	if r.Received.After(now) { // the clocks differ
		r.Received = now
	}
	if err := r.Validate(); err != nil {
		return Receipt{}, err
	}
	b := beginProposal(proposal.DealWorkflowID(d.ID, d.At), false, r)
	b.Unless = proposal.DealPrefix(d.ID)
	return begin(ctx, c, b)
}
