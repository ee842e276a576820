package webhook

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/starter/intake"
	"github.com/throughline-dev/throughline/workflows/proposal"
)

// dealStage is the deal property whose value is the ID of the stage that the deal is in.
const dealStage = "dealstage"

// reached is the news that a deal has reached the stage which starts a proposal. The proposal's workflow reads the deal itself:
// HubSpot waits five seconds for an answer, and what is wrong with the deal is for operations to see. That a deal starts one
// proposal, however often and by however many subscriptions HubSpot tells it, is [intake.TakeDeal]'s to see to.
func (e hubSpotEvent) reached(rules config.Proposal) ([]news, error) {
	if rules.DealStage == "" || e.PropertyName != dealStage || e.PropertyValue != rules.DealStage {
		return nil, nil
	}
	at, ok := realTime(time.UnixMilli(int64(e.OccurredAt)))
	if !ok || e.OccurredAt == 0 || e.ObjectID == "" {
		return nil, errors.New("a deal that has reached its stage has no time or no record")
	}
	return []news{{start: deal{ID: string(e.ObjectID), At: at, Currency: rules.DealCurrency, ValidDays: rules.DealValidDays}}}, nil
}

// deal starts a proposal.
type deal intake.Deal

func (d deal) workflow() string { return proposal.WorkflowName }

func (d deal) take(ctx context.Context, c client.Client) error {
	_, err := intake.TakeDeal(ctx, c, intake.Deal(d))
	return err
}
