package process

import (
	"maps"
	"slices"

	"go.temporal.io/sdk/worker"

	"github.com/throughline-dev/throughline/activities/assignment"
	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/claims"
	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/email"
	"github.com/throughline-dev/throughline/activities/enrich"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/rest"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/config"
	claimskeeper "github.com/throughline-dev/throughline/workflows/claims"
	"github.com/throughline-dev/throughline/workflows/lead"
	"github.com/throughline-dev/throughline/workflows/rotation"
)

// queues says what a worker of each task queue registers: what its workflows call, and nothing else.
var queues = map[string]func(worker.Registry, Options) error{
	lead.TaskQueue: registerLead,
	assignment.TaskQueue: func(r worker.Registry, _ Options) error { // claims.TaskQueue is the same
		rotation.Register(r)
		claimskeeper.Register(r)
		return nil
	},
}

// Queues are the names of the task queues, in order.
func Queues() []string { return slices.Sorted(maps.Keys(queues)) }

func registerLead(r worker.Registry, o Options) error {
	c := o.Live.Config()
	for _, name := range []config.SecretName{config.SlackToken, config.SendGridKey, config.HubSpotToken, config.PeopleDataLabsKey} {
		if !c.Secret(name).IsSet() {
			o.Logger.Warn("A system will refuse us, since its secret is not set.", "set", name)
		}
	}
	outward := rest.NewHTTPClient() // shared, and with it its connections
	outward.Timeout = c.Systems.Timeout.Duration
	links, err := c.Links()
	if err != nil {
		return err
	}
	if links == nil {
		o.Logger.Warn("E-mails about tasks will have no link to answer by, since there is no secret to sign it with.", "set", config.LinkSecret)
	}
	mail, err := email.New(email.Options{
		URL:       c.Systems.SendGrid.URL,
		Key:       c.Secret(config.SendGridKey).Reveal(),
		From:      email.Address{Name: c.Company.Sender.Name, Email: c.Company.Sender.Email},
		Templates: c.Templates,
		NoLookup:  !c.Systems.SendGrid.EmailActivity,
		ReplyHost: c.Systems.SendGrid.ReplyHost,
		Links:     links,
		HTTP:      outward,
	})
	if err != nil {
		return err
	}
	lead.Register(r)
	r.RegisterActivity(&policy.Activities{Current: o.Live.Book})
	r.RegisterActivity(&calendar.Activities{})
	r.RegisterActivity(&assignment.Activities{Client: o.Client})
	r.RegisterActivity(&claims.Activities{Client: o.Client})
	r.RegisterActivity(mail)
	r.RegisterActivity(slack.New(slack.Options{
		URL:   c.Systems.Slack.URL,
		Token: c.Secret(config.SlackToken).Reveal(),
		HTTP:  outward,
	}))
	r.RegisterActivity(crm.New(crm.Options{
		URL:    c.Systems.HubSpot.URL,
		Token:  c.Secret(config.HubSpotToken).Reveal(),
		Portal: c.Systems.HubSpot.Portal,
		Pages:  c.Systems.HubSpot.Pages,
		HTTP:   outward,
	}))
	r.RegisterActivity(enrich.New(enrich.Options{
		URL:           c.Systems.PeopleDataLabs.URL,
		Key:           c.Secret(config.PeopleDataLabsKey).Reveal(),
		MinLikelihood: c.Systems.PeopleDataLabs.MinLikelihood,
		HTTP:          outward,
	}))
	return nil
}
