package main

import (
	"log/slog"

	"go.temporal.io/sdk/client"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/starter/webhook"
)

// webhooks takes what HubSpot and SendGrid post. Its log says what it will refuse, for want of what to check it by.
func webhooks(c *config.Config, temporal client.Client, people func() []policy.Person, logger *slog.Logger) (*webhook.Handler, error) {
	secret, mail := c.Secret(config.HubSpotSecret), c.Systems.SendGrid
	if !secret.IsSet() {
		logger.Warn("Calls and meetings that HubSpot reports will be refused, since there is no secret to check its signature by.", "set", config.HubSpotSecret)
	}
	if mail.EventKey == "" {
		logger.Warn("Bounced e-mails that SendGrid reports will be refused, since there is no key to check its signature by.", "set", "systems.sendgrid.event_key")
	}
	switch {
	case mail.ReplyHost == "":
		logger.Warn("Answers by e-mail will not be heard of, since there is no host that takes them.", "set", "systems.sendgrid.reply_host")
	case mail.ReplyKey == "":
		logger.Warn("Answers by e-mail will be refused, since there is no key to check SendGrid's signature by.", "set", "systems.sendgrid.reply_key")
	}
	return webhook.New(webhook.Options{
		Client:        temporal,
		HubSpotSecret: secret.Reveal(),
		PublicURL:     c.Starter.PublicURL,
		EventKey:      mail.EventKey,
		ReplyKey:      mail.ReplyKey,
		ReplyHost:     mail.ReplyHost,
		People:        people,
		Logger:        logger,
	})
}
