package field

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
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
