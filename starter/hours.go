package main

import (
	"cmp"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/config"
)

// today says when a calendar opens on the day that it is there: "Mon 3 Aug 09:00-12:30, 13:30-18:00".
func today(c policy.Calendar, now time.Time) string {
	now = now.In(c.Zone)
	year, month, day := now.Date()
	midnight := time.Date(year, month, day+1, 0, 0, 0, 0, c.Zone)
	var open []string
	for from := c.NextOpening(time.Date(year, month, day, 0, 0, 0, 0, c.Zone)); from.Before(midnight); {
		to := from
		for to.Before(midnight) && c.Open(to) { // hours are whole minutes
			to = to.Add(time.Minute)
		}
		end := "24:00"
		if to.Before(midnight) {
			end = to.Format("15:04")
		}
		open = append(open, from.Format("15:04")+"-"+end)
		from = c.NextOpening(to)
	}
	date := now.Format("Mon 2 Jan ")
	if open == nil {
		return date + "closed, until " + c.NextOpening(midnight).Format("Mon 2 Jan 15:04")
	}
	return date + strings.Join(open, ", ")
}

// printAbsences lists who is away, and who will be, the first to go first.
func printAbsences(w io.Writer, c *config.Config, now time.Time) {
	type absence struct {
		policy.Absence
		who string
	}
	var all []absence
	for _, p := range c.People {
		for _, a := range p.Away {
			if a.To.After(now) {
				all = append(all, absence{a, p.ID})
			}
		}
	}
	if all == nil {
		return
	}
	slices.SortStableFunc(all, func(a, b absence) int { return a.From.Compare(b.From) })
	rows := section(w, "Absences", "Who", "From", "Back", "Covered by")
	for _, a := range all {
		from := a.From.Format(moment)
		if !a.From.After(now) {
			from += ", so now"
		}
		rows.AppendRow(table.Row{a.who, from, a.To.Format(moment), cmp.Or(a.Cover, "nobody")})
	}
	rows.Render()
}

// moment is how an instant is printed, where the person is.
const moment = "Mon 2 Jan 2006 15:04 MST"
