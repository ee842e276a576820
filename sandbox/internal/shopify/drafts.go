package shopify

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/throughline-dev/throughline/sandbox/internal/shopify/gql"
)

type discountInput struct {
	Title, Description, ValueType string
	Value                         float64
	AmountWithCurrency            *struct{ Amount, CurrencyCode string }
}

type draftInput struct {
	Email, Note, PresentmentCurrencyCode string
	PurchasingEntity                     struct{ CustomerID string }
	Tags                                 []string
	CustomAttributes                     []attribute
	AppliedDiscount                      *discountInput
	ReserveInventoryUntil                time.Time
	ShippingAddress                      *struct {
		FirstName, LastName, Company, Address1, Address2, Zip, City, ProvinceCode, CountryCode, Phone string
	}
	LineItems []struct {
		VariantID       string
		Quantity        int
		AppliedDiscount *discountInput
	}
}

// draftOrderCreate makes a draft order. Where it is told to reserve the stock it does, at the default location, and doesn't ask
// whether there is enough: what is available can become less than nothing.
func (s *Server) draftOrderCreate(c gql.Call) (any, error) {
	var in struct{ Input draftInput }
	if err := c.Args(&in); err != nil {
		return nil, err
	}
	d, err := s.newDraft(in.Input)
	if err == nil {
		err = s.drafts.Put(gid("DraftOrder", d.N), d)
	}
	if err == nil && !d.Until.IsZero() {
		s.watch(d.Until)
		err = s.reserve(d, available, reserved, "reservation_created")
	}
	return payload(gql.Object{"draftOrder": func() gql.Object { return s.showDraft(d) }}, err)
}

func (s *Server) newDraft(in draftInput) (draft, error) {
	now := time.Now().UTC()
	d := draft{
		N: int64(s.drafts.Len()) + 1, Email: in.Email, Currency: in.PresentmentCurrencyCode, Note: in.Note, Tags: in.Tags,
		Attributes: in.CustomAttributes, Created: now, Updated: now, Until: in.ReserveInventoryUntil,
	}
	if d.Currency == "" {
		d.Currency = shopCurrency
	}
	if rates[d.Currency] == 0 {
		return d, no("", "input.presentmentCurrencyCode", "The shop doesn't sell in "+d.Currency)
	}
	if id := in.PurchasingEntity.CustomerID; id != "" {
		found, ok := s.customers.Get(id)
		if !ok {
			return d, no("", "input.purchasingEntity.customerId", "Customer does not exist")
		}
		d.Customer = found.N
	}
	if a := in.ShippingAddress; a != nil {
		d.Address = &address{a.FirstName, a.LastName, a.Company, a.Address1, a.Address2, a.Zip, a.City, a.ProvinceCode, a.CountryCode, a.Phone}
	}
	if !d.Until.IsZero() && !d.Until.After(now) {
		return d, no("", "input.reserveInventoryUntil", "Reserve inventory until can't be in the past")
	}
	if len(in.LineItems) == 0 {
		return d, no("", "input.lineItems", "Add at least 1 product")
	}
	for i, l := range in.LineItems {
		field := fmt.Sprintf("input.lineItems.%d.", i)
		_, v, ok := s.sold(number(l.VariantID, "ProductVariant"))
		switch {
		case !ok:
			return d, no("", field+"variantId", "Product variant does not exist")
		case l.Quantity <= 0:
			return d, no("", field+"quantity", "Quantity must be greater than 0")
		}
		line := draftLine{N: d.N*within + int64(i) + 1, Variant: v.N, Quantity: l.Quantity, Price: v.Prices[d.Currency]}
		var err error
		if line.Discount, err = l.AppliedDiscount.of(line.Price*int64(l.Quantity), d.Currency, field+"appliedDiscount."); err != nil {
			return d, err
		}
		d.Lines = append(d.Lines, line)
	}
	var err error
	d.Discount, err = in.AppliedDiscount.of(d.subtotal(), d.Currency, "input.appliedDiscount.")
	return d, err
}

// of is what a discount comes to; nil where there is none.
func (in *discountInput) of(amount int64, currency, field string) (*discount, error) {
	if in == nil {
		return nil, nil
	}
	d := &discount{Title: in.Title, Description: in.Description, Type: in.ValueType, Value: in.Value}
	switch {
	case in.Value < 0 || in.ValueType == "PERCENTAGE" && in.Value > 100:
		return nil, no("", field+"value", "Discount value is out of range")
	case in.ValueType == "PERCENTAGE":
		d.Amount = portion(amount, int(in.Value*1000), 100_000)
	case in.AmountWithCurrency == nil || in.AmountWithCurrency.CurrencyCode != currency:
		return nil, no("", field+"amountWithCurrency", "A fixed discount needs its amount in the draft order's currency")
	default:
		n, err := minor(in.AmountWithCurrency.Amount, currency)
		if err != nil {
			return nil, no("", field+"amountWithCurrency.amount", err.Error())
		}
		d.Amount = min(n, amount)
	}
	return d, nil
}

// reserve shifts a draft's stock between states.
func (s *Server) reserve(d draft, from, to, reason string) error {
	var list []change
	for _, l := range d.Lines {
		list = append(list, shift(l.Variant, hamburg, l.Quantity, from, to)...)
	}
	_, err := s.move(movement{Reason: reason, Changes: list})
	return err
}

