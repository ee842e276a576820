package stripe

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// event is something that has happened to an invoice.
type event struct {
	ID, Type string
	Invoice  string
	At       time.Time
}

func (s *Server) happened(kind string, i invoice) error {
	e := event{newID("evt"), kind, i.ID, time.Now().UTC()}
	return s.events.Put(e.ID, e)
}

// listEvents lists what has happened. The object of each is shown as it is now.
func (s *Server) listEvents(_ *http.Request, p *params) (object, error) {
	kind, since := p.text("type"), int64(0)
	if p.has("created[gte]") {
		var err error
		if since, err = p.integer("created[gte]"); err != nil {
			return nil, err
		}
	}
	var all []object
	for _, e := range s.events.All() {
		i, there := s.invoices.Get(e.Invoice)
		if there && (kind == "" || e.Type == kind) && e.At.Unix() >= since {
			all = append(all, object{
				"id": e.ID, "object": "event", "api_version": nil, "created": e.At.Unix(), "data": object{"object": s.show(i)},
				"livemode": false, "pending_webhooks": 0, "request": nil, "type": e.Type,
			})
		}
	}
	return p.list("/v1/events", all)
}

// deleteInvoice deletes a draft; what is final stays.
func (s *Server) deleteInvoice(r *http.Request, _ *params) (object, error) {
	i, err := s.find(r)
	if err != nil {
		return nil, err
	}
	if i.Status != draft {
		return nil, invalid("invoice_not_editable", "", "You can only delete draft invoices.")
	}
	return object{"id": i.ID, "object": "invoice", "deleted": true}, s.invoices.Delete(i.ID)
}

// addLines puts lines on a draft, all of them or none.
func (s *Server) addLines(r *http.Request, p *params) (object, error) {
	i, err := s.find(r)
	if err != nil {
		return nil, err
	}
	if i.Status != draft {
		return nil, invalid("invoice_not_editable", "", "This invoice is no longer editable.")
	}
	i.Lines = slices.Clone(i.Lines)
	for n := range p.length("lines") {
		at := fmt.Sprintf("lines[%d]", n)
		l := line{ID: newID("il"), Description: p.text(at + "[description]")}
		if l.Amount, err = p.integer(at + "[amount]"); err != nil {
			return nil, err
		}
		if l.Discountable, err = p.truth(at + "[discountable]"); err != nil {
			return nil, err
		}
		i.Lines = append(i.Lines, l)
	}
	if len(i.Lines) == 0 || len(i.Lines) > maxLines {
		return nil, invalid("", "lines", "An invoice can have up to %d lines, and at least one has to be added", maxLines)
	}
	if err := p.unknown(); err != nil {
		return nil, err
	}
	return s.show(i), s.invoices.Put(i.ID, i)
}

func (s *Server) finalize(r *http.Request, p *params) (object, error) {
	i, err := s.find(r)
	if err != nil {
		return nil, err
	}
	if i.Advance, err = p.truth("auto_advance"); err != nil {
		return nil, err
	}
	switch {
	case i.Status != draft:
		return nil, invalid("invoice_not_editable", "", "This invoice is already finalized, you can't re-finalize a non-draft invoice.")
	case len(i.Lines) == 0:
		return nil, invalid("invoice_no_customer_line_items", "", "Nothing to invoice for customer")
	case i.total() < 0:
		return nil, invalid("", "", "The sandbox makes no credit of an invoice below zero")
	}
	c, _ := s.customers.Get(i.Customer)
	now := time.Now().UTC().Truncate(time.Second)
	s.numbered++
	i.Status, i.Finalized, i.Balance = open, now, c.Balance
	i.Number, i.Due = fmt.Sprintf("SANDBOX-%04d", s.numbered), now.AddDate(0, 0, int(i.Days))
	if i.due() == 0 {
		i.Status, i.Paid = paid, now
	}
	if err := s.invoices.Put(i.ID, i); err != nil {
		return nil, err
	}
	return s.show(i), s.happened("invoice.finalized", i)
}

// send sends an open invoice, each time anew.
func (s *Server) send(r *http.Request, _ *params) (object, error) {
	i, err := s.find(r)
	if err != nil {
		return nil, err
	}
	if i.Status != open {
		return nil, invalid("", "", "You can't manually send an invoice that is %s.", i.Status)
	}
	i.Sent++
	if err := s.invoices.Put(i.ID, i); err != nil {
		return nil, err
	}
	return s.show(i), s.happened("invoice.sent", i)
}

func (s *Server) void(r *http.Request, _ *params) (object, error) {
	i, err := s.find(r)
	if err != nil {
		return nil, err
	}
	i, err = s.end(i, void)
	if err != nil {
		return nil, err
	}
	return s.show(i), nil
}

// end ends an open invoice: it is paid, or it is void.
func (s *Server) end(i invoice, how string) (invoice, error) {
	if i.Status != open {
		return i, invalid("", "", "The invoice is %s, and only an open one can become %s.", i.Status, how)
	}
	now := time.Now().UTC().Truncate(time.Second)
	if i.Status = how; how == paid {
		i.Paid = now
	} else {
		i.Voided = now
	}
	if err := s.invoices.Put(i.ID, i); err != nil {
		return i, err
	}
	return i, s.happened("invoice."+map[string]string{paid: "paid", void: "voided"}[how], i)
}
