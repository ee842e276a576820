package hubspot

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// association is one between two records, as it was made.
type association struct {
	FromKind string `json:"from_kind"`
	FromID   string `json:"from_id"`
	ToKind   string `json:"to_kind"`
	ToID     string `json:"to_id"`
	// Label is what the account's people call it; "" for nothing.
	Label string `json:"label,omitempty"`
}

// associationTypes are the numbers of HubSpot's own unlabelled associations, in either direction.
var associationTypes = map[[2]string]int{
	{"contacts", "companies"}: 279, {"companies", "contacts"}: 280,
	{"notes", "contacts"}: 202, {"contacts", "notes"}: 201,
	{"notes", "companies"}: 190, {"companies", "notes"}: 189,
	{"calls", "contacts"}: 194, {"contacts", "calls"}: 193,
	{"meetings", "contacts"}: 200, {"contacts", "meetings"}: 199,
	{"deals", "contacts"}: 3, {"contacts", "deals"}: 4,
	{"deals", "companies"}: 341, {"companies", "deals"}: 342,
	{"deals", "line_items"}: 19, {"line_items", "deals"}: 20,
	{"notes", "deals"}: 214, {"deals", "notes"}: 213,
	{"tickets", "contacts"}: 16, {"contacts", "tickets"}: 15,
	{"tickets", "companies"}: 339, {"companies", "tickets"}: 340,
	{"notes", "tickets"}: 228, {"tickets", "notes"}: 227,
}

// primaryTypes are those of a deal's primary company, which is its first one.
var primaryTypes = map[[2]string]int{{"deals", "companies"}: 5, {"companies", "deals"}: 6}

// labelTypes are the numbers of the labels that this account has made.
var labelTypes = map[[2]string]map[string]int{
	{"deals", "contacts"}: {"Signer": 11, "Decision maker": 13},
	{"contacts", "deals"}: {"Signer": 12, "Decision maker": 14},
}

// ContactLabels are those that a deal's contacts can have.
var ContactLabels = slices.Sorted(maps.Keys(labelTypes[[2]string{"deals", "contacts"}]))

type spec struct {
	Category string `json:"associationCategory"`
	TypeID   int    `json:"associationTypeId"`
}

type id struct {
	ID string `json:"id"`
}

type wireAssociation struct {
	From id   `json:"from"`
	To   id   `json:"to"`
	Spec spec `json:"associationSpec"`
}

// relink enters all associations anew, after records have become others or none.
func (s *Server) relink() error {
	s.linked, s.labels = map[ref]map[*kind][]string{}, map[[2]ref]string{}
	for _, a := range s.associations.All() {
		if err := s.link(a); err != nil {
			return err
		}
	}
	return nil
}

// link enters an association, in both directions, between the records that its ends are now; one of a deleted record is kept,
// and is none.
func (s *Server) link(a association) error {
	from, err := s.kind(a.FromKind)
	if err != nil {
		return err
	}
	to, err := s.kind(a.ToKind)
	if err != nil {
		return err
	}
	if one, other := from.at(a.FromID), to.at(a.ToID); one != nil && other != nil {
		s.linkOne(ref{from.name, one.ID}, to, other.ID)
		s.linkOne(ref{to.name, other.ID}, from, one.ID)
		if a.Label != "" {
			s.labels[[2]ref{{from.name, one.ID}, {to.name, other.ID}}] = a.Label
			s.labels[[2]ref{{to.name, other.ID}, {from.name, one.ID}}] = a.Label
		}
	}
	return nil
}

func (s *Server) linkOne(from ref, to *kind, id string) {
	if s.linked[from] == nil {
		s.linked[from] = map[*kind][]string{}
	}
	if !slices.Contains(s.linked[from][to], id) {
		s.linked[from][to] = append(s.linked[from][to], id)
	}
}

func (s *Server) associateDefault(r *http.Request) (any, error) {
	started := time.Now().UTC()
	s.mu.Lock()
	defer s.mu.Unlock()
	from, to, err := s.ends(r)
	if err != nil {
		return nil, err
	}
	one, other := from.at(r.PathValue("fromID")), to.at(r.PathValue("toID"))
	if one == nil || other == nil {
		return nil, notFound()
	}
	a := association{FromKind: from.name, FromID: one.ID, ToKind: to.name, ToID: other.ID}
	if err := s.associate(a); err != nil {
		return nil, err
	}
	return complete([]wireAssociation{
		{id{a.FromID}, id{a.ToID}, spec{"HUBSPOT_DEFINED", associationTypes[[2]string{from.name, to.name}]}},
		{id{a.ToID}, id{a.FromID}, spec{"HUBSPOT_DEFINED", associationTypes[[2]string{to.name, from.name}]}},
	}, started), nil
}

