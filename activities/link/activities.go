package link

import (
	"context"
	"time"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
)

// Activities make links for workflows. They have no effect, so a repeat does no harm.
type Activities struct {
	// Signer signs the links; nil where there is no secret for them.
	Signer *Signer
}

// DocumentRequest asks for a link to a document.
type DocumentRequest struct {
	Document Document `json:"document"`
	// Days is how long the link can be used, from when it is made.
	Days int `json:"days"`
}

// Linked is a link.
type Linked struct {
	URL   string    `json:"url"`
	Until time.Time `json:"until"`
}

// LinkDocument makes a link to a document. Where links can't be signed it is a final fault.
func (a *Activities) LinkDocument(_ context.Context, _ effect.Key, r DocumentRequest) (Linked, error) {
	if a.Signer == nil {
		return Linked{}, fault.Final("links", "NO_SECRET", "There is no secret that links are signed with.").Err()
	}
	until := a.Signer.now().Add(time.Duration(r.Days) * 24 * time.Hour).UTC().Truncate(time.Second) // as a token has it
	url, err := a.Signer.Document(r.Document, until)
	return Linked{URL: url, Until: until}, err
}
