package hubspot

import (
	"net/http"
	"time"

	"github.com/throughline-dev/throughline/sandbox/internal/wire"
)

// readObjects reads records by their IDs. Those that aren't there are an error of their own, beside the others.
func (s *Server) readObjects(r *http.Request) (any, error) {
	started := time.Now().UTC()
	var body struct {
		IDProperty string   `json:"idProperty"`
		Inputs     []id     `json:"inputs"`
		Properties []string `json:"properties"`
		// History is left out here, and refused rather than passed over.
		History []string `json:"propertiesWithHistory"`
	}
	if err := wire.Read(r, &body, false); err != nil {
		return nil, invalid("Invalid input JSON: %s", err)
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	k, err := s.kind(r.PathValue("type"))
	if err != nil {
		return nil, err
	}
	switch {
	case len(body.Inputs) == 0 || len(body.Inputs) > maxBatch:
		return nil, invalid("inputs: must have between 1 and %d records, has %d", maxBatch, len(body.Inputs))
	case len(body.History) > 0:
		return nil, invalid("The sandbox reads no propertiesWithHistory")
	case body.IDProperty != "" && !k.properties[body.IDProperty].HasUniqueValue:
		return nil, invalid("Unable to read by non-unique property %s", body.IDProperty)
	}
	results := []wireRecord{}
	var gone []string
	for _, in := range body.Inputs {
		rec, err := k.by(body.IDProperty, in.ID)
		if err != nil {
			gone = append(gone, in.ID)
			continue
		}
		results = append(results, k.show(rec, body.Properties...))
	}
	b := complete(results, started)
	if len(gone) > 0 {
		b.NumErrors, b.Errors = 1, []batchError{{
			Status: "error", Category: "OBJECT_NOT_FOUND", Context: map[string][]string{"ids": gone}, Links: map[string]string{}, Errors: []detail{},
			Message: "Could not get some " + k.name + " objects, they may be deleted or not exist. Check that ids are valid.",
		}}
	}
	return b, nil
}
