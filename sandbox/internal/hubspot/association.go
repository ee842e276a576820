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

// link enters an association, in both directions.
func (s *Server) link(a association) error {
	from, err := s.kind(a.FromKind)
	if err != nil {
		return err
	}
	to, err := s.kind(a.ToKind)
	if err != nil {
		return err
	}
	s.linkOne(ref{from.name, a.FromID}, to, a.ToID)
	s.linkOne(ref{to.name, a.ToID}, from, a.FromID)
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
	a := association{from.name, r.PathValue("fromID"), to.name, r.PathValue("toID")}
	if from.records[a.FromID] == nil || to.records[a.ToID] == nil {
		return nil, notFound()
	}
	if !slices.Contains(s.linked[ref{from.name, a.FromID}][to], a.ToID) {
		if err := s.associations.Put(a.FromKind+"/"+a.FromID+">"+a.ToKind+"/"+a.ToID, a); err != nil {
			return nil, err
		}
		if err := s.link(a); err != nil {
			return nil, err
		}
	}
	return complete([]wireAssociation{
		{id{a.FromID}, id{a.ToID}, spec{"HUBSPOT_DEFINED", associationTypes[[2]string{from.name, to.name}]}},
		{id{a.ToID}, id{a.FromID}, spec{"HUBSPOT_DEFINED", associationTypes[[2]string{to.name, from.name}]}},
	}, started), nil
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
	if from.records[r.PathValue("fromID")] == nil {
		return nil, notFound()
	}
	answer := struct {
		Results []result `json:"results"`
	}{[]result{}}
	number := associationTypes[[2]string{from.name, to.name}]
	for _, id := range s.linked[ref{from.name, r.PathValue("fromID")}][to] {
		answer.Results = append(answer.Results, result{id, []associationType{{"HUBSPOT_DEFINED", number}}})
	}
	return answer, nil
}
