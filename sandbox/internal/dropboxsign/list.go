package dropboxsign

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (s *Server) get(r *http.Request) (any, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	found, err := s.find(r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return map[string]any{"signature_request": s.show(found, time.Now())}, nil
}

// find is a request that is there. One that was cancelled is answered 410 from then on.
func (s *Server) find(id string) (*request, error) {
	r, ok := s.requests.Get(id)
	if !ok {
		return nil, no(http.StatusNotFound, "", "Signature request not found")
	}
	if !r.Canceled.IsZero() {
		return nil, no(http.StatusGone, "", "This resource has been deleted")
	}
	return r, nil
}

// list answers with the requests that meet a query, the youngest first.
func (s *Server) list(r *http.Request) (any, error) {
	q := r.URL.Query()
	page, err := count(q.Get("page"), 1, "page", 1<<20)
	if err != nil {
		return nil, err
	}
	size, err := count(q.Get("page_size"), 20, "page_size", 100)
	if err != nil {
		return nil, err
	}
	terms, err := parse(q.Get("query"))
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	now := time.Now()
	found := []wireRequest{}
	for _, req := range s.requests.All() {
		if req.Canceled.IsZero() && !req.Created.After(now.Add(-s.Lag)) && meets(req, terms, now) {
			found = append(found, s.show(req, now))
		}
	}
	slices.Reverse(found)
	from := min((page-1)*size, len(found))
	return map[string]any{
		"signature_requests": found[from:min(from+size, len(found))],
		"list_info": map[string]int{
			"page": page, "page_size": size, "num_results": len(found), "num_pages": max((len(found)+size-1)/size, 1),
		},
	}, nil
}

func count(value string, otherwise int, name string, most int) (int, error) {
	if value == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > most {
		return 0, no(http.StatusBadRequest, name, "%s must be between 1 and %d", name, most)
	}
	return n, nil
}

// term is one of those that a query joins with AND.
type term struct{ field, value string }

// parse reads a query, as far as it is of use here: field:value, with or without quotes, joined by AND
// (https://developers.hellosign.com/api/reference/search).
func parse(query string) (terms []term, err error) {
	if strings.TrimSpace(query) == "" {
		return nil, nil
	}
	for part := range strings.SplitSeq(query, " AND ") {
		field, value, ok := strings.Cut(strings.TrimSpace(part), ":")
		value = strings.Trim(value, `"`)
		if !ok || value == "" || strings.HasPrefix(value, "*") {
			return nil, no(http.StatusBadRequest, "query", "Invalid search query")
		}
		switch field {
		case "metadata", "title", "subject", "to", "complete", "declined", "test_mode":
			terms = append(terms, term{field, value})
		default:
			return nil, no(http.StatusBadRequest, "query", "The sandbox can't search for %s", field)
		}
	}
	return terms, nil
}

func meets(r *request, terms []term, now time.Time) bool {
	for _, t := range terms {
		var ok bool
		switch t.field {
		case "metadata":
			for _, value := range r.Metadata {
				ok = ok || words(value, t.value)
			}
		case "title":
			ok = words(r.Title, t.value)
		case "subject":
			ok = words(r.Subject, t.value)
		case "to":
			ok = words(r.Signer.Email, t.value) || words(r.Signer.Name, t.value)
		case "complete":
			ok = t.value == strconv.FormatBool(!r.Signed.IsZero())
		case "declined":
			ok = t.value == strconv.FormatBool(!r.Declined.IsZero())
		case "test_mode":
			ok = t.value == strconv.FormatBool(r.Test)
		}
		if !ok {
			return false
		}
	}
	return true
}

// words is whether a text has the words that are searched for, one after the other. Like any text index, this one knows whole
// words only, and no signs.
func words(text, sought string) bool {
	split := func(s string) []string {
		return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
			return !(r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || r > 127)
		})
	}
	all, wanted := split(text), split(sought)
	for i := 0; i+len(wanted) <= len(all); i++ {
		if slices.Equal(all[i:i+len(wanted)], wanted) {
			return len(wanted) > 0
		}
	}
	return false
}
