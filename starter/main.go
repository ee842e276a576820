// Command starter is how work gets into Throughline and how people look after it: the HTTP door for leads, proposals
// and clicks, and the command line for operators.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"

	"github.com/throughline-dev/throughline/config"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command(config.Dial, config.DialServer).ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// dialer connects to Temporal; tests have one of their own.
type dialer func(context.Context, *config.Config, client.Options) (client.Client, error)

// app is what the commands share: the flags that all of them have, and how they reach Temporal.
type app struct {
	files              []string
	address, namespace string
	dial, dialServer   dialer // the second is for the command that makes what the first one expects
}

func command(dial, dialServer dialer) *cobra.Command {
	a := &app{dial: dial, dialServer: dialServer}
	root := &cobra.Command{
		Use:           "starter",
		Short:         "Bring work into Throughline, and look after the tasks that wait for people",
		SilenceUsage:  true, // a mistake in what a command works on is no mistake in how it was called
		SilenceErrors: true, // main prints them, once
	}
	flags := root.PersistentFlags()
	flags.StringArrayVar(&a.files, "config", nil, "a configuration file; repeat it to lay further files over the first (default: the built-in handbook)")
	flags.StringVar(&a.address, "address", "", "Temporal's host:port (default: TEMPORAL_ADDRESS, else the configuration)")
	flags.StringVar(&a.namespace, "namespace", "", "Temporal's namespace (default: TEMPORAL_NAMESPACE, else the configuration)")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w; %s --help has the flags", err, cmd.CommandPath())
	})
	root.AddCommand(a.serve(), a.lead(), a.proposal(), a.recall(), a.returned(), a.tasks(), a.decide(), a.config(), a.spool(), a.setup(), a.deploy(), health())
	return root
}

// chosen is what a command does that only has others below it: with cobra alone, one that is misspelt would print the help, and succeed.
func chosen(cmd *cobra.Command, _ []string) error { return cmd.Help() }

// between is how many arguments a command takes, by the names that its use has for them.
func between(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < least || len(args) > most {
			return fmt.Errorf("call it as %s", cmd.UseLine())
		}
		return nil
	}
}

// open loads the configuration and connects to Temporal. Close the client.
func (a *app) open(ctx context.Context, logger *slog.Logger) (*config.Config, client.Client, error) {
	return a.openBy(ctx, a.dial, logger)
}

func (a *app) openBy(ctx context.Context, dial dialer, logger *slog.Logger) (*config.Config, client.Client, error) {
	c, err := config.Load(a.files...)
	if err != nil {
		return nil, nil, err
	}
	temporal, err := dial(ctx, c, client.Options{
		HostPort: a.address, Namespace: a.namespace, Logger: log.NewStructuredLogger(logger),
	})
	if err != nil {
		return nil, nil, err
	}
	return c, temporal, nil
}

// quiet is the logger of the commands that a person waits for: what they should know is the command's own output.
func quiet(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelError}))
}
