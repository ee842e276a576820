// Package commerce reads orders from the shop, and has it know of what comes back: returns, stock, refunds, exchanges. The shop is
// Shopify, by its Admin GraphQL API (https://shopify.dev/docs/api/admin-graphql).
//
// Amounts are what the customer paid, in the currency that they paid in (Shopify's presentment money).
package commerce

import (
	"time"

	"github.com/throughline-dev/throughline/activities/money"
)

// OrderQuery names an order as people do.
type OrderQuery struct {
	// Number is the order's name, with or without the "#": "#1042".
	Number string `json:"number,omitempty"`
	// ID is the shop's ID of the order, for one that is known; it goes before the number.
	ID string `json:"id,omitempty"`
}

// Order is an order as the shop has it now. One without an ID wasn't found.
type Order struct {
	ID     string    `json:"id"`   // "gid://shopify/Order/…"
	Name   string    `json:"name"` // "#1042"
	Placed time.Time `json:"placed"`
	// URL is the order in the shop's own pages; may be empty.
	URL       string   `json:"url,omitempty"`
	Cancelled bool     `json:"cancelled,omitempty"`
	Customer  Customer `json:"customer"`
	// Country is where it was sent, ISO 3166-1 alpha-2; "" where that isn't known.
	Country  string `json:"country,omitempty"`
	Currency string `json:"currency"`
	// TaxIncluded is whether the prices have the tax in them.
	TaxIncluded bool     `json:"tax_included,omitempty"`
	Lines       []Line   `json:"lines"`
	Shipping    Shipping `json:"shipping,omitzero"`
	// Payments are those that succeeded, in the order in which they came.
	Payments []Payment `json:"payments"`
	// Refunded is what the shop's refunds gave back, in all.
	Refunded money.Amount `json:"refunded"`
	// Returns are those that the shop knows of, in whatever state.
	Returns []Return `json:"returns,omitempty"`
}

// Customer is who bought it. Orders and Returned count their orders, and those of them of which something came back.
type Customer struct {
	ID       string `json:"id,omitempty"`
	Name     string `json:"name,omitempty"`
	Email    string `json:"email"`
	Orders   int    `json:"orders"`
	Returned int    `json:"returned"`
}

// LinePrefix is what the ID of an order's line begins with.
const LinePrefix = "gid://shopify/LineItem/"

// Line is a line of an order.
type Line struct {
	ID    string `json:"id"` // [LinePrefix] and a number
	SKU   string `json:"sku"`
	Title string `json:"title"` // with the variant's
	// Variant, Product and Item are the shop's IDs, the last of what its stock is counted by; "" where the product was deleted.
	Variant string `json:"variant,omitempty"`
	Product string `json:"product,omitempty"`
	Item    string `json:"item,omitempty"`
	// Category is the product's type, and Tags are the product's.
	Category string   `json:"category,omitempty"`
	Tags     []string `json:"tags,omitempty"`
	Quantity int      `json:"quantity"`
	// Price is what was paid for the whole quantity, after all discounts, those of the order as well. Tax is the tax on it, which is
	// in the price where the order's prices have it in them.
	Price money.Amount `json:"price"`
	Tax   money.Amount `json:"tax"`
	// Refunded is what has been given back for the line, tax included, and RefundedQuantity for how many of it.
	Refunded         money.Amount `json:"refunded"`
	RefundedQuantity int          `json:"refunded_quantity,omitempty"`
	// Unsent is how many of RefundedQuantity were given back before they were sent, so that there is nothing of them to return.
	Unsent int `json:"unsent,omitempty"`
	// Parcels are how the line was sent.
	Parcels []Parcel `json:"parcels,omitempty"`
	// Returning is how many of it are in returns that are neither declined nor cancelled, whether they were refunded or not.
	Returning int `json:"returning,omitempty"`
}

// Parcel is a part of a line that was sent together.
type Parcel struct {
	ID       string `json:"id"` // of the fulfillment's line: "gid://shopify/FulfillmentLineItem/…"
	Quantity int    `json:"quantity"`
	// Sent and Delivered are when; Delivered is zero where the carrier doesn't tell, or it is on its way.
	Sent      time.Time `json:"sent"`
	Delivered time.Time `json:"delivered,omitzero"`
	Location  string    `json:"location,omitempty"` // the shop's ID of where it was sent from
}

