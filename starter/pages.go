package main

import (
	"log/slog"
	"net/http"

	"go.temporal.io/sdk/client"

	"github.com/throughline-dev/throughline/activities/document"
	"github.com/throughline-dev/throughline/activities/link"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/starter/page"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

// pages shows tasks and documents to who has a link to them; nil where links can't be signed.
func pages(live *config.Live, links *link.Signer, temporal client.Client, logger *slog.Logger) (http.Handler, error) {
	if links == nil {
		logger.Warn("Tasks can't be answered without Slack, and documents can't be opened, since there is no secret to sign links with.", "set", config.LinkSecret)
		return nil, nil
	}
	c := live.Config()
	return page.New(page.Options{
		Client:     temporal,
		Links:      links,
		People:     func() []policy.Person { return live.Config().People },
		Operations: func() []policy.Person { return live.Config().Book.Roles[humantask.RoleOperations].People },
		Documents:  document.ReadStore(c.Documents.Dir).Bytes,
		Company:    c.Company.Name,
		PublicURL:  c.Starter.PublicURL,
		Proxies:    func() []string { return live.Config().Starter.Leads.Proxies },
		Logger:     logger,
	}), nil
}
