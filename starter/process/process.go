// Package process is the process of `starter serve`: the HTTP door with everything that is behind it, made from the operator's
// handbook and secrets. The whole system on one machine, in the module local, opens the same one.
package process

import (
	"log/slog"

	"go.temporal.io/sdk/client"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/starter/door"
	"github.com/throughline-dev/throughline/telemetry"
)

// Options are what a process needs.
type Options struct {
	// Client reaches Temporal. Required.
	Client client.Client
	// Live is the configuration. Who is who, who may bring leads, and which deals and tickets start something is asked of it each time;
	// secrets, and the other settings, are read once. Required.
	Live *config.Live
	// Logger gets what the door logs, and what it will refuse for want of a secret; nil for slog.Default().
	Logger *slog.Logger
	// Seen measures and traces what comes in; nil does neither.
	Seen *telemetry.Telemetry
}

// New makes the door without opening it. It fails where a key or a secret can't be used. What is missing is no failure: what needs
// it is refused, as a warning in the log says.
//
// Nothing is said of a missing [config.SlackSigningSecret], since clicks can come without it: see [door.Door.ServeSocket].
func New(o Options) (*door.Door, error) {
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	c := o.Live.Config()
	token := c.Secret(config.SlackToken)
	if !token.IsSet() {
		o.Logger.Warn("No click in Slack that needs a dialog can be answered, since there is no token to open it with.", "set", config.SlackToken)
	}
	reports, err := webhooks(o)
	if err != nil {
		return nil, err
	}
	links, err := c.Links()
	if err != nil {
		return nil, err
	}
	shown, err := pages(o, links)
	if err != nil {
		return nil, err
	}
	return door.New(door.Options{
		Client:             o.Client,
		Metrics:            o.Seen.Metrics(),
		Tracer:             o.Seen.Tracer(),
		SlackSigningSecret: c.Secret(config.SlackSigningSecret).Reveal(),
		SlackToken:         token.Reveal(),
		SlackURL:           c.Systems.Slack.URL,
		People:             o.people,
		Webhooks:           reports,
		Links:              links,
		Pages:              shown,
		Leads:              func() config.Leads { return o.Live.Config().Starter.Leads },
		Returns:            func() config.Returns { return o.Live.Config().Returns },
		LeadsSecrets:       c.LeadsSecrets(),
		PublicURL:          c.Starter.PublicURL,
		Company:            c.Company.Name,
		MaxBody:            c.Starter.MaxBody,
		Timeout:            c.Starter.Timeout.Duration,
		Logger:             o.Logger,
	}), nil
}

// people are those in the handbook as it is now.
func (o Options) people() []policy.Person { return o.Live.Config().People }
