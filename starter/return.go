package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"github.com/throughline-dev/throughline/starter/intake"
)

func (a *app) returned() *cobra.Command {
	var file, ticket string
	cmd := &cobra.Command{
		Use:   "return {--file return.json | --ticket ID}",
		Short: "Bring in a return from a JSON file, by the same rules as the HTTP door, or from a ticket; prints its ID and number",
		Long: `Bring in a return from a JSON file, by the same rules as the HTTP door, or from a ticket in the help desk;
prints its ID and the number that people call it by. docs/returns-doors.md has the fields.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			take, err := bringing(cmd, file, ticket)
			if err != nil {
				return inLines("return", err)
			}
			c, temporal, err := a.open(cmd.Context(), quiet(cmd.ErrOrStderr()))
			if err != nil {
				return err
			}
			defer temporal.Close()
			if c.Returns.Support == "" {
				return errors.New("no returns are taken: name who decides about them, as returns.support in the handbook")
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), waitForTemporal)
			defer cancel()
			receipt, err := take(ctx, temporal)
			if err != nil {
				return inLines("return", err)
			}
			if receipt.Duplicate {
				fmt.Fprintln(cmd.ErrOrStderr(), "this return was there already; it counts once")
			}
			fmt.Fprintln(cmd.OutOrStdout(), receipt.ID, receipt.Number)
			return nil
		},
	}
	cmd.Flags().StringVar(&file, "file", "", `the file with the return's fields as a JSON object; "-" for standard input`)
	cmd.Flags().StringVar(&ticket, "ticket", "", "the ticket's ID in HubSpot, for a return that it is about")
	cmd.MarkFlagsOneRequired("file", "ticket")
	cmd.MarkFlagsMutuallyExclusive("file", "ticket")
	return cmd
}

// bringing reads what the command brings, and says how to take it.
func bringing(cmd *cobra.Command, file, ticket string) (func(context.Context, client.Client) (intake.Receipt, error), error) {
	if file == "" {
		return func(ctx context.Context, c client.Client) (intake.Receipt, error) {
			return intake.TakeTicket(ctx, c, ticket, time.Now())
		}, nil
	}
	body, err := read(file, cmd.InOrStdin())
	if err != nil {
		return nil, err
	}
	brought, err := intake.ReadReturn(body, "")
	if err == nil {
		err = brought.Check()
	}
	return func(ctx context.Context, c client.Client) (intake.Receipt, error) {
		return intake.TakeReturn(ctx, c, brought)
	}, err
}
