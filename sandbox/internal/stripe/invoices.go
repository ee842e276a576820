package stripe

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// keyMeta is the metadata that carries an effect's key.
const keyMeta = "throughline_key"

// maxLines is how many lines an invoice can have.
const maxLines = 250

// The states of an invoice.
const (
	draft = "draft"
	open  = "open"
	paid  = "paid"
	void  = "void"
)

type invoice struct {
	ID, Customer, Currency, Status string
	Number, Memo                   string
	Fields                         []field
	Metadata                       map[string]string
	Lines                          []line
	Days                           int64
	Advance                        bool // whether it advances by itself
	Balance                        int64
	Created, Due                   time.Time
	Finalized, Paid, Voided        time.Time
	Sent                           int // how often it was sent
}

type field struct{ Name, Value string }

type line struct {
	ID, Description string
	Amount          int64
	Discountable    bool
}

func (i invoice) total() (sum int64) {
	for _, l := range i.Lines {
		sum += l.Amount
	}
	return sum
}

// due is what there is to pay: the total with what the customer owes from before, and less what they have as credit.
func (i invoice) due() int64 { return max(i.total()+i.Balance, 0) }

func (s *Server) show(i invoice) object {
	if i.Status == draft {
		c, _ := s.customers.Get(i.Customer)
		i.Balance = c.Balance // until it is final, it is the customer's now
	}
	amountPaid := int64(0)
	if i.Status == paid {
		amountPaid = i.due()
	}
	lines := []object{}
	for _, l := range i.Lines {
		lines = append(lines, object{
			"id": l.ID, "object": "line_item", "amount": l.Amount, "currency": i.Currency, "description": orNull(l.Description),
			"discount_amounts": []object{}, "discountable": l.Discountable, "discounts": []string{}, "invoice": i.ID, "livemode": false,
			"metadata": object{}, "period": object{"start": i.Created.Unix(), "end": i.Created.Unix()}, "quantity": 1, "subtotal": l.Amount,
		})
	}
	fields := []object{}
	for _, f := range i.Fields {
		fields = append(fields, object{"name": f.Name, "value": f.Value})
	}
	c, _ := s.customers.Get(i.Customer)
	o := object{
		"id": i.ID, "object": "invoice", "account_country": "US", "amount_due": i.due(), "amount_overpaid": 0, "amount_paid": amountPaid,
		"amount_paid_off_stripe": 0, "amount_remaining": i.due() - amountPaid, "amount_shipping": 0, "attempt_count": 0, "attempted": false,
		"auto_advance": i.Advance, "automatic_tax": object{"enabled": false, "liability": nil, "status": nil},
		"billing_reason": "manual", "collection_method": "send_invoice", "created": i.Created.Unix(), "currency": i.Currency,
		"custom_fields": fields, "customer": i.Customer, "customer_email": orNull(c.Email), "customer_name": orNull(c.Name),
		"default_tax_rates": []object{}, "description": orNull(i.Memo), "discounts": []string{}, "due_date": unix(i.Due),
		"ending_balance": nil, "issuer": object{"type": "self"}, "hosted_invoice_url": nil, "livemode": false,
		"lines":    object{"object": "list", "data": lines, "has_more": false, "url": "/v1/invoices/" + i.ID + "/lines"},
		"metadata": i.Metadata, "number": orNull(i.Number),
		"payment_settings": object{"default_mandate": nil, "payment_method_options": nil, "payment_method_types": nil},
		"period_end":       i.Created.Unix(), "period_start": i.Created.Unix(),
		"post_payment_credit_notes_amount": 0, "pre_payment_credit_notes_amount": 0, "starting_balance": i.Balance, "status": i.Status,
		"status_transitions": object{
			"finalized_at": unix(i.Finalized), "marked_uncollectible_at": nil, "paid_at": unix(i.Paid), "voided_at": unix(i.Voided),
		},
		"subtotal": i.total(), "total": i.total(),
	}
	if i.Status != draft {
		o["hosted_invoice_url"] = strings.TrimSuffix(s.Pages, "/") + "/billing/" + i.ID
	}
	return o
}

func unix(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.Unix()
}

