package config

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWhatTheShopLetsUsInByIsNamedWhereItIsMissing(t *testing.T) {
	const id = "5a4d0b0c5a4d0b0c5a4d0b0c5a4d0b0c"
	for want, env := range map[string]environment{
		"":                                  {"THROUGHLINE_SHOPIFY_CLIENT_SECRET": "shpss_1", "THROUGHLINE_SYSTEMS_SHOPIFY_CLIENT_ID": id},
		"THROUGHLINE_SHOPIFY_CLIENT_SECRET": {"THROUGHLINE_SYSTEMS_SHOPIFY_CLIENT_ID": id, "THROUGHLINE_SHOPIFY_TOKEN": "shpat_1"},
		"systems.shopify.client_id":         {"THROUGHLINE_SHOPIFY_CLIENT_SECRET": "shpss_1"},
		"systems.shopify.client_id and THROUGHLINE_SHOPIFY_CLIENT_SECRET, or the THROUGHLINE_SHOPIFY_TOKEN of an older app": {},
	} {
		c, err := try(t, env)
		require.NoError(t, err)
		assert.Equal(t, want, c.ShopMissing())
	}
	c, err := try(t, environment{"THROUGHLINE_SHOPIFY_TOKEN": "shpat_1"})
	require.NoError(t, err)
	assert.Empty(t, c.ShopMissing(), "an older app's")
}
