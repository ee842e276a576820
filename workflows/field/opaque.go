package field

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"regexp"
	"strings"
	"time"
)

// Opaque is a name for what may not be read where names are seen: 80 bits of a SHA-256 in 16 lower-case letters and digits
// (a to z, 2 to 7). Among a billion cases, the chance that any two share one is less than one in a million.
//
// The first part says what the others are, so that a key and a text that happen to be equal have two names.
func Opaque(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10]))
}

// Customer is the opaque name of a person, by their e-mail address: it finds one person's cases in Temporal Web without naming
// them.
func Customer(email string) string { return Opaque("customer", strings.ToLower(email)) }

// Same is the opaque part of a case's ID, and with it the rule for what "the same case" is. The key is what the sender calls it by: the
// same key is the same case, whenever it comes. Without one (""), the same content (see [Digest]) on the same day (UTC) is.
func Same(key string, received time.Time, digest string) string {
	if key != "" {
		return Opaque("key", key)
	}
	return Opaque("content", received.UTC().Format(time.DateOnly), digest)
}

// Digest is an opaque fingerprint of what was sent; of says what that is. It panics where that can't be JSON.
func Digest(of string, content any) string {
	text, err := json.Marshal(content)
	if err != nil {
		panic(err)
	}
	return Opaque(of, string(text))
}

// Number is what people call a case by, after its kind's letter: eight capital letters and digits, with neither 0 nor 1 nor 8, which some
// would read as letters. Among ten thousand cases the chance that two share one is one in twenty thousand.
func Number(id string) string { return strings.ToUpper(Opaque("number", id)[:8]) }

var record = regexp.MustCompile(`^[1-9][0-9]{0,18}$`)

// IsRecord reports whether a text has the form of a record's ID in HubSpot, and of the last part of one in Shopify.
func IsRecord(id string) bool { return record.MatchString(id) }
