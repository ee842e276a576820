package hubspot

import (
	"cmp"
	"errors"
	"fmt"
	"html"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/sandbox/client"
)

// part is a record that somebody makes with a deal or a ticket, or chooses for it.
type part struct {
	field  string // of the form
	kind   *kind
	id     string // of the one that was chosen
	unique string // the property by which one is found that is there already; "" where each is made
	values map[string]string
	label  string // of its association with the deal
}

// MakeDeal has somebody make a deal with what belongs to it. Nothing is made where anything is wrong.
//
// The app is told that the deal is in its stage, as if it had been moved there. Whether HubSpot does that for a property with
// which a record is made isn't documented.
func (s *Server) MakeDeal(f client.DealForm) (client.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	parts := s.partsOf(f)
	for i := range parts {
		if err := s.checkPart(&parts[i]); err != nil {
			return client.Record{}, err
		}
	}
	var deal *record
	for _, p := range parts {
		r, err := s.take(p)
		if err != nil {
			return client.Record{}, err
		}
		if deal == nil { // it is the first part
			deal = r
			continue
		}
		if err := s.associate(association{deal.Kind, deal.ID, r.Kind, r.ID, p.label}); err != nil {
			return client.Record{}, err
		}
	}
	s.tellNew(s.kinds[5], deal, byPeople) // as in Kinds
	return s.person(deal), nil
}

// partsOf are what a form asks for: the deal, then its contacts, companies, line items and note. What was left empty is none.
func (s *Server) partsOf(f client.DealForm) []part {
	companies, notes, deals, items := s.kinds[1], s.kinds[2], s.kinds[5], s.kinds[6] // as in Kinds
	list := []part{{kind: deals}}
	for i, c := range f.Contacts {
		if c.ID+c.Name+c.Email == "" {
			continue
		}
		list = append(list, s.contactPart(fmt.Sprintf("contacts[%d]", i), c, f.Owner))
	}
	for i, c := range f.Companies {
		if c.ID+c.Name+c.Domain != "" {
			list = append(list, part{fmt.Sprintf("companies[%d]", i), companies, c.ID, "domain", map[string]string{
				"name": c.Name, "domain": c.Domain, "hubspot_owner_id": f.Owner,
			}, ""})
		}
	}
	total := new(big.Rat)
	for i, l := range f.Lines {
		if l == (client.DealLine{}) {
			continue
		}
		values := map[string]string{
			"name": l.Name, "quantity": l.Quantity, "price": l.Price, discountName: l.Discount, discountPercentName: l.Percent,
			lineCurrencyName: f.Currency, "hs_position_on_quote": strconv.Itoa(i),
		}
		total.Add(total, netOf(values))
		list = append(list, part{fmt.Sprintf("lines[%d]", i), items, "", "", values, ""})
	}
	if f.Amount == "" && total.Sign() != 0 {
		f.Amount = digits(total, f.Currency)
	}
	list[0].values = map[string]string{
		"dealname": f.Name, stageName: cmp.Or(f.Stage, Stages[0].ID), "pipeline": "default", dealCurrencyName: f.Currency,
		amountName: f.Amount, "hubspot_owner_id": f.Owner,
	}
	if strings.TrimSpace(f.Notes) != "" {
		list = append(list, part{"notes", notes, "", "", map[string]string{
			"hs_note_body": typed(f.Notes), "hs_timestamp": stamp(time.Now()), "hubspot_owner_id": f.Owner,
		}, ""})
	}
	return list
}

// contactPart is a contact of a deal or a ticket.
func (s *Server) contactPart(field string, c client.DealContact, owner string) part {
	words := strings.Fields(c.Name)
	last := max(len(words)-1, min(len(words), 1)) // a single word is the first name
	return part{field, s.kinds[0], c.ID, "email", map[string]string{
		"email": c.Email, "firstname": strings.Join(words[:last], " "), "lastname": strings.Join(words[last:], " "),
		"hubspot_owner_id": owner,
	}, c.Label}
}

// checkPart says what is wrong with a part, in the form's words.
func (s *Server) checkPart(p *part) error {
	at := strings.TrimPrefix(p.field+".", ".")
	switch {
	case p.id != "" && p.kind.at(p.id) == nil:
		return fmt.Errorf("%sid: %w", at, ErrNoRecord)
	case p.label != "" && labelTypes[[2]string{"deals", p.kind.name}][p.label] == 0:
		return fmt.Errorf("%slabel: the account has no label %q: it has %s", at, p.label, strings.Join(ContactLabels, ", "))
	case p.kind.name == "deals" && strings.TrimSpace(p.values["dealname"]) == "":
		return errors.New("name: a deal has to have one")
	case p.id != "":
		return nil
	}
	values, err := s.check(p.kind, p.values)
	if f, ok := err.(*failure); ok {
		var wrong []string
		for _, d := range f.Errors {
			wrong = append(wrong, at+d.Context["propertyName"][0]+": "+d.Message)
		}
		return errors.New(strings.Join(wrong, "; "))
	}
	p.values = values
	return err
}

// take is a part's record: the one that was chosen, one that is there already, or a new one.
func (s *Server) take(p part) (*record, error) {
	if p.id != "" {
		return p.kind.at(p.id), nil
	}
	if value := p.values[p.unique]; value != "" {
		if there := p.kind.index[p.unique][value]; len(there) > 0 {
			return there[0], nil
		}
	}
	return s.create(p.kind, p.values)
}

// typed is the HTML that HubSpot's editor makes of what somebody types: a paragraph a line.
func typed(text string) string {
	var b strings.Builder
	for line := range strings.Lines(strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))) {
		if line = strings.TrimRight(line, "\n"); line == "" {
			line = "<br>"
		} else {
			line = html.EscapeString(line)
		}
		b.WriteString(`<p style="margin:0;">` + line + "</p>")
	}
	return b.String()
}
