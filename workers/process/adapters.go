package process

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/throughline-dev/throughline/activities/assignment"
	"github.com/throughline-dev/throughline/activities/billing"
	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/claims"
	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/document"
	"github.com/throughline-dev/throughline/activities/email"
	"github.com/throughline-dev/throughline/activities/enrich"
	"github.com/throughline-dev/throughline/activities/esign"
	"github.com/throughline-dev/throughline/activities/link"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/projects"
	"github.com/throughline-dev/throughline/activities/refund"
	"github.com/throughline-dev/throughline/activities/rest"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/config"
)

// adapters makes the activities of a process. What several task queues need is made once, when the first of them needs it.
type adapters struct {
	o       Options
	c       *config.Config // as the process begins with it
	outward *http.Client   // shared, and with it its connections
	rates   *rates
	links   func() (*link.Signer, error)
	common  func() ([]any, error) // the activities that every case needs
	billing func() any            // what invoices are made with, and refunds
}

func newAdapters(o Options, r *rates) *adapters {
	a := &adapters{o: o, c: o.Live.Config(), outward: rest.NewHTTPClient(), rates: r}
	a.outward.Timeout = a.c.Systems.Timeout.Duration
	a.links = sync.OnceValues(a.makeLinks)
	a.common = sync.OnceValues(a.makeCommon)
	a.billing = sync.OnceValue(a.makeBilling)
	return a
}

// to is the HTTP client for a system, which keeps its rate.
func (a *adapters) to(system string) *http.Client { return a.rates.client(system, a.outward) }

// need warns of secrets that are missing: the system refuses us, and operations get a task for each case.
func (a *adapters) need(names ...config.SecretName) {
	for _, name := range names {
		if !a.c.Secret(name).IsSet() {
			a.o.Logger.Warn("A system will refuse us, since its secret is not set.", "set", name)
		}
	}
}

func (a *adapters) makeLinks() (*link.Signer, error) {
	links, err := a.c.Links()
	if err == nil && links == nil {
		a.o.Logger.Warn("E-mails about tasks will have no link to answer by, and cards none to a document, since there is no secret to sign links with.", "set", config.LinkSecret)
	}
	return links, err
}

func (a *adapters) makeCommon() ([]any, error) {
	a.need(config.SlackToken, config.SendGridKey, config.HubSpotToken)
	links, err := a.links()
	if err != nil {
		return nil, err
	}
	c := a.c
	mail, err := email.New(email.Options{
		URL:       c.Systems.SendGrid.URL,
		Key:       c.Secret(config.SendGridKey).Reveal(),
		From:      email.Address{Name: c.Company.Sender.Name, Email: c.Company.Sender.Email},
		Templates: c.Templates,
		NoLookup:  !c.Systems.SendGrid.EmailActivity,
		ReplyHost: c.Systems.SendGrid.ReplyHost,
		Links:     links,
		HTTP:      a.to("sendgrid"),
	})
	if err != nil {
		return nil, err
	}
	return []any{
		&policy.Activities{Current: a.o.Live.Book},
		&calendar.Activities{},
		&assignment.Activities{Client: a.o.Client},
		mail,
		slack.New(slack.Options{URL: c.Systems.Slack.URL, Token: c.Secret(config.SlackToken).Reveal(), HTTP: a.to("slack")}),
		crm.New(crm.Options{
			URL:    c.Systems.HubSpot.URL,
			Token:  c.Secret(config.HubSpotToken).Reveal(),
			Portal: c.Systems.HubSpot.Portal,
			Pages:  c.Systems.HubSpot.Pages,
			HTTP:   a.to("hubspot"),
		}),
	}, nil
}

// enrich is what a lead needs beside.
func (a *adapters) enrich() any {
	a.need(config.PeopleDataLabsKey)
	return enrich.New(enrich.Options{
		URL:           a.c.Systems.PeopleDataLabs.URL,
		Key:           a.c.Secret(config.PeopleDataLabsKey).Reveal(),
		MinLikelihood: a.c.Systems.PeopleDataLabs.MinLikelihood,
		HTTP:          a.to("peopledatalabs"),
	})
}

// proposals are what a proposal needs beside.
func (a *adapters) proposals() ([]any, error) {
	a.need(config.DropboxSignKey, config.AsanaToken)
	c := a.c
	if c.Systems.Asana.Workspace == "" {
		a.o.Logger.Warn("Kickoff projects can't be made, since nothing says where in Asana.", "set", "systems.asana.workspace")
	}
	links, err := a.links()
	if err != nil {
		return nil, err
	}
	store, err := document.NewStore(c.Documents.Dir)
	if err != nil {
		return nil, fmt.Errorf("documents.dir: %w", err)
	}
	templates, err := document.LoadTemplates(c.Documents.Templates)
	if err != nil {
		return nil, fmt.Errorf("documents.templates: %w", err)
	}
	return []any{
		&document.Activities{Store: store, Templates: templates, Now: a.now},
		&link.Activities{Signer: links},
		esign.New(esign.Options{
			URL:       c.Systems.DropboxSign.URL,
			Key:       c.Secret(config.DropboxSignKey).Reveal(),
			Client:    c.Systems.DropboxSign.ClientID,
			Test:      c.Systems.DropboxSign.TestMode,
			Documents: documents(store.Bytes),
			HTTP:      a.to("dropboxsign"),
		}),
		projects.New(projects.Options{
			URL:       c.Systems.Asana.URL,
			Token:     c.Secret(config.AsanaToken).Reveal(),
			Workspace: c.Systems.Asana.Workspace,
			Team:      c.Systems.Asana.Team,
			HTTP:      a.to("asana"),
		}),
		a.billing(),
	}, nil
}

func (a *adapters) makeBilling() any {
	a.need(config.StripeKey)
	return billing.New(billing.Options{URL: a.c.Systems.Stripe.URL, Key: a.c.Secret(config.StripeKey).Reveal(), HTTP: a.to("stripe")})
}

// returns are what a return needs beside.
func (a *adapters) returns() []any {
	if missing := a.c.ShopMissing(); missing != "" {
		a.o.Logger.Warn("The shop will refuse us, since something to be let in by is not set.", "set", missing)
	}
	shop := a.c.Systems.Shopify
	if shop.URL == "" {
		a.o.Logger.Warn("Returns can't be carried out, since nothing says where the shop is.", "set", "systems.shopify.url")
	}
	return []any{
		&claims.Activities{Client: a.o.Client},
		&refund.Activities{},
		a.billing(),
		commerce.New(commerce.Options{
			URL:              shop.URL,
			Version:          shop.Version,
			ClientID:         shop.ClientID,
			ClientSecret:     a.c.Secret(config.ShopifyClientSecret).Reveal(),
			Token:            a.c.Secret(config.ShopifyToken).Reveal(),
			PaymentAttribute: shop.PaymentAttribute,
			HTTP:             a.outward,
		}),
	}
}

// now is the time where the house is: the date there is that of a draft.
func (a *adapters) now() time.Time {
	book := a.o.Live.Book()
	if c, ok := book.Calendars[book.Proposal.Calendar]; ok {
		return time.Now().In(c.Zone)
	}
	return time.Now().UTC()
}

// documents has what is kept signed.
type documents func(digest string) ([]byte, error)

func (d documents) Open(digest string) ([]byte, error) { return d(digest) }
