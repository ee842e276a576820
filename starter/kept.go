package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/starter/spool"
)

// kept is something in the spool, as the command prints it.
type kept struct {
	Case string    `json:"case"`
	Kind string    `json:"kind"`
	At   time.Time `json:"kept_at"`
	// Refused is why Temporal will never take it; "" while it waits.
	Refused string          `json:"refused,omitempty"`
	Content json.RawMessage `json:"content,omitempty"`
}

func (a *app) spool() *cobra.Command {
	var asJSON, content bool
	cmd := &cobra.Command{
		Use:   "spool",
		Short: "List what is kept since Temporal was away, and what of it can never be handed over",
		Long: `List what the spool in starter.spool.dir keeps since Temporal was away: what waits to be handed over,
and what Temporal will never take, with the reason. The starter must not run meanwhile, since the
spool is for one process at a time.

With --content the list has what was brought, too. That is personal data.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := config.Load(a.files...)
			if err != nil {
				return err
			}
			if c.Starter.Spool.Dir == "" {
				return errors.New("there is no spool: starter.spool.dir isn't set")
			}
			payloads, err := c.Codec()
			if err != nil {
				return err
			}
			s, err := spool.Open(spool.Options{Dir: c.Starter.Spool.Dir, Codec: payloads, Logger: quiet(cmd.ErrOrStderr())})
			if err != nil {
				return err
			}
			var all []kept
			err = s.Look(func(e spool.Entry, why string) error {
				one := kept{Case: e.Line, Kind: e.Kind, At: e.At, Refused: why}
				if content {
					one.Content = e.Content
				}
				all = append(all, one)
				return nil
			})
			if err = errors.Join(err, s.Close()); err != nil {
				return err
			}
			if asJSON || content {
				return printJSON(cmd.OutOrStdout(), all)
			}
			printKept(cmd.OutOrStdout(), all)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&content, "content", false, "print what was brought as well, as JSON: it is personal data")
	return cmd
}

func printKept(w io.Writer, all []kept) {
	if len(all) == 0 {
		fmt.Fprintln(w, "Nothing is kept.")
		return
	}
	t := section(w, "What is kept", "case", "kind", "kept at", "state")
	for _, k := range all {
		state := "waits"
		if k.Refused != "" {
			state = "put aside: " + k.Refused
		}
		t.AppendRow(table.Row{k.Case, k.Kind, k.At.Format(time.RFC3339), state})
	}
	t.Render()
}
