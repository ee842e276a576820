package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// hubSpotSkew is how old a post of HubSpot's may be, as its documentation asks, and how far our clocks may differ.
const hubSpotSkew = 5 * time.Minute

// unescaped undoes the encodings that HubSpot undoes before it signs an address: these, and no others.
var unescaped = strings.NewReplacer(
	"%3A", ":", "%2F", "/", "%3F", "?", "%40", "@", "%21", "!", "%24", "$", "%27", "'", "%28", "(", "%29", ")", "%2A", "*",
	"%2C", ",", "%3B", ";", "%3a", ":", "%2f", "/", "%3f", "?", "%2a", "*", "%2c", ",", "%3b", ";",
)

// signedByHubSpot checks the v3 signature: the HMAC-SHA256 by the app's client secret of the method, the address as HubSpot
// called it, the body and the time, in base64.
// https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
func signedByHubSpot(r *http.Request, publicURL, secret string, body []byte, now time.Time) error {
	stamp := r.Header.Get("X-HubSpot-Request-Timestamp")
	ms, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return errors.New("there is no X-HubSpot-Request-Timestamp in milliseconds")
	}
	if age := now.Sub(time.UnixMilli(ms)); age > hubSpotSkew || age < -hubSpotSkew {
		return errors.New("the X-HubSpot-Request-Timestamp is not of the last five minutes: is the clock right?")
	}
	signature, err := base64.StdEncoding.DecodeString(r.Header.Get("X-HubSpot-Signature-v3"))
	if err != nil || len(signature) == 0 {
		return errors.New("there is no X-HubSpot-Signature-v3 in base64")
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(r.Method + unescaped.Replace(strings.TrimSuffix(publicURL, "/")+r.URL.RequestURI())))
	mac.Write(body)
	mac.Write([]byte(stamp))
	if !hmac.Equal(mac.Sum(nil), signature) {
		return errors.New("HubSpot's signature is wrong: are the client secret and starter.public_url those of the app and of its target URL?")
	}
	return nil
}
