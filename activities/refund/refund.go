// Package refund works out what a return is: whether it can be, what the policy says about it, and what the customer gets back for
// what came, to the cent. It talks to nobody. Workflows have it reckon in an activity, so that what came out stands in their history
// whatever the rules are later.
package refund

import (
	"time"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/activities/policy"
)

// Wish is what a customer wants for what they return.
type Wish string

// The wishes.
const (
	Refund      Wish = "refund"
	Exchange    Wish = "exchange"
	StoreCredit Wish = "store_credit"
)

// Item is a line of a request: what the customer wants to return.
type Item struct {
	// SKU names the line of the order, or Line does by its ID where one SKU is on two lines; the ID goes first.
	SKU      string          `json:"sku,omitempty"`
	Line     string          `json:"line,omitempty"`
	Quantity int             `json:"quantity"`
	Reason   commerce.Reason `json:"reason"`
	// Note is what the customer says about it; may be empty.
	Note string `json:"note,omitempty"`
	// Instead is the SKU of what they want for it; only where the wish is an exchange.
	Instead string `json:"instead,omitempty"`
}

// Question asks whether a return can be, and what the policy says about it.
type Question struct {
	Email  string         `json:"email"` // the customer's, as they gave it
	Items  []Item         `json:"items"`
	Wish   Wish           `json:"wish"`
	Photos int            `json:"photos,omitempty"` // how many they sent
	Order  commerce.Order `json:"order"`
	// Instead is what the shop says of what is wanted for it.
	Instead []commerce.Variant `json:"instead,omitempty"`
	Policy  policy.Return      `json:"policy"`
	// Number is this return's: what the shop already keeps for it is not counted against it.
	Number string `json:"number"`
	// Asked is when the customer asked, which the windows are counted to.
	Asked time.Time `json:"asked"`
}

// Verdict is what the policy says.
type Verdict string

// The verdicts.
const (
	// Approve: nobody has to be asked.
	Approve Verdict = "approve"
	// Ask: support decides.
	Ask Verdict = "ask"
	// Refuse: it can't be processed, and the customer is told why.
	Refuse Verdict = "refuse"
)

// Finding is a reason, in words for people. Code is for reports: "unknown_order", "not_theirs", "unknown_line", "too_many",
// "not_delivered", "window", "final_sale", "no_terms", "photo", "ask", "above_amount", "return_rate", "exchange_unknown",
// "exchange_out_of_stock", "exchange_costs_more", "not_paid", "cancelled", "not_sent".
type Finding struct {
	Code string `json:"code"`
	// Line is the ID of the order's line that it is about; "" for the return as a whole.
	Line string `json:"line,omitempty"`
	// Text is for our own people, and For the customer; "" where it is none of theirs. A customer who isn't the order's learns
	// nothing about the order.
	Text string `json:"text"`
	For  string `json:"for,omitempty"`
}

// Assessed is a line of a return, and what the policy says about it.
type Assessed struct {
	Line     string          `json:"line"` // the order's line
	SKU      string          `json:"sku"`
	Title    string          `json:"title"`
	Item     string          `json:"item,omitempty"` // as [commerce.Line.Item]
	Quantity int             `json:"quantity"`
	Reason   commerce.Reason `json:"reason"`
	Note     string          `json:"note,omitempty"`
	// Parcels are which of what was sent come back, oldest first.
	Parcels []commerce.RequestedLine `json:"parcels"`
	// Terms is the name of the policy's terms that count, "" where none fits, and Because why it is those.
	Terms   string `json:"terms,omitempty"`
	Because string `json:"because,omitempty"`
	// Verdict is the policy's for this line. Support may decide otherwise but where it is [Refuse].
	Verdict Verdict       `json:"verdict"`
	Fee     money.Percent `json:"fee,omitempty"`
	// WePay is whether the way back is ours to pay.
	WePay bool `json:"we_pay,omitempty"`
	// Value is what was paid for that many, tax included.
	Value money.Amount `json:"value"`
	// Until is the end of the window, the first instant of the day after its last, for what of it was delivered first; zero where
	// no delivery is known, and for what can't be returned at all.
	Until time.Time `json:"until,omitzero"`
	// Instead is what they get for it; the zero Variant where they don't.
	Instead commerce.Variant `json:"instead,omitzero"`
}

