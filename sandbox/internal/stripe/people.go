package stripe

import (
	"errors"
	"fmt"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/sandbox/internal/ledger"
)

// ErrNoInvoice is the error of an invoice that isn't there.
var ErrNoInvoice = errors.New("there is no such invoice")

// Act has the customer pay an invoice, or somebody of ours void it.
func (s *Server) Act(id string, a client.InvoiceAct) (client.Invoice, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, ok := s.invoices.Get(id)
	if !ok {
		return client.Invoice{}, ErrNoInvoice
	}
	how, ok := map[string]string{client.InvoicePay: paid, client.InvoiceVoid: void}[a.Do]
	if !ok {
		return client.Invoice{}, fmt.Errorf("do: %q is none of pay, void", a.Do)
	}
	i, err := s.end(i, how)
	if err != nil {
		return client.Invoice{}, err
	}
	return s.view(i), nil
}

// Filter says which invoices are wanted; the zero value is all of them.
type Filter struct {
	ID   string
	Case string
	Last int // the youngest so many; 0 is all
}

// Invoices are the invoices that a filter lets through, oldest first. A draft that was deleted isn't there.
func (s *Server) Invoices(f Filter) []client.Invoice {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := []client.Invoice{}
	for _, i := range s.invoices.All() {
		if (f.ID == "" || f.ID == i.ID) && (f.Case == "" || f.Case == ledger.CaseOf(i.Metadata[keyMeta])) {
			list = append(list, s.view(i))
		}
	}
	if f.Last > 0 {
		list = list[max(len(list)-f.Last, 0):]
	}
	return list
}

// Len is how many invoices there are.
func (s *Server) Len() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.invoices.Len()
}

func (s *Server) view(i invoice) client.Invoice {
	c, _ := s.customers.Get(i.Customer)
	v := client.Invoice{
		ID: i.ID, Key: i.Metadata[keyMeta], Customer: i.Customer, Email: c.Email, Name: c.Name, Number: i.Number, Status: i.Status,
		Currency: i.Currency, Total: i.total(), Due: i.due(), Memo: i.Memo, Sent: i.Sent, Created: i.Created, DueDate: i.Due, Paid: i.Paid,
	}
	for _, l := range i.Lines {
		v.Lines = append(v.Lines, client.InvoiceLine{Description: l.Description, Amount: l.Amount})
	}
	for _, f := range i.Fields {
		v.Fields = append(v.Fields, client.InvoiceField(f))
	}
	return v
}

// Effects are the invoices and how often they were sent, and the refunds, counted by key, and the customers whom invoices are for,
// counted by e-mail address; of one case, or with "" of all.
func (s *Server) Effects(caseID string) []client.Effect {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var t ledger.Tally
	counted := map[string]bool{}
	customers := func(email string) {
		if email == "" || counted[email] {
			return
		}
		counted[email] = true
		for _, c := range s.customers.All() {
			if c.Email == email && !c.Deleted {
				t.Count(client.Effect{System: "stripe", Operation: "customer", Key: email}, c.ID, 1)
			}
		}
	}
	for key, ids := range s.byKey.All(caseID) {
		for _, id := range ids {
			i, ok := s.invoices.Get(id)
			if !ok {
				continue
			}
			t.Count(client.Effect{System: "stripe", Operation: "invoice", Key: key}, id, 1)
			if i.Sent > 0 {
				t.Count(client.Effect{System: "stripe", Operation: "invoice_email", Key: key}, id, i.Sent)
			}
			c, _ := s.customers.Get(i.Customer)
			customers(c.Email)
		}
	}
	for key, ids := range s.refundsByKey.All(caseID) {
		for _, id := range ids {
			t.Count(client.Effect{System: "stripe", Operation: "refund", Key: key}, id, 1)
		}
	}
	return t.Effects()
}
