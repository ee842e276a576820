package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/starter/deploy"
)

// waitForDeploy is how long a change of versions may take until it has arrived everywhere.
const waitForDeploy = time.Minute

// deployFlags are those that all of the commands have.
type deployFlags struct {
	name   string
	asJSON bool
}

func (a *app) deploy() *cobra.Command {
	var f deployFlags
	root := &cobra.Command{
		Use:   "deploy",
		Short: "Choose which version of the workers new cases begin with",
		Long: `Choose which version of the workers new cases begin with, in a deployment whose workers have versions
(workers.deployment in the configuration). docs/operations.md has the whole way of a new version.`,
		Args: cobra.NoArgs, RunE: chosen,
	}
	flags := root.PersistentFlags()
	flags.StringVar(&f.name, "deployment", "", "the deployment's name (default: workers.deployment.name in the configuration)")
	flags.BoolVar(&f.asJSON, "json", false, "print the deployment as one JSON object")
	root.AddCommand(
		a.deployCommand(&f, "status", "Show the versions: which is current, how many open cases end on each, which can be stopped", 0,
			func(ctx context.Context, d deploy.Deployment, _ []string) (*deploy.Status, error) {
				return d.Status(ctx)
			}),
		a.deployCommand(&f, "ramp <build ID> <percent>", "Have so many percent of the new cases begin with a version", 2,
			func(ctx context.Context, d deploy.Deployment, args []string) (*deploy.Status, error) {
				percent, err := strconv.ParseFloat(strings.TrimSuffix(args[1], "%"), 32)
				if err != nil || !(percent >= 0 && percent <= 100) { // which NaN isn't either
					return nil, fmt.Errorf("%q is no percentage: it is a number from 0 to 100", args[1])
				}
				return d.Ramp(ctx, args[0], float32(percent))
			}),
		a.deployCommand(&f, "current <build ID>", "Have all new cases begin with a version, and go on with it that don't end on another one", 1,
			func(ctx context.Context, d deploy.Deployment, args []string) (*deploy.Status, error) {
				return d.Current(ctx, args[0])
			}),
		a.deployCommand(&f, "rollback <build ID>", "Take a version out of service: the one before is current again, or its ramp ends", 1,
			func(ctx context.Context, d deploy.Deployment, args []string) (*deploy.Status, error) {
				return d.Rollback(ctx, args[0])
			}),
		a.deployMove(&f),
	)
	return root
}

// deployCommand is a command that does something to the deployment and shows it then.
func (a *app) deployCommand(
	f *deployFlags, use, short string, args int, do func(context.Context, deploy.Deployment, []string) (*deploy.Status, error),
) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: between(args, args),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withDeployment(cmd, f, func(ctx context.Context, d deploy.Deployment) error {
				s, err := do(ctx, d, args)
				if err != nil {
					return err
				}
				return printDeployment(cmd.OutOrStdout(), s, f.asJSON, time.Now())
			})
		},
	}
}

func (a *app) deployMove(f *deployFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "move <build ID>",
		Short: "Have the open cases that end on a version go on with the current one",
		Long: `Have the open cases that end on a version go on with the current one, from their next step on. It is for
a version whose workers can't be kept until its cases are over, or that must not go on. The replay of kept
histories, which is part of the tests, says whether the current code can take them over.`,
		Args: between(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withDeployment(cmd, f, func(ctx context.Context, d deploy.Deployment) error {
				moved, err := d.Move(ctx, args[0])
				if f.asJSON {
					return errors.Join(err, json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]int{"moved": moved}))
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%d of the cases on %s go on with the current version from their next step on.\n", moved, args[0])
				return err
			})
		},
	}
}

func (a *app) withDeployment(cmd *cobra.Command, f *deployFlags, do func(context.Context, deploy.Deployment) error) error {
	c, temporal, err := a.open(cmd.Context(), quiet(cmd.ErrOrStderr()))
	if err != nil {
		return err
	}
	defer temporal.Close()
	d := deploy.Deployment{Client: temporal, Name: f.name}
	if d.Name == "" {
		d.Name = c.Workers.Deployment.Name
	}
	if d.Name == "" {
		return fmt.Errorf("the workers have no versions: set workers.deployment.name in the configuration, or name a deployment with --deployment")
	}
	// A client doesn't tell its namespace.
	if _, d.Namespace, err = config.Where(c, client.Options{Namespace: a.namespace}); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), waitForDeploy)
	defer cancel()
	return do(ctx, d)
}

func printDeployment(w io.Writer, s *deploy.Status, asJSON bool, now time.Time) error {
	if asJSON {
		return json.NewEncoder(w).Encode(s)
	}
	t := table.NewWriter()
	t.SetOutputMirror(w)
	t.SetStyle(plain)
	t.AppendHeader(table.Row{"Version", "Status", "For", "Workers", "Cases that end on it", "Queues"})
	for _, v := range s.Versions {
		status := v.Status
		if v.BuildID == s.Ramping {
			status = fmt.Sprintf("ramping, %g %%", s.Percent)
		}
		t.AppendRow(table.Row{v.BuildID, status, span(now.Sub(v.Since)), v.Workers, v.Pinned, strings.Join(v.Queues, ", ")})
	}
	t.Render()
	if s.Current == "" {
		fmt.Fprintf(w, "No version of %s is current: new cases begin with workers that have none.\n", s.Deployment)
	}
	return nil
}
