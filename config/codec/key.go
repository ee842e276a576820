package codec

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
)

// Variable is the environment variable with the keys, as [ParseKeys] reads them; with _FILE appended it names a file that holds
// them.
const Variable = "THROUGHLINE_CODEC_KEYS"

// keySize is that of AES-256, in bytes.
const keySize = 32

// Key encrypts and decrypts payloads. The secret part of it is never printed.
type Key struct {
	// ID is what payloads call the key by. Everybody who sees them sees it.
	ID     string
	secret []byte
}

// String is the key's ID.
func (k Key) String() string { return k.ID }

// GoString is the key's ID, so that %#v doesn't print the rest.
func (k Key) GoString() string { return k.ID }

var keyID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// ParseKeys reads keys, with commas or line breaks between them: "2026-11=BASE64,2026-05=BASE64". Each is an ID and 32 random bytes
// as base64. Their order is kept: see [New]. No error quotes anything of a key but its ID.
func ParseKeys(text string) ([]Key, error) {
	var keys []Key
	taken := map[string]bool{}
	for i, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == '\n' || r == '\r' }) {
		id, secret, _ := strings.Cut(strings.TrimSpace(part), "=")
		secretBytes, err := base64.StdEncoding.DecodeString(secret)
		switch {
		// What looks like no pair may be a key whose ID was forgotten, so nothing of it is told.
		case !keyID.MatchString(id), strings.Trim(secret, "=") == "":
			return nil, fmt.Errorf("number %d isn't like ID=BASE64, with letters, digits, dots and hyphens in the ID, such as 2026-11=…", i+1)
		case taken[id]:
			return nil, fmt.Errorf("has two keys with the ID %s: give each key an ID that none had before", id)
		case err != nil || len(secretBytes) != keySize:
			return nil, fmt.Errorf("the key %s isn't %d bytes as base64: make one with `openssl rand -base64 %[2]d`", id, keySize)
		}
		taken[id] = true
		keys = append(keys, Key{id, secretBytes})
	}
	return keys, nil
}
