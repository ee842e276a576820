// Command workers is a worker process: it carries the workflows and does their activities, on the task queues that it is told
// to. As many of them as needed run side by side.
package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/telemetry"
	"github.com/throughline-dev/throughline/workers/process"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// settings are the flags.
type settings struct {
	files, queues              []string
	listen, address, namespace string
}

func command() *cobra.Command {
	var s settings
	cmd := &cobra.Command{
		Use:           "workers",
		Short:         "Carry Throughline's workflows",
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return run(cmd.Context(), s, process.NewLogger(cmd.ErrOrStderr(), slog.LevelInfo))
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&s.files, "config", nil, "a configuration file; repeat it to lay further files over the first (default: the built-in handbook)")
	flags.StringSliceVar(&s.queues, "queues", nil, "the task queues to work on, of "+strings.Join(process.Queues(), ", ")+" (default: workers.queues in the configuration)")
	flags.StringVar(&s.listen, "listen", "", "host:port of /healthz, /readyz and /metrics (default: workers.listen in the configuration)")
	flags.StringVar(&s.address, "address", "", "Temporal's host:port (default: TEMPORAL_ADDRESS, else the configuration)")
	flags.StringVar(&s.namespace, "namespace", "", "Temporal's namespace (default: TEMPORAL_NAMESPACE, else the configuration)")
	return cmd
}

func run(ctx context.Context, s settings, logger *slog.Logger) error {
	c, err := config.Load(s.files...)
	if err != nil {
		return err
	}
	seen, err := telemetry.Start(ctx, "throughline-workers", logger)
	if err != nil {
		return err
	}
	defer seen.Finish(logger)
	temporal, err := config.Dial(ctx, c, seen.Observe(client.Options{
		HostPort: s.address, Namespace: s.namespace, Logger: log.NewStructuredLogger(logger),
	}))
	if err != nil {
		return err
	}
	defer temporal.Close()
	queues := s.queues
	if len(queues) == 0 {
		queues = c.Workers.Queues
	}
	_, namespace, err := config.Where(c, client.Options{Namespace: s.namespace})
	if err != nil {
		return err
	}
	live := config.NewLive(c)
	p, err := process.New(process.Options{Client: temporal, Namespace: namespace, Live: live, Queues: queues, Logger: logger})
	if err != nil {
		return err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cmp.Or(s.listen, c.Workers.Listen))
	if err != nil {
		return err
	}
	// It answers for as long as the workers stop, too, and says that they aren't ready.
	defer telemetry.Serve(l, seen.Handler(p.Ready), logger)()
	ctx, stop := context.WithCancel(ctx)
	var reload sync.WaitGroup
	reload.Go(func() { live.Watch(ctx, config.WatchOptions{Files: s.files, Logger: logger}) })
	defer func() { stop(); reload.Wait() }()
	return p.Run(ctx)
}
