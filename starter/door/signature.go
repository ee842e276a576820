package door

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/config"
)

// signatureHeader proves that a lead comes from a server that has the secret: "t=SECONDS,v1=HEX", where SECONDS is when it was
// signed, since 1970, and HEX the HMAC-SHA256 of "SECONDS.BODY". Several v1 are for a sender that has two secrets while one takes
// the other's place; one that is right is enough.
const signatureHeader = "Throughline-Signature"

// signedWithin is how far from now a signature's time may be, either way: so long is what somebody has overheard worth
// anything, and what it is worth is the same lead again, which counts once.
const signedWithin = 5 * time.Minute

// What a sender is told whose signature is refused: what to look at, and nothing that could help in making one.
const (
	signatureMissing = "This lead isn't signed, and doesn't come from a page in a browser. Send the header " + signatureHeader + ": t=SECONDS,v1=HEX."
	signatureForm    = "The header " + signatureHeader + " isn't of the form t=SECONDS,v1=HEX, with the time once and 64 hexadecimal digits after v1."
	signatureTime    = "The signature's time is more than five minutes from the time here, which is in the header Date. Sign each lead when it is sent, with t in seconds since 1970."
	signatureDigest  = "The signature doesn't fit. v1 is the HMAC-SHA256, by the secret, of t, a dot and the body, byte by byte as it is sent."
	signatureNoKey   = "Signatures can't be checked here: the door has no " + string(config.LeadsSecret) + ". Whoever runs it sets that, or the lead is sent without a signature."
)

// unsigned is the problem of a lead that should have been signed, or isn't rightly.
func unsigned(why, detail string) *problem {
	return &problem{Status: http.StatusUnauthorized, Detail: detail, why: why}
}

// checkSignature checks the signature over a body as it came; nil where it is right.
func checkSignature(header string, body []byte, secrets []string, now time.Time) *problem {
	if len(secrets) == 0 {
		return unsigned("signature-no-secret", signatureNoKey)
	}
	seconds, macs, err := parseSignature(header)
	if err != nil {
		return unsigned("signature-form", signatureForm)
	}
	at, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return unsigned("signature-form", signatureForm)
	}
	if age := now.Sub(time.Unix(at, 0)); age > signedWithin || age < -signedWithin {
		return unsigned("signature-time", signatureTime)
	}
	for _, secret := range secrets {
		mac := hmac.New(sha256.New, []byte(secret))
		fmt.Fprintf(mac, "%s.%s", seconds, body)
		want := mac.Sum(nil)
		for _, got := range macs {
			if hmac.Equal(got, want) {
				return nil
			}
		}
	}
	return unsigned("signature-digest", signatureDigest)
}

// parseSignature reads the time, as it was signed, and the digests. What stands under other names is for other readers.
func parseSignature(header string) (seconds string, macs [][]byte, err error) {
	for part := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch {
		case name == "t" && seconds != "":
			return "", nil, fmt.Errorf("has two times")
		case name == "t":
			seconds = value
		case name == "v1":
			mac, err := hex.DecodeString(value)
			if err != nil || len(mac) != sha256.Size {
				return "", nil, fmt.Errorf("has no digest after v1")
			}
			macs = append(macs, mac)
		}
	}
	if seconds == "" || macs == nil {
		return "", nil, fmt.Errorf("lacks a part")
	}
	return seconds, macs, nil
}
