package main

import (
	"log/slog"

	"go.temporal.io/sdk/client"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/starter/webhook"
)

// webhooks takes what HubSpot, Dropbox Sign and SendGrid post. Its log says what it will refuse, for want of what to check it by.
func webhooks(live *config.Live, temporal client.Client, people func() []policy.Person, logger *slog.Logger) (*webhook.Handler, error) {
	c := live.Config()
	secret, sign, mail := c.Secret(config.HubSpotSecret), c.Secret(config.DropboxSignKey), c.Systems.SendGrid
	if !secret.IsSet() {
		logger.Warn("Calls, meetings and deals that HubSpot reports will be refused, since there is no secret to check its signature by.", "set", config.HubSpotSecret)
	}
	if !sign.IsSet() {
		logger.Warn("Signatures that Dropbox Sign reports will be refused, since there is no key to check its event_hash by.", "set", config.DropboxSignKey)
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
		Client:         temporal,
		HubSpotSecret:  secret.Reveal(),
		DropboxSignKey: sign.Reveal(),
		Proposals:      func() config.Proposal { return live.Config().Proposal },
		PublicURL:      c.Starter.PublicURL,
		EventKey:       mail.EventKey,
		ReplyKey:       mail.ReplyKey,
		ReplyHost:      mail.ReplyHost,
		People:         people,
		Logger:         logger,
	})
}
