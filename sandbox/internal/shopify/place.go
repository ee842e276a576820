package shopify

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/sandbox/client"
)

// Place has a customer place an order and pay for it, at Stripe but for what a gift card pays.
func (s *Server) Place(f client.ShopOrderForm) (client.ShopOrder, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now().UTC().Truncate(time.Second)
	o, err := s.read(f, now)
	if err != nil {
		return client.ShopOrder{}, err
	}
	if err := s.pay(&o, f); err != nil {
		return client.ShopOrder{}, err
	}
	if !f.Guest {
		if o.Customer, err = s.customer(f, o.Placed); err != nil {
			return client.ShopOrder{}, err
		}
	}
	sent, delivered, err := days(f, now)
	if err != nil {
		return client.ShopOrder{}, err
	}
	var stock []change
	for i := range o.Lines {
		l := &o.Lines[i]
		l.Committed = home(o.Address.Country)
		stock = append(stock, shift(l.Variant, l.Committed, l.Quantity, available, committed)...)
	}
	if !sent.IsZero() {
		stock = append(stock, o.ship(sent, delivered)...)
	}
	if err := s.put(o); err != nil {
		return client.ShopOrder{}, err
	}
	if _, err := s.move(movement{Reason: "other", Changes: stock}); err != nil {
		return client.ShopOrder{}, err
	}
	return s.view(o), nil
}

// read reads a form.
func (s *Server) read(f client.ShopOrderForm, now time.Time) (order, error) {
	country := strings.ToUpper(cmp.Or(f.Country, "US"))
	o := order{
		N: s.nextOrder(), Email: f.Email, Currency: cmp.Or(f.Currency, currencyOf(country)), TaxIncluded: f.TaxIncluded, Written: now, Placed: now,
	}
	given, family, _ := strings.Cut(f.Name, " ")
	o.Address = address{FirstName: given, LastName: family, City: f.City, Country: country}
	switch {
	case !strings.Contains(f.Email, "@"):
		return o, fmt.Errorf("email: %q is no address", f.Email)
	case schema.Types().Types["CountryCode"].EnumValues.ForName(country) == nil:
		return o, fmt.Errorf("country: %q is none", country)
	case rates[o.Currency] == 0:
		return o, fmt.Errorf("currency: the shop doesn't sell in %q", o.Currency)
	case len(f.Lines) == 0:
		return o, errors.New("lines: nothing is bought")
	}
	rate, err := amount(f.Tax, shopCurrency, "tax") // in hundredths of a percent
	if err != nil {
		return o, err
	}
	for i, l := range f.Lines {
		line, err := s.readLine(o, l, fmt.Sprintf("lines[%d]", i))
		if err != nil {
			return o, err
		}
		line.N = o.next(i)
		o.Lines = append(o.Lines, line)
	}
	off, err := amount(f.Discount, o.Currency, "discount")
	if err != nil {
		return o, err
	}
	if off > o.subtotal() {
		return o, errors.New("discount: it is more than the order costs")
	}
	o.spread(off)
	o.Shipping = shipping{Title: "Standard"}
	if o.Shipping.Price, err = amount(f.Shipping, o.Currency, "shipping"); err != nil {
		return o, err
	}
	o.addTax(int(rate))
	return o, nil
}

func (s *Server) readLine(o order, f client.ShopFormLine, field string) (line, error) {
	p, v, ok := s.find(func(v variant) bool { return v.SKU == f.SKU })
	if !ok {
		return line{}, fmt.Errorf("%s.sku: %w: %q", field, ErrNoProduct, f.SKU)
	}
	n, err := strconv.Atoi(cmp.Or(f.Quantity, "1"))
	if err != nil || n <= 0 {
		return line{}, fmt.Errorf("%s.quantity: %q is none", field, f.Quantity)
	}
	l := line{
		Variant: v.N, Product: p.N, SKU: v.SKU, Title: p.Title, Option: v.Title, Quantity: n, Unfulfilled: n, Price: v.Prices[o.Currency],
	}
	if there := s.level(v.N, home(o.Address.Country), available); there < n {
		return line{}, fmt.Errorf("%s.quantity: there are only %d of %s", field, max(there, 0), f.SKU)
	}
	if l.Discount, err = amount(f.Discount, o.Currency, field+".discount"); err != nil {
		return line{}, err
	}
	if l.Discount > l.Price*int64(n) {
		return line{}, fmt.Errorf("%s.discount: it is more than the line costs", field)
	}
	return l, nil
}

// amount reads an amount of a form; "" is nothing.
func amount(text, currency, field string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	n, err := minor(text, currency)
	if err == nil && n < 0 {
		err = errors.New("it is less than nothing")
	}
	if err != nil {
		return 0, fmt.Errorf("%s: %w", field, err)
	}
	return n, nil
}

