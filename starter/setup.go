package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/workflows/visibility"
)

// setupPoll is the pause between two tries to reach a Temporal that is starting.
const setupPoll = 200 * time.Millisecond

func (a *app) setup() *cobra.Command {
	var retention, wait time.Duration
	cmd := &cobra.Command{
		Use:   "setup",
		Short: "Create what Throughline needs in Temporal and HubSpot, where it is missing",
		Long: `Create what Throughline needs, where it is missing: Temporal's namespace, the search attributes in it, and
HubSpot's properties. What is there stays as it is, so that it can be run again, and before each release.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if retention != 0 && retention < time.Hour {
				return fmt.Errorf("--retention: %s is too short: Temporal keeps closed cases for an hour at least", retention)
			}
			c, temporal, err := a.reach(cmd, wait)
			if err != nil {
				return err
			}
			defer temporal.Close()
			// A client doesn't tell its namespace.
			_, namespace, err := config.Where(c, client.Options{Namespace: a.namespace})
			if err != nil {
				return err
			}
			kept, err := config.EnsureNamespace(cmd.Context(), temporal, namespace, retention)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "Temporal: the namespace %q is there, and keeps closed cases for %s.\n", namespace, days(kept))
			if most := c.Starter.Spool.MaxAge.Duration; c.Starter.Spool.Dir != "" && kept <= most {
				fmt.Fprintf(cmd.ErrOrStderr(), "Temporal forgets a closed case after %s, and the spool may hand one over that is %s old (starter.spool.max_age), "+
					"which would begin anew: have Temporal keep them for longer, by --retention.\n", days(kept), days(most))
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), time.Minute)
			defer cancel()
			if err := config.EnsureSearchAttributes(ctx, temporal, namespace, visibility.All); err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), "Temporal: the search attributes are there.")
			return setupHubSpot(ctx, cmd, c)
		},
	}
	cmd.Flags().DurationVar(&retention, "retention", 0, fmt.Sprintf(
		"for how long Temporal keeps the history of a closed case (default: as it is, and %s in a new namespace)", days(config.Retention)))
	cmd.Flags().DurationVar(&wait, "wait", time.Minute, "for how long to try again while Temporal can't be reached")
	return cmd
}

// reach connects to a Temporal that may be starting. It says at once what it waits for.
func (a *app) reach(cmd *cobra.Command, wait time.Duration) (*config.Config, client.Client, error) {
	until := time.Now().Add(wait)
	for told := false; ; told = true {
		c, temporal, err := a.openBy(cmd.Context(), a.dialServer, quiet(cmd.ErrOrStderr()))
		if !errors.Is(err, config.ErrUnreachable) || time.Now().Add(setupPoll).After(until) {
			return c, temporal, err
		}
		if !told {
			fmt.Fprintf(cmd.ErrOrStderr(), "%s. Trying again for up to %s.\n", err, wait)
		}
		select {
		case <-cmd.Context().Done():
			return nil, nil, err
		case <-time.After(setupPoll):
		}
	}
}

func setupHubSpot(ctx context.Context, cmd *cobra.Command, c *config.Config) error {
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
}

// days writes a time that is mostly whole days.
func days(d time.Duration) string {
	if whole := d / (24 * time.Hour); whole > 1 && d%(24*time.Hour) == 0 {
		return fmt.Sprintf("%d days", whole)
	}
	return d.String()
}
