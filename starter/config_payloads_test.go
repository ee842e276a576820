package main

import (
	"bytes"
	"encoding/base64"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestConfigCheckSaysWhatIsEncryptedAndForWhomItIsDecrypted(t *testing.T) {
	check := func() string {
		r := runs(t, nil, "", "config", "check")
		require.NoError(t, r.failed)
		return r.out
	}
	assert.Contains(t, check(), "What Temporal stores is in clear, since THROUGHLINE_CODEC_KEYS is not set.\n")

	key := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{1}, 32))
	t.Setenv("THROUGHLINE_CODEC_KEYS", "2026-11="+key+",2026-05="+key)
	out := check()
	assert.Contains(t, out, "What Temporal stores is encrypted by the key 2026-11; 2026-05 can be read as well.\n"+
		"Nobody can have it decrypted for Temporal Web, since starter.codec.listen is not set.\n")
	assert.NotContains(t, out, key)

	t.Setenv("THROUGHLINE_STARTER_CODEC_LISTEN", "127.0.0.1:8081")
	assert.Contains(t, check(), "decrypted for nobody (the starter doesn't start without THROUGHLINE_CODEC_TOKEN or starter.codec.issuer).")
	t.Setenv("THROUGHLINE_CODEC_TOKEN", "a-token-that-is-long-enough-to-be-one")
	t.Setenv("THROUGHLINE_STARTER_CODEC_ISSUER", "https://login.example.com")
	t.Setenv("THROUGHLINE_STARTER_CODEC_AUDIENCE", "temporal-web")
	assert.Contains(t, check(), `At 127.0.0.1:8081 it is decrypted for whoever has THROUGHLINE_CODEC_TOKEN, and for whom https://login.example.com has given a token for "temporal-web".`)
}
