package client

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// ShopOrder is an order in the shop, with all that came of it. Its amounts are in minor units of its currency: cents, for most.
type ShopOrder struct {
	ID       string `json:"id"`   // "gid://shopify/Order/1001"
	Name     string `json:"name"` // "#1001"
	Number   int    `json:"number"`
	Email    string `json:"email"`
	Customer string `json:"customer,omitempty"`    // their name
	Account  string `json:"customer_id,omitempty"` // "gid://shopify/Customer/…"; "" for a guest
	Country  string `json:"country,omitempty"`
	Currency string `json:"currency"`
	// TaxIncluded is whether the prices have the tax in them.
	TaxIncluded bool         `json:"tax_included,omitempty"`
	Lines       []ShopLine   `json:"lines"`
	Shipping    int64        `json:"shipping,omitempty"`
	Tax         int64        `json:"tax,omitempty"`
	Total       int64        `json:"total"`
	Parcels     []ShopParcel `json:"parcels,omitempty"`
	Payments    []ShopMoney  `json:"payments,omitempty"`
	Returns     []ShopReturn `json:"returns,omitempty"`
	Refunds     []ShopRefund `json:"refunds,omitempty"`
	// Paid is "PAID", "PARTIALLY_REFUNDED" and so on, Sent "FULFILLED" and so on, in Shopify's words.
	Paid      string    `json:"paid"`
	Sent      string    `json:"sent"`
	Tags      []string  `json:"tags,omitempty"`
	Placed    time.Time `json:"placed"`
	Cancelled time.Time `json:"cancelled,omitzero"`
}

// ShopLine is a line of an order.
type ShopLine struct {
	ID       string `json:"id"`
	SKU      string `json:"sku"`
	Title    string `json:"title"`
	Quantity int    `json:"quantity"`
	Price    int64  `json:"price"` // of one, before discounts
	// Paid is for the whole quantity, after discounts, without the Tax where it comes on top.
	Paid     int64 `json:"paid"`
	Tax      int64 `json:"tax,omitempty"`
	Unsent   int   `json:"unsent,omitempty"`
	Refunded int   `json:"refunded,omitempty"` // how many
	// Returnable is how many can still be asked to come back.
	Returnable int `json:"returnable,omitempty"`
}

// ShopParcel is what was sent together.
type ShopParcel struct {
	ID        string         `json:"id"`
	Location  string         `json:"location"`
	Items     map[string]int `json:"items"` // how many, by SKU
	Sent      time.Time      `json:"sent"`
	Delivered time.Time      `json:"delivered,omitzero"`
}

// ShopMoney is a payment of an order, or a refund to one.
type ShopMoney struct {
	ID      string `json:"id"`
	Gateway string `json:"gateway"` // "stripe", "gift_card", "shopify_store_credit", "manual"
	// Reference is the gateway's ID of it: "pi_…".
	Reference string    `json:"reference,omitempty"`
	Amount    int64     `json:"amount"`
	At        time.Time `json:"at"`
}

// ShopReturn is a return in the shop.
type ShopReturn struct {
	ID   string `json:"id"`
	Name string `json:"name"` // "#1001-R1"
	// Number is the return's that stands in the notes of its lines, "R-7QX4M2KD"; "" where there is none.
	Number string             `json:"number,omitempty"`
	Status string             `json:"status"` // "REQUESTED", "OPEN", "DECLINED", "CANCELED" or "CLOSED"
	Note   string             `json:"note,omitempty"`
	Lines  []ShopReturnedLine `json:"lines"`
	At     time.Time          `json:"at"`
}

// ShopReturnedLine is a line of a return.
type ShopReturnedLine struct {
	SKU       string `json:"sku"`
	Title     string `json:"title"`
	Quantity  int    `json:"quantity"`
	Processed int    `json:"processed,omitempty"`
	Refunded  int    `json:"refunded,omitempty"`
	Reason    string `json:"reason"`
	// Became is what became of how many, in Shopify's words: "RESTOCKED", "PROCESSING_REQUIRED", "NOT_RESTOCKED", "MISSING".
	Became map[string]int `json:"became,omitempty"`
}