// createInvoice makes a draft that a customer is to pay on receipt, without what is pending for them: the only kind that the
// sandbox knows.
func (s *Server) createInvoice(_ *http.Request, p *params) (object, error) {
	i := invoice{ID: newID("in"), Status: draft, Metadata: p.hash("metadata"), Created: time.Now().UTC().Truncate(time.Second)}
	c, ok := s.customers.Get(p.text("customer"))
	if !ok || c.Deleted {
		return nil, invalid("resource_missing", "customer", "No such customer: '%s'", p.text("customer"))
	}
	i.Customer, i.Currency, i.Memo = c.ID, p.text("currency"), clip(p.text("description"), 1500)
	if !currency.MatchString(i.Currency) {
		return nil, invalid("", "currency", "Invalid currency: %s. Currencies are three lower-case letters here", i.Currency)
	}
	for name, only := range map[string]string{"collection_method": "send_invoice", "pending_invoice_items_behavior": "exclude", "discounts": ""} {
		if !p.has(name) || p.text(name) != only {
			return nil, invalid("", name, "The sandbox knows only invoices with %s=%q", name, only)
		}
	}
	var err error
	if i.Days, err = p.integer("days_until_due"); err != nil || i.Days < 0 {
		return nil, invalid("", "days_until_due", "Invalid integer: %s", p.text("days_until_due"))
	}
	if i.Advance, err = p.truth("auto_advance"); err != nil {
		return nil, err
	}
	for n := range p.length("custom_fields") {
		at := fmt.Sprintf("custom_fields[%d]", n)
		f := field{p.text(at + "[name]"), p.text(at + "[value]")}
		if f.Name == "" || len(f.Name) > 40 || f.Value == "" || len(f.Value) > 140 {
			return nil, invalid("", at, "A custom field has a name of up to 40 characters, and a value of up to 140")
		}
		i.Fields = append(i.Fields, f)
	}
	if err := p.unknown(); err != nil {
		return nil, err
	}
	if err := s.invoices.Put(i.ID, i); err != nil {
		return nil, err
	}
	s.byKey.Add(i.Metadata[keyMeta], i.ID)
	return s.show(i), s.happened("invoice.created", i)
}

var currency = regexp.MustCompile(`^[a-z]{3}$`)

// find is an invoice that is there.
func (s *Server) find(r *http.Request) (invoice, error) {
	i, ok := s.invoices.Get(r.PathValue("id"))
	if !ok {
		return i, missing("invoice", r.PathValue("id"))
	}
	return i, nil
}

func (s *Server) getInvoice(r *http.Request, _ *params) (object, error) {
	i, err := s.find(r)
	if err != nil {
		return nil, err
	}
	return s.show(i), nil
}

func (s *Server) listInvoices(_ *http.Request, p *params) (object, error) {
	var all []object
	by, status := p.text("customer"), p.text("status")
	for _, i := range s.invoices.All() {
		if (by == "" || i.Customer == by) && (status == "" || i.Status == status) {
			all = append(all, s.show(i))
		}
	}
	return p.list("/v1/invoices", all)
}

// byMetadata is a query of the search's language, as far as it is of use here.
var byMetadata = regexp.MustCompile(`^metadata\['((?:[^'\\]|\\.)*)'\]:'((?:[^'\\]|\\.)*)'$`)

var escaped = regexp.MustCompile(`\\(.)`)

// searchInvoices finds invoices by a value of their metadata, some time after it was written
// (https://docs.stripe.com/search#data-freshness).
func (s *Server) searchInvoices(_ *http.Request, p *params) (object, error) {
	m := byMetadata.FindStringSubmatch(p.text("query"))
	if m == nil {
		return nil, invalid("", "query", "The sandbox searches only for metadata['key']:'value', and not for: %s", p.text("query"))
	}
	key, value := escaped.ReplaceAllString(m[1], "$1"), escaped.ReplaceAllString(m[2], "$1")
	found := []object{}
	for _, i := range s.invoices.All() {
		if i.Metadata[key] == value && time.Since(i.Created) >= s.Lag {
			found = append(found, s.show(i))
		}
	}
	p.has("limit")
	return object{"object": "search_result", "url": "/v1/invoices/search", "has_more": false, "next_page": nil, "data": found}, nil
}
