package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"

	"github.com/throughline-dev/throughline/activities/document"
	"github.com/throughline-dev/throughline/activities/email"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/config"
)

func (a *app) config() *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Look at the configuration", Args: cobra.NoArgs, RunE: chosen}
	cmd.AddCommand(&cobra.Command{
		Use:   "check",
		Short: "Check the configuration: prints every mistake, or what it means",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := config.Load(a.files...)
			if err != nil {
				return err
			}
			// What workers find wrong with it when they start, an operator wants to know before.
			if _, err := document.LoadTemplates(c.Documents.Templates); err != nil {
				return fmt.Errorf("documents.templates: %w", err)
			}
			if _, err := email.LoadTemplates(c.Templates); err != nil {
				return fmt.Errorf("templates: %w", err)
			}
			printConfig(cmd.OutOrStdout(), c, time.Now())
			return nil
		},
	})
	return cmd
}

// printConfig says what a configuration means, so that an operator sees what the keys alone don't show: shares, the order of
// the rules, who is at work today, which secrets are there.
func printConfig(w io.Writer, c *config.Config, now time.Time) {
	fmt.Fprintf(w, "%s, handbook %s: no mistakes\n", c.Company.Name, c.Digest)

	if len(c.Calendars) > 0 {
		calendars := section(w, "Calendars", "Calendar", "Zone", "Today there")
		for _, one := range c.Calendars {
			calendars.AppendRow(table.Row{one.Name, one.Zone, today(c.Book.Calendars[one.Name], now)})
		}
		calendars.Render()
	}

	people := section(w, "People", "ID", "Name", "E-mail", "Slack", "CRM owner", "Manager", "Calendar")
	for _, p := range c.People {
		people.AppendRow(table.Row{p.ID, p.Name, p.Email, p.Slack, p.CRMOwner, p.Manager, p.Calendar})
	}
	people.Render()
	printAbsences(w, c, now)

	roles := section(w, "Roles", "Role", "Held by", "Channel")
	for _, r := range c.Roles {
		roles.AppendRow(table.Row{r.Name, strings.Join(r.People, ", "), r.Channel})
	}
	roles.Render()

	reassigns := slices.ContainsFunc(c.Lead.Contact, func(r policy.Rung) bool { return r.Do == policy.Reassign })
	pools := section(w, "Pools", "Pool", "Members, with their share of the turns", "Calendar")
	for _, p := range c.Pools {
		members := shares(p)
		if reassigns && len(p.Members) == 1 {
			members += ", with nobody to reassign to"
		}
		pools.AppendRow(table.Row{p.Name, members, p.Calendar})
	}
	pools.Render()

	routing := section(w, "Territories: the first that is true takes the lead", "#", "Territory", "When", "Pool")
	for i, t := range c.Lead.Territories {
		routing.AppendRow(table.Row{i + 1, t.Name, t.When, t.Pool})
	}
	routing.SetColumnConfigs([]table.ColumnConfig{{Number: 3, WidthMax: 60, WidthMaxEnforcer: text.WrapSoft}})
	routing.AppendRow(table.Row{"", "otherwise", "", c.Lead.DefaultPool})
	routing.Render()

	ladders := section(w, "Ladders, counted from when a task opens", "Task", "What happens")
	ladders.AppendRow(table.Row{"make contact", ladder(c.Lead.Contact)})
	ladders.AppendRow(table.Row{"operations", ladder(c.Lead.Operations)})
	ladders.Render()
	fmt.Fprintf(w, "Whoever has a lead may pause it for %s in all, and add %s to its rungs.\n", short(c.Lead.MaxPause), short(c.Lead.MaxExtension))

	fmt.Fprintln(w, outOfHours(c.Lead))

	printProposal(w, c)
	printReturns(w, c)
	printDoor(w, c)
	printSystems(w, c)
	printPayloads(w, c)

	fmt.Fprintf(w, "\n%s\n", replies(c.Systems.SendGrid))
	owner := "HubSpot isn't asked who owns it"
	if c.Lead.OwnerWait.Duration > 0 {
		owner = "for its owner in HubSpot for " + short(c.Lead.OwnerWait)
	}
	fmt.Fprintf(w, "A lead waits for company data for %s at most, %s, and gets the e-mail %q (templates: %s).\n",
		short(c.Lead.EnrichmentWait), owner, c.Lead.OutreachTemplate, cmp.Or(c.Templates, "the built-in ones"))
}

func section(w io.Writer, title string, header ...any) table.Writer {
	fmt.Fprintf(w, "\n%s\n", title)
	t := table.NewWriter()
	t.SetOutputMirror(w)
	t.SetStyle(plain)
	t.AppendHeader(header)
	return t
}

// plain is the tables' style: headers as they are written, and no line between the rows.
var plain = func() table.Style {
	s := table.StyleLight
	s.Format.Header = text.FormatDefault
	return s
}()

func shares(p config.Pool) string {
	total := 0
	for _, m := range p.Members {
		total += m.Weight
	}
	parts := make([]string, len(p.Members))
	for i, m := range p.Members {
		parts[i] = fmt.Sprintf("%s %.0f%%", m.Person, 100*float64(m.Weight)/float64(total))
		if m.DailyCap > 0 {
			parts[i] += fmt.Sprintf(" (%d a day)", m.DailyCap)
		}
	}
	return strings.Join(parts, ", ")
}

func ladder(l policy.Ladder) string {
	if len(l) == 0 {
		return "nothing: it waits in silence"
	}
	parts := make([]string, len(l))
	for i, r := range l {
		parts[i] = rung(r)
	}
	return strings.Join(parts, ", then ")
}

// rung says what happens and when, with the clock where it isn't the one on the wall.
func rung(r policy.Rung) string {
	text := string(r.Do)
	if r.Do == policy.Act {
		text = fmt.Sprintf("answer %q", r.Action)
	}
	text += " after " + short(r.After)
	if r.Every.Duration > 0 {
		text += " and every " + short(r.Every)
		if r.Times > 0 {
			text += fmt.Sprintf(" (%d times in all)", r.Times)
		}
	}
	if r.Clock != "" && r.Clock != policy.Wall {
		text += " of " + r.Clock
	}
	return text
}

// short writes a duration as it may stand in the file: "48h", where Go says "48h0m0s".
func short(d policy.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