// watch remembers when the next reservation ends.
func (s *Server) watch(until time.Time) {
	if !until.IsZero() && (s.expiry.IsZero() || until.Before(s.expiry)) {
		s.expiry = until
	}
}

// expire gives free what was reserved until before now.
func (s *Server) expire(now time.Time) error {
	if s.expiry.IsZero() || now.Before(s.expiry) {
		return nil
	}
	s.expiry = time.Time{}
	for key, d := range s.drafts.All() {
		switch {
		case d.Until.IsZero():
		case now.Before(d.Until):
			s.watch(d.Until)
		default:
			d.Until = time.Time{}
			if err := s.drafts.Put(key, d); err != nil {
				return err
			}
			if err := s.reserve(d, reserved, available, "reservation_deleted"); err != nil {
				return err
			}
		}
	}
	return nil
}

// draftOrderComplete makes an order of a draft. One that costs something counts as paid, by hand.
func (s *Server) draftOrderComplete(c gql.Call) (any, error) {
	var in struct {
		ID             string
		PaymentPending bool
	}
	if err := c.Args(&in); err != nil {
		return nil, err
	}
	d, ok := s.drafts.Get(in.ID)
	err := func() error {
		switch {
		case !ok || d.Deleted:
			return no("", "id", "Draft order does not exist")
		case !d.Completed.IsZero():
			return no("", "id", "This order has been paid")
		}
		o := s.ordering(d)
		if total := o.total(); total > 0 && !in.PaymentPending {
			o.Transactions = []transaction{{N: o.next(0), Kind: "SALE", Gateway: "manual", Amount: total, At: o.Placed}}
		}
		from := available
		if !d.Until.IsZero() {
			from = reserved
		}
		d.Completed, d.Updated, d.Until, d.Order = o.Placed, o.Placed, time.Time{}, o.N
		if err := s.put(o); err != nil {
			return err
		}
		if err := s.drafts.Put(in.ID, d); err != nil {
			return err
		}
		return s.reserve(d, from, committed, "reservation_updated")
	}()
	return payload(gql.Object{"draftOrder": func() gql.Object { return s.showDraft(d) }}, err)
}

// ordering is the order that comes of a draft. What is taken off as a whole is spread over the lines.
func (s *Server) ordering(d draft) order {
	now := time.Now().UTC().Truncate(time.Second)
	o := order{
		N: s.nextOrder(), Customer: d.Customer, Email: d.Email, Currency: d.Currency, Placed: now, Written: now, Note: d.Note,
		Tags: slices.Clone(d.Tags), Attributes: slices.Clone(d.Attributes), TaxIncluded: d.Currency != shopCurrency,
	}
	if d.Address != nil {
		o.Address = *d.Address
	}
	for _, l := range d.Lines {
		line := line{N: o.next(len(o.Lines)), Variant: l.Variant, Quantity: l.Quantity, Price: l.Price, Unfulfilled: l.Quantity, Committed: hamburg}
		if p, v, ok := s.sold(l.Variant); ok {
			line.Product, line.SKU, line.Title, line.Option = p.N, v.SKU, p.Title, v.Title
		}
		if l.Discount != nil {
			line.Discount = l.Discount.Amount
		}
		o.Lines = append(o.Lines, line)
	}
	if d.Discount != nil {
		o.spread(d.Discount.Amount)
	}
	return o
}

func (s *Server) draftOrderDelete(c gql.Call) (any, error) {
	var in struct{ Input struct{ ID string } }
	if err := c.Args(&in); err != nil {
		return nil, err
	}
	d, ok := s.drafts.Get(in.Input.ID)
	err := func() error {
		switch {
		case !ok || d.Deleted:
			return no("", "input.id", "Draft order does not exist")
		case !d.Completed.IsZero():
			return no("", "input.id", "A completed draft order can't be deleted")
		}
		held := !d.Until.IsZero()
		d.Deleted, d.Until = true, time.Time{}
		if err := s.drafts.Put(in.Input.ID, d); err != nil || !held {
			return err
		}
		return s.reserve(d, reserved, available, "reservation_deleted")
	}()
	return payload(gql.Object{"deletedId": in.Input.ID}, err)
}

// field is what a draft order can be searched by.
func (d draft) field(name string) ([]string, bool) {
	switch name {
	case "id":
		return []string{strconv.FormatInt(d.N, 10)}, true
	case "name":
		return []string{d.name()}, true
	case "tag":
		return d.Tags, true
	case "customer_id":
		return []string{strconv.FormatInt(d.Customer, 10)}, true
	case "status":
		return []string{d.status()}, true
	}
	return nil, false
}

func (s *Server) searchDrafts(c gql.Call) (list []item, err error) {
	q, err := asked(c, draft{}.field)
	if err != nil {
		return nil, err
	}
	for key, d := range s.drafts.All() {
		if d.Deleted || q != nil && (!s.visible(d.Created) || !q(d.field)) {
			continue
		}
		list = append(list, item{key, func() gql.Object { return s.showDraft(d) }})
	}
	return list, nil
}
