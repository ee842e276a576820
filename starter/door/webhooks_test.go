package door

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/mocks"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/starter/webhook"
	"github.com/throughline-dev/throughline/workflows/lead"
)

func TestWithoutWebhooksThereIsNothingAtTheirAddresses(t *testing.T) {
	d := opened(t, mocks.NewClient(t))
	for _, path := range []string{"/hubspot/events", "/stripe/events", "/sendgrid/events", "/sendgrid/replies"} {
		assert.Equal(t, http.StatusNotFound, send(d, "POST", path, mediaJSON, "[]").Code, path)
	}
}

func TestTheRulesForLeadsAreNotForWebhooks(t *testing.T) {
	c := mocks.NewClient(t)
	hooks, err := webhook.New(webhook.Options{Client: c, HubSpotSecret: "s", Logger: quiet})
	require.NoError(t, err)
	d := opened(t, c, func(o *Options) {
		o.Webhooks = hooks
		o.LeadsSecrets, o.Leads = []string{"secret"}, func() config.Leads { return config.Leads{PerMinute: 1} }
	})
	for range 3 {
		w := send(d, "POST", "/hubspot/events", mediaJSON, "[]", "Origin", "https://elsewhere.example")
		assert.Equal(t, http.StatusUnauthorized, w.Code, "it is the webhook that asks for its own signature")
	}
	assert.Equal(t, http.StatusMethodNotAllowed, send(d, "GET", "/sendgrid/events", "", "").Code)
	assert.Equal(t, http.StatusServiceUnavailable, send(d, "POST", "/stripe/events", mediaJSON, "{}").Code, "which hasn't got its secret")
}

// slowly reads a mail as from a sender whose line is slower than the door waits for what is small.
type slowly struct {
	io.Reader
	pauses <-chan time.Time
}

func (s slowly) Read(p []byte) (int, error) {
	<-s.pauses
	return s.Reader.Read(p[:min(len(p), 1<<10)])
}

func TestALargeMailMayTakeLongerThanTheDoorWaitsForALead(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	require.NoError(t, err)
	c := mocks.NewClient(t)
	c.On("SignalWorkflow", mock.Anything, "lead-aaaaaaaaaaaaaaaa", "", lead.SignalContact, mock.Anything).Return(nil).Once()
	hooks, err := webhook.New(webhook.Options{
		Client: c, ReplyKey: base64.StdEncoding.EncodeToString(der), ReplyHost: "reply.example", Logger: quiet,
	})
	require.NoError(t, err)

	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	require.NoError(t, form.WriteField("envelope", `{"to":["lead-aaaaaaaaaaaaaaaa@reply.example"],"from":"ada@contoso.com"}`))
	require.NoError(t, form.WriteField("text", "Yes."))
	require.NoError(t, form.Close())
	stamp := strconv.FormatInt(time.Now().Unix(), 10)
	sum := sha256.Sum256(append([]byte(stamp), body.Bytes()...))
	signature, err := ecdsa.SignASN1(rand.Reader, key, sum[:])
	require.NoError(t, err)

	l := listen(t)
	d := opened(t, c, func(o *Options) { o.Webhooks = hooks })
	server := &http.Server{Handler: d, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 50 * time.Millisecond, WriteTimeout: 50 * time.Millisecond}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	r, err := http.NewRequest("POST", "http://"+l.Addr().String()+"/sendgrid/replies",
		slowly{&body, time.NewTicker(120 * time.Millisecond).C})
	require.NoError(t, err)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("X-Twilio-Email-Event-Webhook-Timestamp", stamp)
	r.Header.Set("X-Twilio-Email-Event-Webhook-Signature", base64.StdEncoding.EncodeToString(signature))
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, http.StatusOK, resp.StatusCode)
}
