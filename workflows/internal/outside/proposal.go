package outside

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"github.com/throughline-dev/throughline/activities/billing"
	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/document"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/esign"
	"github.com/throughline-dev/throughline/activities/link"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/projects"
)

// Proposals are what the outside world has received of proposals, and what it answers; a part of [World].
type Proposals struct {
	// Signature is where a request for a signature stands, by its ID, when somebody looks or takes it back; without one it
	// waits, and can be taken back.
	Signature map[string]esign.State
	// OnRequest, where not nil, is called before a request for a signature is answered, with its ID.
	OnRequest func(id string)
	// Deal is what the CRM has of the deal that starts a proposal.
	Deal crm.Deal

	Drafts    []Sent[document.DraftRequest]
	Rendered  []Sent[document.Proposal]
	Links     []Sent[link.DocumentRequest]
	Requests  []Sent[esign.Request]
	Reminders []Sent[esign.Reference]
	TakenBack []Sent[esign.Reference]
	Projects  []Sent[projects.Kickoff]
	Invoices  []Sent[billing.Invoice]
	Wins      []Sent[crm.Win]
}

// ProposalPolicy stands in for policy.Activities.
func (w *World) ProposalPolicy(ctx context.Context, key effect.Key, req effect.None) (policy.Proposal, error) {
	if err := receive(w, "ProposalPolicy", key, nil, req); err != nil {
		return policy.Proposal{}, err
	}
	return w.policy().ProposalPolicy(ctx, key, req)
}

// FindApprovers stands in for policy.Activities.
func (w *World) FindApprovers(ctx context.Context, key effect.Key, req policy.ApproversRequest) (policy.Approvers, error) {
	if err := receive(w, "FindApprovers", key, nil, req); err != nil {
		return policy.Approvers{}, err
	}
	return w.policy().FindApprovers(ctx, key, req)
}

// CountWorkingDays stands in for calendar.Activities.
func (w *World) CountWorkingDays(ctx context.Context, key effect.Key, req calendar.WorkingDaysRequest) (calendar.WorkingDays, error) {
	if err := receive(w, "CountWorkingDays", key, nil, req); err != nil {
		return calendar.WorkingDays{}, err
	}
	return new(calendar.Activities).CountWorkingDays(ctx, key, req)
}

// ReckonDayEnd stands in for calendar.Activities.
func (w *World) ReckonDayEnd(ctx context.Context, key effect.Key, req calendar.DayEndRequest) (calendar.DayEnd, error) {
	if err := receive(w, "ReckonDayEnd", key, nil, req); err != nil {
		return calendar.DayEnd{}, err
	}
	return new(calendar.Activities).ReckonDayEnd(ctx, key, req)
}

// DraftProposal stands in for document.Activities, whose drafting it is.
func (w *World) DraftProposal(_ context.Context, key effect.Key, req document.DraftRequest) (document.Proposal, error) {
	if err := receive(w, "DraftProposal", key, &w.Drafts, req); err != nil {
		return document.Proposal{}, err
	}
	a := document.Activities{Now: w.Now}
	return a.DraftProposal(context.Background(), key, req)
}

// RenderProposal stands in for document.Activities: the digest is that of the version's JSON.
func (w *World) RenderProposal(_ context.Context, key effect.Key, p document.Proposal) (document.Document, error) {
	if err := receive(w, "RenderProposal", key, &w.Rendered, p); err != nil {
		return document.Document{}, err
	}
	text, err := json.Marshal(p)
	if err != nil {
		return document.Document{}, err
	}
	return document.Document{
		Number: p.Number, Version: p.Version, Digest: fmt.Sprintf("%x", sha256.Sum256(text)), Size: len(text), Pages: 2,
		HTMLDigest: fmt.Sprintf("%x", sha256.Sum256(append(text, "html"...))),
	}, nil
}

// LinkDocument stands in for link.Activities.
func (w *World) LinkDocument(_ context.Context, key effect.Key, req link.DocumentRequest) (link.Linked, error) {
	return link.Linked{URL: "https://door.example/documents/" + req.Document.Name}, receive(w, "LinkDocument", key, &w.Links, req)
}

// RequestSignature stands in for esign.Activities: the requests are called "request-1" and so on.
func (w *World) RequestSignature(_ context.Context, key effect.Key, req esign.Request) (esign.Requested, error) {
	if err := receive(w, "RequestSignature", key, &w.Requests, req); err != nil {
		return esign.Requested{}, err
	}
	id := fmt.Sprintf("request-%d", len(w.Requests))
	if w.OnRequest != nil {
		w.OnRequest(id)
	}
	return esign.Requested{ID: id, URL: "https://sign.example/" + id}, nil
}

// SignatureStatus stands in for esign.Activities.
func (w *World) SignatureStatus(_ context.Context, key effect.Key, req esign.Reference) (esign.Status, error) {
	return w.signature(req.ID, esign.Waiting), receive(w, "SignatureStatus", key, nil, req)
}

// RemindSigner stands in for esign.Activities.
func (w *World) RemindSigner(_ context.Context, key effect.Key, req esign.Reference) (esign.Reminded, error) {
	return esign.Reminded{Sent: true}, receive(w, "RemindSigner", key, &w.Reminders, req)
}

// RecallSignature stands in for esign.Activities.
func (w *World) RecallSignature(_ context.Context, key effect.Key, req esign.Reference) (esign.Status, error) {
	return w.signature(req.ID, esign.Recalled), receive(w, "RecallSignature", key, &w.TakenBack, req)
}

func (w *World) signature(id string, otherwise esign.State) esign.Status {
	w.mu.Lock()
	defer w.mu.Unlock()
	if state, ok := w.Signature[id]; ok {
		return esign.Status{ID: id, State: state}
	}
	return esign.Status{ID: id, State: otherwise}
}

// MakeProject stands in for projects.Activities.
func (w *World) MakeProject(_ context.Context, key effect.Key, k projects.Kickoff) (projects.Made, error) {
	return projects.Made{ID: "901", URL: "https://asana.example/901"}, receive(w, "MakeProject", key, &w.Projects, k)
}

// MakeInvoice stands in for billing.Activities.
func (w *World) MakeInvoice(_ context.Context, key effect.Key, inv billing.Invoice) (billing.Invoiced, error) {
	return billing.Invoiced{
		ID: "in_1", Customer: "cus_1", Number: "N-0001", URL: "https://stripe.example/in_1", Sent: true,
		Due: time.Date(2026, 9, 3, 0, 0, 0, 0, time.UTC),
	}, receive(w, "MakeInvoice", key, &w.Invoices, inv)
}

// ReadDeal stands in for crm.Activities.
func (w *World) ReadDeal(_ context.Context, key effect.Key, q crm.DealQuery) (crm.Deal, error) {
	return w.Deal, receive(w, "ReadDeal", key, nil, q)
}

// WinDeal stands in for crm.Activities.
func (w *World) WinDeal(_ context.Context, key effect.Key, win crm.Win) (crm.Won, error) {
	return crm.Won{Deal: win.Deal}, receive(w, "WinDeal", key, &w.Wins, win)
}