// Shipping is what was paid to have the order sent, after discounts, and what of it was given back, both with their tax.
type Shipping struct {
	Paid     money.Amount `json:"paid"`
	Refunded money.Amount `json:"refunded"`
}

// Payment is a payment of an order.
type Payment struct {
	ID string `json:"id"` // the shop's ID of the transaction
	// Gateway is who took it, in the shop's word: "stripe", "gift_card".
	Gateway string `json:"gateway"`
	// Reference is the gateway's ID of it ("pi_…", "ch_…"); "" where the shop doesn't know it.
	Reference string       `json:"reference,omitempty"`
	Amount    money.Amount `json:"amount"`
	Refunded  money.Amount `json:"refunded"`
}

// State is where a return stands, in the shop.
type State string

// The states.
const (
	Requested State = "requested"
	Open      State = "open"
	Declined  State = "declined"
	Cancelled State = "cancelled"
	Closed    State = "closed"
)

// Return is a return as the shop has it.
type Return struct {
	ID    string `json:"id"`   // "gid://shopify/Return/…"
	Name  string `json:"name"` // "#1042-R1"
	State State  `json:"state"`
	// Number is ours ("R-7QX4M2KD"), as it stands in the notes of its lines; "" for one that isn't ours.
	Number string         `json:"number,omitempty"`
	Lines  []ReturnedLine `json:"lines"`
}

// ReturnedLine is a line of a return in the shop.
type ReturnedLine struct {
	ID   string `json:"id"`   // "gid://shopify/ReturnLineItem/…"
	Line string `json:"line"` // of the order
	// Parcel is what of the order's line was sent together, as [Parcel.ID]; "" for what is tied to nothing that was sent.
	Parcel   string `json:"parcel,omitempty"`
	Quantity int    `json:"quantity"`
	// Processed is how many of it the shop has been told about: what became of them. Refunded is how many of it were refunded.
	Processed int `json:"processed,omitempty"`
	Refunded  int `json:"refunded,omitempty"`
}

// Reason is why something comes back.
type Reason string

// The reasons.
const (
	Unwanted       Reason = "unwanted"
	TooSmall       Reason = "too_small"
	TooLarge       Reason = "too_large"
	Defective      Reason = "defective"
	Damaged        Reason = "damaged" // on its way
	WrongItem      Reason = "wrong_item"
	NotAsDescribed Reason = "not_as_described"
	Other          Reason = "other"
)

// Reasons are all of them.
var Reasons = []Reason{Unwanted, TooSmall, TooLarge, Defective, Damaged, WrongItem, NotAsDescribed, Other}

// RequestedReturn is a return that a customer asks for: the shop keeps it as requested, so that nobody can ask for the same again.
type RequestedReturn struct {
	Order  string `json:"order"`  // the order's ID
	Number string `json:"number"` // ours, by which a repeat finds it
	// Lines say what of which parcel comes back.
	Lines []RequestedLine `json:"lines"`
}

// RequestedLine is a part of a return.
type RequestedLine struct {
	Line     string `json:"line"`
	Parcel   string `json:"parcel"`
	Quantity int    `json:"quantity"`
	Reason   Reason `json:"reason"`
}

// AcceptedReturn opens a return that was requested.
type AcceptedReturn struct {
	Order  string `json:"order"`
	Return string `json:"return"` // the shop's ID of it
	// Lines are how many of which line are accepted; what isn't there, or less than was asked for, is taken out of it.
	Lines map[string]int `json:"lines"`
}

// DeclinedReturn declines a return that was requested.
type DeclinedReturn struct {
	Return string `json:"return"`
	// Note is for the shop's own pages; the customer isn't told by the shop.
	Note string `json:"note,omitempty"`
}

// ReturnRef names a return.
type ReturnRef struct {
	Order  string `json:"order"`
	Return string `json:"return"`
}

// Stock is what becomes of what came back.
type Stock string

// The kinds of stock.
const (
	Restock    Stock = "restock"    // it can be sold again
	Quarantine Stock = "quarantine" // somebody has to look at it again
	WriteOff   Stock = "write_off"  // it can't be sold any more
	Kept       Stock = "kept"       // the customer keeps it: nothing goes into stock, and the return is processed all the same
)

