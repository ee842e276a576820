package hubspot

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/sandbox/internal/wire"
)

// maxBatch is how many records a batch may have.
const maxBatch = 100

// wireRecord is a record as the API shows it.
type wireRecord struct {
	ID         string            `json:"id"`
	Properties map[string]string `json:"properties"`
	CreatedAt  time.Time         `json:"createdAt"`
	UpdatedAt  time.Time         `json:"updatedAt"`
	Archived   bool              `json:"archived"`
	New        *bool             `json:"new,omitempty"` // in the answer to an upsert
}

// show is a record with the properties that are asked for besides the usual ones. One that it doesn't have is left out, as
// HubSpot's description of its answers has it.
func (k *kind) show(r *record, names ...string) wireRecord {
	w := wireRecord{ID: r.ID, Properties: map[string]string{}, CreatedAt: r.Created, UpdatedAt: r.Updated}
	for _, n := range slices.Concat(k.shown, names) {
		if v := r.Properties[n]; v != "" {
			w.Properties[n] = v
		}
	}
	return w
}

// asked are the names of the properties that a query asks for: several of the argument, or one with commas.
func asked(q url.Values) (names []string) {
	for _, v := range q["properties"] {
		names = append(names, strings.Split(v, ",")...)
	}
	return names
}

func (s *Server) getObject(r *http.Request) (any, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	k, rec, err := s.object(r)
	if err != nil {
		return nil, err
	}
	return k.show(rec, asked(r.URL.Query())...), nil
}

func (s *Server) object(r *http.Request) (*kind, *record, error) {
	k, err := s.kind(r.PathValue("type"))
	if err != nil {
		return nil, nil, err
	}
	rec, err := k.by(r.URL.Query().Get("idProperty"), r.PathValue("id"))
	return k, rec, err
}

func (s *Server) patchObject(r *http.Request) (any, error) {
	var body struct {
		Properties map[string]string `json:"properties"`
	}
	if err := wire.Read(r, &body, false); err != nil {
		return nil, invalid("Invalid input JSON: %s", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k, rec, err := s.object(r)
	if err != nil {
		return nil, err
	}
	values, err := s.check(k, body.Properties)
	if err != nil {
		return nil, err
	}
	if err := s.change(k, rec, values, byApp); err != nil {
		return nil, err
	}
	return k.show(rec, names(values)...), nil
}

// deleteObject puts a contact or a ticket into the recycling bin, as HubSpot's description of the API has it.
func (s *Server) deleteObject(r *http.Request) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, rec, err := s.object(r)
	if err != nil {
		return nil, err
	}
	return nil, s.remove(k, rec, byApp)
}

// input is one record of a batch to upsert.
type input struct {
	ID         string            `json:"id"`
	IDProperty string            `json:"idProperty"`
	Properties map[string]string `json:"properties"`
}

// upsertObjects makes or changes records, found by a unique property. All of a batch is checked before any of it is done.
func (s *Server) upsertObjects(r *http.Request) (any, error) {
	started := time.Now().UTC()
	var body struct {
		Inputs []input `json:"inputs"`
	}
	if err := wire.Read(r, &body, false); err != nil {
		return nil, invalid("Invalid input JSON: %s", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.kind(r.PathValue("type"))
	if err != nil {
		return nil, err
	}
	if len(body.Inputs) == 0 || len(body.Inputs) > maxBatch {
		return nil, invalid("inputs: must have between 1 and %d records, has %d", maxBatch, len(body.Inputs))
	}
	seen := map[string]bool{}
	for i := range body.Inputs {
		if err := s.checkInput(k, &body.Inputs[i], seen); err != nil {
			return nil, err
		}
	}
	results := []wireRecord{}
	for _, in := range body.Inputs {
		w, err := s.upsert(k, in)
		if err != nil {
			return nil, err
		}
		results = append(results, w)
	}
	return complete(results, started), nil
}

func (s *Server) checkInput(k *kind, in *input, seen map[string]bool) error {
	if !k.properties[in.IDProperty].HasUniqueValue { // so that none at all is refused, too
		return invalid("Unable to perform update/upsert by non-unique %s property %s in portal ID %s", k.id, in.IDProperty, PortalID)
	}
	if in.ID == "" {
		return invalid("inputs: id is required, the value of %s", in.IDProperty)
	}
	if seen[in.ID] {
		return invalid("Duplicate IDs found in batch input: [%s]. IDs must be unique", in.ID)
	}
	seen[in.ID] = true
	if in.Properties == nil {
		in.Properties = map[string]string{}
	}
	if in.Properties[in.IDProperty] == "" {
		in.Properties[in.IDProperty] = in.ID
	}
	values, err := s.check(k, in.Properties)
	in.Properties = values
	return err
}

func (s *Server) upsert(k *kind, in input) (wireRecord, error) {
	rec, err := k.by(in.IDProperty, in.ID)
	made := err != nil // it is not there: that the property is unique was checked
	if made {
		if rec, err = s.create(k, in.Properties); err == nil {
			s.tellNew(k, rec, byApp)
		}
	} else {
		err = s.change(k, rec, in.Properties, byApp)
	}
	if err != nil {
		return wireRecord{}, err
	}
	w := k.show(rec, names(in.Properties)...)
	w.New = &made
	return w, nil
}

func names(properties map[string]string) (list []string) {
	for n := range properties {
		list = append(list, n)
	}
	return list
}
