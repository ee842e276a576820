package hubspot

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/sandbox/internal/wire"
)

// HubSpot's limits of a search.
const (
	maxFilterGroups = 5
	maxFilters      = 6
	maxSearchPage   = 200
)

// search is the body of a search. Its groups are alternatives; a group's filters must all be met.
type search struct {
	FilterGroups []struct {
		Filters []filter `json:"filters"`
	} `json:"filterGroups"`
	Properties []string `json:"properties"`
	Limit      int      `json:"limit"`
	After      string   `json:"after"`
	// These are left out here, and refused rather than passed over.
	Query string   `json:"query"`
	Sorts []string `json:"sorts"`
}

type filter struct {
	PropertyName string   `json:"propertyName"`
	Operator     string   `json:"operator"`
	Value        string   `json:"value"`
	Values       []string `json:"values"`
}

type nextPage struct {
	Next struct {
		After string `json:"after"`
	} `json:"next"`
}

func (s *Server) searchObjects(r *http.Request) (any, error) {
	body := search{Limit: 10}
	if err := wire.Read(r, &body, false); err != nil {
		return nil, invalid("Invalid input JSON: %s", err)
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	k, err := s.kind(r.PathValue("type"))
	if err != nil {
		return nil, err
	}
	if err := body.check(k); err != nil {
		return nil, err
	}
	matches := s.matches(k, body)
	after, _ := strconv.Atoi(body.After) // checked
	answer := struct {
		Total   int          `json:"total"`
		Results []wireRecord `json:"results"`
		Paging  *nextPage    `json:"paging,omitempty"`
	}{Total: len(matches), Results: []wireRecord{}}
	matches = matches[min(after, len(matches)):]
	if len(matches) > body.Limit {
		matches = matches[:body.Limit]
		answer.Paging = &nextPage{}
		answer.Paging.Next.After = strconv.Itoa(after + body.Limit)
	}
	for _, rec := range matches {
		seen := *rec
		seen.Properties = s.found(rec)
		answer.Results = append(answer.Results, k.show(&seen, body.Properties...))
	}
	return answer, nil
}

func (b *search) check(k *kind) error {
	if n, err := strconv.Atoi(b.After); b.After != "" && (err != nil || n < 0) {
		return invalid("after: %q is not a number", b.After)
	}
	switch {
	case b.Limit < 1 || b.Limit > maxSearchPage:
		return invalid("limit: must be between 1 and %d", maxSearchPage)
	case len(b.FilterGroups) > maxFilterGroups:
		return invalid("filterGroups: no more than %d are allowed", maxFilterGroups)
	case b.Query != "" || len(b.Sorts) > 0:
		return invalid("The sandbox's search has no query and no sorts")
	}
	for _, g := range b.FilterGroups {
		if len(g.Filters) == 0 || len(g.Filters) > maxFilters {
			return invalid("filters: must have between 1 and %d", maxFilters)
		}
		for _, f := range g.Filters {
			if _, known := k.properties[f.PropertyName]; !known {
				return invalid("There was a problem with the request: property %s does not exist", f.PropertyName)
			}
			switch f.Operator {
			case "EQ", "NEQ", "IN", "NOT_IN", "HAS_PROPERTY", "NOT_HAS_PROPERTY":
			default:
				return invalid("The sandbox's search has no operator %q", f.Operator)
			}
		}
	}
	return nil
}

// found are a record's properties as search sees them; nil where it doesn't see the record yet.
func (s *Server) found(r *record) map[string]string {
	if time.Since(r.Updated) < s.Lag {
		return r.found
	}
	return r.Properties
}

// matches are the records that meet any of the groups, oldest first.
func (s *Server) matches(k *kind, b search) (list []*record) {
	for _, rec := range k.candidates(b) {
		properties := s.found(rec)
		if properties == nil {
			continue
		}
		met := len(b.FilterGroups) == 0
		for _, g := range b.FilterGroups {
			met = met || !slices.ContainsFunc(g.Filters, func(f filter) bool { return !f.meets(properties[f.PropertyName]) })
		}
		if met {
			list = append(list, rec)
		}
	}
	return list
}

// candidates are records that may match, found by an index where one filter of the only group has one. What search sees late
// can't be found by an index, so that a changed value is missed until then, as it is at HubSpot.
func (k *kind) candidates(b search) []*record {
	if len(b.FilterGroups) == 1 {
		for _, f := range b.FilterGroups[0].Filters {
			if by := k.index[f.PropertyName]; by != nil && f.Operator == "EQ" {
				return by[f.Value]
			}
		}
	}
	return k.order
}

func (f filter) meets(value string) bool {
	same := func(v string) bool { return strings.EqualFold(v, value) }
	switch f.Operator {
	case "EQ":
		return same(f.Value)
	case "NEQ":
		return value != "" && !same(f.Value)
	case "IN":
		return slices.ContainsFunc(f.Values, same)
	case "NOT_IN":
		return value != "" && !slices.ContainsFunc(f.Values, same)
	case "HAS_PROPERTY":
		return value != ""
	default: // "NOT_HAS_PROPERTY"
		return value == ""
	}
}
