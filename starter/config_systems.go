package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/throughline-dev/throughline/config"
)

// printSystems says where the outside world is, which secrets are there for it, and where documents are kept.
func printSystems(w io.Writer, c *config.Config) {
	s := c.Systems
	systems := section(w, "Systems", "System", "Address", "Secrets")
	for _, one := range []struct {
		name, url string
		secrets   []config.SecretName
	}{
		{"Slack", s.Slack.URL, []config.SecretName{config.SlackToken, config.SlackSigningSecret, config.SlackAppToken}},
		{"SendGrid", s.SendGrid.URL, []config.SecretName{config.SendGridKey}},
		{"HubSpot", s.HubSpot.URL, []config.SecretName{config.HubSpotToken, config.HubSpotSecret}},
		{"People Data Labs", s.PeopleDataLabs.URL, []config.SecretName{config.PeopleDataLabsKey}},
		{"Dropbox Sign", s.DropboxSign.URL, []config.SecretName{config.DropboxSignKey}},
		{"Asana", s.Asana.URL, []config.SecretName{config.AsanaToken}},
		{"Stripe", s.Stripe.URL, []config.SecretName{config.StripeKey, config.StripeWebhookSecret}},
		{"Shopify", cmp.Or(s.Shopify.URL, "none"), []config.SecretName{config.ShopifyClientSecret, config.ShopifyToken}},
	} {
		var secrets []string
		for _, name := range one.secrets {
			secrets = append(secrets, secretState(c, name))
		}
		systems.AppendRow(table.Row{one.name, one.url, strings.Join(secrets, "\n")})
	}
	systems.Render()

	if missing := c.ShopMissing(); missing != "" && s.Shopify.URL != "" {
		fmt.Fprintf(w, "The shop lets nobody in: set %s.\n", missing)
	}
	if s.DropboxSign.TestMode {
		fmt.Fprintln(w, "Signatures are asked for in Dropbox Sign's test mode, and bind nobody.")
	}
	if s.Asana.Workspace == "" {
		fmt.Fprintln(w, "Kickoff projects can't be made, since systems.asana.workspace is missing.")
	}
	fmt.Fprintf(w, "Documents are kept in %s, and look as %s has it.\n", c.Documents.Dir, cmp.Or(c.Documents.Templates, "the built-in template"))
}
