package process

import (
	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/starter/webhook"
)

// webhooks takes what HubSpot, Dropbox Sign, Stripe and SendGrid post. Its log says what it will refuse, for want of what to check it by.
func webhooks(o Options) (*webhook.Handler, error) {
	c := o.Live.Config()
	secret, sign, mail := c.Secret(config.HubSpotSecret), c.Secret(config.DropboxSignKey), c.Systems.SendGrid
	if !secret.IsSet() {
		o.Logger.Warn("Calls, meetings, deals and tickets that HubSpot reports will be refused, since there is no secret to check its signature by.", "set", config.HubSpotSecret)
	}
	if !sign.IsSet() {
		o.Logger.Warn("Signatures that Dropbox Sign reports will be refused, since there is no key to check its event_hash by.", "set", config.DropboxSignKey)
	}
	if !c.Secret(config.StripeWebhookSecret).IsSet() {
		o.Logger.Warn("Refunds that Stripe reports will be refused, since there is no secret to check its signature by.", "set", config.StripeWebhookSecret)
	}
	if mail.EventKey == "" {
		o.Logger.Warn("Bounced e-mails that SendGrid reports will be refused, since there is no key to check its signature by.", "set", "systems.sendgrid.event_key")
	}
	switch {
	case mail.ReplyHost == "":
		o.Logger.Warn("Answers by e-mail will not be heard of, since there is no host that takes them.", "set", "systems.sendgrid.reply_host")
	case mail.ReplyKey == "":
		o.Logger.Warn("Answers by e-mail will be refused, since there is no key to check SendGrid's signature by.", "set", "systems.sendgrid.reply_key")
	}
	return webhook.New(webhook.Options{
		Client:         o.Client,
		HubSpotSecret:  secret.Reveal(),
		DropboxSignKey: sign.Reveal(),
		StripeSecrets:  c.StripeWebhookSecrets(),
		Proposals:      func() config.Proposal { return o.Live.Config().Proposal },
		Returns:        func() config.Returns { return o.Live.Config().Returns },
		PublicURL:      c.Starter.PublicURL,
		EventKey:       mail.EventKey,
		ReplyKey:       mail.ReplyKey,
		ReplyHost:      mail.ReplyHost,
		People:         o.people,
		Logger:         o.Logger,
		Metrics:        o.Seen.Metrics(),
	})
}
