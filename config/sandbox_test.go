package config

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/sandbox"
)

func TestTheOverlayForTheSandboxFitsTheDefaultHandbook(t *testing.T) {
	c, err := Load(Default, "sandbox.yaml")
	require.NoError(t, err)
	require.Equal(t, "http://localhost:8080", c.Starter.PublicURL)
	require.NotEmpty(t, c.Systems.SendGrid.ReplyHost)
	for _, url := range []string{
		c.Systems.Slack.URL, c.Systems.SendGrid.URL, c.Systems.HubSpot.URL, c.Systems.PeopleDataLabs.URL,
		c.Systems.DropboxSign.URL, c.Systems.Asana.URL, c.Systems.Stripe.URL, c.Systems.Shopify.URL,
	} {
		require.Contains(t, url, "http://sandbox:8090/")
	}
	for system, rate := range c.Systems.Rates() {
		require.Zero(t, rate.Requests, system)
	}
	require.NotEmpty(t, c.Systems.Asana.Workspace)
	require.Equal(t, sandbox.ShopLocation, c.Book.Return.Location)
	require.Equal(t, sandbox.ShopPaymentAttribute, c.Systems.Shopify.PaymentAttribute)
	require.Equal(t, []string{"http://localhost:8090", "http://127.0.0.1:8090"}, c.Starter.Leads.Origins)
}
