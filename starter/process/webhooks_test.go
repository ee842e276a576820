package process

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/mocks"

	"github.com/throughline-dev/throughline/config"
)

// aPublicKey is of nobody: a point on P-256, in the form in which SendGrid shows its keys.
const aPublicKey = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q=="

func TestTheDoorSaysWhichPostsItWillRefuse(t *testing.T) {
	for name, c := range map[string]struct {
		secret, sendgrid string
		want             []string
	}{
		"nothing is set":        {"", "", []string{"THROUGHLINE_HUBSPOT_SECRET", "THROUGHLINE_DROPBOXSIGN_KEY", "THROUGHLINE_STRIPE_WEBHOOK_SECRET", "systems.sendgrid.event_key", "systems.sendgrid.reply_host"}},
		"the reply host alone":  {"s", "{reply_host: reply.example.com, event_key: " + aPublicKey + "}", []string{"systems.sendgrid.reply_key"}},
		"everything is there":   {"s", "{reply_host: reply.example.com, event_key: " + aPublicKey + ", reply_key: " + aPublicKey + "}", nil},
		"the event key is left": {"s", "{reply_host: reply.example.com, reply_key: " + aPublicKey + "}", []string{"systems.sendgrid.event_key"}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, name := range []config.SecretName{config.HubSpotSecret, config.DropboxSignKey, config.StripeWebhookSecret} {
				t.Setenv(string(name), c.secret) // an empty one counts as not set
			}
			overlay := filepath.Join(t.TempDir(), "sendgrid.yaml")
			require.NoError(t, os.WriteFile(overlay, []byte("systems: {sendgrid: "+c.sendgrid+"}\n"), 0o600))
			files := []string{config.Default}
			if c.sendgrid != "" {
				files = append(files, overlay)
			}
			loaded, err := config.Load(files...)
			require.NoError(t, err)
			var logs bytes.Buffer
			h, err := webhooks(Options{Client: mocks.NewClient(t), Live: config.NewLive(loaded), Logger: slog.New(slog.NewJSONHandler(&logs, nil))})
			require.NoError(t, err)
			for _, want := range c.want {
				assert.Contains(t, logs.String(), `"set":"`+want+`"`)
			}
			assert.Equal(t, len(c.want), bytes.Count(logs.Bytes(), []byte("\n")), logs.String())

			refused := 0
			for _, path := range []string{"/hubspot/events", "/dropboxsign/events", "/stripe/events", "/sendgrid/events", "/sendgrid/replies"} {
				got := httptest.NewRecorder()
				logs.Reset()
				h.ServeHTTP(got, httptest.NewRequest(http.MethodPost, path, nil))
				if bytes.Contains(logs.Bytes(), []byte("to check HubSpot's signature by")) || bytes.Contains(logs.Bytes(), []byte("to check SendGrid's signature by")) ||
					bytes.Contains(logs.Bytes(), []byte("to check Dropbox Sign's event_hash by")) || bytes.Contains(logs.Bytes(), []byte("to check Stripe's signature by")) {
					refused++
				}
			}
			assert.Equal(t, len(c.want), refused, "what was said is what is refused")
		})
	}
}
