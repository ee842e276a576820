package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net"
	"sync"

	"github.com/spf13/cobra"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/starter/codecserver"
	"github.com/throughline-dev/throughline/starter/process"
)

func (a *app) serve() *cobra.Command {
	var listen string
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

Documents, and the pages of tasks for people without Slack, are at the links that they got.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			logger := slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), nil))
			c, temporal, err := a.open(cmd.Context(), logger)
			if err != nil {
				return err
			}
			defer temporal.Close()
			if socket {
				if err := c.RequireSecrets(config.SlackToken, config.SlackAppToken); err != nil {
					return err
				}
			} else if !c.Secret(config.SlackSigningSecret).IsSet() {
				logger.Warn("Every click in Slack will be refused, since there is no signing secret to check it by.", "set", config.SlackSigningSecret)
			}
			live := config.NewLive(c)
			d, err := process.New(process.Options{Client: temporal, Live: live, Logger: logger})
			if err != nil {
				return err
			}
			payloads, err := codecserver.New(c, logger)
			if err != nil {
				return err
			}
			l, err := (&net.ListenConfig{}).Listen(cmd.Context(), "tcp", cmp.Or(listen, c.Starter.Listen))
			if err != nil {
				return err
			}
			ctx, stop := context.WithCancel(cmd.Context())
			var beside sync.WaitGroup
			defer func() { stop(); beside.Wait() }()
			// The door asks the handbook who is who and who may bring leads. Its log also says what is refused there, and what needs
			// a restart.
			beside.Go(func() { live.Watch(ctx, config.WatchOptions{Files: a.files, Logger: logger}) })
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
			logger.Info("The door is open.", "listen", l.Addr().String(), "public_url", c.Starter.PublicURL)
			err = d.Serve(closing, l)
			logger.Info("The door is closed.")
			return err
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "", "host:port to listen on (default: starter.listen in the configuration)")
	cmd.Flags().BoolVar(&socket, "slack-socket", false, "take what people do in Slack by Socket Mode, with the token in "+string(config.SlackAppToken))
	return cmd
}
