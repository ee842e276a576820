package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
	"go.temporal.io/api/serviceerror"

	"github.com/throughline-dev/throughline/workflows/field"
	"github.com/throughline-dev/throughline/workflows/proposal"
)

// maxReason is how long a reason may be, in characters: that of what Dropbox Sign tells a signer.
const maxReason = 1000

func (a *app) recall() *cobra.Command {
	var recall proposal.Recall
	cmd := &cobra.Command{
		Use:   "recall <proposal> --as <person> [--reason <text>]",
		Short: "Take a proposal back while the client has it",
		Long: `Take a proposal back while the client has it: nobody can sign it any more, and it ends.

That counts from its strategist, from whoever asked for the proposal, and from operations, as long as
the client hasn't signed. At any other time, and from anybody else, it changes nothing; the
proposal's own pages in Temporal say where it stands.`,
		Args: between(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id := args[0]
			if !proposal.IsWorkflowID(id) {
				return fmt.Errorf("%q is no proposal's ID: it is like proposal-4k7q2m9xw3r5t6yz", id)
			}
			recall.Reason = strings.TrimSpace(recall.Reason)
			if problem := field.WrongText(recall.Reason, maxReason); problem != "" {
				return fmt.Errorf("--reason %s", problem)
			}
			c, temporal, err := a.open(cmd.Context(), quiet(cmd.ErrOrStderr()))
			if err != nil {
				return err
			}
			defer temporal.Close()
			if _, known := c.Book.People[recall.By]; !known {
				return fmt.Errorf("--as: %q is nobody in the handbook's people", recall.By)
			}
			recall.ID = "command/" + uuid.NewString()
			ctx, cancel := context.WithTimeout(cmd.Context(), waitForTemporal)
			defer cancel()
			err = temporal.SignalWorkflow(ctx, id, "", proposal.SignalRecall, recall)
			if missing := (*serviceerror.NotFound)(nil); errors.As(err, &missing) {
				return fmt.Errorf("there is no proposal %s, or it has ended", id)
			}
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s was told; it is taken back unless the client has signed, or doesn't have it yet.\n", id)
			return nil
		},
	}
	cmd.Flags().StringVar(&recall.By, "as", "", "the ID of who takes it back")
	cmd.Flags().StringVar(&recall.Reason, "reason", "", "why, which is kept with the proposal")
	_ = cmd.MarkFlagRequired("as")
	return cmd
}
