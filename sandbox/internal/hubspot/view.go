package hubspot

import (
	"strings"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/sandbox/internal/ledger"
)

// keyProperty is the property that carries an effect's key, of a note, a ticket, or a company without a domain.
const keyProperty = "throughline_key"

// Filter says which records are wanted; the zero value is all of a kind.
type Filter struct {
	ID     string // the one with this ID, or that it was merged into, whatever else is said
	Email  string // of a contact
	Domain string // of a company
	Case   string // those that belong to this case
	Last   int    // the youngest so many; 0 is all
}

// Records are the records of a kind that a filter lets through, oldest first; none where there is no such kind.
func (s *Server) Records(kindName string, f Filter) []client.Record {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := []client.Record{}
	k, err := s.kind(kindName)
	if err != nil {
		return list
	}
	from := k.order
	switch {
	case f.ID != "":
		if from = nil; k.at(f.ID) != nil {
			from = []*record{k.at(f.ID)}
		}
	case f.Case != "":
		from = s.ofCase(f.Case)[k]
	case f.Email != "":
		from = k.index["email"][strings.ToLower(f.Email)]
	case f.Domain != "":
		from = k.index["domain"][strings.ToLower(f.Domain)]
	}
	if f.Last > 0 {
		from = from[max(len(from)-f.Last, 0):]
	}
	for _, r := range from {
		if (f.Email == "" || strings.EqualFold(r.Properties["email"], f.Email)) &&
			(f.Domain == "" || strings.EqualFold(r.Properties["domain"], f.Domain)) {
			list = append(list, s.person(r))
		}
	}
	return list
}

// Len is how many records of a kind there are.
func (s *Server) Len(kindName string) int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	k, err := s.kind(kindName)
	if err != nil {
		return 0
	}
	return len(k.order)
}

func (s *Server) person(r *record) client.Record {
	v := client.Record{
		Type: r.Kind, ID: r.ID, Properties: r.Properties, Created: r.Created, Updated: r.Updated, History: r.History,
		Associated: map[string][]string{},
	}
	one := ref{r.Kind, r.ID}
	for k, ids := range s.linked[one] {
		v.Associated[k.name] = append([]string(nil), ids...)
		for _, id := range ids {
			if label := s.labels[[2]ref{one, {k.name, id}}]; label != "" {
				if v.Labels == nil {
					v.Labels = map[string]string{}
				}
				v.Labels[id] = label
			}
		}
	}
	return v
}

// ofCase are the records that belong to a case, by kind: its notes and tickets, the contacts, deals and tickets that these are on, and
// the companies of the notes and the contacts. What people log belongs to none.
func (s *Server) ofCase(caseID string) map[*kind][]*record {
	contacts, companies, notes, deals, tickets := s.kinds[0], s.kinds[1], s.kinds[2], s.kinds[5], s.kinds[7] // as in Kinds
	found := map[*kind][]*record{}
	seen := map[*record]bool{}
	take := func(k *kind, r *record) {
		if r != nil && !seen[r] {
			seen[r] = true
			found[k] = append(found[k], r)
		}
	}
	for _, list := range s.byKey.All(caseID) {
		for _, note := range list {
			take(notes, note)
		}
	}
	for _, note := range found[notes] {
		for _, id := range s.linked[ref{notes.name, note.ID}][contacts] {
			take(contacts, contacts.records[id])
		}
		for _, id := range s.linked[ref{notes.name, note.ID}][companies] {
			take(companies, companies.records[id])
		}
		for _, id := range s.linked[ref{notes.name, note.ID}][deals] {
			take(deals, deals.records[id])
		}
		for _, id := range s.linked[ref{notes.name, note.ID}][tickets] {
			take(tickets, tickets.records[id])
		}
	}
	for _, ticket := range tickets.order {
		if ledger.CaseOf(ticket.Properties[keyProperty]) == caseID {
			take(tickets, ticket)
		}
	}
	for _, ticket := range found[tickets] {
		for _, id := range s.linked[ref{tickets.name, ticket.ID}][contacts] {
			take(contacts, contacts.records[id])
		}
	}
	for _, contact := range found[contacts] {
		for _, id := range s.linked[ref{contacts.name, contact.ID}][companies] {
			take(companies, companies.records[id])
		}
	}
	return found
}

// Effects are the records, counted: notes and tickets by their key, contacts by their e-mail address and companies by their domain; of
// one case, or with "" of all. A company without a domain is counted by its key, since its name tells it from no other.
func (s *Server) Effects(caseID string) []client.Effect {
	s.mu.RLock()
	defer s.mu.RUnlock()
	contacts, companies, tickets := s.kinds[0], s.kinds[1], s.kinds[7] // as in Kinds
	of := map[*kind][]*record{contacts: contacts.order, companies: companies.order, tickets: tickets.order}
	if caseID != "" {
		of = s.ofCase(caseID)
	}
	var t ledger.Tally
	done := map[[3]string]bool{}
	count := func(k *kind, by, value string) {
		if value == "" || done[[3]string{k.name, by, value}] {
			return
		}
		done[[3]string{k.name, by, value}] = true
		for _, r := range k.index[by][value] {
			t.Count(client.Effect{System: "hubspot", Operation: k.singular, Key: value}, r.ID, 1)
		}
	}
	for _, r := range of[contacts] {
		count(contacts, "email", r.Properties["email"])
	}
	for _, r := range of[companies] {
		if domain := r.Properties["domain"]; domain != "" {
			count(companies, "domain", domain)
		} else {
			count(companies, keyProperty, r.Properties[keyProperty])
		}
	}
	for _, r := range of[tickets] {
		count(tickets, keyProperty, r.Properties[keyProperty])
	}
	for key, notes := range s.byKey.All(caseID) {
		for _, r := range notes {
			t.Count(client.Effect{System: "hubspot", Operation: "note", Key: key}, r.ID, 1)
		}
	}
	return t.Effects()
}
