package stripe

import (
	"maps"
	"net/http"
	netmail "net/mail"
	"time"
)

type customer struct {
	ID, Email, Name, Description, Country string
	Metadata                              map[string]string
	Balance                               int64 // what they owe from before; negative what they have as credit
	Created                               time.Time
	Deleted                               bool
}

func (c customer) show() object {
	if c.Deleted {
		return object{"id": c.ID, "object": "customer", "deleted": true}
	}
	var address any
	if c.Country != "" {
		address = object{"city": nil, "country": c.Country, "line1": nil, "line2": nil, "postal_code": nil, "state": nil}
	}
	return object{
		"id": c.ID, "object": "customer", "address": address, "balance": c.Balance, "created": c.Created.Unix(), "currency": nil,
		"delinquent": false, "description": orNull(c.Description), "email": orNull(c.Email), "livemode": false, "metadata": c.Metadata,
		"name": orNull(c.Name), "phone": nil, "preferred_locales": []string{}, "shipping": nil, "tax_exempt": "none",
	}
}

// fill sets what a request says of a customer.
func (c *customer) fill(p *params) error {
	for name, field := range map[string]*string{
		"email": &c.Email, "name": &c.Name, "description": &c.Description, "address[country]": &c.Country,
	} {
		if p.has(name) {
			*field = p.text(name)
		}
	}
	if c.Email != "" {
		if a, err := netmail.ParseAddress(c.Email); err != nil || a.Address != c.Email {
			return invalid("email_invalid", "email", "Invalid email address: %s", c.Email)
		}
	}
	if p.has("balance") {
		n, err := p.integer("balance")
		if err != nil {
			return err
		}
		c.Balance = n
	}
	maps.Copy(c.Metadata, p.hash("metadata"))
	return nil
}

func (s *Server) createCustomer(_ *http.Request, p *params) (object, error) {
	c := customer{ID: newID("cus"), Metadata: map[string]string{}, Created: time.Now().UTC()}
	if err := c.fill(p); err != nil {
		return nil, err
	}
	if err := p.unknown(); err != nil {
		return nil, err
	}
	return c.show(), s.customers.Put(c.ID, c)
}

func (s *Server) updateCustomer(r *http.Request, p *params) (object, error) {
	c, ok := s.customers.Get(r.PathValue("id"))
	if !ok || c.Deleted {
		return nil, missing("customer", r.PathValue("id"))
	}
	c.Metadata = maps.Clone(c.Metadata)
	if err := c.fill(p); err != nil {
		return nil, err
	}
	if err := p.unknown(); err != nil {
		return nil, err
	}
	return c.show(), s.customers.Put(c.ID, c)
}

func (s *Server) getCustomer(r *http.Request, _ *params) (object, error) {
	c, ok := s.customers.Get(r.PathValue("id"))
	if !ok {
		return nil, missing("customer", r.PathValue("id"))
	}
	return c.show(), nil
}

func (s *Server) deleteCustomer(r *http.Request, _ *params) (object, error) {
	c, ok := s.customers.Get(r.PathValue("id"))
	if !ok || c.Deleted {
		return nil, missing("customer", r.PathValue("id"))
	}
	c.Deleted = true
	return c.show(), s.customers.Put(c.ID, c)
}

// listCustomers filters by the e-mail address as it is written: Stripe's filter is case-sensitive.
func (s *Server) listCustomers(_ *http.Request, p *params) (object, error) {
	var all []object
	for _, c := range s.customers.All() {
		if !c.Deleted && (!p.has("email") || c.Email == p.text("email")) {
			all = append(all, c.show())
		}
	}
	p.has("email") // also where there is no customer yet
	return p.list("/v1/customers", all)
}
