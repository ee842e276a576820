package policy

import (
	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/money"
)

// ReturnShape is today's shape of the return's workflow; see [Lead.Shape].
const ReturnShape = 1

// Limits are amounts by currency, in minor units. A currency that isn't there has none: nothing is below its limit, and everything
// is above.
type Limits map[string]int64

// Below reports whether an amount is below its currency's limit, and Above whether it is above.
func (l Limits) Below(a money.Amount) bool {
	limit, ok := l[a.Currency]
	return ok && a.Minor < limit
}

// Above is not the opposite of Below: the limit itself is neither.
func (l Limits) Above(a money.Amount) bool {
	limit, ok := l[a.Currency]
	return !ok || a.Minor > limit
}

// Return is everything in the handbook that decides how a return is handled.
type Return struct {
	// Handbook, Shape and Company are as in [Proposal].
	Handbook string `json:"handbook"`
	Shape    int    `json:"shape"`
	Company  string `json:"company"`
	// Support, Warehouse and Finance are the names of the roles that decide about a return, take the parcel in, and pay.
	Support   string `json:"support"`
	Warehouse string `json:"warehouse"`
	Finance   string `json:"finance"`
	// WarehouseEmail hears of what is on its way beside the role's channel; "" for nobody.
	WarehouseEmail string `json:"warehouse_email,omitempty"`
	// Address is where the customer sends the parcel, as it stands on a label.
	Address string `json:"address"`
	// Location is the shop's ID of where what came back is put into stock.
	Location string `json:"location"`
	// Calendar is the name of the house's calendar: the days of the windows are its zone's, and the turnaround's working time is in
	// its hours. "" is UTC.
	Calendar string `json:"calendar,omitempty"`
	// Terms are tried for each line, in order; the first that is true counts. A line that none fits is support's to decide.
	Terms []Terms `json:"terms"`
	// Fault are the reasons that are our fault: we pay the way back, and take no fee.
	Fault []string `json:"fault"`
	// Grades are what the warehouse can say of what arrives.
	Grades []Grade `json:"grades"`
	// KeepBelow is the value of a return below which the customer keeps the goods: together with what is in other returns of the
	// order and hasn't come back.
	KeepBelow Limits `json:"keep_below,omitempty"`
	// Auto says which returns nobody has to approve.
	Auto AutoApproval `json:"auto"`
	// ReturnFee is what the way back costs where the customer pays it, taken off the refund once; no entry takes nothing.
	ReturnFee map[string]int64 `json:"return_fee,omitempty"`
	// RefundShipping gives back what the order's shipping cost once all of the order came back.
	RefundShipping bool `json:"refund_shipping,omitempty"`
	// Review is the ladder of support's tasks, Payment that of finance's, and Operations that of operations'.
	Review     Ladder `json:"review"`
	Payment    Ladder `json:"payment"`
	Operations Ladder `json:"operations"`
	// AnswerWithin is how long the customer has to answer a question of support's, while its clocks stand still.
	AnswerWithin Duration `json:"answer_within"`
	// Arrival is how the parcel is waited for.
	Arrival Arrival `json:"arrival"`
	// Two is the amount of a return's refunds, together, above which two people of finance have to agree.
	Two Limits `json:"two,omitempty"`
	// FollowUp is how often a refund that is under way is looked at, beside what the vendor tells by itself.
	FollowUp Duration `json:"follow_up"`
	// ReplyWindow is how long a customer's answer is listened to after the end; 0 for not at all.
	ReplyWindow Duration `json:"reply_window,omitzero"`
	// Ticket is how the ticket follows.
	Ticket Ticket `json:"ticket,omitzero"`
	// Calendars are those that the ladders' rungs and Calendar name, by name.
	Calendars map[string]calendar.Calendar `json:"calendars,omitempty"`
}

// Terms are what holds for the lines that they are true of.
type Terms struct {
	Name string `json:"name"`
	// When is an expr-lang expression over line, order and reason (see [ReturnFacts]) that is true or false; "" is always.
	When string `json:"when,omitempty"`
	// Window is for how many days after its delivery a line can be returned; 0 for not at all (final sale).
	Window int `json:"window"`
	// Ask has support decide, whatever else is so.
	Ask bool `json:"ask,omitempty"`
	// Photo asks for a photo; a request without one is support's to decide.
	Photo bool `json:"photo,omitempty"`
	// Fee is the restocking fee, of what was paid for the goods.
	Fee money.Percent `json:"fee,omitempty"`
	// FreeReturn is whether we pay the way back even where it isn't our fault.
	FreeReturn bool `json:"free_return,omitempty"`
}

// ReturnFacts are what the expressions of [Terms] see.
type ReturnFacts struct {
	Line struct {
		SKU      string   `expr:"sku"`
		Category string   `expr:"category"`
		Tags     []string `expr:"tags"`
	} `expr:"line"`
	Order struct {
		Country  string `expr:"country"`
		Currency string `expr:"currency"`
	} `expr:"order"`
	Reason string `expr:"reason"`
}

// Grade is what the warehouse says of what has arrived.
type Grade struct {
	Name  string `json:"name"`  // "new"
	Label string `json:"label"` // "As new"
	// Stock is what becomes of it: "restock", "quarantine" or "write_off".
	Stock string `json:"stock"`
	// Deduct is what is taken off what was paid for it; Excused are the reasons with which nothing is.
	Deduct  money.Percent `json:"deduct,omitempty"`
	Excused []string      `json:"excused,omitempty"`
}

// AutoApproval is which returns are approved by rule: those below the amount, together with other returns of the order, of customers
// who have returned at most that share of their orders, this one not counted. A customer with fewer orders than MinOrders counts as
// within the rate.
type AutoApproval struct {
	Below     Limits        `json:"below,omitempty"`
	MaxRate   money.Percent `json:"max_rate,omitempty"`
	MinOrders int           `json:"min_orders,omitempty"`
}

// Arrival is how a parcel is waited for, by the clock on the wall.
type Arrival struct {
	// Remind are when the customer is reminded, each counted from the approval.
	Remind []Duration `json:"remind,omitempty"`
	// Expires is how long the customer has to send everything. What has arrived by then is settled; the rest isn't returned.
	Expires Duration `json:"expires"`
}

// Ticket is how the ticket of a return follows in the help desk. The stages are IDs, as the help desk has them.
type Ticket struct {
	Pipeline string `json:"pipeline,omitempty"`
	Open     string `json:"open,omitempty"`
	Waiting  string `json:"waiting,omitempty"` // on the customer
	Closed   string `json:"closed,omitempty"`
}