// Restocking puts what came back into stock.
type Restocking struct {
	Order    string `json:"order"`
	Return   string `json:"return"`
	Number   string `json:"number"`   // ours
	Location string `json:"location"` // the shop's ID of where the goods are now
	// Lines are what is to be put there now.
	Lines []RestockedLine `json:"lines"`
}

// RestockedLine is so many of a line, for one kind of stock. Before is how many of the line were processed for this return before.
type RestockedLine struct {
	Line     string `json:"line"`
	Item     string `json:"item"` // what its stock is counted by; "" where the product was deleted, which has none
	Quantity int    `json:"quantity"`
	Stock    Stock  `json:"stock"`
	Before   int    `json:"before,omitempty"`
}

// RefundRecord has the shop know of a refund.
type RefundRecord struct {
	Order    string         `json:"order"`
	Return   string         `json:"return"`
	Number   string         `json:"number"`
	Lines    []RefundedLine `json:"lines"`
	Shipping money.Amount   `json:"shipping,omitzero"` // what of it is given back for the shipping
	// Total is what the customer gets, fees and deductions taken off.
	Total money.Amount `json:"total"`
	// Parts say which payments it went back to, where it was paid elsewhere. The shop counts it as refunded of those that it only
	// keeps the books of; one whose gateway it would ask to pay gets no transaction.
	Parts []RefundedPart `json:"parts,omitempty"`
	// Credit has the shop give it as store credit, to this customer's account; else it was paid elsewhere, by Reference, and the
	// shop moves no money.
	Credit    bool   `json:"credit,omitempty"`
	Customer  string `json:"customer,omitempty"`
	Reference string `json:"reference,omitempty"`
}

// RefundedLine is so many of a line, and what was given back for them with their tax.
type RefundedLine struct {
	Line     string       `json:"line"`
	Quantity int          `json:"quantity"`
	Amount   money.Amount `json:"amount"`
}

// RefundedPart is what went back to one payment.
type RefundedPart struct {
	Payment string       `json:"payment"` // as [Payment.ID]
	Amount  money.Amount `json:"amount"`
}

// RecordedRefund is a refund that the shop knows of.
type RecordedRefund struct {
	ID string `json:"id"`
	// Credited is what the customer's account got.
	Credited money.Amount `json:"credited,omitzero"`
	// Before is whether an earlier attempt had made it.
	Before bool `json:"before,omitempty"`
}

// VariantQuery asks for what a customer wants instead.
type VariantQuery struct {
	SKUs     []string `json:"skus"`
	Currency string   `json:"currency"`
	Country  string   `json:"country,omitempty"`
}

// Variant is something that the shop sells.
type Variant struct {
	ID    string `json:"id"`
	SKU   string `json:"sku"`
	Title string `json:"title"`
	// Price is what one costs now, in the currency that was asked for; Available is how many there are.
	Price     money.Amount `json:"price"`
	Available int          `json:"available"`
}

// Variants are those that were found.
type Variants struct {
	Found []Variant `json:"found"`
}

// Exchange is what a customer gets instead, as an order that costs nothing. Its stock is reserved until then.
type Exchange struct {
	Order  string `json:"order"`
	Number string `json:"number"` // ours
	// N numbers the exchanges that are kept for the return, from 1: a repeat finds it by both, and never one that was to be released and
	// is there all the same.
	N        int             `json:"n"`
	Customer Customer        `json:"customer"`
	Currency string          `json:"currency"`
	Lines    []ExchangedLine `json:"lines"`
	Until    time.Time       `json:"until"`
}

// ExchangedLine is so many of a variant.
type ExchangedLine struct {
	Variant  string `json:"variant"`
	Quantity int    `json:"quantity"`
}

// Reserved is an exchange that is kept for a customer.
type Reserved struct {
	ID   string `json:"id"`   // "gid://shopify/DraftOrder/…"
	Name string `json:"name"` // "#D12"
}

// ExchangeRef names an exchange.
type ExchangeRef struct {
	ID string `json:"id"`
}

// Exchanged is an exchange that became an order.
type Exchanged struct {
	Order string `json:"order"` // the new order's ID
	Name  string `json:"name"`
}