// Assessment answers a [Question].
type Assessment struct {
	Verdict  Verdict      `json:"verdict"`
	Lines    []Assessed   `json:"lines,omitempty"`
	Findings []Finding    `json:"findings,omitempty"`
	Value    money.Amount `json:"value"`
	// Keep is whether the customer keeps the goods.
	Keep bool `json:"keep,omitempty"`
}

// Settled is so many of a line that are to be paid for: what arrived, by the grade that it has, or what the customer keeps.
type Settled struct {
	Line     string          `json:"line"`
	Quantity int             `json:"quantity"`
	Grade    string          `json:"grade,omitempty"` // "" for what the customer keeps
	Reason   commerce.Reason `json:"reason"`
	Fee      money.Percent   `json:"fee,omitempty"`
	// Exchanged is whether the customer gets something else for it, worth Worth in all at the shop's prices: with the tax in it
	// where the order's prices have it in them.
	Exchanged bool         `json:"exchanged,omitempty"`
	Worth     money.Amount `json:"worth,omitzero"`
}

// Bill asks what is to be paid.
type Bill struct {
	// Order is the order as it is now: what was given back before is not given back again.
	Order  commerce.Order `json:"order"`
	Lines  []Settled      `json:"lines"`
	Policy policy.Return  `json:"policy"`
	// ReturnFee is whether the way back is taken off, and FeeTaken what of it the return's earlier refunds took: one that was less
	// than the way back costs leaves the rest for the next. Nothing is taken where nothing came back.
	ReturnFee bool         `json:"return_fee,omitempty"`
	FeeTaken  money.Amount `json:"fee_taken,omitzero"`
	Wish      Wish         `json:"wish"`
	// Paid is what each of the payments has left to give back, as who took it says, by its reference; one that isn't there is as
	// the shop has it.
	Paid map[string]money.Amount `json:"paid,omitempty"`
}

// Reckoned answers a [Bill]. Its lines, shipping and fee add up to Total, to the cent.
type Reckoned struct {
	Lines []ReckonedLine `json:"lines"`
	// Shipping is what is given back of what the order's shipping cost.
	Shipping money.Amount `json:"shipping,omitzero"`
	// ReturnFee is what the way back costs the customer, as a negative amount.
	ReturnFee money.Amount `json:"return_fee,omitzero"`
	Total     money.Amount `json:"total"`
	// Left is what is left of the payments, and of what the shop hasn't given back another way; Capped is whether the total would
	// have been above it.
	Left   money.Amount `json:"left"`
	Capped bool         `json:"capped,omitempty"`
	// Parts say what of it goes back to which payment. None for store credit.
	Parts []Part `json:"parts,omitempty"`
	// Digest tells one reckoning from another: who agrees to a refund agrees to this one.
	Digest string `json:"digest"`
}

// ReckonedLine is what is given back for so many of a line.
type ReckonedLine struct {
	Line     string `json:"line"`
	Title    string `json:"title"`
	Quantity int    `json:"quantity"`
	// Before is how many of them are paid for already, by somebody else: nothing is given for those.
	Before int    `json:"before,omitempty"`
	Grade  string `json:"grade,omitempty"`
	// Price is what was paid for them, Tax the tax that comes on top of it (nothing where it is in the price).
	Price money.Amount `json:"price"`
	Tax   money.Amount `json:"tax"`
	// Deducted is for the state that they are in, Fee for putting them back, Exchanged for what they get instead, and Cut what isn't
	// left of the payments to give back: negative amounts.
	Deducted  money.Amount `json:"deducted,omitzero"`
	Fee       money.Amount `json:"fee,omitzero"`
	Exchanged money.Amount `json:"exchanged,omitzero"`
	Cut       money.Amount `json:"cut,omitzero"`
	Total     money.Amount `json:"total"`
}

// Part is what goes back to one payment.
type Part struct {
	Payment   string       `json:"payment"` // as [commerce.Payment.ID]
	Gateway   string       `json:"gateway"`
	Reference string       `json:"reference,omitempty"`
	Amount    money.Amount `json:"amount"`
}
