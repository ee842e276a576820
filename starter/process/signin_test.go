package process

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/mocks"

	"github.com/throughline-dev/throughline/config"
)

func TestSingleSignOnSaysWhichSecretItLacksAndNeedsNoProviderAtTheStart(t *testing.T) {
	t.Setenv("THROUGHLINE_STARTER_SSO_ISSUER", "http://127.0.0.1:1")
	t.Setenv("THROUGHLINE_STARTER_SSO_CLIENT_ID", "throughline")
	load := func() *config.Live {
		c, err := config.Load()
		require.NoError(t, err)
		return config.NewLive(c)
	}
	_, err := New(Options{Client: mocks.NewClient(t), Live: load(), Logger: slog.New(slog.DiscardHandler)})
	assert.ErrorContains(t, err, "starter.sso.issuer is set")
	assert.ErrorContains(t, err, "THROUGHLINE_SSO_CLIENT_SECRET")
	assert.ErrorContains(t, err, "THROUGHLINE_LINK_SECRET", "which signs the cookies, too")

	t.Setenv("THROUGHLINE_SSO_CLIENT_SECRET", "geheim")
	t.Setenv("THROUGHLINE_LINK_SECRET", strings.Repeat("geheim", 6))
	url, _ := opened(t, load())
	status, body := get(t, url+"/sso/login?to=/tasks")
	assert.Equal(t, http.StatusServiceUnavailable, status)
	assert.Contains(t, body, "Links in e-mails work without it")
	status, _ = get(t, url+"/leads")
	assert.Equal(t, http.StatusOK, status, "the door is open all the same")
}
