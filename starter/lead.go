package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/throughline-dev/throughline/starter/intake"
	"github.com/throughline-dev/throughline/workflows/field"
)

// waitForTemporal is how long a command waits for Temporal.
const waitForTemporal = 15 * time.Second

func (a *app) lead() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "lead --file lead.json",
		Short: "Bring in a lead from a JSON file, by the same rules as the HTTP door; prints its ID",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			body, err := read(file, cmd.InOrStdin())
			if err != nil {
				return err
			}
			entry, err := intake.ReadJSON(body)
			if err == nil {
				err = entry.Check()
			}
			if err != nil {
				return inLines("lead", err)
			}
			_, temporal, err := a.open(cmd.Context(), quiet(cmd.ErrOrStderr()))
			if err != nil {
				return err
			}
			defer temporal.Close()
			ctx, cancel := context.WithTimeout(cmd.Context(), waitForTemporal)
			defer cancel()
			receipt, err := intake.Take(ctx, temporal, entry)
			if err != nil {
				return inLines("lead", err)
			}
			if receipt.Duplicate {
				fmt.Fprintln(cmd.ErrOrStderr(), "this lead was there already; it counts once")
			}
			fmt.Fprintln(cmd.OutOrStdout(), receipt.ID)
			return nil
		},
	}
	cmd.Flags().StringVar(&file, "file", "", `the file with the lead's fields as a JSON object; "-" for standard input`)
	_ = cmd.MarkFlagRequired("file")
	return cmd
}

func read(file string, stdin io.Reader) ([]byte, error) {
	if file == "-" {
		return io.ReadAll(stdin)
	}
	return os.ReadFile(file)
}

// inLines puts each mistake on a line of its own.
func inLines(what string, err error) error {
	var mistakes field.Mistakes
	if !errors.As(err, &mistakes) {
		return err
	}
	lines := []string{"the " + what + " was not taken:"}
	for _, m := range mistakes {
		lines = append(lines, fmt.Sprintf("  %s %s", m.Field, m.Problem))
	}
	return errors.New(strings.Join(lines, "\n"))
}