// spread takes something off the whole order, from each line as much as it costs.
func (o *order) spread(off int64) {
	total := o.subtotal()
	if off == 0 || total == 0 {
		return
	}
	var before, given int64
	for i := range o.Lines {
		l := &o.Lines[i]
		before += l.paid()
		upTo := portion(off, int(before), int(total))
		l.OrderShare, given = upTo-given, upTo
	}
}

// addTax reckons the tax, by a rate in hundredths of a percent.
func (o *order) addTax(rate int) {
	of := 10_000
	if o.TaxIncluded {
		of += rate
	}
	for i := range o.Lines {
		l := &o.Lines[i]
		l.Tax, l.TaxPercent = portion(l.paid(), rate, of), float64(rate)/100
	}
	o.Shipping.Tax, o.Shipping.TaxPercent = portion(o.Shipping.Price, rate, of), float64(rate)/100
}

// PaymentAttribute is the order's custom attribute that has Stripe's ID of the payment.
const PaymentAttribute = "stripe_payment_intent"

// pay pays an order.
func (s *Server) pay(o *order, f client.ShopOrderForm) error {
	rest := o.total()
	card, err := amount(f.GiftCard, o.Currency, "gift_card")
	if err != nil {
		return err
	}
	if card = min(card, rest); card > 0 {
		o.Transactions = append(o.Transactions, transaction{N: o.next(0), Kind: "SALE", Gateway: giftCard, Amount: card, At: o.Placed})
	}
	if rest -= card; rest == 0 {
		return nil
	}
	paid, err := s.Pay(client.NewPayment{
		Amount: rest, Currency: o.Currency, Method: f.Method, Email: f.Email, Description: "Order " + o.name(),
	})
	if err != nil {
		return err
	}
	o.Transactions = append(o.Transactions, transaction{
		N: o.next(len(o.Transactions)), Kind: "SALE", Gateway: stripeGateway, Reference: paid.ID, Amount: rest, At: o.Placed,
	})
	o.Attributes = append(o.Attributes, attribute{PaymentAttribute, paid.ID})
	return nil
}

// customer is the account of who buys, which is made with the first order.
func (s *Server) customer(f client.ShopOrderForm, at time.Time) (int64, error) {
	for _, c := range s.customers.All() {
		if strings.EqualFold(c.Email, f.Email) {
			return c.N, nil
		}
	}
	c := customer{N: 7001 + int64(s.customers.Len()), Name: f.Name, Email: f.Email, Created: at}
	return c.N, s.customers.Put(gid("Customer", c.N), c)
}

// days are when an order was sent and delivered; zero for not yet.
func days(f client.ShopOrderForm, now time.Time) (sent, delivered time.Time, err error) {
	if delivered, err = ago(f.Delivered, now, "delivered"); err != nil {
		return sent, delivered, err
	}
	if sent, err = ago(f.Sent, now, "sent"); err != nil {
		return sent, delivered, err
	}
	if sent.IsZero() && !delivered.IsZero() {
		sent = delivered.AddDate(0, 0, -2)
	}
	if !delivered.IsZero() && delivered.Before(sent) {
		err = errors.New("delivered: that is before it was sent")
	}
	return sent, delivered, err
}

// ago is so many days before now; "" is the zero time.
func ago(days string, now time.Time, field string) (time.Time, error) {
	if days == "" {
		return time.Time{}, nil
	}
	n, err := strconv.Atoi(days)
	if err != nil || n < 0 {
		return time.Time{}, fmt.Errorf("%s: %q is no number of days", field, days)
	}
	return now.AddDate(0, 0, -n), nil
}

// ship sends what isn't sent yet, in a parcel for each location, and says what that changes in stock.
func (o *order) ship(sent, delivered time.Time) (stock []change) {
	o.Placed = earlier(o.Placed, sent.Add(-20*time.Hour))
	for _, where := range locations {
		f := fulfillment{N: o.next(len(o.Fulfillments)), Location: where.N, Sent: sent, Delivered: delivered}
		for i := range o.Lines {
			l := &o.Lines[i]
			if l.Unfulfilled == 0 || l.Committed != where.N {
				continue
			}
			f.Lines = append(f.Lines, fulfilled{f.N*within + int64(len(f.Lines)) + 1, l.N, l.Unfulfilled})
			stock = append(stock, shift(l.Variant, where.N, l.Unfulfilled, committed, "")...)
			l.Unfulfilled = 0
		}
		if f.Lines != nil {
			o.Fulfillments = append(o.Fulfillments, f)
		}
	}
	return stock
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
