package door

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/config"
)

// signatureHeader proves that a lead or a proposal comes from a server that has the secret: "t=SECONDS,v1=HEX", where SECONDS is when it was
// signed, since 1970, and HEX the HMAC-SHA256 of "SECONDS.BODY". Several v1 are for a sender that has two secrets while one takes
// the other's place; one that is right is enough.
const signatureHeader = "Throughline-Signature"

// signedWithin is how far from now a signature's time may be, either way. For so long whoever has overheard a signed lead can
// send it again; that is the same lead, which counts once.
const signedWithin = 5 * time.Minute

// What a sender is told whose signature is refused: what to look at, and nothing that could help in making one.
const (
	signatureMissing = "This isn't signed, and doesn't come from a page in a browser. Send the header " + signatureHeader + ": t=SECONDS,v1=HEX."
	signatureForm    = "The header " + signatureHeader + " isn't of the form t=SECONDS,v1=HEX, with the time once and 64 hexadecimal digits after v1."
	signatureTime    = "The signature's time is more than five minutes from the time here, which is in the header Date. Sign when you send, with t in seconds since 1970."
	signatureDigest  = "The signature doesn't fit. v1 is the HMAC-SHA256, by the secret, of t, a dot and the body, byte by byte as it is sent."
	signatureKey     = "is missing: the header " + keyHeader + " is no part of what is signed, so what is signed is named in its body"
	signatureNoKey   = "Signatures can't be checked here: the door has no " + string(config.LeadsSecret) + ". Whoever runs it sets that, or you send without a signature."
)

// unsigned is the problem of what should have been signed, or isn't rightly.
func unsigned(why, detail string) *problem {
	return &problem{Status: http.StatusUnauthorized, Detail: detail, why: why}
}

// checkSignature checks the signature over a body as it came, and answers with when it was made.
func checkSignature(header string, body []byte, secrets []string, now time.Time) (time.Time, *problem) {
	if len(secrets) == 0 {
		return time.Time{}, unsigned("signature-no-secret", signatureNoKey)
	}
	seconds, macs := parseSignature(header)
	since1970, err := strconv.ParseUint(seconds, 10, 63)
	if err != nil || len(macs) == 0 {
		return time.Time{}, unsigned("signature-form", signatureForm)
	}
	at := time.Unix(int64(since1970), 0)
	if age := now.Sub(at); age > signedWithin || age < -signedWithin {
		return time.Time{}, unsigned("signature-time", signatureTime)
	}
	for _, secret := range secrets {
		mac := hmac.New(sha256.New, []byte(secret))
		fmt.Fprintf(mac, "%s.%s", seconds, body)
		want := mac.Sum(nil)
		if slices.ContainsFunc(macs, func(got []byte) bool { return hmac.Equal(got, want) }) {
			return at, nil
		}
	}
	return time.Time{}, unsigned("signature-digest", signatureDigest)
}

// parseSignature reads the time, as it was signed, and the digests; nothing of what isn't of the form. What stands under other
// names is for other readers.
func parseSignature(header string) (seconds string, macs [][]byte) {
	for part := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch {
		case name == "t" && seconds == "":
			seconds = value
		case name == "t":
			return "", nil // which of them was signed?
		case name == "v1":
			mac, err := hex.DecodeString(value)
			if err != nil || len(mac) != sha256.Size {
				return "", nil
			}
			macs = append(macs, mac)
		}
	}
	return seconds, macs
}
