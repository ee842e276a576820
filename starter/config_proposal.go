package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/config"
)

// printProposal says what happens to a proposal: who reviews it, who has to approve it and when, and what it starts.
func printProposal(w io.Writer, c *config.Config) {
	p := c.Proposal
	if p.Strategists == "" {
		fmt.Fprintln(w, "\nNo proposals are made, since proposal.strategists names nobody.")
		return
	}
	how := "all at once"
	if p.InTurn {
		how = "one after the other"
	}
	tiers := section(w, "Who approves a proposal, "+how, "Tier", "When", "Who")
	for _, t := range p.Tiers {
		tiers.AppendRow(table.Row{t.Name, touches(t), approvers(c, t)})
	}
	tiers.AppendRow(table.Row{"", "otherwise", "nobody: it is approved by rule"})
	tiers.Render()

	about := section(w, "A proposal's way", "", "")
	about.ResetHeaders()
	about.AppendRow(table.Row{"review", fmt.Sprintf("by one of %s: %s", p.Strategists, ladder(p.Review))})
	about.AppendRow(table.Row{"approval", ladder(p.Approval)})
	again := "asks everybody again"
	if p.AskAgain == policy.AskTouched {
		again = "asks those again whose tier looks at what was changed, and everybody where that is the text"
	}
	about.AppendRow(table.Row{"a changed version", again})
	about.AppendRow(table.Row{"rejected", fmt.Sprintf("comes back %d times at most", p.MaxRounds)})
	about.AppendRow(table.Row{"signature", fmt.Sprintf("within %s%s", short(p.Signature.Expires), reminded(p.Signature.Remind))})
	about.AppendRow(table.Row{"signed", fmt.Sprintf("deals go to the stage %s, the invoice is due after %d days, and %s hears of it",
		p.WonStage, p.InvoiceDue, cmp.Or(p.Channel, "no channel"))})
	about.AppendRow(table.Row{"operations", ladder(p.Operations)})
	about.Render()
	if p.DealStage == "" {
		fmt.Fprintln(w, "No deal starts a proposal, since proposal.deal_stage names no stage.")
	} else {
		fmt.Fprintf(w, "A deal that reaches the stage %s in HubSpot starts a proposal, which is valid for %d days.\n", p.DealStage, p.DealValidDays)
	}
}

// touches says which proposals a tier is about.
func touches(t config.Tier) string {
	var when []string
	for _, l := range t.Over {
		text, err := l.MarshalText()
		if err == nil {
			when = append(when, "above "+string(text))
		}
	}
	if len(t.Over) > 0 {
		when = append(when, "in any other currency")
	}
	if t.DiscountOver > 0 {
		when = append(when, fmt.Sprintf("a discount above %s %%", t.DiscountOver))
	}
	if when == nil {
		return "always"
	}
	return strings.Join(when, "\n")
}

// approvers says who of a tier's role has to agree.
func approvers(c *config.Config, t config.Tier) string {
	var names []string
	for _, p := range c.Book.Roles[t.Role].People {
		names = append(names, p.ID)
	}
	need := "all of"
	if t.Need > 0 {
		need = fmt.Sprintf("%d of", t.Need)
	}
	text := need + " " + strings.Join(names, ", ")
	if t.InTurn {
		text += ", in turn"
	}
	if t.Veto {
		text += "; the first who rejects ends it"
	}
	return text
}

func reminded(after []policy.Duration) string {
	if len(after) == 0 {
		return ""
	}
	texts := make([]string, len(after))
	for i, d := range after {
		texts[i] = short(d)
	}
	return ", reminded after " + strings.Join(texts, ", ")
}