// associate makes an association between records that are there, if it isn't there, and labels it. The caller holds the lock.
func (s *Server) associate(a association) error {
	to, err := s.kind(a.ToKind)
	if err != nil {
		return err
	}
	one, other := ref{a.FromKind, a.FromID}, ref{a.ToKind, a.ToID}
	if !slices.Contains(s.linked[one][to], a.ToID) || a.Label != "" && s.labels[[2]ref{one, other}] != a.Label {
		if err := s.associations.Put(a.FromKind+"/"+a.FromID+">"+a.ToKind+"/"+a.ToID, a); err != nil {
			return err
		}
		if err := s.link(a); err != nil {
			return err
		}
	}
	switch [2]string{a.FromKind, a.ToKind} {
	case [2]string{"contacts", "companies"}:
		return s.employ(a.FromID, a.ToID)
	case [2]string{"companies", "contacts"}:
		return s.employ(a.ToID, a.FromID)
	}
	return nil
}

// employ names a contact's first company, which stays its primary one.
func (s *Server) employ(contact, company string) error {
	contacts := s.kinds[0]
	rec := contacts.at(contact)
	if rec.Properties[companyName] != "" {
		return nil
	}
	return s.update(contacts, rec, map[string]string{companyName: company})
}

func (s *Server) ends(r *http.Request) (from, to *kind, err error) {
	if from, err = s.kind(r.PathValue("from")); err != nil {
		return nil, nil, err
	}
	if to, err = s.kind(r.PathValue("to")); err != nil {
		return nil, nil, err
	}
	if associationTypes[[2]string{from.name, to.name}] == 0 {
		return nil, nil, invalid("No default association between %s and %s", from.name, to.name)
	}
	return from, to, nil
}

// associationType is one of the types that an association has.
type associationType struct {
	Category string `json:"category"`
	TypeID   int    `json:"typeId"`
	Label    string `json:"label,omitempty"`
}

// types are those of an association: always the unlabelled one, and besides whether it is the primary one, and its label.
func (s *Server) types(from, to ref) []associationType {
	kinds := [2]string{from.kind, to.kind}
	list := []associationType{{"HUBSPOT_DEFINED", associationTypes[kinds], ""}}
	if number := primaryTypes[kinds]; number != 0 {
		deal, company := from, to
		if deal.kind != "deals" {
			deal, company = to, from
		}
		companies, _ := s.kind(company.kind)
		if s.linked[deal][companies][0] == company.id {
			list = append(list, associationType{"HUBSPOT_DEFINED", number, "Primary"})
		}
	}
	if label := s.labels[[2]ref{from, to}]; label != "" {
		list = append(list, associationType{"USER_DEFINED", labelTypes[kinds][label], label})
	}
	return list
}

// maxAssociations is how many are on a page.
const maxAssociations = 500

// listAssociations lists what a record is associated with, a page at a time.
func (s *Server) listAssociations(r *http.Request) (any, error) {
	type result struct {
		ToObjectID       string            `json:"toObjectId"`
		AssociationTypes []associationType `json:"associationTypes"`
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	from, to, err := s.ends(r)
	if err != nil {
		return nil, err
	}
	rec := from.at(r.PathValue("fromID"))
	if rec == nil {
		return nil, notFound()
	}
	limit, err := count(r, "limit", maxAssociations)
	if err != nil || limit < 1 || limit > maxAssociations {
		return nil, invalid("limit: must be between 1 and %d", maxAssociations)
	}
	after, err := count(r, "after", 0)
	if err != nil || after < 0 {
		return nil, invalid("after: %q is not a page of these associations", r.URL.Query().Get("after"))
	}
	answer := struct {
		Results []result  `json:"results"`
		Paging  *nextPage `json:"paging,omitempty"`
	}{Results: []result{}}
	one := ref{from.name, rec.ID}
	all := s.linked[one][to]
	all = all[min(after, len(all)):]
	if len(all) > limit {
		all = all[:limit]
		answer.Paging = &nextPage{}
		answer.Paging.Next.After = strconv.Itoa(after + limit)
	}
	for _, id := range all {
		answer.Results = append(answer.Results, result{id, s.types(one, ref{to.name, id})})
	}
	return answer, nil
}

// count is a number in a request's query, or else another one.
func count(r *http.Request, name string, otherwise int) (int, error) {
	value := r.URL.Query().Get(name)
	if value == "" {
		return otherwise, nil
	}
	return strconv.Atoi(value)
}
