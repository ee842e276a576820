package main

import (
	"cmp"
	"context"
	"log/slog"
	"net"
	"sync"

	"github.com/spf13/cobra"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/starter/door"
)

func (a *app) serve() *cobra.Command {
	var listen string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Open the HTTP door: leads at /leads, Slack's clicks at /slack/interactions",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			logger := slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), nil))
			c, temporal, err := a.open(cmd.Context(), logger)
			if err != nil {
				return err
			}
			defer temporal.Close()
			secret := c.Secret(config.SlackSigningSecret)
			if !secret.IsSet() {
				logger.Warn("Every click in Slack will be refused, since there is no signing secret to check it by.", "set", config.SlackSigningSecret)
			}
			token := c.Secret(config.SlackToken)
			if !token.IsSet() {
				logger.Warn("No click in Slack that needs a dialog can be answered, since there is no token to open it with.", "set", config.SlackToken)
			}
			d := door.New(door.Options{
				Client:             temporal,
				SlackSigningSecret: secret.Reveal(),
				SlackToken:         token.Reveal(),
				SlackURL:           c.Systems.Slack.URL,
				Company:            c.Company.Name,
				MaxBody:            c.Starter.MaxBody,
				Timeout:            c.Starter.Timeout.Duration,
				Logger:             logger,
			})
			l, err := (&net.ListenConfig{}).Listen(cmd.Context(), "tcp", cmp.Or(listen, c.Starter.Listen))
			if err != nil {
				return err
			}
			// The door asks the handbook nothing while it runs. It follows it all the same, so that its log says what is refused,
			// and what needs a restart.
			ctx, stop := context.WithCancel(cmd.Context())
			var reload sync.WaitGroup
			reload.Go(func() { config.NewLive(c).Watch(ctx, config.WatchOptions{Files: a.files, Logger: logger}) })
			defer func() { stop(); reload.Wait() }()
			logger.Info("The door is open.", "listen", l.Addr().String(), "public_url", c.Starter.PublicURL)
			err = d.Serve(ctx, l)
			logger.Info("The door is closed.")
			return err
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "", "host:port to listen on (default: starter.listen in the configuration)")
	return cmd
}