// ShopRefund is a refund that the shop knows of.
type ShopRefund struct {
	ID string `json:"id"`
	// Key is the key of the effect that made it.
	Key   string         `json:"key,omitempty"`
	Note  string         `json:"note,omitempty"`
	Items map[string]int `json:"items,omitempty"` // how many, by SKU
	// Worth is what was refunded is worth by the order's prices, and Given what the shop itself gave back, or wrote down.
	Worth    int64       `json:"worth"`
	Shipping int64       `json:"shipping,omitempty"`
	Given    int64       `json:"given,omitempty"`
	Money    []ShopMoney `json:"money,omitempty"`
	At       time.Time   `json:"at"`
}

// ShopOrderForm is an order as a customer places it. Quantities, amounts, percentages and days are in digits: "2", "12.50". Whatever
// isn't said is the usual thing for the country.
type ShopOrderForm struct {
	Email string `json:"email"`
	Name  string `json:"name,omitempty"`
	// Guest is whether they have bought it without an account.
	Guest   bool   `json:"guest,omitempty"`
	Country string `json:"country,omitempty"` // "DE"; "" is "US"
	City    string `json:"city,omitempty"`
	// Currency is what they pay in; "" is what customers of the country do.
	Currency string         `json:"currency,omitempty"`
	Lines    []ShopFormLine `json:"lines"`
	Discount string         `json:"discount,omitempty"` // off the whole order
	Shipping string         `json:"shipping,omitempty"`
	// Tax is the rate in percent, which is in the prices where TaxIncluded is set.
	Tax         string `json:"tax,omitempty"`
	TaxIncluded bool   `json:"tax_included,omitempty"`
	// GiftCard is how much of it is paid by one; the rest is paid through Stripe, by the Method (see [NewPayment]).
	GiftCard string `json:"gift_card,omitempty"`
	Method   string `json:"method,omitempty"`
	// Sent and Delivered are how many days ago; "" for not yet. What was delivered was sent two days before, where it isn't said.
	Sent      string `json:"sent,omitempty"`
	Delivered string `json:"delivered,omitempty"`
}

// ShopFormLine is a line of a form.
type ShopFormLine struct {
	SKU      string `json:"sku"`
	Quantity string `json:"quantity,omitempty"` // "" is one
	Discount string `json:"discount,omitempty"` // off the line
}

// What can be done with an order.
const (
	ShopShip    = "ship"    // what isn't sent yet is
	ShopDeliver = "deliver" // everything that is on its way arrives
	ShopCancel  = "cancel"  // the order, as long as nothing of it was sent
)

// ShopAct is something that somebody does with an order.
type ShopAct struct {
	Do   string `json:"do"`             // one of the constants above
	Days string `json:"days,omitempty"` // how many days ago; "" is now
}

// ShopStock is how much there is of something at a location.
type ShopStock struct {
	SKU        string `json:"sku"`
	Title      string `json:"title"`
	Item       string `json:"item"`        // "gid://shopify/InventoryItem/…"
	Variant    string `json:"variant"`     // "gid://shopify/ProductVariant/…"
	Location   string `json:"location"`    // "Warehouse Hamburg"
	LocationID string `json:"location_id"` // "gid://shopify/Location/…"
	// Levels are how many, by state: "available", "committed", "reserved", "quality_control", "damaged", "safety_stock", "on_hand".
	Levels map[string]int `json:"levels"`
}

// ShopCount is somebody counting stock.
type ShopCount struct {
	SKU      string `json:"sku"`
	Location string `json:"location,omitempty"` // its ID; "" is the default one
	State    string `json:"state,omitempty"`    // "" is "available"
	Quantity int    `json:"quantity"`
}

// ShopDraft is a draft order.
type ShopDraft struct {
	ID       string         `json:"id"`
	Name     string         `json:"name"`   // "#D1"
	Status   string         `json:"status"` // "OPEN" or "COMPLETED"
	Email    string         `json:"email,omitempty"`
	Tags     []string       `json:"tags,omitempty"`
	Items    map[string]int `json:"items"`           // how many, by SKU
	Until    time.Time      `json:"until,omitzero"`  // for how long the stock is reserved
	Order    string         `json:"order,omitempty"` // the name of the order that it became
	Currency string         `json:"currency"`
	Total    int64          `json:"total"`
	Created  time.Time      `json:"created"`
}

