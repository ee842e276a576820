// Package returns carries a customer's return from the ticket to the refund.
package returns

import (
	"time"

	"github.com/throughline-dev/throughline/activities/billing"
	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/refund"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/step"
	"github.com/throughline-dev/throughline/workflows/turnaround"
)

// The names by which the outside knows this workflow.
const (
	// WorkflowName is the workflow's type.
	WorkflowName = "return"
	// TaskQueue is where its workers listen.
	TaskQueue = "return"
	// QueryReturn answers with the [Result] so far.
	QueryReturn = "return"
	// SignalReply carries a [Reply]: the customer has written.
	SignalReply = "reply"
	// SignalRefund carries a [RefundNews]: Stripe has news of a refund.
	SignalRefund = "refund"
	// SignalUndelivered carries an [Undelivered]: an e-mail didn't arrive.
	SignalUndelivered = "undelivered"
)

// The stages, in order. Those of what arrives and of what is paid run beside each other, where it comes in parts.
const (
	StageRequest  = "request"  // it is read, completed and held against the order
	StageApproval = "approval" // support decides
	StageArrival  = "arrival"  // the parcel is on its way, or parts of it
	StagePayment  = "payment"  // everything has come; finance decides, and the refund is under way
	StageReplies  = "replies"  // over, but for what the customer still has to say
)

// The tasks and their actions.
const (
	// CompleteTask asks support for what a ticket doesn't say: "complete".
	CompleteTask = "complete"
	// ApproveTask asks support whether the return is accepted: "approve", and once more for each time that the customer made them
	// think again: "approve-2".
	ApproveTask = "approve"
	// ArriveTask is open to the warehouse while something is on its way: "arrive-1", "arrive-2" for what comes after.
	ArriveTask = "arrive"
	// ExtraTask asks support what becomes of things that nobody had announced: "extra-1".
	ExtraTask = "extra"
	// PayTask asks finance to agree to a refund, whose digest is its version: "pay-1"; asked again after a change, "pay-1-2".
	PayTask = "pay"
	// MendTask asks finance what to do about a refund that failed, or that no system can pay: "mend-1".
	MendTask = "mend"
	// FundsTask asks finance to top up Stripe's balance, for which a refund waits: "funds-1".
	FundsTask = "funds"
	// RefusedTask asks support what becomes of a refund that finance doesn't want to pay: "refused-1".
	RefusedTask = "refused"
	// ExchangeTask asks support what the customer gets where what they want instead is out of stock: "exchange-1".
	ExchangeTask = "exchange"
	// ReplyTask tells support that the customer has written: "reply-1".
	ReplyTask = "reply"

	ActionApprove = "approve"
	ActionPart    = "part"     // approve, with a quantity for each line in the fields "line-1", …
	ActionReject  = "reject"   // with the reason in the comment, which the customer gets
	ActionAsk     = "ask"      // the customer, the question in the comment
	ActionArrived = "arrived"  // fields "received-1", "grade-1", …, "wrong", "extra", "photo", "rest" ("open" or "over"), the note in the comment
	ActionRetry   = "retry"    // the refund
	ActionCredit  = "credit"   // give store credit instead
	ActionRefund  = "refund"   // instead of an exchange
	ActionByHand  = "by-hand"  // it was paid another way, the reference in the field "reference"
	ActionDone    = "done"     // nothing more is to be done about it
	ActionAgain   = "again"    // look at the return again (after a rejection, or once it has expired)
	ActionCancel  = "cancel"   // the customer doesn't return it after all
	ActionAnswer  = "answer"   // the customer is told, in the comment
	ActionExtend  = "wait"     // give the customer more time to send it, in days, in the field "days"
	ActionDrop    = "drop"     // it is no return at all
	ActionFill    = "complete" // fields "order", "email", "items", "wish"
)

// Request is a return as it came in through a door.
type Request struct {
	// Number is what people call the return by: "R-7QX4M2KD"; see [Number].
	Number string `json:"number"`
	// Order is the order's number as the customer has it, and Email their address.
	Order string        `json:"order"`
	Email string        `json:"email"`
	Name  string        `json:"name,omitempty"`
	Items []refund.Item `json:"items"`
	Wish  refund.Wish   `json:"wish"`
	// Photos are addresses (https) of pictures.
	Photos  []string `json:"photos,omitempty"`
	Comment string   `json:"comment,omitempty"`
	// Ticket is the ID of the ticket in the help desk; "" for one that is to be made.
	Ticket string `json:"ticket,omitempty"`
	// FromTicket says that the rest is still to be read from the ticket.
	FromTicket bool      `json:"from_ticket,omitempty"`
	Received   time.Time `json:"received"`
}

// The limits of a request.
const (
	MaxItems   = 25
	MaxPhotos  = 20
	MaxComment = 4000 // characters
)

// Reply is what the customer has written.
type Reply struct {
	// ID tells one from another: a second delivery is recognised by it.
	ID string    `json:"id"`
	At time.Time `json:"at"`
	// From is the address that it says it is from, which anybody can write; "" where that isn't known.
	From string `json:"from,omitempty"`
	// Ours is whether that is one of ours: what they write to a customer they know, so nothing comes of it where they aren't the
	// customer themselves.
	Ours bool `json:"ours,omitempty"`
	// Text is what was written, in plain text and cut off at [MaxComment] characters; may be empty.
	Text string `json:"text,omitempty"`
	// Automatic is whether their mailbox answered by itself: people are told, and nothing comes of it.
	Automatic bool `json:"automatic,omitempty"`
}

