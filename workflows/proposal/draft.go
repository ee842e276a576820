package proposal

import (
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/document"
	"github.com/throughline-dev/throughline/activities/link"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/step"
	"github.com/throughline-dev/throughline/workflows/turnaround"
	"github.com/throughline-dev/throughline/workflows/visibility"
)

// edition is a version, and where it can be read.
type edition struct {
	Version
	url string // of the PDF; "" where no link could be made
	// page is the address of the same as a page, which a phone shows better; "" likewise.
	page string
	// marked is the same with what is missing marked in it, for the strategist; "" where nothing is.
	marked string
}

// current is the latest version.
func (p *proposal) current() *edition { return &p.versions[len(p.versions)-1] }

// draft makes the first version, from the notes.
func (p *proposal) draft(ctx workflow.Context) error {
	drafted, err := step.Repeatable(ctx, p.steps, step.Spec{
		Name: "draft", System: "documents", Summary: "Draft the proposal from the notes", Policy: step.System,
	}, documentActivities.DraftProposal, document.DraftRequest{
		Number: p.in.Number, Title: p.in.Title, Client: p.in.Client,
		Provider: document.Party{Company: p.policy.Company, Name: p.result.Strategist.Name, Email: p.result.Strategist.Email},
		Notes:    document.Notes{Text: p.in.Notes}, Currency: p.in.Currency, Lines: p.in.Lines, Discount: p.in.Discount,
		Terms: p.policy.Terms, ValidUntil: p.in.ValidUntil,
	})
	if err != nil {
		return err
	}
	if err := p.publish(ctx, drafted, policy.Person{}, ""); err != nil {
		return err
	}
	p.spent.Add(StageDraft, turnaround.Systems, p.result.Received, workflow.Now(ctx))
	return nil
}

// publish makes a proposal the current version: it is rendered and kept, and everybody concerned can open it.
//
// What goes out is never marked as a draft, so that the strategist sees, the approvers approve and the client signs the same
// bytes. Where something is missing, the strategist can open it once more with that marked. Without prices there is only that.
func (p *proposal) publish(ctx workflow.Context, made document.Proposal, by policy.Person, why string) error {
	name := fmt.Sprintf("render-%d", made.Version)
	made.Draft = false
	v := edition{Version: Version{Proposal: made, By: by, Why: why}}
	if len(made.Lines) > 0 {
		rendered, err := p.render(ctx, name, made)
		if err != nil {
			return err
		}
		v.Document, v.url = rendered, p.linkTo(ctx, name, rendered.Digest, "pdf", fmt.Sprintf("%s-v%d.pdf", made.Number, made.Version))
		v.page = p.linkTo(ctx, name+"-page", rendered.HTMLDigest, "html", fmt.Sprintf("%s-v%d.html", made.Number, made.Version))
	}
	if incomplete(made) {
		marked := made
		marked.Draft = true
		rendered, err := p.render(ctx, name+"-marked", marked)
		if err != nil {
			return err
		}
		v.marked = p.linkTo(ctx, name+"-marked", rendered.HTMLDigest, "html", fmt.Sprintf("%s-v%d-marked.html", made.Number, made.Version))
		if v.Document.Digest == "" {
			v.Document = rendered
		}
	}
	v.At = workflow.Now(ctx)
	p.versions = append(p.versions, v)
	p.result.Versions = append(p.result.Versions, v.Document)
	p.result.Total = made.Totals.Total
	p.publishTotal(ctx)
	return nil
}

// incomplete is whether there is something to be marked for the strategist: a section that the notes had nothing for, one of the
// notes' own, or no prices.
func incomplete(made document.Proposal) bool {
	return len(made.Lines) == 0 || slices.ContainsFunc(made.Sections, func(s document.Section) bool {
		return s.Kind == "" && !s.Shown || strings.TrimSpace(s.Text) == ""
	})
}

// render renders a version. It goes into no history as long as the first try works, since that is a local activity: a proposal
// can be long, and have many versions.
func (p *proposal) render(ctx workflow.Context, name string, made document.Proposal) (document.Document, error) {
	return step.Repeatable(ctx, p.steps, step.Spec{
		Name: name, System: "documents", Summary: fmt.Sprintf("Render version %d", made.Version), Policy: step.System,
	}, documentActivities.RenderProposal, made)
}

// linkDays is how long the link to a document is good.
const linkDays = 30

// linkTo makes a link to a document; "" where none can be made, and the card then goes without.
func (p *proposal) linkTo(ctx workflow.Context, name, digest, kind, file string) string {
	linked, err := step.Repeatable(ctx, p.steps, step.Spec{
		Name: name + "-link", System: "links", Summary: "Make a link to the document", Policy: step.Talk, BestEffort: true,
	}, linkActivities.LinkDocument, link.DocumentRequest{Document: link.Document{Digest: digest, Kind: kind, Name: file}, Days: linkDays})
	if err != nil {
		return ""
	}
	return linked.URL
}

// publishTotal sets the search attribute of what is at stake, where that has changed.
func (p *proposal) publishTotal(ctx workflow.Context) {
	if minor := p.result.Total.Minor; p.published == nil || *p.published != minor {
		p.published = &minor
		upsert(ctx, visibility.Amount.ValueSet(minor))
	}
}

func upsert(ctx workflow.Context, update temporal.SearchAttributeUpdate) {
	if err := workflow.UpsertTypedSearchAttributes(ctx, update); err != nil {
		workflow.GetLogger(ctx).Warn("A search attribute could not be set.", "error", err)
	}
}