// ShopCredit is a customer's store credit in a currency.
type ShopCredit struct {
	Customer string `json:"customer"` // "gid://shopify/Customer/…"
	Email    string `json:"email"`
	Currency string `json:"currency"`
	Balance  int64  `json:"balance"`
}

// ReturnForm is what a customer fills in on the shop's return page. Quantities are in digits.
type ReturnForm struct {
	Order string           `json:"order"`
	Email string           `json:"email"`
	Name  string           `json:"name,omitempty"`
	Items []ReturnFormItem `json:"items"`
	Wish  string           `json:"wish"` // "refund", "exchange" or "store_credit"
	// Photos are their addresses, with spaces or lines between them.
	Photos  string `json:"photos,omitempty"`
	Comment string `json:"comment,omitempty"`
}

// ReturnFormItem is what goes back: of the order's line with that ID, or of the one with that SKU. One without a quantity doesn't.
type ReturnFormItem struct {
	SKU      string `json:"sku,omitempty"`
	Line     string `json:"line,omitempty"`
	Quantity string `json:"quantity,omitempty"`
	Reason   string `json:"reason,omitempty"`
	Note     string `json:"note,omitempty"`
	Instead  string `json:"instead,omitempty"` // the SKU that is wanted for it
}

// PlaceOrder has a customer buy something in the shop, pay for it at Stripe, and perhaps get it.
func (c *Client) PlaceOrder(ctx context.Context, f ShopOrderForm) (placed ShopOrder, err error) {
	return placed, c.do(ctx, http.MethodPost, "/shop/orders", nil, f, &placed)
}

// ShopOrders are the orders of a customer, or with "" all, oldest first.
func (c *Client) ShopOrders(ctx context.Context, email string) (list []ShopOrder, err error) {
	return list, c.do(ctx, http.MethodGet, "/shop/orders", url.Values{"email": {email}}, nil, &list)
}

// ShopOrder is the order with that number, with or without the "#". It fails where there is none.
func (c *Client) ShopOrder(ctx context.Context, number string) (o ShopOrder, err error) {
	return o, c.do(ctx, http.MethodGet, "/shop/orders/"+url.PathEscape(number), nil, nil, &o)
}

// ActOnOrder has somebody do something with an order, by its number.
func (c *Client) ActOnOrder(ctx context.Context, number string, a ShopAct) (o ShopOrder, err error) {
	return o, c.do(ctx, http.MethodPost, "/shop/orders/"+url.PathEscape(number), nil, a, &o)
}

// AskForReturn has a customer send the shop's return page, and returns the app's answer.
func (c *Client) AskForReturn(ctx context.Context, f ReturnForm) (answer map[string]any, err error) {
	return answer, c.do(ctx, http.MethodPost, "/shop/returns", nil, f, &answer)
}

// Stock is how much there is of something at each location, or with "" of everything.
func (c *Client) Stock(ctx context.Context, sku string) (list []ShopStock, err error) {
	return list, c.do(ctx, http.MethodGet, "/shop/stock", url.Values{"sku": {sku}}, nil, &list)
}

// CountStock has somebody count how much there is of something: that is how much there is then.
func (c *Client) CountStock(ctx context.Context, n ShopCount) (counted ShopStock, err error) {
	return counted, c.do(ctx, http.MethodPost, "/shop/stock", nil, n, &counted)
}

// ShopDrafts are the draft orders, oldest first. One that was deleted isn't there.
func (c *Client) ShopDrafts(ctx context.Context) (list []ShopDraft, err error) {
	return list, c.do(ctx, http.MethodGet, "/shop/drafts", nil, nil, &list)
}

// StoreCredit is the store credit of a customer, or with "" of all.
func (c *Client) StoreCredit(ctx context.Context, email string) (list []ShopCredit, err error) {
	return list, c.do(ctx, http.MethodGet, "/shop/credit", url.Values{"email": {email}}, nil, &list)
}

// DeleteProduct has somebody delete the product with that SKU, and so all its variants. Orders keep their lines of it.
func (c *Client) DeleteProduct(ctx context.Context, sku string) error {
	return c.do(ctx, http.MethodDelete, "/shop/products/"+url.PathEscape(sku), nil, nil, nil)
}
