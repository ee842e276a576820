package hubspot

import (
	"net/http"
	"slices"
	"time"
)

// association is one between two records, as it was made.
type association struct {
	FromKind string `json:"from_kind"`
	FromID   string `json:"from_id"`
	ToKind   string `json:"to_kind"`
	ToID     string `json:"to_id"`
}

// associationTypes are the numbers of HubSpot's own unlabelled associations, in either direction.
var associationTypes = map[[2]string]int{
	{"contacts", "companies"}: 279, {"companies", "contacts"}: 280,
	{"notes", "contacts"}: 202, {"contacts", "notes"}: 201,
	{"notes", "companies"}: 190, {"companies", "notes"}: 189,
	{"calls", "contacts"}: 194, {"contacts", "calls"}: 193,
	{"meetings", "contacts"}: 200, {"contacts", "meetings"}: 199,
}

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
	s.linked = map[ref]map[*kind][]string{}
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
	a := association{from.name, one.ID, to.name, other.ID}
	if err := s.associate(a); err != nil {
		return nil, err
	}
	return complete([]wireAssociation{
		{id{a.FromID}, id{a.ToID}, spec{"HUBSPOT_DEFINED", associationTypes[[2]string{from.name, to.name}]}},
		{id{a.ToID}, id{a.FromID}, spec{"HUBSPOT_DEFINED", associationTypes[[2]string{to.name, from.name}]}},
	}, started), nil
}

// associate makes an association between records that are there, if it isn't there. The caller holds the lock.
func (s *Server) associate(a association) error {
	to, err := s.kind(a.ToKind)
	if err != nil {
		return err
	}
	if !slices.Contains(s.linked[ref{a.FromKind, a.FromID}][to], a.ToID) {
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

func (s *Server) listAssociations(r *http.Request) (any, error) {
	type associationType struct {
		Category string `json:"category"`
		TypeID   int    `json:"typeId"`
	}
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
	answer := struct {
		Results []result `json:"results"`
	}{[]result{}}
	number := associationTypes[[2]string{from.name, to.name}]
	for _, id := range s.linked[ref{from.name, rec.ID}][to] {
		answer.Results = append(answer.Results, result{id, []associationType{{"HUBSPOT_DEFINED", number}}})
	}
	return answer, nil
}
