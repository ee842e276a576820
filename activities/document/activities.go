package document

import (
	"context"
	"time"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
)

// system names this package in faults.
const system = "document"

// Activities make and keep proposals. They are safe for concurrent use.
type Activities struct {
	Store     *Store
	Templates *Templates
	// Now is the time; nil for time.Now. The date in its location is the date of a draft that names none.
	Now func() time.Time
}

// DraftProposal makes the first version of a proposal; see [DraftRequest.Draft]. It has no effect, so that a repeat is harmless:
// the same request on the same day is the same draft. A request that can't be used is a final fault, whose message names each
// field.
func (a *Activities) DraftProposal(_ context.Context, _ effect.Key, req DraftRequest) (Proposal, error) {
	if req.Issued == "" {
		now := a.Now
		if now == nil {
			now = time.Now
		}
		req.Issued = now().Format(time.DateOnly)
	}
	p, err := req.Draft()
	if err != nil {
		return Proposal{}, fault.Final(system, "invalid_proposal", err.Error()).Err()
	}
	return p, nil
}

// RenderProposal makes the HTML and the PDF of a version and keeps both. The same version made again, with the same templates,
// is the same document: its bytes, its digests, and when it was first kept.
//
// A version that can't be rendered is a final fault. A store that can't be written to is tried again.
func (a *Activities) RenderProposal(_ context.Context, _ effect.Key, p Proposal) (Document, error) {
	r, err := a.Templates.Render(p)
	if err != nil {
		return Document{}, fault.Final(system, "invalid_proposal", err.Error()).Err()
	}
	html, err := a.Store.Put(r.HTML, HTML)
	if err != nil {
		return Document{}, fault.Unreachable(system, err.Error()).Err()
	}
	pdf, err := a.Store.Put(r.PDF, PDF)
	if err != nil {
		return Document{}, fault.Unreachable(system, err.Error()).Err()
	}
	return Document{
		Number: p.Number, Version: p.Version, Digest: pdf.Digest, Size: len(r.PDF), Pages: r.Pages,
		HTMLDigest: html.Digest, Unshown: r.Unshown, At: pdf.At,
	}, nil
}
