package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/workflows/visibility"
)

func (a *app) setup() *cobra.Command {
	return &cobra.Command{
		Use:   "setup",
		Short: "Create what Throughline needs in Temporal and HubSpot, where it is missing",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, temporal, err := a.openBy(cmd.Context(), a.dialServer, quiet(cmd.ErrOrStderr()))
			if err != nil {
				return err
			}
			defer temporal.Close()
			ctx, cancel := context.WithTimeout(cmd.Context(), time.Minute)
			defer cancel()
			// A client doesn't tell its namespace, and search attributes are registered by the namespace's name.
			_, namespace, err := config.Where(c, client.Options{Namespace: a.namespace})
			if err != nil {
				return err
			}
			if err := config.EnsureSearchAttributes(ctx, temporal, namespace, visibility.All); err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), "Temporal: the search attributes are there.")
			token := c.Secret(config.HubSpotToken)
			if !token.IsSet() {
				fmt.Fprintf(cmd.OutOrStdout(), "HubSpot: left out, since %s is not set.\n", config.HubSpotToken)
				return nil
			}
			created, err := crm.Setup(ctx, crm.Options{URL: c.Systems.HubSpot.URL, Token: token.Reveal()})
			if err != nil {
				return err
			}
			if len(created) == 0 {
				fmt.Fprintln(cmd.OutOrStdout(), "HubSpot: the properties are there.")
				return nil
			}
			fmt.Fprintf(cmd.OutOrStdout(), "HubSpot: created %s.\n", strings.Join(created, ", "))
			return nil
		},
	}
}
