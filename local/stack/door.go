package stack

import (
	"context"
	"net"

	"github.com/throughline-dev/throughline/activities/document"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/starter/door"
	"github.com/throughline-dev/throughline/starter/page"
	"github.com/throughline-dev/throughline/starter/webhook"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

// openDoor opens the HTTP door, with what vendors post and with the pages that links lead to.
func (s *Stack) openDoor(ctx context.Context, l net.Listener) error {
	people := func() []policy.Person { return s.Config.People }
	reports, err := webhook.New(webhook.Options{
		Client:         s.Client,
		HubSpotSecret:  s.Config.Secret(config.HubSpotSecret).Reveal(),
		DropboxSignKey: s.Config.Secret(config.DropboxSignKey).Reveal(),
		Proposals:      func() config.Proposal { return s.Config.Proposal },
		PublicURL:      s.Door,
		EventKey:       s.Config.Systems.SendGrid.EventKey,
		ReplyKey:       s.Config.Systems.SendGrid.ReplyKey,
		ReplyHost:      s.Config.Systems.SendGrid.ReplyHost,
		People:         people,
		Logger:         s.log,
	})
	if err != nil {
		return err
	}
	links, err := s.Config.Links()
	if err != nil {
		return err
	}
	documents, err := document.NewStore(s.documents)
	if err != nil {
		return err
	}
	d := door.New(door.Options{
		Client:             s.Client,
		SlackSigningSecret: s.Config.Secret(config.SlackSigningSecret).Reveal(),
		SlackToken:         s.Config.Secret(config.SlackToken).Reveal(),
		SlackURL:           s.Config.Systems.Slack.URL,
		People:             people,
		Webhooks:           reports,
		Links:              links,
		Pages: page.New(page.Options{
			Client:     s.Client,
			Links:      links,
			People:     people,
			Operations: func() []policy.Person { return s.Config.Book.Roles[humantask.RoleOperations].People },
			Documents:  documents.Bytes,
			Company:    s.Config.Company.Name,
			PublicURL:  s.Door,
			Logger:     s.log,
		}),
		PublicURL: s.Door,
		Leads:     func() config.Leads { return s.Config.Starter.Leads },
		Company:   s.Config.Company.Name,
		MaxBody:   s.Config.Starter.MaxBody,
		Timeout:   s.Config.Starter.Timeout.Duration,
		Logger:    s.log,
	})
	s.run("door", func(ctx context.Context) error { return d.Serve(ctx, l) })
	return until(ctx, s.broken, func() error { return get(ctx, s.Door+"/readyz") })
}
