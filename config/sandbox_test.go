package config

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheOverlayForTheSandboxFitsTheDefaultHandbook(t *testing.T) {
	c, err := Load(Default, "sandbox.yaml")
	require.NoError(t, err)
	require.Equal(t, "http://starter:8080", c.Starter.PublicURL)
	require.NotEmpty(t, c.Systems.SendGrid.ReplyHost)
	require.Equal(t, []string{"http://localhost:8090", "http://127.0.0.1:8090"}, c.Starter.Leads.Origins)
}
