package sendgrid

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// What a key pair signs.
const (
	EventWebhook = "event webhook"
	InboundParse = "inbound parse"
)

// signingKey is the account's key pair for a webhook. SendGrid makes one up when signing is switched on; here it follows from
// the API key, so that whoever reads the configuration can know the public half before there is a sandbox, and it stays the
// same when the state is thrown away.
func signingKey(apiKey, webhook string) *ecdsa.PrivateKey {
	for n := 0; ; n++ {
		mac := hmac.New(sha256.New, []byte(apiKey))
		fmt.Fprintf(mac, "%s %d", webhook, n)
		// One number in four billion is above the curve's order; the next one isn't.
		if key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), mac.Sum(nil)); err == nil {
			return key
		}
	}
}

// PublicKey is the public half of an account's key pair for a webhook, as SendGrid shows it: PKIX, ASN.1 DER, in base64.
func PublicKey(apiKey, webhook string) string {
	der, err := x509.MarshalPKIXPublicKey(signingKey(apiKey, webhook).Public())
	if err != nil {
		panic(err) // P-256 is a curve that it knows
	}
	return base64.StdEncoding.EncodeToString(der)
}

// sign signs a request as the event webhook and Inbound Parse do
// (https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features).
func sign(key *ecdsa.PrivateKey, h http.Header, body []byte, now time.Time) {
	at := strconv.FormatInt(now.Unix(), 10)
	hash := sha256.Sum256(append([]byte(at), body...))
	signature, err := ecdsa.SignASN1(rand.Reader, key, hash[:])
	if err != nil {
		panic(err) // randomness doesn't fail
	}
	h.Set("X-Twilio-Email-Event-Webhook-Timestamp", at)
	h.Set("X-Twilio-Email-Event-Webhook-Signature", base64.StdEncoding.EncodeToString(signature))
}
