package config

import (
	"fmt"
	"strings"

	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/activities/policy"
)

// Proposal is how proposals are handled: see [policy.Proposal].
type Proposal struct {
	// Strategists is the name of the pool whose turn it is to review; "" where the house makes no proposals.
	Strategists string `json:"strategists"`
	// Calendar is the name of the house's calendar; "" for Monday to Friday, by UTC.
	Calendar string `json:"calendar"`
	// Terms is text in Markdown that stands below the totals of every proposal.
	Terms      string        `json:"terms"`
	Review     policy.Ladder `json:"review"`
	Approval   policy.Ladder `json:"approval"`
	Operations policy.Ladder `json:"operations"`
	// MaxPause is how long the review may be paused in all, and MaxExtension how much time may be added to it; 0 for not at all.
	MaxPause     policy.Duration `json:"max_pause"`
	MaxExtension policy.Duration `json:"max_extension"`
	// MaxRounds is how often a proposal may come back rejected before it ends so.
	MaxRounds int    `json:"max_rounds"`
	Tiers     []Tier `json:"tiers"`
	// InTurn asks the tiers one after the other; otherwise all at once.
	InTurn bool `json:"in_turn"`
	// AskAgain says who is asked again about a new version; [policy.AskAll] where the file doesn't say.
	AskAgain  policy.AskAgain `json:"ask_again"`
	Signature Signature       `json:"signature"`
	Kickoff   Kickoff         `json:"kickoff"`
	// InvoiceDue is how many days the client has to pay.
	InvoiceDue int `json:"invoice_due"`
	// WonStage is the ID of the stage in HubSpot that deals are won in.
	WonStage string `json:"won_stage"`
	// Channel is the ID of the Slack channel that hears of a signed proposal; "" for none.
	Channel string `json:"channel"`

	// DealStage is the ID of the stage in HubSpot that starts a proposal when a deal reaches it; "" for none.
	DealStage string `json:"deal_stage"`
	// DealCurrency is that of deals which name none, an ISO 4217 code; "" asks operations.
	DealCurrency string `json:"deal_currency"`
	// DealValidDays is for how many days a proposal can be accepted that a deal has started.
	DealValidDays int `json:"deal_valid_days"`
}

// Tier is an approval that a proposal may need.
type Tier struct {
	Name string `json:"name"`
	// Over are amounts, one for each currency, above which the total needs it; none looks at no amount.
	Over []Limit `json:"over"`
	// DiscountOver is the share of the subtotal above which the discount needs it; 0 looks at no discount.
	DiscountOver money.Percent `json:"discount_over"`
	Role         string        `json:"role"`
	Need         int           `json:"need"` // how many of the role; 0 for all who may
	Veto         bool          `json:"veto"`
	InTurn       bool          `json:"in_turn"`
}

// Limit is an amount of money. Its text is "EUR 10000" or "EUR 10000.50".
type Limit money.Amount

// MarshalText writes the limit as UnmarshalText reads it.
func (l Limit) MarshalText() ([]byte, error) {
	return []byte(l.Currency + " " + money.Amount(l).Decimal()), nil
}

// UnmarshalText reads a currency's code and a plain decimal number.
func (l *Limit) UnmarshalText(b []byte) error {
	code, number, ok := strings.Cut(strings.TrimSpace(string(b)), " ")
	if !ok {
		return fmt.Errorf("%q is no amount: write its currency and a plain number, like EUR 10000", b)
	}
	amount, err := money.Parse(strings.TrimSpace(number), code)
	*l = Limit(amount)
	return err
}

// Signature is how a signature is waited for.
type Signature struct {
	Expires policy.Duration   `json:"expires"`
	Remind  []policy.Duration `json:"remind"` // counted from when the client was asked
}

// Kickoff is the template of the project that a signed proposal starts.
type Kickoff struct {
	Owner    string           `json:"owner"` // a person's ID; "" for the strategist
	Sections []KickoffSection `json:"sections"`
}

// KickoffSection is a column of the project.
type KickoffSection struct {
	Name  string        `json:"name"`
	Tasks []KickoffTask `json:"tasks"`
}

// KickoffTask is something to be done.
type KickoffTask struct {
	Name     string `json:"name"`
	Assignee string `json:"assignee"` // a person's ID, or [policy.TheStrategist]; "" for nobody
	Due      int    `json:"due"`      // working days after the signature; 0 for no date
}
