package shopify

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Everything has a number, by which Shopify's IDs are made. What belongs to something has a number that is made of that one's.
const within = 1000

// gid is Shopify's ID of something.
func gid(kind string, n int64) string { return fmt.Sprintf("gid://shopify/%s/%d", kind, n) }

// number is the number in an ID of a kind, and 0 where it is none.
func number(id, kind string) int64 {
	text, ok := strings.CutPrefix(id, "gid://shopify/"+kind+"/")
	n, err := strconv.ParseInt(text, 10, 64)
	if !ok || err != nil {
		return 0
	}
	return n
}

type customer struct {
	N           int64
	Name, Email string
	Created     time.Time
}

// order is an order with all that came of it: it is written as one, so that nothing of it can be there in part.
type order struct {
	N            int64 // from 1001, as customers see it
	Customer     int64
	Email        string
	Address      address
	Currency     string // that the customer has paid in
	TaxIncluded  bool
	Placed       time.Time
	Written      time.Time // when it came into the shop, which may be later
	Cancelled    time.Time
	Lines        []line
	Shipping     shipping
	Fulfillments []fulfillment
	Transactions []transaction
	Refunds      []refund
	Returns      []ret
	Tags         []string
	Note         string
	Attributes   []attribute
}

type address struct {
	FirstName, LastName, Company, Address1, Address2, Zip, City, Province, Country, Phone string
}

type attribute struct{ Key, Value string }

// line is a line of an order. Its amounts are for the whole quantity.
type line struct {
	N           int64
	Variant     int64
	Product     int64
	SKU         string
	Title       string
	Option      string // the variant's title; "" for a product with one only
	Quantity    int
	Price       int64 // of one, before discounts
	Discount    int64 // of the line's own
	OrderShare  int64 // of the order's discount
	Tax         int64
	TaxPercent  float64
	Outside     int   // how many were refunded without coming back by a return
	Committed   int64 // the location that has to send what isn't sent yet
	Unfulfilled int
}

// paid is what was paid for the line, without the tax where it comes on top.
func (l line) paid() int64 { return l.Price*int64(l.Quantity) - l.Discount - l.OrderShare }

type shipping struct {
	Title      string
	Price, Tax int64
	TaxPercent float64
}

type fulfillment struct {
	N               int64
	Location        int64
	Sent, Delivered time.Time
	Lines           []fulfilled
}

type fulfilled struct {
	N, Line  int64
	Quantity int
}

type transaction struct {
	N         int64
	Kind      string // "SALE" or "REFUND"
	Gateway   string
	Reference string // the gateway's ID of it
	Parent    int64
	Amount    int64
	At        time.Time
	// Balance is what the customer's store credit is after it, where it goes there, and Expires is when it does.
	Balance int64
	Expires time.Time
}

type refund struct {
	N            int64
	Key, Request string // by which a repeat is recognised, and that it is one
	Return       int64
	Note         string
	At           time.Time
	Lines        []refundedLine
	Shipping     int64
	ShippingTax  int64
	Transactions []int64
	// Adjustment is how much less was given back than what was refunded is worth, and Why.
	Adjustment int64
	Why        string
}

type refundedLine struct {
	N, Line       int64
	Quantity      int
	Subtotal, Tax int64
	Restock       string
	Location      int64
}

// The states of a return.
const (
	requested = "REQUESTED"
	open      = "OPEN"
	declined  = "DECLINED"
	canceled  = "CANCELED"
	closed    = "CLOSED"
)

type ret struct {
	N           int64
	Status      string
	Lines       []returned
	Created     time.Time
	Approved    time.Time
	Closed      time.Time
	Reason      string // of the declining
	DeclineNote string
}

type returned struct {
	N, Fulfilled, Line int64
	Quantity           int
	Processed          int
	Refunded           int
	Reason, Note       string
	Dispositions       []disposition
}

type disposition struct {
	N        int64
	Type     string
	Quantity int
	Location int64
	At       time.Time
}

// holds reports whether what is in a return can't be in another one.
func (r ret) holds() bool { return r.Status != declined && r.Status != canceled }

// draft is an order that is not one yet.
type draft struct {
	N          int64
	Customer   int64
	Email      string
	Address    *address
	Currency   string
	Note       string
	Tags       []string
	Attributes []attribute
	Lines      []draftLine
	Discount   *discount
	Created    time.Time
	Updated    time.Time
	Until      time.Time // for how long the stock is reserved; zero where it isn't (any more)
	Completed  time.Time
	Order      int64
	Deleted    bool
}

type draftLine struct {
	N        int64
	Variant  int64
	Quantity int
	Price    int64 // of one
	Discount *discount
}

type discount struct {
	Title, Description, Type string
	Value                    float64
	Amount                   int64 // what it comes to
}

func (l draftLine) total() int64 {
	sum := l.Price * int64(l.Quantity)
	if l.Discount != nil {
		sum -= l.Discount.Amount
	}
	return sum
}

func (d draft) subtotal() (sum int64) {
	for _, l := range d.Lines {
		sum += l.total()
	}
	return sum
}

func (d draft) total() int64 {
	sum := d.subtotal()
	if d.Discount != nil {
		sum -= d.Discount.Amount
	}
	return sum
}

func (d draft) name() string { return fmt.Sprintf("#D%d", d.N) }

// movement changes stock, all of it or nothing.
type movement struct {
	N            int64
	Key, Request string // as in refund
	Reason       string
	Reference    string
	At           time.Time
	Changes      []change
	Failed       bool // it wasn't made, and its key can't be used again
}

type change struct {
	Item, Location int64
	State          string
	Delta          int
	Ledger         string
	After          int
}
