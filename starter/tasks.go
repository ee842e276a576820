package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/throughline-dev/throughline/starter/desk"
)

// waitForTasks is how long a list of many tasks may take.
const waitForTasks = time.Minute

func (a *app) tasks() *cobra.Command {
	var filter desk.Filter
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "tasks",
		Short: "List what waits for people: with whom, since when, until when",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, temporal, err := a.open(cmd.Context(), quiet(cmd.ErrOrStderr()))
			if err != nil {
				return err
			}
			defer temporal.Close()
			if _, known := c.Book.People[filter.WaitsOn]; filter.WaitsOn != "" && !known {
				// No mistake: what waits on somebody who has left the handbook has to be found.
				fmt.Fprintf(cmd.ErrOrStderr(), "--waits-on: %q is nobody in the handbook's people (any more)\n", filter.WaitsOn)
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), waitForTasks)
			defer cancel()
			items, err := desk.List(ctx, temporal, filter)
			if err != nil {
				return err
			}
			if slices.ContainsFunc(items, func(i desk.Item) bool { return i.Guessed }) {
				fmt.Fprintln(cmd.ErrOrStderr(), "not every workflow could be asked, so some of this is what Temporal's search attributes say; is a worker running?")
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), items)
			}
			printTasks(cmd.OutOrStdout(), items, time.Now())
			return nil
		},
	}
	cmd.Flags().StringVar(&filter.WaitsOn, "waits-on", "", "only what waits on the person with this ID")
	cmd.Flags().BoolVar(&filter.Late, "late", false, "only what is past its time")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a task")
	return cmd
}

func printJSON[T any](w io.Writer, items []T) error {
	out := json.NewEncoder(w)
	for _, i := range items {
		if err := out.Encode(i); err != nil {
			return err
		}
	}
	return nil
}

func printTasks(w io.Writer, items []desk.Item, now time.Time) {
	if len(items) == 0 {
		fmt.Fprintln(w, "Nothing waits for anybody.")
		return
	}
	t := table.NewWriter()
	t.SetOutputMirror(w)
	t.SetStyle(plain)
	t.AppendHeader(table.Row{"Workflow", "Task", "Title", "With", "For", "Due", "Next"})
	for _, i := range items {
		row := table.Row{i.Workflow, i.Task, i.Title, strings.Join(i.WaitsOn, ", "), "", "", ""}
		if !i.Since.IsZero() {
			row[4] = span(now.Sub(i.Since))
		}
		switch {
		case !i.PausedSince.IsZero():
			row[5] = "paused for " + span(now.Sub(i.PausedSince))
		case i.Due.IsZero():
		case i.Due.After(now):
			row[5] = "in " + span(i.Due.Sub(now))
		default:
			row[5] = "LATE by " + span(now.Sub(i.Due))
		}
		if i.Next != nil {
			row[6] = fmt.Sprintf("%s in %s", i.Next.Do, span(i.Next.At.Sub(now)))
		}
		t.AppendRow(row)
	}
	t.Render()
}

// span writes how long something is in its two largest units.
func span(d time.Duration) string {
	switch {
	case d < 0:
		return "0s"
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm %ds", int(d.Minutes()), int(d.Seconds())%60)
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh %dm", int(d.Hours()), int(d.Minutes())%60)
	default:
		return fmt.Sprintf("%dd %dh", int(d.Hours())/24, int(d.Hours())%24)
	}
}
