package webhook

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"hash"
	"net/http"
	"strconv"
	"time"

	"github.com/sendgrid/sendgrid-go/helpers/eventwebhook"
)

// sendGridSkew is how far SendGrid's clock and ours may differ.
const sendGridSkew = 5 * time.Minute

// publicKey checks what SendGrid signs: its event webhook and Inbound Parse do it in the same way.
// https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features
// https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/securing-your-parse-webhooks
//
// sendgrid-go checks a signature over a body that is in memory as a whole, which a mail with its attachments should never be,
// and panics at a key that isn't ECDSA's. Only its names are used here.
type publicKey struct{ *ecdsa.PublicKey }

// readKey reads a public key as SendGrid shows it (PKIX, ASN.1 DER, in base64); nil for "".
func readKey(text string) (*publicKey, error) {
	if text == "" {
		return nil, nil
	}
	der, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, errors.New("it is not base64: copy it as SendGrid shows it, MFkw…")
	}
	parsed, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, err
	}
	key, ok := parsed.(*ecdsa.PublicKey)
	if !ok {
		return nil, errors.New("it is not an ECDSA key")
	}
	return &publicKey{key}, nil
}

// check is the signature of a post whose body is still being read: the body is written to it.
type check struct {
	hash.Hash
	key       *publicKey
	signature []byte
	// at is when SendGrid posted it.
	at time.Time
}

// check reads the headers of a post that is at most as old as SendGrid goes on trying. That SendGrid signs a repeat anew isn't
// said anywhere; and to refuse one as stale would lose what it repeats just when it matters, while somebody else's repeat of a
// post is as harmless as SendGrid's own.
func (k *publicKey) check(h http.Header, oldest time.Duration, now time.Time) (*check, error) {
	stamp := h.Get(eventwebhook.TimestampHTTPHeader)
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return nil, errors.New("there is no " + eventwebhook.TimestampHTTPHeader + " in seconds: is the webhook set to be signed?")
	}
	at := time.Unix(seconds, 0).UTC()
	if age := now.Sub(at); age > oldest+sendGridSkew || age < -sendGridSkew {
		return nil, errors.New("the " + eventwebhook.TimestampHTTPHeader + " is too old, or in the future: is the clock right?")
	}
	signature, err := base64.StdEncoding.DecodeString(h.Get(eventwebhook.VerificationHTTPHeader))
	if err != nil || len(signature) == 0 {
		return nil, errors.New("there is no " + eventwebhook.VerificationHTTPHeader + " in base64: is the webhook set to be signed?")
	}
	c := &check{Hash: sha256.New(), key: k, signature: signature, at: at}
	c.Write([]byte(stamp))
	return c, nil
}

// passed says whether all that was written is what SendGrid signed.
func (c *check) passed() error {
	if !ecdsa.VerifyASN1(c.key.PublicKey, c.Sum(nil), c.signature) {
		return errors.New("SendGrid's signature is wrong: is the key the one that SendGrid shows for this webhook?")
	}
	return nil
}
