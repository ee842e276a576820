package stack

import (
	"context"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/sandbox"
)

// linkSecret signs links to a door on this machine. It is the same at each start, so that those in the mailbox stay good.
const linkSecret = "links-to-a-door-on-this-machine-alone"

// lendSecrets puts the sandbox's credentials where the configuration takes its secrets from, the environment, for those that
// are not there.
func lendSecrets() error {
	for name, value := range map[config.SecretName]string{
		config.SlackToken:          sandbox.DefaultSlackToken,
		config.SlackSigningSecret:  sandbox.DefaultSlackSigningSecret,
		config.SendGridKey:         sandbox.DefaultSendGridKey,
		config.HubSpotToken:        sandbox.DefaultHubSpotToken,
		config.HubSpotSecret:       sandbox.DefaultHubSpotSecret,
		config.PeopleDataLabsKey:   sandbox.DefaultPDLKey,
		config.DropboxSignKey:      sandbox.DefaultDropboxSignKey,
		config.AsanaToken:          sandbox.DefaultAsanaToken,
		config.StripeKey:           sandbox.DefaultStripeKey,
		config.StripeWebhookSecret: sandbox.DefaultStripeSecret,
		config.ShopifyClientSecret: sandbox.DefaultShopifySecret,
		config.LinkSecret:          linkSecret,
	} {
		_, set := os.LookupEnv(string(name))
		_, file := os.LookupEnv(string(name) + "_FILE")
		if set || file {
			continue
		}
		if err := os.Setenv(string(name), value); err != nil {
			return err
		}
	}
	return nil
}

// settle makes the configuration one for this machine: every system is the sandbox, and so is the web site that leads come from,
// however many a minute; links lead to the door, and documents are in the stack's folder.
func (s *Stack) settle(c *config.Config) {
	sandboxURL := s.Sandbox
	for _, r := range c.Systems.Rates() { // the sandbox takes all that comes
		*r = config.Rate{}
	}
	c.Systems.Slack.URL = sandboxURL + "/slack/api/"
	c.Systems.SendGrid.URL = sandboxURL + "/sendgrid"
	c.Systems.SendGrid.EmailActivity = true
	c.Systems.SendGrid.ReplyHost = sandbox.ReplyHost
	keys := sandbox.Keys(c.Secret(config.SendGridKey).Reveal())
	c.Systems.SendGrid.EventKey, c.Systems.SendGrid.ReplyKey = keys.Events, keys.Replies
	c.Systems.HubSpot.URL = sandboxURL + "/hubspot"
	c.Systems.HubSpot.Portal, c.Systems.HubSpot.Pages = sandbox.HubSpotPortal, sandboxURL
	c.Systems.PeopleDataLabs.URL = sandboxURL + "/pdl"
	c.Systems.DropboxSign.URL = sandboxURL + "/dropboxsign/v3"
	c.Systems.Asana.URL = sandboxURL + "/asana/api/1.0"
	c.Systems.Asana.Workspace, c.Systems.Asana.Team = sandbox.AsanaWorkspace, sandbox.AsanaTeam
	c.Systems.Stripe.URL = sandboxURL + "/stripe"
	c.Systems.Shopify.URL = sandboxURL + "/shopify"
	c.Systems.Shopify.ClientID = sandbox.DefaultShopifyClientID
	c.Systems.Shopify.Location, c.Systems.Shopify.PaymentAttribute = sandbox.ShopLocation, sandbox.ShopPaymentAttribute
	c.Book.Return.Location = sandbox.ShopLocation
	c.Documents.Dir = s.documents
	c.Starter.PublicURL = s.Door
	// A browser may have been told either name of this machine.
	c.Starter.Leads.Origins = []string{sandboxURL, strings.Replace(sandboxURL, "127.0.0.1", "localhost", 1)}
	c.Starter.Leads.PerMinute = 0
	// Whoever pressed Ctrl-C waits. What is cut off is done again at the next start, and has one effect all the same.
	c.Workers.StopTimeout = policy.Duration{Duration: min(c.Workers.StopTimeout.Duration, 5*time.Second)}
}

// startSandbox starts the outside world, with the people and channels of the handbook.
func (s *Stack) startSandbox(ctx context.Context, l net.Listener, dir string) error {
	c := s.Config
	o := sandbox.Options{
		Dir:              dir,
		Company:          c.Company.Name,
		InteractionsURL:  s.Door + "/slack/interactions",
		LeadURL:          s.Door + "/leads",
		ReturnsURL:       s.Door + "/returns",
		SampleOrders:     true,
		HubSpotEventsURL: s.Door + "/hubspot/events",
		EventsURL:        s.Door + "/sendgrid/events",
		RepliesURL:       s.Door + "/sendgrid/replies",
		SignEventsURL:    s.Door + "/dropboxsign/events",
		StripeEventsURL:  s.Door + "/stripe/events",
		ReplyHost:        c.Systems.SendGrid.ReplyHost,
		PublicURL:        s.Sandbox,
		PagesURL:         s.Sandbox,
		TemporalURL:      s.Web,

		SlackToken:          c.Secret(config.SlackToken).Reveal(),
		SlackSigningSecret:  c.Secret(config.SlackSigningSecret).Reveal(),
		SendGridKey:         c.Secret(config.SendGridKey).Reveal(),
		HubSpotToken:        c.Secret(config.HubSpotToken).Reveal(),
		HubSpotSecret:       c.Secret(config.HubSpotSecret).Reveal(),
		PDLKey:              c.Secret(config.PeopleDataLabsKey).Reveal(),
		DropboxSignKey:      c.Secret(config.DropboxSignKey).Reveal(),
		AsanaToken:          c.Secret(config.AsanaToken).Reveal(),
		StripeKey:           c.Secret(config.StripeKey).Reveal(),
		StripeWebhookSecret: c.Secret(config.StripeWebhookSecret).Reveal(),
		ShopifyClientSecret: c.Secret(config.ShopifyClientSecret).Reveal(),
	}
	for _, p := range c.People {
		o.People = append(o.People, sandbox.Person{ID: p.ID, Name: p.Name, Email: p.Email, Slack: p.Slack, CRMOwner: p.CRMOwner})
	}
	for _, r := range c.Roles {
		if r.Channel != "" {
			o.Channels = append(o.Channels, sandbox.Channel{ID: r.Channel, Name: r.Name})
		}
	}
	if id := c.Proposal.Channel; id != "" && !slices.ContainsFunc(o.Channels, func(ch sandbox.Channel) bool { return ch.ID == id }) {
		o.Channels = append(o.Channels, sandbox.Channel{ID: id, Name: "deals"})
	}
	world, err := sandbox.New(o)
	if err != nil {
		return err
	}
	s.onStop(world.Close)
	s.serve("sandbox", l, world.Handler())
	_, err = crm.Setup(ctx, crm.Options{URL: c.Systems.HubSpot.URL, Token: o.HubSpotToken})
	if err != nil {
		return fmt.Errorf("set up the sandbox's HubSpot: %w", err)
	}
	return nil
}
