package crm

import (
	"context"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/money"
)

// deals is a kind of records, by the ID that HubSpot's description of its API has for it: its guides write "deals".
const deals = "0-3"

// HubSpot's own properties of a deal.
const (
	propertyDealStage    = "dealstage"
	propertyDealAmount   = "amount"
	propertyDealCurrency = "deal_currency_code"
	propertyDealClosed   = "closedate"
	propertyDealWon      = "hs_is_closed_won"
)

// Win says that a deal is won.
type Win struct {
	Deal string `json:"deal"` // the deal's ID
	// Stage is the ID of the stage that deals are won in, in the deal's pipeline; "closedwon" in HubSpot's own.
	Stage  string       `json:"stage"`
	Amount money.Amount `json:"amount"`
	At     time.Time    `json:"at"`
	Note   string       `json:"note,omitempty"` // plain text; "" for none
}

// Won is a deal that is won.
type Won struct {
	// Deal is the deal's ID as it is now: another one than was asked for where it was merged into another meanwhile.
	Deal string `json:"deal,omitempty"`
	// Before is whether it had been won already, which is left as it is.
	Before bool `json:"before,omitempty"`
}

// WinDeal puts a deal into the stage that deals are won in, with its amount and the date, and adds a note. A deal that is won
// already, in whatever stage of whatever pipeline, keeps its stage, amount and date. Run again it changes nothing more.
//
// HubSpot takes an amount in the deal's currency: where that is another one, the amount is left as it is. A deal that was deleted
// is a final fault, since somebody has to say what becomes of it.
func (a *Activities) WinDeal(ctx context.Context, key effect.Key, w Win) (Won, error) {
	switch {
	case w.Deal == "":
		return Won{}, fault.Final(system, "invalid_request", "deal: no deal is named").Err()
	case strings.TrimSpace(w.Stage) == "":
		return Won{}, fault.Final(system, "invalid_request", "stage: the stage that deals are won in isn't named").Err()
	}
	deal, err := a.read(ctx, deals, w.Deal, propertyDealStage, propertyDealCurrency, propertyDealWon)
	if err != nil {
		return Won{}, err
	}
	won := Won{Deal: deal.ID}
	// HubSpot works the one property out of the other, some moments later.
	won.Before = deal.Properties[propertyDealWon] == "true" || deal.Properties[propertyDealStage] == w.Stage
	if !won.Before {
		changes := properties{propertyDealStage: w.Stage, propertyDealClosed: w.At.UTC().Format("2006-01-02T15:04:05.000Z")}
		if c := deal.Properties[propertyDealCurrency]; c == "" || c == w.Amount.Currency {
			changes[propertyDealAmount] = w.Amount.Decimal()
		}
		if err := a.update(ctx, deals, deal.ID, changes); err != nil {
			return Won{}, moved(err)
		}
	}
	if strings.TrimSpace(w.Note) == "" {
		return won, nil
	}
	made, err := a.upsert(ctx, notes, propertyKey, key.ID, properties{
		"hs_note_body": noteBody(w.Note), "hs_timestamp": w.At.UTC().Format("2006-01-02T15:04:05.000Z"),
	})
	if err == nil {
		err = a.associate(ctx, notes, made.ID, deals, deal.ID)
	}
	return won, moved(err)
}
