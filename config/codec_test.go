package config

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"

	"github.com/throughline-dev/throughline/config/codec"
)

func codecKey(id string, b byte) string {
	return id + "=" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{b}, 32))
}

func TestTheCodecsKeysComeFromTheEnvironmentOrAFileWithOneALine(t *testing.T) {
	now, old := codecKey("2026-11", 1), codecKey("2026-05", 2)
	for name, env := range map[string]environment{
		"variable": {"THROUGHLINE_CODEC_KEYS": now + "," + old},
		"file":     {"THROUGHLINE_CODEC_KEYS_FILE": written(t, "keys", now+"\n"+old+"\n")},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := load([]layer{{1, "handbook.yaml", []byte(handbook)}}, env)
			require.NoError(t, err)
			payloads, err := c.Codec()
			require.NoError(t, err)
			sealed, err := payloads.Encode([]*commonpb.Payload{{Data: []byte("x")}})
			require.NoError(t, err)
			assert.Equal(t, "2026-11", string(sealed[0].Metadata[codec.MetadataKeyID]))
		})
	}
	c, err := load([]layer{{1, "handbook.yaml", []byte(handbook)}}, nil)
	require.NoError(t, err)
	payloads, err := c.Codec()
	require.NoError(t, err)
	assert.False(t, payloads.Encrypts())
}

func TestAWrongCodecKeyIsNamedAndNotQuoted(t *testing.T) {
	secret := base64.StdEncoding.EncodeToString([]byte("geheim-geheim-geheim"))
	for _, c := range []struct{ variable, value, want string }{
		{"THROUGHLINE_CODEC_KEYS", "2026-11=" + secret, "THROUGHLINE_CODEC_KEYS: the key 2026-11 isn't 32 bytes as base64: make one with `openssl rand -base64 32`"},
		{"THROUGHLINE_CODEC_KEYS", secret, "THROUGHLINE_CODEC_KEYS: number 1 isn't like ID=BASE64, with letters, digits, dots and hyphens in the ID, such as 2026-11=…"},
		{"THROUGHLINE_CODEC_TOKEN", "geheim", "THROUGHLINE_CODEC_TOKEN: must have at least 32 characters, and so must each one of several with commas between them: make one with `openssl rand -hex 32`"},
	} {
		_, err := load([]layer{{1, "handbook.yaml", []byte(handbook)}}, environment{c.variable: c.value})
		require.EqualError(t, err, c.want)
		assert.NotContains(t, err.Error(), secret)
		assert.NotContains(t, err.Error(), "geheim")
	}
}

func TestMistakesInWherePayloadsAreDecrypted(t *testing.T) {
	for name, c := range map[string]struct{ codec, want string }{
		"address":        {"listen: localhost", `listen: "localhost" is no host and port: it is like 127.0.0.1:8080`},
		"web site":       {`origins: ["*"]`, `origins[0]: "*" is no web site: it is like https://www.example.com, each one by itself`},
		"no audience":    {"issuer: https://login.example.com", `issuer: "https://login.example.com" is alone: set starter.codec.audience too, or a token that it issues for anything else would do`},
		"no issuer":      {"audience: web", `audience: "web" is alone: set starter.codec.issuer too, whose tokens are for it`},
		"half an issuer": {"issuer: login.example.com, audience: web", `issuer: "login.example.com" is no whole address: it is like https://api.example.com`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load([]layer{{1, "handbook.yaml", []byte(handbook + "starter: {codec: {" + c.codec + "}}")}}, nil)
			require.Error(t, err)
			assert.Equal(t, "starter.codec."+c.want, strings.TrimPrefix(err.Error(), "handbook.yaml:40: "))
		})
	}
}
