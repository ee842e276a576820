package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
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
	// Refused is why it was put aside; "" while it waits.
	Refused string `json:"refused,omitempty"`
	// Unreadable is why it can't be read; "" where it can.
	Unreadable string          `json:"unreadable,omitempty"`
	Content    json.RawMessage `json:"content,omitempty"`
}

// state is how it stands.
func (k kept) state() string {
	state := "waits"
	if k.Refused != "" {
		state = "put aside: " + k.Refused
	}
	if k.Unreadable != "" {
		state += "; can't be read: " + k.Unreadable
	}
	return state
}

func (a *app) spool() *cobra.Command {
	var asJSON, content bool
	var aside, again []string
	cmd := &cobra.Command{
		Use:   "spool",
		Short: "List what is kept since Temporal was away, and what of it can never be handed over",
		Long: `List what the spool in starter.spool.dir keeps since Temporal was away: what waits to be handed over,
and what was put aside since Temporal will never take it, with the reason. The starter must not run
meanwhile, since the spool is for one process at a time.

With --content the list has what was brought, too. That is personal data.

With --again what was put aside of a case waits once more, behind all else: for when that was a mistake,
which has been put right. With --aside what waits of a case is put aside: for what can't be handed over
and isn't worth waiting for. The list is that of afterwards.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := config.Load(a.files...)
			if err != nil {
				return err
			}
			var all []kept
			switch _, err := os.Stat(filepath.Join(c.Starter.Spool.Dir, spool.FileName)); {
			case c.Starter.Spool.Dir == "":
				return errors.New("there is no spool: starter.spool.dir isn't set")
			case !errors.Is(err, fs.ErrNotExist): // where it isn't there (yet), a starter makes it, as its own user
				if all, err = lookInto(c, quiet(cmd.ErrOrStderr()), aside, again, content); err != nil {
					return err
				}
			case len(aside)+len(again) > 0:
				return fmt.Errorf("nothing is kept in %s", c.Starter.Spool.Dir)
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
	cmd.Flags().StringArrayVar(&again, "again", nil, "a `CASE`, as the list has it, of which what was put aside is to wait once more; repeat it for several")
	cmd.Flags().StringArrayVar(&aside, "aside", nil, "a `CASE`, as the list has it, of which what waits is to be put aside; repeat it for several")
	return cmd
}

// lookInto lists what a spool has, once what is asked for is put aside, or waits again.
func lookInto(c *config.Config, logger *slog.Logger, aside, again []string, content bool) (all []kept, err error) {
	payloads, err := c.Codec()
	if err != nil {
		return nil, err
	}
	s, err := spool.Open(spool.Options{Dir: c.Starter.Spool.Dir, Codec: payloads, Logger: logger})
	if err != nil {
		return nil, fmt.Errorf("starter.spool.dir: %w", err)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	for _, one := range aside {
		if err := s.Aside(one); err != nil {
			return nil, fmt.Errorf("--aside: %w", err)
		}
	}
	for _, one := range again {
		if err := s.Again(one); err != nil {
			return nil, fmt.Errorf("--again: %w", err)
		}
	}
	err = s.Look(func(l spool.Looked) error {
		one := kept{Case: l.Line, Kind: l.Kind, At: l.At, Refused: l.Refused}
		if l.Unreadable != nil {
			one.Unreadable = l.Unreadable.Error()
		} else if content {
			one.Content = l.Content
		}
		all = append(all, one)
		return nil
	})
	return all, err
}

func printKept(w io.Writer, all []kept) {
	if len(all) == 0 {
		fmt.Fprintln(w, "Nothing is kept.")
		return
	}
	t := section(w, "What is kept", "case", "kind", "kept at", "state")
	for _, k := range all {
		t.AppendRow(table.Row{k.Case, k.Kind, k.At.Format(time.RFC3339), k.state()})
	}
	t.Render()
}
