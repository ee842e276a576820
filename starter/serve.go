package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/starter/codecserver"
	"github.com/throughline-dev/throughline/starter/process"
	"github.com/throughline-dev/throughline/starter/spool"
	"github.com/throughline-dev/throughline/telemetry"
)

func (a *app) serve() *cobra.Command {
	var listen, operations string
	var socket bool
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Open the HTTP door: leads, Slack's clicks, and what vendors report",
		Long: `Open the HTTP door. Leads come in at /leads; docs/doors.md says from whom, and how.

What people do in Slack comes in at /slack/interactions and /slack/commands. With --slack-socket it
comes over a connection to Slack that is opened from here (Slack calls it Socket Mode), so that Slack
needs no way in. docs/slack.md says how to set up the app for either.

What HubSpot reports comes in at /hubspot/events, Dropbox Sign at /dropboxsign/events, Stripe at
/stripe/events, and SendGrid at /sendgrid/events and /sendgrid/replies. docs/events.md says how to set
them up.

Documents, and the pages of tasks for people without Slack, are at the links that they got.

With a folder in starter.spool.dir, what comes in while Temporal is away is kept there, and handed
over once it is back; the door opens without Temporal, too.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			logger := slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), nil))
			seen, err := telemetry.Start(cmd.Context(), "throughline-starter", logger)
			if err != nil {
				return err
			}
			defer seen.Finish(logger)
			c, temporal, err := a.openBy(cmd.Context(), observed(orLater(a.dial, logger), seen), logger)
			if err != nil {
				return err
			}
			defer temporal.Close()
			kept, err := process.OpenSpool(c, logger)
			if err != nil {
				return err
			}
			defer func() {
				if err := kept.Close(); err != nil {
					logger.Error("The spool could not be closed.", "err", err)
				}
			}()
			if socket {
				if err := c.RequireSecrets(config.SlackToken, config.SlackAppToken); err != nil {
					return err
				}
			} else if !c.Secret(config.SlackSigningSecret).IsSet() {
				logger.Warn("Every click in Slack will be refused, since there is no signing secret to check it by.", "set", config.SlackSigningSecret)
			}
			live := config.NewLive(c)
			keeping := &spool.Client{Client: temporal, Spool: kept}
			d, err := process.New(process.Options{Client: keeping, Live: live, Logger: logger, Seen: seen})
			if err != nil {
				return err
			}
			if err := process.MeasureSpool(seen.Meter(), kept); err != nil {
				return err
			}
			payloads, err := codecserver.New(c, logger)
			if err != nil {
				return err
			}
			l, err := listenAt(cmd, "listen", listen, "starter.listen", c.Starter.Listen)
			if err != nil {
				return err
			}
			inside, err := listenAt(cmd, "operations-listen", operations, "starter.operations_listen", c.Starter.OperationsListen)
			if err != nil {
				return err
			}
			ready := func(ctx context.Context) error {
				if cmd.Context().Err() != nil {
					return errors.New("it is being stopped")
				}
				return d.Ready(ctx)
			}
			defer telemetry.Serve(inside, seen.Handler(ready), logger)()
			ctx, stop := context.WithCancel(cmd.Context())
			var beside sync.WaitGroup
			defer func() { stop(); beside.Wait() }()
			// The door asks the handbook who is who and who may bring leads. Its log also says what is refused there, and what needs
			// a restart.
			beside.Go(func() { live.Watch(ctx, config.WatchOptions{Files: a.files, Logger: logger}) })
			beside.Go(func() { process.HandOver(ctx, keeping) })
			beside.Go(func() { process.CountCases(ctx, seen, temporal, process.CountEvery, logger) })
			if payloads != nil {
				l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Starter.Codec.Listen)
				if err != nil {
					return fmt.Errorf("starter.codec.listen: %w", err)
				}
				logger.Info("Payloads are decrypted for people who may see them.", "listen", l.Addr().String())
				beside.Go(func() {
					if err := payloads.Serve(ctx, l); err != nil {
						logger.Error("Payloads can't be decrypted for people any more.", "err", err)
					}
				})
			}
			closing := ctx
			if socket {
				// Clicks end first: the door then waits for what they still have to say.
				end := func() {}
				closing, end = context.WithCancel(context.WithoutCancel(ctx))
				beside.Go(func() {
					defer end()
					d.ServeSocket(ctx, c.Secret(config.SlackAppToken).Reveal())
				})
			}
			logger.Info("The door is open.", "listen", l.Addr().String(), "public_url", c.Starter.PublicURL, "operations", inside.Addr().String())
			err = d.Serve(closing, l)
			logger.Info("The door is closed.")
			return err
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "", "host:port to listen on (default: starter.listen in the configuration)")
	cmd.Flags().StringVar(&operations, "operations-listen", "", "host:port of /healthz, /readyz and /metrics (default: starter.operations_listen in the configuration)")
	cmd.Flags().BoolVar(&socket, "slack-socket", false, "take what people do in Slack by Socket Mode, with the token in "+string(config.SlackAppToken))
	return cmd
}

// listenAt listens where a flag says, or else a setting. The error names the one that did.
func listenAt(cmd *cobra.Command, flag, flagged, setting, set string) (net.Listener, error) {
	from, address := "--"+flag, flagged
	if address == "" {
		from, address = setting, set
	}
	l, err := (&net.ListenConfig{}).Listen(cmd.Context(), "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", from, err)
	}
	return l, nil
}

// observed connects as a dialer does, and has the client measured and traced.
func observed(dial dialer, seen *telemetry.Telemetry) dialer {
	return func(ctx context.Context, c *config.Config, o client.Options) (client.Client, error) {
		return dial(ctx, c, seen.Observe(o))
	}
}

// orLater connects as a dialer does; where there is a spool to keep what comes meanwhile, a Temporal that isn't there (yet) is no error.
func orLater(dial dialer, logger *slog.Logger) dialer {
	return func(ctx context.Context, c *config.Config, o client.Options) (client.Client, error) {
		temporal, err := dial(ctx, c, o)
		if c.Starter.Spool.Dir == "" || !errors.Is(err, config.ErrUnreachable) {
			return temporal, err
		}
		logger.Warn("The door opens without Temporal, and keeps what comes in until it is there.", "err", err)
		return config.Lazy(c, o)
	}
}
