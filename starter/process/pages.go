package process

import (
	"net/http"

	"github.com/throughline-dev/throughline/activities/document"
	"github.com/throughline-dev/throughline/activities/link"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/starter/page"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

// pages shows tasks and documents to who has a link to them; nil where links can't be signed.
func pages(o Options, links *link.Signer) http.Handler {
	if links == nil {
		o.Logger.Warn("Tasks can't be answered without Slack, and documents can't be opened, since there is no secret to sign links with.", "set", config.LinkSecret)
		return nil
	}
	c := o.Live.Config()
	return page.New(page.Options{
		Client:     o.Client,
		Links:      links,
		People:     o.people,
		Operations: func() []policy.Person { return o.Live.Config().Book.Roles[humantask.RoleOperations].People },
		Documents:  document.ReadStore(c.Documents.Dir).Bytes,
		Company:    c.Company.Name,
		PublicURL:  c.Starter.PublicURL,
		Proxies:    func() []string { return o.Live.Config().Starter.Leads.Proxies },
		Logger:     o.Logger,
	})
}
