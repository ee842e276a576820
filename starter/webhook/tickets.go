package webhook

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/starter/intake"
	"github.com/throughline-dev/throughline/workflows/returns"
)

// The ticket properties that tell of a return: the stage that the ticket is in, by its ID, and the order's number, which starter
// setup makes and the help desk's form has.
const (
	ticketStage = "hs_pipeline_stage"
	ticketOrder = "return_order"
)

// asked is the news that a ticket is about a return: it has reached the stage which says so, or somebody has filled in which order it
// is about. The return's workflow reads the ticket itself. That a ticket starts one return, however often and by however many
// subscriptions HubSpot tells it, is [intake.TakeTicket]'s to see to.
//
// HubSpot tells of both when a ticket is made with them, too. That a ticket was made, by itself, says neither what it is about nor in
// which pipeline it is.
func (e hubSpotEvent) asked(rules config.Returns) ([]news, error) {
	staged := e.PropertyName == ticketStage && rules.TicketStage != "" && e.PropertyValue == rules.TicketStage
	ordered := e.PropertyName == ticketOrder && e.PropertyValue != ""
	if rules.Support == "" || !staged && !ordered { // without support the house takes no returns
		return nil, nil
	}
	at, ok := realTime(time.UnixMilli(int64(e.OccurredAt)))
	if !ok || e.OccurredAt == 0 || e.ObjectID == "" {
		return nil, errors.New("a ticket that is about a return has no time or no record")
	}
	return []news{{start: ticket{string(e.ObjectID), at}}}, nil
}

// ticket starts a return.
type ticket struct {
	id string
	at time.Time
}

func (t ticket) workflow() string { return returns.WorkflowName }

func (t ticket) take(ctx context.Context, c client.Client) error {
	_, err := intake.TakeTicket(ctx, c, t.id, t.at)
	return err
}
