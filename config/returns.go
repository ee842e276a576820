package config

import (
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/activities/policy"
)

// Returns is how returns are handled: see [policy.Return].
type Returns struct {
	// Support is the name of the role that decides about returns; "" where the house takes none. Warehouse takes the parcels in, and
	// Finance pays.
	Support   string `json:"support"`
	Warehouse string `json:"warehouse"`
	Finance   string `json:"finance"`
	// WarehouseEmail hears of what is on its way, beside the role; "" for nobody.
	WarehouseEmail string `json:"warehouse_email"`
	// Address is where parcels go, as it stands on a label: several lines.
	Address string `json:"address"`
	// Calendar is the name of the house's calendar; "" for UTC.
	Calendar string `json:"calendar"`
	// TicketStage is the ID of the stage in HubSpot that starts a return when a ticket reaches it; "" for none.
	TicketStage string       `json:"ticket_stage"`
	Terms       []Terms      `json:"terms"`
	Fault       []string     `json:"fault"` // reasons, as commerce.Reasons has them
	Grades      []Grade      `json:"grades"`
	KeepBelow   []Limit      `json:"keep_below"` // one for each currency, and so with the others
	Auto        AutoApproval `json:"auto"`
	ReturnFee   []Limit      `json:"return_fee"`
	// RefundShipping gives back what the order's shipping cost once all of it came back.
	RefundShipping bool          `json:"refund_shipping"`
	Review         policy.Ladder `json:"review"`
	Payment        policy.Ladder `json:"payment"`
	Operations     policy.Ladder `json:"operations"`
	// AnswerWithin is how long the customer has to answer a question of support's.
	AnswerWithin policy.Duration `json:"answer_within"`
	Arrival      Arrival         `json:"arrival"`
	// Two are the amounts above which two people of finance have to agree.
	Two []Limit `json:"two"`
	// FollowUp is how often a refund that is under way is looked at.
	FollowUp policy.Duration `json:"follow_up"`
	// ReplyWindow is how long a customer's answer is listened to after the end; 0 for not at all.
	ReplyWindow policy.Duration `json:"reply_window"`
	Ticket      Ticket          `json:"ticket"`
}

// Terms are what holds for some of the goods.
type Terms struct {
	Name string `json:"name"`
	When string `json:"when"` // a condition; "" for always
	// Window is for how many days after its delivery something can be returned; 0 for not at all.
	Window     int           `json:"window"`
	Ask        bool          `json:"ask"`
	Photo      bool          `json:"photo"`
	Fee        money.Percent `json:"fee"`
	FreeReturn bool          `json:"free_return"`
}

// Grade is what the warehouse can say of what arrives.
type Grade struct {
	Name    string        `json:"name"`
	Label   string        `json:"label"`
	Stock   string        `json:"stock"` // as commerce.Stock has it
	Deduct  money.Percent `json:"deduct"`
	Excused []string      `json:"excused"` // reasons with which nothing is deducted
}

// AutoApproval is which returns nobody has to approve.
type AutoApproval struct {
	Below     []Limit       `json:"below"`
	MaxRate   money.Percent `json:"max_rate"`
	MinOrders int           `json:"min_orders"`
}

// Arrival is how a parcel is waited for.
type Arrival struct {
	Remind  []policy.Duration `json:"remind"` // counted from the approval
	Expires policy.Duration   `json:"expires"`
}

// Ticket is how the ticket of a return follows in HubSpot, by the IDs of its pipeline and stages.
type Ticket struct {
	Pipeline string `json:"pipeline"`
	Open     string `json:"open"`
	Waiting  string `json:"waiting"`
	Closed   string `json:"closed"`
}
