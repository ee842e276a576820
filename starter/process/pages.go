package process

import (
	"fmt"
	"net/http"

	"github.com/throughline-dev/throughline/activities/document"
	"github.com/throughline-dev/throughline/activities/link"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/starter/page"
	"github.com/throughline-dev/throughline/starter/sso"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

// pages shows tasks and documents to who has a link to them, or has signed in; nil where links can't be signed.
func pages(o Options, links *link.Signer) (http.Handler, error) {
	c := o.Live.Config()
	if c.Starter.SSO.Issuer != "" {
		if err := c.RequireSecrets(config.SSOClientSecret, config.LinkSecret); err != nil {
			return nil, fmt.Errorf("starter.sso.issuer is set, and nobody could sign in: %w", err)
		}
	}
	if links == nil {
		o.Logger.Warn("Tasks can't be answered without Slack, and documents can't be opened, since there is no secret to sign links with.", "set", config.LinkSecret)
		return nil, nil
	}
	return page.New(page.Options{
		Client:     o.Client,
		Links:      links,
		People:     o.people,
		Operations: func() []policy.Person { return o.Live.Config().Book.Roles[humantask.RoleOperations].People },
		Documents:  document.ReadStore(c.Documents.Dir).Bytes,
		Company:    c.Company.Name,
		PublicURL:  c.Starter.PublicURL,
		SSO:        signIn(o),
		Proxies:    func() []string { return o.Live.Config().Starter.Leads.Proxies },
		Logger:     o.Logger,
	}), nil
}

// signIn is single sign-on; nil where the handbook has none.
func signIn(o Options) *sso.SSO {
	c := o.Live.Config()
	if c.Starter.SSO.Issuer == "" {
		return nil
	}
	return sso.New(sso.Options{
		Issuer: c.Starter.SSO.Issuer, ClientID: c.Starter.SSO.ClientID, ClientSecret: c.Secret(config.SSOClientSecret).Reveal(),
		PublicURL: c.Starter.PublicURL, Secrets: c.LinkSecrets(), People: o.people, Logger: o.Logger,
	})
}