// RefundNews is what Stripe tells of a refund. Nothing comes of it before Stripe was asked whether it is so.
type RefundNews struct {
	ID     string `json:"id"`     // of the event
	Refund string `json:"refund"` // "re_…"
}

// Undelivered is news of an e-mail that didn't arrive; as for leads.
type Undelivered struct {
	ID     string    `json:"id"`
	Step   string    `json:"step"`
	What   string    `json:"what"`
	Reason string    `json:"reason,omitempty"`
	At     time.Time `json:"at"`
}

// Ending is how a return ended.
type Ending string

// The endings.
const (
	Completed Ending = "completed" // everything that came back is settled
	Refused   Ending = "refused"   // it couldn't be processed: the order isn't theirs, or there is nothing left to return
	Rejected  Ending = "rejected"  // by support
	Expired   Ending = "expired"   // nothing came back in time
	Cancelled Ending = "cancelled" // the customer keeps it after all
	Dropped   Ending = "dropped"   // it was no return
	Aborted   Ending = "aborted"   // by operations
)

// Arrived is what came in one parcel, as the warehouse recorded it.
type Arrived struct {
	At    time.Time     `json:"at"`
	By    policy.Person `json:"by"`
	Lines []ArrivedLine `json:"lines,omitempty"`
	// Wrong is what came instead of what was announced, and Extra what came beside it, in the warehouse's words; neither is paid for.
	Wrong string `json:"wrong,omitempty"`
	Extra string `json:"extra,omitempty"`
	Photo string `json:"photo,omitempty"`
	Note  string `json:"note,omitempty"`
}

// ArrivedLine is so many of a line, of one grade.
type ArrivedLine struct {
	Line     string `json:"line"`
	Quantity int    `json:"quantity"`
	Grade    string `json:"grade"`
}

// How a refund is paid, or a part of one. It is "" while that isn't known.
const (
	HowStripe   = "stripe"
	HowCredit   = "store_credit"
	HowExchange = "exchange" // nothing is left to pay
	HowByHand   = "by_hand"  // by people, as no system could
	HowNothing  = "nothing"  // nothing is paid
)

// Where a refund stands.
const (
	StateAgreed  = "agreed"  // by finance; nothing of it, or not all, is paid
	StatePaid    = "paid"    // all of it is on its way
	StateSettled = "settled" // all of it is with the customer, as far as anybody knows
	StateFailed  = "failed"  // all is at its end, and of some of it nothing more is paid
	StateDropped = "dropped" // finance didn't want to pay it, and support has let that be
)

// Refund is one payment to the customer, or one credit: for what came in one parcel or several.
type Refund struct {
	// N numbers the return's refunds, from 1.
	N        int             `json:"n"`
	Reckoned refund.Reckoned `json:"reckoned"`
	// By are those of finance who agreed to it, and Against those who didn't before.
	By      []humantask.Outcome `json:"by,omitempty"`
	Against []humantask.Outcome `json:"against,omitempty"`
	How     string              `json:"how"`
	Paid    []RefundedTo        `json:"paid,omitempty"`
	Shop    string              `json:"shop,omitempty"` // the shop's ID of the refund
	State   string              `json:"state"`
}

// RefundedTo is what went back to one payment, or took its place.
type RefundedTo struct {
	Part refund.Part `json:"part"`
	// How is how it went, which may be another way than that of the refund as a whole.
	How    string         `json:"how,omitempty"`
	Repaid billing.Repaid `json:"repaid,omitzero"`
	// Failed are Stripe's refunds of it that failed before.
	Failed []billing.Repaid `json:"failed,omitempty"`
	// Reference is what people entered who paid it another way, or the shop's ID of the store credit; of a part of which nothing more
	// is paid, why.
	Reference string `json:"reference,omitempty"`
}

// Result is what happened to a return. It is the workflow's result, and what the query answers meanwhile.
type Result struct {
	Ending   Ending            `json:"ending"`
	Number   string            `json:"number"`
	Order    string            `json:"order"` // the shop's ID
	Ticket   string            `json:"ticket,omitempty"`
	Shop     string            `json:"shop,omitempty"` // the shop's ID of the return
	Wish     refund.Wish       `json:"wish"`
	Assessed refund.Assessment `json:"assessed"`
	// Approved is what was accepted: how many of which line. ByRule is whether nobody was asked.
	Approved map[string]int      `json:"approved,omitempty"`
	ByRule   bool                `json:"by_rule,omitempty"`
	Decided  []humantask.Outcome `json:"decided,omitempty"` // by support
	Arrived  []Arrived           `json:"arrived,omitempty"`
	Refunds  []Refund            `json:"refunds,omitempty"`
	Exchange commerce.Exchanged  `json:"exchange,omitzero"`
	// Refunded is what the customer got, in all.
	Refunded money.Amount       `json:"refunded"`
	Spent    []turnaround.Spent `json:"spent,omitempty"`
	Policy   string             `json:"policy"`
	Steps    []step.Done        `json:"steps"`
	Received time.Time          `json:"received"`
	Finished time.Time          `json:"finished,omitzero"`
	Took     policy.Duration    `json:"took"`
}
