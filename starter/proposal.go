package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/throughline-dev/throughline/starter/intake"
	"github.com/throughline-dev/throughline/workflows/field"
)

func (a *app) proposal() *cobra.Command {
	var file, notes string
	cmd := &cobra.Command{
		Use:   "proposal --file proposal.json [--notes call.md]",
		Short: "Bring in a proposal from a JSON file, by the same rules as the HTTP door; prints its ID",
		Long: `Bring in a proposal from a JSON file, by the same rules as the HTTP door; prints its ID.

The notes of the discovery call may stand in the file, as "notes", or in a file of their own, which is
plain text or Markdown as it was written. docs/proposals-doors.md has the fields.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			brought, err := readProposal(cmd, file, notes)
			if err != nil {
				return err
			}
			c, temporal, err := a.open(cmd.Context(), quiet(cmd.ErrOrStderr()))
			if err != nil {
				return err
			}
			defer temporal.Close()
			ctx, cancel := context.WithTimeout(cmd.Context(), waitForTemporal)
			defer cancel()
			receipt, err := intake.TakeProposal(ctx, temporal, brought, c.People)
			if err != nil {
				return inLines("proposal", err)
			}
			if receipt.Duplicate {
				fmt.Fprintln(cmd.ErrOrStderr(), "this proposal was there already; it counts once")
			}
			fmt.Fprintln(cmd.OutOrStdout(), receipt.ID)
			return nil
		},
	}
	cmd.Flags().StringVar(&file, "file", "", `the file with the proposal's fields as a JSON object; "-" for standard input`)
	cmd.Flags().StringVar(&notes, "notes", "", `a file with the discovery call's notes; "-" for standard input`)
	_ = cmd.MarkFlagRequired("file")
	return cmd
}

// readProposal reads a proposal, and its notes where they are in a file of their own.
func readProposal(cmd *cobra.Command, file, notes string) (intake.Proposal, error) {
	if file == "-" && notes == "-" {
		return intake.Proposal{}, errors.New("--file and --notes can't both be standard input")
	}
	body, err := read(file, cmd.InOrStdin())
	if err != nil {
		return intake.Proposal{}, err
	}
	brought, err := intake.ReadProposal(body)
	if err != nil || notes == "" {
		return brought, err
	}
	if brought.Request.Notes != "" {
		return brought, inLines("proposal", field.Mistakes{{Field: "notes", Problem: "are in " + file + " and in " + notes + ": leave one of them"}})
	}
	text, err := read(notes, cmd.InOrStdin())
	brought.Request.Notes = string(text)
	return brought, err
}
