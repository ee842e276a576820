package proposal

import (
	"fmt"
	"slices"
	"strings"

	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

// name is what people call the proposal: "proposal P-7QX4M2KD for Contoso".
func (p *proposal) name() string {
	return fmt.Sprintf("proposal %s for %s", p.in.Number, p.client.Company)
}

// facts are what everybody sees of a version.
func (p *proposal) facts(v *edition) []slack.Fact {
	made := v.Proposal
	facts := []slack.Fact{
		{Label: "Proposal", Value: fmt.Sprintf("%s, version %d", made.Number, made.Version)},
		{Label: "Title", Value: made.Title},
		{Label: "Client", Value: strings.Trim(fmt.Sprintf("%s, %s", made.Client.Company, made.Client.Name), ", ")},
		{Label: "Total", Value: made.Totals.Total.String()},
	}
	if len(made.Lines) == 0 {
		facts[len(facts)-1].Value = "no prices yet"
	}
	if !made.Totals.Discount.IsZero() {
		discount := fmt.Sprintf("%s off %s", made.Totals.Discount, made.Totals.Subtotal)
		if made.Discount.Percent != 0 {
			discount += fmt.Sprintf(" (%s %%)", made.Discount.Percent)
		}
		facts = append(facts, slack.Fact{Label: "Discount", Value: discount})
	}
	facts = append(facts, slack.Fact{Label: "Valid until", Value: made.ValidUntil})
	if v.url != "" {
		facts = append(facts, slack.Fact{Label: "Document", Value: fmt.Sprintf("Open it (%d pages)", v.Document.Pages), Link: v.url})
	}
	if v.page != "" {
		facts = append(facts, slack.Fact{Label: "On a page", Value: "Read it here", Link: v.page})
	}
	if v.By.ID != "" {
		changed := v.By.Name
		if v.Why != "" {
			changed += ": " + v.Why
		}
		facts = append(facts, slack.Fact{Label: "Changed by", Value: changed})
	}
	return facts
}

// strategistFacts are what the strategist sees beside: what is missing, and who is asked next.
func (p *proposal) strategistFacts(v *edition) []slack.Fact {
	facts := p.facts(v)
	var missing, own []string
	for _, s := range v.Proposal.Sections {
		switch {
		case strings.TrimSpace(s.Text) == "":
			missing = append(missing, s.Title)
		case s.Kind == "" && !s.Shown:
			own = append(own, s.Title)
		}
	}
	if len(v.Proposal.Lines) == 0 {
		missing = append(missing, linesLabel)
	}
	if v.marked != "" {
		facts = append(facts, slack.Fact{Label: "Draft", Value: "Open it with what is missing marked", Link: v.marked})
	}
	return append(facts,
		slack.Fact{Label: "Missing", Value: strings.Join(missing, ", ")},
		slack.Fact{Label: "In the notes, and left out", Value: strings.Join(own, ", ")},
		slack.Fact{Label: "Can't be shown in the PDF", Value: v.Document.Unshown},
		slack.Fact{Label: "Approval", Value: p.rule(v)},
	)
}

// approverFacts are what somebody sees who is to approve: also what has been said about the proposal before.
func (p *proposal) approverFacts(v *edition) []slack.Fact {
	facts := p.facts(v)
	facts = append(facts, slack.Fact{Label: "Strategist", Value: p.result.Strategist.Name})
	var said []string
	for _, a := range p.result.Approvals {
		for _, o := range a.Answers {
			if o.Action == ActionReject {
				said = append(said, fmt.Sprintf("%s rejected version %s: %s", o.By.Name, o.Version, o.Comment))
			}
		}
	}
	return append(facts, slack.Fact{Label: "Before", Value: strings.Join(said, "\n")})
}

// kickoffNotes describe the project.
func (p *proposal) kickoffNotes() string {
	var lines []string
	for _, f := range p.facts(p.current()) {
		if f.Link == "" {
			lines = append(lines, f.Label+": "+f.Value)
		}
	}
	if p.in.Deal != "" {
		lines = append(lines, "Deal: "+p.in.Deal)
	}
	return strings.Join(append(lines, "Strategist: "+p.result.Strategist.Name), "\n")
}

// details is the proposal's part of the live details in Temporal Web.
func (p *proposal) details() string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**", humantask.Plain(p.name()))
	if s := p.result.Strategist; s.Name != "" {
		fmt.Fprintf(&b, ", strategist **%s**.", humantask.Plain(s.Name))
	}
	if len(p.versions) > 0 {
		v := p.current()
		fmt.Fprintf(&b, "\n\nVersion %d, %s", v.Proposal.Version, humantask.Plain(v.Proposal.Totals.Total.String()))
		if v.url != "" {
			fmt.Fprintf(&b, ": [open](%s)", v.url)
		}
	}
	if p.result.ByRule {
		b.WriteString("\n\nApproved by rule: it is below everything that needs somebody's approval.")
	}
	if p.result.Rounds > 0 {
		fmt.Fprintf(&b, "\n\nRejected %d of at most %d times.", p.result.Rounds, p.policy.MaxRounds+1)
	}
	if p.stage == StageSignature {
		fmt.Fprintf(&b, "\n\nWith the client until %s at the latest.", p.expires.UTC().Format("Mon 2 Jan 15:04 UTC"))
		if url := p.result.Signature.URL; url != "" {
			fmt.Fprintf(&b, " [Signature request](%s)", url)
		}
	}
	var left []string
	for _, made := range []struct{ what, url string }{{"project", p.result.Project.URL}, {"invoice", p.result.Invoice.URL}} {
		if made.url != "" {
			left = append(left, fmt.Sprintf("[%s](%s)", made.what, made.url))
		}
	}
	if slices.Sort(left); len(left) > 0 {
		b.WriteString("\n\n" + strings.Join(left, ", "))
	}
	return b.String()
}
