package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/throughline-dev/throughline/starter/desk"
)

func (a *app) decide() *cobra.Command {
	var choice desk.Choice
	cmd := &cobra.Command{
		Use:   "decide <workflow> [task] <action> --as <person> [--field name=value]… [--comment <text>]",
		Short: "Answer a task on somebody's behalf; the exit code is 0 only where the answer counts",
		Args:  between(2, 3),
		RunE: func(cmd *cobra.Command, args []string) error {
			choice.Workflow, choice.Action = args[0], args[len(args)-1]
			if len(args) == 3 {
				choice.Task = args[1]
			}
			c, temporal, err := a.open(cmd.Context(), quiet(cmd.ErrOrStderr()))
			if err != nil {
				return err
			}
			defer temporal.Close()
			if _, known := c.Book.People[choice.As]; !known {
				return fmt.Errorf("--as: %q is nobody in the handbook's people", choice.As)
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), waitForTemporal)
			defer cancel()
			answer, err := desk.Decide(ctx, temporal, choice)
			switch {
			case err != nil:
				return err
			case !answer.Accepted:
				return errors.New(answer.Text)
			}
			fmt.Fprintln(cmd.OutOrStdout(), answer.Text)
			return nil
		},
	}
	cmd.Flags().StringVar(&choice.As, "as", "", "the ID of who decides")
	cmd.Flags().StringVar(&choice.Comment, "comment", "", "a comment, which is kept with the decision")
	cmd.Flags().StringToStringVar(&choice.Fields, "field", nil, "what else the answer asks for, as name=value; repeat it for more")
	_ = cmd.MarkFlagRequired("as")
	return cmd
}
